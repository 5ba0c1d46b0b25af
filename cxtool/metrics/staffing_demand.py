"""The calls to staff for, interval by interval of a weekday or of a date.

What it decides: a plan by weekday has the mean of the complete days of the period that are no
holidays. Calls outside opening hours, where there are any, are not in it. Every day with calls goes
from the earliest to the latest interval of all days of its group, and the intervals between are in
it also where no call came. Source: K9.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.forecast_calendar import opening, slots_of
from cxtool.metrics.staffing_calls import DAY, SECOND, SLOT, SUMS
from cxtool.period import Request, day_number

Per = Literal["weekday", "date"]
PLACE = "place"  # a weekday, 0 for Monday, or a day number
DAYS_N = "days_n"
WEEKDAY = "weekday"
ENOUGH = 20  # handled calls of which a mean is one


def planned_days(request: Request, settings: Settings) -> pl.DataFrame:
    """The complete days of the period that are no holidays, as ``day_d`` and ``weekday``."""
    end = min(request.period.end, request.as_of)
    closed = {day_number(date.fromisoformat(day)) for day in settings.hours.holidays}
    numbers = range(day_number(request.period.start), day_number(end))
    days = [number for number in numbers if number not in closed]
    return with_weekday(pl.DataFrame({DAY: days}, schema={DAY: pl.Int64}))


def open_intervals(request: Request, settings: Settings, *, interval_s: int) -> pl.DataFrame | None:
    """The intervals in which the centre or a queue is open, as ``day_d`` and ``slot_t``.

    None where the settings name no opening hours: then every interval is open.
    """
    if not any(settings.hours.spans.values()):
        return None
    period, zone = request.period, request.time_zone
    slots = slots_of(first=period.start, days_n=period.days, interval_s=interval_s, time_zone=zone)
    calendars = opening(slots, settings.hours, as_usual=frozenset(), time_zone=zone)
    day, slot = np.nonzero(np.any(list(calendars.values()), axis=0))
    return pl.DataFrame(
        {DAY: day + day_number(period.start), SLOT: slot * interval_s},
        schema={DAY: pl.Int64, SLOT: pl.Int64},
    )


def in_hours(
    counts: pl.DataFrame, request: Request, settings: Settings, *, interval_s: int
) -> tuple[pl.DataFrame, int]:
    """The counts of open intervals, and how many calls came in others."""
    is_open = open_intervals(request, settings, interval_s=interval_s)
    if is_open is None:
        return counts, 0
    kept = counts.join(is_open, on=[DAY, SLOT], how="semi")
    closed = counts.join(is_open, on=[DAY, SLOT], how="anti")
    return kept, closed.select(pl.col("offered_n").sum()).item()


def with_weekday(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the weekday of their day, 0 for Monday."""
    return rows.with_columns(((pl.col(DAY) + 3) % 7).alias(WEEKDAY))


def past_demand(
    counts: pl.DataFrame, days: pl.DataFrame, keys: Sequence[str], *, per: Per, interval_s: int
) -> pl.DataFrame:
    """What came in each interval of the plan: ``SUMS`` over its days, ``days_n`` of them.

    ``counts`` are those of ``call_counts``; those of other than ``days`` are left out.
    """
    place = WEEKDAY if per == "weekday" else DAY
    of_place = days.group_by(pl.col(place).alias(PLACE)).agg(pl.len().cast(pl.Int64).alias(DAYS_N))
    kept = counts.join(days, on=DAY).with_columns(pl.col(place).alias(PLACE))
    sums = kept.group_by(*keys, PLACE, SLOT).agg(pl.col(SUMS).sum())
    grid = whole_days(sums, keys, interval_s=interval_s)
    joined = grid.join(sums, on=[*keys, PLACE, SLOT], how="left", nulls_equal=True)
    return joined.with_columns(pl.col(SUMS).fill_null(0)).join(of_place, on=PLACE)


