"""From scored rows to totals: points earned over points possible, N/A in neither (B2, B4).

Points per agent and behaviour give the totals of behaviours; sums per agent and day, with each
interaction as one observation, give the overall totals, their trend and their course.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.bands import band
from cxtool.metrics.behavior_index import Cuts, indexed
from cxtool.metrics.behavior_rows import case_scores, judged_cases
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import CURRENT, ratio_trend, wide
from cxtool.period import Period, day_number
from cxtool.tables import Frame, Tables

BEST = 10  # points of the best index: what one index that is not N/A could have earned
DAY_KEYS = ("agent_id", "agent", "team", "started_d", CURRENT)
SUMS = (
    "interactions_n",
    "counted_n",
    "points",
    "possible",
    "points_squares",
    "possible_squares",
    "products",
)


def index_rows(tables: Tables, settings: Settings, cuts: Iterable[Cuts], *, days: nw.Expr) -> Frame:
    """Scored rows of the eligible cases that ``days`` keeps, with ``index`` and their agent."""
    return indexed(case_scores(judged_cases(tables, settings, days=days), tables), cuts)


def index_sums(rows: Frame) -> Frame:
    """Partial: indices that are not N/A per agent, team, period and behaviour, and their points."""
    index = nw.col("index").cast(nw.Int64())
    squared = rows.with_columns(square=index * index)
    sums = squared.group_by("agent_id", "team", CURRENT, "behavior").agg(
        counted_n=nw.col("index").count().cast(nw.Int64()),
        points=_total("index"),
        points_squares=_total("square"),
    )
    return sums.with_columns(nw.col("points", "points_squares").fill_null(0))


def interaction_sums(rows: Frame, *keys: str) -> Frame:
    """Points earned and possible of each interaction, with those ``keys`` of its rows.

    A behaviour scored more than once in an interaction counts each time.
    """
    sums = rows.group_by("case_id", *keys).agg(
        points=_total("index"), possible=BEST * nw.col("index").count().cast(nw.Int64())
    )
    return sums.with_columns(points=nw.col("points").fill_null(0))


def daily_sums(interactions: Frame) -> Frame:
    """Partial: overall sums per agent and day, of ``interaction_sums`` that have ``DAY_KEYS``."""
    points, possible = nw.col("points"), nw.col("possible")
    squared = interactions.with_columns(
        counted=(possible > 0).cast(nw.Int64()),
        points_square=points * points,
        possible_square=possible * possible,
        product=points * possible,
    )
    return squared.group_by(*DAY_KEYS).agg(
        interactions_n=nw.len().cast(nw.Int64()),
        counted_n=_total("counted"),
        points=_total("points"),
        possible=_total("possible"),
        points_squares=_total("points_square"),
        possible_squares=_total("possible_square"),
        products=_total("product"),
    )


def interaction_indices(rows: Frame, behaviors: Sequence[str]) -> Frame:
    """Partial: one row per interaction with ``BEHAVIOR_index`` and the overall sums.

    A behaviour scored more than once in an interaction shows its lowest index.
    """

    def lowest(behavior: str) -> nw.Expr:
        index = nw.when(nw.col("behavior") == behavior).then(nw.col("index"))
        return index.min().alias(f"{behavior}_index")

    return rows.group_by("case_id").agg(
        *(lowest(behavior) for behavior in behaviors),
        _total("index").alias("points"),
        (BEST * nw.col("index").count().cast(nw.Int64())).alias("possible"),
    )


def behavior_totals(
    index_sums: pl.DataFrame, keys: Sequence[str], behaviors: Sequence[str]
) -> pl.DataFrame:
    """Per group ``X_pct``, ``X_n`` (indices that are not N/A) and ``X_band`` of each behaviour."""
    current = index_sums.filter(pl.col(CURRENT))
    sums = []
    for behavior in behaviors:
        own = pl.col("behavior") == behavior
        earned, counted = (pl.col(name).filter(own).sum() for name in ("points", "counted_n"))
        sums += [earned.alias(f"{behavior}_points"), counted.alias(f"{behavior}_n")]
    grouped = current.group_by(list(keys)).agg(sums) if keys else current.select(sums)
    return grouped.select(*keys, *(e for b in behaviors for e in _total_of(b)))


def behavior_trends(index_sums: pl.DataFrame, *, compared: bool) -> pl.DataFrame:
    """Per behaviour ``score_pct`` with its trend, ``score_n`` and ``score_band`` (B7).

    Here a row is an observation of its own: it brings its index and, unless N/A, 10 possible.
    """
    sums = index_sums.group_by("behavior", CURRENT).agg(
        pl.col("counted_n", "points", "points_squares").sum()
    )
    sums = sums.with_columns(
        possible=BEST * pl.col("counted_n"),
        possible_squares=BEST**2 * pl.col("counted_n"),
        products=BEST * pl.col("points"),
    )
    side = wide(sums, ["behavior"], SUMS[1:]).rows
    return side.select(
        "behavior",
        *_overall_trend("score_pct", compared=compared),
        score_n=pl.col("counted_n"),
        score_band=band(points=pl.col("points"), possible=pl.col("possible")),
    )


def overall_totals(sums: pl.DataFrame, keys: Sequence[str], *, compared: bool) -> pl.DataFrame:
    """Per group ``interactions_n`` and the overall total with trend, count and band (B2, B4)."""
    both = sums.group_by(*keys, CURRENT).agg(pl.col(SUMS).sum())
    return wide(both, keys, SUMS).rows.select(
        *keys,
        "interactions_n",
        *_overall_trend("overall_pct", compared=compared),
        overall_n=pl.col("possible") // BEST,
        overall_band=band(points=pl.col("points"), possible=pl.col("possible")),
    )


def overall_by_day(sums: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Overall total per group and local day (B8): ``overall_pct``, ``overall_n``."""
    days = sums.group_by(*keys, "started_d", CURRENT).agg(pl.col("points", "possible").sum())
    return days.select(
        *keys,
        "started_d",
        CURRENT,
        overall_pct=percent(pl.col("points"), pl.col("possible")),
        overall_n=pl.col("possible") // BEST,
    )


