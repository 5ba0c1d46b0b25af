"""A section as columns of a spreadsheet: cells that can be counted with, and how each is shown.

Decided here, for ``xlsx``:

- a duration is a fraction of a day, as spreadsheets have it, and its heading says ``h:mm:ss``;
  differences stay in seconds, because no spreadsheet shows a negative time;
- a percentage is its figure from 0 to 100 with the sign behind it; 100 % and 0 % are shown only
  of exactly all and exactly none;
- a date and time is that of the report's zone, which the heading names;
- a figure has the colour of its band, a change that of what it means; no colour says more than
  the text in its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import polars as pl
from msgspec import Struct

from cxtool.render.csv import FORMULA
from cxtool.render.frames import plain
from cxtool.render.layout import UNIT_COLUMN
from cxtool.render.safe import one_line
from cxtool.render.tones import BAND_TONES, Tone, change_tone, value_tone
from cxtool.report import Column, Section
from cxtool.units import MISSING, WORDS, Unit, show

Cell = str | float | bool | None

LONGEST_NAME = 31
RESERVED_NAMES = ("history",)
DURATION = "[h]:mm:ss"
NUMBER_FORMATS: dict[Unit, str] = {
    Unit.COUNT: "#,##0",
    Unit.INDEX: "0",
    Unit.NUMBER: "#,##0.00",
    Unit.MONEY: "#,##0.00",
    Unit.SECONDS: '#,##0.0" s"',
    Unit.PERCENT: '0.0" %"',
    Unit.POINTS: '0.0" pp"',
    Unit.DATETIME: "yyyy-mm-dd hh:mm:ss",
    Unit.DATE: "yyyy-mm-dd",
}
SIGNED = frozenset({"change", "change_pct"})
UNITS = {unit.value: unit for unit in Unit}
DAY_S = 86_400
DAY_ZERO = datetime(1899, 12, 30)
FIRST_DAY = date(1900, 3, 1)  # before it, spreadsheets have a day that never was
EXACT_INTEGER = 10**15  # spreadsheets keep 15 digits
MEASURED_ROWS = 500
WIDTHS = (7, 60)
FILTER_BUTTON = 3

_NO_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_FORMULA = re.compile(FORMULA)


class Style(NamedTuple):
    """How a cell is shown. ``quoted``: it stays text when a person edits it, formula or not."""

    number_format: str = ""
    tone: Tone = ""
    quoted: bool = False


class SheetColumn(Struct, frozen=True, kw_only=True):
    """One column: its heading, its cells, the style of each, and its width in characters."""

    label: str
    cells: list[Cell]
    styles: list[Style]
    width: int


def sheet_columns(section: Section, *, time_zone: str) -> tuple[SheetColumn, ...]:
    """The columns of a section's sheet, in order; a missing value is None."""
    rows = plain(section.rows, time_zone)
    return tuple(_sheet_column(column, section, rows, time_zone) for column in section.columns)


def sheet_names(ids: Iterable[str], *, taken: Iterable[str] = ()) -> list[str]:
    """Names that spreadsheets accept: short, of allowed characters, different in any case.

    >>> sheet_names(["summary", "by_a/b", "Summary", "x" * 40], taken=["Report"])
    ['summary', 'by_a_b', 'Summary_2', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    """
    used = {name.lower() for name in (*taken, *RESERVED_NAMES)}
    names = []
    for section_id in ids:
        stem = _NO_NAME.sub("_", section_id) or "_"
        name, number = stem[:LONGEST_NAME], 1
        while name.lower() in used:
            number += 1
            name = f"{stem[: LONGEST_NAME - len(f'_{number}')]}_{number}"
        used.add(name.lower())
        names.append(name)
    return names


def _sheet_column(
    column: Column, section: Section, rows: pl.DataFrame, time_zone: str
) -> SheetColumn:
    values = rows.get_column(column.key).to_list()
    in_days = _is_duration(column, values)
    units = _units(column, rows)
    return SheetColumn(
        label=_label(column, time_zone, in_days=in_days),
        cells=[_cell(value, unit, in_days) for value, unit in zip(values, units, strict=True)],
        styles=[
            Style(
                DURATION if in_days else _number_format(value, unit, column),
                tone,
                isinstance(value, str) and _FORMULA.search(value) is not None,
            )
            for value, unit, tone in zip(
                values, units, _tones(column, section, rows, values), strict=True
            )
        ],
        width=_width(column.label, values, units),
    )


