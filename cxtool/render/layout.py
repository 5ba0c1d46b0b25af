"""What people see of a section: which columns stand, which merge, in which words and tones.

Terminal tables and Markdown are made from these fields, so that they say the same:

- a change stands beside its figure as arrow and size, with the signal merged into it;
- an interval is merged into its figure where there is room for it;
- a band is merged into its percentage as an icon, or stands for it (B10);
- previous values and changes in percent show with ``verbose``, and in a section set upright;
- a section of one row is set upright, a line per figure.

A section with a column ``unit`` of unit names shows its plain numbers in each row's own unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.render import RenderOptions, cells
from cxtool.render.frames import plain
from cxtool.render.safe import one_line
from cxtool.render.tones import ARROWS, BAND_TONES, INDEX_BANDS, Tone, change_tone, value_tone
from cxtool.report import Better, Column, Role, Section
from cxtool.units import MISSING, NUMERIC, Unit

UNIT_COLUMN = "unit"
TREND_ROLES: tuple[Role, ...] = ("previous", "change", "change_pct", "signal")
UPRIGHT_LABELS: dict[Role, str] = {"change": "Change", "previous": "Before", "n": "n"}
UPRIGHT_DROPS: dict[Role, int] = {"change": 1, "n": 2, "previous": 3}


class Parts(Struct, frozen=True):
    """What a field's texts are made of, for renderers that set it apart.

    ``details`` are what stands in brackets behind the figures (interval, change in percent), empty
    where there is none; ``words`` the bands or signals that the texts show as signs.
    """

    values: list[Any]
    figures: list[str]
    details: list[str]
    words: list[Any]


class Field(Struct, frozen=True, kw_only=True):
    """One column as people see it. ``of`` is the key of the figure that it accompanies."""

    key: str
    label: str
    texts: list[str]
    tones: list[Tone]
    parts: Parts | None = None
    unit: Unit = Unit.TEXT
    better: Better | None = None
    right: bool = False
    drop: int = 5
    role: Role = "value"
    of: str | None = None
    icons: bool = False


Dressed = tuple[list[str], list[Tone], Parts]


def lay_out(
    section: Section, *, time_zone: str, options: RenderOptions, intervals: bool = True
) -> tuple[Field, ...]:
    """The fields of a section; one row is set upright."""
    upright = section.rows.height == 1
    if upright:
        options = replace(options, verbose=True)
    fields = fields_of(section, time_zone=time_zone, options=options, intervals=intervals)
    return set_upright(fields) if upright else fields


def fields_of(
    section: Section, *, time_zone: str, options: RenderOptions, intervals: bool = True
) -> tuple[Field, ...]:
    """The fields of a section as they stand side by side, however many rows there are."""
    view = _View(section, plain(section.rows, time_zone), options, intervals)
    fields = tuple(view.field(column) for column in section.columns if not view.is_told(column))
    if options.null is not None:
        fields = tuple(_with_null(field, options.null) for field in fields)
    return fields


def has_icons(section: Section, options: RenderOptions) -> bool:
    """Whether icons stand in a section, so that it needs their legend."""
    return any(
        (column.unit is Unit.BAND and column.of is not None)
        or (column.unit is Unit.INDEX and options.sentiment == "icons")
        for column in section.columns
    )


def numbered(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields with a number for the heading of each one of icons.

    >>> icons = Field(key="a_pct", label="Active listening", texts=["●"], tones=[""], icons=True)
    >>> numbered((icons,))[0].label
    '1'
    """
    numbers = {f.key: str(n) for n, f in enumerate((f for f in fields if f.icons), start=1)}
    return tuple(replace(f, label=numbers.get(f.key, f.label)) for f in fields)


def chance_note(sections: Iterable[Section]) -> str | None:
    """What the sign of a change that may be chance means, where a section shows one."""
    signals = (
        section.rows.get_column(column.key)
        for section in sections
        for column in section.columns
        if column.role == "signal"
    )
    flat = any((signal == "flat").any() for signal in signals)
    return f"{ARROWS['flat']} marks a change that chance may explain (at 95 %)." if flat else None


