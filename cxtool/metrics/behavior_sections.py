"""The sections of the behaviour report, each made from the small frames of one report."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.metrics import behavior_notes, behavior_totals
from cxtool.metrics.bands import band
from cxtool.metrics.behavior_columns import (
    band_of,
    label,
    n_of,
    total_column,
    total_columns,
    with_band,
)
from cxtool.metrics.behavior_eligibility import REASONS, can_judge
from cxtool.metrics.behavior_index import Cuts
from cxtool.metrics.trend import CURRENT, within
from cxtool.report import Chart, Column, Section
from cxtool.tables import Tables
from cxtool.units import Unit

AGENT_KEYS = ("agent_id",)
EVERYBODY = "all"


class Found(Struct, frozen=True, kw_only=True):
    """The collected small frames and what the report was asked for."""

    tables: Tables
    settings: Settings
    behaviors: tuple[str, ...]
    agent_id: str | None
    index_sums: pl.DataFrame
    sums: pl.DataFrame
    reasons: pl.DataFrame

    @property
    def compared(self) -> bool:
        return self.tables.request.previous is not None

    def asked(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of the agent asked for, or all."""
        return rows if self.agent_id is None else rows.filter(pl.col("agent_id") == self.agent_id)


def agents(found: Found) -> Section:
    """One row per agent with scored interactions in the period (B6)."""
    rows = _totals(found, found.asked(found.index_sums), found.asked(found.sums), AGENT_KEYS)
    rows = rows.join(_shown_agents(found.sums), on="agent_id", how="left", nulls_equal=True)
    keys = (
        Column(key="team", label="Team", drop=3),
        Column(key="agent_id", label="Agent ID", drop=8),
        Column(key="agent", label="Agent", drop=0),
    )
    columns = (*keys, *total_columns(found.behaviors))
    rows = rows.sort("team", "agent", "agent_id", nulls_last=True)
    notes = [behavior_notes.DEPENDENT] if found.compared else []
    if rows.is_empty():
        notes.append("No scored interaction in the period.")
    return Section(
        id="agents",
        title="Agents",
        columns=columns,
        rows=rows.select(column.key for column in columns),
        notes=tuple(notes),
    )


def team(found: Found) -> Section:
    """The same totals for all agents together (B4)."""
    rows = _totals(found, found.index_sums, found.sums, ())
    columns = (Column(key="team", label="Team", drop=0), *total_columns(found.behaviors))
    return Section(
        id="team",
        title="All agents together",
        columns=columns,
        rows=rows.select(pl.lit(EVERYBODY).alias("team"), *(c.key for c in columns[1:])),
        notes=behavior_notes.of_few_agents(found.sums) if found.compared else (),
    )


def teams(found: Found) -> Section:
    """The same totals per team, by the team of each interaction (B4)."""
    rows = _totals(found, found.index_sums, found.sums, ("team",)).sort("team", nulls_last=True)
    columns = (Column(key="team", label="Team", drop=0), *total_columns(found.behaviors))
    return Section(
        id="teams",
        title="Teams",
        columns=columns,
        rows=rows.select(column.key for column in columns),
    )


def behavior_scores(found: Found) -> Section:
    """One row per behaviour of the agent asked for, with its trend (B7)."""
    names = pl.DataFrame({"behavior": found.behaviors}, schema={"behavior": pl.String})
    scores = behavior_totals.behavior_trends(found.asked(found.index_sums), compared=found.compared)
    score = total_column("score", "Score", drop=0)
    columns = (Column(key="behavior", label="Behaviour", drop=0), *with_band(score))
    rows = names.join(scores, on="behavior", how="left", maintain_order="left")
    return Section(
        id="behaviors",
        title="Behaviour scores",
        columns=columns,
        rows=rows.with_columns(pl.col("score_n").fill_null(0)).select(c.key for c in columns),
    )


