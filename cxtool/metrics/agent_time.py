"""What agents' states say of their time: how busy they were while signed in.

What it decides: busy is ``on_contact`` (talk and hold) and ``after_contact`` (ACW); signed in is
every state but ``offline``, the centre's own too. A state counts with what of it lies in the
period. Cases say nothing here: an agent with three chats at once is busy once. Source: K5.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.stats import ratio, rounded
from cxtool.period import Request
from cxtool.report import Column
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

STATES = "agent_states"
BUSY = ("on_contact", "after_contact")
AVAILABLE, OFFLINE = "available", "offline"
SUMS = ("busy_ms", "available_ms", "signed_in_ms", "states_n", "ready_n")

COLUMNS = tuple(
    column
    for key, label in (("utilisation", "Utilisation"), ("occupancy", "Occupancy"))
    for column in (
        Column(key=f"{key}_pct", label=label, unit=Unit.PERCENT, drop=3),
        Column(
            key=f"{key}_n",
            label=f"{label} of states",
            unit=Unit.COUNT,
            role="n",
            of=f"{key}_pct",
            drop=7,
        ),
    )
)


def state_times(tables: Tables) -> Frame | None:
    """Partial: ``SUMS`` of the period per agent; None where the export has no agent states."""
    timed = timed_states(tables)
    sums = (nw.col(name).sum().cast(nw.Int64) for name in SUMS)
    return None if timed is None else timed.group_by("agent_id").agg(*sums)


def timed_states(tables: Tables) -> Frame | None:
    """The states that lie in the period, each with what of it does, as ``SUMS`` add it up."""
    if not tables.has(STATES):
        return None
    first_ms, end_ms = _bounds_ms(tables.request)
    start, end = nw.col("started_ms"), nw.col("ended_ms")
    from_ms = nw.when(start < first_ms).then(nw.lit(first_ms)).otherwise(start)
    to_ms = nw.when(end > end_ms).then(nw.lit(end_ms)).otherwise(end)
    state = nw.col("state").str.to_lowercase()
    kinds = {
        "busy_ms": state.is_in(BUSY),
        "available_ms": state == AVAILABLE,
        "signed_in_ms": state != OFFLINE,
    }
    inside = tables.others[STATES].filter((start < end_ms) & (end > first_ms))
    return inside.select(
        *("agent_id", "state", "started_at", "ended_at"),
        *(nw.when(kind).then(to_ms - from_ms).otherwise(0).alias(n) for n, kind in kinds.items()),
        nw.when(kinds["signed_in_ms"]).then(1).otherwise(0).alias("states_n"),
        nw.when(kinds["busy_ms"] | kinds["available_ms"]).then(1).otherwise(0).alias("ready_n"),
    )


def time_shares(keys: Sequence[str], times: pl.DataFrame) -> pl.DataFrame:
    """Utilisation and occupancy in percent per ``keys``, each with the states that it is of.

    Utilisation is busy of signed-in time, occupancy busy of busy and available time; null where
    there is none of it.

    >>> times = pl.DataFrame({"agent_id": ["a"], "busy_ms": [60], "available_ms": [20],
    ...                       "signed_in_ms": [120], "states_n": [4], "ready_n": [3]})
    >>> time_shares(["agent_id"], times).row(0)
    ('a', 50.0, 4, 75.0, 3)
    """
    sums = times.group_by(keys).agg(pl.col(SUMS).sum())
    busy, available, signed_in = (pl.col(name) for name in SUMS[:3])
    return sums.select(
        *keys,
        rounded(100 * ratio(busy, signed_in)).alias("utilisation_pct"),
        pl.col("states_n").alias("utilisation_n"),
        rounded(100 * ratio(busy, busy + available)).alias("occupancy_pct"),
        pl.col("ready_n").alias("occupancy_n"),
    )


def _bounds_ms(request: Request) -> tuple[int, int]:
    zone = ZoneInfo(request.time_zone)

    def midnight_ms(day: date) -> int:
        return int(datetime.combine(day, time.min, tzinfo=zone).timestamp()) * 1000

    return midnight_ms(request.period.start), midnight_ms(request.period.end)
