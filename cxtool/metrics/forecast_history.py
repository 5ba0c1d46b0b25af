"""What was offered, day by day and slot by slot, and which days a forecast learns from.

Offered is every inbound case, also one that nobody answered. Not learned from: days on which the
centre is closed, days that the settings leave out, and days without any case although their
weekday usually has many, for then the data are missing, not the customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.calendar import CENTRE
from cxtool.config import Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.dimensions import Dimension, exploded, find_dimensions
from cxtool.metrics.forecast_calendar import Bools, Floats, Slots, opening, slots_of
from cxtool.metrics.trend import within
from cxtool.period import EPOCH, Request, day_number
from cxtool.tables import Frame, Tables

OFFERED = nw.col("direction") == "inbound"
QUEUE = "queue"
EXPECTED_AT_LEAST = 10  # a day that usually has fewer may well have none
FAR_BELOW = 0.25  # of its weekday's median: a day that something must have happened to


class History(Struct, frozen=True, kw_only=True):
    """The days that were, and those to come, in arrays over groups, days and slots.

    ``groups`` has a row for each group, in the order of the arrays. ``offered`` (group, past day,
    slot) counts cases in open slots, ``started`` (group, past day) those in any. ``is_open``
    (group, day, slot) covers the days to come as well; ``learned`` (group, past day) are the days
    that a forecast learns from. ``missing``, ``left_out`` and ``closed`` are those that it does
    not: for want of data, by the settings, as holidays. ``low`` are learned from, but had few.
    """

    dimensions: tuple[Dimension, ...]
    groups: pl.DataFrame
    slots: Slots
    past_n: int
    offered: Floats
    started: Floats
    is_open: Bools
    learned: Bools
    missing: tuple[date, ...]
    left_out: tuple[date, ...]
    closed: tuple[date, ...]
    low: tuple[date, ...]

    @property
    def days_n(self) -> int:
        """Days to come."""
        return self.slots.days_n - self.past_n

    @property
    def past_dates(self) -> list[date]:
        """The days that were."""
        return [self.slots.first + timedelta(days=day) for day in range(self.past_n)]

    @property
    def outside_n(self) -> int:
        """Cases that started in slots that are not open."""
        return int(self.started.sum() - self.offered.sum())

    @property
    def learned_n(self) -> int:
        """Days that any group is learned from."""
        return int(self.learned.any(axis=0).sum())


def forecast_dimensions(by: str | None, tables: Tables) -> tuple[Dimension, ...]:
    """The dimensions of ``queue`` or ``queue,channel``; UsageError for one of time."""
    names = [name.strip() for name in by.split(",")] if by else []
    found = find_dimensions(names, tables.cases)
    for dimension in found:
        if dimension.in_time:
            raise UsageError(
                f"a forecast is by interval already, not by '{dimension.key}'",
                hint="--interval 1h or 1d; --by queue or channel",
            )
    return found


def offered_counts(
    cases: Frame, request: Request, dimensions: Sequence[Dimension], *, interval_s: int
) -> Frame:
    """Partial: offered cases per group, local day and slot of the day."""
    past = cases.filter(within(request.period) & OFFERED)
    slot = nw.col("started_t").cast(nw.Int64) // interval_s
    keyed = exploded(past, dimensions).with_columns(
        nw.col("started_d").cast(nw.Int64).alias("day_d"), slot.alias("slot")
    )
    keys = [*(dimension.key for dimension in dimensions), "day_d", "slot"]
    return keyed.group_by(keys).agg(nw.len().cast(nw.Int64).alias("offered_n"))


def history_of(
    counts: pl.DataFrame,
    request: Request,
    settings: Settings,
    dimensions: Sequence[Dimension],
    *,
    interval_s: int,
    days: int,
) -> History:
    """The history that the counts tell, up to as-of, and so many days to come after it.

    Days before the first case are no history. Raises CxtoolError where there is no case at all.
    """
    end = min(request.period.end, request.as_of)
    counts = counts.filter(pl.col("day_d") < day_number(end))
    if counts.is_empty():
        raise CxtoolError(
            f"no inbound case in {request.period.label}, so there is nothing to forecast from",
            hint="--period names the days that are learned from",
        )
    first_d = int(counts.select("day_d").min().item())
    past_n = day_number(end) - first_d
    slots = slots_of(
        first=EPOCH + timedelta(days=first_d),
        days_n=past_n + days,
        interval_s=interval_s,
        time_zone=request.time_zone,
    )
    keys = [dimension.key for dimension in dimensions]
    groups = _groups(counts, keys)
    started = _started(counts, groups, keys, slots, past_n=past_n)
    as_usual = _days(settings.forecast.open_holidays)
    calendars = opening(slots, settings.hours, as_usual=as_usual, time_zone=request.time_zone)
    is_open = _open_of(groups, calendars)
    if not any(settings.hours.spans.values()):
        is_open &= _ever_open(started, slots)
    offered = started * is_open[:, :past_n]
    return _learning(
        History(
            dimensions=tuple(dimensions),
            groups=groups,
            slots=slots,
            past_n=past_n,
            offered=offered,
            started=started.sum(axis=2),
            is_open=is_open,
            learned=_any_slot(is_open[:, :past_n]),
            missing=(),
            left_out=(),
            closed=(),
            low=(),
        ),
        settings,
    )


def _groups(counts: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """``group`` (its number) and the columns that name it; the largest first."""
    if not keys:
        return pl.DataFrame({"group": [0]})
    sizes = counts.group_by(keys).agg(pl.col("offered_n").sum())
    ordered = sizes.sort("offered_n", *keys, descending=[True, *(False for _ in keys)])
    return ordered.select(*keys).with_row_index("group").cast({"group": pl.Int64})


def _started(
    counts: pl.DataFrame, groups: pl.DataFrame, keys: list[str], slots: Slots, *, past_n: int
) -> Floats:
    placed = (
        counts.join(groups, on=keys, how="left", nulls_equal=True)
        if keys
        else counts.with_columns(group=pl.lit(0))
    )
    started = np.zeros((groups.height, past_n, slots.slots_n))
    day = placed["day_d"].to_numpy() - day_number(slots.first)
    at = (placed["group"].to_numpy(), day, placed["slot"].to_numpy())
    np.add.at(started, at, placed["offered_n"].to_numpy())
    return started


def _open_of(groups: pl.DataFrame, calendars: dict[str, Bools]) -> Bools:
    """The calendar of each group: its queue's, else the centre's; without queues, any of them."""
    if QUEUE not in groups.columns:
        any_open = np.asarray(np.stack(list(calendars.values())).any(axis=0), dtype=np.bool_)
        return np.repeat(any_open[np.newaxis], groups.height, axis=0)
    own = [calendars.get(queue, calendars[CENTRE]) for queue in groups[QUEUE]]
    return np.stack(own)


def _any_slot(is_open: Bools) -> Bools:
    return np.asarray(is_open.any(axis=2), dtype=np.bool_)


def _ever_open(started: Floats, slots: Slots) -> Bools:
    """Without opening hours: the slots and the weekdays on which any case ever started."""
    weekdays = slots.weekdays
    past = weekdays[: started.shape[1]]
    busy = np.stack([started[:, past == weekday].sum(axis=(1, 2)) > 0 for weekday in range(7)], 1)
    ever = started.sum(axis=1, keepdims=True) > 0
    return np.asarray(busy[:, weekdays, np.newaxis] & ever, dtype=np.bool_)


def _learning(history: History, settings: Settings) -> History:
    """The history with the days that are not learned from found and left out."""
    slots, past_n = history.slots, history.past_n
    dates = history.past_dates
    left_out = _flags(dates, _days(settings.forecast.leave_out))
    holidays = _days(settings.hours.holidays) - _days(settings.forecast.open_holidays)
    totals = history.offered.sum(axis=(0, 2))
    usual = _usual(totals, slots.weekdays[:past_n], history.learned.any(axis=0) & ~left_out)
    missing = (totals == 0) & (usual >= EXPECTED_AT_LEAST) & history.learned.any(axis=0) & ~left_out
    learned = history.learned & ~(left_out | missing)
    is_low = learned.any(axis=0) & (usual >= EXPECTED_AT_LEAST) & (totals < FAR_BELOW * usual)
    return replace(
        history,
        learned=learned,
        missing=_named(dates, missing),
        left_out=_named(dates, left_out & ~_flags(dates, holidays)),
        closed=_named(dates, _flags(dates, holidays)),
        low=_named(dates, is_low),
    )


def _usual(totals: Floats, weekdays: npt.NDArray[np.int64], learned: Bools) -> Floats:
    """The median of each day's weekday."""
    usual = np.zeros(len(totals))
    for weekday in range(7):
        same = weekdays == weekday
        if (same & learned).any():
            usual[same] = np.median(totals[same & learned])
    return usual


def _flags(dates: list[date], days: frozenset[date]) -> Bools:
    return np.array([day in days for day in dates], dtype=np.bool_)


def _named(dates: list[date], flags: Bools) -> tuple[date, ...]:
    return tuple(day for day, flag in zip(dates, flags, strict=True) if flag)


def _days(texts: Sequence[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
