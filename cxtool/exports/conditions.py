"""``COLUMN OP VALUE`` over the file's own columns: the ``where`` and ``when`` of profiles.

Values are compared as they stand in the file, trimmed; with ``<`` ``<=`` ``>`` ``>=`` as numbers
where the condition names one. A list matches when any of its elements does. A column that the file
lacks is empty in every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import polars as pl

from cxtool.exports.grammar import Condition, compared, parse_where


def columns_of(conditions: Iterable[str]) -> list[str]:
    """The columns that conditions ask for."""
    return [parse_where(text).column for text in conditions]


def holds(conditions: Sequence[str], schema: pl.Schema) -> pl.Expr:
    """Whether all conditions hold, never null."""
    found = (_holds(parse_where(text), schema) for text in conditions)
    return reduce(lambda one, other: one & other, found, pl.lit(True))


def _holds(condition: Condition, schema: pl.Schema) -> pl.Expr:
    dtype = schema.get(condition.column, pl.Null())
    if isinstance(dtype, (pl.List, pl.Array)):
        items = pl.col(condition.column).cast(pl.List(pl.String))
        found = items.list.eval(_matches(condition, pl.element())).list.any()
        if "" in condition.values:
            found = found | items.is_null() | (items.list.len() == 0)
    elif condition.column in schema:
        text = pl.col(condition.column).cast(pl.String).str.strip_chars()
        found = _matches(condition, pl.when(text != "").then(text))
    else:
        found = _matches(condition, pl.lit(None, pl.String))
    found = found.fill_null(False)
    return found.not_() if condition.op == "!=" else found


def _matches(condition: Condition, text: pl.Expr) -> pl.Expr:
    """Whether a text is as asked, ``!=`` being asked as ``=``; an empty value asks for null."""
    if condition.op == "~":
        return text.str.contains(condition.value)
    if condition.op in ("=", "!=", "in"):
        same = text.is_in([value for value in condition.values if value])
        return same | text.is_null() if "" in condition.values else same
    try:
        left, right = text.cast(pl.Float64, strict=False), pl.lit(float(condition.value))
    except ValueError:
        left, right = text, pl.lit(condition.value)
    return compared(condition.op, left, right)
