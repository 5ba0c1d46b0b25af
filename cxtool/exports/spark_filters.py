"""``--where`` on Spark: what ``filters`` says of conditions, in Spark's own expressions.

Patterns are those of Java, which read the usual ones as Rust does.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any

import polars as pl
from pyspark.sql import functions as sf
from pyspark.sql import types as st

from cxtool.exports.filters import (
    A_DATE,
    DURATIONS,
    asks_unknown,
    is_number,
    moment_of,
    number,
    truth,
)
from cxtool.exports.grammar import Condition, compared
from cxtool.exports.mapped import LOWERED
from cxtool.exports.times import to_instant
from cxtool.units import parse_duration

if TYPE_CHECKING:
    from pyspark.sql import Column

Rows = Any  # a DataFrame of either kind of session


def kept(condition: Condition, rows: Rows, name: str, time_zone: str) -> Rows:
    """The rows that fit. ValueError for a value that the column cannot be."""
    kind, column = rows.schema[name].dataType, sf.col(name)
    if isinstance(kind, st.ArrayType):
        found = sf.exists(
            column, lambda item: _matches(condition, item, kind.elementType, time_zone)
        )
        if asks_unknown(condition):
            found = found | column.isNull() | (sf.size(column) == 0)
    else:
        found = _matches(condition, column, kind, time_zone)
    found = sf.coalesce(found, sf.lit(False))
    return rows.filter(~found if condition.op == "!=" else found)


def _matches(condition: Condition, column: Column, kind: st.DataType, time_zone: str) -> Column:
    if condition.op == "~":
        try:
            re.compile(condition.value)
        except re.error:
            raise ValueError("not a pattern") from None
        return column.cast("string").rlike(condition.value)
    op = "=" if condition.op in ("!=", "in") else condition.op
    found = [
        _compared(condition, op, column, kind, value, time_zone)
        for value in condition.values
        if value or not asks_unknown(condition)
    ]
    if asks_unknown(condition):
        found.append(column.isNull())
    return reduce(lambda left, right: left | right, found)


def _compared(
    condition: Condition,
    op: str,
    column: Column,
    kind: st.DataType,
    value: str,
    time_zone: str,
) -> Column:
    left, right = column, sf.lit(value)
    if isinstance(kind, st.TimestampType):
        left, right = _times(column, value, time_zone)
    elif isinstance(kind, st.BooleanType):
        right = sf.lit(truth(value))
    elif isinstance(kind, st.NumericType) and condition.column in DURATIONS:
        right = sf.lit(parse_duration(value) * 1000)
    elif isinstance(kind, st.NumericType):
        right = sf.lit(number(value))
    elif not isinstance(kind, st.StringType):
        raise ValueError(f"a column of {kind.simpleString()} has nothing to compare")
    elif op != "=" and is_number(value):
        left, right = column.try_cast("double"), sf.lit(float(value))
    elif condition.column in LOWERED:
        right = sf.lit(value.lower())
    return compared(op, left, right)


def _times(column: Column, value: str, time_zone: str) -> tuple[Column, Column]:
    """Both sides: local days for a date, instants for a moment."""
    moment = moment_of(value)
    if A_DATE.fullmatch(value):
        return sf.to_date(sf.from_utc_timestamp(column, time_zone)), sf.lit(moment.date())
    asked = pl.lit(moment).cast(pl.Datetime("us", "UTC" if moment.tzinfo else None))
    instant = asked if moment.tzinfo else to_instant(asked, time_zone)
    (microseconds,) = pl.select(instant.dt.epoch("us")).row(0)
    return column, sf.timestamp_micros(sf.lit(microseconds))
