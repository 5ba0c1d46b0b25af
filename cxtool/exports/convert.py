"""One column of text as a canonical column: the expressions, and nothing else.

A value that cannot be read becomes null; the caller compares with ``raw_value`` to tell that from
an empty one. ``Hints`` say which ways of writing the values need; they begin with a sample of the
file and grow where a survey finds values that they leave unread.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TypeVar

import polars as pl
from msgspec import Struct

from cxtool.exports.profile_form import ColumnMap
from cxtool.exports.times import ISO_FORMATS, formats_of, parse_times
from cxtool.schema import Type

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

TRUE = ("true", "1", "yes", "y", "t")
FALSE = ("false", "0", "no", "n", "f")
UNIT_MS = {"ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}
# What Unicode calls white space. Named, because a query that trims by default does so anew for each
# mention of the text, instead of once.
WHITESPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
WHITESPACE += "\u2028\u2029\u202f\u205f\u3000"
NUMBER = r"^-?\d+(?:\.\d+)?$"
# Three digits after one comma could be thousands: they prove nothing.
DECIMAL_COMMA = r"^-?\d+,(?:\d{1,2}|\d{4,})$"
# How thousands are parted, by the sign that does it: all such numbers, and those that prove the
# sign, as one comma or dot alone could be that of a decimal.
SPACED = r"^-?\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d+)?$"
GROUPED = {
    " ": (SPACED, SPACED),
    ",": (r"^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$", r"^-?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$"),
    ".": (r"^-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$", r"^-?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$"),
}
CLOCK = r"^(?:(\d+)[:.])?(\d{1,3})[:.](\d{1,2}(?:[.,]\d+)?)$"  # h:mm:ss, m:ss, dots for colons
WORDS = (
    r"^(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?"
    r"\s*(?:(\d+(?:\.\d+)?)\s*s)?\s*(?:(\d+)\s*ms)?$"
)
ISO_8601 = r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$"  # PT4M10S
# Strictly JSON: one value that is not would stop the whole query.
JSON_ESCAPE = (
    r'\\(?:["\\/bfnrt]|u[0-9a-cefA-CEF][0-9a-fA-F]{3}|u[dD][0-7][0-9a-fA-F]{2}'
    r"|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
JSON_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
JSON_ITEM = rf'(?:"(?:[^"\\\x00-\x1f]|{JSON_ESCAPE})*"|{JSON_NUMBER}|true|false|null)'
JSON_LIST = rf"^\s*\[\s*(?:{JSON_ITEM}(?:\s*,\s*{JSON_ITEM})*)?\s*\]\s*$"

KINDS = {
    Type.DATETIME: "a time",
    Type.SECONDS: "a duration",
    Type.BOOL: "yes or no",
    Type.LIST: "a list",
    Type.INT: "a whole number",
    Type.FLOAT: "a number",
    Type.STR: "text",
}

POLARS_TYPES: dict[Type, pl.DataType] = {
    Type.STR: pl.String(),
    Type.DATETIME: pl.Datetime("us", "UTC"),
    Type.SECONDS: pl.Int64(),  # whole milliseconds
    Type.BOOL: pl.Boolean(),
    Type.LIST: pl.List(pl.String),
    Type.INT: pl.Int64(),
    Type.FLOAT: pl.Float64(),
}


class Hints(Struct, frozen=True):
    """The ways of writing that the values seen so far need; others are not tried."""

    formats: tuple[str, ...] = ()  # times: the formats that occur
    plain_numbers: bool = True  # durations: no clock or worded ones
    json_lists: bool = False
    decimal_comma: bool = False
    grouped: tuple[str, ...] = ()  # numbers: the signs that part thousands

    def also(self, other: Hints) -> Hints:
        """The ways of both."""
        return Hints(
            formats=tuple(dict.fromkeys((*self.formats, *other.formats))),
            plain_numbers=self.plain_numbers and other.plain_numbers,
            json_lists=self.json_lists or other.json_lists,
            decimal_comma=self.decimal_comma or other.decimal_comma,
            grouped=tuple(dict.fromkeys((*self.grouped, *other.grouped))),
        )


def raw_value(source: ColumnMap, *, is_trimmed: bool = False) -> pl.Expr:
    """The column's value as it stands in the file, trimmed where it is text; empty is null.

    ``is_trimmed``: the columns are so already.
    """
    text = pl.col if is_trimmed else clean
    if source.value is not None:
        return pl.lit(source.value)
    if source.parts:
        return pl.concat_str([text(part) for part in source.parts], separator=" ")
    return text(source.source[0])


def clean(name: str) -> pl.Expr:
    """A column as trimmed text; empty is null."""
    text = pl.col(name).cast(pl.String).str.strip_chars(WHITESPACE)
    return pl.when(text != "").then(text)


def cleaned(frame: Frame, names: Sequence[str], *, trimmed: Collection[str] = ()) -> Frame:
    """The frame with columns of text trimmed, unless they are among the ``trimmed``; empty is null.

    What ``clean`` makes, sooner: columns of their own need no list of white space to be made once.
    """
    text = pl.col(names)
    blank = pl.col([name for name in names if name not in trimmed])
    frame = frame.with_columns(blank.str.strip_chars())
    return frame.with_columns(pl.when(text != "").then(text).name.keep())


def as_text(value: pl.Expr, source: ColumnMap) -> pl.Expr:
    """The value as the profile rewrites it: part of it, mapped, null words, filled or not."""
    if source.extract is not None:
        value = _extracted(value, source.extract)
    if source.otherwise is not None:
        kept = source.otherwise or None
        mapped = value.replace_strict(source.map, default=kept, return_dtype=pl.String)
        value = pl.when(value.is_not_null()).then(mapped)
    elif source.map:
        value = value.replace(source.map)
    if source.null_values:
        value = pl.when(~value.is_in(source.null_values)).then(value)
    if source.filled:
        given, absent = source.filled
        value = pl.when(value.is_not_null()).then(pl.lit(given)).otherwise(pl.lit(absent))
    if source.default is not None:
        value = value.fill_null(source.default)
    return under_condition(value, source)


def _extracted(value: pl.Expr, pattern: str) -> pl.Expr:
    """The pattern's first group where it has one, else all that it matches; no match is null."""
    has_group = re.compile(pattern).groups > 0
    found = value.str.extract(pattern, group_index=1 if has_group else 0).str.strip_chars()
    return pl.when(found != "").then(found)


