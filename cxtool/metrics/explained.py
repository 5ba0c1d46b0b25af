"""Which figures can be taken apart: the reports that are their homes, and who tells their rows.

What it decides: a key that several reports have is told by the first of ``HOMES``, unless a reader
names another; what goes with a figure (its n, its interval, its trend) is explained by that figure.

A new report is registered by one entry of ``HOMES``, named as the report: how it is planned, which
tables it uses, and ``told``, a tuple of ``Told`` from ``explained_REPORT.py``. A ``Told`` is a
section: the rows behind it, the dimensions that part them (``by``), and by key of the figure a
``Measure``: which rows count, which are hits, why others are out. A figure without rows of its own
stands in ``UNTOLD`` with the reason. ``tests/test_definitions.py`` finds those forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from cxtool.config import Settings
from cxtool.definitions import card, meanings
from cxtool.errors import UsageError, nearest
from cxtool.metrics import (
    agents,
    cel,
    cost,
    fcr,
    forecast,
    journey,
    kpi,
    log,
    overview,
    sla,
    speech,
    staffing,
)
from cxtool.metrics.explained_account import By, Make, Told
from cxtool.metrics.explained_behavior import BEHAVIOR, own_behavior
from cxtool.metrics.explained_cases import SLA, VOLUME
from cxtool.metrics.explained_cel import CEL
from cxtool.metrics.explained_cost import COST
from cxtool.metrics.explained_forecast import FORECAST, UNTOLD_FORECAST
from cxtool.metrics.explained_journey import JOURNEY
from cxtool.metrics.explained_kpi import AGENTS, KPI
from cxtool.metrics.explained_listed import CHECK, LOG
from cxtool.metrics.explained_phrases import PHRASE_EVIDENCE
from cxtool.metrics.explained_speech import SPEECH, UNTOLD_SPEECH
from cxtool.metrics.explained_staffing import STAFFING, UNTOLD_STAFFING, made_plan
from cxtool.metrics.plan import Plan, carried_out
from cxtool.report import Report
from cxtool.schema import TABLES
from cxtool.tables import Tables

ALL = "all"  # stands for the report of a card that all reports share
OVERVIEW = "report"  # its sections are those of the reports that it is made of
# What stands beside a figure ``x``: endings of its key, and what they are.
TREND = ("previous", "change", "change_pct", "signal")
BESIDE = ("n", "low_pct", "high_pct", "band", "days", "index")
WORDED = {"level": "cel"}  # a figure in words, and the one that it words


def _never(settings: Settings) -> int:
    return 0


def _nothing(key: str) -> tuple[Told, ...]:
    return ()


class Home(Struct, frozen=True, kw_only=True):
    """A report whose figures are told.

    ``make`` is the report; None where the command has to make it, of more than tables. ``own``
    tells keys that only the export knows. ``takes_by``: can be broken down. ``counts_out``: its
    notes count what many figures leave out, which each account says itself.
    """

    told: tuple[Told, ...]
    make: Make | None
    uses: tuple[str, ...] = ("interactions",)
    max_days: int | None = None
    default_period: str = "7d"
    days_around: Callable[[Settings], int] = _never
    own: Callable[[str], tuple[Told, ...]] = _nothing
    counts_out: bool = False

    def of(self, key: str) -> tuple[Told, ...]:
        """The sections that tell the key."""
        return tuple(told for told in self.told if key in told.figures) or self.own(key)


def planned(plan: Callable[..., Plan]) -> Make:
    """The report of a plan; dimensions are passed on where there are any."""

    def make(tables: Tables, settings: Settings, by: By) -> Report:
        dimensions = {"by": by} if by else {}
        return carried_out(plan(tables, settings, **dimensions), tables)

    return make


def _sla(tables: Tables, settings: Settings, *, by: By = ()) -> Plan:
    return sla.plan(tables, settings, by=by, breaches=True, course=True)


def _cel(tables: Tables, settings: Settings) -> Plan:
    return cel.plan(tables, settings, course=True)


def _log(tables: Tables, settings: Settings, by: By) -> Report:
    return log.report(tables, settings)


HOMES: Mapping[str, Home] = {
    "volume": Home(told=VOLUME, make=planned(overview.PARTS["volume"].plan)),
    "log": Home(told=LOG, make=_log, default_period="all"),
    "sla": Home(told=SLA, make=planned(_sla)),
    "kpi": Home(
        told=KPI,
        make=planned(kpi.plan),
        days_around=fcr.days_needed,
        counts_out=True,
    ),
    "behavior": Home(
        told=(*BEHAVIOR, *PHRASE_EVIDENCE),
        make=planned(overview.PARTS["behavior"].plan),
        uses=overview.PARTS["behavior"].uses,
        max_days=overview.PARTS["behavior"].max_days,
        default_period="30d",
        own=own_behavior,
    ),
    "cel": Home(told=CEL, make=planned(_cel), uses=cel.USES, max_days=cel.MAX_DAYS),
    "agents": Home(
        told=AGENTS,
        make=planned(agents.plan),
        uses=agents.USES,
        days_around=fcr.days_needed,
        counts_out=True,
    ),
    "journey": Home(
        told=JOURNEY,
        make=planned(journey.plan),
        uses=journey.USES,
        days_around=journey.days_needed,
    ),
    "forecast": Home(
        told=FORECAST,
        make=planned(forecast.plan),
        default_period=forecast.DEFAULT_PERIOD,
    ),
    "staffing": Home(told=STAFFING, make=made_plan, uses=staffing.USES),
    "speech": Home(told=SPEECH, make=planned(speech.plan), uses=speech.USES),
    "cost": Home(told=COST, make=planned(cost.plan), counts_out=True),
    "check": Home(told=CHECK, make=None, uses=tuple(TABLES), default_period="all"),
}

# Figures that have no rows of their own in an export, and why; ``EVERY``: all of the report.
EVERY = "*"
_METRIC = "it is of the metric of the row: explain that one, such as csat_pct"
_PLACE = "it is a place in a file"
UNTOLD: Mapping[str, Mapping[str, str]] = {
    "kpi": {
        "value": _METRIC,
        "change": _METRIC,
        "benchmark": "it is the industry's, not the export's",
    },
    "behavior": {
        "score_pct": "it is the total of one behaviour for one agent: explain that one, such as"
        " active_listening_pct, with --of AGENT",
    },
    "check": {
        "files_n": "it counts files, which the report names",
        "columns_n": "it counts columns, which 'cxtool profile test' lists",
        "line": _PLACE,
        "first_line": _PLACE,
    },
    "forecast": UNTOLD_FORECAST,
    "speech": UNTOLD_SPEECH,
    "staffing": UNTOLD_STAFFING,
    "cost": {
        EVERY: "it is a price, or made of prices and volumes: explain those, such as voice_s",
    },
    "customer": {EVERY: "it is of one customer, whose page lists the rows"},
    "profile": {EVERY: "it is of a mapping: 'cxtool profile test' shows its values"},
    "explain": {EVERY: "it is part of an account itself"},
}
NO_ROWS = "it is made of other figures or columns, as the definition says"


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be explained: the key of a report, and the figure that explains it.

    ``figure`` is None where no rows are told of the key; ``others`` are reports that tell them too.
    ``of`` is a section or a part, ``by`` dimensions that a reader names.
    """

    key: str
    report: str
    figure: str | None
    others: tuple[str, ...] = ()
    of: str | None = None
    by: tuple[str, ...] = ()

    @property
    def home(self) -> Home:
        """The report that is the figure's home; for what has none, whatever reads the cases."""
        return HOMES.get(self.report, HOMES["volume"])

    @property
    def told(self) -> tuple[Told, ...]:
        """The sections that have the figure."""
        return self.home.of(self.figure) if self.figure else ()


