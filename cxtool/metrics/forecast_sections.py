"""The sections of a forecast: what to expect in all, by interval, by day; how good it was."""

from __future__ import annotations

import numpy as np
import polars as pl

from cxtool.calendar import DAY_S
from cxtool.metrics.forecast_backtest import origins
from cxtool.metrics.forecast_calendar import Bools
from cxtool.metrics.forecast_history import History
from cxtool.metrics.forecast_methods import WEEK_D
from cxtool.metrics.forecast_volumes import (
    Forecast,
    bounded,
    by_group,
    day_rows,
    interval_rows,
)
from cxtool.metrics.stats import ALPHA, Z95, ratio, rounded
from cxtool.metrics.trend import trend_columns
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

EXPECTED = Column(key="expected_n", label="Expected", unit=Unit.NUMBER, drop=0)
BOUNDS = (
    Column(key="low_n", label="Low", unit=Unit.COUNT, role="low", of="expected_n", drop=1),
    Column(key="high_n", label="High", unit=Unit.COUNT, role="high", of="expected_n", drop=1),
)
OFFERED = Column(key="offered_n", label="Offered", unit=Unit.COUNT, drop=0)
USE = Column(key="use", label="Used as", drop=2)
STARTS = Column(key="starts_at", label="From", unit=Unit.DATETIME, drop=0)
DATE = Column(key="date", label="Day", unit=Unit.DATE, drop=0)
FINEST_CURVE = 1_000  # intervals that a picture still shows


