"""Contact-centre metrics in Polars: counts of both periods, percentiles, and who came back."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from benchmarks.peers.export import (
    AS_OF,
    COUNTS,
    METRICS,
    SHORT_S,
    VARIANTS,
    WINDOW,
    WITHIN_S,
    Export,
)
from benchmarks.peers.polars_tables import cases, ratio, side_by_side

HANDLED, INBOUND = pl.col("answered"), pl.col("direction") == "inbound"
COLUMNS = (
    *("started_at", "is_current", "channel", "direction", "topic", "contact_id"),
    *("handle_s", "talk_s", "hold_s", "acw_s", "wait_s", "first_response_s", "answered"),
    *("transfers", "resolved", "disposition", "csat"),
)
PARTS = ("talk", "hold", "after", "unsplit")
QUANTILES = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "min_s": 0.0, "max_s": 1.0}


def plan(export: Export) -> dict[str, pl.LazyFrame]:
    """The partials that are read together."""
    rows = cases(export).select(COLUMNS).collect(engine="streaming").lazy()
    timed = _timed(rows)
    counts = timed.group_by("is_current").agg(
        *(flag.sum().alias(name) for name, flag in _flags().items()),
        *(
            summed
            for name, value in _values().items()
            for summed in (value.sum().alias(f"{name}_sum"), value.count().alias(f"{name}_n"))
        ),
    )
    return {
        "counts": counts,
        "returns": _returns(rows),
        **{
            f"times {name}": timed.filter("is_current").select(_distribution(name, value))
            for name, value in _measures().items()
        },
    }


def figures(small: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The sections of the report."""
    totals = small["counts"].join(small["returns"], on="is_current")
    rows = [
        totals.select(
            "is_current",
            pl.lit(name).alias("metric"),
            ratio(pl.sql_expr(part), pl.sql_expr(whole)).alias("value"),
            pl.sql_expr(whole).cast(pl.Int64).alias("n"),
        )
        for name, (part, whole) in METRICS.items()
    ]
    rows += [
        totals.select(
            "is_current",
            pl.lit(name).alias("metric"),
            pl.col(count).cast(pl.Float64).alias("value"),
            pl.lit(None, pl.Int64).alias("n"),
        )
        for name, count in COUNTS.items()
    ]
    levels = [
        totals.select(
            "is_current",
            pl.lit(variant).alias("variant"),
            (100 * ratio(pl.sql_expr(hits), pl.sql_expr(n))).alias("service_level_pct"),
            pl.sql_expr(n).cast(pl.Int64).alias("service_level_n"),
        )
        for variant, (hits, n) in VARIANTS.items()
    ]
    parts = [
        totals.select(
            "is_current",
            pl.lit(part).alias("part"),
            ratio(pl.col(f"{part}_sum"), pl.col("aht_n")).alias("part_s"),
            (100 * ratio(pl.col(f"{part}_sum"), pl.col("aht_sum"))).alias("part_share_pct"),
            pl.col("aht_n").cast(pl.Int64).alias("part_n"),
        )
        for part in PARTS
    ]
    return {
        "summary": side_by_side(pl.concat(rows), ["metric"], before=["value"]).rename(
            {"value_previous": "previous"}
        ),
        "handling": side_by_side(pl.concat(parts), ["part"], before=["part_s"]),
        "percentiles": pl.concat(small[f"times {name}"] for name in _measures()),
        "service_level": side_by_side(pl.concat(levels), ["variant"], before=["service_level_pct"]),
    }


