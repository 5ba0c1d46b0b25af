"""One typed column of a Parquet file as a canonical column; text goes through ``convert``."""

from __future__ import annotations

import polars as pl

from cxtool.exports.convert import POLARS_TYPES, UNIT_MS, whole
from cxtool.exports.profile_form import ColumnMap
from cxtool.exports.times import to_instant, within_calendar
from cxtool.schema import Type

# Reading these can fail: a number may be no whole number, or neither 0 nor 1.
FROM_NUMBERS = frozenset({Type.SECONDS, Type.BOOL, Type.INT, Type.FLOAT})


def typed_value(name: str, dtype: pl.DataType) -> pl.Expr:
    """The column without the distinctions that text does not make: NaN is null."""
    column = pl.col(name)
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    return column.fill_nan(None) if dtype.is_float() else column


def can_fail(dtype: pl.DataType, kind: Type) -> bool:
    """Whether a value of this type may have no meaning as the canonical type."""
    return (dtype.is_numeric() and kind in FROM_NUMBERS) or kind is Type.DATETIME


def in_order(dtype: pl.DataType, kind: Type) -> bool:
    """Whether greater values have a greater meaning, so that none between two of them has none."""
    if kind in (Type.SECONDS, Type.FLOAT):
        return dtype.is_numeric()
    if kind is Type.INT:
        return dtype.is_integer()
    return kind is Type.DATETIME and dtype.is_temporal()


def local_times(value: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """Times without a zone, None where the column holds none."""
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        return value.dt.cast_time_unit("us")
    return value.cast(pl.Datetime("us")) if dtype == pl.Date else None


def as_written(name: str, dtype: pl.DataType, kind: Type) -> pl.Expr | None:
    """A column that cxtool wrote as the canonical type, None where it writes another type."""
    column = pl.col(name)
    if kind is Type.SECONDS:
        return (column * UNIT_MS["s"]).round().cast(pl.Int64) if dtype == pl.Float64 else None
    return column if dtype == POLARS_TYPES[kind] else None


def from_typed(
    value: pl.Expr, dtype: pl.DataType, kind: Type, source: ColumnMap, *, time_zone: str
) -> pl.Expr | None:
    """A typed column as the canonical type, None where the types have nothing in common."""
    if dtype == pl.Null:
        return pl.lit(None, dtype=POLARS_TYPES[kind])
    if dtype.is_numeric() and kind is not Type.LIST:
        return _from_number(value, dtype, kind, source)
    return _from_other(value, dtype, kind, time_zone)


def _from_number(
    value: pl.Expr, dtype: pl.DataType, kind: Type, source: ColumnMap
) -> pl.Expr | None:
    number = value.cast(pl.Float64)
    match kind:
        case Type.STR if dtype.is_integer():
            return value.cast(pl.String)
        case Type.STR if isinstance(dtype, pl.Decimal):
            return value.cast(pl.String).str.replace(r"\.0+$", "")
        case Type.STR:
            # Ids become floats where a program kept unknown ones among them.
            return pl.coalesce(whole(number).cast(pl.String), value.cast(pl.String))
        case Type.SECONDS:
            return (number * UNIT_MS[source.unit]).round().cast(pl.Int64, strict=False)
        case Type.BOOL:
            return pl.when(value == 1).then(True).when(value == 0).then(False)
        case Type.INT:
            return value.cast(pl.Int64, strict=False) if dtype.is_integer() else whole(number)
        case Type.FLOAT:
            return pl.when(number.is_finite()).then(number)
    return None


def _from_other(value: pl.Expr, dtype: pl.DataType, kind: Type, time_zone: str) -> pl.Expr | None:
    match kind:
        case Type.STR if dtype == pl.Boolean or dtype.is_temporal():
            return value.cast(pl.String)
        case Type.STR if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum)):
            return value
        case Type.DATETIME if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            return within_calendar(value.dt.cast_time_unit("us").dt.convert_time_zone("UTC"))
        case Type.DATETIME:
            local = local_times(value, dtype)
            return None if local is None else within_calendar(to_instant(local, time_zone))
        case Type.SECONDS if isinstance(dtype, pl.Duration):
            return value.dt.total_milliseconds()
        case Type.SECONDS if dtype == pl.Time:
            return value.cast(pl.Int64) // 1_000_000
        case Type.BOOL if dtype == pl.Boolean:
            return value
        case Type.LIST if isinstance(dtype, (pl.List, pl.Array)) and not dtype.inner.is_nested():
            return value.cast(pl.List(pl.String)).list.drop_nulls()
    return None
