"""What a reader of a plan must know: its target, its model, its calls, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from cxtool.config import Settings
from cxtool.metrics.staffing_demand import ENOUGH
from cxtool.metrics.staffing_terms import Terms, percent
from cxtool.units import duration

FEW_GIVEN_UP = 30  # calls given up below which patience is a guess


def plan_notes(
    terms: Terms,
    settings: Settings,
    *,
    source: Literal["past", "forecast"],
    days_n: int,
    patience_n: int,
    closed_n: int,
    own_aht: bool,
) -> tuple[str, ...]:
    """Notes on a plan of an export.

    ``patience_n`` are the calls given up that tell patience, ``closed_n`` those outside hours.
    """
    channels = ", ".join(settings.channels.voice)
    calls = (
        f"Calls: inbound cases of {channels}, one at a time an agent; the mean of {days_n} complete"
        f" day{'s' * (days_n != 1)} of the period, without holidays."
        if source == "past"
        else f"Calls: inbound cases of {channels}, one at a time an agent; as the forecast expects"
        " them ('cxtool forecast' says how sure it is)."
    )
    aht = (
        "AHT: as given, for all intervals."
        if own_aht
        else f"AHT: of the interval where {ENOUGH} calls tell it, else of that time of day, of the"
        " group, or of all calls."
    )
    closed = (f"Outside opening hours, and left out: {closed_n:,} of the period's calls.",)
    return (
        *model_notes(terms),
        *_patience(terms, settings, patience_n),
        calls,
        *(closed if closed_n and source == "past" else ()),
        aht,
    )


def model_notes(terms: Terms) -> Iterator[str]:
    """Target, model and shrinkage."""
    yield f"Target: {terms.target}."
    if terms.model == "erlang-c":
        beside = "; where callers do, fewer agents meet the target"
        yield (
            "Erlang C assumes that nobody hangs up"
            + beside
            + (" (column erlang_a_n)." if terms.patience_s is not None else " (--model erlang-a).")
        )
    else:
        yield (
            "Erlang A lets callers hang up; who does within the target's time is not answered, so"
            " counts against the service level."
        )
    if terms.shrinkage:
        yield f"Scheduled: agents with {percent(terms.shrinkage)} shrinkage."
    else:
        yield "No shrinkage: breaks, training and absence are not in the plan (--shrinkage 30)."


def _patience(terms: Terms, settings: Settings, patience_n: int) -> Iterator[str]:
    if terms.patience_s is None:
        yield (
            "Patience is not known, for no call given up has a length: no Erlang A and no"
            " abandonment (--patience 2m)."
        )
        return
    said = f"Patience: {duration(terms.patience_s)} in the mean"
    if settings.staffing.patience is not None:
        yield f"{said}, as the settings say."
    else:
        few = ", too few to trust it" if patience_n < FEW_GIVEN_UP else ""
        yield (
            f"{said}: all time waited over the {patience_n:,}"
            f" call{'s' * (patience_n != 1)} given up{few}."
        )