def _timed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Handle time as the sum of its parts where it has any, else as a whole."""
    talk, hold, after = pl.col("talk_s"), pl.col("hold_s"), pl.col("acw_s")
    split = HANDLED & talk.is_not_null() & (hold.is_not_null() | after.is_not_null())
    whole = pl.when(HANDLED & ~split).then(pl.coalesce("handle_s", "talk_s"))
    parts = pl.when(split).then(talk + hold.fill_null(0) + after.fill_null(0))
    return rows.with_columns(
        aht=pl.coalesce(parts, whole),
        talk=pl.when(split).then(talk),
        hold=pl.when(split).then(hold),
        after=pl.when(split).then(after),
        unsplit=whole,
        resolved=pl.coalesce("resolved", pl.col("disposition") == "resolved"),
        lasted=pl.coalesce("handle_s", "wait_s"),
    )


def _flags() -> dict[str, pl.Expr]:
    call, lasted = INBOUND & (pl.col("channel") == "voice"), pl.col("lasted")
    rated, known = pl.col("csat").is_not_null(), HANDLED & pl.col("resolved").is_not_null()
    short = INBOUND & ~HANDLED & (lasted <= SHORT_S).fill_null(False)
    return {
        "cases_n": pl.col("started_at").is_not_null(),
        **{f"{name}_n": pl.col("direction") == name for name in ("outbound", "internal")},
        "inbound_n": INBOUND,
        "handled_n": HANDLED,
        "rated_n": rated,
        "rated_handled_n": rated & HANDLED,
        "top_n": pl.col("csat") >= 4,
        "given_up_n": INBOUND & ~HANDLED & ~short,
        "offered_n": INBOUND & ~short,
        "short_abandons_n": short,
        "known_n": known,
        "resolved_n": HANDLED & pl.col("resolved"),
        "resolved_all_n": pl.col("resolved"),
        "routed_n": HANDLED & pl.col("transfers").is_not_null(),
        "transferred_n": HANDLED & (pl.col("transfers") > 0),
        "answered_n": call & HANDLED,
        "abandoned_n": call & ~HANDLED,
        "within_n": call & HANDLED & (pl.col("first_response_s") <= WITHIN_S),
        "left_early_n": call & ~HANDLED & (lasted <= WITHIN_S),
        "short_n": call & ~HANDLED & (lasted <= SHORT_S),
    }


def _values() -> dict[str, pl.Expr]:
    return {
        "csat": pl.col("csat"),
        "aht": pl.col("aht"),
        **{part: pl.col(part) for part in PARTS},
        "acw": pl.when(HANDLED).then("acw_s"),
        "asa": pl.when(HANDLED & INBOUND).then("first_response_s"),
    }


def _measures() -> dict[str, pl.Expr]:
    return {
        "handle": pl.col("aht"),
        "wait": pl.when(INBOUND).then("wait_s"),
        "first_response": pl.when(HANDLED & INBOUND).then("first_response_s"),
        **{part: pl.when(HANDLED).then(f"{part}_s") for part in ("talk", "hold", "acw")},
    }


def _distribution(name: str, value: pl.Expr) -> list[pl.Expr]:
    return [
        pl.lit(name).alias("measure"),
        *(
            value.quantile(share, interpolation="linear").alias(key)
            for key, share in QUANTILES.items()
        ),
        value.mean().alias("mean_s"),
        value.count().alias("times_n"),
    ]


def _returns(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Handled cases that could be judged, and after which the contact stayed away."""
    rows = rows.filter(pl.col("contact_id").is_not_null()).select(
        "contact_id", "topic", "started_at", "direction", "answered", "is_current"
    )
    arrivals = rows.filter(INBOUND).select("contact_id", "topic", "started_at").sort("started_at")
    judged = rows.filter(HANDLED & (pl.col("started_at") + WINDOW <= AS_OF)).sort("started_at")

    def followed(by: list[str], coming: pl.LazyFrame, name: str) -> pl.LazyFrame:
        return judged.join_asof(
            coming.select(*by, "started_at", pl.lit(True).alias(name)),
            on="started_at",
            by=by,
            strategy="forward",
            allow_exact_matches=False,
            tolerance=WINDOW,
            check_sortedness=False,
        )

    unknown = arrivals.filter(pl.col("topic").is_null())
    with_any = followed(["contact_id"], arrivals, "any")
    with_same = followed(["contact_id", "topic"], arrivals.drop_nulls("topic"), "same")
    with_unknown = followed(["contact_id"], unknown, "unknown")
    together = pl.concat(
        [with_any, with_same.select("same"), with_unknown.select("unknown")], how="horizontal"
    )
    back = pl.when(pl.col("topic").is_null()).then("any").otherwise(pl.coalesce("same", "unknown"))
    return together.group_by("is_current").agg(
        pl.len().alias("judged_n"), back.is_null().sum().alias("stayed_away_n")
    )
