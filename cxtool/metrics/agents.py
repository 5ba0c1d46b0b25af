"""The report on agents: one row each, with what they handled, how, and how busy they were.

What it decides: an agent is an id, shown under the name and team of the newest case; cases without
an agent are left out and counted. Rows stand by team and name, never by a figure, unless a reader
sorts them: no single number ranks people. Fewer than ``SMALL`` handled cases are marked, because
by Wilson's interval a rate of 30 cases is only known to some 17 points either way. Source: K5.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import NotInExportError
from cxtool.metrics import agent_time, fcr, kpi_figures
from cxtool.metrics.dimensions import Dimension, find_dimensions
from cxtool.metrics.handling import case_counts
from cxtool.metrics.kpi_notes import fcr_notes, figure_notes
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.sla_compliance import breakdown_notes
from cxtool.metrics.trend import CURRENT, in_either, within
from cxtool.period import Request
from cxtool.report import Chart, Column, Report, Section
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

USES = ("interactions", agent_time.STATES)
SMALL = 30
ID = Dimension(key="agent_id", label="Agent ID", source="agent_id", group=nw.col("agent_id"))
SMALL_COLUMN = Column(key="small_sample", label="Small sample", unit=Unit.BOOL, drop=1)
NAMES = (
    Column(key="agent", label="Agent", drop=0),
    Column(key="agent_id", label="Agent ID", drop=7),
    Column(key="team", label="Team", drop=3),
)


def report(tables: Tables, settings: Settings, *, by: Sequence[tuple[str, ...]] = ()) -> Report:
    """Figures of each agent of the period against the compared one.

    Sections: ``agents``, and one ``by_DIM`` for each of ``by``, such as ``by_team``. The main one
    is the first breakdown, else ``agents``. Raises ``NotInExportError`` where the export names no
    agents, ``UsageError`` for an unknown dimension. Source: K5.
    """
    return carried_out(plan(tables, settings, by=by), tables)


def plan(tables: Tables, settings: Settings, *, by: Sequence[tuple[str, ...]] = ()) -> Plan:
    """What ``report`` reads and makes."""
    if not (tables.has("interactions", "agent") or tables.has("interactions", "agent_id")):
        raise NotInExportError("the export names no agents", hint="a column agent_id or agent")
    request = tables.request
    groups = {"": (ID,), **{",".join(names): find_dimensions(names, tables.cases) for names in by}}
    is_named = ~nw.col("agent_id").is_null()
    named = tables.cases.filter(in_either(request) & is_named)
    repeats = fcr.Repeats(
        tables=tables,
        settings=settings,
        by={f"fcr {name}": dimensions for name, dimensions in groups.items()},
        among=is_named,
    )
    times = agent_time.state_times(tables)
    frames = {f"cases {n}": case_counts(named, d, settings, request) for n, d in groups.items()}
    frames |= {"names": shown_names(named), "left out": _without_agent(tables)}
    frames |= {} if times is None else {"times": times}

    def finish(small: Small) -> Report:
        came_back = repeats.counts(small)
        names = newest_names(small["names"])
        busy = small.get("times")
        found = {
            name: Group(
                cases=small[f"cases {name}"],
                repeats=came_back[f"fcr {name}"],
                dimensions=dimensions,
                settings=settings,
                request=request,
            )
            for name, dimensions in groups.items()
        }
        everyone = agents_section(found[""], names, busy)
        breakdowns = [group_section(found[n], names, busy) for n in groups if n]
        return Report.on(
            request,
            report="agents",
            title="Agents",
            source=tables.source,
            sections=(everyone, *breakdowns),
            main=(breakdowns or [everyone])[0].id,
            notes=(
                *tables.notes,
                *_left_out_note(small["left out"]),
                *figure_notes(found[""].cases),
                *fcr_notes(found[""].repeats, tables, settings),
            ),
        )

    return Plan(frames=frames | repeats.frames, finish=finish)


def shown_names(cases: Frame) -> Frame:
    """Partial: the names and teams of each agent, and when the newest case of each began."""
    named = cases.group_by("agent_id", "agent", "team")
    return named.agg(nw.col("started_ms").max().alias("newest_ms"))


def newest_names(names: pl.DataFrame) -> pl.DataFrame:
    """One row an agent: the name and the team of the newest case that tells it, else the id.

    >>> rows = {"agent_id": ["a", "a"], "agent": ["Ana", "Ann"], "team": ["red", None]}
    >>> newest_names(pl.DataFrame(rows | {"newest_ms": [1, 2]})).row(0)
    ('a', 'Ann', 'red')
    """
    # Where a case names no agent, the id stands in.
    is_name = pl.col("agent") != pl.col("agent_id")
    told = names.sort("agent_id", "newest_ms", "agent", "team").with_columns(
        agent=pl.when(is_name).then("agent")
    )
    newest = pl.col("agent", "team").drop_nulls().last()
    return (
        told.group_by("agent_id", maintain_order=True)
        .agg(newest)
        .with_columns(pl.col("agent").fill_null(pl.col("agent_id")))
    )


class Group(Struct, frozen=True, kw_only=True):
    """The collected counts of one breakdown."""

    cases: pl.DataFrame
    repeats: pl.DataFrame
    dimensions: Sequence[Dimension]
    settings: Settings
    request: Request

    @property
    def keys(self) -> list[str]:
        return [dimension.key for dimension in self.dimensions]

    def figures(self) -> tuple[pl.DataFrame, int]:
        """Keys and figures of the groups of the period; how many are only in the compared one."""
        rows, gone_n = kpi_figures.grouped(self.cases, self.repeats, self.keys, self.settings)
        by_position = any(dimension.by_position for dimension in self.dimensions)
        values = kpi_figures.expressions(
            kpi_figures.AGENTS,
            self.request,
            data_before=not self.cases.filter(~pl.col(CURRENT)).is_empty(),
            days=(1, 1) if by_position else None,
        )
        small = (pl.col("handled_n") < SMALL).alias(SMALL_COLUMN.key)
        return rows.select(*self.keys, *values, small), gone_n


def agents_section(group: Group, names: pl.DataFrame, times: pl.DataFrame | None) -> Section:
    """One row an agent with cases in the period, by team and name. Source: K5."""
    figures, gone_n = group.figures()
    rows = figures.join(names, on="agent_id", how="left")
    rows = _with_times(rows, ["agent_id"], times)
    columns = (*NAMES, *kpi_figures.columns(kpi_figures.AGENTS), *agent_time.COLUMNS, SMALL_COLUMN)
    return Section(
        id="agents",
        title="Agents",
        columns=columns,
        rows=rows.sort("team", "agent", "agent_id", nulls_last=True).select(c.key for c in columns),
        notes=(
            *_notes(rows, times),
            *((f"Only in the compared period, and not listed: {gone_n}.",) if gone_n else ()),
        ),
        charts=(Chart(kind="bars", title="Mean handle time of agents", x="agent", y="aht_s"),),
    )


def group_section(group: Group, names: pl.DataFrame, times: pl.DataFrame | None) -> Section:
    """The same figures of the agents' cases by other dimensions, in the order of their names.

    Utilisation and occupancy are known of teams, through the agents who belong to them.
    """
    figures, gone_n = group.figures()
    of_teams = times is not None and group.keys == ["team"]
    busy = times.join(names, on="agent_id") if times is not None and of_teams else None
    rows = _with_times(figures, group.keys, busy)
    columns = (
        *(dimension.column for dimension in group.dimensions),
        *kpi_figures.columns(kpi_figures.AGENTS),
        *(agent_time.COLUMNS if of_teams else ()),
        SMALL_COLUMN,
    )
    words = " and ".join(dimension.label.lower() for dimension in group.dimensions)
    ordered = rows.sort(group.keys, nulls_last=True)
    return Section(
        id="by_" + "_".join(group.keys),
        title=f"Agents by {words}",
        columns=columns,
        rows=ordered.with_columns(
            dimension.show(pl.col(dimension.key)).alias(dimension.key)
            for dimension in group.dimensions
        ).select(column.key for column in columns),
        notes=(
            *breakdown_notes(rows, group.dimensions, group.request, gone_n=gone_n),
            *_notes(rows, busy if of_teams else pl.DataFrame()),
        ),
    )


def _with_times(
    rows: pl.DataFrame, keys: Sequence[str], times: pl.DataFrame | None
) -> pl.DataFrame:
    if times is None:
        return rows.with_columns(
            pl.lit(None, pl.Int64 if column.role == "n" else pl.Float64).alias(column.key)
            for column in agent_time.COLUMNS
        )
    shares = agent_time.time_shares(keys, times)
    return rows.join(shares, on=list(keys), how="left", nulls_equal=True)


def _notes(rows: pl.DataFrame, times: pl.DataFrame | None) -> tuple[str, ...]:
    small_n = rows[SMALL_COLUMN.key].sum()
    said = {
        f"Small samples, of fewer than {SMALL} handled cases: {small_n} of {rows.height}; a rate of"
        f" {SMALL} cases is known to some 17 points either way.": small_n > 0,
        "Utilisation and occupancy need agent states, which the export does not have.": times
        is None,
    }
    return tuple(note for note, applies in said.items() if applies)


def _without_agent(tables: Tables) -> Frame:
    nobody = tables.cases.filter(within(tables.request.period) & nw.col("agent_id").is_null())
    return nobody.select(nw.len().cast(nw.Int64).alias("cases_n"))


def _left_out_note(counts: pl.DataFrame) -> tuple[str, ...]:
    count = counts["cases_n"].sum()
    return (f"Cases without an agent, left out: {count:,}.",) if count else ()