def _units(column: Column, rows: pl.DataFrame) -> list[Unit]:
    """The unit of each cell: a row's own, where rows have one, for their plain numbers."""
    if column.unit is not Unit.NUMBER or UNIT_COLUMN not in rows.columns:
        return [column.unit] * rows.height
    return [UNITS.get(name, Unit.NUMBER) for name in rows.get_column(UNIT_COLUMN)]


def _is_duration(column: Column, values: Sequence[Any]) -> bool:
    return (
        column.unit is Unit.SECONDS
        and column.role != "change"
        and all(value is None or value >= 0 for value in values)
    )


def _label(column: Column, time_zone: str, *, in_days: bool) -> str:
    label = one_line(column.label)
    match column.unit:
        case Unit.SECONDS:
            return f"{label} ({'h:mm:ss' if in_days else 's'})"
        case Unit.DATETIME:
            return f"{label} ({time_zone})"
        case _:
            return label


def _cell(value: Any, unit: Unit, in_days: bool) -> Cell:
    match value:
        case None | bool():
            return value
        case int() | float():
            return value / DAY_S if in_days else _number(value)
        case str():
            return show(value, unit) if unit in WORDS else value
        case datetime():
            local = value.replace(tzinfo=None)
            days = (local - DAY_ZERO).total_seconds() / DAY_S
            return days if local.date() >= FIRST_DAY else local.isoformat(" ")
        case date():
            return (value - DAY_ZERO.date()).days if value >= FIRST_DAY else value.isoformat()
        case list() if unit is Unit.SERIES:
            bars = show(value, unit)
            return None if bars == MISSING else bars
        case list():
            return "; ".join("" if item is None else str(item) for item in value)
        case _:
            return str(value)


def _number(value: float) -> Cell:
    return str(value) if isinstance(value, int) and abs(value) >= EXACT_INTEGER else value


def _number_format(value: Any, unit: Unit, column: Column) -> str:
    if isinstance(value, (str, list, bool)):
        return ""
    if unit is Unit.PERCENT and column.role not in SIGNED and _rounds_to_a_claim(value):
        return f'"{show(value, unit)}"'
    if unit is Unit.NUMBER and isinstance(value, int):
        unit = Unit.COUNT
    form = NUMBER_FORMATS.get(unit, "")
    if unit is Unit.MONEY and value is not None and abs(value) < 0.1:
        form = "0.00##"  # prices of a message, of a gigabyte
    return f"+{form};-{form};{form}" if form and column.role in SIGNED else form


def _rounds_to_a_claim(percent: float | None) -> bool:
    """Whether the percentage would be shown as all or none, and is neither."""
    return percent is not None and (0 < abs(percent) < 0.05 or 99.95 <= abs(percent) < 100)


def _tones(
    column: Column, section: Section, rows: pl.DataFrame, values: Sequence[Any]
) -> list[Tone]:
    if column.role in ("change", "change_pct", "signal"):
        signals = _beside(section, rows, column.of, role="signal")
        return [change_tone(name, column.better) for name in signals or [None] * len(values)]
    bands = _beside(section, rows, column.key, unit=Unit.BAND)
    if bands is not None:
        return [BAND_TONES.get(band, "") for band in bands]
    if column.unit in WORDS or column.unit is Unit.INDEX:
        return [value_tone(value, column.unit) for value in values]
    return [""] * len(values)


def _beside(
    section: Section,
    rows: pl.DataFrame,
    key: str | None,
    *,
    role: str | None = None,
    unit: Unit | None = None,
) -> list[Any] | None:
    """The values of the column that accompanies another one in a role, or with a unit."""
    for column in section.columns:
        if column.of == key and key and (column.role == role or column.unit is unit):
            return rows.get_column(column.key).to_list()
    return None


def _width(label: str, values: Sequence[Any], units: Sequence[Unit]) -> int:
    """Room for the cells and half the heading, which folds."""
    measured = zip(values[:MEASURED_ROWS], units, strict=False)
    longest = max((len(show(value, unit)) for value, unit in measured), default=0)
    words = max(max(map(len, label.split()), default=0), -(-len(label) // 2))
    least, most = WIDTHS
    return min(max(longest + 2, words + FILTER_BUTTON, least), most)
