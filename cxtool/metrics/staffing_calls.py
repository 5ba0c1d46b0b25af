"""What the past says of calls: how many come, how long one takes, how long callers bear to wait.

A call is an inbound case of a voice channel; all that were offered count, also those that nobody
answered. Everything is counted per group, local day and interval of the day. Source: K9.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics.dimensions import Dimension, exploded
from cxtool.metrics.handling import timings, with_handle_parts
from cxtool.metrics.service_level import COUNTS as CALLS
from cxtool.metrics.service_level import call_flags
from cxtool.metrics.trend import within
from cxtool.period import Request
from cxtool.tables import Frame, Tables

DAY, SLOT = "day_d", "slot_t"
IS_CALL = nw.col("is_voice") & (nw.col("direction") == "inbound")
TIMES = ("aht", "asa", "waited")  # each with its count and its total in milliseconds
SUMS = ("offered_n", *CALLS, "gave_up_n", *(f"{t}_{part}" for t in TIMES for part in ("n", "ms")))
SECOND = 0.001  # of milliseconds


def calls_of(tables: Tables) -> Tables:
    """The tables with inbound voice cases alone."""
    return replace(tables, cases=tables.cases.filter(IS_CALL))


def call_counts(
    cases: Frame,
    request: Request,
    settings: Settings,
    dimensions: Sequence[Dimension],
    *,
    interval_s: int,
    within_s: float,
) -> Frame:
    """Partial: ``SUMS`` per group, local day ``day_d`` and start of the interval ``slot_t``.

    ``waited`` is the time until an agent answered or the caller gave up; ``gave_up_n`` are calls
    given up of which that time is known. Counts are mergeable.
    """
    calls = with_handle_parts(exploded(cases.filter(within(request.period) & IS_CALL), dimensions))
    flags = call_flags(within_s=within_s, short_s=settings.service_level.short_abandon)
    times = {**{name: timings()[name] for name in ("aht", "asa")}, "waited": waited()}
    ones = {
        "offered_n": nw.lit(True),
        **flags,
        "gave_up_n": ~nw.col("answered") & ~waited().is_null(),
        **{f"{name}_n": ~time.is_null() for name, time in times.items()},
    }
    slot = nw.col("started_t").cast(nw.Int64) // interval_s * interval_s
    keys = [*(dimension.key for dimension in dimensions), DAY, SLOT]
    counted = calls.with_columns(nw.col("started_d").cast(nw.Int64).alias(DAY), slot.alias(SLOT))
    counted = counted.select(
        *keys,
        *(nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in ones.items()),
        *(time.fill_null(0).alias(f"{name}_ms") for name, time in times.items()),
    )
    return counted.group_by(keys).agg(nw.col(name).sum().cast(nw.Int64) for name in SUMS)


def waited() -> nw.Expr:
    """Milliseconds until an agent answered or the caller gave up; null where nobody knows."""
    lasted = nw.coalesce(nw.col("handle_ms"), nw.col("wait_ms"))
    return nw.when(nw.col("answered")).then(nw.col("first_response_ms")).otherwise(lasted)


def patience(counts: pl.DataFrame) -> tuple[float | None, int]:
    """Mean patience in seconds, and of how many calls given up: all waits / calls given up.

    The likeliest mean of an exponential patience: who was answered had borne the wait until then.
    None where no call given up has a known time.

    >>> patience(pl.DataFrame({"waited_ms": [50_000, 70_000], "gave_up_n": [1, 1]}))
    (60.0, 2)
    """
    waited_ms, gave_up_n = counts.select(pl.col("waited_ms", "gave_up_n").sum()).row(0)
    return (SECOND * waited_ms / gave_up_n if gave_up_n and waited_ms else None), gave_up_n
