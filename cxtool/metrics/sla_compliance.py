"""Compliance of groups of cases: verdicts counted per group and day, then shares and trends.

Compliance is met / (met + not met). Cases that are pending or not applicable are in neither; where
no case can be judged, compliance is null.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.dimensions import Dimension, exploded, in_order
from cxtool.metrics.stats import ratio, rounded, wilson
from cxtool.metrics.trend import (
    CURRENT,
    few_agents_note,
    period_flag,
    rate_trend,
    trend_columns,
    wide,
)
from cxtool.period import Request, day_number
from cxtool.report import Chart, ChartKind, Column, Section
from cxtool.tables import Frame
from cxtool.units import Unit

VERDICT_COUNTS = {"met_n": "met", "not_met_n": "not_met", "pending_n": "pending", "na_n": "n/a"}
COUNTS = ("cases_n", *VERDICT_COUNTS)

COUNT_COLUMNS = (
    Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=1),
    Column(key="met_n", label="Met", unit=Unit.COUNT, better="higher", drop=4),
    Column(key="not_met_n", label="Not met", unit=Unit.COUNT, better="lower", drop=3),
    Column(key="pending_n", label="Pending", unit=Unit.COUNT, drop=6),
    Column(key="na_n", label="n/a", unit=Unit.COUNT, drop=7),
)
SLA_COLUMNS = (
    *trend_columns(Column(key="sla_pct", label="SLA", unit=Unit.PERCENT, better="higher", drop=0)),
    Column(key="sla_n", label="SLA of", unit=Unit.COUNT, role="n", of="sla_pct", drop=6),
    Column(key="sla_low_pct", label="SLA low", unit=Unit.PERCENT, role="low", of="sla_pct", drop=7),
    Column(
        key="sla_high_pct", label="SLA high", unit=Unit.PERCENT, role="high", of="sla_pct", drop=7
    ),
)
DAYS_COLUMN = Column(
    key="sla_days", label="SLA by day", unit=Unit.SERIES, role="series", of="sla_pct", drop=5
)

POSITION_NOTE = "Each is compared with the one at the same place in the compared period."
LIST_NOTE = "A case with several values counts under each of them."
ONE_AGENT_NOTE = (
    "Each row leans on one agent, whose cases are not independent: signals are less certain."
)


def sla_counts(judged: Frame, dimensions: Sequence[Dimension], request: Request) -> Frame:
    """Count the verdicts of ``with_sla`` per group, compared period and local day.

    Counts are mergeable: those of parts add up to those of the whole. A case counts under each of
    the values of a list dimension. Dimensions of days are left to ``rolled_up``.
    """
    told = [dimension for dimension in dimensions if not _is_of_days(dimension)]
    keys = [dimension.key for dimension in told]
    flagged = exploded(judged.with_columns(period_flag(request)), told).select(
        *keys,
        CURRENT,
        "started_d",
        nw.lit(1).cast(nw.Int64).alias("cases_n"),
        *(
            nw.when(nw.col("sla") == verdict).then(1).otherwise(0).alias(count)
            for count, verdict in VERDICT_COUNTS.items()
        ),
    )
    totals = [nw.col(count).sum().cast(nw.Int64) for count in COUNTS]
    return flagged.group_by(*keys, CURRENT, "started_d").agg(*totals)


def finest(groups: Sequence[Sequence[Dimension]]) -> list[int]:
    """For each grouping the place of one whose ``sla_counts`` have all that it needs.

    Often its own; else the least fine one, of which it is a coarser grouping.
    """
    keys = [frozenset(d.key for d in group if not _is_of_days(d)) for group in groups]
    # A case counts once only where no list is taken apart.
    wholes = [not any(dimension.is_list for dimension in group) for group in groups]
    found = []
    for own, is_whole in zip(keys, wholes, strict=True):
        finer = [
            place
            for place, (others, whole) in enumerate(zip(keys, wholes, strict=True))
            if own == others or (is_whole and whole and own < others)
        ]
        read = [place for place in finer if not any(keys[place] < keys[other] for other in finer)]
        found.append(min(read, key=lambda place: (len(keys[place]), place)))
    return found


def rolled_up(
    partial: pl.DataFrame, dimensions: Sequence[Dimension], request: Request
) -> pl.DataFrame:
    """The counts of a grouping from ``sla_counts`` of the same or a finer one."""
    rows: Frame = nw.from_native(partial.lazy())
    if request.previous and any(dimension.by_position for dimension in dimensions):
        rows = in_position(rows, request)
    rows = exploded(rows, [dimension for dimension in dimensions if _is_of_days(dimension)])
    keys = [dimension.key for dimension in dimensions]
    summed = rows.group_by(*keys, CURRENT, "started_d").agg(nw.col(*COUNTS).sum())
    counts: pl.DataFrame = summed.collect().to_native()
    return counts


def _is_of_days(dimension: Dimension) -> bool:
    return dimension.source == "started_d"


def summary_section(partial: pl.DataFrame, agents_n: int, request: Request) -> Section:
    """The period as a whole, in one row also where there are no cases. Source: S1."""
    rows, _ = _compliance(partial, [], request)
    caution = few_agents_note(agents_n) if request.previous else None
    columns = (*COUNT_COLUMNS, *SLA_COLUMNS, DAYS_COLUMN)
    return Section(
        id="summary",
        title="SLA compliance",
        columns=columns,
        rows=_with_days(rows, partial, [], request).select(c.key for c in columns),
        notes=(caution,) if caution else (),
    )


def days_section(partial: pl.DataFrame, request: Request) -> Section:
    """Every day of the period beside the day at the same place in the compared one.

    ``partial`` is ``sla_counts`` without dimensions. A day without cases is listed, its compliance
    is null. ``date_previous`` is null where the compared period is shorter. Source: S1, S2.
    """
    compared = request.previous
    start, length = request.period.start, request.period.days
    offset = pl.col("started_d").cast(pl.Int64) - pl.when(CURRENT).then(
        day_number(start)
    ).otherwise(day_number(compared.start if compared else start))
    placed = partial.select(offset.alias("place"), CURRENT, *COUNTS)
    zeros = pl.DataFrame({"place": range(length)}, schema={"place": pl.Int64}).with_columns(
        pl.lit(True).alias(CURRENT), *(pl.lit(0, pl.Int64).alias(count) for count in COUNTS)
    )
    rows, _ = _compliance(pl.concat([placed, zeros]), ["place"], request)
    before = (
        pl.when(pl.col("place") < compared.days).then(
            pl.lit(compared.start) + pl.duration(days=pl.col("place"))
        )
        if compared
        else pl.lit(None, pl.Date)
    )
    columns = (
        Column(key="date", label="Day", unit=Unit.DATE, drop=0),
        Column(key="date_previous", label="Compared with", unit=Unit.DATE, drop=6),
        *COUNT_COLUMNS,
        *SLA_COLUMNS,
    )
    dated = rows.sort("place").with_columns(
        date=pl.lit(start) + pl.duration(days=pl.col("place")), date_previous=before
    )
    return Section(
        id="days",
        title="SLA compliance by day",
        columns=columns,
        rows=dated.select(column.key for column in columns),
        folded=True,
        charts=(_course("date", "SLA compliance by day"),),
    )


def breakdown_section(
    partial: pl.DataFrame, dimensions: Sequence[Dimension], request: Request
) -> Section:
    """One row per group of the current period, ``by_`` and the dimensions' names. Source: S2."""
    keys = [dimension.key for dimension in dimensions]
    rows, gone_n = _compliance(partial, keys, request)
    columns = (*(d.column for d in dimensions), *COUNT_COLUMNS, *SLA_COLUMNS)
    if not any(dimension.in_time for dimension in dimensions):
        rows = _with_days(rows, partial, keys, request)
        columns = (*columns, DAYS_COLUMN)
    words = ", ".join(dimension.label.lower() for dimension in dimensions)
    return Section(
        id="by_" + "_".join(keys),
        title=f"SLA compliance by {words}",
        columns=columns,
        rows=in_order(rows, dimensions, size="cases_n").select(c.key for c in columns),
        notes=breakdown_notes(rows, dimensions, request, gone_n=gone_n),
        charts=_pictures(dimensions),
    )


