"""Which lines of a CSV file make up each record, and which records are blank or too short.

The fast scan fills a short record with empty cells and gives a blank line as a record, both in
silence. Counting separators outside quotes, line by line, finds them without reading any cell.
"""

from __future__ import annotations

import polars as pl

from cxtool.exports.text import TextFile

ROW = "__row"
QUOTED = r'"[^"]*(?:"|$)'
LINE = pl.col("text")


def records(file: TextFile) -> pl.DataFrame:
    """``ROW``, the ``line`` on which each record begins, its ``cells``, whether it is ``blank``.

    A line belongs to the record before it while a quote is open.
    """
    lines = _body(file)
    has_quote = LINE.str.contains('"', literal=True)
    count = pl.UInt32
    plain = lines.filter(~has_quote).select(
        "line",
        blank=LINE.str.strip_chars() == "",
        quotes=pl.lit(0, count),
        # Without a quote of its own a line inside a quoted cell has no separator that counts.
        open=pl.lit(0, count),
        closed=_separators(LINE, file),
    )
    quoted = lines.filter(has_quote).select(
        "line",
        blank=pl.lit(False),
        quotes=LINE.str.count_matches('"', literal=True),
        open=_separators(('"' + LINE).str.replace_all(QUOTED, ""), file),
        closed=_separators(LINE.str.replace_all(QUOTED, ""), file),
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
        )
        .with_row_index(ROW)
        .drop("record")
    )


def irregular(file: TextFile) -> pl.DataFrame | None:
    """The records that do not have a cell for each header, or None where all do.

    Columns as of ``records``.
    """
    separators = _separators(LINE, file)
    least, most = (
        _body(file)
        .select(separators.min().alias("least"), separators.max().alias("most"))
        .collect(engine="streaming")
        .row(0)
    )
    if least == most == len(file.header) - 1 and least > 0:
        return None
    found = records(file).filter((pl.col("cells") != len(file.header)) | pl.col("blank"))
    return None if found.is_empty() else found


def texts(file: TextFile, lines: pl.Series) -> pl.DataFrame:
    """``line`` and ``text`` of these lines."""
    return _body(file).filter(pl.col("line").is_in(lines.implode())).collect(engine="streaming")


def ndjson_lines(file: TextFile) -> pl.DataFrame:
    """``ROW`` and ``line`` of each record of an NDJSON file; blank lines are no records."""
    lines = _body(file).filter(LINE.str.strip_chars() != "").select("line")
    return lines.collect(engine="streaming").sort("line").with_row_index(ROW)


def _body(file: TextFile) -> pl.LazyFrame:
    lines = pl.scan_lines(
        file.path, name="text", row_index_name="line", row_index_offset=1, glob=False
    )
    return lines.filter(pl.col("line") >= file.body_line)


def _separators(text: pl.Expr, file: TextFile) -> pl.Expr:
    return text.str.count_matches(file.delimiter, literal=True)
