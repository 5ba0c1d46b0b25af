"""Which row rules a row of a file may break at all, told by a few values of each column.

Judging every row by every rule costs more than the rest of a survey, and mostly finds nothing. What
lies between the least and the greatest number or time is judged as they are; of texts with few
values, each tells; of ids, those that are written unlike one. The rules that these break, and those
about which they say nothing, are left to be judged row by row.
"""

from __future__ import annotations

import polars as pl
from msgspec import Struct

from cxtool.exports.convert import clean
from cxtool.exports.mapped import LOWERED, MappedTable
from cxtool.exports.rules import flags
from cxtool.schema import DIRECTIONS, Type

TELLING_N = 1_000  # values of a text; where there are more, rows are judged
# What sorts before the one, or not before the other, may begin with a blank.
FIRST_LETTER, BEYOND_ASCII = "!", "\x7f"


class Doubts(Struct, frozen=True):
    """What rows of one file may hold: codes of rules to break, and an unknown direction.

    ``rules`` has each that a row does break, and few others.
    """

    rules: frozenset[int]
    directions: bool


def doubts(part: MappedTable, *, window: tuple[int, int] | None = None) -> Doubts:
    """What rows of a file may hold, those outside of the window (epoch ms) perhaps left out."""
    if part.is_proven:
        return Doubts(frozenset(part.judged or ()), directions=False)
    judged = flags(part.rules, part.cells, part.settings)
    if part.raw.text is not None:  # which would be parsed once more
        return Doubts(frozenset(judged), directions=True)
    names = dict.fromkeys(
        [*(part.rules[code].column for code in judged), *({"direction"} & part.given)]
    )
    asked = {name: telling for name in names if (telling := _telling(part, name)) is not None}
    told: dict[str, pl.Series] = {}
    if asked:
        aggregates = [telling.alias(name) for name, telling in asked.items()]
        row = part.within(window).select(aggregates).collect(engine="streaming")
        told = {name: row[name].item().alias(_source(part, name)) for name in asked}
    directions = told.get("direction")
    return Doubts(
        frozenset(
            code
            for code, flag in judged.items()
            if _may_break(told.get(part.rules[code].column), flag)
        ),
        directions="direction" in part.given
        and _may_break(directions, unknown_direction(part.cells["direction"].read)),
    )


def unknown_direction(direction: pl.Expr) -> pl.Expr:
    """Whether a direction is none that is known."""
    return direction.is_in(DIRECTIONS).fill_null(False).not_()


def _telling(part: MappedTable, name: str) -> pl.Expr | None:
    """A list of the values of one column that tell about all; None where only all of them do."""
    cell, source = part.cells[name], _source(part, name)
    if source is None:
        return None
    values = pl.col(source)
    if cell.ordered:
        # Not a number is no value, which only rules about missing ones would have to know.
        if part.raw.schema[source].is_float() and name in part.table.required:
            return None
        least = values.min()
        missing = pl.when(values.null_count() == 0).then(least)
        return pl.concat_list(least, values.max(), missing)
    if part.raw.schema[source] != pl.String:
        return None
    if name in LOWERED:
        return values.unique().head(TELLING_N).implode()
    if part.table.field(name).type is Type.STR and cell.raw.meta.eq(clean(source)):
        odd = values.is_null() | (values < FIRST_LETTER) | (values >= BEYOND_ASCII)
        return values.filter(odd | _may_be_shortened(values)).head(TELLING_N).implode()
    return None


def _source(part: MappedTable, name: str) -> str | None:
    """The one column of the file that a canonical column is read from; None for several."""
    roots = set(part.cells[name].raw.meta.root_names())
    return roots.pop() if len(roots) == 1 else None


def _may_be_shortened(text: pl.Expr) -> pl.Expr:
    return text.str.contains("+", literal=True)


def _may_break(values: pl.Series | None, flag: pl.Expr) -> bool:
    if values is None or len(values) == TELLING_N:
        return True
    if set(flag.meta.root_names()) != {values.name}:
        return True
    return bool(values.to_frame().select(flag.any()).item())
