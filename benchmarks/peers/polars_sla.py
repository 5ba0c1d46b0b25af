"""SLA compliance in Polars: in all, by agent, by day, and the distribution of responses."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from benchmarks.peers.export import DAYS_N, Export
from benchmarks.peers.polars_tables import cases, percent, side_by_side, verdict, with_days

VERDICTS = {"met_n": "met", "not_met_n": "not_met", "pending_n": "pending", "na_n": "n/a"}
COUNTS = ("cases_n", *VERDICTS)
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "max": 1.0}


def plan(export: Export) -> dict[str, pl.LazyFrame]:
    """The partials that are read together."""
    judged = cases(export).with_columns(verdict=verdict())
    response = pl.col("first_response_s")
    return {
        "counts": judged.group_by("agent", "is_current", "day").agg(
            pl.len().alias("cases_n"),
            *((pl.col("verdict") == v).sum().alias(name) for name, v in VERDICTS.items()),
        ),
        "responses": judged.filter("is_current").select(
            *(
                response.quantile(share, interpolation="linear").alias(f"first_response_{name}_s")
                for name, share in QUANTILES.items()
            ),
            response.count().alias("responses_n"),
        ),
    }


def figures(small: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The sections of the report."""
    counts = small["counts"]
    return {
        "summary": _with_days(counts, []),
        "by_agent": _with_days(counts, ["agent"]),
        "by_day": by_day(counts).rename({"place": "day"}),
        "distribution": small["responses"],
    }


def by_day(counts: pl.DataFrame) -> pl.DataFrame:
    """Each day of the period beside the one at its place in the compared period."""
    place = pl.when("is_current").then("day").otherwise(pl.col("day") + pl.duration(days=DAYS_N))
    return compliance(counts.with_columns(place=place), ["place"])


def compliance(counts: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Verdicts and compliance of each group, with that of the compared period."""
    groups = counts.group_by(*keys, "is_current").agg(pl.col(COUNTS).sum())
    judged = groups.with_columns(sla_n=pl.col("met_n") + pl.col("not_met_n"))
    rated = judged.with_columns(sla_pct=percent("met_n", "sla_n"))
    return side_by_side(rated, keys, before=["sla_pct"])


def _with_days(counts: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    daily = compliance(counts.filter("is_current"), [*keys, "day"])
    return with_days(compliance(counts, keys), daily, keys, "sla_pct")
