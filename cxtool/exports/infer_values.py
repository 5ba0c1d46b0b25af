"""How the cells of a chosen column are written, from all of its values: maps, units, separators.

Every function gives the keys of a column in a profile, and the evidence for them. ``UnfitError``
says why a column cannot be what its header says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from msgspec import Struct, field

from cxtool.exports import infer_words
from cxtool.exports.convert import FALSE, TRUE
from cxtool.exports.infer_look import MOST, WAYS, Column, File, shown, text, trimmed
from cxtool.exports.infer_words import known_value
from cxtool.schema import Table, Type

MANY_VALUES = 200
SHOWN_VALUES = 5
LONG_S = 10_000  # durations are rarely that long in seconds, and mostly in milliseconds
SCALE = (1.0, 5.0)  # of CSAT, unless the settings say otherwise
ZERO = r"^0+(?:[:.,]0+)*$"
# The canonical spelling of these is not asked for: letters of either case are the same.
ANY_CASE = frozenset({"channel", "direction", "status", "sentiment", "speaker", "kind", "state"})
MAPPED = ANY_CASE | {"disposition", "behavior"}


class UnfitError(Exception):
    """The reason why a column cannot be what its header says."""


class Reading(Struct):
    """Keys of a column in a profile, and the evidence for them."""

    keys: dict[str, Any] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)


def null_values(file: File, column: str) -> list[str]:
    """The spellings in a column that stand for an empty cell."""
    value = trimmed(column)
    return file.list_of(value.filter(value.is_not_null() & text(column).is_null()).unique().sort())


def cells(file: File, column: Column, *, table: Table, name: str) -> Reading:
    """How the cells of a column are read as a canonical one other than a time."""
    kind = table.field(name).type
    match kind:
        case Type.SECONDS:
            return _duration(file, column)
        case Type.BOOL:
            return _boolean(file, column, name)
        case Type.FLOAT if name == "csat":
            return _csat(file, column)
        case Type.INT | Type.FLOAT:
            return _number(file, column)
        case Type.LIST:
            return _list(file, column)
    # Tickets keep the statuses of their system.
    is_mapped = name in MAPPED and (table.name, name) != ("tickets", "status")
    return _words(file, column, name) if is_mapped else Reading()


def different(file: File, column: str) -> list[str] | None:
    """All different values of a column in order; None: too many."""
    values = text(column).drop_nulls().unique().sort()
    found = file.list_of(values.head(MANY_VALUES + 1))
    return found if len(found) <= MANY_VALUES else None


def some(values: Iterable[object]) -> str:
    """The first of some values, for a comment."""
    told = [shown(str(value)) for value in values]
    return ", ".join(told[:SHOWN_VALUES]) + (", ..." if len(told) > SHOWN_VALUES else "")


def _words(file: File, column: Column, name: str) -> Reading:
    """Words in the cells that stand for canonical values."""
    values = different(file, column.name)
    if values is None:
        return Reading(evidence=["too many different values to map"])
    known = {value: word for value in values if (word := known_value(value, column=name))}
    unknown = [value for value in values if value not in known]
    if name == "sentiment" and unknown:
        raise UnfitError(f"some of its values are no sentiments: {some(unknown)}")
    mapped = {value: word for value, word in known.items() if not _is(value, word, name)}
    reading = Reading({"map": mapped} if mapped else {})
    if unknown:
        reading.evidence.append(f"These values stay as they are: {some(unknown)}.")
    return reading


def _is(value: str, word: str, name: str) -> bool:
    """Whether a value is read as the canonical word without a map."""
    return (value.lower() if name in ANY_CASE else value) == word


def _boolean(file: File, column: Column, name: str) -> Reading:
    values = different(file, column.name) or []
    meant = {value: _truth(value, name) for value in values}
    unknown = [value for value, truth in meant.items() if truth is None]
    if unknown:
        raise UnfitError(f"some of its values are neither yes nor no: {some(unknown)}")
    reading = Reading()
    inverted = name == "answered" and infer_words.is_of_unanswered(column.name)
    if inverted:
        meant = {value: not truth for value, truth in meant.items()}
        reading.evidence.append("A yes here means that nobody answered.")
    if inverted or not all(value.lower() in (*TRUE, *FALSE) for value in values):
        reading.keys["map"] = {value: str(truth).lower() for value, truth in meant.items()}
    return reading


def _truth(value: str, name: str) -> bool | None:
    told = known_value(value, column="boolean")
    if told is None and name in ("answered", "resolved"):
        told = known_value(value, column=name)
    return None if told is None else told == "true"


def _duration(file: File, column: Column) -> Reading:
    """Numbers of a unit, clocks or words. The unit is what the header says, else by the size."""
    if column.dtype.is_temporal():
        return Reading(evidence=["Durations by their type."])
    value = text(column.name)
    kinds = {way: value.str.contains(form) for way, form in WAYS.items()}
    number = value.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    nonzero = number.filter(number > 0)
    found = file.query(
        numbers=kinds["number"].sum(),
        readable=pl.any_horizontal(
            kinds["number"], kinds["clock"], kinds["worded"], kinds["iso_duration"]
        ).sum(),
        filled=value.is_not_null().sum(),
        middle=nonzero.median(),
        whole=(nonzero == nonzero.round()).all(),
    )
    if not found["readable"] or found["readable"] < MOST * found["filled"]:
        raise UnfitError("too many of its values are no durations")
    if not found["numbers"]:
        return Reading(evidence=["Written as clocks or in words: the unit is told by the values."])
    unit = infer_words.header(column.name).unit
    if unit:
        reading = Reading(evidence=[f"Numbers in '{unit}', as the header says."])
    elif found["middle"] is not None and found["whole"] and found["middle"] >= LONG_S:
        unit = "ms"
        size = f"half of them are over {found['middle']:,.0f}"
        reading = Reading(evidence=[f"Whole numbers so large ({size}) are milliseconds."])
    elif found["middle"] is not None and not found["whole"]:
        said = 'No unit is named: read as seconds. If the fractions are of minutes: unit = "min".'
        reading = Reading(evidence=[said])
    else:
        reading = Reading(evidence=["No unit is named: seconds, by the size of the numbers."])
    if unit and unit != "s":
        reading.keys["unit"] = unit
    return reading


def _csat(file: File, column: Column) -> Reading:
    values = different(file, column.name) or []
    steps = {value: known_value(value, column="csat") for value in values}
    if all(steps.values()) and not all(value.isdigit() for value in values):
        if len(set(steps.values())) < len(values):
            raise UnfitError(f"its words cannot be told apart as ratings: {some(values)}")
        return Reading({"map": dict(steps)})
    reading = _number(file, column)
    number = text(column.name).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    found = file.query(low=number.filter(number != 0).min(), high=number.max())
    low, high = found["low"], found["high"]
    if low is not None and (low < SCALE[0] or high > SCALE[1]):
        said = f"Ratings are from {low:g} to {high:g}: set the scale in cxtool.toml, [csat] scale."
        reading.evidence.append(said)
    return reading


def _number(file: File, column: Column) -> Reading:
    value = text(column.name)
    found = file.query(
        numbers=value.str.contains(WAYS["number"]).sum(), filled=value.is_not_null().sum()
    )
    if found["numbers"] < MOST * found["filled"]:
        raise UnfitError("too many of its values are no numbers")
    return Reading()


def _list(file: File, column: Column) -> Reading:
    value = text(column.name)
    plain = value.filter(~value.str.starts_with("["))
    found = file.query(
        semicolon=plain.str.contains(";", literal=True).sum(),
        comma=plain.str.contains(",", literal=True).sum(),
        bar=plain.str.contains("|", literal=True).sum(),
    )
    if not found["semicolon"]:
        for key, separator in (("bar", "|"), ("comma", ",")):
            if found[key]:
                said = f"{found[key]:,} values have '{separator}' and none has ';'."
                return Reading({"separator": separator}, [said])
    return Reading()
