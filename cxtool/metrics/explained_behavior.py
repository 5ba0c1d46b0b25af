"""What stands behind the totals of behaviour: interactions, with the points that each brought.

An interaction counts when it has an index that is not N/A; it may have earned 10 points for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics import behavior
from cxtool.metrics.behavior_calibration import reference
from cxtool.metrics.behavior_columns import label, total_column
from cxtool.metrics.behavior_eligibility import REASONS, verdicts
from cxtool.metrics.behavior_totals import BEST, index_rows
from cxtool.metrics.dimensions import DIMENSIONS, Dimension
from cxtool.metrics.explained_account import (
    CASE_COLUMNS,
    POINTS,
    POSSIBLE,
    By,
    Measure,
    Rows,
    Told,
    of_column,
)
from cxtool.metrics.explained_listed import listed
from cxtool.metrics.trend import CURRENT, in_either, period_flag, within
from cxtool.report import Column, Report
from cxtool.schema import BEHAVIORS
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

LEFT_OUT = {reason.label: nw.col("reason") == reason.key for reason in REASONS}
_AGENT, _TEAM = of_column("agent_id"), of_column("team")
# A point of the course: an agent on a day, of either period.
_COURSE = (
    _AGENT,
    Dimension(
        key="date",
        label="Day",
        source="started_d",
        group=DIMENSIONS["day"].group,
        show=DIMENSIONS["day"].show,
    ),
    Dimension(
        key="period",
        label="Period",
        source=CURRENT,
        group=nw.col(CURRENT),
        show=lambda raw: pl.when(raw).then(pl.lit("current")).otherwise(pl.lit("previous")),
    ),
)
_POSSIBLE = nw.col(POSSIBLE.key)
TOTAL = Measure(
    kind="rate",
    counts=_POSSIBLE > 0,
    out={
        **LEFT_OUT,
        "no score of this behaviour": _POSSIBLE.is_null(),
        "index N/A: near the middle of all": _POSSIBLE == 0,
    },
    shown={POINTS: nw.col(POINTS.key), POSSIBLE: _POSSIBLE},
    numerator=POINTS,
    denominator=POSSIBLE,
)
_SCORED = Measure(kind="count", counts=nw.col("reason").is_null(), out=LEFT_OUT)
_NOT_SCORED = Measure(
    kind="count",
    counts=~nw.col("reason").is_null(),
    out={"scored": nw.col("reason").is_null()},
)


def points_of(of_behavior: str | None, *, before: bool = False) -> Rows:
    """Interactions with the points of one behaviour, of all of them where None.

    ``before``: those of the compared period as well.
    """

    def rows(tables: Tables, settings: Settings, home: Report) -> Frame:
        request = tables.request
        days = in_either(request) if before else within(request.period)
        scored = index_rows(tables, settings, reference(tables, settings), days=days)
        own = nw.col("behavior") == of_behavior
        sums = (scored if of_behavior is None else scored.filter(own)).group_by("case_id").agg(
            nw.col("index").sum().cast(nw.Int64).fill_null(0).alias(POINTS.key),
            (BEST * nw.col("index").count().cast(nw.Int64)).alias(POSSIBLE.key),
        )  # fmt: skip
        judged = verdicts(tables, settings, days=days).with_columns(period_flag(request))
        return judged.join(sums, on="case_id", how="left")

    return rows


def totals_of(key: str, of_behavior: str | None) -> tuple[Told, ...]:
    """The total of one behaviour in every section that has it; None: of all of them."""
    parts: Mapping[str, tuple[Dimension, ...]] = {
        "team": (),
        "agents": (_AGENT,),
        "teams": (_TEAM,),
    }
    rows = points_of(of_behavior)
    return tuple(
        Told(section=section, figures={key: TOTAL}, rows=rows, by=by)
        for section, by in parts.items()
    )


def _verdicts(tables: Tables, settings: Settings, home: Report) -> Frame:
    return verdicts(tables, settings, days=within(tables.request.period))


def _with_interactions(tables: Tables, settings: Settings, by: By) -> Report:
    return behavior.report(tables, settings, interactions=True)


def own_behavior(key: str) -> tuple[Told, ...]:
    """The total or the index of a behaviour that is the centre's own; nothing for other keys."""
    stem, _, ending = key.rpartition("_")
    return {"pct": totals_of(key, stem), "index": (_indices([stem]),)}.get(ending, ())


def _indices(behaviors: Sequence[str]) -> Told:
    indices = [
        Column(key=f"{name}_index", label=label(name), unit=Unit.INDEX, better="higher")
        for name in behaviors
    ]
    overall = total_column("overall", "Overall", drop=1)
    return listed(
        "interactions",
        [*indices, overall],
        [column for column in CASE_COLUMNS if column.key in _SHOWN],
        why=dict.fromkeys(
            (column.key for column in (*indices, overall)),
            "no score, or N/A: near the middle of all",
        ),
        make=_with_interactions,
    )


_SHOWN = ("case_id", "started_at", "channel", "agent")
BEHAVIOR = (
    *totals_of("overall_pct", None),
    *(told for name in BEHAVIORS for told in totals_of(f"{name}_pct", name)),
    Told(
        section="trend",
        figures={"overall_pct": TOTAL},
        rows=points_of(None, before=True),
        by=_COURSE,
    ),
    Told(section="team", figures={"interactions_n": _SCORED}, rows=_verdicts),
    Told(section="agents", figures={"interactions_n": _SCORED}, rows=_verdicts, by=(_AGENT,)),
    Told(section="teams", figures={"interactions_n": _SCORED}, rows=_verdicts, by=(_TEAM,)),
    Told(
        section="left_out",
        figures={"interactions_n": _NOT_SCORED},
        rows=_verdicts,
        by=(of_column("reason"),),
    ),
    _indices(BEHAVIORS),
)