def _pictures(dimensions: Sequence[Dimension]) -> tuple[Chart, ...]:
    """One dimension can be drawn: days as a line, other times upright, the rest lying."""
    if len(dimensions) != 1:
        return ()
    (dimension,) = dimensions
    title = f"SLA compliance by {dimension.label.lower()}"
    if dimension.unit is Unit.DATE:
        return (_course(dimension.key, title),)
    kind: ChartKind = "columns" if dimension.in_time else "bars"
    return (Chart(kind=kind, title=title, x=dimension.key, y="sla_pct"),)


def _course(day: str, title: str) -> Chart:
    return Chart(
        kind="lines",
        title=f"{title}, and of the compared period",
        x=day,
        y="sla_pct",
        before="sla_pct_previous",
        low="sla_low_pct",
        high="sla_high_pct",
    )


def in_position(rows: Frame, request: Request) -> Frame:
    """Move the compared days onto the period's days, first onto first; drop those beyond it."""
    previous = request.previous or request.period
    distance = day_number(request.period.start) - day_number(previous.start)
    moved = (
        nw.when(nw.col(CURRENT)).then(nw.col("started_d")).otherwise(nw.col("started_d") + distance)
    )
    return rows.with_columns(moved.alias("started_d")).filter(
        nw.col("started_d") < day_number(request.period.end)
    )


