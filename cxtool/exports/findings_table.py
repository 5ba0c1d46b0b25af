"""The findings of one table of an export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from cxtool.exports.export import Export
from cxtool.exports.findings_count import Counted, count
from cxtool.exports.findings_days import missing_days
from cxtool.exports.findings_flags import (
    case_flags,
    new_column,
    reference_flags,
    value_flags,
    with_parent,
)
from cxtool.exports.findings_kinds import Finding, Place
from cxtool.exports.findings_pairs import call_spans, overlapping, repeated, state_spans
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import DAY_OF, RAW, frame_name
from cxtool.exports.scan import Days
from cxtool.exports.survey import REPEATED
from cxtool.period import Request, day_number
from cxtool.schema import TABLES


def findings_of(
    export: Export, table: str, request: Request, days: Days | None
) -> Iterator[Finding]:
    """What is odd about the rows of a table that are used, of these days where it has days."""
    rows = export.rows(table, days)
    yield from _repeats(export, table, rows, days)
    yield from _overlaps(export, table, rows, days)
    columns = _columns(export, table)
    counted, joined = _counted(export, table, rows, columns)
    yield from counted.findings(table, joined)
    if table == next((name for name in DAY_OF if name in export.mapped), None):
        yield from _days(export, table, counted, request)
    for column in columns if counted.rows_n else ():
        if not counted.filled_n(column):
            yield Finding(
                table=table,
                kind="empty_column",
                column=column,
                what="empty in every row",
                rows_n=counted.rows_n,
            )


def _repeats(
    export: Export, table: str, rows: pl.LazyFrame, days: Days | None
) -> Iterator[Finding]:
    survey, key = export.survey(table, days), TABLES[table].key
    if key is None:
        places = repeated(export.mapped[table], rows, survey.rows_read)
        what = "same as an earlier row; used each time"
    elif survey.duplicates is not None:
        places = survey.duplicates.filter(REPEATED)
        what = "same as an earlier row; used once"
    else:
        return
    yield from _at(places, table=table, kind="repeated_row", column=key, what=what)


def _overlaps(
    export: Export, table: str, rows: pl.LazyFrame, days: Days | None
) -> Iterator[Finding]:
    given, who, spans = export.given(table), "agent_id", None
    kind, what = "overlapping_states", "begins before the agent's state before it ends"
    if table == "agent_states":
        spans = state_spans(rows)
    elif table == "interactions":
        who = "agent_id" if "agent_id" in given else "agent"
        kind, what = "overlapping_calls", "answered while the same agent was on another call"
        spans = call_spans(export.mapped[table], rows, given, who=who, settings=export.settings)
    if spans is not None:
        places = overlapping(spans, who=who, rows_n=export.survey(table, days).rows_read)
        yield from _at(places, table=table, kind=kind, column=who, what=what)


def _at(
    places: pl.DataFrame, *, table: str, kind: str, column: str | None, what: str
) -> Iterator[Finding]:
    """The finding about the rows in these places (``RAW, ROW``), where there is one."""
    if not places.is_empty():
        first = places.select(RAW, ROW).sort(RAW, ROW).row(0)
        yield Finding(
            table=table,
            kind=kind,
            column=column,
            what=what,
            rows_n=places.height,
            place=Place(*first),
        )


def _columns(export: Export, table: str) -> list[str]:
    """The columns of a table's files, canonical ones first, without those that folders give."""
    folders = {part for file in export.files([table]) for part in Path(file).parts[:-1]}
    keys = {folder.partition("=")[0] for folder in folders if "=" in folder}
    known = [name for name in TABLES[table].names if name in export.given(table)]
    return [*known, *(name for name in export.extras(table) if name not in keys)]


def _counted(
    export: Export, table: str, rows: pl.LazyFrame, columns: list[str]
) -> tuple[Counted, pl.LazyFrame]:
    """The flags of a table counted, and its rows with what the flags need of other tables."""
    given = {name: export.given(name) for name in export.mapped}
    schema = rows.collect_schema()
    flags = [*value_flags(table, given[table], export.settings)]
    if table == "interactions":
        flags += case_flags(export.mapped[table], given[table], schema, export.time_zone)
    for flag, parent in reference_flags(table, given):
        rows = with_parent(rows, flag.column, export.rows(parent))
        flags.append(flag)
    known = TABLES[table].names
    flags += [new_column(name) for name in columns if name not in known]
    held = {n: frame_name(TABLES[table], n) if n in known else n for n in columns}
    return count(rows, flags, held), rows


def _days(export: Export, table: str, counted: Counted, request: Request) -> Iterator[Finding]:
    """Days without data, inside the days of the export and of the period."""
    span = export.span() or (0, -1)
    first = max(day_number(request.period.start), span[0])
    last = min(day_number(request.period.last), span[1])
    hours = export.settings.hours
    for what, days_n, date in missing_days(counted.days, first=first, last=last, hours=hours):
        yield Finding(
            table=table,
            kind="day_without_data",
            column=DAY_OF[table],
            what=what,
            rows_n=days_n,
            value=date,
        )