def overall_series(sums: pl.DataFrame, keys: Sequence[str], period: Period) -> pl.DataFrame:
    """Per group ``overall_days``: the overall total of each day of the period, null without one."""
    current = overall_by_day(sums.filter(pl.col(CURRENT)), keys)
    days = pl.DataFrame(
        {"started_d": range(day_number(period.start), day_number(period.end))},
        schema={"started_d": sums.schema["started_d"]},
    )
    grid = current.select(keys).unique().join(days, how="cross") if keys else days
    filled = grid.join(current, on=[*keys, "started_d"], how="left", nulls_equal=True)
    filled = filled.sort("started_d")
    series = pl.col("overall_pct").alias("overall_days")
    if not keys:
        return filled.select(series.implode())
    return filled.group_by(list(keys), maintain_order=True).agg(series)


def percent(points: pl.Expr, possible: pl.Expr) -> pl.Expr:
    """Points earned in percent of points possible; null where all is N/A. Source: B4."""
    return rounded(100 * ratio(points, possible))


def _total(column: str) -> nw.Expr:
    # Engines widen sums of whole numbers differently.
    return nw.col(column).sum().cast(nw.Int64())


def _total_of(behavior: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    points, n = pl.col(f"{behavior}_points"), pl.col(f"{behavior}_n")
    return (
        percent(points, BEST * n).alias(f"{behavior}_pct"),
        n,
        band(points=points, possible=BEST * n).alias(f"{behavior}_band"),
    )


def _overall_trend(key: str, *, compared: bool) -> list[pl.Expr]:
    return ratio_trend(
        key,
        n="counted_n",
        earned="points",
        possible="possible",
        earned_squares="points_squares",
        possible_squares="possible_squares",
        products="products",
        compared=compared,
    )
