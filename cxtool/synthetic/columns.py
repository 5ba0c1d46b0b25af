"""From numpy columns to typed Polars columns: codes become words, -1 becomes null.

Datetimes are UTC with microseconds, durations floating-point seconds, lists lists of text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from cxtool.schema import TABLES, Type
from cxtool.synthetic.plan import Bools, Ints

TYPES: dict[Type, pl.DataType] = {
    Type.STR: pl.String(),
    Type.DATETIME: pl.Datetime("us", "UTC"),
    Type.SECONDS: pl.Float64(),
    Type.BOOL: pl.Boolean(),
    Type.LIST: pl.List(pl.String()),
    Type.INT: pl.Int64(),
    Type.FLOAT: pl.Float64(),
}


def schema_of(table: str) -> dict[str, pl.DataType]:
    """The Polars type of each canonical column."""
    return {field.name: TYPES[field.type] for field in TABLES[table].fields}


def canonical(table: str, columns: dict[str, pl.Series]) -> pl.DataFrame:
    """The table's frame: exactly its columns, in order and typed."""
    schema = schema_of(table)
    if set(columns) != set(schema):
        raise ValueError(f"{table}: columns differ: {sorted(set(columns) ^ set(schema))}")
    return pl.DataFrame([columns[name].alias(name).cast(kind) for name, kind in schema.items()])


def lookup(values: Sequence[str | tuple[str, ...] | None]) -> pl.Series:
    """A table of words for ``take``; its last entry is null."""
    items = [list(value) if isinstance(value, tuple) else value for value in values]
    return pl.Series([*items, None])


def take(words: pl.Series, codes: Ints) -> pl.Series:
    """The word of each code; -1 gives null.

    >>> take(lookup(["a", "b"]), np.array([1, -1])).to_list()
    ['b', None]
    """
    return words.gather(np.where(codes < 0, len(words) - 1, codes))


def numbers(values: Ints) -> pl.Series:
    """Whole numbers; -1 gives null."""
    series = pl.Series("value", values)
    return series.to_frame().select(pl.when(pl.col("value") >= 0).then("value"))["value"]


def times(epoch_s: Ints) -> pl.Series:
    """UTC instants; -1 gives null."""
    return (numbers(epoch_s) * 1_000_000).cast(TYPES[Type.DATETIME])


def flags(values: Ints) -> pl.Series:
    """Booleans of 1 and 0; -1 gives null."""
    return numbers(values).cast(pl.Boolean)


def ids(prefix: str, values: Ints, width: int) -> pl.Series:
    """Ids such as ``C0000000042``; -1 gives null."""
    text = pl.col("value").cast(pl.String).str.zfill(width)
    return numbers(values).to_frame().select(pl.concat_str(pl.lit(prefix), text))["literal"]


def unless(hidden: Bools, words: pl.Series) -> pl.Series:
    """The words, null where hidden."""
    frame = pl.DataFrame([words.alias("word"), pl.Series("hidden", hidden)])
    return frame.select(pl.when(~pl.col("hidden")).then("word"))["word"]
