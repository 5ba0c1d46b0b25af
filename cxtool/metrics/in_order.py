"""Cases in order of their start and id: all at once, or a piece at a time, as they come.

An export is mostly in order already, or its days are, so looking costs less than sorting; and what
comes first is known long before the last case has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.tables import Advance, Frame, told_to_nobody

HOUR_MS = 3_600_000
LEAST_N = 100_000  # rows that are worth a piece


def ordered(cases: pl.DataFrame) -> pl.DataFrame:
    """The cases by ``started_at`` and ``case_id``. Takes the columns away from the given frame."""
    at, case = pl.col("started_at"), pl.col("case_id")
    follows = (at > at.shift()) | ((at == at.shift()) & (case >= case.shift()))
    if cases.select(follows.all()).item():
        return cases
    order = cases.select(pl.arg_sort_by(at, case)).to_series()
    # Column by column: twice all of them would not fit.
    return pl.DataFrame([cases.drop_in_place(name).gather(order) for name in cases.columns])


def first_cases(cases: Frame, first_n: int) -> Frame:
    """The first so many cases by ``started_at`` and ``case_id``, in any order."""
    return cases.top_k(first_n, by=["started_at", "case_id"], reverse=True)


def per_hour(cases: Frame) -> Frame:
    """``cases_n`` by ``hour``, whole hours since 1970: what ``as_they_come`` waits for."""
    hours = cases.select((nw.col("started_ms") // HOUR_MS).alias("hour"))
    return hours.group_by("hour").agg(nw.len().alias("cases_n"))


def as_they_come(
    pieces: Iterable[pl.DataFrame],
    hours: pl.DataFrame,
    *,
    least_n: int = LEAST_N,
    advance: Advance = told_to_nobody,
) -> Iterator[pl.DataFrame]:
    """The cases of all pieces by ``started_at`` and ``case_id``, in pieces of their own.

    ``hours``, made by ``per_hour``, says how many cases are to come. A case is given once every
    case of its hour and of earlier ones is there; until then it is held. So no more is held than a
    piece where cases come in order, than a day where days do, and everything at worst.
    """
    expected = hours.sort("hour").rows()
    missing = dict(expected)
    total_n = sum(missing.values())
    held: list[pl.DataFrame] = []
    held_n = ready_n = given_n = whole = 0  # the first so many hours are whole
    hour = (pl.col("started_at").dt.epoch("ms") // HOUR_MS).alias("hour")
    for piece in pieces:
        held.append(piece)
        held_n += piece.height
        for value, cases_n in piece.group_by(hour).len().iter_rows():
            missing[value] = missing.get(value, 0) - cases_n
        while whole < len(expected) and missing[expected[whole][0]] <= 0:
            ready_n += expected[whole][1]
            whole += 1
        # What stays behind is sorted again, so there must be something to be had for it.
        if ready_n >= max(least_n, held_n // 4):
            cases = _together(held)
            yield cases.head(ready_n)
            held.append(cases.slice(ready_n))
            given_n += ready_n
            held_n -= ready_n
            ready_n = 0
            advance(given_n, total_n)
    if held_n:
        yield _together(held)
        advance(total_n, total_n)


def _together(held: list[pl.DataFrame]) -> pl.DataFrame:
    """All pieces in order. The list is emptied: held there too, they would need twice the room."""
    cases = pl.concat(held)
    held.clear()
    return ordered(cases)
