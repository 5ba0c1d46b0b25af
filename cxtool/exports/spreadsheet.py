"""What spreadsheets do to text that passes through them: formulas defused, long numbers shortened.

An apostrophe before what a spreadsheet would run as a formula keeps it from running; it is no part
of the value. A number of more than eleven digits is shown, and saved as text, as ``7.24E+11``: the
other digits are lost, and different ids become the same.
"""

from __future__ import annotations

import re

import polars as pl

# One apostrophe of several: texts that begin with one of their own are guarded by another.
GUARDED = r"^'('*[=+\-@\t\r\n＝＋－＠])"
SHORTENED = r"^[+-]?\d(?:[.,]\d+)?[eE]\+\d+$"
LONG_NUMBER = r"^-?\d{16,}$"
SHOWN_DIGITS = 15
# From here on, a float may have been one of several whole numbers.
EXACT_FLOAT = 2.0**53
EXACT: dict[pl.DataType, float] = {pl.Float32(): 2.0**24, pl.Float64(): EXACT_FLOAT}


def unguarded(text: pl.Expr) -> pl.Expr:
    """Text without the apostrophe that keeps a spreadsheet from running it.

    >>> cells = pl.DataFrame({"text": ["'+48123", "'=A1", "'tis", "-5", "''@x"]})
    >>> cells.select(unguarded(pl.col("text")))["text"].to_list()
    ['+48123', '=A1', "'tis", '-5', "'@x"]
    """
    # Without an apostrophe in sight the pattern is not looked for at all.
    removed = text.str.replace(GUARDED, "$1")
    return pl.when(text.str.starts_with("'")).then(removed).otherwise(text).name.keep()


def unguarded_name(name: str) -> str:
    """The name of a column without such an apostrophe."""
    return re.sub(GUARDED, r"\1", name)


def shortened(text: pl.Expr) -> pl.Expr:
    """Whether a text is a number as a spreadsheet shortens it.

    >>> cells = pl.DataFrame({"id": ["7.24E+11", "7,24E+11", "1e+16", "724E11", "1E5", "C-7E+11"]})
    >>> cells.filter(shortened(pl.col("id")))["id"].to_list()
    ['7.24E+11', '7,24E+11', '1e+16']
    """
    return text.str.contains(SHORTENED)


def inexact(number: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """Whether a number is too large to have kept all its digits; None for types that keep them."""
    limit = EXACT.get(dtype)
    return None if limit is None else number.abs() >= limit


def as_shown(digits: pl.Expr) -> pl.Expr:
    """A whole number's digits as a spreadsheet shows a number too long for it.

    >>> pl.select(as_shown(pl.lit("12345678901234569216"))).item()
    '1.23456789012345E+19'
    """
    size = digits.str.strip_prefix("-")
    sign = pl.when(digits.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    first, others = size.str.slice(0, 1), size.str.slice(1, SHOWN_DIGITS - 1)
    return pl.format("{}{}.{}E+{}", sign, first, others, size.str.len_chars() - 1)
