"""What stands behind the rates of journeys: cases, by who helped, who came back, what went before.

Threads are made of several cases; their figures are not told row by row.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.explained_account import TIME, Account
from cxtool.metrics.explained_cases import NOT_INBOUND, SECOND, Explained
from cxtool.metrics.explained_kpi import OUT
from cxtool.metrics.handling import AHT_MS, case_flags, with_handle_parts
from cxtool.metrics.journey_service import FLAGS, entry, views
from cxtool.metrics.journey_threads import journeys
from cxtool.metrics.trend import CURRENT, within
from cxtool.report import Report
from cxtool.tables import Frame, Tables

_INBOUND, _INTERNAL = (nw.col("direction") == name for name in ("inbound", "internal"))
_NOT_JUDGED = {"contact not known, or the time to come back not over": nw.col("returned").is_null()}
_NO_CONTACT = {"contact not known": nw.col("continues").is_null()}
_NO_REPEAT = {"no earlier case within the window": ~nw.col("continues")}
_NO_TIME = {"no handle time": nw.col(AHT_MS).is_null()}
_NO_VIEW = {"no article or page seen before": nw.col("views_n").is_null()}
_NO_ENTRY = {"not on a channel of IVR, bot or self-service": nw.col("entry").is_null()}
_CONTAINS, _SEEN = ~nw.col("entry").is_null(), ~nw.col("views_n").is_null()
_REPEATS = _INBOUND & nw.col("continues")


def journey_rows(tables: Tables, settings: Settings) -> Frame:
    """Every case of the period with what ``journeys`` knows of it, null for internal ones.

    Besides ``entry``, and ``views_n``, how many articles and pages were seen before it.
    """
    known = journeys(tables, settings).filter(nw.col(CURRENT))
    links = known.select("case_id", "is_helped", "returned", "continues")
    cases = with_handle_parts(tables.cases.filter(within(tables.request.period)))
    cases = cases.with_columns(entry(settings.journey).alias("entry"))
    cases = cases.join(links, on="case_id", how="left")
    if "context" not in tables.others:
        return cases.with_columns(nw.lit(None, nw.Int64()).alias("views_n"))
    seen = views(tables.others["context"]).group_by("case_id").agg(nw.len().alias("views_n"))
    return cases.join(seen, on="case_id", how="left")


def _rate(counts: nw.Expr, hits: nw.Expr, out: Mapping[str, nw.Expr]) -> Explained:
    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        rows = journey_rows(tables, settings)
        return Account(kind="rate", rows=rows, counts=counts, hits=hits, out=out)

    return Explained(section="summary", account=account)


def _count(counts: nw.Expr, out: Mapping[str, nw.Expr]) -> Explained:
    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        return Account(kind="count", rows=journey_rows(tables, settings), counts=counts, out=out)

    return Explained(section="summary", account=account)


def _repeat_time(tables: Tables, settings: Settings, report: Report) -> Account:
    return Account(
        kind="sum",
        rows=journey_rows(tables, settings),
        counts=_REPEATS & ~nw.col(AHT_MS).is_null(),
        out={**NOT_INBOUND, **_NO_CONTACT, **_NO_REPEAT, **_NO_TIME},
        shown={TIME: SECOND * nw.col(AHT_MS)},
        numerator=TIME,
    )


def _transfers(tables: Tables, settings: Settings, report: Report) -> Account:
    flags = case_flags(settings)
    return Account(
        kind="rate",
        rows=tables.cases.filter(within(tables.request.period)),
        counts=~_INTERNAL & flags["routed_n"],
        hits=flags["transferred_n"],
        out={"internal": _INTERNAL, **OUT["routed_n"]},
    )


JOURNEY: Mapping[str, Explained] = {
    "cases_n": _count(~_INTERNAL, {"internal": _INTERNAL}),
    "containment_pct": _rate(
        _INBOUND & _CONTAINS & FLAGS["judged_n"],
        FLAGS["kept_n"],
        {**NOT_INBOUND, **_NO_ENTRY, **_NOT_JUDGED},
    ),
    "unassisted_pct": _rate(
        _INBOUND & _CONTAINS, FLAGS["unassisted_n"], {**NOT_INBOUND, **_NO_ENTRY}
    ),
    "deflection_pct": _rate(
        _INBOUND & _SEEN & FLAGS["judged_n"],
        FLAGS["kept_n"],
        {**NOT_INBOUND, **_NO_VIEW, **_NOT_JUDGED},
    ),
    "repeat_pct": _rate(
        _INBOUND & ~nw.col("continues").is_null(),
        nw.col("continues"),
        {**NOT_INBOUND, **_NO_CONTACT},
    ),
    "repeats_n": _count(_REPEATS, {**NOT_INBOUND, **_NO_CONTACT, **_NO_REPEAT}),
    "repeat_s": Explained(section="summary", account=_repeat_time),
    "transfer_pct": Explained(section="summary", account=_transfers),
}
