"""One canonical column of a file: its value as it stands there, and as it was read."""

from __future__ import annotations

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.exports.convert import (
    KINDS,
    Hints,
    as_text,
    fails,
    look,
    parse,
    raw_value,
    under_condition,
)
from cxtool.exports.profile_form import ColumnMap
from cxtool.exports.raw import RawTable
from cxtool.exports.spreadsheet import inexact, shortened
from cxtool.exports.times import clock_change, parse_local
from cxtool.exports.typed import (
    as_written,
    can_fail,
    from_typed,
    in_order,
    local_times,
    typed_value,
)
from cxtool.schema import Field, Type


class Cell(Struct, frozen=True):
    """The expressions of one canonical column.

    ``read`` is null where ``raw`` is empty or cannot be read. ``fails``: whether that can be, or
    where it is, if there is a quicker way to tell. ``clock``
    is what a clock change did to it (see ``times``), None where times need no such reading.
    ``ordered``: what the least and the greatest value are judged to be, all between them are.
    ``proven``: it is written as it is read, see ``proof``.
    """

    raw: pl.Expr
    read: pl.Expr
    fails: pl.Expr | bool = False

    @property
    def unread(self) -> pl.Expr | None:
        """Whether there is a value that cannot be read; None where there can be none."""
        if isinstance(self.fails, pl.Expr):
            return self.fails
        return self.raw.is_not_null() & self.read.is_null() if self.fails else None

    def over(self, raw: str, read: str, fails: str) -> Cell:
        """The same over columns that hold the results of its expressions."""
        failed = pl.col(fails) if isinstance(self.fails, pl.Expr) else self.fails
        return Cell(raw=pl.col(raw), read=pl.col(read), fails=failed)

    clock: pl.Expr | None = None
    ordered: bool = False
    proven: bool = False


def cell(
    raw: RawTable,
    mapping: ColumnMap,
    field: Field,
    *,
    time_zone: str,
    general: bool = False,
) -> Cell:
    """The canonical column that a mapping makes of a file, read as a sample shows it written.

    An id that lost digits is not read. ``general`` looks at the values, too, that are left unread
    so. Raises CxtoolError where the file's type has nothing in common with that of ``field``.
    """
    kind = field.type
    if raw.proof is not None and mapping.is_plain:
        written = as_written(mapping.source[0], raw.schema[mapping.source[0]], kind)
        if written is not None:
            return Cell(raw=pl.col(mapping.source[0]), read=written, proven=True)
    zone = mapping.time_zone or time_zone
    if _reads_text(raw, mapping):
        made = _text_cell(raw, mapping, kind, zone, general=general)
    else:
        made = _typed_cell(raw, mapping, kind, zone)
    if field.is_id:
        made = _unmangled(made, raw, mapping)
    if mapping.zero_is_null and kind in (Type.SECONDS, Type.INT, Type.FLOAT):
        known = (made.read != 0) | made.read.is_null()
        made = replace(made, raw=pl.when(known).then(made.raw), read=pl.when(known).then(made.read))
    return made


def _text_cell(
    raw: RawTable, mapping: ColumnMap, kind: Type, time_zone: str, *, general: bool
) -> Cell:
    value = as_text(_text(raw, mapping), mapping)
    hints = Hints() if kind is Type.STR else look(raw.seen(value), kind, mapping)
    hints = replace(hints, decimal_comma=hints.decimal_comma or raw.decimal_comma)
    if general:
        read = parse(value, kind, mapping, hints, time_zone=time_zone)
        others = value.filter(value.is_not_null() & read.is_null()).unique().alias("value")
        values = raw.frame.select(others).collect(engine="streaming")["value"]
        hints = hints.also(look(values, kind, mapping))
    local = parse_local(value, hints.formats) if kind is Type.DATETIME else None
    return Cell(
        raw=value,
        read=parse(value, kind, mapping, hints, time_zone=time_zone),
        fails=fails(value, kind, hints),
        clock=_clock(local, time_zone),
    )


def _typed_cell(raw: RawTable, mapping: ColumnMap, kind: Type, time_zone: str) -> Cell:
    name = mapping.source[0]
    dtype = raw.schema[name]
    # What a text holds that is not a number was written there, and is judged.
    value = pl.col(name) if raw.text is not None else typed_value(name, dtype)
    value = under_condition(value, mapping)
    read = from_typed(value, dtype, kind, mapping, time_zone=time_zone)
    if read is None:
        raise CxtoolError(
            f"{raw.files[0]}: column '{name}' holds {dtype}, which cannot be read as {KINDS[kind]}",
            hint="map it with a profile, or export it in another type",
        )
    local = local_times(value, dtype) if kind is Type.DATETIME else None
    return Cell(
        # Durations have no cast to text.
        raw=value.dt.to_string() if isinstance(dtype, pl.Duration) else value,
        read=read,
        # A text is judged column by column: one that is not asked for is not read, nor refused.
        fails=raw.text is not None or can_fail(dtype, kind),
        clock=_clock(local, time_zone),
        ordered=raw.text is None and in_order(dtype, kind),
    )


def _unmangled(made: Cell, raw: RawTable, mapping: ColumnMap) -> Cell:
    """The ids that have all their digits; the others cannot be read."""
    if _reads_text(raw, mapping):
        lost = shortened(made.raw) if _may_be_shortened(raw, mapping) else None
    else:
        lost = inexact(made.raw, raw.schema[mapping.source[0]])
    return made if lost is None else replace(made, read=pl.when(~lost).then(made.read), fails=lost)


def _may_be_shortened(raw: RawTable, mapping: ColumnMap) -> bool:
    """Whether a spreadsheet may have shortened a value, going by what the file's bytes tell."""
    if raw.text is None or raw.glance.shortened or mapping.rewrites:
        return True
    # The folders of a file may give it columns, too.
    return not {*mapping.source, *mapping.parts} <= {*raw.text.header}


def _clock(local: pl.Expr | None, time_zone: str) -> pl.Expr | None:
    return None if local is None or time_zone == "UTC" else clock_change(local, time_zone)


def _reads_text(raw: RawTable, mapping: ColumnMap) -> bool:
    """Whether the values are text, or typed ones that the mapping needs as text."""
    if mapping.value is not None or mapping.parts:
        return True
    is_text = raw.schema[mapping.source[0]] == pl.String
    return is_text or mapping.rewrites


def _text(raw: RawTable, mapping: ColumnMap) -> pl.Expr:
    for name in (*mapping.source, *mapping.parts):
        if raw.schema[name].is_nested() or raw.schema[name] == pl.Binary:
            raise CxtoolError(
                f"{raw.files[0]}: column '{name}' holds {raw.schema[name]}, which is no text",
                hint="the profile can only take such a column as it is",
            )
    return raw_value(mapping, is_trimmed=raw.is_trimmed)
