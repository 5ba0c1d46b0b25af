"""What stands behind a plan of agents: the calls of its intervals, and what became of them.

How many agents they need is worked out of these, so it has no rows of its own.
"""

from __future__ import annotations

from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.joining import beside
from cxtool.metrics import staffing
from cxtool.metrics.dimensions import DIMENSIONS, Dimension
from cxtool.metrics.explained_account import SECOND, TIME, By, Measure, Told
from cxtool.metrics.explained_cases import NOT_INBOUND, cases_of_period
from cxtool.metrics.handling import AHT_MS, with_handle_parts
from cxtool.metrics.service_level import call_flags, variants
from cxtool.metrics.staffing_calls import DAY, IS_CALL, waited
from cxtool.metrics.staffing_demand import open_intervals
from cxtool.metrics.staffing_sections import clock
from cxtool.metrics.staffing_terms import USUAL_WITHIN_S
from cxtool.period import day_number
from cxtool.report import Column, Report
from cxtool.setting_types import parse_target
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

INTERVAL_S = staffing.Asked().interval_s
SLOT = Dimension(
    key="slot",
    label="From",
    source="started_t",
    group=nw.col("started_t").cast(nw.Int64) // INTERVAL_S * INTERVAL_S,
    show=clock,
    in_time=True,
)
GAVE_UP = Column(key="gave_up", label="Given up", unit=Unit.NUMBER, drop=1)
_NO_CALL = {**NOT_INBOUND, "not a voice channel": ~nw.col("is_voice")}
_NOT_PLANNED = {"on a holiday, or a day that is not complete": ~nw.col("is_planned")}
_UNTIMED = {"not answered by an agent": ~nw.col("answered"), "no handle time": nw.col("answered")}
_WAITED = nw.col("waited_ms")
_AHT = ~nw.col(AHT_MS).is_null()


def made_plan(tables: Tables, settings: Settings, by: By) -> Report:
    """The plan of the settings, by the first dimensions that a reader names."""
    return staffing.report(tables, settings, asked=staffing.Asked(by=by[0] if by else ()))


def _calls(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Cases of the period, with flags and times of calls, and whether the plan has their day."""
    level, request = settings.service_level, tables.request
    _, within_s = parse_target(settings.staffing.target) or (None, USUAL_WITHIN_S)
    flags = call_flags(within_s=within_s, short_s=level.short_abandon)
    closed = [day_number(date.fromisoformat(day)) for day in settings.hours.holidays]
    day = nw.col("started_d").cast(nw.Int64)
    is_open = open_intervals(request, settings, interval_s=INTERVAL_S)
    cases = with_handle_parts(cases_of_period(tables, settings, home)).with_columns(
        **{name: nw.when(flag).then(1).otherwise(0) for name, flag in flags.items()},
        is_planned=(day < day_number(request.as_of)) & ~day.is_in(closed),
        waited_ms=waited(),
    )
    hits, n = variants(nw.col)[level.variant]
    flagged = cases.with_columns(level_hits_n=hits, level_of_n=n)
    if is_open is None:
        return flagged.with_columns(is_open=nw.lit(True))
    opened = beside(cases, is_open.with_columns(pl.lit(True).alias("is_open")))
    placed = flagged.with_columns(day.alias(DAY), SLOT.group.alias("slot_t"))
    joined = placed.join(opened, on=[DAY, "slot_t"], how="left").drop(DAY, "slot_t")
    return joined.with_columns(nw.col("is_open").fill_null(False))


_IN_PLAN = IS_CALL & nw.col("is_planned") & nw.col("is_open")
_OUT = {**_NO_CALL, **_NOT_PLANNED, "outside opening hours": ~nw.col("is_open")}
_HANDLED = {TIME: SECOND * nw.col(AHT_MS)}
STAFFING = (
    Told(
        section="inputs",
        figures={
            "calls_n": Measure(kind="count", counts=IS_CALL, out=_NO_CALL),
            "all_aht_s": Measure(
                kind="mean",
                counts=IS_CALL & _AHT,
                out={**_NO_CALL, **_UNTIMED},
                shown=_HANDLED,
                numerator=TIME,
            ),
            "patience_s": Measure(
                kind="mean",
                counts=IS_CALL & ~_WAITED.is_null(),
                out={**_NO_CALL, "no waiting time told": _WAITED.is_null()},
                shown={
                    TIME: SECOND * _WAITED,
                    GAVE_UP: nw.when(nw.col("answered")).then(0).otherwise(1),
                },
                numerator=TIME,
                denominator=GAVE_UP,
            ),
        },
        rows=_calls,
    ),
    Told(
        section="happened",
        figures={
            "calls_n": Measure(kind="count", counts=_IN_PLAN, out=_OUT),
            "real_service_level_pct": Measure(
                kind="rate",
                counts=_IN_PLAN & (nw.col("level_of_n") == 1),
                hits=nw.col("level_hits_n") == 1,
                out={**_OUT, "abandoned, as the variant says": ~nw.col("answered")},
            ),
            "real_asa_s": Measure(
                kind="mean",
                counts=_IN_PLAN & nw.col("answered") & ~nw.col("first_response_ms").is_null(),
                out={
                    **_OUT,
                    "not answered by an agent": ~nw.col("answered"),
                    "no first response": nw.col("first_response_ms").is_null(),
                },
                shown={TIME: SECOND * nw.col("first_response_ms")},
                numerator=TIME,
            ),
            "real_abandonment_pct": Measure(
                kind="rate",
                counts=_IN_PLAN & (nw.col("short_n") == 0),
                hits=~nw.col("answered"),
                out={**_OUT, "short abandon": nw.col("short_n") == 1},
            ),
        },
        rows=_calls,
        by=(DIMENSIONS["weekday"], SLOT),
    ),
)
_WORKED_OUT = (
    "it is worked out of the calls and their handle time: explain calls_n --of happened, and"
    " all_aht_s"
)
UNTOLD_STAFFING = {
    **dict.fromkeys(
        (
            *("load_erlangs", "agents_n", "scheduled_n", "erlang_c_n", "erlang_a_n", "peak_n"),
            *("service_level_pct", "asa_s", "occupancy_pct", "abandonment_pct", "gap_n"),
            *("agent_hours", "scheduled_hours", "cost", "hourly_cost", "expected_level_pct"),
            *(f"on_{day}_n" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
        ),
        _WORKED_OUT,
    ),
    "offered_n": "it is the mean of a day, of the calls that 'happened' counts: explain calls_n",
    "aht_s": "it is of the interval's calls, or of more where these are few: explain all_aht_s",
    "days_n": "it counts days",
    "change_n": "it names the row",
    "there_n": "it is of agents' states: explain utilisation_pct of agents lists them",
}
