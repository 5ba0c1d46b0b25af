"""``--where 'COLUMN OP VALUE'``: conditions on the rows of a table.

``=`` ``!=`` ``<`` ``<=`` ``>`` ``>=`` compare, ``in`` takes values parted by commas, ``~`` searches
for a regular expression. An empty value stands for unknown: ``queue =`` keeps rows without a queue.
``!=`` keeps all that ``=`` does not; nothing else keeps rows whose value is unknown. Lists match
when any element does. Durations may be written ``600``, ``10m``, ``0:10:00``; times as a date (the
whole day) or a date and time, in the report's zone.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import date, datetime

import polars as pl

from cxtool.errors import UsageError, nearest
from cxtool.exports.convert import FALSE, TRUE
from cxtool.exports.grammar import Condition, compared
from cxtool.exports.mapped import LOWERED, frame_name
from cxtool.exports.native import as_frame
from cxtool.exports.times import local_time, to_instant
from cxtool.schema import TABLES, Type
from cxtool.tables import Frame
from cxtool.units import parse_duration

DURATIONS = frozenset(
    field.name for table in TABLES.values() for field in table.fields if field.type is Type.SECONDS
)
A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def known(condition: Condition, frame: Frame, table: str) -> bool:
    """Whether the frame has the condition's column."""
    return column_of(condition, table) in frame.collect_schema()


def unknown_column(condition: Condition, names: list[str]) -> UsageError:
    """The error for a column that no table has."""
    guess = nearest(condition.column, names)
    return UsageError(
        f"--where '{condition.text}': no column '{condition.column}'"
        + (f"; did you mean '{guess}'?" if guess else ""),
        hint="columns: " + ", ".join(names),
    )


def kept(condition: Condition, frame: Frame, *, table: str, time_zone: str) -> Frame:
    """The rows of a canonical frame that fit. UsageError for a value that the column cannot be."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        schema = native.collect_schema()
        asked = predicate(condition, schema, table=table, time_zone=time_zone)
        return as_frame(native.filter(asked))
    from cxtool.exports import spark_filters

    with refused(condition):
        name = column_of(condition, table)
        return as_frame(spark_filters.kept(condition, native, name, time_zone))


def predicate(condition: Condition, schema: pl.Schema, *, table: str, time_zone: str) -> pl.Expr:
    """The condition as an expression over rows. UsageError for an unfitting value."""
    name = column_of(condition, table)
    dtype = schema[name]
    with refused(condition):
        if isinstance(dtype, (pl.List, pl.Array)):
            found = _any_item(condition, pl.col(name), time_zone)
        else:
            found = _matches(condition, pl.col(name), dtype, time_zone)
    found = found.fill_null(False)
    return found.not_() if condition.op == "!=" else found


@contextlib.contextmanager
def refused(condition: Condition) -> Iterator[None]:
    """Tell which condition a value does not fit."""
    try:
        yield
    except ValueError as error:
        raise UsageError(f"--where '{condition.text}': {error}") from None


def column_of(condition: Condition, table: str) -> str:
    """The column of a canonical frame that a condition is about."""
    name = condition.column
    return frame_name(TABLES[table], name) if name in TABLES[table].names else name


def _any_item(condition: Condition, column: pl.Expr, time_zone: str) -> pl.Expr:
    items = column.cast(pl.List(pl.String))
    one = items.list.eval(_matches(condition, pl.element(), pl.String(), time_zone)).list.any()
    is_unknown = items.is_null() | (items.list.len() == 0)
    return one | is_unknown if asks_unknown(condition) else one


def asks_unknown(condition: Condition) -> bool:
    """Whether an empty value stands for unknown."""
    return condition.op in ("=", "!=", "in") and "" in condition.values


def _matches(condition: Condition, column: pl.Expr, dtype: pl.DataType, time_zone: str) -> pl.Expr:
    """Whether the value is as asked, ``!=`` being asked as ``=``. ValueError for a bad value."""
    if condition.op == "~":
        return column.cast(pl.String).str.contains(_pattern(condition.value))
    op = "=" if condition.op in ("!=", "in") else condition.op
    found = [
        _compared(condition, op, column, dtype, value, time_zone)
        for value in condition.values
        if value or not asks_unknown(condition)
    ]
    if asks_unknown(condition):
        found.append(column.is_null())
    return pl.any_horizontal(found)


def _pattern(text: str) -> str:
    try:
        pl.select(pl.lit("").str.contains(text))
    except pl.exceptions.ComputeError:
        raise ValueError("not a pattern of the kind that Rust's regex crate reads") from None
    return text


def _compared(
    condition: Condition,
    op: str,
    column: pl.Expr,
    dtype: pl.DataType,
    value: str,
    time_zone: str,
) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        left, right = _times(column, dtype, value, time_zone)
    elif isinstance(dtype, pl.Duration):
        left, right = column.dt.total_milliseconds(), pl.lit(parse_duration(value) * 1000)
    elif dtype == pl.Boolean:
        left, right = column, pl.lit(truth(value))
    elif dtype.is_numeric() and condition.column in DURATIONS:
        left, right = column, pl.lit(parse_duration(value) * 1000)
    elif dtype.is_numeric():
        left, right = column, pl.lit(number(value))
    elif dtype.is_nested() or dtype == pl.Binary:
        raise ValueError(f"a column of {dtype} has nothing to compare")
    elif op != "=" and is_number(value):
        left, right = column.cast(pl.Float64, strict=False), pl.lit(float(value))
    else:
        text = value.lower() if condition.column in LOWERED else value
        left, right = column.cast(pl.String), pl.lit(text)
    return compared(op, left, right)


def _times(
    column: pl.Expr, dtype: pl.Datetime, value: str, time_zone: str
) -> tuple[pl.Expr, pl.Expr]:
    """Both sides: local days for a date, instants for a moment; local times stay local."""
    moment = moment_of(value)
    column = column.dt.cast_time_unit("us")
    local = column if dtype.time_zone is None else local_time(column, time_zone)
    if A_DATE.fullmatch(value):
        return local.dt.date(), pl.lit(date.fromisoformat(value))
    if moment.tzinfo is not None:
        instant = to_instant(column, time_zone) if dtype.time_zone is None else column
        return instant, pl.lit(moment)
    asked = pl.lit(moment).cast(pl.Datetime("us"))
    return (column, asked) if dtype.time_zone is None else (column, to_instant(asked, time_zone))


def moment_of(value: str) -> datetime:
    """A date or a date and time, with or without offset. ValueError for anything else."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(
            f"'{value}' is not a time, such as 2026-05-31 or 2026-05-31T10:00"
        ) from None


def truth(value: str) -> bool:
    """Yes or no, as exports write them. ValueError for anything else."""
    if value.lower() not in (*TRUE, *FALSE):
        raise ValueError(f"'{value}' is not yes or no")
    return value.lower() in TRUE


def number(value: str) -> float:
    """A number. ValueError for anything else."""
    if not is_number(value):
        raise ValueError(f"'{value}' is not a number")
    return float(value)


def is_number(value: str) -> bool:
    """Whether the text is a number."""
    try:
        float(value)
    except ValueError:
        return False
    return True
