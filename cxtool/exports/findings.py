"""Findings: what is odd about rows that reports use. They are told, and change no exit code.

Each table is gone through once for everything that its rows show by themselves; only where there
is something is it read again, for examples and sizes. No query keeps rows: what is held are counts,
the ids that other tables refer to, and the places of the rows found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec.structs import replace

from cxtool.exports.export import Export, damage_told
from cxtool.exports.findings_kinds import KINDS, Finding, Place
from cxtool.exports.findings_table import findings_of
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import RAW, MappedTable, frame_name
from cxtool.exports.scan import Days
from cxtool.period import Request
from cxtool.report import Column, Section
from cxtool.schema import TABLES, Table, Type
from cxtool.units import Unit

COLUMNS = (
    Column(key="table", label="Table", drop=0),
    Column(key="finding", label="Finding", drop=0),
    Column(key="column", label="Column", drop=0),
    Column(key="what", label="What", drop=0),
    Column(key="rows_n", label="Rows", unit=Unit.COUNT, better="lower", drop=0),
    Column(key="median_s", label="Median difference", unit=Unit.SECONDS, drop=3),
    Column(key="first_file", label="First file", drop=4),
    Column(key="first_line", label="First line", unit=Unit.COUNT, drop=2),
    Column(key="first_value", label="First value", drop=1),
)
_TYPES = {"rows_n": pl.Int64, "median_s": pl.Float64, "first_line": pl.Int64}


def section(export: Export, request: Request, days: Days | None) -> Section:
    """Everything found in the rows of these days, by kind and table; tables without days whole.

    ``rows_n`` are rows, or days of ``day_without_data``. ``median_s`` is null where no durations
    are compared, ``first_file`` and ``first_line`` where there is no row to point to.
    """
    with damage_told():
        found = [
            finding
            for table in TABLES
            if table in export.mapped
            for finding in _with_values(export, table, [*findings_of(export, table, request, days)])
        ]
    found.sort(key=lambda finding: KINDS.index(finding.kind))
    lines = _lines(export, {finding.place for finding in found if finding.place})
    rows = [
        (
            *(finding.table, finding.kind, finding.column, finding.what),
            *(finding.rows_n, finding.median_s),
            *(lines[finding.place] if finding.place else (None, None)),
            finding.value,
        )
        for finding in found
    ]
    schema = {column.key: _TYPES.get(column.key, pl.String) for column in COLUMNS}
    return Section(
        id="findings",
        title="Findings in the rows used",
        columns=COLUMNS,
        rows=pl.DataFrame(rows, schema=schema, orient="row"),
        few_by=("table", "finding"),
    )


def _with_values(export: Export, table: str, found: Sequence[Finding]) -> list[Finding]:
    """The findings with the first row's value of their column, where they have no value yet."""
    wanted = {finding.place for finding in found if finding.place and finding.value is None}
    rows: dict[Place, Mapping[str, object]] = {}
    for part in export.mapped[table]:
        own = {place for place in wanted if place.raw == part.number}
        rows |= _rows(part, own) if own else {}
    return [
        replace(finding, value=_text(rows[finding.place], TABLES[table], finding.column))
        if finding.place in rows and finding.column and finding.value is None
        else finding
        for finding in found
    ]


def _rows(part: MappedTable, places: set[Place]) -> dict[Place, Mapping[str, object]]:
    numbers = sorted(place.row for place in places)
    rows_asked = pl.Series(ROW, numbers, dtype=part.raw.schema[ROW])
    asked = rows_asked.to_frame().with_columns(pl.lit(part.number, pl.Int32).alias(RAW))
    rows = part.some(asked).collect(engine="streaming")
    return {Place(part.number, row[ROW]): row for row in rows.iter_rows(named=True)}


def _text(row: Mapping[str, object], table: Table, column: str) -> str | None:
    """A value as a file would have it."""
    is_duration = column in table.names and table.field(column).type is Type.SECONDS
    value = row[frame_name(table, column) if column in table.names else column]
    if is_duration and isinstance(value, int):
        return str(value / 1000).removesuffix(".0")
    return None if value is None else str(value)


def _lines(export: Export, places: set[Place]) -> dict[Place, tuple[str, int]]:
    """File and line of each place."""
    found = {}
    for part in (part for parts in export.mapped.values() for part in parts):
        own = sorted(place.row for place in places if place.raw == part.number)
        if own:
            placed = part.raw.places(pl.Series(own, dtype=part.raw.schema[ROW]))
            for row, file, line in placed.select(ROW, "file", "line").iter_rows():
                found[Place(part.number, row)] = (file, line)
    return found
