"""What stands behind the figures of performance and of agents: the flags of ``handling``.

Each figure names its counts in ``kpi_figures``; the flag of a count says which cases it has, and
``OUT`` why others are not in it. Times of agents are those of their states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import NotInExportError
from cxtool.metrics import agent_time, agents, fcr, kpi_figures
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.explained_account import (
    OF_TIME,
    RATING,
    SECOND,
    TIME,
    Measure,
    Told,
    limited,
    of_column,
)
from cxtool.metrics.explained_cases import NOT_INBOUND, cases_of_period
from cxtool.metrics.handling import AHT_MS, PARTS, case_flags, timings, with_handle_parts
from cxtool.metrics.kpi_figures import FCR, RESOLVED_ALL, SUMMARY, Figure
from cxtool.metrics.kpi_sections import MEASURES, PART_WORDS, PERCENTILES, RANGE
from cxtool.metrics.service_level import VARIANTS, variants
from cxtool.metrics.trend import in_either
from cxtool.report import Column, Report
from cxtool.schema import DIRECTIONS
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

CASE = Dimension(key="case_id", label="Case", source="case_id", group=nw.col("case_id"))
NOT_ANSWERED = {"not answered by an agent": ~nw.col("answered")}
NO_TIME = {"no handle time": nw.col("answered")}
TRANSFERS_UNKNOWN = {"transfers not known": nw.col("transfers").is_null()}
_SHORT = {"short abandon": nw.col("short_abandons_n") == 1}
_RESOLUTION = {"resolution not known": nw.col("resolved").is_null()}
_NO_AGENT = {"no agent": nw.col("agent_id").is_null()}
_NO_RESPONSE = {"no first response": nw.col("first_response_ms").is_null()}
_VARIANT = {"not voice": ~nw.col("is_voice"), "abandoned, as the variant says": ~nw.col("answered")}

# Count or sum: why a case is not in it.
OUT: Mapping[str, Mapping[str, nw.Expr]] = {
    "rated_n": {"no rating": nw.col("csat").is_null()},
    "csat": {"no rating": nw.col("csat").is_null()},
    "handled_n": NOT_ANSWERED,
    "known_n": NOT_ANSWERED | _RESOLUTION,
    "resolved_n": NOT_ANSWERED | _RESOLUTION | {"not resolved": ~nw.col("resolved")},
    "cases_known_n": {"the outcome of no case is known": nw.col("cases_known_n") == 0},
    "routed_n": NOT_ANSWERED | TRANSFERS_UNKNOWN,
    "offered_n": NOT_INBOUND | _SHORT,
    "given_up_n": NOT_INBOUND | {"answered": nw.col("answered")} | _SHORT,
    "short_abandons_n": NOT_INBOUND
    | {
        "answered": nw.col("answered"),
        "abandoned later, or nobody knows when": ~nw.col("answered"),
    },
    "level_of_n": NOT_INBOUND | _VARIANT,
    "fcr_judged_n": NOT_ANSWERED
    | {
        "the time to come back is not over": nw.col(fcr.YOUNG) == 1,
        "contact or outcome not known": nw.col(fcr.UNKNOWN) == 1,
    },
    "aht": NOT_ANSWERED | NO_TIME,
    "acw": NOT_ANSWERED | {"no after-call work told": nw.col("acw_ms").is_null()},
    "asa": NOT_INBOUND | NOT_ANSWERED | _NO_RESPONSE,
    **{
        f"{asked}_n": {name: nw.col("direction") == name for name in DIRECTIONS if name != asked}
        for asked in DIRECTIONS
    },
}
# Of percentiles: the column of a measure, and whom it is of, where not of all handled cases.
_HELD = {"handle": AHT_MS}
_ONLY: Mapping[str, Mapping[str, nw.Expr]] = {
    "wait": NOT_INBOUND,
    "first_response": NOT_INBOUND | NOT_ANSWERED,
}
STATE_COLUMNS = (
    Column(key="agent_id", label="Agent ID", drop=0),
    Column(key="state", label="State", drop=0),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
    Column(key="ended_at", label="Ended", unit=Unit.DATETIME, drop=2),
)


def flagged_cases(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Cases of the period with each of ``handling.COUNTS`` as 0 or 1, the parts of their time, and
    the service level of the settings as hits and n.
    """
    flags = case_flags(settings)
    cases = with_handle_parts(cases_of_period(tables, settings, home)).with_columns(
        nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()
    )
    hits, n = variants(nw.col)[settings.service_level.variant]
    return cases.with_columns(
        hits.alias("level_hits_n"),
        n.alias("level_of_n"),
        nw.lit(0 if _nothing_is_resolved(home) else 1).alias("cases_known_n"),
    )


def _nothing_is_resolved(home: Report) -> bool:
    """Whether the report knows the outcome of no case: then it is a share of none."""
    if home.report != "kpi":
        return False
    metrics = home.section("summary").rows
    return metrics.filter(metric=RESOLVED_ALL.key)["value"].item() is None


def judged_cases(tables: Tables, settings: Settings, home: Report) -> Frame:
    """``flagged_cases`` with the verdicts of ``fcr``."""
    verdicts = (fcr.HIT, fcr.JUDGEABLE, fcr.YOUNG, fcr.UNKNOWN)
    judged = fcr.fcr_cases(tables, settings, by={"": (CASE,)}).select("case_id", *verdicts)
    joined = flagged_cases(tables, settings, home).join(judged, on="case_id", how="left")
    names = zip(fcr.COUNTS, verdicts, strict=True)
    return joined.with_columns(nw.col(flag).fill_null(0).alias(name) for name, flag in names)


