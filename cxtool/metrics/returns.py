"""Whether a contact comes back: the one home of the rule, for FCR, containment and deflection.

What decides: a case is *returned* to when the same contact starts an inbound case later, at most
``fcr.window`` after this one's start (both ends count), and on the same topic where both topics are
known. Whatever channel it comes by, and whether or not an agent answers, it is a coming back; an
outbound or internal case is none. A contact is known by ``contact_id``, else by ``contact``. Of
cases that start at the same moment none follows another.

A case is not judged (null) where its contact is unknown, and where its window is not over at the
as-of moment: a return that is known by then would count, one that is still to come would not.

Where the export has a column of its own that says resolved on first contact, what it says of a case
wins: resolved is not returned to. Source: K2, K8.

How to use it: what comes back lies outside of the period and of ``--where`` too, so it is looked
for in ``around_cases``. The command asks for their days with ``Needs(days_around=...)``.
"""

from __future__ import annotations

import math

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.errors import UsageError, nearest
from cxtool.tables import Frame, Tables

KEY, RETURNED = "__contact", "__returned"  # no names that an export's columns may have
CONTACT = nw.coalesce("contact_id", "contact")
OWN_COLUMNS = (
    "resolved_on_first_contact",
    "first_contact_resolution",
    "first_contact_resolved",
    "fcr",
)
YES = ("true", "yes", "y", "t", "1", "1.0")
NO = ("false", "no", "n", "f", "0", "0.0")
LONGEST_D = 36_500  # calendars end somewhere

_ORDER, _ARRIVAL, _UNKNOWN, _JUDGED = "__order", "__arrival_ms", "__unknown_ms", "__is_judged"
_NEXT, _NEXT_UNKNOWN, _NEXT_SAME = "__next_ms", "__next_unknown_ms", "__next_same_ms"


def days_around(window_s: float) -> int:
    """The days on either side of a period that a window reaches into.

    >>> days_around(604_800), days_around(90_000)
    (7, 2)
    """
    return min(math.ceil(window_s / 86_400), LONGEST_D)


def with_contact(cases: Frame) -> Frame:
    """Add ``KEY``, who a case is of; null where that is unknown."""
    return cases.with_columns(CONTACT.alias(KEY))


def arrivals(cases: Frame) -> Frame:
    """What a contact can come back with: known contacts' inbound cases, as ``returns`` needs them.

    Of ``around_cases`` these are all that were read, whatever ``--where`` leaves out.
    """
    inbound = with_contact(cases.filter(nw.col("direction") == "inbound"))
    return inbound.filter(~nw.col(KEY).is_null()).select(KEY, "topic", "started_ms")


def returns(cases: Frame, arrivals: Frame, *, window_s: float, as_of_ms: int) -> Frame:
    """Add ``RETURNED`` to cases: true, false, or null where a case is not judged.

    Both frames have ``KEY``, ``topic`` and ``started_ms``. Source: K2, K8.

    >>> import polars as pl
    >>> rows = {KEY: ["a", "a", None], "topic": ["x", None, "x"]}
    >>> cases = nw.from_native(pl.LazyFrame(rows | {"started_ms": [0, 60_000, 0]}))
    >>> judged = returns(cases, cases.head(2), window_s=60, as_of_ms=90_000)
    >>> judged.select(KEY, RETURNED).sort(KEY).to_native().collect().rows()
    [(None, None), ('a', True), ('a', None)]
    """
    start, topic = nw.col("started_ms"), nw.col("topic")
    # At one moment arrivals stand before the cases, so that what follows is strictly later.
    judged = cases.with_columns(nw.lit(1).alias(_JUDGED), (start * 2 + 1).alias(_ORDER))
    coming = arrivals.select(
        *(KEY, "topic", "started_ms"),
        nw.lit(0).alias(_JUDGED),
        (start * 2).alias(_ORDER),
        start.alias(_ARRIVAL),
        nw.when(topic.is_null()).then(start).alias(_UNKNOWN),
    )
    looked_ahead = nw.concat([judged, coming], how="diagonal").with_columns(
        _from_here(_ARRIVAL, KEY).alias(_NEXT),
        _from_here(_UNKNOWN, KEY).alias(_NEXT_UNKNOWN),
        _from_here(_ARRIVAL, KEY, "topic").alias(_NEXT_SAME),
    )
    window_ms = round(window_s * 1000)
    soon, soon_unknown, soon_same = (
        (nw.col(name) - start <= window_ms).fill_null(False)
        for name in (_NEXT, _NEXT_UNKNOWN, _NEXT_SAME)
    )
    back = nw.when(topic.is_null()).then(soon).otherwise(soon_same | soon_unknown)
    is_judged = ~nw.col(KEY).is_null() & (start + window_ms <= as_of_ms)
    return (
        looked_ahead.filter(nw.col(_JUDGED) == 1)
        .with_columns(nw.when(is_judged).then(back).alias(RETURNED))
        .drop(_JUDGED, _ORDER, _ARRIVAL, _UNKNOWN, _NEXT, _NEXT_UNKNOWN, _NEXT_SAME)
    )


def with_returns(cases: Frame, arrivals: Frame, tables: Tables, settings: Settings) -> Frame:
    """``returns`` of cases with a ``KEY``, where the export's own column does not tell."""
    judged = returns(
        cases, arrivals, window_s=settings.fcr.window, as_of_ms=tables.request.as_of_ms
    )
    column = own_column(tables, settings)
    if column is None:
        return judged
    told = as_told(column)
    silent = nw.when(told.is_null()).then(nw.col(RETURNED))
    return judged.with_columns(silent.otherwise(told).alias(RETURNED))


def own_column(tables: Tables, settings: Settings) -> str | None:
    """The export's column that says resolved on first contact; None where it has none.

    Raises ``UsageError`` where the settings name one that is not there.
    """
    names = tables.cases.collect_schema().names()
    asked = settings.fcr.column
    if asked is None:
        return next((name for name in names if _plain(name) in OWN_COLUMNS), None)
    if asked in names:
        return asked
    guess = nearest(asked, names)
    raise UsageError(
        f"fcr.column: the export has no column '{asked}'"
        + (f"; did you mean '{guess}'?" if guess else "")
    )


def as_told(column: str) -> nw.Expr:
    """Whether a case is returned to, as the export's own column says; null where it is silent."""
    said = nw.col(column).cast(nw.String).str.to_lowercase()
    no, yes = nw.lit(False), nw.lit(True)
    return nw.when(said.is_in(YES)).then(no).otherwise(nw.when(said.is_in(NO)).then(yes))


def _from_here(arrival: str, *keys: str) -> nw.Expr:
    return nw.col(arrival).fill_null(strategy="backward").over(*keys, order_by=_ORDER)


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())
