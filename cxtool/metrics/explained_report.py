"""A figure taken apart: its definition, its value, what it is made of, and the rows behind it.

What it decides: the value is taken from the report that is the figure's home, never computed a
second time; the account beside it says of each row of the period whether it counts. Of a figure
that several sections have, the first is told unless another one, or one part of it, is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.dimensions import find_dimensions
from cxtool.metrics.explained import NO_ROWS, TREND, Asked, reason_untold
from cxtool.metrics.explained_account import By, Told
from cxtool.metrics.explained_parts import Value, taken_apart, value_of
from cxtool.metrics.explained_sections import (
    definition_section,
    exclusions_section,
    figure_section,
    rows_section,
)
from cxtool.report import Report
from cxtool.tables import Tables

Facts = Callable[[str | None], Sequence[tuple[str, str]]]


def report(
    tables: Tables,
    settings: Settings,
    asked: Asked,
    *,
    facts: Facts,
    with_rows: bool = False,
    made: Report | None = None,
) -> Report:
    """Sections ``definition``, ``figure``, ``exclusions`` and, where asked, ``rows``.

    ``facts`` are label and text of the definition in a section; ``made`` is the home of the figure,
    where the command has to make it. Without rows behind the figure there is the definition alone,
    and a note that says so. The report must be one that the export allows.
    """
    notes = list(_notes(asked))
    if asked.figure is None:
        if with_rows:
            raise CxtoolError(f"no rows are told of {asked.key}", hint="leave out --rows")
        sections = [definition_section(facts(None))]
    else:
        home, chosen = _chosen(asked, asked.figure, tables, settings, made)
        sections = [definition_section(facts(chosen[0][0].section))]
        parts = taken_apart(chosen, home=home, tables=tables, settings=settings)
        sections += [figure_section(asked.figure, parts, home), exclusions_section(parts)]
        if with_rows:
            sections.append(rows_section(parts, tables))
        notes += _section_note(asked, chosen)
        if not asked.home.counts_out:
            notes += [note for note in home.notes if note not in tables.notes]
    return Report.on(
        replace(tables.request, previous=None),
        report="explain",
        title=f"{asked.key} of {asked.report}",
        source=tables.source,
        sections=sections,
        main=sections[-1].id if with_rows else sections[min(1, len(sections) - 1)].id,
        notes=(*tables.notes, *notes),
        compared=False,
    )


def _chosen(
    asked: Asked, figure: str, tables: Tables, settings: Settings, made: Report | None
) -> tuple[Report, list[tuple[Told, Value]]]:
    """The report, and the section asked for: of it, each row's ``Told`` with its value."""
    told = asked.told
    if asked.by:
        told = _broken_down(asked, told, tables)
    sections = list(dict.fromkeys(one.section for one in told))
    part = None if asked.of in sections else asked.of
    if part is None:
        wanted = asked.of or sections[0]
        told = tuple(one for one in told if one.section == wanted)
    make = told[0].make or asked.home.make
    home = made if made is not None or make is None else make(tables, settings, _by(asked))
    assert home is not None, "the command makes what tables cannot"
    values = [(one, value_of(figure, one, home, part)) for one in told if one.make in (None, make)]
    if part is not None:
        found = [one.section for one, value in values if not value.rows.is_empty()]
        if not found:
            raise UsageError(
                f"{asked.key} has no part '{part}'", hint="sections: " + ", ".join(sections)
            )
        values = [
            (one, value)
            for one, value in values
            if one.section == found[0] and not value.rows.is_empty()
        ]
    return home, values


def _broken_down(asked: Asked, told: tuple[Told, ...], tables: Tables) -> tuple[Told, ...]:
    crossed = tuple(one for one in told if one.crossed)
    if not crossed:
        raise UsageError(f"{asked.key} of {asked.report} cannot be broken down")
    dimensions = find_dimensions(asked.by, tables.cases)
    section = "by_" + "_".join(dimension.key for dimension in dimensions)
    return tuple(replace(one, section=section, by=dimensions) for one in crossed)


def _by(asked: Asked) -> By:
    return (asked.by,) if asked.by else ()


def _section_note(asked: Asked, chosen: Sequence[tuple[Told, Value]]) -> list[str]:
    own = chosen[0][0].section
    others = dict.fromkeys(one.section for one in asked.told if one.section != own)
    if not others or asked.by:
        return []
    ways = ", ".join(f"--of {section}" for section in others)
    return [f"As the section {own} has it; other sections have it too: {ways}."]


def _notes(asked: Asked) -> list[str]:
    said = []
    if asked.others:
        others = ", ".join(f"--report {name}" for name in asked.others)
        said.append(f"As the report {asked.report} has it; other reports have it too: {others}.")
    if asked.figure is None:
        why = reason_untold(asked.key, asked.report) or NO_ROWS
        said.append(f"No rows are told of {asked.key}: {why}.")
    elif asked.figure != asked.key:
        said.append(f"{asked.key} is made of {asked.figure}, whose value and rows these are.")
        if asked.key.removeprefix(f"{asked.figure}_") in TREND:
            said.append("For the rows of the compared period, name it with --period.")
    return said
