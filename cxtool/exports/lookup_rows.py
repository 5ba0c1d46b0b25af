"""The rows of a table that hold certain ids, read without judging, or reading, all others.

Parquet is read in two steps: the columns of the ids from end to end, then the whole rows, of which
only the groups are read that hold some. What is found stays in memory under the same mapping, so
that all that judges and fills rows works on it as on a whole table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce

import polars as pl

from cxtool.exports.convert import WHITESPACE
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import MappedTable
from cxtool.exports.readings import Readings
from cxtool.exports.scan import scan_all

Ids = Mapping[str, Collection[str]]  # canonical column -> values


def holding(export: Readings, table: str, ids: Ids) -> list[MappedTable]:
    """The parts of a table with only the rows in which one of the columns holds one of its ids."""
    return export.read(table, lambda parts: [_narrowed(part, ids) for part in parts])


def rows_of(parts: Sequence[MappedTable], columns: Sequence[str], time_zone: str) -> pl.LazyFrame:
    """These columns of the parts, not judged; a column that the export lacks is null."""
    frame = scan_all(parts, time_zone=time_zone)
    given = frozenset().union(*(part.given for part in parts))
    return frame.select(
        pl.col(name) if name in given else pl.lit(None, pl.String).alias(name) for name in columns
    )


def _narrowed(part: MappedTable, ids: Ids) -> MappedTable:
    frame, kept = part.raw.frame, _holds(part, ids)
    if part.raw.text is None:
        numbers = frame.filter(kept).select(ROW).collect(engine="streaming")[ROW]
        # As plain numbers, which the scan holds against each group; it does not so with a series.
        kept = pl.col(ROW).is_in(numbers.to_list())
    found = frame.filter(kept).collect(engine="streaming").sort(ROW)
    return replace(part, raw=replace(part.raw, frame=found.lazy()), as_text=None)


def _holds(part: MappedTable, ids: Ids) -> pl.Expr:
    found = [_among(part, name, values) for name, values in ids.items() if name in part.cells]
    return reduce(lambda one, other: one | other, found, pl.lit(False))


def _among(part: MappedTable, name: str, values: Collection[str]) -> pl.Expr:
    """Whether a column holds one of the values; by its bare text where that says the same."""
    wanted = pl.Series(sorted(values), dtype=pl.String).implode()
    maps = part.feed.columns[name]
    source = maps[0].source[0] if len(maps) == 1 and maps[0].source else None
    is_bare = (
        source is not None
        and part.raw.schema[source] == pl.String
        and not maps[0].rewrites
        and not maps[0].when
        and not maps[0].only_when
    )
    if source is None or not is_bare:
        return part.cells[name].read.is_in(wanted).fill_null(False)
    return pl.col(source).str.strip_chars(WHITESPACE).is_in(wanted).fill_null(False)