def summary_section(forecast: Forecast) -> Section:
    """All days to come against as many before, the last of the same weekdays, per group.

    Its interval is at 95 %, with the dispersion of whole horizons or that of a day over its days,
    whichever is larger. Signal: whether what came before lies outside of so much.
    """
    history = forecast.history
    days = history.days_n
    first = history.past_n - -(-days // WEEK_D) * WEEK_D
    before = history.offered[:, first : first + days].sum(axis=(1, 2)) if first >= 0 else None
    expected = forecast.expected.sum(axis=(1, 2))
    errors = forecast.own_errors
    dispersion = None
    if errors is not None:
        judged = min(days, origins(history.past_n, days)[1])
        dispersion = np.maximum(errors.horizon.dispersion, errors.day.dispersion / judged)
    figures = bounded(expected, dispersion, share=1 - ALPHA)
    extra = pl.DataFrame(
        {
            "previous": pl.Series(before, dtype=pl.Float64)
            if before is not None
            else [None] * len(expected),
            "dispersion": pl.Series(dispersion)
            if dispersion is not None
            else [None] * len(expected),
        },
        schema={"previous": pl.Float64, "dispersion": pl.Float64},
    )
    rows = by_group(history, figures).hstack(extra)
    mean, previous = pl.col("expected_n"), pl.col("previous")
    deviation = (mean + pl.col("dispersion") * mean**2).sqrt()
    signal = (
        pl.when(previous.is_null())
        .then(pl.lit("new"))
        .when((mean - previous).abs() <= Z95 * deviation)
        .then(pl.lit("flat"))
        .when(mean > previous)
        .then(pl.lit("up"))
        .otherwise(pl.lit("down"))
    )
    judged_signal = pl.when(previous.is_null() | deviation.is_not_null()).then(signal)
    columns = (*_names(forecast), *trend_columns(EXPECTED), *BOUNDS)
    return Section(
        id="summary",
        title=f"Expected in {days} days",
        columns=columns,
        rows=rows.with_columns(
            expected_n_previous=previous,
            expected_n_change=rounded(mean - previous),
            expected_n_change_pct=rounded(100 * ratio(mean - previous, previous)),
            expected_n_signal=judged_signal,
        ).select(column.key for column in columns),
    )


def forecast_section(forecast: Forecast) -> Section:
    """One row per group and interval to come, closed ones with 0."""
    history = forecast.history
    rows = interval_rows(forecast)
    is_drawn = rows.height <= FINEST_CURVE and history.slots.interval_s < DAY_S
    return Section(
        id="forecast",
        title="Expected by interval",
        columns=(*_names(forecast), STARTS, EXPECTED, *BOUNDS),
        rows=rows,
        charts=(_curve(forecast, "Expected by interval", STARTS.key),) if is_drawn else (),
    )


def days_section(forecast: Forecast) -> Section:
    """One row per group and day to come."""
    return Section(
        id="days",
        title="Expected by day",
        columns=(*_names(forecast), DATE, EXPECTED, *BOUNDS),
        rows=day_rows(forecast),
        charts=(_curve(forecast, "Expected by day", DATE.key),) if _names(forecast) else (),
    )


def course_section(forecast: Forecast) -> Section:
    """Every day of the history, what it is used for, and the days to come: offered, expected."""
    history = forecast.history
    past = by_group(
        history,
        {
            USE.key: pl.Series(np.select(*_uses(history), default="closed").ravel()),
            OFFERED.key: pl.Series(history.started.ravel()).cast(pl.Int64),
        },
        when=pl.DataFrame({DATE.key: history.past_dates}),
    )
    coming = day_rows(forecast).with_columns(pl.lit("forecast").alias(USE.key))
    names = _names(forecast)
    columns = (*names, DATE, USE, OFFERED, EXPECTED, *BOUNDS)
    chart = Chart(
        kind="fan",
        title="Offered, and expected with the interval of four in five",
        x=DATE.key,
        y=EXPECTED.key,
        before=OFFERED.key,
        low="low_n",
        high="high_n",
    )
    return Section(
        id="course",
        title="Offered and expected by day",
        columns=columns,
        rows=pl.concat([past, coming], how="diagonal").select(column.key for column in columns),
        folded=True,
        charts=() if names else (chart,),
    )


def _uses(history: History) -> tuple[list[Bools], list[str]]:
    """For what each past day of each group is used, the first that holds."""
    dates = history.past_dates
    shape = history.learned.shape
    named = {
        "no data": history.missing,
        "left out": history.left_out,
        "holiday": history.closed,
    }
    flags = [np.broadcast_to([day in days for day in dates], shape) for days in named.values()]
    return [history.learned, *flags], ["learned", *named]


def backtest_section(forecast: Forecast) -> Section:
    """One row per method, the least wrong first; none where the history is too short."""
    floor = forecast.errors["profile"].floor_pct if forecast.errors else None
    naive = forecast.errors["seasonal-naive"].wape_pct if forecast.errors else None
    columns = (
        Column(key="method", label="Method", drop=0),
        Column(key="is_used", label="Used", unit=Unit.BOOL, drop=1),
        Column(key="wape_pct", label="WAPE", unit=Unit.PERCENT, better="lower", drop=0),
        Column(key="wape_n", label="Intervals", unit=Unit.COUNT, role="n", of="wape_pct", drop=2),
        Column(key="bias_pct", label="Bias", unit=Unit.PERCENT, drop=1),
        Column(key="floor_pct", label="Noise floor", unit=Unit.PERCENT, drop=2),
        Column(
            key="gain_pct", label="Better than naive", unit=Unit.PERCENT, better="higher", drop=3
        ),
        Column(key="day_wape_pct", label="WAPE of days", unit=Unit.PERCENT, better="lower", drop=2),
        Column(key="coverage_pct", label="In the interval", unit=Unit.PERCENT, drop=2),
        Column(key="judged_n", label="Cases", unit=Unit.COUNT, drop=4),
        Column(key="origins_n", label="Origins", unit=Unit.COUNT, drop=4),
    )
    rows = [
        {
            "method": name,
            "wape_pct": errors.wape_pct,
            "wape_n": errors.intervals_n,
            "bias_pct": errors.bias_pct,
            "floor_pct": floor,
            "gain_pct": 100 * (1 - errors.wape_pct / naive)
            if errors.wape_pct is not None and naive
            else None,
            "day_wape_pct": errors.day_wape_pct,
            "coverage_pct": errors.coverage_pct,
            "judged_n": round(errors.offered),
            "origins_n": errors.origins_n,
            "is_used": name == forecast.method,
        }
        for name, errors in forecast.errors.items()
    ]
    kinds = {Unit.TEXT: pl.String(), Unit.COUNT: pl.Int64(), Unit.BOOL: pl.Boolean()}
    frame = pl.DataFrame(
        rows, schema={c.key: kinds.get(c.unit, pl.Float64()) for c in columns}, orient="row"
    )
    figures = [rounded(pl.col(c.key)) for c in columns if c.unit is Unit.PERCENT]
    return Section(
        id="backtest",
        title="Backtest",
        columns=columns,
        rows=frame.with_columns(figures).sort("wape_pct", "method", nulls_last=True),
    )


def _curve(forecast: Forecast, title: str, x: str) -> Chart:
    """Expected cases over time: a band around one line, or a line for each group."""
    names = _names(forecast)
    if len(names) == 1:
        return Chart(kind="lines", title=title, x=x, y=EXPECTED.key, series=names[0].key)
    return Chart(kind="lines", title=title, x=x, y=EXPECTED.key, low="low_n", high="high_n")


def _names(forecast: Forecast) -> tuple[Column, ...]:
    return tuple(dimension.column for dimension in forecast.history.dimensions)
