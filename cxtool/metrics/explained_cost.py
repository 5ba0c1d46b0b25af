"""What stands behind the volumes of cost: contacts, calls, recordings, and the times of each.

Prices have no rows in an export, and totals are made of volumes and prices.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.cost_volumes import connected_ms
from cxtool.metrics.explained_account import SECOND, TIME, Measure, Told, of_column
from cxtool.metrics.explained_cases import cases_of_period
from cxtool.metrics.explained_kpi import NO_TIME, NOT_ANSWERED
from cxtool.metrics.handling import AHT_MS, with_handle_parts
from cxtool.report import Report
from cxtool.tables import Frame, Tables

CONNECTED = "connected_ms"
_CUSTOMER, _ANSWERED, _VOICE = (
    nw.col("direction") != "internal",
    nw.col("answered"),
    nw.col("is_voice"),
)
_RECORDED, _KNOWN = ~nw.col("recording").is_null(), ~nw.col("resolved").is_null()
_LENGTH, _TIMED = nw.col(CONNECTED), ~nw.col(CONNECTED).is_null()
_CONTACT, _CALL = _CUSTOMER & _ANSWERED, _CUSTOMER & _ANSWERED & _VOICE
_INTERNAL: Mapping[str, nw.Expr] = {"internal": ~_CUSTOMER}
_NO_CONTACT = {**_INTERNAL, **NOT_ANSWERED}
_NO_CALL = {**_NO_CONTACT, "not voice": ~_VOICE}
_NO_LENGTH: Mapping[str, nw.Expr] = {"length not known": ~_TIMED}
_NOT_RECORDED = {**_INTERNAL, "no recording": ~_RECORDED, **_NO_LENGTH}
_UNKNOWN: Mapping[str, nw.Expr] = {**_NO_CONTACT, "outcome not known": ~_KNOWN}


def _rows(tables: Tables, settings: Settings, home: Report) -> Frame:
    """The cases of the period with their handle time, and how long they were connected."""
    cases = with_handle_parts(cases_of_period(tables, settings, home))
    return cases.with_columns(connected_ms().alias(CONNECTED))


def _time(counts: nw.Expr, value: nw.Expr, out: Mapping[str, nw.Expr]) -> Measure:
    return Measure(kind="sum", counts=counts, out=out, shown={TIME: SECOND * value}, numerator=TIME)


CONTACTS = Measure(kind="count", counts=_CONTACT, out=_NO_CONTACT)
RESOLVED = Measure(
    kind="count",
    counts=_CONTACT & nw.col("resolved"),
    out={**_UNKNOWN, "not resolved": ~nw.col("resolved")},
)
COST = (
    Told(
        section="volumes",
        figures={
            "contacts_n": CONTACTS,
            "calls_n": Measure(kind="count", counts=_CALL, out=_NO_CALL),
            "recordings_n": Measure(
                kind="count", counts=_CUSTOMER & _RECORDED & _TIMED, out=_NOT_RECORDED
            ),
            "voice_s": _time(_CALL & _TIMED, _LENGTH, {**_NO_CALL, **_NO_LENGTH}),
            "agent_s": _time(
                _CONTACT & ~nw.col(AHT_MS).is_null(), nw.col(AHT_MS), {**_NO_CONTACT, **NO_TIME}
            ),
            "recorded_s": _time(_CUSTOMER & _RECORDED & _TIMED, _LENGTH, _NOT_RECORDED),
        },
        rows=_rows,
    ),
    Told(
        section="summary",
        figures={"contacts_n": CONTACTS, "resolutions_n": RESOLVED},
        rows=_rows,
        at={"plan": "tiered"},
    ),
    Told(
        section="channels",
        figures={
            "contacts_n": CONTACTS,
            "resolutions_n": RESOLVED,
            "outcomes_n": Measure(kind="count", counts=_CONTACT & _KNOWN, out=_UNKNOWN),
        },
        rows=_rows,
        by=(of_column("channel"),),
    ),
)
