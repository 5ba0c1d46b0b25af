"""Spreadsheets as tables of text, as a CSV file has them, so that one set of rules reads both.

A spreadsheet keeps dates, times and durations as numbers of days, and tells them apart by how a
cell is shown. A number of days below ten years is taken for a time of day or a duration, a larger
one for a date: no contact centre's export has a date before 1910, or a duration of ten years.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.exports.dialect import LOOKED_AT, unique_names
from cxtool.exports.header import Record, find_header
from cxtool.exports.passed import Passed
from cxtool.exports.repair import LINE
from cxtool.exports.sources import SourceFile, table_of
from cxtool.exports.spreadsheet import EXACT_FLOAT, LONG_NUMBER, as_shown

if TYPE_CHECKING:
    from fastexcel import ExcelReader

LONGEST_LENGTH = pl.duration(days=3653)
# How the reader writes a cell of any date or time format.
STAMP = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$"
MIDNIGHT = " 00:00:00"
WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # an archive, and what holds one with a password
ROW = "row"


class Sheet(Struct, frozen=True):
    """The records of one sheet, all text, null where a cell is empty.

    ``row_numbers`` are the numbers, from 1, that the spreadsheet shows beside them; ``before`` the
    rows before the header, found by looking.
    """

    name: str
    rows: pl.DataFrame
    row_numbers: pl.Series
    before: tuple[str, ...] = ()


def sheets(path: Path, name: str, *, skip_rows: int | None = None) -> list[Sheet]:
    """The sheets of a spreadsheet that hold anything, in their order, hidden ones too.

    The header is found by looking, or the first row with a value after ``skip_rows``; empty rows
    and empty columns at the end are left out. Cells become text: times ``2026-05-01 09:30:00``,
    dates ``2026-05-01`` (where no cell of the column has a time), times of day and durations
    ``00:04:10`` (``30:00:00`` for more than a day), whole numbers without a point, or, where they
    have lost digits, as ``1.23456789012345E+19``, ``true`` and ``false``; formulas their last
    value, errors such as ``#N/A`` nothing.

    ``name`` is how messages call the file. Raises CxtoolError where it cannot be read or no sheet
    holds anything, and where the package for reading it is not installed.
    """
    reader = _reader(path, name)
    found = []
    for sheet_name in reader.sheet_names:
        cells = _cells(reader, sheet_name, name).slice(skip_rows or 0)
        if not cells.is_empty():
            found.append(_table(sheet_name, cells, look=skip_rows is None))
    if not found:
        raise CxtoolError(f"{name}: no sheet holds anything")
    return found


def unpacked(
    files: Sequence[SourceFile], *, skip_rows: int | None, scratch: Path
) -> list[SourceFile]:
    """The files with each spreadsheet replaced by its sheets, written as CSV to ``scratch``.

    A sheet belongs to the table that its name begins with, else to that of its file. Of a
    spreadsheet with sheets named after tables only those are taken.
    """
    return [part for file in files for part in _parts(file, skip_rows, scratch)]


def _parts(file: SourceFile, skip_rows: int | None, scratch: Path) -> list[SourceFile]:
    if file.format != "xlsx":
        return [file]
    found = sheets(file.path, file.name, skip_rows=skip_rows)
    parts = []
    for sheet in [one for one in found if table_of(one.name)] or found:
        target = scratch / f"sheet-{len(list(scratch.iterdir()))}.csv"
        to_csv(sheet, target)
        before = Passed("preamble", len(sheet.before), sheet.before)
        parts.append(
            replace(
                file,
                path=target,
                name=f"{file.name}, sheet {sheet.name}" if len(found) > 1 else file.name,
                format="csv",
                table=table_of(sheet.name) or file.table,
                is_sheet=True,
                passed=(before,) if sheet.before else (),
            )
        )
    return parts


def to_csv(sheet: Sheet, target: Path) -> None:
    """Write a sheet as UTF-8 CSV with the row numbers of its records in a last column ``__line``.

    Readers of text take that column for the lines on which records begin, and never for data.
    """
    sheet.rows.with_columns(sheet.row_numbers.alias(LINE)).write_csv(target)


def _reader(path: Path, name: str) -> ExcelReader:
    try:
        import fastexcel
    except ImportError:
        raise CxtoolError(
            f"{name}: reading spreadsheets needs the package fastexcel",
            hint="pip install 'cxtool[xlsx]'",
        ) from None
    # It warns of sheets that only hold a chart; they are empty, and that is all there is to say.
    logging.getLogger("calamine").setLevel(logging.ERROR)
    with path.open("rb") as stream:
        head = stream.read(max(map(len, WORKBOOKS)))
    if not head.startswith(WORKBOOKS):
        raise CxtoolError(
            f"{name}: this is no spreadsheet, whatever its name says",
            hint="if it is text, give it a name that ends in .csv",
        )
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> CxtoolError:
    reason = str(error).partition("\n")[0].removeprefix("calamine error: ")
    return CxtoolError(
        f"{name}: not a readable spreadsheet ({reason})",
        hint="a damaged file, or one with a password: save it again without one, or as CSV",
    )


def _cells(reader: ExcelReader, sheet_name: str, name: str) -> pl.DataFrame:
    """Every row of a sheet from its first as text, with its number in ``ROW``."""
    texts = _loaded(reader, sheet_name, name, "string")
    columns = texts.columns
    if texts.select(pl.any_horizontal(pl.col(columns).str.contains(STAMP).any())).item():
        # The same cells once more as lengths of time: null where a cell holds anything else.
        lengths = _loaded(reader, sheet_name, name, "duration")
        texts = pl.concat([texts, lengths.select(pl.all().name.suffix("_days"))], how="horizontal")
        texts = texts.select(
            _text(pl.col(column), pl.col(f"{column}_days")).alias(column) for column in columns
        )
    if texts.select(pl.any_horizontal(pl.col(columns).str.contains(LONG_NUMBER).any())).item():
        # The same cells once more as truth values: null where a cell holds text.
        numbers = _loaded(reader, sheet_name, name, "boolean")
        texts = pl.concat(
            [texts, numbers.select(pl.all().name.suffix("_number"))], how="horizontal"
        )
        texts = texts.select(
            _as_shown(pl.col(column), pl.col(f"{column}_number")).alias(column)
            for column in columns
        )
    return texts.with_columns(_filled(pl.all())).with_row_index(ROW, offset=1)


def _loaded(
    reader: ExcelReader, sheet_name: str, name: str, kind: Literal["string", "duration", "boolean"]
) -> pl.DataFrame:
    from fastexcel import FastExcelError

    try:
        sheet = reader.load_sheet(sheet_name, header_row=None, skip_rows=0, dtypes=kind)
        return pl.DataFrame(sheet)
    except FastExcelError as error:
        raise _unreadable(f"{name}, sheet '{sheet_name}'", error) from error


def _text(text: pl.Expr, length: pl.Expr) -> pl.Expr:
    """The text of a column's cells, of which those with a length are dates or times."""
    is_length = length.abs() < LONGEST_LENGTH
    is_date = length.is_not_null() & ~is_length
    dates_only = text.filter(is_date).str.ends_with(MIDNIGHT).all()
    date = pl.when(dates_only).then(text.str.strip_suffix(MIDNIGHT)).otherwise(text)
    return pl.when(is_length).then(_clock(length)).when(is_date).then(date).otherwise(text)


