"""CSV: the rows of one section, raw units, safe to open in a spreadsheet.

Lists are joined with ``;``; where an element holds one, or is unknown, the cell is a JSON array.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import IO

import polars as pl

from cxtool.render import RenderOptions, section_of
from cxtool.render.frames import iso_times, plain
from cxtool.report import Report

# What a spreadsheet takes for the start of a formula, also in its full-width forms; a line break or
# tab before one is skipped over by some of them. Text that already begins with apostrophes and then
# one gets another, so that a reader who takes one away has what was there.
FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"


# Rows made text at a time: what is prepared for all of them would take more room than they do.
SLICE_N = 100_000


def render(report: Report, options: RenderOptions) -> str:
    """Rows of ``options.section`` or the main section; unknown is empty, or ``options.null``.

    Text that a spreadsheet would run gets an apostrophe in front, unless ``options.raw``. Numbers
    are never touched.
    """
    file = BytesIO()
    stream(report, options, file)
    return file.getvalue().decode()


def stream(report: Report, options: RenderOptions, file: IO[bytes]) -> None:
    """The same, written as the rows come."""
    section = section_of(report, options)

    def write(rows: pl.DataFrame, *, header: bool) -> None:
        cells = _cells(rows, report.time_zone, raw=options.raw)
        cells.write_csv(file, include_header=header, null_value=options.null)

    # A table without rows has a header.
    write(section.rows.clear(), header=options.header)
    for rows in section.parts():
        for part in rows.iter_slices(SLICE_N):
            write(part, header=False)


def _cells(rows: pl.DataFrame, time_zone: str, *, raw: bool) -> pl.DataFrame:
    """The rows with lists as text, and nothing in them to run unless ``raw``."""
    rows = iso_times(plain(rows, time_zone))
    cells = rows.with_columns(
        _joined(name, dtype.inner)
        for name, dtype in rows.schema.items()
        if isinstance(dtype, pl.List)
    )
    if raw:
        return cells
    texts = [name for name, dtype in rows.schema.items() if _is_text(dtype)]
    return cells.with_columns(_defused(pl.col(name)) for name in texts).rename(_safe_name)


def _is_text(dtype: pl.DataType) -> bool:
    return dtype == pl.String or isinstance(dtype, pl.List)


def _joined(name: str, inner: object) -> pl.Expr:
    cell, element = pl.col(name), pl.element()
    ambiguous = element.is_null()
    if inner == pl.String:
        ambiguous = ambiguous | element.str.contains(r"^\[|;")
    needs_json = cell.list.eval(ambiguous).list.any()
    array = pl.struct(cell.alias("v")).struct.json_encode()
    return (
        pl.when(needs_json)
        .then(array.str.strip_prefix('{"v":').str.strip_suffix("}"))
        .otherwise(cell.cast(pl.List(pl.String)).list.join(";"))
        .alias(name)
    )


def _defused(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep()


def _safe_name(name: str) -> str:
    return f"'{name}" if re.match(FORMULA, name) else name
