"""``--where 'COLUMN OP VALUE'``: conditions on the rows of a table.

``=`` ``!=`` ``<`` ``<=`` ``>`` ``>=`` compare, ``in`` takes values parted by commas, ``~`` searches
for a regular expression. An empty value stands for unknown: ``queue =`` keeps rows without a queue.
``!=`` keeps all that ``=`` does not. Lists match when any element does. Durations may be written
``600``, ``10m``, ``0:10:00``; times as a date or a date and time, in the report's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from cxtool.errors import UsageError, nearest
from cxtool.exports.mapped import frame_name
from cxtool.exports.times import local_time, to_instant
from cxtool.schema import TABLES, Table
from cxtool.units import parse_duration

PATTERN = re.compile(r"^\s*([^=!<>~]+?)\s*(=|!=|<=|>=|<|>|~|\bin\b)\s*(.*?)\s*$", re.DOTALL)
LOWERED = ("channel", "direction", "status", "sentiment")


@dataclass(frozen=True, slots=True)
class Condition:
    """One parsed ``--where``."""

    column: str
    op: str
    value: str
    text: str


def parse_where(text: str) -> Condition:
    """A condition from its text; UsageError where it has no operator."""
    match = PATTERN.match(text)
    if match is None:
        raise UsageError(
            f"--where '{text}': expected COLUMN OP VALUE",
            hint="OP is one of = != < <= > >= in ~, for example --where 'queue in Sales,Support'",
        )
    column, op, value = match.groups()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return Condition(column=column, op=op, value=value, text=text)


def known(condition: Condition, schema: pl.Schema, table: Table) -> bool:
    """Whether the frame has the condition's column."""
    return _frame_column(condition.column, table) in schema


def unknown_column(condition: Condition, names: list[str]) -> UsageError:
    """The error for a column that no table has."""
    guess = nearest(condition.column, names)
    return UsageError(
        f"--where '{condition.text}': no column '{condition.column}'"
        + (f"; did you mean '{guess}'?" if guess else ""),
        hint="columns: " + ", ".join(names),
    )


def predicate(condition: Condition, schema: pl.Schema, *, table: str, time_zone: str) -> pl.Expr:
    """The condition as an expression over a canonical frame. UsageError for an unfitting value."""
    canonical = TABLES[table]
    name = _frame_column(condition.column, canonical)
    dtype = schema[name]
    column = pl.col(name)
    if condition.op == "!=":
        return _positive(condition, column, dtype, time_zone, op="=").fill_null(False).not_()
    return _positive(condition, column, dtype, time_zone, op=condition.op).fill_null(False)


def _frame_column(name: str, table: Table) -> str:
    return frame_name(table, name) if name in table.names else name


def _positive(
    condition: Condition, column: pl.Expr, dtype: pl.DataType, time_zone: str, *, op: str
) -> pl.Expr:
    if op == "=" and condition.value == "":
        if isinstance(dtype, pl.List):
            return column.is_null() | (column.list.len() == 0)
        return column.is_null()
    if isinstance(dtype, pl.List):
        element = _compare(condition, pl.element(), pl.String(), time_zone, op=op)
        return column.list.eval(element).list.any()
    return _compare(condition, column, dtype, time_zone, op=op)


def _compare(
    condition: Condition, column: pl.Expr, dtype: pl.DataType, time_zone: str, *, op: str
) -> pl.Expr:
    if op == "~":
        try:
            re.compile(condition.value)
        except re.error as error:
            raise UsageError(f"--where '{condition.text}': not a pattern ({error})") from None
        return column.cast(pl.String).str.contains(condition.value)
    if op == "in":
        values = [value.strip() for value in condition.value.split(",")]
        same = [_compared(condition, column, dtype, time_zone, "=", value) for value in values]
        return pl.any_horizontal(same)
    return _compared(condition, column, dtype, time_zone, op, condition.value)


def _compared(
    condition: Condition, column: pl.Expr, dtype: pl.DataType, time_zone: str, op: str, value: str
) -> pl.Expr:
    try:
        if isinstance(dtype, pl.Datetime):
            return _compared_time(column, op, value, time_zone)
        if dtype == pl.Boolean:
            return _apply(op, column, pl.lit(_truth(value)))
        if dtype.is_numeric():
            number = (
                parse_duration(value) * 1000 if condition.column.endswith("_s") else float(value)
            )
            return _apply(op, column, pl.lit(number))
    except ValueError as error:
        raise UsageError(f"--where '{condition.text}': {error}") from None
    if op in ("<", "<=", ">", ">=") and _is_number(value):
        return _apply(op, column.cast(pl.Float64, strict=False), pl.lit(float(value)))
    if condition.column in LOWERED:
        value = value.lower()
    return _apply(op, column.cast(pl.String), pl.lit(value))


def _compared_time(column: pl.Expr, op: str, value: str, time_zone: str) -> pl.Expr:
    if len(value) == len("2026-05-01"):
        return _apply(
            op, local_time(column, time_zone).dt.date(), pl.lit(date.fromisoformat(value))
        )
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        return _apply(op, column, to_instant(pl.lit(moment).cast(pl.Datetime("us")), time_zone))
    return _apply(op, column, pl.lit(moment))


def _truth(value: str) -> bool:
    if value.lower() in ("true", "yes", "y", "1", "t"):
        return True
    if value.lower() in ("false", "no", "n", "0", "f"):
        return False
    raise ValueError(f"'{value}' is not yes or no")


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _apply(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match op:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right