def interactions(found: Found, cuts: Sequence[Cuts]) -> Section:
    """One row per scored interaction of the period, to replay and look into (B9)."""
    current = within(found.tables.request.period)
    if found.agent_id is not None:
        current = current & (nw.col("agent_id") == found.agent_id)
    rows = behavior_totals.index_rows(found.tables, found.settings, cuts, days=current)
    shown = found.tables.cases.select(
        "case_id", "started_at", "channel", "agent", "recording"
    ).join(behavior_totals.interaction_indices(rows, found.behaviors), on="case_id", how="inner")
    collected = found.tables.collect({"interactions": shown})["interactions"]
    total = total_column("overall", "Overall", drop=1)
    columns = (
        Column(key="case_id", label="Case", drop=0),
        Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
        Column(key="channel", label="Channel", drop=2),
        Column(key="agent", label="Agent", drop=2),
        Column(key="recording", label="Recording", drop=7),
        *(
            Column(key=f"{b}_index", label=label(b), unit=Unit.INDEX, better="higher", drop=4)
            for b in found.behaviors
        ),
        total,
        n_of(total),
        band_of(total),
    )
    points, possible = pl.col("points"), pl.col("possible")
    finished = collected.with_columns(
        overall_pct=behavior_totals.percent(points, possible),
        overall_n=possible // behavior_totals.BEST,
        overall_band=band(points=points.fill_null(0), possible=possible),
    ).sort("started_at", "case_id", descending=[True, False])
    return Section(
        id="interactions",
        title="Interactions",
        columns=columns,
        rows=finished.select(column.key for column in columns),
    )


def trend(found: Found) -> Section:
    """A point per agent and day of both periods (B8)."""
    sums = found.asked(found.sums)
    days = behavior_totals.overall_by_day(sums, AGENT_KEYS)
    days = days.join(_shown_agents(found.sums), on="agent_id", how="left", nulls_equal=True)
    total = total_column("overall", "Overall", drop=0)
    columns = (
        Column(key="agent_id", label="Agent ID", drop=8),
        Column(key="agent", label="Agent", drop=0),
        Column(key="date", label="Day", unit=Unit.DATE, drop=0),
        total,
        n_of(total),
        Column(key="period", label="Period", drop=2),
    )
    rows = days.with_columns(
        date=pl.from_epoch("started_d", time_unit="d"),
        period=pl.when(CURRENT).then(pl.lit("current")).otherwise(pl.lit("previous")),
    ).sort("agent", "agent_id", "date", nulls_last=True)
    return Section(
        id="trend",
        title="Overall by day",
        columns=columns,
        rows=rows.select(column.key for column in columns),
        folded=found.agent_id is None,
        charts=(
            Chart(
                kind="lines",
                title="Overall total by day, of each agent",
                x="date",
                y=total.key,
                series="agent",
            ),
        ),
    )


def left_out(found: Found) -> Section:
    """How many interactions are not scored, under the first reason that applies (B11)."""
    current = found.asked(found.reasons).filter(pl.col(CURRENT))
    judged = [r for r in REASONS if can_judge(r, found.tables, found.settings)]
    reasons = pl.DataFrame(
        {"reason": [r.key for r in judged], "reason_label": [r.label for r in judged]},
        schema={"reason": pl.String, "reason_label": pl.String},
    )
    counts = current.group_by("reason").agg(pl.col("interactions_n").sum())
    rows = reasons.join(counts, on="reason", how="left", maintain_order="left")
    columns = (
        Column(key="reason", label="Reason", drop=6),
        Column(key="reason_label", label="Why", drop=0),
        Column(key="interactions_n", label="Interactions", unit=Unit.COUNT, drop=0),
    )
    scored = current.filter(pl.col("reason").is_null())
    return Section(
        id="left_out",
        title="Interactions left out",
        columns=columns,
        rows=rows.with_columns(pl.col("interactions_n").fill_null(0)),
        notes=behavior_notes.of_left_out(
            found.tables,
            found.settings,
            scored_n=int(scored["interactions_n"].sum()),
            all_n=int(current["interactions_n"].sum()),
        ),
    )


def _totals(
    found: Found, index_sums: pl.DataFrame, sums: pl.DataFrame, keys: Sequence[str]
) -> pl.DataFrame:
    """Totals per group: overall with trend and course, and each behaviour."""
    overall = behavior_totals.overall_totals(sums, keys, compared=found.compared)
    series = behavior_totals.overall_series(sums, keys, found.tables.request.period)
    each = behavior_totals.behavior_totals(index_sums, keys, found.behaviors)
    if not keys:
        return pl.concat([overall, series, each], how="horizontal")
    for part in (series, each):
        overall = overall.join(part, on=list(keys), how="left", nulls_equal=True)
    return overall


def _shown_agents(sums: pl.DataFrame) -> pl.DataFrame:
    """Name and team of each agent's newest day, in the order of text where a day has several."""
    newest = sums.sort("started_d", "agent", "team", nulls_last=False)
    return newest.group_by("agent_id").agg(pl.last("agent", "team"))
