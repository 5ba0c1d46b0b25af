"""One canonical column from all its maps: row by row, the first that gives a value.

``cells`` reads what one column of the file says; here is what needs more than that column: times to
take from each other, conditions, and several maps.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from cxtool.exports.cells import Cell, cell
from cxtool.exports.conditions import holds
from cxtool.exports.profile_form import ColumnMap
from cxtool.exports.raw import RawTable
from cxtool.schema import Field, Type


def column(
    raw: RawTable,
    maps: Sequence[ColumnMap],
    field: Field,
    *,
    time_zone: str,
    general: bool = False,
) -> Cell:
    """The canonical column that maps make of a file. Raises like ``cell``."""
    made = [_one(raw, part, field, time_zone=time_zone, general=general) for part in maps]
    return made[0] if len(made) == 1 else _first_given(made)


def _one(raw: RawTable, mapping: ColumnMap, field: Field, *, time_zone: str, general: bool) -> Cell:
    if mapping.between:
        made = _between(raw, mapping, time_zone=time_zone, general=general)
    else:
        made = cell(raw, mapping, field, time_zone=time_zone, general=general)
    if mapping.minus:
        made = replace(made, read=(made.read - mapping.minus).clip(lower_bound=0))
    if mapping.when:
        made = _under(made, holds(mapping.when, raw.schema))
    return made


def _between(raw: RawTable, mapping: ColumnMap, *, time_zone: str, general: bool) -> Cell:
    """Milliseconds from one time of the row to another; null where either is empty."""
    start, end = (
        cell(
            raw,
            replace(mapping, source=[name], between=[]),
            Field(name, Type.DATETIME),
            time_zone=time_zone,
            general=general,
        )
        for name in mapping.between
    )
    words = [part.raw.cast(pl.String) for part in (start, end)]
    return Cell(
        raw=pl.concat_str(words, separator=" to "),
        read=(end.read - start.read).dt.total_milliseconds(),
        fails=True,
        clock=_coalesced([start.clock, end.clock]),
    )


def _under(made: Cell, condition: pl.Expr) -> Cell:
    return Cell(
        raw=pl.when(condition).then(made.raw),
        read=pl.when(condition).then(made.read),
        fails=condition & made.fails if isinstance(made.fails, pl.Expr) else made.fails,
        clock=None if made.clock is None else pl.when(condition).then(made.clock),
    )


def _first_given(made: Sequence[Cell]) -> Cell:
    """The first cell that is not empty; one that cannot be read is not passed over."""
    read, fails, clock = made[-1].read, made[-1].unread, made[-1].clock
    for part in reversed(made[:-1]):
        given = part.raw.is_not_null()
        read = pl.when(given).then(part.read).otherwise(read)
        fails = _either(given, part.unread, fails)
        clock = _either(given, part.clock, clock)
    raw = pl.coalesce([part.raw.cast(pl.String) for part in made])
    return Cell(raw=raw, read=read, fails=False if fails is None else fails, clock=clock)


def _either(given: pl.Expr, one: pl.Expr | None, other: pl.Expr | None) -> pl.Expr | None:
    if one is None and other is None:
        return None
    own, others = (pl.lit(None) if part is None else part for part in (one, other))
    return pl.when(given).then(own).otherwise(others)


def _coalesced(clocks: Sequence[pl.Expr | None]) -> pl.Expr | None:
    known = [clock for clock in clocks if clock is not None]
    return pl.coalesce(known) if known else None
