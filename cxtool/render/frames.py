"""The rows that every format starts from: no NaN, times in the report's zone, plain column types.

A naive time is read as UTC, which is how metrics hold instants.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

ISO_DATETIME = "%Y-%m-%dT%H:%M:%S%.f%:z"


def plain(rows: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """The rows with every not finite number null, and times in ``time_zone``.

    Categories become text, durations seconds, times of day and structs text.

    >>> plain(pl.DataFrame({"a_pct": [50.0, float("nan")]}), "UTC")["a_pct"].to_list()
    [50.0, None]
    """
    return rows.select(
        _plain(pl.col(name), dtype, time_zone) for name, dtype in rows.schema.items()
    )


def iso_times(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with dates and times as ISO 8601 text, times with their offset."""
    return rows.with_columns(
        cs.datetime().dt.to_string(ISO_DATETIME), cs.date().dt.to_string("%Y-%m-%d")
    )


def _plain(column: pl.Expr, dtype: pl.DataType, time_zone: str) -> pl.Expr:
    match dtype:
        case pl.Float32() | pl.Float64():
            return pl.when(column.is_finite()).then(column)
        case pl.Datetime(time_zone=None):
            return column.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
        case pl.Datetime():
            return column.dt.convert_time_zone(time_zone)
        case pl.Duration():
            return column.dt.total_microseconds() / 1_000_000
        case pl.Decimal():
            return column.cast(pl.Float64)
        case pl.Categorical() | pl.Enum() | pl.Time():
            return column.cast(pl.String)
        case pl.Struct():
            return column.struct.json_encode()
        case pl.List(inner=inner) if inner.is_float():
            element = pl.element()
            return column.list.eval(pl.when(element.is_finite()).then(element))
        case _:
            return column
