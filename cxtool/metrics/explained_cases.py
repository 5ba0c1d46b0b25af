"""What stands behind the figures of SLA, first response and volume: cases, by their verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.explained_account import TIME, Account, Kind
from cxtool.metrics.sla_compliance import VERDICT_COUNTS
from cxtool.metrics.sla_responses import QUANTILES
from cxtool.metrics.sla_rule import with_sla
from cxtool.metrics.trend import within
from cxtool.report import Report
from cxtool.schema import DIRECTIONS
from cxtool.tables import Frame, Tables

SECOND = 0.001  # of milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Where a figure's value stands in its report, and the account of its rows.

    ``by`` names the column of the section that tells the parts of a figure apart.
    """

    section: str
    account: Callable[[Tables, Settings, Report], Account]
    by: str | None = None


def is_direction(name: str) -> nw.Expr:
    """Whether a case has that direction."""
    return nw.col("direction") == name


# A case that is not inbound, by what it is.
NOT_INBOUND = {name: is_direction(name) for name in DIRECTIONS if name != "inbound"}
_RESPONDED = ~nw.col("first_response_ms").is_null()
# Why a case has another verdict than met or not met, and what the other verdicts are.
_PENDING = {"pending: no response, the threshold not yet passed": nw.col("sla") == "pending"}
_NA = {
    f"n/a: {name}, without a response": (nw.col("sla") == "n/a") & applies
    for name, applies in NOT_INBOUND.items()
}
_VERDICTS: Mapping[str, Mapping[str, nw.Expr]] = {
    "met": {"met": nw.col("sla") == "met"},
    "not_met": {"not met": nw.col("sla") == "not_met"},
    "pending": _PENDING,
    "n/a": _NA,
}


def _compliance(tables: Tables, settings: Settings, report: Report) -> Account:
    return Account(
        kind="rate",
        rows=_judged(tables, settings),
        counts=nw.col("sla").is_in(["met", "not_met"]),
        hits=nw.col("sla") == "met",
        out=_PENDING | _NA,
    )


def _of_verdict(verdict: str) -> Explained:
    others = [reasons for name, reasons in _VERDICTS.items() if name != verdict]

    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        return Account(
            kind="count",
            rows=_judged(tables, settings),
            counts=nw.col("sla") == verdict,
            out={words: applies for reasons in others for words, applies in reasons.items()},
        )

    return Explained(section="summary", account=account)


def _responses(kind: Kind) -> Explained:
    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        return Account(
            kind=kind,
            rows=tables.cases.filter(within(tables.request.period)),
            counts=_RESPONDED,
            out={"no response": ~_RESPONDED},
            shown={TIME: SECOND * nw.col("first_response_ms")},
        )

    return Explained(section="distribution", account=account)


def _of_direction(asked: str | None) -> Explained:
    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        everything = ~nw.col("started_d").is_null()
        others = {name: is_direction(name) for name in DIRECTIONS if name != asked}
        return Account(
            kind="count",
            rows=tables.cases.filter(within(tables.request.period)),
            counts=everything if asked is None else is_direction(asked),
            out={} if asked is None else others,
        )

    return Explained(section="summary", account=account)


def _channel_shares(tables: Tables, settings: Settings, report: Report) -> Account:
    return Account(
        kind="rate",
        rows=tables.cases.filter(within(tables.request.period)),
        counts=~nw.col("started_d").is_null(),
        group=nw.col("channel"),
        whole="all",
    )


def _judged(tables: Tables, settings: Settings) -> Frame:
    cases = tables.cases.filter(within(tables.request.period))
    return with_sla(cases, settings, tables.request)


SLA: Mapping[str, Explained] = {
    "sla_pct": Explained(section="summary", account=_compliance),
    "cases_n": _of_direction(None),
    **{count: _of_verdict(verdict) for count, verdict in VERDICT_COUNTS.items()},
    **{f"first_response_{name}_s": _responses("quantile") for name in QUANTILES},
    "responses_n": _responses("count"),
}
VOLUME: Mapping[str, Explained] = {
    "cases_n": _of_direction(None),
    **{f"{direction}_n": _of_direction(direction) for direction in DIRECTIONS},
    "share_pct": Explained(section="channels", account=_channel_shares, by="channel"),
}
