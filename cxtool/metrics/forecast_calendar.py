"""Which intervals a forecast has, when each begins, and which of them are open.

Slots are intervals of the local clock, counted from local midnight, so that a pattern over the day
keeps its place when the clocks change: a slot that is skipped does not exist on that day, one that
is doubled begins twice. A slot is open where it touches opening hours of ``[hours]``; without any,
every day is open but holidays.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.calendar import CENTRE, DAY_S, opening_days
from cxtool.config import HoursSettings
from cxtool.period import day_number

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

HALF_HOUR_MS, HOUR_MS = 1_800_000, 3_600_000


class Slots(Struct, frozen=True, kw_only=True):
    """The slots of a run of days.

    ``starts``: one row per slot that begins (``day``, ``slot``, ``starts_at``), in order of time;
    ``exposure``: how often each slot of each day begins: once, or 0 or 2 times by the clocks.
    """

    first: date
    days_n: int
    interval_s: int
    starts: pl.DataFrame
    exposure: Floats

    @property
    def slots_n(self) -> int:
        """Slots of a day."""
        return DAY_S // self.interval_s

    @property
    def weekdays(self) -> npt.NDArray[np.int64]:
        """The weekday of each day, 0 for Monday."""
        return (day_number(self.first) + np.arange(self.days_n) + 3) % 7


def slots_of(*, first: date, days_n: int, interval_s: int, time_zone: str) -> Slots:
    """The slots of so many local days from the first.

    >>> spring = slots_of(
    ...     first=date(2026, 3, 29), days_n=1, interval_s=3600, time_zone="Europe/Warsaw"
    ... )
    >>> spring.starts.height, spring.exposure[0, :4].tolist()
    (23, [1.0, 1.0, 0.0, 1.0])
    """
    slots_n = DAY_S // interval_s
    cells = pl.DataFrame({"day": range(days_n)}, schema={"day": pl.Int64}).join(
        pl.DataFrame({"slot": range(slots_n)}, schema={"slot": pl.Int64}), how="cross"
    )
    midnight = pl.lit(first).cast(pl.Datetime("ms"))
    clock = midnight + pl.duration(
        milliseconds=(pl.col("day") * DAY_S + pl.col("slot") * interval_s) * 1000
    )
    # Where the clocks skip its beginning, a slot begins with the rest of it, if there is any.
    later = [clock + pl.duration(milliseconds=ms) for ms in (HALF_HOUR_MS, HOUR_MS)]
    within = [ms for ms in (HALF_HOUR_MS, HOUR_MS) if ms < interval_s * 1000]
    once = pl.coalesce(_instant(at, time_zone) for at in (clock, *later[: len(within)]))
    again = _instant(clock, time_zone, ambiguous="latest")
    starts = cells.with_columns(once.alias("starts_at"), again.alias("again"))
    doubled = starts.filter(
        pl.col("again") != pl.col("starts_at"), pl.lit(interval_s < DAY_S)
    ).with_columns(starts_at=pl.col("again"))
    listed = pl.concat([starts.drop_nulls("starts_at"), doubled]).drop("again").sort("starts_at")
    exposure = np.zeros((days_n, slots_n))
    np.add.at(exposure, (listed["day"].to_numpy(), listed["slot"].to_numpy()), 1.0)
    return Slots(
        first=first, days_n=days_n, interval_s=interval_s, starts=listed, exposure=exposure
    )


def opening(
    slots: Slots, hours: HoursSettings, *, as_usual: frozenset[date], time_zone: str
) -> dict[str, Bools]:
    """Which slots of which days are open, of the centre (``CENTRE``) and each queue of its own.

    Holidays are closed but for those in ``as_usual``.
    """
    own = {
        name: replace(queue, holidays=_without(queue.holidays, as_usual))
        for name, queue in hours.queues.items()
    }
    held = replace(hours, holidays=_without(hours.holidays, as_usual), queues=own)
    if not any(held.spans.values()):
        return {
            name: _but_holidays(slots, [*held.holidays, *holidays])
            for name, holidays in {CENTRE: [], **{n: q.holidays for n, q in own.items()}}.items()
        }
    before = date.fromordinal(slots.first.toordinal() - 1)
    after = date.fromordinal(slots.first.toordinal() + slots.days_n)
    days = opening_days(held, time_zone=time_zone, first=before, last=after, as_of_ms=0)
    return {
        str(name): _touching(slots, calendar)
        for (name,), calendar in days.partition_by("business_calendar", as_dict=True).items()
    }


def _touching(slots: Slots, calendar: pl.DataFrame) -> Bools:
    """Whether each slot touches one of the calendar's spans."""
    spans_n = sum(name.startswith("from_") for name in calendar.columns)
    spans = pl.concat(
        calendar.select(pl.col(f"from_{k}").alias("from"), pl.col(f"to_{k}").alias("to"))
        for k in range(spans_n)
    ).filter(pl.col("from") < pl.col("to"))
    begins = slots.starts["starts_at"].dt.epoch("ms").to_numpy()
    ends = begins + slots.interval_s * 1000
    begun = np.searchsorted(np.sort(spans["from"].to_numpy()), ends, side="left")
    over = np.searchsorted(np.sort(spans["to"].to_numpy()), begins, side="right")
    is_open = np.zeros(slots.exposure.shape, dtype=np.bool_)
    at = (slots.starts["day"].to_numpy(), slots.starts["slot"].to_numpy())
    np.logical_or.at(is_open, at, begun > over)
    return is_open


def _but_holidays(slots: Slots, holidays: list[str]) -> Bools:
    first = day_number(slots.first)
    closed = [day_number(date.fromisoformat(day)) - first for day in holidays]
    is_open = slots.exposure > 0
    is_open[[day for day in closed if 0 <= day < slots.days_n]] = False
    return is_open


def _without(days: list[str], as_usual: frozenset[date]) -> list[str]:
    return [day for day in days if date.fromisoformat(day) not in as_usual]


def _instant(
    clock: pl.Expr, time_zone: str, *, ambiguous: Literal["earliest", "latest"] = "earliest"
) -> pl.Expr:
    return clock.dt.replace_time_zone(time_zone, ambiguous=ambiguous, non_existent="null")
