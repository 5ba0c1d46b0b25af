"""A figure taken apart: its definition, its value, what it is made of, and the rows behind it.

What it decides: the value is taken from the report that is the figure's home, never computed a
second time; the account beside it says of each row of the period whether it counts. What goes with
a figure (its n, its interval, its trend) is explained by that figure.

A new report is registered by one entry of ``HOMES``, named as the report: how it is planned, which
tables it uses, and ``told``, a tuple of ``Told`` from ``explained_REPORT.py``. A ``Told`` is a
section: the rows behind it, the dimensions that part them (``by``), and by key of the figure a
``Measure``: which rows count, which are hits, why others are out. A figure without rows of its own
stands in ``UNTOLD`` with the reason. ``tests/cli/test_explain.py`` finds those forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cxtool.config import Settings
from cxtool.definitions import card, meanings
from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.metrics import agents, fcr, journey, overview
from cxtool.metrics.explained_account import account_counts, accounted
from cxtool.metrics.explained_behavior import BEHAVIOR, total_of
from cxtool.metrics.explained_cases import SLA, VOLUME, Explained
from cxtool.metrics.explained_cel import CEL
from cxtool.metrics.explained_journey import JOURNEY
from cxtool.metrics.explained_kpi import AGENTS, KPI
from cxtool.metrics.explained_sections import (
    definition_section,
    exclusions_section,
    figure_section,
    rows_section,
)
from cxtool.metrics.overview import Part
from cxtool.metrics.plan import carried_out
from cxtool.report import Report
from cxtool.tables import Tables

FIGURES: Mapping[str, Mapping[str, Explained]] = {
    "sla": SLA,
    "volume": VOLUME,
    "kpi": KPI,
    "behavior": BEHAVIOR,
    "cel": CEL,
    "agents": AGENTS,
    "journey": JOURNEY,
}
PARTS: Mapping[str, Part] = {
    **overview.PARTS,
    "agents": Part(title="Agents", plan=agents.plan, uses=agents.USES),
    "journey": Part(title="Journeys", plan=journey.plan, uses=journey.USES),
}
DEFAULT_PERIODS = {"behavior": "30d"}
LOOK_AHEAD = ("kpi", "agents")  # who comes back later decides FCR
TOLD_BY_EXCLUSIONS = ("kpi", "agents")  # their notes count what each of many figures leaves out
ALL = "all"  # stands for the report of a card that all reports share
# What stands beside a figure ``x``: endings of its key, and what they are.
TREND = ("previous", "change", "change_pct", "signal")
BESIDE = ("n", "low_pct", "high_pct", "band", "days", "index")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be explained: the key of a report, and the figure that explains it.

    ``figure`` is None where no rows are told of the key; ``others`` are reports that tell them too.
    """

    key: str
    report: str
    figure: str | None
    others: tuple[str, ...] = ()

    @property
    def part(self) -> Part:
        """The report that is the figure's home; for what has none, whatever reads the cases."""
        return PARTS.get(self.report, PARTS["volume"])

    def days_around(self, settings: Settings) -> int:
        """The days around a period that the report needs, to see who comes back."""
        if self.report == "journey":
            return journey.days_needed(settings)
        return fcr.days_needed(settings) if self.report in LOOK_AHEAD else 0

    @property
    def default_period(self) -> str:
        return DEFAULT_PERIODS.get(self.report, "7d")


def asked_for(key: str, *, report: str | None = None) -> Asked:
    """The figure of that key in the report of that name, else in the first that tells its rows.

    Raises ``UsageError`` for a report without the key.

    >>> asked_for("share_pct")
    Asked(key='share_pct', report='volume', figure='share_pct', others=('cel',))
    >>> asked_for("sla_pct_signal").figure, asked_for("heavy_n").figure
    ('sla_pct', None)
    """
    explained = {name: figure for name in FIGURES if (figure := _figure_of(key, name))}
    named = (name for card in meanings(key) for name in card.reports)
    known = dict.fromkeys([*explained, *named])
    own_behavior = report == "behavior" and card(key, report) is not None
    if report is not None and report not in known and not own_behavior:
        guess = nearest(report, list(known))
        raise UsageError(
            f"report '{report}' has no metric '{key}'"
            + (f"; did you mean '{guess}'?" if guess else ""),
            hint="reports: " + ", ".join(known),
        )
    home = report or next(iter(known), ALL)
    others = tuple(name for name in explained if name != home)
    figure = explained.get(home) or (key if own_behavior and key.endswith("_pct") else None)
    return Asked(key=key, report=home, figure=figure, others=others)


def report(
    tables: Tables,
    settings: Settings,
    asked: Asked,
    *,
    facts: Sequence[tuple[str, str]],
    with_rows: bool = False,
) -> Report:
    """Sections ``definition``, ``figure``, ``exclusions`` and, where asked, ``rows``.

    ``facts`` are label and text of the definition. Without rows behind the figure there is the
    definition alone, and a note that says so. The report must be one that the export allows.
    """
    request = replace(tables.request, previous=None)
    sections = [definition_section(facts)]
    notes = list(_notes(asked))
    if asked.figure is not None:
        home = carried_out(asked.part.plan(tables, settings), tables)
        own = FIGURES[asked.report].get(asked.figure)
        explained = own or total_of(asked.figure.removesuffix("_pct"))
        account = explained.account(tables, settings, home)
        judged = accounted(account)
        collect = account.collect or tables.collect
        counts = collect({"counts": account_counts(judged, account)})["counts"]
        figure = figure_section(asked.figure, home, explained, account, counts)
        sections += [figure, exclusions_section(counts)]
        if with_rows:
            sections.append(rows_section(judged, account, collect, tables))
        if asked.report not in TOLD_BY_EXCLUSIONS:
            notes += [note for note in home.notes if note not in tables.notes]
    elif with_rows:
        raise CxtoolError(f"no rows are told of {asked.key}", hint="leave out --rows")
    return Report.on(
        request,
        report="explain",
        title=f"{asked.key} of {asked.report}",
        source=tables.source,
        sections=sections,
        main=sections[-1].id if with_rows else sections[min(1, len(sections) - 1)].id,
        notes=(*tables.notes, *notes),
        compared=False,
    )


def _notes(asked: Asked) -> list[str]:
    said = []
    if asked.others:
        others = ", ".join(f"--report {name}" for name in asked.others)
        said.append(f"As the report {asked.report} has it; other reports have it too: {others}.")
    if asked.figure is None:
        said.append(
            f"No rows are told of {asked.key}: it is made of other figures or columns, as the"
            " definition says."
        )
    elif asked.figure != asked.key:
        said.append(f"{asked.key} is made of {asked.figure}, whose value and rows these are.")
        if asked.key.removeprefix(f"{asked.figure}_") in TREND:
            said.append("For the rows of the compared period, name it with --period.")
    return said


def _figure_of(key: str, report: str) -> str | None:
    """The figure whose rows explain a key: itself, or the one that it goes with."""
    figures = FIGURES[report]
    if key in figures:
        return key
    for ending in (*TREND, *BESIDE):
        base = key.removesuffix(f"_{ending}")
        units = ("", "_pct", "_s", "_n") if ending in BESIDE else ("",)
        for figure in (f"{base}{unit}" for unit in units if base != key):
            if figure in figures and card(key, report) is not None:
                return figure
    return None