def measure_of(figure: Figure) -> Measure:
    """Which of ``flagged_cases`` or ``judged_cases`` count, which are hits, and what each adds."""
    out = OUT.get(figure.of[-1], {})
    if figure.kind == "rate":
        hits, n = (nw.col(name) == 1 for name in figure.of)
        return Measure(kind="rate", counts=n, hits=hits, out=out)
    if figure.kind == "count":
        return Measure(kind="count", counts=nw.col(figure.of[0]) == 1, out=out)
    value = nw.col("csat") if figure.of == ("csat",) else timings()[figure.of[0]]
    column, scale = (RATING, 1.0) if figure.of == ("csat",) else (TIME, SECOND)
    shown = {column: scale * value}
    counts = ~value.is_null()
    return Measure(kind="mean", counts=counts, out=out, shown=shown, numerator=column)


def _part(part: str) -> Told:
    """A part of the handle time over all cases that have one."""
    handle_ms = nw.col(AHT_MS)
    mean = Measure(
        kind="mean",
        counts=~handle_ms.is_null(),
        out=OUT["aht"],
        shown={TIME: SECOND * nw.col(f"{part}_part_ms")},
        numerator=TIME,
    )
    both = {**mean.shown, OF_TIME: SECOND * handle_ms}
    share = replace(mean, kind="rate", shown=both, denominator=OF_TIME)
    return Told(
        section="handling",
        figures={"part_s": mean, "part_share_pct": share},
        rows=flagged_cases,
        at={"part": PART_WORDS[part]},
    )


def _percentiles(measure: str) -> Told:
    """The times of one measure, as ``kpi.histograms`` counts them."""
    value = nw.col(_HELD.get(measure, f"{measure}_ms"))
    quantile = limited(
        Measure(
            kind="quantile",
            counts=~value.is_null(),
            out={f"no {MEASURES[measure].split(' of ')[0].lower()} told": value.is_null()},
            shown={TIME: SECOND * value},
        ),
        _ONLY.get(measure, NOT_ANSWERED),
    )
    mean = replace(quantile, kind="mean", numerator=TIME)
    return Told(
        section="percentiles",
        figures={**dict.fromkeys((*PERCENTILES, *RANGE), quantile), "mean_s": mean},
        rows=flagged_cases,
        at={"measure": measure},
    )


def _variant(name: str) -> Told:
    hits, n = variants(nw.col)[name]
    measure = Measure(kind="rate", counts=n == 1, hits=hits == 1, out=OUT["level_of_n"])
    return Told(
        section="service_level",
        figures={"service_level_pct": measure},
        rows=flagged_cases,
        at={"variant": name},
    )


def _states(tables: Tables, settings: Settings, home: Report) -> Frame:
    """The states of agents that the period has something of, with their times, and each's team."""
    states = agent_time.timed_states(tables)
    if states is None:
        raise NotInExportError(
            "the export has no 'agent_states' table, which tells how busy agents were"
        )
    named = tables.cases.filter(in_either(tables.request), ~nw.col("agent_id").is_null())
    names = agents.newest_names(tables.collect({"names": agents.shown_names(named)})["names"])
    teams = nw.from_native(names.select("agent_id", "team").lazy())
    return states.join(teams, on="agent_id", how="left")


def _busy(n: str, of_ms: nw.Expr, why_not: str) -> Measure:
    """Busy time of another: the states that ``n`` counts are in it."""
    return Measure(
        kind="rate",
        counts=nw.col(n) == 1,
        hits=nw.col("busy_ms") > 0,
        out={why_not: nw.col(n) == 0},
        shown={TIME: SECOND * nw.col("busy_ms"), OF_TIME: SECOND * of_ms},
        numerator=TIME,
        denominator=OF_TIME,
    )


def _figures(figures: Sequence[Figure], out: Mapping[str, nw.Expr]) -> dict[str, Measure]:
    measures = {figure.key: measure_of(figure) for figure in figures if figure is not FCR}
    return {key: limited(measure, out) for key, measure in measures.items()}


_FCR = measure_of(FCR)
KPI = (
    Told(section="summary", figures=_figures(SUMMARY, {}), rows=flagged_cases, crossed=True),
    Told(section="summary", figures={FCR.key: _FCR}, rows=judged_cases, crossed=True),
    *(_part(part) for part in PARTS),
    *(_percentiles(measure) for measure in MEASURES),
    *(_variant(name) for name in VARIANTS),
)
_ID = of_column("agent_id")
AGENTS = (
    Told(
        section="agents",
        figures=_figures(kpi_figures.AGENTS, _NO_AGENT),
        rows=flagged_cases,
        by=(_ID,),
        crossed=True,
    ),
    Told(
        section="agents",
        figures={FCR.key: limited(_FCR, _NO_AGENT)},
        rows=judged_cases,
        by=(_ID,),
        crossed=True,
    ),
    Told(
        section="agents",
        figures={
            "utilisation_pct": _busy("states_n", nw.col("signed_in_ms"), "offline"),
            "occupancy_pct": _busy(
                "ready_n",
                nw.col("busy_ms") + nw.col("available_ms"),
                "neither busy nor available",
            ),
        },
        rows=_states,
        by=(_ID,),
        columns=STATE_COLUMNS,
        crossed=True,
    ),
)
