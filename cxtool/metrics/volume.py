"""How many cases there are: in all, by channel, by day, and over the hours of the week.

Every case that passed the row rules counts on the local day and hour on which it started, whatever
its direction and outcome.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.dimensions import DIMENSIONS, WEEKDAYS
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import (
    CURRENT,
    count_trend,
    days_of,
    in_either,
    period_flag,
    rate_trend,
    trend_columns,
    wide,
)
from cxtool.period import Request, day_number
from cxtool.report import Chart, Column, Report, Section
from cxtool.schema import DIRECTIONS
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

CASES = Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=0)
CASES_DAYS = Column(
    key="cases_days", label="Cases by day", unit=Unit.SERIES, role="series", of="cases_n", drop=5
)
SHARE = Column(key="share_pct", label="Share", unit=Unit.PERCENT, drop=1)
SHARE_N = Column(key="share_n", label="Of cases", unit=Unit.COUNT, role="n", of="share_pct", drop=6)


def report(tables: Tables, settings: Settings) -> Report:
    """Cases of the period against the compared one.

    Sections: ``summary``, ``channels``, ``days``, ``heat``. Source: L4, L7, L8.
    """
    return carried_out(plan(tables, settings), tables)


def plan(tables: Tables, settings: Settings) -> Plan:
    """What ``report`` reads and makes."""
    request = tables.request
    frames = {"counts": case_counts(tables.cases.filter(in_either(request)), request)}

    def finish(small: Small) -> Report:
        counts = small["counts"]
        return Report.on(
            request,
            report="volume",
            title="Volume",
            source=tables.source,
            sections=(
                summary_section(counts, request),
                channels_section(counts, request),
                days_section(counts, request),
                heat_section(hour_counts(counts), request),
            ),
            main="channels",
            notes=tables.notes,
        )

    return Plan(frames=frames, finish=finish)


def case_counts(cases: Frame, request: Request) -> Frame:
    """Partial: cases per channel, direction, local day and hour, each with its compared period.

    One reading at the finest grain: its few rows are added up as a section needs them.
    """
    keys = ("channel", "direction", "started_d", "hour")
    placed = cases.select(*keys[:-1], DIMENSIONS["hour"].group.cast(nw.Int64).alias("hour"))
    grouped = placed.group_by(*keys).agg(nw.len().cast(nw.Int64).alias("cases_n"))
    return grouped.with_columns(period_flag(request))


def hour_counts(counts: pl.DataFrame) -> pl.DataFrame:
    """Cases of the period per weekday (0 is Monday) and hour, of ``case_counts``.

    >>> rows = {"started_d": [4, 11, 11], "hour": [9, 9, 10], "is_current": [True] * 3}
    >>> hour_counts(pl.DataFrame(rows | {"cases_n": [2, 3, 1]})).sort("hour").rows()
    [(0, 9, 5), (0, 10, 1)]
    """
    current: nw.DataFrame[pl.DataFrame] = nw.from_native(counts.filter(CURRENT))
    placed = current.with_columns(weekday=DIMENSIONS["weekday"].group).group_by("weekday", "hour")
    return placed.agg(nw.col("cases_n").sum()).to_native()


def summary_section(counts: pl.DataFrame, request: Request) -> Section:
    """All cases of the period and those of each direction, in one row."""
    totals = counts.group_by(CURRENT).agg(
        pl.col("cases_n").sum(),
        *(
            pl.col("cases_n").filter(pl.col("direction") == direction).sum().alias(f"{direction}_n")
            for direction in DIRECTIONS
        ),
    )
    directions = [
        Column(key=f"{direction}_n", label=direction.capitalize(), unit=Unit.COUNT, drop=1)
        for direction in DIRECTIONS
    ]
    figures = [CASES, *directions]
    side = wide(totals, [], [figure.key for figure in figures]).rows
    return Section(
        id="summary",
        title="Cases",
        columns=(
            *trend_columns(CASES),
            CASES_DAYS,
            *(column for figure in directions for column in trend_columns(figure)),
        ),
        rows=side.select(
            *_trend(CASES.key, counts, request),
            pl.lit(_by_day(counts, request)["cases_n"].to_list()).alias(CASES_DAYS.key),
            *(trend for figure in directions for trend in _trend(figure.key, counts, request)),
        ),
    )


def channels_section(counts: pl.DataFrame, request: Request) -> Section:
    """One row per channel of the period, the busiest first. Source: L4.

    ``share_pct`` is of all cases of the period.
    """
    channels = (
        counts.group_by("channel", CURRENT)
        .agg(pl.col("cases_n").sum())
        .with_columns(share_n=pl.col("cases_n").sum().over(CURRENT))
    )
    side = wide(channels, ["channel"], ["cases_n", "share_n"])
    # A channel that is new has no rows before; its share then is 0 of what there was.
    before = channels.filter(~pl.col(CURRENT))["cases_n"].sum()
    rows = side.rows.with_columns(share_n_previous=pl.lit(before))
    shares = rate_trend(
        SHARE.key, hits="cases_n", n="share_n", compared=request.previous is not None
    )
    series = (
        _grid(counts, request)
        .group_by("channel")
        .agg(pl.col("cases_n").sort_by("started_d").alias(CASES_DAYS.key))
    )
    columns = (
        Column(key="channel", label="Channel", drop=0),
        *trend_columns(CASES),
        *trend_columns(SHARE),
        SHARE_N,
        CASES_DAYS,
    )
    finished = rows.select(
        "channel", *_trend(CASES.key, counts, request), *shares, pl.col("share_n")
    ).join(series, on="channel", how="left", nulls_equal=True)
    gone = (f"Only in the compared period, and not listed: {side.gone_n}.",) if side.gone_n else ()
    return Section(
        id="channels",
        title="Cases by channel",
        columns=columns,
        rows=finished.sort("cases_n", "channel", descending=[True, False]).select(
            column.key for column in columns
        ),
        notes=gone,
        charts=(Chart(kind="bars", title="Cases by channel", x="channel", y="cases_n"),),
    )


def days_section(counts: pl.DataFrame, request: Request) -> Section:
    """Every day of the period with its cases, 0 where there are none. Source: L8."""
    rows = _by_day(counts, request)
    columns = (Column(key="date", label="Day", unit=Unit.DATE, drop=0), CASES)
    return Section(
        id="days",
        title="Cases by day",
        columns=columns,
        rows=rows.select(pl.from_epoch("started_d", time_unit="d").alias("date"), "cases_n"),
        folded=True,
        charts=(Chart(kind="columns", title="Cases by day", x="date", y="cases_n"),),
    )


def heat_section(hours: pl.DataFrame, request: Request) -> Section:
    """Every hour of the weekdays that the period has, from Monday 0 o'clock. Source: L8.

    ``day_mean`` is ``cases_n`` over ``days_n``, how often the period has that weekday; a weekday
    that it does not have is not listed, for nothing is known of it.
    """
    period = request.period
    days = pl.Series("day", range(day_number(period.start), day_number(period.end)))
    weekdays = ((days + 3) % 7).cast(pl.Int64).alias("weekday").value_counts(name="days_n")
    grid = weekdays.join(pl.DataFrame({"hour": range(24)}), how="cross")
    rows = (
        grid.join(hours, on=["weekday", "hour"], how="left")
        .sort("weekday", "hour")
        .with_columns(pl.col("cases_n").fill_null(0), pl.col("days_n").cast(pl.Int64))
        .with_columns(
            weekday=pl.col("weekday").replace_strict(
                dict(enumerate(WEEKDAYS)), return_dtype=pl.String
            ),
            day_mean=rounded(ratio(pl.col("cases_n"), pl.col("days_n"))),
        )
    )
    mean = Column(key="day_mean", label="Cases a day", unit=Unit.NUMBER, drop=1)
    columns = (
        DIMENSIONS["weekday"].column,
        DIMENSIONS["hour"].column,
        CASES,
        mean,
        Column(key="days_n", label="Days", unit=Unit.COUNT, role="n", of=mean.key, drop=6),
    )
    return Section(
        id="heat",
        title="Cases by weekday and hour",
        columns=columns,
        rows=rows.select(column.key for column in columns),
        folded=True,
        charts=(
            Chart(
                kind="heatmap",
                title=f"Cases a day by weekday and hour, {request.time_zone}",
                x="hour",
                y="weekday",
                value=mean.key,
            ),
        ),
    )


def _trend(key: str, counts: pl.DataFrame, request: Request) -> list[pl.Expr]:
    return count_trend(
        key,
        count=key,
        compared=request.previous is not None,
        data_before=not counts.filter(~pl.col(CURRENT)).is_empty(),
        days=days_of(request),
    )


def _by_day(counts: pl.DataFrame, request: Request) -> pl.DataFrame:
    days = _days(request)
    daily = counts.filter(CURRENT).group_by("started_d").agg(pl.col("cases_n").sum())
    daily = daily.with_columns(pl.col("started_d").cast(pl.Int64))
    return days.join(daily, on="started_d", how="left").sort("started_d").fill_null(0)


def _grid(counts: pl.DataFrame, request: Request) -> pl.DataFrame:
    """Cases of every channel on every day of the period."""
    current = counts.filter(CURRENT).with_columns(pl.col("started_d").cast(pl.Int64))
    daily = current.group_by("channel", "started_d").agg(pl.col("cases_n").sum())
    grid = daily.select("channel").unique().join(_days(request), how="cross")
    keys = ["channel", "started_d"]
    filled = grid.join(daily, on=keys, how="left", nulls_equal=True)
    return filled.with_columns(pl.col("cases_n").fill_null(0))


def _days(request: Request) -> pl.DataFrame:
    numbers = range(day_number(request.period.start), day_number(request.period.end))
    return pl.DataFrame({"started_d": numbers}, schema={"started_d": pl.Int64})
