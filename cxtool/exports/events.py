"""One row per event made one row per case: which event each column of the case is taken from.

The events of a case are ordered by their time, those of one moment by their place in the file. An
event whose time cannot be read comes first, so that the case's own time shows it.
"""

from __future__ import annotations

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError, nearest
from cxtool.exports.conditions import holds
from cxtool.exports.convert import clean
from cxtool.exports.layout import ROW
from cxtool.exports.profile_form import ColumnMap, Events, TableMap, spellings
from cxtool.exports.raw import FILE
from cxtool.exports.repair import LINE
from cxtool.exports.times import ISO_FORMATS, parse_times, to_instant

KEY, AT, EVENT, NEEDED = "__key", "__at", "__event", "__needed"
A_SECOND_US = 1_000_000


class Cases(Struct, frozen=True):
    """The rows of cases, and the table's mapping over their columns."""

    rows: pl.LazyFrame
    mapping: TableMap


def grouped(
    rows: pl.LazyFrame, mapping: TableMap, events: Events, *, file: str, time_zone: str
) -> Cases:
    """The cases of a file of events. Raises CxtoolError where it lacks key, time or event."""
    schema = rows.collect_schema()
    key, time, event = (
        _present(names, schema, file) for names in (events.key, events.time, events.event)
    )
    values: dict[str, pl.Expr] = {}
    columns: dict[str, ColumnMap | list[ColumnMap]] = {}
    for name in mapping.columns:
        parts = []
        for position, part in enumerate(mapping.maps(name), start=1):
            if part.value is not None and part.pick is None:
                parts.append(part)  # the same for every case: no event is asked
            elif (value := _picked(part, schema, time_zone)) is not None:
                values[f"{name} {position}"] = value
                parts.append(_as_column(part, f"{name} {position}"))
        if parts:
            columns[name] = parts
    needed = pl.col(EVENT).is_in(events.needs).any() if events.needs else pl.lit(True)
    cases = (
        rows.with_columns(
            clean(key).alias(KEY),
            _instant(time, schema, events, time_zone).alias(AT),
            clean(event).alias(EVENT),
        )
        .sort(AT, ROW, nulls_last=False)
        .group_by(KEY, maintain_order=True)
        .agg(
            *[value.alias(column) for column, value in values.items()],
            *[pl.col(name).sort_by(ROW).first() for name in (LINE, FILE) if name in schema],
            needed.alias(NEEDED),
            pl.col(ROW).min(),
        )
        .filter(NEEDED)
        .drop(KEY, NEEDED)
    )
    return Cases(cases, replace(mapping, columns=columns, events=None))


def _present(names: str | list[str], schema: pl.Schema, file: str) -> str:
    for name in spellings(names):
        if name in schema:
            return name
    wanted = spellings(names)[0]
    guess = nearest(wanted, schema.names())
    raise CxtoolError(
        f"{file}: no column '{wanted}' to group events by"
        + (f"; did you mean '{guess}'?" if guess else "")
    )


def _instant(time: str, schema: pl.Schema, events: Events, time_zone: str) -> pl.Expr:
    dtype = schema[time]
    zone = events.time_zone or time_zone
    if not isinstance(dtype, pl.Datetime):
        return parse_times(clean(time), tuple(events.formats) or ISO_FORMATS, zone)
    at = pl.col(time).dt.cast_time_unit("us")
    return at.dt.convert_time_zone("UTC") if dtype.time_zone else to_instant(at, zone)


def _as_column(part: ColumnMap, column: str) -> ColumnMap:
    """The map over the column that the pick was put into."""
    made = replace(part, source=[column], parts=[], between=[], value=None, by_event={}, of=[])
    made = replace(made, pick=None, undone_by=[], since=None, at=None, when=[], only_when={})
    return replace(made, unit="s") if part.since or part.between else made


