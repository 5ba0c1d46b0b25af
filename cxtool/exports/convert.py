"""One column of a file as a typed canonical column: the expressions, and nothing else.

A value that cannot be read becomes null; the caller compares with ``raw_value`` to tell that from
an empty one. ``Hints`` from a sample of the file leave out what no value needs; a survey that finds
unreadable values asks again with ``general`` hints, which try everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cxtool.errors import CxtoolError
from cxtool.exports.profiles import ColumnMap
from cxtool.schema import Type

ISO_FORMATS = (
    "%+",  # with an offset or Z, with T or a space
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)
TRUE = ("true", "1", "yes", "y", "t")
FALSE = ("false", "0", "no", "n", "f")
UNIT_MS = {"ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0}
NUMBER = r"^-?\d+(?:\.\d+)?$"
# Three digits after one comma could be thousands: they prove nothing.
DECIMAL_COMMA = r"^-?\d+,(?:\d{1,2}|\d{4,})$"
CLOCK = r"^(?:(\d+)[:.])?(\d{1,3})[:.](\d{1,2}(?:[.,]\d+)?)$"  # h:mm:ss, m:ss, dots for colons
WORDS = r"^(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)\s*s)?$"
JSON_ITEM = r'(?:"(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)'
JSON_LIST = rf"^\s*\[\s*(?:{JSON_ITEM}(?:\s*,\s*{JSON_ITEM})*)?\s*\]\s*$"
THREE_HOURS = pl.duration(hours=3)

POLARS_TYPES: dict[Type, pl.DataType] = {
    Type.STR: pl.String(),
    Type.DATETIME: pl.Datetime("us", "UTC"),
    Type.SECONDS: pl.Int64(),  # whole milliseconds
    Type.BOOL: pl.Boolean(),
    Type.LIST: pl.List(pl.String),
    Type.INT: pl.Int64(),
    Type.FLOAT: pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class Hints:
    """What a sample of a text column shows of its values."""

    formats: tuple[str, ...] | None = None  # times: the formats that occur
    plain_numbers: bool = False  # durations: no clock or worded ones
    json_lists: bool = True
    decimal_comma: bool = False

    def general(self) -> Hints:
        """The same reading with every way of writing tried."""
        return Hints(decimal_comma=self.decimal_comma)


def raw_value(source: ColumnMap) -> pl.Expr:
    """The column's value as it stands in the file, trimmed where it is text; empty is null."""
    if source.value is not None:
        return pl.lit(source.value)
    if source.parts:
        return pl.concat_str([_clean(part) for part in source.parts], separator=" ")
    return _clean(source.source[0])


def _clean(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def typed_value(name: str, dtype: pl.DataType) -> pl.Expr:
    """A Parquet column without the distinctions that text makes (text is trimmed, NaN is null)."""
    column = pl.col(name)
    if dtype == pl.String:
        return _clean(name)
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    return column.fill_nan(None) if dtype.is_float() else column


def as_text(value: pl.Expr, source: ColumnMap) -> pl.Expr:
    """The value under the profile's value map, its null words and its condition."""
    if source.map:
        value = value.replace(source.map)
    if source.null_values:
        value = pl.when(~value.is_in(source.null_values)).then(value)
    for column, allowed in source.only_when.items():
        value = pl.when(pl.col(column).str.strip_chars().is_in(allowed)).then(value)
    return value


def parse(
    value: pl.Expr, kind: Type, source: ColumnMap, hints: Hints, *, time_zone: str
) -> pl.Expr:
    """Text as the canonical type (durations as whole milliseconds)."""
    if hints.decimal_comma:
        value = value.str.replace(",", ".", literal=True)
    match kind:
        case Type.STR:
            return value
        case Type.DATETIME:
            formats = hints.formats or tuple(source.formats) or ISO_FORMATS
            return _times(value, formats, source.time_zone or time_zone)
        case Type.SECONDS:
            parsed = _durations(value, UNIT_MS[source.unit], plain=hints.plain_numbers)
            return pl.when(parsed != 0).then(parsed) if source.zero_is_null else parsed
        case Type.BOOL:
            lowered = value.str.to_lowercase()
            return pl.when(lowered.is_in(TRUE)).then(True).when(lowered.is_in(FALSE)).then(False)
        case Type.LIST:
            return _lists(value, source.separator or ";", json=hints.json_lists)
        case Type.INT:
            number = value.cast(pl.Float64, strict=False)
            return pl.when(number == number.round()).then(number).cast(pl.Int64, strict=False)
        case Type.FLOAT:
            number = value.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite()).then(number)


def look(values: pl.Series, kind: Type, source: ColumnMap) -> Hints:
    """Hints from a sample of the text values of a column."""
    present = values.drop_nulls()
    if kind is Type.DATETIME and not present.is_empty():
        formats = tuple(source.formats) or ISO_FORMATS
        seen = tuple(f for f in formats if present.str.to_datetime(f, strict=False).count() > 0)
        return Hints(formats=seen or None)
    if kind in (Type.SECONDS, Type.FLOAT):
        return Hints(
            plain_numbers=present.str.contains(NUMBER).all(),
            decimal_comma=present.str.contains(DECIMAL_COMMA).any(),
        )
    if kind is Type.LIST:
        return Hints(json_lists=present.str.contains("[", literal=True).any())
    return Hints()


