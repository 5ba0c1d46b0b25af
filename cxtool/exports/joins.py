"""Columns from another file of the same export: users to names, organisations to companies."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxtool.exports.binding import named_like
from cxtool.exports.conditions import columns_of, holds
from cxtool.exports.convert import clean
from cxtool.exports.layout import ROW
from cxtool.exports.nested import Wanted, opened
from cxtool.exports.profile_form import Join
from cxtool.exports.raw import RawTable
from cxtool.exports.times import parse_times


def joined(rows: pl.LazyFrame, join: Join, raws: Sequence[RawTable]) -> pl.LazyFrame:
    """The rows with the join's columns, null where no row of the other file has the key."""
    found = [raw for raw in raws if named_like(raw.files[0], join.files)]
    if not found:
        nulls = {name: pl.lit(None, pl.String) for name in join.columns}
        return rows.with_columns(**nulls)
    keys = [f"__key {position}" for position in range(len(join.on))]
    there = _lookup(
        pl.concat([_rows(raw, join, keys) for raw in found], how="diagonal_relaxed"), join, keys
    )
    here = [clean(name).alias(key) for name, key in zip(join.on, keys, strict=True)]
    kept = rows.with_columns(here).drop(*join.columns, strict=False)
    return kept.join(there, on=keys, how="left").drop(keys)


def newest_last(newest: str | None, formats: Sequence[str], *, time_zone: str) -> list[pl.Expr]:
    """What to sort by so that the newest row of a key comes last; without a column, the last row.

    Values sort as times where formats are given, else as numbers, else as text.
    """
    if newest is None:
        return [pl.col(ROW)]
    text = clean(newest)
    if formats:
        return [parse_times(text, tuple(formats), time_zone), pl.col(ROW)]
    return [text.cast(pl.Float64, strict=False), text, pl.col(ROW)]


def _rows(raw: RawTable, join: Join, keys: Sequence[str]) -> pl.LazyFrame:
    """The other file's rows that count, with the keys and the columns that are asked for."""
    names = [*join.on.values(), *join.columns.values(), *columns_of(join.where)]
    names += [join.newest] if join.newest else []
    rows = opened(raw, [Wanted(name) for name in dict.fromkeys(names)], explode=join.explode)
    schema = rows.collect_schema()
    rows = rows.filter(holds(join.where, schema))
    order = newest_last(join.newest if join.newest in schema else None, (), time_zone="UTC")
    return rows.select(
        *[
            _column(name, schema).alias(key)
            for name, key in zip(join.on.values(), keys, strict=True)
        ],
        *[_column(name, schema).alias(new) for new, name in join.columns.items()],
        *[part.alias(f"__order {place}") for place, part in enumerate(order)],
        # Several files of one pattern follow each other.
        pl.lit(raw.positions[0]).alias("__file"),
    )


def _column(name: str, schema: pl.Schema) -> pl.Expr:
    return clean(name) if name in schema else pl.lit(None, pl.String)


def _lookup(rows: pl.LazyFrame, join: Join, keys: Sequence[str]) -> pl.LazyFrame:
    order = [name for name in rows.collect_schema().names() if name.startswith("__order")]
    ordered = pl.col(list(join.columns)).sort_by("__file", *order)
    if join.newest is not None:
        ordered = pl.col(list(join.columns)).sort_by(*order[:-1], "__file", order[-1]).last()
    elif join.collect:
        ordered = ordered.drop_nulls().unique(maintain_order=True)
    else:
        ordered = ordered.first()
    whole = rows.filter(pl.all_horizontal(pl.col(list(keys)).is_not_null()))
    return whole.group_by(keys).agg(ordered)