def asked_for(
    key: str, *, report: str | None = None, of: str | None = None, by: tuple[str, ...] = ()
) -> Asked:
    """The figure of that key in the report of that name, else in the first that tells its rows.

    Raises ``UsageError`` for a report without the key.

    >>> asked_for("day_mean")
    Asked(key='day_mean', report='volume', figure='day_mean', others=(), of=None, by=())
    >>> asked_for("sla_pct_signal").figure, asked_for("benchmark").figure
    ('sla_pct', None)
    """
    told = {name: figure for name in HOMES if (figure := _figure_of(key, name))}
    named = (name for card in meanings(key) for name in card.reports)
    known = dict.fromkeys([*told, *named])
    own = report if report in HOMES and card(key, report) is not None else None
    if report is not None and report not in known and own is None:
        guess = nearest(report, list(known))
        raise UsageError(
            f"report '{report}' has no metric '{key}'"
            + (f"; did you mean '{guess}'?" if guess else ""),
            hint="reports: " + ", ".join(known),
        )
    home = _in_overview(told) if report == OVERVIEW else report
    home = home or next(iter(known), ALL)
    figure = told.get(home) or (key if own and HOMES[own].of(key) else None)
    others = tuple(name for name in told if name != home)
    return Asked(key=key, report=home, figure=figure, others=others, of=of, by=by)


def _in_overview(told: Collection[str]) -> str | None:
    """The report whose figure the report of everything has."""
    return next((name for name in told if name in (*overview.PARTS, "check")), None)


def reason_untold(key: str, report: str) -> str | None:
    """Why no rows are told of a figure of the report; None where they are, or should be."""
    reasons = UNTOLD.get(report, {})
    return reasons.get(key) or reasons.get(EVERY)


def _figure_of(key: str, report: str) -> str | None:
    """The figure whose rows explain a key: itself, or the one that it goes with."""
    figures = {figure for told in HOMES[report].told for figure in told.figures}
    if key in figures:
        return key
    if WORDED.get(key) in figures:
        return WORDED[key]
    for ending in (*TREND, *BESIDE):
        base = key.removesuffix(f"_{ending}")
        units = ("", "_pct", "_s", "_n") if ending in BESIDE else ("",)
        for figure in (f"{base}{unit}" for unit in units if base != key):
            if figure in figures and card(key, report) is not None:
                return figure
    return None
