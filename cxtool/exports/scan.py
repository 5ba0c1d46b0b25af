"""All files of a table as one lazy frame, limited to the days that a request needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import reduce
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.exports.mapped import DAY_OF, RAW, MappedTable
from cxtool.exports.times import local_day
from cxtool.period import EPOCH, day_number

DAY = "__day"
QUARTER_MS = 900_000


class Days(Struct, frozen=True):
    """Local days, as half-open ranges of day numbers, and the zone that makes them."""

    ranges: tuple[tuple[int, int], ...]
    time_zone: str

    def widened(self, days_n: int) -> Days:
        """These days and so many before and after each range."""
        return replace(self, ranges=tuple((s - days_n, e + days_n) for s, e in self.ranges))

    def contains(self, day: pl.Expr) -> pl.Expr:
        """Whether the day lies in one of the ranges, or is unknown: rules judge such rows."""
        inside = [day.is_between(start, end, closed="left") for start, end in self.ranges]
        return reduce(lambda left, right: left | right, inside) | day.is_null()

    @property
    def window_ms(self) -> tuple[int, int]:
        """Epoch milliseconds that surely hold all the days."""
        zone = ZoneInfo(self.time_zone)
        numbers = min(start for start, _ in self.ranges), max(end for _, end in self.ranges)
        start, end = (
            datetime.combine(EPOCH + timedelta(days=number), time.min, tzinfo=zone)
            for number in numbers
        )
        return int(start.timestamp() * 1000), int(end.timestamp() * 1000)

    @property
    def is_window(self) -> bool:
        """Whether what lies in ``window_ms`` are just the days.

        So it is where they follow each other, and no clock is put back over midnight at their ends.
        """
        ordered = sorted(self.ranges)
        follow = all(end == start for (_, end), (start, _) in pairwise(ordered))
        numbers = ordered[0][0], ordered[-1][1]
        ends = zip(self.window_ms, numbers, strict=True)
        return follow and all(self._begins_at(ms, number) for ms, number in ends)

    def _begins_at(self, ms: int, number: int) -> bool:
        """Whether a day begins at an instant, and no instant near it is of another side."""
        zone = ZoneInfo(self.time_zone)
        near = ((ms + quarter * QUARTER_MS, quarter < 0) for quarter in range(-12, 13))
        return all(
            (day_number(datetime.fromtimestamp(at / 1000, zone).date()) < number) == is_before
            for at, is_before in (*near, (ms - 1, True))
        )


def scan_all(
    mapped: Sequence[MappedTable], *, time_zone: str, days: Days | None = None
) -> pl.LazyFrame:
    """All parts of a table as one lazy frame, with the local day where the table has one."""
    window = days.window_ms if days else None
    frame = _together([part.scan(window=window) for part in mapped])
    if mapped[0].table.name not in DAY_OF:
        return frame
    frame = _with_day(frame, mapped, time_zone)
    if days is None or (_have_starts(mapped) and days.is_window):
        return frame
    return frame.filter(days.contains(pl.col(DAY)))


def scan_some(mapped: Sequence[MappedTable], rows: pl.DataFrame) -> pl.LazyFrame:
    """The rows that a frame of ``RAW, ROW`` names, with the values that break rules."""
    numbers = rows[RAW].unique()
    return _together([part.some(rows) for part in mapped if part.number in numbers])


def scan_dated(mapped: Sequence[MappedTable], *, time_zone: str, days: Days | None) -> pl.LazyFrame:
    """The same without rows of no day, where the table has days and some are asked for."""
    frame = scan_all(mapped, time_zone=time_zone, days=days)
    if days is None or mapped[0].table.name not in DAY_OF or _have_starts(mapped):
        return frame
    return frame.filter(pl.col(DAY).is_not_null())


def _have_starts(mapped: Sequence[MappedTable]) -> bool:
    """Whether every row surely has the time that its day is told from."""
    return all(part.is_proven for part in mapped)


def _with_day(frame: pl.LazyFrame, mapped: Sequence[MappedTable], time_zone: str) -> pl.LazyFrame:
    source = DAY_OF[mapped[0].table.name]
    return frame.with_columns(local_day(pl.col(source), time_zone).alias(DAY))


def _together(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    return pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]


def span_of(mapped: Sequence[MappedTable], time_zone: str) -> tuple[int, int] | None:
    """First and last local day of a table, from its time column alone."""
    known = sorted(day for part in mapped for day in part.raw.days)
    parts = [part.on(known[0], known[-1]) if known else part.scan() for part in mapped]
    frame = _with_day(_together(parts), mapped, time_zone)
    days = frame.select(pl.col(DAY).min().alias("first"), pl.col(DAY).max().alias("last"))
    first, last = days.collect(engine="streaming").row(0)
    return None if first is None else (first, last)
