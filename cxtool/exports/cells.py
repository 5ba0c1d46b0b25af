"""One canonical column of a file: its value as it stands there, and as it was read."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cxtool.errors import CxtoolError
from cxtool.exports.convert import (
    DECIMAL_COMMA,
    Hints,
    as_text,
    local_times,
    look,
    parse,
    raw_value,
    under_condition,
)
from cxtool.exports.profiles import ColumnMap
from cxtool.exports.raw import RawTable
from cxtool.exports.times import clock_change
from cxtool.exports.typed import can_fail, from_typed, typed_value
from cxtool.exports.typed import local_times as typed_local_times
from cxtool.schema import Type


@dataclass(frozen=True, slots=True)
class Cell:
    """The expressions of one canonical column.

    ``read`` is null where ``raw`` is empty or, if ``may_fail``, where it cannot be read. ``clock``
    is what a clock change did to it (see ``times``), None where times need no such reading.
    """

    raw: pl.Expr
    read: pl.Expr
    may_fail: bool = False
    clock: pl.Expr | None = None


def cell(
    raw: RawTable, mapping: ColumnMap, kind: Type, *, time_zone: str, general: bool = False
) -> Cell:
    """The canonical column that a mapping makes of a file.

    ``general`` tries every way of writing instead of those that a sample shows. Raises CxtoolError
    where the file's type has nothing in common with ``kind``.
    """
    name = mapping.source[0] if mapping.source else ""
    if not _reads_text(raw, mapping):
        dtype = raw.schema[name]
        value = under_condition(typed_value(name, dtype), mapping)
        read = from_typed(value, dtype, kind, mapping, time_zone=time_zone)
        local = typed_local_times(value, dtype) if kind is Type.DATETIME else None
        may_fail = can_fail(dtype, kind)
        if isinstance(dtype, pl.Duration):
            value = value.dt.to_string()
    else:
        value = as_text(_text(raw, mapping), mapping)
        hints = _hints(raw, value, kind, mapping, general=general)
        read = parse(value, kind, mapping, hints, time_zone=time_zone)
        local = local_times(value, mapping, hints) if kind is Type.DATETIME else None
        may_fail = kind not in (Type.STR, Type.LIST)
    if mapping.zero_is_null and kind in (Type.SECONDS, Type.INT, Type.FLOAT):
        value, read = (pl.when((read != 0) | read.is_null()).then(part) for part in (value, read))
    zone = mapping.time_zone or time_zone
    clock = None if local is None or zone == "UTC" else clock_change(local, zone)
    return Cell(raw=value, read=read, may_fail=may_fail, clock=clock)


def _reads_text(raw: RawTable, mapping: ColumnMap) -> bool:
    """Whether the values are text, or typed ones that the mapping needs as text."""
    if mapping.value is not None or mapping.parts:
        return True
    is_text = raw.schema[mapping.source[0]] == pl.String
    return is_text or bool(mapping.map or mapping.null_values or mapping.formats)


def _text(raw: RawTable, mapping: ColumnMap) -> pl.Expr:
    for name in (*mapping.source, *mapping.parts):
        if raw.schema[name].is_nested() or raw.schema[name] == pl.Binary:
            raise CxtoolError(
                f"{raw.files[0]}: column '{name}' holds {raw.schema[name]}, which is no text",
                hint="the profile can only take such a column as it is",
            )
    return raw_value(mapping)


def _hints(
    raw: RawTable, value: pl.Expr, kind: Type, mapping: ColumnMap, *, general: bool
) -> Hints:
    if kind is Type.STR:
        return Hints()
    if not general:
        return look(raw.seen(value), kind, mapping)
    if kind not in (Type.SECONDS, Type.FLOAT, Type.INT):
        return Hints()
    has_comma = raw.frame.select(value.str.contains(DECIMAL_COMMA).any())
    return Hints(decimal_comma=bool(has_comma.collect(engine="streaming").item()))