def from_typed(
    value: pl.Expr, dtype: pl.DataType, kind: Type, *, name: str, time_zone: str
) -> pl.Expr:
    """A typed Parquet column as the canonical type; text goes through ``parse`` instead.

    Raises CxtoolError where the types have nothing in common.
    """
    if dtype == pl.Null:
        return pl.lit(None, dtype=POLARS_TYPES[kind])
    match kind:
        case Type.STR if dtype.is_integer() or dtype == pl.Boolean or dtype.is_temporal():
            return value.cast(pl.String)
        case Type.STR if isinstance(dtype, (pl.Categorical, pl.Enum)):
            return value
        case Type.DATETIME if isinstance(dtype, pl.Datetime):
            micros = value.dt.cast_time_unit("us")
            if dtype.time_zone is None:
                return to_instant(micros, time_zone)
            return micros.dt.convert_time_zone("UTC")
        case Type.DATETIME if dtype == pl.Date:
            return to_instant(value.cast(pl.Datetime("us")), time_zone)
        case Type.SECONDS if dtype.is_numeric():
            return (value.cast(pl.Float64) * 1000).round().cast(pl.Int64, strict=False)
        case Type.SECONDS if isinstance(dtype, pl.Duration):
            return value.dt.total_milliseconds()
        case Type.BOOL if dtype == pl.Boolean:
            return value
        case Type.BOOL if dtype.is_integer():
            return value.cast(pl.Boolean)
        case Type.LIST if isinstance(dtype, (pl.List, pl.Array)):
            return value.cast(pl.List(pl.String))
        case Type.INT if dtype.is_numeric():
            return value.cast(pl.Int64, strict=False)
        case Type.FLOAT if dtype.is_numeric():
            return value.cast(pl.Float64)
    raise CxtoolError(
        f"column '{name}' holds {dtype}, which cannot be read as {kind}",
        hint="map it with a profile, or export it in another type",
    )


def to_instant(local: pl.Expr, time_zone: str) -> pl.Expr:
    """A local time as a UTC instant. Doubled hours: the earlier; skipped ones: moved forward."""
    if time_zone == "UTC":
        return local.dt.replace_time_zone("UTC")
    exact = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    # A time that the clock change skips exists under the offset that held three hours before.
    before = (local - THREE_HOURS).dt.replace_time_zone(
        time_zone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(exact, before + THREE_HOURS).dt.convert_time_zone("UTC")


def _times(value: pl.Expr, formats: tuple[str, ...], time_zone: str) -> pl.Expr:
    aware = [f for f in formats if f == "%+" or "%z" in f or "%#z" in f or "%:z" in f]
    naive = [f for f in formats if f not in aware]
    parsed = [
        value.str.to_datetime(f, time_unit="us", time_zone="UTC", strict=False) for f in aware
    ]
    if naive:
        local = pl.coalesce([value.str.to_datetime(f, time_unit="us", strict=False) for f in naive])
        parsed.append(to_instant(local, time_zone))
    return pl.coalesce(parsed)


def _durations(value: pl.Expr, unit_ms: float, *, plain: bool) -> pl.Expr:
    number = value.cast(pl.Float64, strict=False)
    as_number = pl.when(number.is_finite()).then(
        (number * unit_ms).round().cast(pl.Int64, strict=False)
    )
    if plain:
        return as_number
    clock = value.str.extract_groups(CLOCK)
    words = value.str.extract_groups(WORDS)
    as_clock = _total(clock, {"1": 3_600_000, "2": 60_000, "3": 1000}, needed="3")
    in_words = _total(words, {"1": 86_400_000, "2": 3_600_000, "3": 60_000, "4": 1000})
    return pl.coalesce(as_number, as_clock, pl.when(value.str.contains(r"[dhms]")).then(in_words))


def _total(groups: pl.Expr, weights: dict[str, int], *, needed: str | None = None) -> pl.Expr:
    parts = {
        name: groups.struct.field(name)
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
        for name in weights
    }
    total = pl.sum_horizontal([parts[name] * weight for name, weight in weights.items()])
    known = parts[needed] if needed else pl.coalesce(list(parts.values()))
    return pl.when(known.is_not_null()).then(total.round().cast(pl.Int64))


def _lists(value: pl.Expr, separator: str, *, json: bool) -> pl.Expr:
    items = value.str.split(separator).list.eval(pl.element().str.strip_chars())
    parted = items.list.filter(pl.element() != "")
    if not json:
        return parted
    is_json = value.str.contains(JSON_LIST)
    decoded = pl.when(is_json).then(value).str.json_decode(pl.List(pl.String))
    return pl.when(is_json).then(decoded).otherwise(parted)
