"""The SLA verdict of one case: its threshold, its clock, and met, not met, pending or n/a.

Met is a first response within the threshold, the threshold included. Without a response an inbound
case is pending until the threshold has passed at the as-of moment, then not met; an outbound or
internal case is n/a. The threshold of a label goes before that of a queue, a channel, and all;
of several labels the strictest holds. The clock is wall time, or business time (opening hours).
Source: L17, S3, S5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.calendar import opening_days, with_business_ms
from cxtool.config import Settings, SlaSettings
from cxtool.metrics.choose import choose
from cxtool.period import Request
from cxtool.tables import Frame
from cxtool.units import duration

VERDICTS = ("met", "not_met", "pending", "n/a")
ADDED = ("sla_elapsed_ms", "sla_threshold_ms", "sla")

# Two zones lie at most 26 hours apart; a response later than this after as-of is late anyway.
BEFORE = timedelta(days=2)
AFTER = timedelta(days=400)


def with_sla(cases: Frame, settings: Settings, request: Request) -> Frame:
    """Add ``sla_elapsed_ms``, ``sla_threshold_ms`` and ``sla`` to cases.

    ``sla_elapsed_ms`` is the time to the first response, without one the time from the start to
    the as-of moment, both on the clock of the settings. ``sla`` is one of ``VERDICTS``. Raises
    ``UsageError`` for a business clock without opening hours. A column of the export's own that
    has one of these names gives way. Source: L17, S3, S5.
    """
    names = cases.collect_schema().names()
    responded = ~nw.col("first_response_ms").is_null()
    if settings.sla.clock == "business":
        timed = with_business_ms(cases, _opened(settings, request))
        response_ms, waited_ms = nw.col("business_ms"), nw.col("business_waited_ms")
    else:
        timed = cases
        response_ms = nw.col("first_response_ms")
        waited_ms = nw.lit(request.as_of_ms) - nw.col("started_ms")
    elapsed = nw.when(responded).then(response_ms).otherwise(waited_ms)
    return (
        timed.with_columns(
            elapsed.alias("sla_elapsed_ms"), threshold_ms(settings.sla).alias("sla_threshold_ms")
        )
        .with_columns(_verdict(responded).alias("sla"))
        .select(*(name for name in names if name not in ADDED), *ADDED)
    )


def threshold_ms(sla: SlaSettings) -> nw.Expr:
    """The threshold of a case in whole milliseconds: label, then queue, then channel, then all."""
    labels = nw.col("contact_labels").list
    branches = [
        (labels.contains(name), seconds)
        for seconds, names in _strictest_first(sla.labels)
        for name in names
    ]
    branches += [
        (nw.col("queue").is_in(names), seconds) for seconds, names in _strictest_first(sla.queues)
    ]
    branches += [
        (nw.col("channel").is_in([name.lower() for name in names]), seconds)
        for seconds, names in _strictest_first(sla.channels)
    ]
    return choose(
        [(applies, nw.lit(_ms(seconds))) for applies, seconds in branches],
        nw.lit(_ms(sla.threshold)),
    ).cast(nw.Int64)


def rule_notes(settings: Settings) -> tuple[str, ...]:
    """The rule in words, for the notes of a report."""
    sla = settings.sla
    clock = "business hours" if sla.clock == "business" else "wall time"
    notes = [f"SLA: first response within {duration(sla.threshold)} (inclusive), in {clock}."]
    own = [
        f"{kind} {name} {duration(seconds)}"
        for kind, thresholds in (
            ("label", sla.labels),
            ("queue", sla.queues),
            ("channel", sla.channels),
        )
        for name, seconds in thresholds.items()
    ]
    if own:
        notes.append("Own thresholds, the first that applies: " + ", ".join(own) + ".")
    return tuple(notes)


def _verdict(responded: nw.Expr) -> nw.Expr:
    in_time = nw.col("sla_elapsed_ms") <= nw.col("sla_threshold_ms")
    inbound = nw.col("direction") == "inbound"
    return choose(
        [
            (responded & in_time, nw.lit("met")),
            (responded, nw.lit("not_met")),
            (inbound & in_time, nw.lit("pending")),
            (inbound, nw.lit("not_met")),
        ],
        nw.lit("n/a"),
    )


def _strictest_first(thresholds: Mapping[str, float]) -> list[tuple[float, list[str]]]:
    """Names grouped by their threshold, the smallest first."""
    ordered = sorted((seconds, name) for name, seconds in thresholds.items())
    return [
        (seconds, [name for _, name in group])
        for seconds, group in groupby(ordered, key=lambda item: item[0])
    ]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _opened(settings: Settings, request: Request) -> pl.DataFrame:
    starts = [period.start for period in (request.period, request.previous) if period]
    return opening_days(
        settings.hours,
        time_zone=request.time_zone,
        first=min(starts) - BEFORE,
        last=max(request.as_of, request.period.end) + AFTER,
        as_of_ms=request.as_of_ms,
    )
