"""``profile test``: what a profile makes of an export, canonical column by canonical column.

Rows read and set aside are those of ``check``; here stands where each column comes from, how many
rows it fills, and what its values look like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from msgspec.structs import replace

from cxtool.exports import quality
from cxtool.exports.export import Export
from cxtool.exports.mapped import MappedTable, frame_name
from cxtool.exports.profile_form import ColumnMap, Profile
from cxtool.exports.scan import scan_all
from cxtool.exports.times import local_time
from cxtool.period import Request
from cxtool.report import Column, Report, Section
from cxtool.schema import TABLES, Field, Table, Type
from cxtool.units import Unit

EXAMPLES = 3
LOOKED_AT = 1000  # filled rows among which examples are sought
COLUMNS = (
    Column(key="table", label="Table", drop=1),
    Column(key="column", label="Column", drop=0),
    Column(key="source", label="From", drop=0),
    Column(key="filled_pct", label="Filled", unit=Unit.PERCENT, drop=0),
    Column(key="rows_n", label="Rows", unit=Unit.COUNT, role="n", of="filled_pct", drop=3),
    Column(key="examples", label="Examples", unit=Unit.LIST, drop=2),
)
SCHEMA: dict[str, pl.DataType] = {
    "table": pl.String(),
    "column": pl.String(),
    "source": pl.String(),
    "filled_pct": pl.Float64(),
    "rows_n": pl.Int64(),
    "examples": pl.List(pl.String),
}
ABSENT = "(no such column)"


def report(export: Export, request: Request, profile: Profile) -> Report:
    """The columns that the profile maps, then the tables and rows of ``check``.

    ``filled_pct`` is the share of all readable records that have a value after mapping, null where
    there are none; ``source`` the file's column, or that there is none.
    """
    rows = [row for table in export.mapped for row in _rows(export, table, profile)]
    section = Section(
        id="columns", title="Columns", columns=COLUMNS, rows=pl.DataFrame(rows, schema=SCHEMA)
    )
    checked = quality.report(export, request)
    unfed = dict.fromkeys(m.table for m in profile.tables if m.table not in export.mapped)
    notes = [f"No file feeds table '{table}'." for table in unfed]
    return replace(
        checked,
        report="profile",
        title=f"Profile {profile.name}",
        sections=(section, *checked.sections),
        main="columns",
        notes=(*checked.notes, *notes),
    )


def absent_n(tested: Report) -> int:
    """How many mapped columns no file has."""
    rows = tested.section("columns").rows
    return int((rows["source"] == ABSENT).sum())


def _rows(export: Export, name: str, profile: Profile) -> Iterator[dict[str, Any]]:
    """The mapped columns of one table in canonical order, those that no file has included."""
    parts, table = export.mapped[name], TABLES[name]
    wanted = {column for m in profile.tables if m.table == name for column in m.columns}
    facts = _facts(parts, table, time_zone=export.time_zone)
    for field in table.fields:
        if field.name not in wanted:
            continue
        given = [m for part in parts for m in part.feed.columns.get(field.name, ())]
        filled_n = facts.get(f"n {field.name}", 0)
        yield {
            "table": name,
            "column": field.name,
            "source": ", ".join(dict.fromkeys(map(source_words, given))) or ABSENT,
            "filled_pct": 100 * filled_n / facts["rows"] if facts["rows"] and given else None,
            "rows_n": facts["rows"],
            "examples": facts.get(f"values {field.name}"),
        }


def source_words(mapping: ColumnMap) -> str:
    """The columns of a file, or the constant, that a canonical column comes from."""
    if mapping.value is not None:
        return f'"{mapping.value}"'
    return " + ".join((*mapping.source, *mapping.parts, *mapping.between)) or "events"


def _facts(parts: Sequence[MappedTable], table: Table, *, time_zone: str) -> Mapping[str, Any]:
    """Rows, filled rows and first different values of every column that the files give."""
    frame = scan_all(parts, time_zone=time_zone)
    present = frame.collect_schema().names()
    wanted = [pl.len().alias("rows")]
    for field in table.fields:
        column = frame_name(table, field.name)
        if column in present:
            filled = pl.col(column).drop_nulls()
            seen = _text(filled.head(LOOKED_AT), field, time_zone).unique(maintain_order=True)
            wanted.append(filled.len().alias(f"n {field.name}"))
            wanted.append(seen.head(EXAMPLES).implode().alias(f"values {field.name}"))
    return frame.select(wanted).collect(engine="streaming").row(0, named=True)


def _text(value: pl.Expr, field: Field, time_zone: str) -> pl.Expr:
    """Canonical values as people read them: durations in seconds, times in the report's zone."""
    match field.type:
        case Type.SECONDS:
            return (value / 1000).cast(pl.String).str.strip_suffix(".0") + " s"
        case Type.DATETIME:
            return local_time(value, time_zone).dt.to_string("%Y-%m-%d %H:%M:%S")
        case Type.LIST:
            return value.list.join(";")
    return value.cast(pl.String)