def set_upright(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields of one row as a line per figure, with what accompanies it beside it.

    >>> count = Field(key="a_n", label="Cases", texts=["7"], tones=[""], right=True)
    >>> [field.texts for field in set_upright((count,))]
    [['Cases'], ['7']]
    """
    keys = {field.key for field in fields}
    beside: dict[tuple[str, Role], Field] = {}
    lines = []
    for field in fields:
        place = (field.of or "", field.role)
        if field.role in UPRIGHT_LABELS and field.of in keys and place not in beside:
            beside[place] = field
        else:
            lines.append(field)
    labels = Field(
        key="label", label="", drop=0, texts=[f.label for f in lines], tones=["quiet"] * len(lines)
    )
    values = Field(
        key="value",
        label="",
        drop=0,
        texts=[f.texts[0] for f in lines],
        tones=[f.tones[0] for f in lines],
        right=all(field.right for field in lines),
    )
    return (
        labels,
        values,
        *(
            _companions(role, [beside.get((line.key, role)) for line in lines])
            for role in UPRIGHT_LABELS
            if any(role == known for _, known in beside)
        ),
    )


def _companions(role: Role, fields: list[Field | None]) -> Field:
    return Field(
        key=UPRIGHT_LABELS[role],
        label=UPRIGHT_LABELS[role],
        texts=[field.texts[0] if field else "" for field in fields],
        tones=[field.tones[0] if field else "" for field in fields],
        right=True,
        drop=UPRIGHT_DROPS[role],
    )


def _with_null(field: Field, null: str) -> Field:
    texts = [null if text == MISSING else text for text in field.texts]
    if field.parts is None:
        return replace(field, texts=texts)
    figures = [null if figure == MISSING else figure for figure in field.parts.figures]
    return replace(field, texts=texts, parts=replace(field.parts, figures=figures))


class _View:
    """One section's columns, each found beside the figure that it accompanies."""

    def __init__(
        self, section: Section, rows: pl.DataFrame, options: RenderOptions, intervals: bool
    ) -> None:
        self.section = section
        self.rows = rows
        self.options = options
        self.intervals = intervals
        # (key of a figure, "low", "band", ...) -> the column that accompanies it
        self.beside = {(c.of, _part(c)): c for c in section.columns if c.of is not None}
        self.row_units = self._row_units()

    def is_told(self, column: Column) -> bool:
        """Whether another column tells what this one says, or it is a detail not asked for."""
        if column.of is None:
            return column.key == UNIT_COLUMN and self.row_units is not None
        if column.role in TREND_ROLES and self._compares_nothing(column.of):
            return True
        match _part(column):
            case "low" | "high" | "band" | "change_pct":
                return True
            case "signal":
                return (column.of, "change") in self.beside
            case "previous":
                return not self.options.verbose
            case "n":
                return (
                    self.options.sentiment == "icons"
                    and not self.options.verbose
                    and (column.of, "band") in self.beside
                )
            case _:
                return False

    def _compares_nothing(self, key: str) -> bool:
        signal = self.beside.get((key, "signal"))
        return signal is not None and self.rows[signal.key].null_count() == self.rows.height

    def field(self, column: Column) -> Field:
        dressed = self._change(column) if column.role == "change" else self._figure(column)
        texts, tones, parts = dressed
        accompanies = column.role == "change" and column.of is not None
        return Field(
            key=column.key,
            label="Change" if accompanies else one_line(column.label),
            texts=texts,
            tones=tones,
            parts=parts,
            unit=column.unit,
            better=column.better,
            right=column.unit in NUMERIC,
            drop=self._drop(column),
            role=column.role,
            of=column.of,
            icons=self._is_iconic(column),
        )

    def _figure(self, column: Column) -> Dressed:
        values, units = self._values(column), self._units(column)
        icons = self._is_iconic(column)
        tones = [value_tone(value, unit) for value, unit in zip(values, units, strict=True)]
        figures = cells.figures(values, units)
        details = [""] * len(values)
        bands: list[Any] = [None] * len(values)
        if column.unit is Unit.INDEX:
            bands = [INDEX_BANDS.get(value) if value is not None else None for value in values]
            texts = cells.index_icons(values) if icons else figures
            return texts, tones, Parts(values, figures, details, bands)
        texts = figures
        low, high = (self.beside.get((column.key, part)) for part in ("low", "high"))
        if low and high:
            details = cells.intervals(self._values(low), self._values(high), units)
            if self.intervals and not icons:
                texts = cells.with_details(figures, details)
        if band := self.beside.get((column.key, "band")):
            bands = self._values(band)
            texts = cells.with_band(texts, bands, icons=icons)
            tones = [BAND_TONES.get(name, "quiet") for name in bands]
        return texts, tones, Parts(values, figures, details, bands)

    def _is_iconic(self, column: Column) -> bool:
        banded = column.unit is Unit.INDEX or (column.key, "band") in self.beside
        return banded and self.options.sentiment == "icons"

    def _drop(self, column: Column) -> int:
        # Icons are for scanning side by side: narrow, and what was asked for.
        return min(column.drop, 1) if self._is_iconic(column) else column.drop

    def _change(self, column: Column) -> Dressed:
        sizes, units = self._values(column), self._units(column)
        nothing: list[Any] = [None] * len(sizes)
        signal = self.beside.get((column.of or "", "signal"))
        signals = self._values(signal) if signal else nothing
        percent = self.beside.get((column.of or "", "change_pct"))
        in_percent = percent is not None and self.options.verbose
        percents = [
            None if unit in (Unit.PERCENT, Unit.POINTS) else value
            for value, unit in zip(
                self._values(percent) if percent and in_percent else nothing, units, strict=True
            )
        ]
        figures = cells.changes(sizes, signals, units)
        details = cells.change_details(percents)
        texts = cells.with_details(cells.with_arrows(figures, signals), details)
        tones = [change_tone(name, column.better) for name in signals]
        return texts, tones, Parts(sizes, figures, details, signals)

    def _values(self, column: Column) -> list[Any]:
        return self.rows.get_column(column.key).to_list()

    def _units(self, column: Column) -> list[Unit]:
        if self.row_units is not None and column.unit is Unit.NUMBER:
            return self.row_units
        return [column.unit] * self.rows.height

    def _row_units(self) -> list[Unit] | None:
        if UNIT_COLUMN not in self.rows.columns:
            return None
        names = self.rows.get_column(UNIT_COLUMN).to_list()
        known = {unit.value: unit for unit in Unit}
        if not all(name is None or name in known for name in names):
            return None
        return [known.get(name, Unit.NUMBER) for name in names]


def _part(column: Column) -> str:
    return "band" if column.unit is Unit.BAND else column.role