def _as_shown(text: pl.Expr, number: pl.Expr) -> pl.Expr:
    """The text of a column's cells, of which numbers without all their digits say so."""
    is_long = number.is_not_null() & text.str.contains(LONG_NUMBER)
    is_inexact = text.cast(pl.Float64, strict=False).abs() >= EXACT_FLOAT
    return pl.when(is_long & is_inexact).then(as_shown(text)).otherwise(text)


def _clock(length: pl.Expr) -> pl.Expr:
    """``HH:MM:SS`` with as many hours as there are, and milliseconds where there are any."""
    ms = length.dt.total_milliseconds()
    size = ms.abs()
    sign = pl.when(ms < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    parts = [size // 3_600_000, size // 60_000 % 60, size // 1000 % 60]
    rest = pl.format(".{}", (size % 1000).cast(pl.String).str.zfill(3))
    return pl.concat_str(
        sign,
        pl.concat_str([part.cast(pl.String).str.zfill(2) for part in parts], separator=":"),
        pl.when(size % 1000 != 0).then(rest).otherwise(pl.lit("")),
    )


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.strip_chars() != "").then(text)


def _table(name: str, cells: pl.DataFrame, *, look: bool) -> Sheet:
    columns = [column for column in cells.columns if column != ROW]
    filled = cells.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
    while columns and filled[columns[-1]].null_count() == filled.height:
        columns.pop()
    records = [
        Record(line, line + 1, tuple((cell or "").strip() for cell in row))
        for line, row in enumerate(filled.select(columns).head(LOOKED_AT).iter_rows())
    ]
    place = find_header(records) if look else 0
    names = unique_names(records[place].cells)
    body = filled.slice(place + 1)
    return Sheet(
        name=name,
        rows=body.select(columns).rename(dict(zip(columns, names, strict=True))),
        row_numbers=body[ROW].cast(pl.Int64),
        before=tuple(" ".join(filter(None, record.cells)) for record in records[:place]),
    )
