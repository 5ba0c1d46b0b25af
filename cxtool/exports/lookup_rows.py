"""The rows of a table that hold certain ids, read without judging, or reading, all others.

Parquet is read in two steps: the columns of the ids from end to end, then the whole rows, of which
only the groups are read that hold some (``docs/decisions/0009-reading-one-customer.md``). What is
found stays in memory under the same mapping, so that all that judges and fills rows works on it as
on a whole table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce

import polars as pl
from msgspec.structs import replace

from cxtool.exports.convert import WHITESPACE
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import MappedTable
from cxtool.exports.readings import Readings
from cxtool.exports.scan import scan_all

APART = 8_192  # rows between two finds that may lie in different row groups
MOST_STRETCHES = 128  # each costs a comparison of every row that is read

Ids = Mapping[str, Collection[str]]  # canonical column -> values


def holding(export: Readings, table: str, ids: Ids) -> list[MappedTable]:
    """The parts of a table with only the rows in which one of the columns holds one of its ids."""
    return export.read(table, lambda parts: [_narrowed(part, ids) for part in parts])


def columns_of(export: Readings, table: str, ids: Ids, columns: Sequence[str]) -> pl.DataFrame:
    """These columns, not judged, of the rows in which one of the columns holds one of its ids.

    Nothing else is read: for a look at rows of which there may be many.
    """

    def collected(parts: Sequence[MappedTable]) -> pl.DataFrame:
        held = [
            replace(part, raw=replace(part.raw, frame=part.raw.frame.filter(_holds(part, ids))))
            for part in parts
        ]
        return rows_of(held, columns, export.time_zone).collect(engine="streaming")

    return export.read(table, collected)


def rows_of(parts: Sequence[MappedTable], columns: Sequence[str], time_zone: str) -> pl.LazyFrame:
    """These columns of the parts, not judged; a column that the export lacks is null."""
    frame = scan_all(parts, time_zone=time_zone)
    given = frozenset().union(*(part.given for part in parts))
    return frame.select(
        pl.col(name) if name in given else pl.lit(None, pl.String).alias(name) for name in columns
    )


def texts_of(
    export: Readings, table: str, column: str, *, only: Callable[[pl.Expr], pl.Expr]
) -> pl.Series:
    """The different texts of a column, of those that ``only`` lets through.

    They are trimmed last: there are far fewer of them than rows.
    """

    def collected(parts: Sequence[MappedTable]) -> pl.Series:
        known = [pl.Series(column, [], pl.String)]
        for part in parts:
            source = _bare(part, column)
            if source is not None:
                rows = part.raw.frame.select(pl.col(source).alias(column))
            else:
                rows = rows_of([part], [column], export.time_zone)
            found = rows.filter(only(pl.col(column))).unique().collect(engine="streaming")
            known.append(found[column].cast(pl.String).str.strip_chars(WHITESPACE))
        texts = pl.concat(known)
        return texts.filter(texts != "").unique()

    return export.read(table, collected)


def _narrowed(part: MappedTable, ids: Ids) -> MappedTable:
    frame, kept = part.raw.frame, _holds(part, ids)
    if part.raw.text is None:
        numbers = frame.filter(kept).select(ROW).collect(engine="streaming")[ROW]
        kept &= _near(numbers.sort())
    found = frame.filter(kept).collect(engine="streaming").sort(ROW)
    return replace(part, raw=replace(part.raw, frame=found.lazy()), as_text=None)


def _near(numbers: pl.Series) -> pl.Expr:
    """Whether a row is in a stretch of the file that holds some of these, in plain comparisons.

    The scan holds those against the rows of each group, and a long list of numbers not.
    """
    is_apart = (numbers.diff() > APART).fill_null(False)
    if is_apart.sum() >= MOST_STRETCHES:
        return pl.lit(True)
    stretches = numbers.to_frame().group_by(is_apart.cum_sum().alias("stretch"))
    ends = stretches.agg(pl.min(ROW).alias("first"), pl.max(ROW).alias("last"))
    within = [pl.col(ROW).is_between(*row) for row in ends.select("first", "last").rows()]
    return reduce(lambda one, other: one | other, within, pl.lit(False))


def _holds(part: MappedTable, ids: Ids) -> pl.Expr:
    found = [_among(part, name, values) for name, values in ids.items() if name in part.cells]
    return reduce(lambda one, other: one | other, found, pl.lit(False))


def _among(part: MappedTable, name: str, values: Collection[str]) -> pl.Expr:
    """Whether a column holds one of the values; by its bare text where that says the same."""
    wanted = pl.Series(sorted(values), dtype=pl.String).implode()
    source = _bare(part, name)
    if source is None:
        return part.cells[name].read.is_in(wanted).fill_null(False)
    return pl.col(source).str.strip_chars().is_in(wanted).fill_null(False)


def _bare(part: MappedTable, name: str) -> str | None:
    """The file's column whose text, trimmed, is what the canonical column holds; None if none."""
    maps = part.feed.columns.get(name, ())
    source = maps[0].source[0] if len(maps) == 1 and maps[0].source else None
    if source is None or part.raw.schema[source] != pl.String:
        return None
    is_bare = not (maps[0].rewrites or maps[0].when or maps[0].only_when)
    return source if is_bare else None
