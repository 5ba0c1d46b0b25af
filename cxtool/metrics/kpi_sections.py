"""The sections of the report on performance, made of the totals that ``kpi_figures`` knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from cxtool.config import Settings
from cxtool.metrics import kpi_figures
from cxtool.metrics.benchmarks import Benchmark, of_industry
from cxtool.metrics.dimensions import Dimension, in_order
from cxtool.metrics.handling import PARTS
from cxtool.metrics.kpi_figures import Figure
from cxtool.metrics.quantiles import quantiles
from cxtool.metrics.service_level import COUNTS as CALLS
from cxtool.metrics.service_level import VARIANTS
from cxtool.metrics.sla_compliance import breakdown_notes
from cxtool.metrics.stats import ratio, rounded, wilson
from cxtool.metrics.trend import CURRENT, mean_trend, rate_trend, trend_columns, wide
from cxtool.period import Request
from cxtool.report import Chart, ChartKind, Column, Section
from cxtool.units import Unit, duration

PERCENTILES = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95}
RANGE = {"min_s": 0.0, "max_s": 1.0}
# What is told of its percentiles: the name of its histogram, and whose.
MEASURES = {
    "handle": "Handle time of handled cases",
    "wait": "Wait of inbound cases, answered or not",
    "first_response": "First response of answered inbound cases",
    "talk": "Talk time of handled cases",
    "hold": "Hold time of handled cases",
    "acw": "After-call work of handled cases",
}
PART_WORDS = {
    "talk": "Talk",
    "hold": "Hold",
    "after": "After-call work",
    "unsplit": "Whole cases without parts",
}
VARIANT_WORDS = {
    "abandons-hurt": "answered within T / (answered + abandoned)",
    "abandons-help": "(answered within T + abandoned within T) / (answered + abandoned)",
    "abandons-ignored": "answered within T / answered",
    "early-abandons-out": "answered within T / (answered + abandoned after T)",
    "short-abandons-help": "(answered within T + short abandons) / (answered + abandoned)",
    "short-abandons-out": "answered within T / (answered + abandoned - short abandons)",
}
BENCHMARK = Column(key="benchmark", label="Industry", unit=Unit.NUMBER, drop=1)
SUMMARY_COLUMNS = (
    Column(key="metric", label="Metric", drop=4),
    Column(key="name", label="Name", drop=0),
    Column(key="value", label="Value", unit=Unit.NUMBER, drop=0),
    Column(key="unit", label="Unit", drop=6),
    Column(key="n", label="n", unit=Unit.COUNT, role="n", of="value", drop=2),
    Column(key="low", label="Low", unit=Unit.NUMBER, role="low", of="value", drop=6),
    Column(key="high", label="High", unit=Unit.NUMBER, role="high", of="value", drop=6),
    Column(key="previous", label="Before", unit=Unit.NUMBER, role="previous", of="value", drop=3),
    Column(key="change", label="Change", unit=Unit.NUMBER, role="change", of="value", drop=1),
    Column(key="change_low", label="Change low", unit=Unit.NUMBER, role="low", of="change"),
    Column(key="change_high", label="Change high", unit=Unit.NUMBER, role="high", of="change"),
    Column(key="signal", label="Trend", unit=Unit.SIGNAL, role="signal", of="value", drop=2),
    BENCHMARK,
)
SUMMARY_TYPES = {
    column.key: {Unit.NUMBER: pl.Float64, Unit.COUNT: pl.Int64}.get(column.unit, pl.String)
    for column in SUMMARY_COLUMNS
}


def summary_section(
    cases: pl.DataFrame, repeats: pl.DataFrame, settings: Settings, request: Request
) -> Section:
    """One row a metric, each in its own unit, beside the figure of the industry. Source: K1-K4."""
    totals, _ = kpi_figures.grouped(cases, repeats, [], settings)
    data_before = not cases.filter(~pl.col(CURRENT)).is_empty()
    compared = request.previous is not None
    beside = of_industry(settings.kpi.industry)
    ends = [
        end.alias(f"{figure.key}_change_{name}")
        for figure in kpi_figures.SUMMARY
        for name, end in zip(
            ("low", "high"), kpi_figures.change_ends(figure, compared=compared), strict=True
        )
    ]
    values = kpi_figures.expressions(kpi_figures.SUMMARY, request, data_before=data_before)
    found = totals.select(*values, *ends).row(0, named=True)
    said = [
        f"{b.said} ({figure.label})"
        for figure in kpi_figures.SUMMARY
        if (b := beside.get(figure.key))
    ]
    return Section(
        id="summary",
        title="Performance",
        columns=SUMMARY_COLUMNS,
        rows=pl.DataFrame(
            [_metric_row(found, figure, beside.get(figure.key)) for figure in kpi_figures.SUMMARY],
            schema=SUMMARY_TYPES,
        ),
        notes=(f"Industry: {'; '.join(said)}.",),
    )


def _metric_row(
    found: Mapping[str, object], figure: Figure, industry: Benchmark | None
) -> dict[str, object]:
    """A metric of the one row of all figures."""
    is_rate, is_count = figure.kind == "rate", figure.kind == "count"
    return {
        "metric": figure.key,
        "name": figure.label,
        "value": found[figure.key],
        "unit": figure.unit.value,
        "n": None if is_count else found[f"{figure.stem}_n"],
        "low": found[f"{figure.stem}_low_pct"] if is_rate else None,
        "high": found[f"{figure.stem}_high_pct"] if is_rate else None,
        **{
            name: found[f"{figure.key}_{name}"]
            for name in ("previous", "change", "change_low", "change_high", "signal")
        },
        "benchmark": industry.value if industry else None,
    }


def breakdown_section(
    cases: pl.DataFrame,
    repeats: pl.DataFrame,
    dimensions: Sequence[Dimension],
    settings: Settings,
    request: Request,
) -> Section:
    """One row per value of the dimensions that the period has. Source: K1-K5."""
    keys = [dimension.key for dimension in dimensions]
    groups, gone_n = kpi_figures.grouped(cases, repeats, keys, settings)
    by_position = any(dimension.by_position for dimension in dimensions)
    values = kpi_figures.expressions(
        kpi_figures.BREAKDOWN,
        request,
        data_before=not cases.filter(~pl.col(CURRENT)).is_empty(),
        days=(1, 1) if by_position else None,
    )
    columns = (*(d.column for d in dimensions), *kpi_figures.columns(kpi_figures.BREAKDOWN))
    rows = groups.select(*keys, *values)
    return Section(
        id="by_" + "_".join(keys),
        title="Performance by " + " and ".join(d.label.lower() for d in dimensions),
        columns=columns,
        rows=in_order(rows, dimensions, size="cases_n").select(c.key for c in columns),
        notes=breakdown_notes(rows, dimensions, request, gone_n=gone_n),
        charts=_pictures(dimensions),
    )


def _pictures(dimensions: Sequence[Dimension]) -> tuple[Chart, ...]:
    """Of one dimension: satisfaction over days as a line, else the handle time of each value."""
    if len(dimensions) != 1:
        return ()
    (dimension,) = dimensions
    words = dimension.label.lower()
    if dimension.unit is Unit.DATE:
        return (
            Chart(
                kind="lines",
                title=f"CSAT by {words}, and of the compared period",
                x=dimension.key,
                y="csat_pct",
                before="csat_pct_previous",
                low="csat_low_pct",
                high="csat_high_pct",
            ),
        )
    kind: ChartKind = "columns" if dimension.in_time else "bars"
    return (Chart(kind=kind, title=f"Mean handle time by {words}", x=dimension.key, y="aht_s"),)


def handling_section(cases: pl.DataFrame, request: Request) -> Section:
    """Where the handle time goes: its parts, of the same cases, so that they add up to it.

    A part is null where no handled case is split into parts, or none has a handle time. Source:
    K3, K4.
    """
    sums = [f"{part}_{what}" for part in PARTS for what in ("total", "squares")]
    counts = ["aht_count", "aht_total", "split_n", *sums]
    side = wide(cases.group_by(CURRENT).agg(pl.col(counts).sum()), [], counts).rows
    side = side.with_columns(_known_part(side_of) for side_of in ("", "_previous"))
    rows = [
        side.select(
            pl.lit(PART_WORDS[part]).alias("part"),
            *mean_trend(
                "part_s",
                n="aht_count" if part == "unsplit" else "parts_of_n",
                total=f"{part}_total",
                squares=f"{part}_squares",
                compared=request.previous is not None,
                scale=kpi_figures.SECOND,
            ),
            pl.col("aht_count").cast(pl.Int64).alias("part_n"),
            _share(part).alias("part_share_pct"),
        )
        for part in PARTS
    ]
    mean = Column(key="part_s", label="Mean", unit=Unit.SECONDS, better="lower", drop=0)
    columns = (
        Column(key="part", label="Part of handle time", drop=0),
        *trend_columns(mean),
        Column(key="part_n", label="n", unit=Unit.COUNT, role="n", of="part_s", drop=2),
        Column(key="part_share_pct", label="Share", unit=Unit.PERCENT, drop=1),
    )
    return Section(
        id="handling",
        title="Handle time and its parts",
        columns=columns,
        rows=pl.concat(rows).select(column.key for column in columns),
        charts=(Chart(kind="bars", title="Parts of the handle time", x="part", y="part_s"),),
    )


def _known_part(side: str) -> pl.Expr:
    split = pl.col(f"split_n{side}") > 0
    return pl.when(split).then(pl.col(f"aht_count{side}")).otherwise(0).alias(f"parts_of_n{side}")


def _share(part: str) -> pl.Expr:
    share = rounded(100 * ratio(pl.col(f"{part}_total"), pl.col("aht_total")))
    return share if part == "unsplit" else pl.when(pl.col("split_n") > 0).then(share)


def percentiles_section(histograms: Mapping[str, pl.DataFrame]) -> Section:
    """What a mean hides: median, p90, p95 and range of each time, of the period. Source: K3-K5."""
    rows = []
    for measure, words in MEASURES.items():
        counted = histograms[measure].drop_nulls("value_ms")
        at = quantiles(
            counted,
            value="value_ms",
            count="cases_n",
            at=PERCENTILES | RANGE,
            scale=kpi_figures.SECOND,
        )
        total = (counted["value_ms"] * counted["cases_n"]).sum()
        n = int(counted["cases_n"].sum())
        rows.append(
            at.with_columns(
                pl.lit(measure).alias("measure"),
                pl.lit(words).alias("name"),
                rounded(kpi_figures.SECOND * ratio(pl.lit(total), pl.lit(n))).alias("mean_s"),
                pl.lit(n, pl.Int64).alias("times_n"),
            )
        )
    seconds = {
        "p50_s": ("Median", 0),
        "p90_s": ("p90", 1),
        "p95_s": ("p95", 0),
        "mean_s": ("Mean", 2),
        "min_s": ("Least", 4),
        "max_s": ("Most", 3),
    }
    columns = (
        Column(key="measure", label="Measure", drop=7),
        Column(key="name", label="Time", drop=0),
        *(
            Column(key=key, label=label, unit=Unit.SECONDS, drop=drop)
            for key, (label, drop) in seconds.items()
        ),
        Column(key="times_n", label="n", unit=Unit.COUNT, role="n", of="p50_s", drop=2),
    )
    return Section(
        id="percentiles",
        title="Times",
        columns=columns,
        rows=pl.concat(rows).select(column.key for column in columns),
    )


def service_level_section(cases: pl.DataFrame, settings: Settings, request: Request) -> Section:
    """Every variant in use, by its name: what abandoned calls do to it differs. Source: K5, K9."""
    side = wide(cases.group_by(CURRENT).agg(pl.col(CALLS).sum()), [], list(CALLS)).rows
    now = side.select(CALLS)
    before = side.select(pl.col(f"{count}_previous").alias(count) for count in CALLS)
    compared = request.previous is not None
    rows = []
    for variant, (hits, n) in VARIANTS.items():
        counted = pl.concat(
            [now.select(h=hits, n=n), before.select(h_previous=hits, n_previous=n)],
            how="horizontal",
        )
        ends = wilson(pl.col("h"), pl.col("n"))
        rows.append(
            counted.select(
                pl.lit(variant).alias("variant"),
                *rate_trend("service_level_pct", hits="h", n="n", compared=compared),
                pl.col("n").cast(pl.Int64).alias("service_level_n"),
                rounded(100 * ends[0]).alias("service_level_low_pct"),
                rounded(100 * ends[1]).alias("service_level_high_pct"),
                pl.lit(VARIANT_WORDS[variant]).alias("formula"),
            )
        )
    columns = (
        Column(key="variant", label="Variant", drop=0),
        *kpi_figures.columns([kpi_figures.SERVICE_LEVEL]),
        Column(key="formula", label="Formula", drop=1),
    )
    level = settings.service_level
    return Section(
        id="service_level",
        title="Service level",
        columns=columns,
        rows=pl.concat(rows).select(column.key for column in columns),
        notes=(
            f"Inbound voice cases, T is {duration(level.within)}, a short abandon at most"
            f" {duration(level.short_abandon)}; the summary shows {level.variant}.",
        ),
    )
