"""Ids that lost digits in columns which a row can do without: they count as unknown.

The rows stay, as their times and durations are as good as before; what is lost is told by column.
A row whose own id lost digits is set aside, see ``rules``.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxtool.exports.mapped import MappedTable
from cxtool.exports.survey import Survey

SURELY_COUNTED_ROWS = 200_000  # of larger tables reports count only what a sample shows to be there
SCHEMA = {"table": pl.String, "column": pl.String, "values_n": pl.Int64, "example": pl.String}


def mangled(parts: Sequence[MappedTable]) -> pl.DataFrame:
    """The columns of a table with such ids: ``table, column, values_n, example``."""
    found = [row for part in parts for row in _of_part(part)]
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    return (
        pl.DataFrame(found, schema=SCHEMA, orient="row")
        .group_by("table", "column", maintain_order=True)
        .agg(pl.sum("values_n"), pl.first("example"))
    )


def mangled_notes(
    parts: Sequence[MappedTable], survey: Survey, *, thorough: bool = False
) -> list[str]:
    """A note for each of these columns.

    Of a large table only where its first records show such ids, unless ``thorough``.
    """
    is_large = survey.rows_read > SURELY_COUNTED_ROWS
    if is_large and not thorough and not any(map(_is_seen, parts)):
        return []
    return [_note(*row) for row in mangled(parts).iter_rows()]


def _note(table: str, column: str, values_n: int, example: str) -> str:
    if values_n == 1:
        return (
            f"1 value of {column} in {table} counts as unknown: a spreadsheet shortened it to"
            f" {example}. Export the column as text."
        )
    return (
        f"{values_n:,} values of {column} in {table} count as unknown: a spreadsheet shortened"
        f" them, as in {example}. Export the column as text."
    )


def _of_part(part: MappedTable) -> list[tuple[str, str, int, str]]:
    lost = _lost(part)
    if not lost:
        return []
    frame = part.raw.frame
    # Counting is cheap, and mostly all that there is to do.
    flags = [flag.sum().alias(name) for name, (_, flag) in lost.items()]
    counts = frame.select(flags).collect(engine="streaming").row(0, named=True)
    found = [name for name in lost if counts[name]]
    examples = [_values(*lost[name]).first().alias(name) for name in found]
    shown = frame.select(examples).collect(engine="streaming").row(0) if found else ()
    return [
        (part.table.name, name, counts[name], example)
        for name, example in zip(found, shown, strict=True)
    ]


def _is_seen(part: MappedTable) -> bool:
    return any(part.raw.seen(_values(*of)).len() > 0 for of in _lost(part).values())


def _values(raw: pl.Expr, is_lost: pl.Expr) -> pl.Expr:
    return raw.filter(is_lost).cast(pl.String)


def _lost(part: MappedTable) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    """By column, the ids that a row can do without, and where they are not used."""
    if part.raw.days:  # written by ``convert``, which had made them unknown
        return {}
    optional = {field.name for field in part.table.fields if field.is_id and not field.required}
    return {
        name: (cell.raw, cell.unread)
        for name, cell in part.cells.items()
        if name in optional and cell.unread is not None
    }
