"""What a reader of behaviour totals must know: doubtful references, missing columns, orphans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.calendar_units import DAY
from cxtool.config import Settings
from cxtool.metrics.behavior_columns import label
from cxtool.metrics.behavior_eligibility import not_judged_note, scored_rows
from cxtool.metrics.behavior_given import EDGES, NOTE
from cxtool.metrics.behavior_index import Cuts
from cxtool.metrics.trend import CURRENT, few_agents_note
from cxtool.tables import Tables

if TYPE_CHECKING:
    from cxtool.metrics.behavior_calibration import CutPoints

DEPENDENT = (
    "A signal takes each interaction as one observation; interactions of one agent are not quite "
    "independent, so look at the course before acting on it."
)


def of_reference(
    cuts: Sequence[Cuts],
    calibration: CutPoints | None,
    index_sums: pl.DataFrame,
    settings: Settings,
    *,
    compared: bool,
) -> tuple[str, ...]:
    """What the scores were ranked against, and where that reference is thin or does not fit."""
    if calibration is None and cuts and all(cut.edges == EDGES for cut in cuts):
        return (NOTE,)
    if calibration is None:
        where = "both compared periods together" if compared else "the period"
        notes = [f"Scores are ranked within {where}."]
    else:
        notes = [
            "Scores are ranked against the frozen cut points of "
            f"{calibration.start} to {calibration.end - DAY}."
        ]
        unknown = sorted(set(index_sums["behavior"]) - set(calibration.names))
        notes += [f"{label(b)}: not in the calibration, so all of it is N/A." for b in unknown]
        negative = settings.behavior.negative
        turned = [cut.behavior for cut in cuts if cut.negative != (cut.behavior in negative)]
        notes += [f"{label(b)}: the calibration's direction holds." for b in turned]
    notes += [f"{label(cut.behavior)}: {cut.caution}." for cut in cuts if cut.caution]
    notes += [
        f"{label(cut.behavior)} is negative: a high total says that it was rarely shown."
        for cut in cuts
        if cut.negative
    ]
    return tuple(notes)


def of_few_agents(sums: pl.DataFrame) -> tuple[str, ...]:
    """A caution where the team's trend leans on few agents."""
    note = few_agents_note(sums.filter(pl.col(CURRENT))["agent_id"].drop_nulls().n_unique())
    return (note,) if note else ()


def of_left_out(
    tables: Tables, settings: Settings, *, scored_n: int, all_n: int
) -> tuple[str, ...]:
    """How many interactions are scored, and which reasons could not be looked at."""
    note = not_judged_note(tables, settings)
    scored = f"{scored_n:,} of {all_n:,} interactions are scored."
    return (scored, note) if note else (scored,)


def of_orphans(tables: Tables) -> tuple[str, ...]:
    """Scores without an interaction; judged only where the period is the whole export."""
    if tables.request.period.kind != "all":
        return ()
    rows = scored_rows(tables).select("case_id")
    known = tables.reference_cases.select("case_id")
    orphans = rows.join(known, on="case_id", how="anti").select(rows_n=nw.len().cast(nw.Int64()))
    orphans_n = tables.collect({"orphans": orphans})["orphans"].item()
    if not orphans_n:
        return ()
    return (f"{orphans_n:,} behaviour scores belong to no interaction of the export.",)
