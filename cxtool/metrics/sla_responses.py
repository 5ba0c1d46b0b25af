"""The time to the first response: its quantiles, their course, and how it is distributed.

Wall time, whatever the clock of the SLA; whether a response was in time is the SLA's verdict.
Everything comes from counts per value, so quantiles are exact. Source: S6.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings, SlaSettings
from cxtool.metrics.quantiles import quantiles
from cxtool.metrics.sla_compliance import VERDICT_COUNTS
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import CURRENT, median_trend, period_flag, trend_columns
from cxtool.period import Request, day_number
from cxtool.report import Chart, Column, Section
from cxtool.tables import Frame
from cxtool.units import Unit, duration

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "max": 1.0}
DISTRIBUTION_COLUMNS = (
    *(
        Column(
            key=f"first_response_{name}_s",
            label={"p50": "Median", "max": "Worst"}.get(name, name),
            unit=Unit.SECONDS,
            better="lower",
            drop=1,
        )
        for name in QUANTILES
    ),
    Column(key="responses_n", label="Responses", unit=Unit.COUNT, drop=2),
)
MEDIAN, *FURTHER, RESPONSES = DISTRIBUTION_COLUMNS
MEDIAN_DAYS = Column(
    key="first_response_days",
    label="Median by day",
    unit=Unit.SERIES,
    role="series",
    of=MEDIAN.key,
    drop=5,
)
# Upper ends of the waits that are counted together; thresholds are added to them.
STEPS_S = (10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800)
HISTOGRAM_COLUMNS = (
    Column(key="wait", label="First response", drop=0),
    Column(key="sla", label="SLA", unit=Unit.SLA, drop=0),
    Column(key="responses_n", label="Responses", unit=Unit.COUNT, drop=0),
    Column(key="share_pct", label="Share", unit=Unit.PERCENT, drop=1),
    Column(key="share_n", label="Share of", unit=Unit.COUNT, role="n", of="share_pct", drop=6),
    Column(key="over_s", label="Over", unit=Unit.SECONDS, drop=7),
    Column(key="up_to_s", label="Up to", unit=Unit.SECONDS, drop=7),
)
VALUE, COUNT = "first_response_ms", "cases_n"


def wait_counts(judged: Frame, request: Request) -> Frame:
    """Partial: cases per local day, period, wait (null without a response) and verdict."""
    counted = judged.with_columns(period_flag(request)).group_by("started_d", CURRENT, VALUE, "sla")
    return counted.agg(nw.len().cast(nw.Int64).alias(COUNT))


def counts_of_waits(waits: pl.DataFrame) -> pl.DataFrame:
    """``sla_counts`` without dimensions, from ``wait_counts``."""
    count = pl.col(COUNT)
    return waits.group_by(CURRENT, "started_d").agg(
        count.sum(),
        *(
            count.filter(pl.col("sla") == verdict).sum().alias(name)
            for name, verdict in VERDICT_COUNTS.items()
        ),
    )


def distribution_section(responses: pl.DataFrame) -> Section:
    """Median, p90, p95 and worst first response, from counts per ``first_response_ms``.

    Quantiles are linear between two responses; null where there is none. Wall time, whatever the
    clock of the SLA. Source: S6.
    """
    at = {f"first_response_{name}_s": share for name, share in QUANTILES.items()}
    figures = quantiles(responses, value=VALUE, count=COUNT, at=at, scale=0.001)
    answered = responses.filter(pl.col(VALUE).is_not_null())
    return Section(
        id="distribution",
        title="First response time",
        columns=DISTRIBUTION_COLUMNS,
        rows=figures.with_columns(pl.lit(answered[COUNT].sum()).alias(RESPONSES.key)),
    )


def trended_distribution(waits: pl.DataFrame, request: Request) -> Section:
    """``distribution_section`` of ``wait_counts``, the median with its trend and daily course.

    The course is null on a day without a response.
    """
    waits = waits.drop_nulls(VALUE)
    section = distribution_section(waits.filter(CURRENT))
    columns = (
        *trend_columns(MEDIAN),
        *FURTHER,
        Column(key=RESPONSES.key, label="Responses", unit=Unit.COUNT, role="n", of=MEDIAN.key),
        MEDIAN_DAYS,
    )
    rows = pl.concat(
        [
            section.rows.drop(MEDIAN.key),
            _median_trend(waits, compared=request.previous is not None),
            _median_days(waits, request),
        ],
        how="horizontal",
    )
    return Section(
        id=section.id,
        title=section.title,
        columns=columns,
        rows=rows.select(column.key for column in columns),
    )


def histogram_section(waits: pl.DataFrame, settings: Settings) -> Section:
    """Responses of the period by the time to them, and whether that met the SLA.

    ``wait`` names a run of waits: more than ``over_s``, at most ``up_to_s`` (null: no end). Each
    threshold of the settings ends a run. ``share_pct`` is of all responses. Runs outside of the
    shortest and the longest response are left out; one without a response has no verdict.
    """
    ends_ms = sorted({*(1000 * step for step in STEPS_S), *_thresholds_ms(settings.sla)})
    current = waits.drop_nulls(VALUE).filter(CURRENT)
    run_of_wait = pl.Series(ends_ms).search_sorted(current[VALUE], side="left")
    counts = (
        current.with_columns(run=run_of_wait.cast(pl.Int64))
        .group_by("run", "sla")
        .agg(pl.col(COUNT).sum().alias("responses_n"))
    )
    total = int(counts["responses_n"].sum())
    rows = (
        _runs(ends_ms, between=(counts["run"].min(), counts["run"].max()))
        .join(counts, on="run", how="left")
        .sort("run", "sla")
        .with_columns(pl.col("responses_n").fill_null(0), share_n=pl.lit(total))
        .with_columns(
            share_pct=rounded(100 * ratio(pl.col("responses_n"), pl.col("share_n"))),
        )
    )
    return Section(
        id="first_response",
        title="First response by length",
        columns=HISTOGRAM_COLUMNS,
        rows=rows.select(column.key for column in HISTOGRAM_COLUMNS),
        folded=True,
        charts=(
            Chart(
                kind="columns",
                title="Responses by the time to them, and whether that met the SLA",
                x="wait",
                y="responses_n",
                series="sla",
            ),
        ),
    )


def _runs(ends_ms: Sequence[int], *, between: tuple[object, object]) -> pl.DataFrame:
    """The runs from the first to the last that holds a response; none where there is none."""
    runs = pl.DataFrame(
        {
            "run": range(len(ends_ms) + 1),
            "wait": _names(ends_ms),
            "over_s": [None, *ends_ms],
            "up_to_s": [*ends_ms, None],
        },
        schema={"run": pl.Int64, "wait": pl.String, "over_s": pl.Float64, "up_to_s": pl.Float64},
    ).with_columns(pl.col("over_s", "up_to_s") / 1000)
    first, last = between
    return runs.filter(pl.col("run").is_between(pl.lit(first), pl.lit(last)))


def _names(ends_ms: Sequence[int]) -> list[str]:
    """A run's name: its upper end, and what is left over.

    >>> _names([10_000, 600_000])
    ['≤ 10s', '≤ 10m', '> 10m']
    """
    texts = [duration(end / 1000) for end in ends_ms]
    return [*(f"≤ {text}" for text in texts), f"> {texts[-1]}"]


def _thresholds_ms(sla: SlaSettings) -> list[int]:
    own = (sla.channels, sla.queues, sla.labels)
    seconds = [sla.threshold, *(limit for thresholds in own for limit in thresholds.values())]
    return [round(limit * 1000) for limit in seconds]


def _median_trend(waits: pl.DataFrame, *, compared: bool) -> pl.DataFrame:
    """The median and its trend in one row; see ``median_trend``."""
    middle = {"middle": 0.5}
    pooled = quantiles(waits, value=VALUE, count=COUNT, at=middle)["middle"].item()
    count, above = pl.col(COUNT), pl.col(VALUE) > pl.lit(pooled, pl.Float64)
    sides = {
        suffix: quantiles(side, value=VALUE, count=COUNT, at=middle).select(
            pl.col("middle").alias(f"median{suffix}"),
            *(
                side.select(
                    count.sum().alias(f"n{suffix}"),
                    count.filter(above).sum().alias(f"above{suffix}"),
                ).get_columns()
            ),
        )
        for suffix, side in (
            ("", waits.filter(CURRENT)),
            ("_previous", waits.filter(~pl.col(CURRENT))),
        )
    }
    trend = median_trend(
        MEDIAN.key, median="median", n="n", above="above", compared=compared, scale=0.001
    )
    return pl.concat(list(sides.values()), how="horizontal").select(trend)


def _median_days(waits: pl.DataFrame, request: Request) -> pl.DataFrame:
    """``first_response_days``: the median of each day of the period, in one list."""
    numbers = range(day_number(request.period.start), day_number(request.period.end))
    days = pl.DataFrame({"started_d": pl.Series(numbers, dtype=waits.schema["started_d"])})
    medians = quantiles(
        waits.filter(CURRENT),
        value=VALUE,
        count=COUNT,
        at={MEDIAN_DAYS.key: 0.5},
        keys=["started_d"],
        scale=0.001,
    )
    filled = days.join(medians, on="started_d", how="left").sort("started_d")
    return filled.select(pl.col(MEDIAN_DAYS.key).implode())
