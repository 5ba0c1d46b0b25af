"""Zeros that mean "did not happen": responses, durations and ratings of calls nobody answered.

A column that tells whether somebody answered decides where there is one. Without it a zero is
taken for nothing only where other columns of the same rows prove it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import polars as pl
from msgspec import Struct

from cxtool.exports.convert import TRUE
from cxtool.exports.infer_look import File, text
from cxtool.exports.infer_values import SCALE, ZERO, Reading, different, some

HAPPENED = ("first_response_s", "handle_s", "talk_s", "hold_s", "acw_s", "csat")
TALKED = ("handle_s", "talk_s")


class Answered(Struct, frozen=True):
    """A column that tells whether somebody answered, and its values that say so."""

    column: str
    yes: tuple[str, ...]


def answered_by(file: File, column: str, reading: Reading) -> Answered:
    """The column with the spellings that mean yes, of a reading as a yes/no column."""
    mapped: Mapping[str, str] = reading.keys.get("map", {})
    values = different(file, column) or []
    yes = [value for value in values if mapped.get(value, value).lower() in TRUE]
    return Answered(column, tuple(yes))


def only_when(file: File, answered: Answered, sources: Mapping[str, str]) -> dict[str, Reading]:
    """The condition of each column that has nothing, or zeros alone, where nobody answered.

    A first response is null by its meaning where nobody answered, whatever the file has there.
    """
    names = [name for name in HAPPENED if name in sources]
    is_yes = text(answered.column).is_in(answered.yes).fill_null(False)
    wanted = {"rows": (~is_yes).sum()}
    for name in names:
        is_zero = text(sources[name]).filter(~is_yes).str.contains(ZERO)
        wanted[f"zero {name}"] = is_zero.sum()
        wanted[f"else {name}"] = (~is_zero).sum()
    found = file.query(**wanted)
    others = f"the others, {found['rows']:,} rows,"
    readings = {}
    for name in names:
        zero_n, else_n = found[f"zero {name}"], found[f"else {name}"]
        if not found["rows"] or (else_n and name != "first_response_s"):
            continue
        if else_n:
            said = f"of {others} {else_n:,} have a wait that no agent ended"
        elif zero_n:
            said = f"{others} have nothing but 0 ({zero_n:,} times)"
        else:
            said = f"{others} have nothing"
        condition = {answered.column: list(answered.yes)}
        told = f"Only where '{answered.column}' is {some(answered.yes)}: {said}."
        readings[name] = Reading({"only_when": condition}, [told])
    return readings


def zero_is_null(file: File, sources: Mapping[str, str]) -> dict[str, Reading]:
    """Where zero means nothing although no column tells who answered.

    Durations: every row that talked for 0 has 0 or nothing in the other columns too, at least one
    of which has something else elsewhere. Ratings: 0 lies below a scale that begins at 1.
    """
    readings = {}
    talked = next((name for name in TALKED if name in sources), None)
    others = [
        n
        for n in HAPPENED
        if n in sources and n != talked and sources[n] != sources.get(talked or "")
    ]
    if talked and others:
        is_zero = text(sources[talked]).str.contains(ZERO).fill_null(False)
        nothing = [text(sources[name]).str.contains(ZERO).fill_null(True) for name in others]
        all_nothing = reduce(lambda left, right: left & right, nothing)
        found = file.query(
            zeros=is_zero.sum(),
            proved=(is_zero & all_nothing).sum(),
            elsewhere=(~is_zero & ~all_nothing).sum(),
        )
        if found["zeros"] and found["zeros"] == found["proved"] and found["elsewhere"]:
            columns = ", ".join(f"'{sources[name]}'" for name in others)
            told = (
                f"0 means that it did not happen: all {found['zeros']:,} rows with 0 in"
                f" '{sources[talked]}' have 0 or nothing in {columns} too."
            )
            # An answer after 0 seconds can be true; here it comes with no talk at all.
            for name in (n for n in HAPPENED if n in sources and n != "csat"):
                readings[name] = Reading({"zero_is_null": True}, [told])
    if "csat" in sources:
        readings |= _rating(file, sources["csat"])
    return readings


def _rating(file: File, column: str) -> dict[str, Reading]:
    number = text(column).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    found = file.query(
        zeros=(number == 0).sum(), low=number.filter(number != 0).min(), high=number.max()
    )
    low, high = found["low"], found["high"]
    if not found["zeros"] or low is None or low < SCALE[0] or high > SCALE[1]:
        return {}
    told = (
        f"{found['zeros']:,} rows have 0, off a scale whose other values are {low:g} to {high:g}."
    )
    return {"csat": Reading({"zero_is_null": True}, [told])}
