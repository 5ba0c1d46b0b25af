"""The row rules: which rows are set aside, in which order they are judged, and how that is said.

A row is set aside under the first rule that it breaks, so the counts of the rules add up to the
number of rows set aside. Every table has the rules of its column types; ``schema`` says the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Literal

import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.exports.cells import Cell
from cxtool.exports.convert import KINDS
from cxtool.schema import SENTIMENTS, Table, Type
from cxtool.units import Unit, show

Name = Literal[
    "unreadable_row",
    "missing_value",
    "mangled_id",
    "unreadable_value",
    "negative_duration",
    "unknown_sentiment",
    "csat_off_scale",
    "end_before_start",
    "duplicate_id",
]


MANGLED = "shortened by a spreadsheet, other ids may look the same; export the column as text"


class Rule(Struct, frozen=True):
    """One rule for one column. ``reason`` completes "set aside because ..." for people."""

    name: Name
    column: str
    reason: str


Cells = Mapping[str, Cell]  # by canonical column


def rules_of(table: Table, settings: Settings) -> tuple[Rule, ...]:
    """The rules of a table in the order in which they are judged; the position is the code."""
    low, high = settings.csat.scale
    scale = f"{show(low, Unit.NUMBER)} to {show(high, Unit.NUMBER)}"
    rules = [Rule("missing_value", name, "required and empty") for name in table.required]
    ids = [field for field in table.fields if field.required and field.is_id]
    rules += [Rule("mangled_id", field.name, MANGLED) for field in ids]
    typed = [field for field in table.fields if field.type is not Type.STR]
    rules += [Rule("unreadable_value", field.name, f"not {KINDS[field.type]}") for field in typed]
    rules += [
        Rule("negative_duration", field.name, "a duration below zero")
        for field in typed
        if field.type is Type.SECONDS
    ]
    if "sentiment" in table.names:
        rules.append(Rule("unknown_sentiment", "sentiment", f"not {', '.join(SENTIMENTS)}"))
    if "csat" in table.names:
        rules.append(Rule("csat_off_scale", "csat", f"outside the scale of {scale}"))
    rules += [Rule("end_before_start", end, f"earlier than {start}") for start, end in table.spans]
    return tuple(rules)


def broken_rule(
    rules: tuple[Rule, ...],
    cells: Cells,
    settings: Settings,
    *,
    judged: Set[int] | None = None,
) -> pl.Expr:
    """The code of the first rule that the row breaks, null where it breaks none.

    ``judged``: the codes of the rules that a row can break; None where that is not known.
    """
    codes = [
        pl.when(flag).then(pl.lit(code, pl.Int16))
        for code, flag in flags(rules, cells, settings).items()
        if judged is None or code in judged
    ]
    return pl.coalesce(codes) if codes else pl.lit(None, pl.Int16)


def broken_value(rules: tuple[Rule, ...], cells: Cells, settings: Settings) -> pl.Expr:
    """The value that broke the first rule that is broken, as it stands in the file."""
    broken = pl.lit(None, pl.String)
    for code, flag in reversed(flags(rules, cells, settings).items()):
        value = cells[rules[code].column].raw.cast(pl.String)
        broken = pl.when(flag).then(value).otherwise(broken)
    return broken


def flags(rules: tuple[Rule, ...], cells: Cells, settings: Settings) -> dict[int, pl.Expr]:
    """By code, whether a row breaks the rule; without the rules that no row of the file can."""
    found = {
        code: _FLAGS[rule.name](rule.column, cells, settings)
        for code, rule in enumerate(rules)
        if rule.column in cells
    }
    return {code: flag for code, flag in found.items() if flag is not None}


def _missing(column: str, cells: Cells, settings: Settings) -> pl.Expr | None:
    return cells[column].raw.is_null()


def _unreadable(column: str, cells: Cells, settings: Settings) -> pl.Expr | None:
    return cells[column].unread


def _negative(column: str, cells: Cells, settings: Settings) -> pl.Expr | None:
    return cells[column].read < 0


def _sentiment(column: str, cells: Cells, settings: Settings) -> pl.Expr | None:
    return cells[column].read.is_in(SENTIMENTS).not_()


def _csat(column: str, cells: Cells, settings: Settings) -> pl.Expr | None:
    return cells[column].read.is_between(*settings.csat.scale).not_()


def _reversed(column: str, cells: Cells, settings: Settings) -> pl.Expr | None:
    start = {"ended_at": "started_at", "resolved_at": "created_at"}[column]
    return cells[column].read < cells[start].read


_FLAGS: dict[Name, Callable[[str, Cells, Settings], pl.Expr | None]] = {
    "missing_value": _missing,
    "mangled_id": _unreadable,
    "unreadable_value": _unreadable,
    "negative_duration": _negative,
    "unknown_sentiment": _sentiment,
    "csat_off_scale": _csat,
    "end_before_start": _reversed,
}
