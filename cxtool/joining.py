"""Joining frames on any engine, the way that each engine does it well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

if TYPE_CHECKING:
    from cxtool.tables import Frame


def left_join(frame: Frame, other: Frame, *, on: str) -> Frame:
    """Every row of the frame with what the other one knows of it, in order where there is one.

    ``other`` is what is held in memory. Left to itself, Polars looks at both sides to choose that
    one, and meanwhile keeps what has come of a frame, which of ten million cases is 2 GB.
    """
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        joined = native.join(other.to_native(), on=on, how="left", maintain_order="left")
        return nw.from_native(joined)
    return frame.join(other, on=on, how="left")


def beside(frame: Frame, small: pl.DataFrame) -> Frame:
    """A small Polars frame as a lazy frame of the engine that holds ``frame``, to join with."""
    if frame.implementation.is_spark_like():
        session = frame.to_native().sparkSession
        spark: Frame = nw.from_native(session.createDataFrame(small.to_arrow()))
        return spark
    return nw.from_native(small.lazy())