def under_condition(value: pl.Expr, source: ColumnMap) -> pl.Expr:
    """The value where the profile's condition holds, else null."""
    for column, allowed in source.only_when.items():
        held = pl.col(column).cast(pl.String).str.strip_chars()
        value = pl.when(held.is_in(allowed)).then(value)
    return value


def parse(
    value: pl.Expr, kind: Type, source: ColumnMap, hints: Hints, *, time_zone: str
) -> pl.Expr:
    """Text as the canonical type (durations as whole milliseconds).

    ``time_zone`` is that of times without an offset.
    """
    for sign in hints.grouped:
        value = _ungrouped(value, sign)
    if hints.decimal_comma and kind is not Type.STR:
        value = value.str.replace(",", ".", literal=True)
    match kind:
        case Type.STR:
            return value
        case Type.DATETIME:
            return parse_times(value, hints.formats, time_zone)
        case Type.SECONDS:
            return _durations(value, UNIT_MS[source.unit], plain=hints.plain_numbers)
        case Type.BOOL:
            lowered = value.str.to_lowercase()
            return pl.when(lowered.is_in(TRUE)).then(True).when(lowered.is_in(FALSE)).then(False)
        case Type.LIST:
            return _lists(value, source.separator or ";", json=hints.json_lists)
        case Type.INT:
            return whole(value.cast(pl.Float64, strict=False))
        case Type.FLOAT:
            number = value.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite()).then(number)


def fails(value: pl.Expr, kind: Type, hints: Hints) -> pl.Expr | bool:
    """Whether ``parse`` can leave a value unread; of lists, where: without parting them."""
    if kind is Type.LIST:
        return False if hints.json_lists else value.str.starts_with("[")
    return kind is not Type.STR


def whole(number: pl.Expr) -> pl.Expr:
    """A float as an integer, null where it is not whole."""
    return pl.when(number == number.round()).then(number).cast(pl.Int64, strict=False)


def look(values: pl.Series, kind: Type, source: ColumnMap) -> Hints:
    """What these texts need to be read; those that cannot be read need nothing."""
    present = values.drop_nulls()
    if kind is Type.DATETIME:
        return Hints(formats=formats_of(present, tuple(source.formats) or ISO_FORMATS))
    if kind is Type.LIST:
        return Hints(json_lists=present.str.starts_with("[").any())
    if kind not in (Type.SECONDS, Type.FLOAT, Type.INT):
        return Hints()
    comma = present.str.contains(DECIMAL_COMMA).any()
    others = pl.DataFrame({"value": present.filter(~present.str.contains(NUMBER))})
    if others.is_empty():
        return Hints(plain_numbers=True, decimal_comma=comma)
    unusual = others["value"]
    grouped = tuple(
        sign for sign, (_, proof) in GROUPED.items() if unusual.str.contains(proof).any()
    )
    every = Hints(plain_numbers=False, decimal_comma=comma, grouped=grouped)
    read = others.select(parse(pl.col("value"), Type.SECONDS, source, every, time_zone="UTC"))
    plain = others.select(
        parse(pl.col("value"), Type.FLOAT, source, every, time_zone="UTC").is_null()
    )
    is_worded = (read.to_series().is_not_null() & plain.to_series()).any()
    return Hints(plain_numbers=not is_worded, decimal_comma=comma, grouped=grouped)


def _ungrouped(value: pl.Expr, sign: str) -> pl.Expr:
    """Numbers without the signs between their thousands, and with a decimal point."""
    parting = r"[\s'’]" if sign == " " else re.escape(sign)
    plain = value.str.replace_all(parting, "")
    if sign != ",":
        plain = plain.str.replace(",", ".", literal=True)
    return pl.when(value.str.contains(GROUPED[sign][0])).then(plain).otherwise(value)


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
    in_words = _total(words, {"1": 86_400_000, "2": 3_600_000, "3": 60_000, "4": 1000, "5": 1})
    iso = value.str.extract_groups(ISO_8601)
    as_iso = _total(iso, {"1": 86_400_000, "2": 3_600_000, "3": 60_000, "4": 1000})
    in_words = pl.when(value.str.contains(r"[dhms]")).then(in_words)
    return pl.coalesce(as_number, as_clock, in_words, as_iso)


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
        return pl.when(~value.str.starts_with("[")).then(parted)
    is_json = value.str.contains(JSON_LIST)
    decoded = pl.when(is_json).then(value).str.json_decode(pl.List(pl.String)).list.drop_nulls()
    return pl.when(is_json).then(decoded).otherwise(parted)
