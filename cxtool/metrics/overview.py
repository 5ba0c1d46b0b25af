"""One report of several: the parts that an export allows, under one row of headline figures.

A headline figure is taken over from the part that is its home, with its trend, count and course, so
that it cannot differ from what that part's own command says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import CxtoolError, NotInExportError, UsageError
from cxtool.metrics import behavior, cel, kpi, sla, volume
from cxtool.metrics.plan import Plan, carried_out
from cxtool.metrics.trend import trend_columns
from cxtool.period import check_length
from cxtool.report import Column, Report, Section
from cxtool.tables import Tables
from cxtool.units import Unit

HEADLINE = "headline"
METRIC = "metric"  # the column of a section with a row per metric
# Sections that several parts have: the part's name goes before them.
SHARED_IDS = ("summary", "days")
# Titles that would not say, among other parts, what they are of.
TITLES = {
    "agents": "Behaviour of agents",
    "team": "Behaviour of all agents",
    "teams": "Behaviour of teams",
    "trend": "Behaviour of agents by day",
    "left_out": "Interactions left out of behaviour",
    "shares": "Companies' contacts by channel",
    "tables": "Rows read, by table",
    "rules": "Rows set aside, by rule",
}
HEAVY_LEVELS = ("high", "critical")


class Part(Struct, frozen=True, kw_only=True):
    """One part: the tables it uses, what it plans, and the longest period that it takes.

    ``people``: whether it needs cases with what only contacts and companies tell of them.
    """

    title: str
    plan: Callable[[Tables, Settings], Plan]
    uses: tuple[str, ...] = ("interactions",)
    people: Callable[[Settings], bool] = lambda settings: False
    max_days: int | None = None


PARTS: Mapping[str, Part] = {
    "sla": Part(
        title="SLA",
        plan=lambda tables, settings: sla.plan(tables, settings, breaches=True, course=True),
        people=lambda settings: bool(settings.sla.labels),
    ),
    "volume": Part(title="Volume", plan=volume.plan),
    "kpi": Part(title="Performance", plan=kpi.plan),
    "behavior": Part(
        title="Behaviour",
        plan=behavior.plan,
        uses=behavior.USES,
        max_days=behavior.MAX_DAYS,
    ),
    "cel": Part(
        title="Companies",
        plan=lambda tables, settings: cel.plan(tables, settings, course=True),
        uses=(*cel.USES, *cel.COMPANIES),
        max_days=cel.MAX_DAYS,
    ),
}


class Figure(Struct, frozen=True, kw_only=True):
    """A headline figure: column ``key`` of a part's one-row section, perhaps by another label.

    In a section with a row per metric, ``key`` is the metric. ``course`` names the part's section
    with a row a day from which its series comes, where the figure's own section has none.
    """

    part: str
    section: str
    key: str
    label: str
    course: str | None = None


FIGURES = (
    Figure(part="volume", section="summary", key="cases_n", label="Cases"),
    Figure(part="sla", section="summary", key="sla_pct", label="SLA"),
    Figure(part="sla", section="distribution", key="first_response_p50_s", label="Median response"),
    Figure(part="kpi", section="summary", key="csat_pct", label="CSAT"),
    Figure(part="behavior", section="team", key="overall_pct", label="Behaviour overall"),
    Figure(part="cel", section="summary", key="companies_n", label="Companies", course="days"),
    Figure(part="cel", section="summary", key="load_s", label="Load", course="days"),
)
HEAVY = Column(key="heavy_n", label="High or critical load", unit=Unit.COUNT, drop=2)
DETAILS = ("low", "high")  # what a headline leaves to the part's own section


def needs_people(names: Sequence[str], settings: Settings) -> bool:
    """Whether one of these parts needs cases with what only contacts and companies tell."""
    return any(PARTS[name].people(settings) for name in names)


def made_of(
    tables: Tables,
    settings: Settings,
    *,
    plain: Tables,
    names: Sequence[str],
    required: bool,
    max_days: int | None,
) -> tuple[dict[str, Report], tuple[str, ...]]:
    """The reports of these parts, and a note for each that the export does not allow.

    ``plain``: the tables without what only contacts and companies tell, which costs joins.
    ``required``: such a part is an error. Without any part left, so is the first of them.
    """
    planned = {
        name: _planned(
            PARTS[name],
            tables if PARTS[name].people(settings) else plain,
            settings,
            max_days=max_days,
        )
        for name in names
    }
    plans = {name: plan for name, plan in planned.items() if isinstance(plan, Plan)}
    problems = {name: p for name, p in planned.items() if isinstance(p, CxtoolError)}
    if problems and (required or not plans):
        raise next(iter(problems.values()))
    notes = tuple(f"{PARTS[n].title} left out: {p.message}." for n, p in problems.items())
    return {name: carried_out(plan, tables) for name, plan in plans.items()}, notes


def put_together(
    parts: Mapping[str, Report], tables: Tables, *, title: str, notes: Iterable[str] = ()
) -> Report:
    """One report of the parts' sections, after a section ``headline`` where there are figures.

    What a part has to say of itself stands with its first section.
    """
    headline = headline_section(parts)
    sections = [
        section
        for name, report in parts.items()
        for section in _sections(name, report, common=tables.notes)
    ]
    listed = [*([headline] if headline else []), *sections]
    return Report.on(
        tables.request,
        report="report",
        title=title,
        source=tables.source,
        sections=listed,
        main=listed[0].id,
        notes=(*tables.notes, *notes),
    )


def headline_section(parts: Mapping[str, Report]) -> Section | None:
    """One row with the headline figures of the parts; None where none of them has any."""
    columns: list[Column] = []
    values: list[pl.DataFrame] = []
    for figure in FIGURES:
        if figure.part in parts:
            taken = _taken(figure, parts[figure.part])
            columns += taken.columns
            values.append(taken.rows)
    if "cel" in parts:
        companies = parts["cel"].section("companies").rows
        heavy = companies.select(pl.col("level").is_in(HEAVY_LEVELS).sum().cast(pl.Int64))
        columns.append(HEAVY)
        values.append(heavy.rename({"level": HEAVY.key}))
    if not columns:
        return None
    return Section(
        id=HEADLINE,
        title="At a glance",
        columns=tuple(columns),
        rows=pl.concat(values, how="horizontal"),
    )


def _taken(figure: Figure, report: Report) -> Section:
    """A figure with all that accompanies it, as a section of its own."""
    section = report.section(figure.section)
    if METRIC in section.rows.columns:
        return _taken_row(figure, section)
    own = section.column(figure.key)
    columns = [
        replace(column, label=column.label.replace(own.label, figure.label, 1))
        for column in section.columns
        if (column is own or column.of == own.key) and column.role not in DETAILS
    ]
    rows = section.rows.select(column.key for column in columns)
    if figure.course is not None:
        key = f"{figure.key.rpartition('_')[0]}_days"
        days = report.section(figure.course).rows[figure.key].to_list()
        rows = rows.with_columns(pl.lit(days).alias(key))
        columns.append(Column(key=key, label="By day", unit=Unit.SERIES, role="series", of=own.key))
    return Section(id=HEADLINE, title="", columns=tuple(columns), rows=rows)


def _taken_row(figure: Figure, section: Section) -> Section:
    """A metric's row, set as columns with the names that its value would have."""
    row = section.rows.filter(pl.col(METRIC) == figure.key)
    unit = Unit(row["unit"].item())
    value, *trend = trend_columns(Column(key=figure.key, label=figure.label, unit=unit, drop=0))
    n = f"{figure.key.rpartition('_')[0]}_n"
    named = {
        value.key: "value",
        **{column.key: str(column.role) for column in trend if column.role in row.columns},
        n: "n",
    }
    columns = (value, *(column for column in trend if column.key in named))
    counted = Column(key=n, label=f"{figure.label} of", unit=Unit.COUNT, role="n", of=value.key)
    return Section(
        id=HEADLINE,
        title="",
        columns=(*columns, counted),
        rows=row.select(pl.col(name).alias(key) for key, name in named.items()),
    )


def _planned(
    part: Part, tables: Tables, settings: Settings, *, max_days: int | None
) -> Plan | CxtoolError:
    """The part's plan, or why there can be none."""
    try:
        if part.max_days is not None:
            check_length(tables.request.period, max_days or part.max_days)
    except UsageError as problem:
        return problem
    try:
        return part.plan(tables, settings)
    except NotInExportError as problem:
        return problem


def _sections(name: str, report: Report, *, common: Sequence[str]) -> list[Section]:
    own_notes = tuple(note for note in report.notes if note not in common)
    first, *others = report.sections
    return [
        replace(
            section,
            id=f"{name}_{section.id}" if section.id in SHARED_IDS else section.id,
            title=report.title
            if section.id == "summary"
            else TITLES.get(section.id, section.title),
        )
        for section in (replace(first, notes=(*first.notes, *own_notes)), *others)
    ]
