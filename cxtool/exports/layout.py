"""Which lines of a CSV file make up each record, and which records are blank or too short.

The fast scan fills a short record with empty cells and gives a blank line as a record, both in
silence. Counting separators outside quotes, line by line, finds them without reading any cell.
"""

from __future__ import annotations

import json
import re
from itertools import islice

import polars as pl

from cxtool.errors import CxtoolError
from cxtool.exports.text import TextFile

ROW = "__row"
LINE = pl.col("text")
SURVEYED_LINES = 10_000  # lines whose keys are told from those of objects within them
KEY = r'[{,]\s*("(?:[^"\\]|\\.)*")\s*:'


def records(file: TextFile) -> pl.DataFrame:
    """``ROW``, the ``line`` on which each record begins, its ``cells``, whether all are ``blank``.

    ``tail`` counts the separators that end it. A line belongs to the record before it while a quote
    is open.
    """
    lines = _body(file)
    has_quote = _has_quote(file)
    count = pl.UInt32
    plain = lines.filter(~has_quote).select(
        "line",
        blank=LINE.str.strip_chars(f" \t\r{file.delimiter}") == "",
        quotes=pl.lit(0, count),
        # Without a quote of its own a line inside a quoted cell has no separator that counts.
        open=pl.lit(0, count),
        closed=_separators(LINE, file),
        tail=_tail(file),
    )
    quoted = lines.filter(has_quote).select(
        "line",
        blank=_is_blank(file),
        quotes=_quotes(file),
        open=_separators(_unquoted(file.quote + LINE, file), file),
        closed=_separators(_unquoted(LINE, file), file),
        tail=_tail(file),
    )
    parted = pl.concat([plain, quoted]).collect(engine="streaming").sort("line")
    inside = (pl.col("quotes").cum_sum() - pl.col("quotes")) % 2 == 1
    return (
        parted.with_columns(inside=inside)
        .with_columns(
            separators=pl.when("inside").then("open").otherwise("closed"),
            record=(~pl.col("inside")).cum_sum(),
        )
        .group_by("record", maintain_order=True)
        .agg(
            pl.col("line").first(),
            (pl.col("separators").sum() + 1).cast(pl.Int64).alias("cells"),
            (pl.col("blank").first() & (pl.len() == 1)).alias("blank"),
            pl.col("tail").last().cast(pl.Int64),
        )
        .with_row_index(ROW)
        .drop("record")
    )


def irregular(file: TextFile) -> pl.DataFrame:
    """The records that do not have a cell for each header. Columns as of ``records``."""
    return records(file).filter((pl.col("cells") != len(file.header)) | pl.col("blank"))


def texts(file: TextFile, lines: pl.Series) -> pl.DataFrame:
    """``line`` and ``text`` of these lines."""
    return _body(file).filter(pl.col("line").is_in(lines.implode())).collect(engine="streaming")


def ndjson_keys(file: TextFile) -> tuple[str, ...]:
    """The keys of the records of an NDJSON file, in order of appearance.

    In a long file a key that only occurs inside of other values may be among them; it stays empty.
    Raises CxtoolError where no line is a JSON object.
    """
    keys: dict[str, None] = {}
    lines = 0
    with file.path.open(encoding="utf-8", errors="replace") as stream:
        for line in islice(stream, SURVEYED_LINES):
            lines += 1
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                keys.update(dict.fromkeys(record))
    if not keys:
        raise CxtoolError(
            f"{file.name}: no JSON objects, one to a line, were found",
            hint="jq -c '.[]' writes an array so",
        )
    if lines == SURVEYED_LINES:
        found = LINE.str.extract_all(KEY).list.explode().str.extract(KEY).unique()
        later = _body(file).select(found).collect(engine="streaming")["text"].drop_nulls()
        keys.update(dict.fromkeys(sorted(key.strip('"') for key in later if "\\" not in key)))
    return tuple(key for key in keys if key)


def ndjson_lines(file: TextFile) -> pl.DataFrame:
    """``ROW`` and ``line`` of each record of an NDJSON file; blank lines are no records."""
    lines = _body(file).filter(LINE.str.strip_chars() != "").select("line")
    return lines.collect(engine="streaming").sort("line").with_row_index(ROW)


def _body(file: TextFile) -> pl.LazyFrame:
    lines = pl.scan_lines(
        file.path, name="text", row_index_name="line", row_index_offset=1, glob=False
    )
    return lines.filter(pl.col("line") >= file.body_line)


def _unquoted(text: pl.Expr, file: TextFile) -> pl.Expr:
    """The line without the contents of quoted cells. A quote within an unquoted cell is text."""
    if not file.quote:
        return text
    before, quote = re.escape(file.delimiter), re.escape(file.quote)
    inside = f"{quote}(?:[^{quote}]|{quote}{quote})*(?:{quote}|$)"
    return text.str.replace_all(f"(^|{before}){inside}", "$1")


def _has_quote(file: TextFile) -> pl.Expr:
    return LINE.str.contains(file.quote, literal=True) if file.quote else pl.lit(False)


def _quotes(file: TextFile) -> pl.Expr:
    if not file.quote:
        return pl.lit(0, pl.UInt32)
    return LINE.str.count_matches(file.quote, literal=True)


def _separators(text: pl.Expr, file: TextFile) -> pl.Expr:
    return text.str.count_matches(file.delimiter, literal=True)


def _tail(file: TextFile) -> pl.Expr:
    text = LINE.str.strip_chars_end("\r")
    return text.str.len_bytes() - text.str.strip_chars_end(file.delimiter).str.len_bytes()


def _is_blank(file: TextFile) -> pl.Expr:
    """Whether all cells of a line are empty, some of them quoted."""
    between, cell = re.escape(file.delimiter), rf"\s*(?:{re.escape(file.quote * 2)})?\s*"
    return LINE.str.contains(f"^{cell}(?:{between}{cell})*$")
