"""What each engine does in its own way: times to numbers, local days.

Everything else that frames go through is written once, in Narwhals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.exports.times import local_time
from cxtool.tables import Frame


def with_epoch_ms(frame: Frame, names: Mapping[str, str]) -> Frame:
    """With each instant (second of a pair) as whole epoch milliseconds under the first name."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        return as_frame(
            native.with_columns(pl.col(at).dt.epoch("ms").alias(ms) for ms, at in names.items())
        )
    from cxtool.exports import spark_native

    return as_frame(spark_native.with_epoch_ms(native, names))


def with_local_day(frame: Frame, name: str, ms: str, time_zone: str) -> Frame:
    """With the local day number since 1970-01-01 (Int32) of epoch milliseconds as ``name``."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        day = local_time(_instant(ms), time_zone).dt.date().cast(pl.Int32)
        return as_frame(native.with_columns(day.alias(name)))
    from cxtool.exports import spark_native

    return as_frame(spark_native.with_local_day(native, name, ms, time_zone))


def with_local_second(frame: Frame, name: str, ms: str, time_zone: str) -> Frame:
    """With the local second of the day (Int32) of epoch milliseconds as ``name``."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        local = local_time(_instant(ms), time_zone)
        hour, minute, second = (
            part.cast(pl.Int32) for part in (local.dt.hour(), local.dt.minute(), local.dt.second())
        )
        return as_frame(native.with_columns((hour * 3600 + minute * 60 + second).alias(name)))
    from cxtool.exports import spark_native

    return as_frame(spark_native.with_local_second(native, name, ms, time_zone))


def _instant(ms: str) -> pl.Expr:
    return pl.col(ms).cast(pl.Datetime("ms", "UTC"))


def as_frame(native: Any) -> Frame:
    """A lazy frame of any engine."""
    frame: Frame = nw.from_native(native)
    return frame
