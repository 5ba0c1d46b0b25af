"""Every part in Polars, read together, with what the report adds to them.

Added are the headline, SLA by day and by length of wait, the course of responses, the worst
breaches, volume and the sizes of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from benchmarks.peers import polars_behavior, polars_cel, polars_kpi, polars_sla
from benchmarks.peers.export import AS_OF, BREACHES_N, DAYS_N, SLA_S, STEPS_S, TABLES, Export
from benchmarks.peers.polars_tables import (
    DAYS,
    cases,
    percent,
    scan,
    side_by_side,
    verdict,
    with_days,
)

PARTS = {
    "sla": polars_sla,
    "behavior": polars_behavior,
    "cel": polars_cel,
    "kpi": polars_kpi,
}
ALONE = ("by_agent", "by_day")  # sections that the report does not have
RESPONSE = pl.col("first_response_s")


def plan(export: Export) -> dict[str, pl.LazyFrame]:
    """The partials that are read together."""
    rows = cases(export)
    current = rows.filter("is_current")
    parts = {
        f"{part} {name}": frame
        for part, module in PARTS.items()
        for name, frame in module.plan(export).items()
    }
    return {
        **parts,
        "waits": current.filter(RESPONSE.is_not_null())
        .group_by(RESPONSE, sla=verdict())
        .len("responses_n"),
        "responses before": rows.filter(~pl.col("is_current")).select(
            RESPONSE.median().alias("first_response_p50_s_previous")
        ),
        "responses by day": current.group_by("day").agg(RESPONSE.median()),
        "breaches": current.filter(verdict() == "not_met")
        .select(
            *("case_id", "channel", "queue", "agent", "started_at", "first_response_s"),
            over_s=pl.coalesce(RESPONSE, _waiting_s()) - SLA_S,
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


def figures(small: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The sections of the report."""
    found = {}
    own = {
        part: {
            name.removeprefix(f"{part} "): frame
            for name, frame in small.items()
            if name.startswith(f"{part} ")
        }
        for part in PARTS
    }
    for part, module in PARTS.items():
        for name, rows in module.figures(own[part]).items():
            if name not in ALONE:
                found[f"{part}_{name}" if name == "summary" else name] = rows
    volume = small["volume"].with_columns(pl.col("cases_n").cast(pl.Int64))
    days = _by_day(volume, "cases_n")
    told = pl.concat([found["distribution"], small["responses before"]], how="horizontal")
    companies = polars_cel.company_days(own["cel"]).with_columns(companies_n=1)
    found |= {
        "sla_days": polars_sla.by_day(small["sla counts"])
        .rename({"place": "date"})
        .with_columns(date_previous=pl.col("date") - pl.duration(days=DAYS_N)),
        "distribution": with_days(told, small["responses by day"], [], "first_response_s"),
        "first_response": _by_length(small["waits"]),
        "breaches": small["breaches"],
        "volume_summary": with_days(_volume(volume), days, [], "cases_n"),
        "volume_days": days.rename({"day": "date"}),
        "channels": _channels(volume),
        "heat": _heat(volume),
        "cel_days": _by_day(companies, "companies_n", "contacts_n", "load_s").rename(
            {"day": "date"}
        ),
        "tables": pl.DataFrame(
            {"table": TABLES, "rows_n": [small[f"rows {table}"].item() for table in TABLES]}
        ),
    }
    return {**found, "headline": _headline(found)}


def _waiting_s() -> pl.Expr:
    """How long a customer has waited without a response; null where nobody waits any more."""
    is_open = pl.col("ended_at").is_null() & (pl.col("status") != "closed")
    waited_s = (pl.lit(AS_OF) - pl.col("started_at")).dt.total_seconds()
    return pl.when((pl.col("channel") != "voice") & is_open).then(waited_s)


def _by_day(rows: pl.DataFrame, *figures: str) -> pl.DataFrame:
    """Figures of every day of the period, 0 on a day without any."""
    sums = rows.group_by("day").agg(pl.sum(*figures))
    return DAYS.to_frame().join(sums, on="day", how="left", maintain_order="left").fill_null(0)


def _by_length(waits: pl.DataFrame) -> pl.DataFrame:
    steps = pl.Series(STEPS_S, dtype=pl.Float64)
    run = steps.search_sorted(waits["first_response_s"], side="left")
    ends = pl.Series([*STEPS_S, None], dtype=pl.Float64)
    placed = waits.with_columns(up_to_s=ends.gather(run))
    counts = placed.group_by("up_to_s", "sla").agg(pl.sum("responses_n"))
    shares = counts.with_columns(share_n=pl.sum("responses_n"))
    return shares.with_columns(share_pct=percent("responses_n", "share_n"))


def _volume(volume: pl.DataFrame) -> pl.DataFrame:
    n = pl.col("cases_n")
    totals = volume.group_by("is_current").agg(
        n.sum(),
        *(
            n.filter(pl.col("direction") == direction).sum().alias(f"{direction}_n")
            for direction in ("inbound", "outbound", "internal")
        ),
    )
    return side_by_side(totals, [])


def _channels(volume: pl.DataFrame) -> pl.DataFrame:
    sums = volume.group_by("channel", "is_current").agg(pl.sum("cases_n"))
    shares = sums.with_columns(share_n=pl.col("cases_n").sum().over("is_current"))
    shares = shares.with_columns(share_pct=percent("cases_n", "share_n"))
    sides = side_by_side(shares, ["channel"], before=["cases_n", "share_pct"])
    daily = volume.filter("is_current").group_by("channel", "day").agg(pl.sum("cases_n"))
    before = pl.col("cases_n_previous", "share_pct_previous").fill_null(0)
    return with_days(sides.with_columns(before), daily, ["channel"], "cases_n", nothing=0)


def _heat(volume: pl.DataFrame) -> pl.DataFrame:
    weekday = pl.col("day").dt.strftime("%a").alias("weekday")
    hours = volume.filter("is_current").group_by(weekday, "hour").agg(pl.sum("cases_n"))
    days = DAYS.to_frame().group_by(weekday).len("days_n")
    heat = hours.join(days, on="weekday")
    return heat.with_columns(day_mean=pl.col("cases_n") / pl.col("days_n"))


def _headline(found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Figures of the sections that are their home, with those before and their course."""
    csat = found["kpi_summary"].filter(pl.col("metric") == "csat_pct")
    days = found["cel_days"]
    return pl.concat(
        [
            found["volume_summary"].select("cases_n", "cases_n_previous", "cases_days"),
            found["sla_summary"].select("sla_pct", "sla_pct_previous", "sla_n", "sla_days"),
            found["distribution"].select(
                *("first_response_p50_s", "first_response_p50_s_previous", "responses_n"),
                "first_response_days",
            ),
            csat.select(csat_pct="value", csat_pct_previous="previous", csat_n="n"),
            found["team"].select("^overall_.*$"),
            found["cel_summary"].select("^(companies_n|load_s)(_previous)?$"),
            days.select(
                companies_days=pl.col("companies_n").implode(), load_days=pl.col("load_s").implode()
            ),
        ],
        how="horizontal",
    )