def whole_days(sums: pl.DataFrame, keys: Sequence[str], *, interval_s: int) -> pl.DataFrame:
    """The intervals of every day of ``sums``, from the earliest to the latest of its group's."""
    hours = (pl.col(SLOT).min().alias("first"), (pl.col(SLOT).max() + interval_s).alias("end"))
    slots = pl.int_ranges("first", "end", interval_s, dtype=pl.Int64).alias(SLOT)
    places = sums.select(*keys, PLACE).unique()
    if keys:
        spans = places.join(sums.group_by(keys).agg(hours), on=list(keys), nulls_equal=True)
    else:
        spans = places.join(sums.select(hours), how="cross")
    return spans.select(*keys, PLACE, slots).explode(SLOT)


def expected_demand(
    expected: pl.DataFrame, keys: Sequence[str], *, per: Per, interval_s: int
) -> pl.DataFrame:
    """The forecast of ``expected_volumes`` as ``offered_n`` per interval of the plan's days.

    Intervals that a clock change doubles are one. By weekday it is the mean of the dates.
    """
    starts = pl.col("starts_at")
    of_day = starts.dt.hour().cast(pl.Int64) * 3600 + starts.dt.minute().cast(pl.Int64) * 60
    dated = with_weekday(
        expected.with_columns(
            starts.dt.date().to_physical().cast(pl.Int64).alias(DAY),
            (of_day // interval_s * interval_s).alias(SLOT),
        )
    )
    place = pl.col(WEEKDAY if per == "weekday" else DAY).alias(PLACE)
    days = dated.group_by(place).agg(pl.col(DAY).n_unique().cast(pl.Int64).alias(DAYS_N))
    some = dated.filter(pl.col("expected_n") > 0).with_columns(place)
    sums = some.group_by(*keys, PLACE, SLOT).agg(offered_n=pl.col("expected_n").sum())
    grid = whole_days(sums, keys, interval_s=interval_s)
    joined = grid.join(sums, on=[*keys, PLACE, SLOT], how="left", nulls_equal=True)
    return joined.with_columns(pl.col("offered_n").fill_null(0.0)).join(days, on=PLACE)


def with_handle_times(
    demand: pl.DataFrame, counts: pl.DataFrame, keys: Sequence[str], *, per: Per
) -> pl.DataFrame:
    """Demand with the mean handle time ``aht_s`` of the past, and of how many calls ``aht_n``.

    Of the handled calls of its weekday and interval where these are ``ENOUGH``; else of the
    interval on all days; else of the group; else of all calls, however few: null where none has a
    time.
    """
    dated = with_weekday(counts)
    weekday = pl.col(PLACE) if per == "weekday" else (pl.col(PLACE) + 3) % 7
    rows = demand.with_columns(weekday.alias(WEEKDAY))
    seconds, of_n = pl.lit(None, pl.Float64), pl.lit(None, pl.Int64)
    ms_sum, n_sum = pl.col("aht_ms").sum(), pl.col("aht_n").sum()
    ladder = ((), tuple(keys), (*keys, SLOT), (*keys, WEEKDAY, SLOT))
    for number, level in enumerate(dict.fromkeys(ladder)):
        ms, n = pl.col(f"ms_{number}"), pl.col(f"n_{number}")
        sums = (ms_sum.alias(f"ms_{number}"), n_sum.alias(f"n_{number}"))
        if level:
            known = dated.group_by(level).agg(sums)
            rows = rows.join(known, on=level, how="left", nulls_equal=True)
        else:
            rows = rows.join(dated.select(sums), how="cross")
        taken = n >= (ENOUGH if level else 1)
        seconds = pl.when(taken).then(SECOND * ms / n).otherwise(seconds)
        of_n = pl.when(taken).then(n).otherwise(of_n)
    kept = pl.col(demand.columns).exclude("aht_n")
    return rows.select(kept, aht_s=seconds, aht_n=of_n)
