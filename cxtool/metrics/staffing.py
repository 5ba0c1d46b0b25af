"""The plan of agents: how many each interval needs, what one more or less changes, what happened.

Queueing formulas stand in ``erlang``, the calls of the past in ``staffing_calls``, what is made of
them or of a forecast in ``staffing_demand``. A plan is for calls: inbound cases of voice channels,
one at a time. Source: K9.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.agent_time import STATES
from cxtool.metrics.dimensions import Dimension, find_dimensions
from cxtool.metrics.forecast_volumes import expected_volumes
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.staffing_agents import EDGES, agents_there, edge_counts
from cxtool.metrics.staffing_calls import DAY, IS_CALL, call_counts, calls_of, patience
from cxtool.metrics.staffing_demand import (
    WEEKDAY,
    Per,
    expected_demand,
    in_hours,
    past_demand,
    planned_days,
    with_handle_times,
)
from cxtool.metrics.staffing_happened import happened_section
from cxtool.metrics.staffing_need import needed
from cxtool.metrics.staffing_notes import plan_notes
from cxtool.metrics.staffing_sections import (
    change_sections,
    days_section,
    inputs_section,
    schedule_section,
    staffing_section,
    summary_section,
)
from cxtool.metrics.staffing_terms import USUAL_WITHIN_S, Terms, terms_of
from cxtool.metrics.trend import within
from cxtool.report import Report, Section
from cxtool.setting_types import parse_target
from cxtool.tables import Tables

USES = ("interactions", STATES)
INTERVALS = (900, 1800, 3600)
FORECAST_DAYS = 14
From = Literal["past", "forecast"]


class Asked(Struct, frozen=True, kw_only=True):
    """What plan is wanted: of which calls, parted how.

    ``per`` None: by weekday of the past, by date of a forecast. ``aht_s``: instead of that of the
    export. ``days``: how many days a forecast has.
    """

    source: From = "past"
    by: tuple[str, ...] = ()
    per: Per | None = None
    interval_s: int = 1800
    days: int = FORECAST_DAYS
    aht_s: float | None = None

    def __post_init__(self) -> None:
        if self.interval_s not in INTERVALS:
            raise UsageError("an interval of a plan is 15m, 30m or 1h")

    @property
    def rows_per(self) -> Per:
        """What a row of the plan is an interval of."""
        return self.per or ("date" if self.source == "forecast" else "weekday")


def report(tables: Tables, settings: Settings, *, asked: Asked | None = None) -> Report:
    """Agents needed in each interval for the settings' target, from past or expected calls.

    Sections: ``summary``; by weekday ``schedule``; ``staffing`` (the main one), ``days``,
    ``one_more_or_less``, ``margins``; of the past ``happened``; ``inputs``. Raises UsageError for
    targets that contradict each other, CxtoolError where no call has a handle time. Source: K9.
    """
    return carried_out(plan(tables, settings, asked=asked), tables)


def plan(tables: Tables, settings: Settings, *, asked: Asked | None = None) -> Plan:
    """What ``report`` reads and makes."""
    asked = asked or Asked()
    request, per = tables.request, asked.rows_per
    dimensions = staffing_dimensions(asked.by, tables)
    _, within_s = parse_target(settings.staffing.target) or (None, USUAL_WITHIN_S)
    counts = call_counts(
        tables.cases, request, settings, dimensions, interval_s=asked.interval_s, within_s=within_s
    )
    frames = {"calls": counts}
    if asked.source == "past" and not dimensions:
        calls = tables.cases.filter(within(request.period) & IS_CALL)
        frames |= edge_counts(tables, calls)

    def finish(small: Small) -> Report:
        keys = [dimension.key for dimension in dimensions]
        counted, days = small["calls"], planned_days(request, settings)
        opened, closed_n = in_hours(counted, request, settings, interval_s=asked.interval_s)
        patience_s, patience_n = patience(counted)
        terms = terms_of(settings, interval_s=asked.interval_s, patience_s=patience_s)
        demand = _demand(tables, settings, opened, days, keys, asked)
        staffed = needed(_timed(demand, counted, keys, asked), terms)
        summary = summary_section(staffed, dimensions, terms)
        schedule = schedule_section(staffed, dimensions, terms)
        sections = (
            summary,
            *((schedule,) if per == "weekday" else ()),
            staffing_section(staffed, dimensions, terms, per=per, time_zone=request.time_zone),
            days_section(staffed, dimensions, terms, per=per),
            *change_sections(staffed, dimensions, terms, per=per),
            *_happened(staffed, small, days, dimensions, terms, settings, tables, asked),
            inputs_section(counted, dimensions, patience_s=patience_s, patience_n=patience_n),
        )
        return Report.on(
            request,
            report="staffing",
            title="Staffing",
            source=tables.source,
            sections=sections,
            main="staffing",
            notes=(
                *tables.notes,
                *plan_notes(
                    terms,
                    settings,
                    source=asked.source,
                    days_n=days.height,
                    patience_n=patience_n,
                    closed_n=closed_n,
                    own_aht=asked.aht_s is not None,
                ),
            ),
            compared=False,
        )

    return Plan(frames=frames, finish=finish)


def staffing_dimensions(names: Sequence[str], tables: Tables) -> tuple[Dimension, ...]:
    """What a plan is parted by: anything but time, which it is by already."""
    found = find_dimensions(names, tables.cases)
    for dimension in found:
        if dimension.in_time:
            raise UsageError(
                f"a plan is by interval already, not by '{dimension.key}'",
                hint="--by queue, or --per date",
            )
    return found


def _demand(
    tables: Tables,
    settings: Settings,
    counts: pl.DataFrame,
    days: pl.DataFrame,
    keys: Sequence[str],
    asked: Asked,
) -> pl.DataFrame:
    """The calls of each interval, with the mean of a day as ``calls``."""
    if asked.source == "past":
        demand = past_demand(counts, days, keys, per=asked.rows_per, interval_s=asked.interval_s)
    else:
        expected = expected_volumes(
            calls_of(tables),
            settings,
            interval_s=asked.interval_s,
            days=asked.days,
            by=",".join(asked.by) or None,
        )
        demand = expected_demand(expected, keys, per=asked.rows_per, interval_s=asked.interval_s)
    return demand.with_columns(calls=pl.col("offered_n") / pl.col("days_n"))


def _timed(
    demand: pl.DataFrame, counts: pl.DataFrame, keys: Sequence[str], asked: Asked
) -> pl.DataFrame:
    """Demand with its handle times, of the export or as asked for."""
    if asked.aht_s is not None:
        return demand.with_columns(aht_s=pl.lit(asked.aht_s), aht_n=pl.lit(None, pl.Int64))
    timed = with_handle_times(demand, counts, keys, per=asked.rows_per)
    if timed["aht_s"].null_count():
        raise CxtoolError(
            "no answered inbound call of the period has a handle time", hint="--aht 3m"
        )
    return timed


def _happened(
    staffed: pl.DataFrame,
    small: Small,
    days: pl.DataFrame,
    dimensions: Sequence[Dimension],
    terms: Terms,
    settings: Settings,
    tables: Tables,
    asked: Asked,
) -> tuple[Section, ...]:
    if asked.source != "past":
        return ()
    edges = {edge: small[edge] for edge in EDGES if edge in small}
    there = None
    if edges and edges["started"].height:
        there = agents_there(
            edges,
            days,
            place=WEEKDAY if asked.rows_per == "weekday" else DAY,
            interval_s=asked.interval_s,
            time_zone=tables.request.time_zone,
        )
    return (happened_section(staffed, there, dimensions, terms, settings, per=asked.rows_per),)
