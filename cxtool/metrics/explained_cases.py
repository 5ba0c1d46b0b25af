"""What stands behind the figures of SLA, first response and volume: cases, by their verdicts."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics import sla_breaches
from cxtool.metrics.choose import choose
from cxtool.metrics.dimensions import DIMENSIONS, Dimension
from cxtool.metrics.explained_account import (
    CASE_COLUMNS,
    SECOND,
    TIME,
    Kind,
    Measure,
    Told,
    of_column,
)
from cxtool.metrics.explained_listed import listed
from cxtool.metrics.sla_compliance import VERDICT_COUNTS
from cxtool.metrics.sla_responses import QUANTILES
from cxtool.metrics.sla_rule import with_sla
from cxtool.metrics.trend import within
from cxtool.report import Report
from cxtool.schema import DIRECTIONS
from cxtool.tables import Frame, Tables

DATE = Dimension(
    key="date", label="Day", source="started_d", group=DIMENSIONS["day"].group,
    show=DIMENSIONS["day"].show,
)  # fmt: skip


def is_direction(name: str) -> nw.Expr:
    """Whether a case has that direction."""
    return nw.col("direction") == name


# A case that is not inbound, by what it is.
NOT_INBOUND = {name: is_direction(name) for name in DIRECTIONS if name != "inbound"}
_ANY, _RESPONDED = ~nw.col("started_d").is_null(), ~nw.col("first_response_ms").is_null()
_NO_RESPONSE = {"no response": ~_RESPONDED}
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


def cases_of_period(tables: Tables, settings: Settings, home: Report) -> Frame:
    """The cases of the period."""
    return tables.cases.filter(within(tables.request.period))


def _judged(tables: Tables, settings: Settings, home: Report) -> Frame:
    return with_sla(cases_of_period(tables, settings, home), settings, tables.request)


def _waits(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Cases of the period with their verdict and the run of waits that the report has them in."""
    runs = home.section("first_response").rows.select("wait", "up_to_s").unique(maintain_order=True)
    waited_s = SECOND * nw.col("first_response_ms")
    branches = [(waited_s <= end, nw.lit(name)) for name, end in runs.drop_nulls().iter_rows()]
    last = runs.filter(pl.col("up_to_s").is_null())["wait"].to_list()
    longest = nw.when(_RESPONDED).then(nw.lit(last[0] if last else None, nw.String()))
    return _judged(tables, settings, home).with_columns(wait=choose(branches, longest))


def _of_verdict(verdict: str) -> Measure:
    others = [reasons for name, reasons in _VERDICTS.items() if name != verdict]
    return Measure(
        kind="count",
        counts=nw.col("sla") == verdict,
        out={words: applies for reasons in others for words, applies in reasons.items()},
    )


def _responses(kind: Kind) -> Measure:
    shown = {TIME: SECOND * nw.col("first_response_ms")}
    return Measure(kind=kind, counts=_RESPONDED, out=_NO_RESPONSE, shown=shown)


def _of_direction(asked: str) -> Measure:
    others = {name: is_direction(name) for name in DIRECTIONS if name != asked}
    return Measure(kind="count", counts=is_direction(asked), out=others)


CASES = Measure(kind="count", counts=_ANY)
_COMPLIANCE: Mapping[str, Measure] = {
    "sla_pct": Measure(
        kind="rate",
        counts=nw.col("sla").is_in(["met", "not_met"]),
        hits=nw.col("sla") == "met",
        out=_PENDING | _NA,
    ),
    "cases_n": CASES,
    **{count: _of_verdict(verdict) for count, verdict in VERDICT_COUNTS.items()},
}
_SHARE = Measure(kind="rate", counts=_RESPONDED, out=_NO_RESPONSE, whole="beside")
_BREACH_SECONDS = [column for column in sla_breaches.COLUMNS if column.key.endswith("_s")]

SLA = (
    Told(section="summary", figures=_COMPLIANCE, rows=_judged, crossed=True),
    Told(section="days", figures=_COMPLIANCE, rows=_judged, by=(DATE,)),
    Told(
        section="distribution",
        figures={
            **{f"first_response_{name}_s": _responses("quantile") for name in QUANTILES},
            "responses_n": _responses("count"),
        },
        rows=cases_of_period,
    ),
    Told(
        section="first_response",
        figures={"responses_n": _responses("count"), "share_pct": _SHARE},
        rows=_waits,
        by=(of_column("wait"), of_column("sla")),
    ),
    listed(
        "breaches",
        _BREACH_SECONDS,
        CASE_COLUMNS[:-1],
        why={
            "first_response_s": "no response",
            "over_s": "without a response, and nobody waits any more",
        },
    ),
)
_HOURS = (DIMENSIONS["weekday"], DIMENSIONS["hour"])
_SHARE_OF_CASES = Measure(kind="rate", counts=_ANY, whole="beside")
_A_DAY = Measure(kind="mean", counts=_ANY, whole="beside")
VOLUME = (
    Told(
        section="summary",
        figures={
            "cases_n": CASES,
            **{f"{direction}_n": _of_direction(direction) for direction in DIRECTIONS},
        },
        rows=cases_of_period,
    ),
    Told(
        section="channels",
        figures={"cases_n": CASES, "share_pct": _SHARE_OF_CASES},
        rows=cases_of_period,
        by=(of_column("channel"),),
    ),
    Told(section="days", figures={"cases_n": CASES}, rows=cases_of_period, by=(DATE,)),
    Told(
        section="heat",
        figures={"cases_n": CASES, "day_mean": _A_DAY},
        rows=cases_of_period,
        by=_HOURS,
    ),
)