def _picked(part: ColumnMap, schema: pl.Schema, time_zone: str) -> pl.Expr | None:
    """What a case has of a map, as text; None where the file lacks the column."""
    chosen = _chosen(part, schema)
    if part.at is not None:
        at = pl.col(AT).filter(chosen)
        until = at.first() if part.at == "first_of" else at.last()
        return ((until - pl.col(AT).first()).dt.total_microseconds() / A_SECOND_US).cast(pl.String)
    match part.pick:
        case "any" | "any_of":
            return pl.when(chosen.any()).then(pl.lit("true")).otherwise(pl.lit("false"))
        case "count_of":
            return chosen.sum().cast(pl.String)
    value = _value(part, schema, time_zone)
    if value is None:
        return None
    values = value.filter(chosen)
    match part.pick:
        case "sum" | "sum_of":
            return _sum(values)
        case "max":
            return values.sort_by(*_order(value, part, time_zone, chosen)).last()
        case "first" | "first_of":
            found, place = values.first(), pl.int_range(pl.len()).filter(chosen).first()
        case _:
            found, place = values.last(), pl.int_range(pl.len()).filter(chosen).last()
    if part.undone_by:
        undone = pl.int_range(pl.len()).filter(pl.col(EVENT).is_in(part.undone_by)).last()
        found = pl.when((undone > place).fill_null(False).not_()).then(found)
    return found


def _chosen(part: ColumnMap, schema: pl.Schema) -> pl.Expr:
    """Which events of a case a map is about."""
    chosen = holds(part.when, schema)
    if kinds := [*part.of, *part.by_event]:
        chosen = chosen & pl.col(EVENT).is_in(kinds).fill_null(False)
    elif not part.when:
        chosen = pl.col(EVENT).is_not_null() | pl.col(EVENT).is_null()
    for column, allowed in part.only_when.items():
        chosen = chosen & clean(column).is_in(allowed).fill_null(False)
    return chosen


def _value(part: ColumnMap, schema: pl.Schema, time_zone: str) -> pl.Expr | None:
    """The value that each event has, as text; None where the file lacks a column of it."""
    if part.value is not None:
        return pl.lit(part.value)
    names = part.parts or part.between or list(part.by_event.values())
    if any(name not in schema for name in (*names, *part.only_when)):
        return None
    if part.by_event:
        found = [
            pl.when(pl.col(EVENT) == event).then(clean(column))
            for event, column in part.by_event.items()
        ]
        return pl.coalesce(found)
    if part.between:
        return _seconds(part, time_zone)
    if part.parts:
        return pl.concat_str([clean(name) for name in part.parts], separator=" ")
    present = [name for name in part.source if name in schema]
    return clean(present[0]) if present else None


def _seconds(part: ColumnMap, time_zone: str) -> pl.Expr:
    """Seconds between two times of an event; what cannot be read stays as it is."""
    formats, zone = tuple(part.formats) or ISO_FORMATS, part.time_zone or time_zone
    start, end = (parse_times(clean(name), formats, zone) for name in part.between)
    seconds = ((end - start).dt.total_microseconds() / A_SECOND_US).cast(pl.String)
    words = pl.concat_str([clean(name) for name in part.between], separator=" to ")
    return pl.coalesce(seconds, words)


def _sum(values: pl.Expr) -> pl.Expr:
    """The sum of numbers, null where there is none; text that is no number stays, to be named."""
    numbers = values.cast(pl.Float64, strict=False)
    odd = values.filter(values.is_not_null() & numbers.is_null()).first()
    total = pl.when(numbers.count() > 0).then(numbers.sum().cast(pl.String))
    return pl.coalesce(odd, total)


def _order(value: pl.Expr, part: ColumnMap, time_zone: str, chosen: pl.Expr) -> list[pl.Expr]:
    if part.formats:
        zone = part.time_zone or time_zone
        return [parse_times(value, tuple(part.formats), zone).filter(chosen)]
    return [value.cast(pl.Float64, strict=False).filter(chosen), value.filter(chosen)]
