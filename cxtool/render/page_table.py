"""A section as a table of a page: its heads, its cells, and what its rows can be filtered by.

The column that names the rows comes first and stays in sight. Counts stand inside the cells of
banded figures. At most ``PAGE_ROWS`` rows are shown, and the table says where the rest is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from cxtool.render import PAGE_ROWS, RenderOptions
from cxtool.render.layout import Field, fields_of
from cxtool.render.page_cells import Cell, cells_of
from cxtool.render.safe import one_line
from cxtool.report import Section
from cxtool.units import NUMERIC, Unit, show

ROWS_AT_ONCE = 15  # a longer table scrolls within its frame
ROWS_LONG = 500  # a longer one is laid out only when it comes into sight
ROWS_SEARCHED = 8  # a shorter one is read faster than searched
COLUMNS_SLIM = 4  # a table of so few is not drawn across the page
COLUMNS_UPRIGHT = 9  # a wider table is printed on paper turned sideways

# Words that rows are filtered by, in the order in which they are offered.
FILTERS: dict[Unit, tuple[str, ...]] = {
    Unit.LEVEL: ("critical", "high", "medium", "low"),
    Unit.BAND: (
        "very_positive",
        "moderately_positive",
        "neutral",
        "moderately_negative",
        "very_negative",
    ),
    Unit.SLA: ("met", "not_met", "pending", "n/a"),
}
UNKNOWN = "unknown"


class Head(Struct, frozen=True, kw_only=True):
    """The head of a column. ``before`` names the figure that a change or count belongs to."""

    label: str
    key: str = ""
    before: str = ""
    css: str = ""
    numeric: bool = False


class Choice(Struct, frozen=True, kw_only=True):
    """A word that rows can be filtered by, and how many have it."""

    name: str
    words: str
    rows_n: int


class Table(Struct, frozen=True, kw_only=True):
    """What a table shows; ``tags`` has the word of each row that ``choices`` filter by."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total_n: int
    tags: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    choice_label: str = ""
    more: str | None = None
    matrix: bool = False

    @property
    def slim(self) -> bool:
        """Whether there is little beside each other."""
        return len(self.heads) <= COLUMNS_SLIM

    @property
    def wide(self) -> bool:
        """Whether paper is too narrow for it upright."""
        return len(self.heads) > COLUMNS_UPRIGHT

    @property
    def searchable(self) -> bool:
        """Whether there is enough to search in."""
        return len(self.rows) >= ROWS_SEARCHED

    @property
    def scrolls(self) -> bool:
        """Whether it is too tall for the page."""
        return len(self.rows) > ROWS_AT_ONCE

    @property
    def long(self) -> bool:
        """Whether laying it out takes long."""
        return len(self.rows) > ROWS_LONG

    @property
    def cut(self) -> bool:
        """Whether there are more rows than are shown."""
        return len(self.rows) < self.total_n


def table_of(
    section: Section, time_zone: str, options: RenderOptions, *, more: str | None = None
) -> Table:
    """The table of a section; ``more`` is the command that gives all of its rows."""
    shown = replace(section, rows=section.rows.head(PAGE_ROWS))
    fields = fields_of(shown, time_zone=time_zone, options=replace(options, sentiment="percent"))
    banded = {column.of for column in section.columns if column.unit is Unit.BAND and column.of}
    counts = {field.of: field for field in fields if field.role == "n" and field.of in banded}
    kept = _named_first([field for field in fields if field not in counts.values()])
    columns = [
        cells_of(field, counts.get(field.key), icons=options.sentiment == "icons") for field in kept
    ]
    labels = {field.key: field.label for field in fields}
    label, tags, choices = _filter(section, shown)
    return Table(
        caption=one_line(section.title),
        heads=tuple(_head(field, labels, number=place) for place, field in enumerate(kept)),
        rows=tuple(zip(*columns, strict=True)),
        tags=tags,
        choices=choices,
        choice_label=label,
        total_n=section.rows_n,
        more=more,
        matrix=len(banded) > 1 or sum(c.unit is Unit.INDEX for c in section.columns) > 1,
    )


def upright_table(fields: Sequence[Field], *, caption: str) -> Table:
    """The table of one row that is set upright: a line per figure."""
    columns = [[Cell(text=text, isolated=True) for text in field.texts] for field in fields]
    rows = tuple(zip(*columns, strict=True))
    heads = tuple(Head(label=field.label, css="n" if field.right else "") for field in fields)
    return Table(caption=one_line(caption), heads=heads, rows=rows, total_n=len(rows))


def _named_first(fields: list[Field]) -> list[Field]:
    """The fields with the one that names the rows before the others.

    It is the most telling of the texts that stand on the left: an agent's name, not the number.
    """
    texts = 0
    while texts < len(fields) and fields[texts].unit is Unit.TEXT:
        texts += 1
    if not texts:
        return fields
    name = min(reversed(range(texts)), key=lambda place: fields[place].drop)
    return [fields[name], *fields[:name], *fields[name + 1 :]]


def _head(field: Field, labels: dict[str, str], *, number: int) -> Head:
    accompanies = field.of is not None and field.role != "value"
    numeric = field.unit in NUMERIC
    return Head(
        key=field.key,
        label=field.label,
        before=labels.get(field.of or "", "") if accompanies and field.role == "change" else "",
        css="name" if number == 0 else "n" if numeric else "",
        numeric=numeric,
    )


def _filter(section: Section, shown: Section) -> tuple[str, tuple[str, ...], tuple[Choice, ...]]:
    """What rows are filtered by, the word of each row, and the words there are."""
    trended = {column.of for column in section.columns if column.role == "change"}
    for unit, order in FILTERS.items():
        columns = [column for column in section.columns if column.unit is unit]
        if not columns:
            continue
        column = next((c for c in columns if c.of in trended), columns[-1])
        words = shown.rows.get_column(column.key).to_list()
        tags = tuple(word if word in order else UNKNOWN for word in words)
        counts = Counter(tags)
        choices = tuple(
            Choice(name=name, words=show(name, unit), rows_n=counts[name])
            for name in (*order, UNKNOWN)
            if counts[name]
        )
        return one_line(column.label), tags, choices if len(choices) > 1 else ()
    return "", (), ()
