"""The plan beside what happened: agents really there, and what callers really met.

A plan stands on means; what happened is counted call by call, so each rate has its own n. Agents
are counted where the export has their states and nothing parts them by groups. Source: K9, K5.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.service_level import VARIANTS
from cxtool.metrics.staffing_calls import SECOND, SLOT
from cxtool.metrics.staffing_demand import PLACE, Per
from cxtool.metrics.staffing_need import AGENTS, GIVEN, given
from cxtool.metrics.staffing_sections import (
    FROM,
    SERVED,
    agents_column,
    place_column,
    section_of,
)
from cxtool.metrics.staffing_terms import MODEL_WORDS, Terms
from cxtool.metrics.stats import ratio
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit, duration

THERE = "there_n"
CALLS = Column(key="calls_n", label="Calls", unit=Unit.COUNT, drop=1)
EXPECTED = "expected_level_pct"
# What callers really met, each with the calls that it is of.
REAL: tuple[Column, ...] = tuple(
    column
    for met in SERVED
    if met.key != "occupancy_pct"
    for column in (
        replace(met, key=f"real_{met.key}"),
        Column(
            key=f"real_{met.key.rpartition('_')[0]}_n",
            label=f"{met.label} of",
            unit=Unit.COUNT,
            role="n",
            of=f"real_{met.key}",
            drop=7,
        ),
    )
)


def happened_section(
    staffed: pl.DataFrame,
    there: pl.DataFrame | None,
    dimensions: Sequence[Dimension],
    terms: Terms,
    settings: Settings,
    *,
    per: Per,
) -> Section:
    """Each interval: agents needed and there, the service level expected of them, and the real one.

    ``staffed`` has ``SUMS`` of the past; ``calls_n`` are all of the interval's days. ``gap_n`` is
    agents there less agents needed; ``expected_level_pct`` is what the model says of those there,
    rounded down. Both are null where nobody knows who was there.
    """
    rows = _with_agents(staffed, there, terms)
    hits, level_n = VARIANTS[settings.service_level.variant]
    given_up = pl.col("abandoned_n") - pl.col("short_n")
    counted = pl.col("offered_n") - pl.col("short_n")
    figures = rows.with_columns(
        gap_n=pl.col(THERE) - pl.col(AGENTS),
        real_service_level_pct=100 * ratio(hits, level_n),
        real_service_level_n=level_n.cast(pl.Int64),
        real_asa_s=SECOND * ratio(pl.col("asa_ms"), pl.col("asa_n")),
        real_asa_n=pl.col("asa_n"),
        real_abandonment_pct=100 * ratio(given_up, counted),
        real_abandonment_n=counted,
    ).rename({"offered_n": "calls_n"})
    place = place_column(per)
    columns = (
        place,
        FROM,
        CALLS,
        agents_column("Needed"),
        Column(key=THERE, label="There", unit=Unit.NUMBER, drop=0),
        Column(key="gap_n", label="Gap", unit=Unit.NUMBER, better="higher", drop=1),
        Column(key=EXPECTED, label="Expected level", unit=Unit.PERCENT, drop=3),
        *REAL,
    )
    known = there is not None
    heat = Chart(
        kind="heatmap",
        title=f"Agents there less agents needed, by {place.label.lower()} and interval",
        x=FROM.key,
        y=place.key,
        value="gap_n",
    )
    return section_of(
        "happened",
        "Needed, and what happened",
        figures,
        columns,
        dimensions=dimensions,
        per=per,
        order=(PLACE, SLOT),
        notes=_notes(terms, settings, known=known, parted=bool(dimensions)),
        folded=per == "weekday",
        charts=(heat,) if known else (),
    )


def _with_agents(staffed: pl.DataFrame, there: pl.DataFrame | None, terms: Terms) -> pl.DataFrame:
    """Rows with ``there_n`` and what the model expects of so many, without what it gave."""
    plain = staffed.drop(*GIVEN, "scheduled_n", "cost")
    if there is None:
        nothing = pl.lit(None, pl.Float64)
        return plain.with_columns(nothing.alias(THERE), nothing.alias(EXPECTED))
    # An interval of a planned day in which no state says that anyone was there had nobody.
    rows = plain.join(there, on=[PLACE, SLOT], how="left", maintain_order="left")
    rows = rows.with_columns(pl.col(THERE).fill_null(0.0))
    real = rows.with_columns(pl.col(THERE).floor().cast(pl.Int64).alias(AGENTS))
    return rows.with_columns(given(real, terms)["service_level_pct"].alias(EXPECTED))


def _notes(terms: Terms, settings: Settings, *, known: bool, parted: bool) -> tuple[str, ...]:
    level = (
        f"Service level as it was: answered within {duration(terms.within_s)},"
        f" {settings.service_level.variant}; ASA of answered calls."
    )
    if parted:
        return (level, "Agents there are not told by group: an agent may serve several.")
    if not known:
        return (level, "Agents there: not known, for the export has no agent_states of the days.")
    endless = ", which assumes that nobody hangs up" if terms.model == "erlang-c" else ""
    return (
        level,
        "Agents there: the mean of those available, on a contact or in after-call work who answered"
        " such a call in the period; they may have had other work as well.",
        f"Expected level: of the agents there, by {MODEL_WORDS[terms.model]}{endless}.",
    )
