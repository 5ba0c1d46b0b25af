"""Rows set aside with the text of their records, so that they can be mended and read again."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from msgspec.structs import replace

from cxtool.exports.export import Export
from cxtool.exports.layout import records, texts
from cxtool.exports.raw import RawTable
from cxtool.exports.repair import LINE
from cxtool.exports.text import TextFile
from cxtool.report import Column, Report

RECORD = Column(key="record", label="Record", drop=6)
KEY = ["file", "line"]
SCHEMA = {"file": pl.String, "line": pl.Int64, RECORD.key: pl.String}


def with_records(export: Export, checked: Report) -> Report:
    """The rows set aside of a ``check``, each with its ``record``.

    ``record`` is the text as it stands in the file, of several lines where a cell has line breaks;
    of a JSON document it is the object, of a spreadsheet the row as CSV. Null for Parquet, whose
    rows have no text.
    """
    section = checked.section("set_aside")
    found = [pl.DataFrame(schema=SCHEMA)]
    for raw in _text_tables(export):
        own = section.rows.filter(pl.col("file") == raw.files[0])
        lines = own["line"].drop_nulls().unique().sort()
        if not lines.is_empty():
            of_file = _records(raw, lines).select(
                pl.lit(raw.files[0]).alias("file"), *KEY[1:], RECORD.key
            )
            found.append(of_file)
    rows = section.rows.join(pl.concat(found), on=KEY, how="left", maintain_order="left")
    made = replace(section, columns=(*section.columns, RECORD), rows=rows)
    return replace(checked, sections=(made,), main=made.id)


def _text_tables(export: Export) -> Iterator[RawTable]:
    """The text files of the export, each once."""
    seen = set[str]()
    for part in (part for parts in export.mapped.values() for part in parts):
        for raw in part.raw.origins or (part.raw,):
            if raw.text is not None and raw.files[0] not in seen:
                seen.add(raw.files[0])
                yield raw


def _records(raw: RawTable, lines: pl.Series) -> pl.DataFrame:
    """``line, record`` of the records that begin on these lines of a text file."""
    text = raw.text
    assert text is not None
    if text.unrepaired is None and LINE in text.header:
        return _rows_of_sheet(text, lines)
    file = text.unrepaired or text
    spans = pl.DataFrame({"begin": lines, "until": lines + 1})
    if text.format == "csv":
        begins = _begins(raw, text).cast(pl.Int64).unique().sort()
        last = pl.scan_lines(file.path, glob=False).select(pl.len()).collect().item()
        spans = pl.DataFrame({"begin": begins, "until": begins.shift(-1, fill_value=last + 1)})
        spans = spans.filter(pl.col("begin").is_in(lines.implode()))
    wanted = spans.select("begin", line=pl.int_ranges("begin", "until")).explode("line")
    told = texts(file, wanted["line"]).with_columns(pl.col("line").cast(pl.Int64))
    ended = pl.col("text").str.strip_chars_end("\r").str.join("\n").str.strip_chars_end("\n")
    return (
        wanted.join(told, on="line")
        .sort("line")
        .group_by("begin")
        .agg(ended.alias(RECORD.key))
        .rename({"begin": "line"})
    )


def _begins(raw: RawTable, text: TextFile) -> pl.Series:
    """The lines on which the records of a CSV file begin, readable or not."""
    if text.unrepaired is None:
        return records(text)["line"]
    readable = pl.scan_csv(text.path, separator=text.delimiter, infer_schema=False).select(LINE)
    damaged = pl.Series(LINE, [damage.line for damage in raw.damages], dtype=pl.Int64)
    return pl.concat([readable.collect()[LINE].cast(pl.Int64), damaged])


def _rows_of_sheet(text: TextFile, lines: pl.Series) -> pl.DataFrame:
    """Rows of a spreadsheet, kept as CSV with their numbers, as CSV."""
    rows = pl.scan_csv(text.path, separator=text.delimiter, infer_schema=False)
    line = pl.col(LINE).cast(pl.Int64).alias("line")
    cells = [pl.col(name).fill_null("") for name in text.header if name != LINE]
    quoted = [
        pl.when(cell.str.contains('[",\\n\\r]'))
        .then('"' + cell.str.replace_all('"', '""', literal=True) + '"')
        .otherwise(cell)
        for cell in cells
    ]
    record = pl.concat_str(quoted, separator=",").alias(RECORD.key)
    return rows.select(line, record).filter(pl.col("line").is_in(lines.implode())).collect()