def _compliance(
    partial: pl.DataFrame, keys: Sequence[str], request: Request
) -> tuple[pl.DataFrame, int]:
    per_period = partial.group_by(*keys, CURRENT).agg(pl.col(COUNTS).sum())
    side = wide(per_period, keys, COUNTS)
    judged = side.rows.with_columns(
        (pl.col("met_n") + pl.col("not_met_n")).alias("sla_n"),
        (pl.col("met_n_previous") + pl.col("not_met_n_previous")).alias("sla_n_previous"),
    )
    low, high = wilson(pl.col("met_n"), pl.col("sla_n"))
    rows = judged.with_columns(
        *rate_trend("sla_pct", hits="met_n", n="sla_n", compared=request.previous is not None),
        rounded(100 * low).alias("sla_low_pct"),
        rounded(100 * high).alias("sla_high_pct"),
    )
    return rows, side.gone_n


def _with_days(
    rows: pl.DataFrame, partial: pl.DataFrame, keys: Sequence[str], request: Request
) -> pl.DataFrame:
    """Add ``sla_days``: compliance of each day of the period, null on days without a verdict."""
    numbers = range(day_number(request.period.start), day_number(request.period.end))
    days = pl.DataFrame({"started_d": pl.Series(numbers, dtype=partial.schema["started_d"])})
    share = 100 * ratio(pl.col("met_n"), pl.col("met_n") + pl.col("not_met_n"))
    daily = partial.filter(pl.col(CURRENT)).select(
        *keys, "started_d", rounded(share).alias("sla_days")
    )
    numbered = rows.with_row_index("row")
    series = (
        numbered.select("row", *keys)
        .join(days, how="cross")
        .join(daily, on=[*keys, "started_d"], how="left", nulls_equal=True)
        .sort("row", "started_d")
        .group_by("row", maintain_order=True)
        .agg("sla_days")
    )
    return numbered.join(series, on="row", how="left").drop("row")


def breakdown_notes(
    rows: pl.DataFrame, dimensions: Sequence[Dimension], request: Request, *, gone_n: int
) -> tuple[str, ...]:
    """What a reader of a breakdown must know: no values, several, places, agents, what is gone."""
    unknown = [
        f"No case has a value for {dimension.label.lower()}."
        for dimension in dimensions
        if rows.height and rows[dimension.key].null_count() == rows.height
    ]
    compared = request.previous is not None
    said = {
        LIST_NOTE: any(dimension.is_list for dimension in dimensions),
        POSITION_NOTE: compared and any(dimension.by_position for dimension in dimensions),
        ONE_AGENT_NOTE: compared and any(_names_agents(rows, d) for d in dimensions),
        f"Only in the compared period, and not listed: {gone_n}.": gone_n > 0,
    }
    return (*unknown, *(note for note, applies in said.items() if applies))


def _names_agents(rows: pl.DataFrame, dimension: Dimension) -> bool:
    return dimension.source == "agent" and rows[dimension.key].null_count() < rows.height
