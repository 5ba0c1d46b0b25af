"""What stands behind the figures of journeys: cases, by who helped and who came back.

Threads, and the changes within them, stand in ``explained_threads``.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics import kpi_figures
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.explained_account import (
    OF_TIME,
    SECOND,
    TIME,
    Measure,
    Rows,
    Told,
    limited,
    of_column,
)
from cxtool.metrics.explained_cases import CASES, NOT_INBOUND, cases_of_period
from cxtool.metrics.explained_kpi import (
    NOT_ANSWERED,
    TRANSFERS_UNKNOWN,
    flagged_cases,
    measure_of,
)
from cxtool.metrics.explained_threads import THREADS
from cxtool.metrics.handling import AHT_MS, with_handle_parts
from cxtool.metrics.journey_reasons import reason_column
from cxtool.metrics.journey_routing import TRANSFERS
from cxtool.metrics.journey_service import FLAGS, entry, views
from cxtool.metrics.journey_threads import changes, journeys
from cxtool.metrics.trend import CURRENT
from cxtool.report import Report
from cxtool.tables import Frame, Tables

INTERNAL = {"internal": nw.col("direction") == "internal"}
_INBOUND = nw.col("direction") == "inbound"
_NOT_JUDGED = {"contact not known, or the time to come back not over": ~FLAGS["judged_n"]}
_NO_CONTACT = {"contact not known": nw.col("continues").is_null()}
_NO_REPEAT = {"no earlier case within the window": ~nw.col("continues")}
_NO_HANDLE_TIME = {"no handle time": nw.col(AHT_MS).is_null()}
_NO_VIEW = {"no article or page seen before": nw.col("views_n").is_null()}
_NO_ENTRY = {"not on a channel of IVR, bot or self-service": nw.col("entry").is_null()}
SKILLS = Dimension(
    key="skills", label="Skill", source="skills", group=nw.col("skills"), is_list=True
)


def journey_rows(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Every case of the period with what ``journeys`` knows of it, null for internal ones.

    Besides ``entry``, the ``reason``, and ``views_n``, how many articles and pages were seen before
    it.
    """
    known = journeys(tables, settings).filter(nw.col(CURRENT))
    links = known.select(
        *("case_id", "is_helped", "returned", "continues", "gap_ms"),
        changes("channel").alias("arrived"),
    )
    named = reason_column(tables)
    cases = with_handle_parts(cases_of_period(tables, settings, home)).with_columns(
        entry(settings.journey).alias("entry"),
        (nw.lit(None, nw.String()) if named is None else nw.col(named)).alias("reason_of"),
    )
    cases = cases.join(links, on="case_id", how="left")
    if "context" not in tables.others:
        return cases.with_columns(nw.lit(None, nw.Int64()).alias("views_n"))
    seen = views(tables.others["context"]).group_by("case_id").agg(nw.len().alias("views_n"))
    return cases.join(seen, on="case_id", how="left")


