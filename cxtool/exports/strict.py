"""Numbers that the scan itself reads, as long as every one of them is plain.

A scan that is told where numbers stand is faster than one that gives text to make numbers of, and
refuses whatever is none. So a file whose first records look plain is read strictly. Where that
fails, or a row breaks a rule, it is read as text, which judges every way of writing.
"""

from __future__ import annotations

from collections import Counter

import polars as pl
from msgspec.structs import replace

from cxtool.exports.conditions import columns_of
from cxtool.exports.mapped import MappedTable, cells_of
from cxtool.exports.profile_form import ColumnMap
from cxtool.schema import Type

PLAIN_NUMBER = r"^-?\d+(?:\.\d+)?$"
PLAIN_BOOL = r"^(?i:true|false)$"
Plain = dict[str, tuple[tuple[ColumnMap, ...], pl.DataType]]
STRICT = {
    Type.SECONDS: (PLAIN_NUMBER, pl.Float64()),
    Type.FLOAT: (PLAIN_NUMBER, pl.Float64()),
    Type.INT: (PLAIN_NUMBER, pl.Float64()),
    Type.BOOL: (PLAIN_BOOL, pl.Boolean()),
}


def strictly(part: MappedTable) -> MappedTable:
    """The table with its plain columns read strictly, the same where it has none."""
    if not part.raw.glance.regular or part.raw.decimal_comma:
        return part
    plain = _plain(part)
    if not plain:
        return part
    # These conditions tell an empty text from none.
    trims = not any(one.only_when for maps in part.feed.columns.values() for one in maps)
    types = {maps[0].source[0]: dtype for maps, dtype in plain.values()}
    raw = part.raw.typed(types, trims=trims)
    cells = cells_of(raw, part.feed, time_zone=part.time_zone)
    return replace(part, raw=raw, cells=cells, as_text=part)


def _plain(part: MappedTable) -> Plain:
    """The maps and type of each column in which only numbers, or only yes and no, were seen."""
    uses = Counter(name for maps in part.feed.columns.values() for one in maps for name in _of(one))
    plain: Plain = {}
    for name, maps in part.feed.columns.items():
        kind = part.table.field(name).type
        if kind not in STRICT or len(maps) != 1 or not _is_simple(maps[0]):
            continue
        pattern, dtype = STRICT[kind]
        values = part.raw.seen(pl.col(maps[0].source[0]))
        present = values.filter(values != "")
        is_plain = len(present) > 0 and present.str.contains(pattern).all()
        if is_plain and uses[maps[0].source[0]] == 1:
            plain[name] = maps, dtype
    return plain


def _is_simple(mapping: ColumnMap) -> bool:
    """Whether values are taken as they stand."""
    return replace(mapping, unit="s", zero_is_null=False).is_plain


def _of(mapping: ColumnMap) -> list[str]:
    """The columns of a file that a mapping looks at."""
    named = [*mapping.source, *mapping.parts, *mapping.between, *mapping.only_when]
    return [*named, *columns_of(mapping.when)]
