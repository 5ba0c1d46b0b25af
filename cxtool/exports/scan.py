"""All files of a table as one lazy frame, limited to the days that a request needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

import polars as pl

from cxtool.exports.mapped import DAY_OF, RAW, MappedTable
from cxtool.exports.times import local_day
from cxtool.period import EPOCH

DAY = "__day"


@dataclass(frozen=True)
class Days:
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


def scan_all(
    mapped: Sequence[MappedTable], *, time_zone: str, days: Days | None = None
) -> pl.LazyFrame:
    """All parts of a table as one lazy frame, with the local day where the table has one."""
    window = days.window_ms if days else None
    frame = _together([part.scan(window=window) for part in mapped])
    if mapped[0].table.name not in DAY_OF:
        return frame
    frame = _with_day(frame, mapped, time_zone)
    return frame if days is None else frame.filter(days.contains(pl.col(DAY)))


def scan_some(mapped: Sequence[MappedTable], rows: pl.DataFrame) -> pl.LazyFrame:
    """The rows that a frame of ``RAW, ROW`` names, with the values that break rules."""
    numbers = rows[RAW].unique()
    return _together([part.some(rows) for part in mapped if part.number in numbers])


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