def _viewed(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Cases of ``journey_rows`` once for each article or page that was seen before it."""
    cases = journey_rows(tables, settings, home)
    none = nw.lit(None, nw.String())
    if "context" not in tables.others:
        return cases.with_columns(none.alias("action"), none.alias("item"))
    return cases.join(views(tables.others["context"]).drop("views_n"), on="case_id", how="left")


_ALL = Measure(kind="count", counts=CASES.counts)
_KEPT = Measure(kind="rate", counts=CASES.counts, hits=FLAGS["kept_n"])
_UNASSISTED = replace(_KEPT, hits=FLAGS["unassisted_n"])
_REPEATED = replace(_KEPT, hits=nw.col("continues"))
_REPEAT_TIME = Measure(
    kind="sum",
    counts=CASES.counts,
    shown={TIME: SECOND * nw.col(AHT_MS)},
    numerator=TIME,
)
# Of all handle time of a reason's cases, that of its repeats.
_REPEAT_SHARE = Measure(
    kind="rate",
    counts=CASES.counts,
    hits=nw.col("continues"),
    shown={
        TIME: nw.when(nw.col("continues")).then(SECOND * nw.col(AHT_MS)).otherwise(0.0),
        OF_TIME: SECOND * nw.col(AHT_MS),
    },
    numerator=TIME,
    denominator=OF_TIME,
)
_SINCE = replace(_REPEAT_TIME, kind="mean", shown={TIME: SECOND * nw.col("gap_ms")})
_REPEATING = (NOT_INBOUND, _NO_CONTACT, _NO_REPEAT)
_REPEATS = {
    "repeats_n": limited(_ALL, *_REPEATING),
    "repeat_pct": limited(_REPEATED, NOT_INBOUND, _NO_CONTACT),
    "repeat_s": limited(_REPEAT_TIME, *_REPEATING, _NO_HANDLE_TIME),
}


def _service(stem: str, among: Mapping[str, nw.Expr]) -> dict[str, Measure]:
    """The figures of inbound cases that might need no agent; ``among`` says which are none."""
    came_back = {"did not come back, or an agent helped": ~FLAGS["came_back_n"]}
    return {
        "cases_n": limited(_ALL, NOT_INBOUND, among),
        f"{stem}_pct": limited(_KEPT, NOT_INBOUND, among, _NOT_JUDGED),
        "unassisted_pct": limited(_UNASSISTED, NOT_INBOUND, among),
        "came_back_n": limited(_ALL, NOT_INBOUND, among, _NOT_JUDGED, came_back),
        "not_judged_n": limited(_ALL, NOT_INBOUND, among, {"judged": FLAGS["judged_n"]}),
    }


def _routing(*figures: kpi_figures.Figure) -> dict[str, Measure]:
    return {figure.key: limited(measure_of(figure), INTERNAL) for figure in figures}


_CONTAINMENT, _DEFLECTION = _service("containment", _NO_ENTRY), _service("deflection", _NO_VIEW)
_GROUPED = _routing(
    *(kpi_figures.CASES, kpi_figures.HANDLED, kpi_figures.ASA, kpi_figures.AHT),
    *(kpi_figures.ABANDONMENT, kpi_figures.TRANSFER, kpi_figures.RESOLUTION),
)
_HANDLED = limited(_ALL, INTERNAL, NOT_ANSWERED, TRANSFERS_UNKNOWN)
_SHARE = replace(_HANDLED, kind="rate", whole="beside")
_OF_TRANSFERS = {
    key: limited(_GROUPED[key], NOT_ANSWERED, TRANSFERS_UNKNOWN)
    for key in ("aht_s", "resolution_pct")
}
_ARRIVED = {"did not come over from another channel": ~nw.col("arrived").fill_null(False)}


def _told(section: str, figures: Mapping[str, Measure], *by: Dimension, rows: Rows) -> Told:
    return Told(section=section, figures=figures, rows=rows, by=by)


JOURNEY = (
    _told(
        "summary",
        {
            "cases_n": limited(_ALL, INTERNAL),
            "containment_pct": _CONTAINMENT["containment_pct"],
            "unassisted_pct": _CONTAINMENT["unassisted_pct"],
            "deflection_pct": _DEFLECTION["deflection_pct"],
            **_REPEATS,
        },
        rows=journey_rows,
    ),
    _told("summary", {"transfer_pct": _GROUPED["transfer_pct"]}, rows=flagged_cases),
    *THREADS,
    _told(
        "channels",
        {"cases_n": limited(_ALL, INTERNAL), "arrived_n": limited(_ALL, INTERNAL, _ARRIVED)},
        of_column("channel"),
        rows=journey_rows,
    ),
    _told("queues", _GROUPED, of_column("queue"), rows=flagged_cases),
    _told("skills", _GROUPED, SKILLS, rows=flagged_cases),
    _told(
        "transfers",
        {"handled_n": _HANDLED, "share_pct": _SHARE, **_OF_TRANSFERS},
        TRANSFERS,
        rows=flagged_cases,
    ),
    _told(
        "self_service", _CONTAINMENT, of_column("entry"), of_column("channel"), rows=journey_rows
    ),
    _told("articles", _DEFLECTION, of_column("action"), of_column("item"), rows=_viewed),
    _told(
        "reasons",
        {
            "cases_n": limited(_ALL, NOT_INBOUND),
            **_REPEATS,
            "repeat_time_pct": limited(_REPEAT_SHARE, NOT_INBOUND, _NO_HANDLE_TIME),
            "since_s": limited(_SINCE, *_REPEATING),
        },
        of_column("reason", "reason_of"),
        rows=journey_rows,
    ),
)
