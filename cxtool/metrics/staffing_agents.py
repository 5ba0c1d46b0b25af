"""How many agents were really there, from their states: a mean over each interval of the day.

An agent is there while available, on a contact or in after-call work. Time is counted by quarters
of an hour since the epoch, which meet the intervals of every time zone: each state adds one at its
start and takes it away at its end, so that no state has to be cut into its intervals.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.agent_time import AVAILABLE, BUSY, STATES
from cxtool.metrics.staffing_calls import DAY, SLOT
from cxtool.metrics.staffing_demand import PLACE
from cxtool.period import Request, day_number
from cxtool.tables import Frame, Tables

QUARTER_S = 900
QUARTER_MS = QUARTER_S * 1000
DAY_MS = 86_400_000
EDGES = {"started": 1, "ended": -1}
THERE_MS = "there_ms"


def edge_counts(tables: Tables, calls: Frame) -> dict[str, Frame]:
    """Partials: where states of agents begin and end, by ``quarter``; empty without agent states.

    Of agents who answered one of the ``calls`` alone. ``agents_n`` counts the edges of the quarter,
    ``rest_ms`` what is left of the quarter after them. Counts are mergeable.
    """
    if not tables.has(STATES):
        return {}
    first_ms, end_ms = _around_ms(tables.request)
    start, end = nw.col("started_ms"), nw.col("ended_ms")
    there = nw.col("state").str.to_lowercase().is_in([AVAILABLE, *BUSY])
    answering = calls.filter(nw.col("answered") & ~nw.col("agent_id").is_null())
    agents = answering.group_by("agent_id").agg(nw.len().alias("calls_n"))
    inside = tables.others[STATES].filter(there & (start < end_ms) & (end > first_ms))
    clipped = inside.join(agents, on="agent_id", how="inner").select(
        nw.when(start < first_ms).then(nw.lit(first_ms)).otherwise(start).alias("started"),
        nw.when(end > end_ms).then(nw.lit(end_ms)).otherwise(end).alias("ended"),
    )
    return {edge: _at_edge(clipped, edge) for edge in EDGES}


def _around_ms(request: Request) -> tuple[int, int]:
    """Instants around the period in any time zone: a state may be said to end in the year 9999."""
    first, end = day_number(request.period.start), day_number(request.period.end)
    return (first - 1) * DAY_MS, (end + 1) * DAY_MS


def _at_edge(states: Frame, edge: str) -> Frame:
    quarter = nw.col(edge).cast(nw.Int64) // QUARTER_MS
    placed = states.select(
        quarter.alias("quarter"), ((quarter + 1) * QUARTER_MS - nw.col(edge)).alias("rest_ms")
    )
    return placed.group_by("quarter").agg(
        nw.len().cast(nw.Int64).alias("agents_n"), nw.col("rest_ms").sum().cast(nw.Int64)
    )


def agents_there(
    edges: dict[str, pl.DataFrame],
    days: pl.DataFrame,
    *,
    place: str,
    interval_s: int,
    time_zone: str,
) -> pl.DataFrame:
    """``there_n``, the mean agents there, per place and interval of ``days``.

    In a quarter those who are there at its start give all of it, who comes the rest of it, and who
    goes takes the rest away.
    """
    signed = pl.concat(
        edges[edge].select("quarter", pl.col("agents_n", "rest_ms") * sign)
        for edge, sign in EDGES.items()
    )
    moved = signed.group_by("quarter").agg(pl.all().sum())
    bounds = moved.select(first=pl.col("quarter").min(), end=pl.col("quarter").max() + 1)
    quarters = bounds.select(quarter=pl.int_ranges("first", "end")).explode("quarter").drop_nulls()
    there = (
        quarters.join(moved, on="quarter", how="left")
        .sort("quarter")
        .with_columns(pl.col("agents_n", "rest_ms").fill_null(0))
        .with_columns(before_n=pl.col("agents_n").cum_sum() - pl.col("agents_n"))
        .with_columns((pl.col("before_n") * QUARTER_MS + pl.col("rest_ms")).alias(THERE_MS))
    )
    local = pl.from_epoch(pl.col("quarter") * QUARTER_S, time_unit="s").dt.replace_time_zone("UTC")
    local = local.dt.convert_time_zone(time_zone)
    of_day = local.dt.hour().cast(pl.Int64) * 3600 + local.dt.minute().cast(pl.Int64) * 60
    placed = there.select(
        THERE_MS,
        local.dt.date().to_physical().cast(pl.Int64).alias(DAY),
        (of_day // interval_s * interval_s).alias(SLOT),
    )
    of_place = days.group_by(pl.col(place).alias(PLACE)).agg(pl.len().alias("days_n"))
    sums = placed.join(days, on=DAY).group_by(pl.col(place).alias(PLACE), SLOT)
    return (
        sums.agg(pl.col(THERE_MS).sum())
        .join(of_place, on=PLACE)
        .select(PLACE, SLOT, there_n=pl.col(THERE_MS) / (pl.col("days_n") * interval_s * 1000))
    )
