"""Who comes back, found by sorting: the rule of ``returns`` for rows that Polars holds in memory.

Windows over contacts take several times as long as putting the rows in the order of contact and
time, where the next arrival stands a few rows further on. Contacts are put in order by a number
made of their text; should two have the same number, the texts themselves are sorted.
"""

from __future__ import annotations

import polars as pl

from cxtool.metrics.returns import KEY, RETURNED

ARRIVES = "__arrives"

_CONTACT, _SUBJECT = "__contact_number", "__subject_number"
_ANY, _UNKNOWN, _SAME = "__soon_any", "__soon_unknown", "__soon_same"
_TOPICS = 2**32  # more than there are numbers of topics


def with_returned(visits: pl.DataFrame, *, window_s: float, as_of_ms: int) -> pl.DataFrame:
    """Visits in another order with ``RETURNED``: true, false, or null where one is not judged.

    ``visits`` have ``KEY``, ``topic``, ``started_ms`` and ``ARRIVES``, whether a contact can come
    back with this one. Source: K2.

    >>> rows = {KEY: ["a", "a", None], "topic": ["x", None, "x"], "started_ms": [0, 60_000, 0]}
    >>> visits = pl.DataFrame(rows | {ARRIVES: [True, True, False]})
    >>> judged = with_returned(visits, window_s=60, as_of_ms=90_000)
    >>> judged.select(KEY, RETURNED).sort(KEY, RETURNED).rows()
    [(None, None), ('a', None), ('a', True)]
    """
    window_ms = round(window_s * 1000)
    start, topic, arrives = pl.col("started_ms"), pl.col("topic"), pl.col(ARRIVES)
    contact = pl.col(_CONTACT)
    subject = contact.cast(pl.Int64) * _TOPICS + topic.cast(pl.Categorical).to_physical()
    soon = (
        _by_contact(visits)
        .with_columns(
            _comes_soon(contact, arrives, window_ms).alias(_ANY),
            _comes_soon(contact, arrives & topic.is_null(), window_ms).alias(_UNKNOWN),
            subject.alias(_SUBJECT),
        )
        .sort(_SUBJECT, maintain_order=True)  # so that each subject stays in the order of time
        .with_columns(_comes_soon(pl.col(_SUBJECT), arrives, window_ms).alias(_SAME))
    )
    back = pl.when(topic.is_null()).then(_ANY).otherwise(pl.col(_SAME) | pl.col(_UNKNOWN))
    is_judged = pl.col(KEY).is_not_null() & (start + window_ms <= as_of_ms)
    return soon.with_columns(pl.when(is_judged).then(back).alias(RETURNED)).drop(
        _CONTACT, _SUBJECT, _ANY, _UNKNOWN, _SAME
    )


def _by_contact(visits: pl.DataFrame) -> pl.DataFrame:
    """Visits with the number of the contact, in the order of contacts, and of time in each."""
    key, number = pl.col(KEY), _number(pl.col(KEY))
    differs = key.ne_missing(key.shift())
    # Two sorts, each by one number, are faster than one by two.
    ordered = visits.sort("started_ms").sort(number, maintain_order=True)
    if ordered.select((differs & (number == number.shift())).any()).item():
        ordered = visits.sort(KEY, "started_ms")
    return ordered.with_columns(differs.cum_sum().alias(_CONTACT))


def _number(contact: pl.Expr) -> pl.Expr:
    """A number made of a contact's text; hardly ever the same for two."""
    return contact.hash()


def _comes_soon(group: pl.Expr, arrives: pl.Expr, window_ms: int) -> pl.Expr:
    """Whether a later arrival of the same group lies in the window, of rows in their order.

    Of rows of one moment none is later than another: they look on from the last of them.
    """
    start = pl.col("started_ms")
    row = pl.int_range(pl.len(), dtype=pl.get_index_type())
    is_last = ((group != group.shift(-1)) | (start != start.shift(-1))).fill_null(True)
    from_next = pl.when(arrives).then(row).backward_fill().shift(-1)
    later = pl.when(is_last).then(from_next).backward_fill()
    is_soon = (group.gather(later) == group) & (start.gather(later) - start <= window_ms)
    return is_soon.fill_null(False)
