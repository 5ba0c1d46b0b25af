"""Mappings bound to the columns that a file really has."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cxtool.exports.profile_form import ColumnMap, HandleTime, TableMap
from cxtool.exports.sources import STDIN
from cxtool.exports.times import formats_in_order
from cxtool.schema import TABLES, Type


class Feed(Struct, frozen=True):
    """A table and, for each of its columns that the file gives, the maps that may give it.

    ``source`` of every map is one column that the file has.
    """

    table: str
    columns: dict[str, tuple[ColumnMap, ...]]
    handle_time: HandleTime | None = None


def named_like(file: str, patterns: Sequence[str]) -> bool:
    """Whether the file's name, without its folder, fits one of the patterns."""
    name = Path(file).name
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def fits(mapping: TableMap, *, file: str, columns: Collection[str]) -> bool:
    """Whether a file of this name and these columns feeds the table. What is piped has no name."""
    is_named = file == STDIN or named_like(file, mapping.files)
    return is_named and tells(mapping, columns) is not None


def tells(mapping: TableMap, columns: Collection[str]) -> int | None:
    """How many telling headers are among the columns; None where they tell another file."""
    if not all(header in columns for header in mapping.headers):
        return None
    held = [len(some) for some in mapping.headers_any if all(name in columns for name in some)]
    if mapping.headers_any and not held:
        return None
    return len(mapping.headers) + max(held, default=0)


def bound(mapping: TableMap, columns: Collection[str], *, per_row: bool = False) -> Feed:
    """The mapping over a file with these columns.

    Of several spellings the first that the file has is taken; ``per_row`` takes them all, as a
    record of JSON may have any of them.
    """
    found = {
        name: tuple(one for part in mapping.maps(name) for one in _bound(part, columns, per_row))
        for name in mapping.columns
    }
    given = {name: maps for name, maps in found.items() if maps}
    return Feed(table=mapping.table, columns=given, handle_time=mapping.handle_time)


def _bound(part: ColumnMap, columns: Collection[str], per_row: bool) -> list[ColumnMap]:
    if any(name not in columns for name in (*part.parts, *part.between, *part.only_when)):
        return []
    if not part.source:
        return [part]
    present = [name for name in part.source if name in columns]
    return [replace(part, source=[name]) for name in (present if per_row else present[:1])]


def canonical_feed(table: str, columns: Sequence[str]) -> Feed:
    """The canonical layout: each column from its own name, however it is cased and spaced."""
    # An exactly spelled name wins over one that only looks like it.
    by_name = {_plain(column): column for column in reversed(columns)}
    by_name |= {column: column for column in columns}
    names = TABLES[table].names
    return Feed(
        table=table,
        columns={name: (ColumnMap(source=[by_name[name]]),) for name in names if name in by_name},
    )


def dated(feed: Feed, order: str) -> Feed:
    """The feed with dates in this order wherever it names no format of its own."""
    formats = list(formats_in_order(order))
    table = TABLES[feed.table]

    def with_formats(maps: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
        return tuple(one if one.formats else replace(one, formats=formats) for one in maps)

    times = {field.name for field in table.fields if field.type is Type.DATETIME}
    columns = {n: with_formats(maps) if n in times else maps for n, maps in feed.columns.items()}
    return replace(feed, columns=columns)


def _plain(header: str) -> str:
    return header.strip().lower().replace(" ", "_").replace("-", "_")
