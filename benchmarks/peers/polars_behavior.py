"""Behaviour totals in Polars: scores ranked by their counts, then points per agent and day."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from benchmarks.peers.export import TOO_SHORT_S, Export
from benchmarks.peers.polars_tables import cases, ratio, scan, side_by_side, with_days

NEGATIVE = "inappropriate_action"
POINTS, COUNTED = pl.col("points"), pl.col("counted_n")


def plan(export: Export) -> dict[str, pl.LazyFrame]:
    """The partials that are read together."""
    # What several partials need is made once and held.
    judged = _judged(export).collect(engine="streaming").lazy()
    scores = scan(export, "behaviors").select("case_id", "behavior", "score")
    kept = judged.filter(pl.col("reason").is_null()).drop("reason")
    rows = scores.join(kept, on="case_id").with_columns(
        score=pl.when(pl.col("behavior") == NEGATIVE).then(-pl.col("score")).otherwise("score")
    )
    keys = ("agent_id", "team", "day", "is_current")
    cells = rows.group_by(*keys, "behavior", "score").len("n").collect(engine="streaming").lazy()
    indices = _indices(cells.group_by("behavior", "score").agg(pl.sum("n")))
    points = (
        cells.join(indices, on=["behavior", "score"])
        .group_by(*keys, "behavior")
        .agg(
            points=(pl.col("index") * pl.col("n")).sum(),
            counted_n=pl.col("n").filter(pl.col("index").is_not_null()).sum(),
        )
    )
    scored = judged.join(scores.select("case_id"), on="case_id", how="semi")
    unscored = judged.join(scores.select("case_id"), on="case_id", how="anti")
    return {
        "points": points,
        "interactions": scored.filter(pl.col("reason").is_null()).group_by(*keys).len("n"),
        "reasons": pl.concat(
            [scored, unscored.with_columns(pl.col("reason").fill_null("not_scored"))]
        )
        .filter("is_current")
        .group_by("reason")
        .agg(pl.len().alias("interactions_n")),
    }


def figures(small: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The sections of the report."""
    points, interactions = small["points"], small["interactions"]
    groups = {"agents": ["agent_id"], "teams": ["team"], "team": []}
    days = points.group_by("agent_id", "day").agg(pl.sum("points", "counted_n"))
    return {
        **{name: _overall(points, interactions, keys) for name, keys in groups.items()},
        **{f"{name}_behaviors": _each(points, keys) for name, keys in groups.items()},
        "trend": days.select("agent_id", date="day", overall_pct=_percent(), overall_n="counted_n"),
        "left_out": small["reasons"].drop_nulls("reason"),
    }


def _judged(export: Export) -> pl.LazyFrame:
    """Cases with the first reason that leaves them out."""
    spoken = (
        scan(export, "transcripts")
        .group_by("case_id")
        .agg(
            agent_n=(pl.col("speaker") == "agent").sum(),
            customer_n=(pl.col("speaker") == "customer").sum(),
        )
    )
    someone_else = [
        (pl.col(name) != pl.col("agent_id")) & (pl.col(name) != pl.col("agent"))
        for name in ("first_agent", "closed_by")
    ]
    silent = (pl.col("agent_n") == 0, pl.col("customer_n") == 0)
    reasons = {
        "internal": pl.col("direction") == "internal",
        "several_agents": (pl.col("transfers") > 0) | someone_else[0] | someone_else[1],
        "not_recorded": (pl.col("channel") == "voice") & pl.col("recording").is_null(),
        "too_short": pl.col("handle_s") <= TOO_SHORT_S,
        "no_dialogue": silent[0] & silent[1],
        "one_sided": silent[0] | silent[1],
        "no_agent": pl.col("agent_id").is_null(),
    }
    first = pl.coalesce(pl.when(applies).then(pl.lit(name)) for name, applies in reasons.items())
    joined = cases(export).join(spoken, on="case_id", how="left")
    return joined.select("case_id", "agent_id", "team", "day", "is_current", reason=first)


def _indices(counts: pl.LazyFrame) -> pl.LazyFrame:
    """The index of each score of a behaviour, by its rank among all."""
    n = pl.col("n")
    total = n.sum().over("behavior")
    place = 2 * total - 2 * (n.cum_sum().over("behavior", order_by="score") - n) - n
    # Worth from the best tenth on; the middle has no index.
    index = (
        pl.when(5 * place < total)
        .then(10)
        .when(10 * place < 7 * total)
        .then(6)
        .when(10 * place <= 13 * total)
        .then(None)
        .when(5 * place <= 9 * total)
        .then(4)
        .otherwise(0)
    )
    whole = counts.with_columns(n.cast(pl.Int64))
    return whole.select("behavior", "score", index=index.cast(pl.Int64))


def _percent() -> pl.Expr:
    return 10 * ratio(POINTS, COUNTED)


def _overall(points: pl.DataFrame, interactions: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    earned = points.group_by(*keys, "is_current").agg(pl.sum("points", "counted_n"))
    cases_n = interactions.group_by(*keys, "is_current").agg(interactions_n=pl.sum("n"))
    on = [*keys, "is_current"]
    totals = earned.join(cases_n, on=on, nulls_equal=True).select(
        *on, "interactions_n", overall_pct=_percent(), overall_n="counted_n"
    )
    daily = points.filter("is_current").group_by(*keys, "day").agg(pl.sum("points", "counted_n"))
    return with_days(
        side_by_side(totals, keys, before=["overall_pct"]),
        daily.with_columns(overall_pct=_percent()),
        keys,
        "overall_pct",
    )


def _each(points: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    totals = points.filter("is_current").group_by(*keys, "behavior")
    earned = totals.agg(pl.sum("points", "counted_n")).filter(COUNTED > 0)
    return earned.select(*keys, "behavior", pct=_percent(), n="counted_n")
