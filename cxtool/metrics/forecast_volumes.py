"""Expected volumes per interval: by the method that was least wrong about the past.

Every method forecasts the past from earlier days (``forecast_backtest``); the one with the smallest
WAPE on the interval forecasts the days to come. Its own errors say how uncertain it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.metrics.forecast_backtest import Errors, backtest
from cxtool.metrics.forecast_calendar import Floats
from cxtool.metrics.forecast_extra import statsforecast
from cxtool.metrics.forecast_history import (
    History,
    forecast_dimensions,
    history_of,
    offered_counts,
)
from cxtool.metrics.forecast_interval import SHARE, interval
from cxtool.metrics.forecast_methods import CORE, WEEK_D, MethodName
from cxtool.metrics.stats import FLOAT_DIGITS
from cxtool.tables import Tables

Asked = Literal["auto", "profile", "seasonal-naive", "mean-4", "statsforecast"]
WITHOUT_BACKTEST: MethodName = "profile"


class Forecast(Struct, frozen=True, kw_only=True):
    """Expected cases of the days to come: ``expected`` by group, day and slot.

    ``errors`` are each method's in the backtest: empty where there are less than three weeks, and
    then nobody knows how uncertain the forecast is.
    """

    history: History
    method: MethodName
    errors: Mapping[MethodName, Errors]
    expected: Floats

    @property
    def own_errors(self) -> Errors | None:
        """Those of the method that forecasts."""
        return self.errors.get(self.method)


def expected_volumes(
    tables: Tables, settings: Settings, *, interval_s: int, days: int, by: str | None = None
) -> pl.DataFrame:
    """Offered inbound cases to expect in each interval of so many days after the period.

    The period (up to as-of) is the history. Columns: those of ``by`` (``queue``, ``queue,channel``;
    the groups with most cases first), ``starts_at`` (milliseconds, in the report's zone),
    ``expected_n`` (the mean; 0 where closed), ``low_n`` and ``high_n``, between which four of five
    counts fall; these two are null where the history has less than three weeks. Raises CxtoolError
    for a history without inbound cases or of less than a week, UsageError for what volumes cannot
    be forecast by. Source: K9.
    """
    dimensions = forecast_dimensions(by, tables)
    request = tables.request
    counts = offered_counts(tables.cases, request, dimensions, interval_s=interval_s)
    history = history_of(
        tables.collect({"offered": counts})["offered"],
        request,
        settings,
        dimensions,
        interval_s=interval_s,
        days=days,
    )
    return interval_rows(forecast_of(history))


def forecast_of(history: History, *, asked: Asked = "auto") -> Forecast:
    """The forecast of the days to come, by the method asked for or else the least wrong one."""
    check_enough(history)
    methods = dict(CORE)
    if asked == "statsforecast":
        methods[asked] = statsforecast
    errors = backtest(history, methods)
    method = least_wrong(errors) if asked == "auto" else asked
    coming = slice(history.past_n, history.slots.days_n)
    return Forecast(
        history=history,
        method=method,
        errors=errors,
        expected=methods[method](history, history.past_n, coming),
    )


def least_wrong(errors: Mapping[MethodName, Errors]) -> MethodName:
    """The method with the smallest WAPE; of equals the first; the profile where none was judged."""
    judged = {name: e.wape_pct for name, e in errors.items() if e.wape_pct is not None}
    return min(judged, key=lambda name: judged[name]) if judged else WITHOUT_BACKTEST


def check_enough(history: History) -> None:
    """Raise CxtoolError where the history is shorter than the week that repeats."""
    if history.past_n < WEEK_D or not history.learned_n:
        had = f"{history.past_n} day" + "s" * (history.past_n != 1)
        raise CxtoolError(
            f"the history has {had}; a forecast needs a week at least, and three to be judged",
            hint="a longer --period, such as --period 13w",
        )


def interval_rows(forecast: Forecast) -> pl.DataFrame:
    """One row per group and interval to come, as ``expected_volumes`` says."""
    history = forecast.history
    starts = history.slots.starts.filter(pl.col("day") >= history.past_n)
    day = starts["day"].to_numpy() - history.past_n
    slot = starts["slot"].to_numpy()
    # A slot that the clocks double begins twice, with half of its cases each.
    exposure = history.slots.exposure[history.past_n :][day, slot]
    expected = forecast.expected[:, day, slot] / exposure
    frames = bounded(expected, forecast.own_errors.slot.dispersion if forecast.own_errors else None)
    return by_group(history, frames, when=starts.select("starts_at"))


def day_rows(forecast: Forecast) -> pl.DataFrame:
    """One row per group and day to come: ``date``, ``expected_n``, ``low_n``, ``high_n``."""
    history = forecast.history
    errors = forecast.own_errors
    frames = bounded(forecast.expected.sum(axis=2), errors.day.dispersion if errors else None)
    first = pl.lit(history.slots.first) + pl.duration(days=history.past_n)
    days = pl.select(
        pl.date_range(first, first + pl.duration(days=history.days_n - 1)).alias("date")
    )
    return by_group(history, frames, when=days)


def bounded(
    expected: Floats, dispersion: Floats | None, *, share: float = SHARE
) -> dict[str, pl.Series]:
    """``expected_n`` with its interval, one group after the other."""
    flat = pl.Series("expected_n", expected.ravel()).round(FLOAT_DIGITS)
    if dispersion is None:
        unknown = pl.Series([None] * len(flat), dtype=pl.Int64)
        return {"expected_n": flat, "low_n": unknown, "high_n": unknown}
    wide = np.ones_like(expected) * dispersion.reshape(-1, *[1] * (expected.ndim - 1))
    low, high = interval(expected, wide, share=share)
    ends = {"low_n": low, "high_n": high}
    return {"expected_n": flat, **{k: pl.Series(v.ravel()).cast(pl.Int64) for k, v in ends.items()}}


def by_group(
    history: History, figures: Mapping[str, pl.Series], *, when: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Figures beside the groups' names, each group's over all of ``when``, one after the other."""
    names = [dimension.key for dimension in history.dimensions]
    rows = history.groups
    if when is not None:
        rows = rows.join(when, how="cross", maintain_order="left_right")
    return (
        rows.with_columns(**figures)
        .drop("group")
        .select(*names, *(when.columns if when is not None else ()), *figures)
    )
