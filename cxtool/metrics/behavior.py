"""The report on agents' behaviour: totals per agent and team, their course, each interaction.

What it decides: one row per agent, shown under the name and team of the agent's newest day; totals
of the team stand beside them also when one agent is asked for; ``_n`` beside a total counts the
indices that are not N/A. Source: B1-B11.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.metrics import behavior_notes, behavior_sections
from cxtool.metrics.behavior_calibration import CutPoints
from cxtool.metrics.behavior_eligibility import scored_rows
from cxtool.metrics.behavior_given import refuse_indices
from cxtool.metrics.behavior_index import Cuts
from cxtool.metrics.behavior_sections import Found
from cxtool.metrics.behavior_slices import collect_partials
from cxtool.metrics.pick import pick
from cxtool.metrics.plan import Plan
from cxtool.report import Report
from cxtool.schema import BEHAVIORS
from cxtool.tables import Tables

USES = ("interactions", "behaviors", "transcripts")
MAX_DAYS = 90  # source: B11
RESERVED = ("overall", "interactions")  # keys of the report's own columns


def report(
    tables: Tables,
    settings: Settings,
    *,
    agent: str | None = None,
    interactions: bool = False,
    calibration: CutPoints | None = None,
    cuts: Sequence[Cuts] | None = None,
) -> Report:
    """Behaviour totals with sections ``agents``, ``team``, ``trend``, ``left_out`` and more.

    ``agent`` (name or id) limits all but the team's sections to one agent and adds ``behaviors``;
    ``interactions`` adds a row per interaction; an export with teams gets ``teams``. Totals are
    percent, null where all is N/A. Scores are ranked within the compared periods, or by
    ``calibration``; index scores are taken as they are, and with a calibration an error. ``cuts``
    are those of the reference, where they are known already. No ``behaviors`` table, or an agent
    who is not there, is an error.

    Source: B1-B11.
    """
    if calibration is not None:
        refuse_indices(tables)
        cuts = calibration.behaviors
    small = collect_partials(tables, settings, cuts)
    cuts = small.cuts
    agents = small.reasons.select(id="agent_id", name="agent")
    found = Found(
        tables=tables,
        settings=settings,
        behaviors=_behaviors(small.index_sums, cuts),
        agent_id=None if agent is None else pick(agent, agents, what="agent"),
        index_sums=small.index_sums,
        sums=small.sums,
        reasons=small.reasons,
    )
    sections = [behavior_sections.agents(found), behavior_sections.team(found)]
    if tables.has("interactions", "team"):
        sections.append(behavior_sections.teams(found))
    if agent is not None:
        sections.append(behavior_sections.behavior_scores(found))
    if interactions:
        sections.append(behavior_sections.interactions(found, cuts))
    sections += [behavior_sections.trend(found), behavior_sections.left_out(found)]
    return Report.on(
        tables.request,
        report="behavior",
        title="Agent behaviour",
        source=tables.source,
        sections=sections,
        main="agents",
        notes=(
            *tables.notes,
            *behavior_notes.of_reference(
                cuts, calibration, found.index_sums, settings, compared=found.compared
            ),
            *behavior_notes.of_orphans(tables),
        ),
    )


def plan(tables: Tables, settings: Settings) -> Plan:
    """``report`` beside others. It collects for itself, in slices, so that memory has a bound."""
    scored_rows(tables)  # an export without scores is told before anything is read
    return Plan(frames={}, finish=lambda small: report(tables, settings))


def _behaviors(index_sums: pl.DataFrame, cuts: Sequence[Cuts]) -> tuple[str, ...]:
    """The nine in their order, then the centre's own by name."""
    own = {cut.behavior for cut in cuts} | set(index_sums["behavior"])
    for key in RESERVED:
        if key in own:
            raise CxtoolError(
                f"a behaviour cannot be called '{key}': the report has a column of that name",
                hint="give it another name in the export or in the profile's value map",
            )
    return (*BEHAVIORS, *sorted(own.difference(BEHAVIORS)))
