"""Every part in Polars, read together, with what the report adds to them.

Added are SLA by day and by length of wait, the worst breaches, volume and the sizes of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from benchmarks.peers import polars_behavior, polars_cel, polars_kpi, polars_sla
from benchmarks.peers.export import AS_OF, BREACHES_N, SLA_S, STEPS_S, TABLES, Export
from benchmarks.peers.polars_tables import cases, percent, scan, side_by_side, verdict

PARTS = {
    "sla": polars_sla,
    "behavior": polars_behavior,
    "cel": polars_cel,
    "kpi": polars_kpi,
}
ALONE = ("by_agent", "by_day")  # sections that the report does not have


def plan(export: Export) -> dict[str, pl.LazyFrame]:
    """The partials that are read together."""
    rows = cases(export)
    current = rows.filter("is_current")
    response = pl.col("first_response_s")
    added = {
        "waits": current.filter(response.is_not_null())
        .group_by(response, sla=verdict())
        .len("responses_n"),
        "breaches": current.filter(verdict() == "not_met")
        .select(
            *("case_id", "channel", "queue", "agent", "started_at", "first_response_s"),
            over_s=pl.coalesce(response, _waiting_s()) - SLA_S,
        )
        .filter(pl.col("over_s").is_not_null())
        .sort("over_s", "started_at", "case_id", descending=[True, False, False])
        .head(BREACHES_N)
        .drop("started_at"),
        "volume": rows.group_by(
            "is_current", "channel", "direction", "day", hour=pl.col("started_at").dt.hour()
        ).len("cases_n"),
        **{f"rows {table}": scan(export, table).select(pl.len()) for table in TABLES},
    }
    parts = {
        f"{part} {name}": frame
        for part, module in PARTS.items()
        for name, frame in module.plan(export).items()
    }
    return parts | added


def figures(small: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The sections of the report."""
    found = {}
    for part, module in PARTS.items():
        own = {
            name.removeprefix(f"{part} "): frame
            for name, frame in small.items()
            if name.startswith(f"{part} ")
        }
        for name, rows in module.figures(own).items():
            if name not in ALONE:
                found[f"{part}_{name}" if name == "summary" else name] = rows
    volume = small["volume"]
    return {
        **found,
        "sla_days": polars_sla.by_day(small["sla counts"]).rename({"place": "date"}),
        "first_response": _by_length(small["waits"]),
        "breaches": small["breaches"],
        "volume_summary": _volume(volume),
        "channels": _channels(volume),
        "heat": volume.filter("is_current")
        .group_by(pl.col("day").dt.strftime("%a").alias("weekday"), "hour")
        .agg(pl.sum("cases_n")),
        "tables": pl.DataFrame(
            {"table": TABLES, "rows_n": [small[f"rows {table}"].item() for table in TABLES]}
        ),
    }


def _waiting_s() -> pl.Expr:
    """How long a customer has waited without a response; null where nobody waits any more."""
    is_open = pl.col("ended_at").is_null() & (pl.col("status") != "closed")
    waited_s = (pl.lit(AS_OF) - pl.col("started_at")).dt.total_seconds()
    return pl.when((pl.col("channel") != "voice") & is_open).then(waited_s)


def _by_length(waits: pl.DataFrame) -> pl.DataFrame:
    steps = pl.Series(STEPS_S, dtype=pl.Float64)
    run = steps.search_sorted(waits["first_response_s"], side="left")
    ends = pl.Series([*STEPS_S, None], dtype=pl.Float64)
    placed = waits.with_columns(up_to_s=ends.gather(run))
    return placed.group_by("up_to_s", "sla").agg(pl.sum("responses_n"))


def _volume(volume: pl.DataFrame) -> pl.DataFrame:
    n = pl.col("cases_n")
    totals = volume.group_by("is_current").agg(
        n.sum(),
        *(
            n.filter(pl.col("direction") == direction).sum().alias(f"{direction}_n")
            for direction in ("inbound", "outbound", "internal")
        ),
    )
    return side_by_side(totals, [], before=["cases_n"])


def _channels(volume: pl.DataFrame) -> pl.DataFrame:
    sums = volume.group_by("channel", "is_current").agg(pl.sum("cases_n"))
    shares = sums.with_columns(share_n=pl.col("cases_n").sum().over("is_current"))
    shares = shares.with_columns(share_pct=percent("cases_n", "share_n"))
    return side_by_side(shares, ["channel"], before=["cases_n", "share_pct"])
