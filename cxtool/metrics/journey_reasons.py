"""Repeat contacts: which reasons bring contacts back, and what that costs in time.

What decides: a repeat contact is an inbound case that goes on in a thread, so that an earlier case
of its contact and subject lies within the window. What went before is known at once: no case waits
to be judged. A case of an unknown contact is in no rate. Its cost is the agents' time: talk, hold
and after-call work where the parts are known, else the handle time; nothing where no agent took it.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.handling import AHT_MS
from cxtool.metrics.journey_figures import (
    Figures,
    count,
    counts,
    has_before,
    plain,
    rate,
    section,
    side_by_side,
    total,
)
from cxtool.metrics.stats import ratio, rounded
from cxtool.period import Request
from cxtool.report import Chart, Column, Section
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

CASES = Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=1)
COST = Column(key="repeat_s", label="Time of repeats", unit=Unit.SECONDS, better="lower", drop=1)
REPEATS = Column(key="repeats_n", label="Repeats", unit=Unit.COUNT, better="lower", drop=1)
REASONS = ("topic", "disposition", "queue")  # the first one that the export has tells the reason


def reason_column(tables: Tables) -> str | None:
    """The column that tells why contacts come; None where the export has none of ``REASONS``."""
    return next((name for name in REASONS if tables.has("interactions", name)), None)


def reason_counts(cases: Frame, reason: str | None) -> Frame:
    """Partial: inbound cases per reason, repeats among them, and their time.

    Of ``journeys`` with the handle time of ``with_handle_parts``.
    """
    repeats = nw.col("continues").fill_null(False)
    named = nw.lit(None, nw.String()) if reason is None else nw.col(reason)
    timed = cases.filter(nw.col("direction") == "inbound").with_columns(
        named.alias("reason"),
        nw.when(repeats).then(nw.col(AHT_MS)).alias("repeat_ms"),
        nw.when(repeats).then(nw.col("gap_ms")).alias("since_ms"),
    )
    flags = {
        "cases_n": ~nw.col("case_id").is_null(),
        "known_n": ~nw.col("continues").is_null(),
        "repeats_n": repeats,
    }
    return counts(timed, ["reason"], flags, sums=(AHT_MS, "repeat_ms", "since_ms"))


def repeat_figures(partial: pl.DataFrame, request: Request) -> Figures:
    """The repeat rate and the time of repeats, over ``reason_counts``.

    Null where no contact is known; the time also where it is not known of any repeat.
    """
    before = has_before(partial)
    known = pl.col("known_n") > 0
    timed = known & ((pl.col("repeats_n") == 0) | (pl.col("repeat_ms_n") > 0))
    return (
        count(REPEATS, of="repeats_n", request=request, data_before=before).where(known)
        + rate(
            "repeat",
            "Repeat contacts",
            hits="repeats_n",
            n="known_n",
            request=request,
            better="lower",
        )
        + total(COST, of="repeat_ms", request=request, data_before=before).where(timed)
        + plain(
            Column(
                key="repeat_timed_n",
                label="Time known of",
                unit=Unit.COUNT,
                role="n",
                of=COST.key,
                drop=6,
            ),
            pl.col("repeat_ms_n"),
        )
    )


def reasons_section(partial: pl.DataFrame, reason: str | None, request: Request) -> Section:
    """One row per reason, the costliest first.

    ``repeat_time_pct`` is the part that repeats have in the time of all its cases. Source: K2, K6.
    """
    rows = side_by_side(partial, ["reason"]).rows
    time_share = rounded(100 * ratio(pl.col("repeat_ms_total"), pl.col(f"{AHT_MS}_total")))
    since = rounded(ratio(pl.col("since_ms_total"), pl.col("since_ms_n")) / 1000)
    share = Column(key="repeat_time_pct", label="Of its time", unit=Unit.PERCENT, drop=3)
    figures = (
        count(CASES, of="cases_n", request=request, data_before=has_before(partial))
        + repeat_figures(partial, request)
        + plain(share, time_share)
        + plain(
            Column(
                key="repeat_time_n",
                label="Cases with a time",
                unit=Unit.COUNT,
                role="n",
                of=share.key,
                drop=7,
            ),
            pl.col(f"{AHT_MS}_n"),
        )
        + plain(Column(key="since_s", label="Mean time since", unit=Unit.SECONDS, drop=4), since)
    )
    order = ["repeat_ms_total", "repeats_n", "cases_n", "reason"]
    notes = {
        "The export has no topic, disposition or queue: no reason is known.": reason is None,
        f"The export has no topic: the {reason} stands for the reason.": reason is not None
        and reason != REASONS[0],
    }
    return section(
        "reasons",
        "Repeat contacts by reason",
        rows.sort(order, descending=[True, True, True, False], nulls_last=True),
        Column(key="reason", label="Reason", drop=0),
        figures=figures,
        charts=(
            Chart(kind="bars", title="Time of repeat contacts by reason", x="reason", y=COST.key),
        ),
        notes=tuple(note for note, applies in notes.items() if applies),
    )
