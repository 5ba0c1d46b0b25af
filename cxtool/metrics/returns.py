"""Whether a contact comes back: the one home of the rule and of its window.

What decides: a case is *returned* to when the same contact starts an inbound case later, at most
the window after this one's start (both ends count). Whatever channel it comes by, and whether or
not an agent answers, it is a coming back; an outbound or internal case is none. A contact is known
by ``contact_id``, else by ``contact``. Of cases that start at the same moment none follows another.

A case is not judged (null) where its contact is unknown, and where its window is not over at the
as-of moment: a return that is known by then would count, one that is still to come would not.

How to use it: what comes back lies outside of the period and of ``--where`` too, so look for it
among all cases around. The command asks for their days with
``Needs(days_around=...)`` (see ``fcr.days_needed``), the metric calls
``with_returns(tables, window_s=settings.fcr.window, by=["topic"])`` and counts ``returned``: true,
false, null.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import narwhals.stable.v2 as nw

from cxtool.tables import Frame, Tables

CONTACT = nw.coalesce("contact_id", "contact")
KEY, LATER, NEXT = "_contact", "_is_later", "next_start_ms"
LONGEST_D = 36_500  # calendars end somewhere


def days_around(window_s: float) -> int:
    """The days on either side of a period that a window reaches into.

    >>> days_around(604_800), days_around(90_000)
    (7, 2)
    """
    return min(math.ceil(window_s / 86_400), LONGEST_D)


def with_returns(tables: Tables, *, window_s: float, by: Sequence[str] = ()) -> Frame:
    """``tables.cases`` with what ``returns`` adds, looked for among all cases that were read.

    A contact who comes back counts also where ``--where`` leaves out the case that it comes by.
    """
    judged = returns(
        tables.around_cases, window_s=window_s, as_of_ms=tables.request.as_of_ms, by=by
    )
    found = judged.select("case_id", "next_start_ms", "returned")
    return tables.cases.join(found, on="case_id", how="left")


def returns(cases: Frame, *, window_s: float, as_of_ms: int, by: Sequence[str] = ()) -> Frame:
    """Add ``next_start_ms`` and ``returned`` to cases.

    ``next_start_ms``: when the same contact, and the same values of the columns ``by`` (unknown is
    a value), next starts an inbound case, in epoch milliseconds; null where it does not within
    these rows. ``returned``: whether that is at most ``window_s`` later; null where the contact is
    unknown or the window is not over at ``as_of_ms``. Source: K2, K8.

    >>> import polars as pl
    >>> rows = {"case_id": ["1", "2", "3"], "contact_id": ["a", "a", None], "contact": [None] * 3}
    >>> starts = {"started_ms": [0, 60_000, 0], "direction": ["inbound"] * 3}
    >>> judged = returns(
    ...     nw.from_native(pl.LazyFrame(rows | starts)), window_s=60, as_of_ms=90_000
    ... )
    >>> judged.select("case_id", "returned").sort("case_id").to_native().collect().rows()
    [('1', True), ('2', None), ('3', None)]
    """
    window_ms = round(window_s * 1000)
    keys, in_order = (KEY, *by), ("started_ms", LATER)
    started = nw.col("started_ms")
    inbound = nw.col("direction") == "inbound"
    placed = cases.with_columns(
        CONTACT.alias(KEY), nw.when(inbound).then(0).otherwise(1).alias(LATER)
    ).with_columns(started.shift(1).over(*keys, order_by=in_order).alias(NEXT))
    # Of cases that start together only the first stands for a coming back: none follows another.
    is_first = nw.col(NEXT).is_null() | (nw.col(NEXT) < started)
    arrival = nw.when(inbound & is_first).then(started).alias(NEXT)
    following = nw.col(NEXT).shift(-1).over(*keys, order_by=in_order)
    nearest = nw.col(NEXT).fill_null(strategy="backward").over(*keys, order_by=in_order)
    known = ~nw.col(KEY).is_null()
    is_over = started + window_ms <= as_of_ms
    soon = (nw.col(NEXT) - started <= window_ms) & ~nw.col(NEXT).is_null()
    return (
        placed.with_columns(arrival)
        .with_columns(following.alias(NEXT))
        .with_columns(nearest.alias(NEXT))
        .with_columns(nw.when(known).then(nw.col(NEXT)).alias(NEXT))
        .with_columns(nw.when(known & is_over).then(soon).alias("returned"))
        .drop(KEY, LATER)
    )
