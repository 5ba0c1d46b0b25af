"""The cases that missed their SLA: which, and by how much, worst first. Source: S4."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.stats import rounded
from cxtool.report import Column, Section
from cxtool.tables import Frame
from cxtool.units import Unit

COLUMNS = (
    Column(key="case_id", label="Case", drop=0),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
    Column(key="channel", label="Channel", drop=3),
    Column(key="queue", label="Queue", drop=4),
    Column(key="agent", label="Agent", drop=2),
    Column(
        key="first_response_s",
        label="First response",
        unit=Unit.SECONDS,
        better="lower",
        drop=5,
    ),
    Column(key="over_s", label="Over", unit=Unit.SECONDS, better="lower", drop=0),
    Column(key="sla_threshold_s", label="Threshold", unit=Unit.SECONDS, drop=6),
)

LISTED = tuple(column.key for column in COLUMNS)
# Worst first, those of unknown extent last; equal ones by start and case.
ORDER = {"over_ms": "descending", "started_at": "ascending", "case_id": "ascending"}


def breaches_frame(judged: Frame) -> Frame:
    """The cases of ``with_sla`` that are ``not_met``, with ``over_ms``.

    ``over_ms`` is the response's time past the threshold; without a response, the time waited to
    as-of past the threshold, null where nobody can be waiting any more (a call, or a case that is
    closed or has ended).
    """
    responded = ~nw.col("first_response_ms").is_null()
    is_open = nw.when(nw.col("status") == "closed").then(nw.lit(False)).otherwise(nw.lit(True))
    waits = ~nw.col("is_voice") & nw.col("ended_ms").is_null() & is_open
    over = nw.col("sla_elapsed_ms") - nw.col("sla_threshold_ms")
    return judged.filter(nw.col("sla") == "not_met").select(
        "case_id",
        "started_at",
        "channel",
        "queue",
        "agent",
        "first_response_ms",
        "sla_threshold_ms",
        nw.when(responded | waits).then(over).alias("over_ms"),
    )


def first_breaches(breaches: Frame, first_n: int | None) -> Frame:
    """The first so many breaches in ``ORDER``, in any order; None: all of them."""
    if first_n is None:
        return breaches
    reverse = [order == "ascending" for order in ORDER.values()]
    return breaches.top_k(first_n, by=list(ORDER), reverse=reverse)


def count_breaches(breaches: Frame) -> Frame:
    """One row: ``breaches_n``, and how many of them are of unknown extent, ``abandoned_n``."""
    known_n = nw.col("over_ms").count().cast(nw.Int64)
    breaches_n = nw.len().cast(nw.Int64)
    return breaches.select(breaches_n=breaches_n, abandoned_n=breaches_n - known_n)


def breaches_section(
    cases: pl.DataFrame, counts: pl.DataFrame, *, time_zone: str, business: bool
) -> Section:
    """Collected breaches as a section; ``counts`` are of all that there are."""
    seconds = ("first_response", "over", "sla_threshold")
    rows = (
        cases.with_columns(
            pl.col("started_at").dt.convert_time_zone(time_zone),
            *(rounded(pl.col(f"{name}_ms") / 1000).alias(f"{name}_s") for name in seconds),
        )
        .sort(
            *ORDER,
            descending=[order == "descending" for order in ORDER.values()],
            nulls_last=True,
        )
        .select(LISTED)
    )
    breaches_n, abandoned_n = counts.row(0)
    gone = f"Without a response, and nobody waits any more: {abandoned_n:,}, listed last."
    said = {
        gone: abandoned_n,
        "Over is in business hours, first response in wall time.": business,
    }
    return Section(
        id="breaches",
        title="SLA breaches",
        columns=COLUMNS,
        rows=rows,
        all_n=breaches_n,
        notes=tuple(note for note, applies in said.items() if applies),
    )
