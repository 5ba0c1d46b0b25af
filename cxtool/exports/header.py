"""Which record of a CSV file is its header: titles, dates of making and filters may come before it.

The first record is the header unless a later one is shown to be: it has the names of the columns
that the records below fill, and what stands before it has not. A file may also have none at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log2
from typing import Literal, NamedTuple

LAST_PLACE = 40  # records before the header, at most
LEAST_CELLS = 3  # of a header after other lines: a comma in a sentence makes two
TYPED = 0.8  # share of a column's values that are of one kind
Kind = Literal["number", "time"]

NUMBER = r"[-+]?(?:\d{1,3}(?:[ .,'\u00a0]\d{3})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)? ?%?"
TIME = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:\d{2})?(?:[, ].*)?"
    r"|\d{1,2}[- ][^\W\d]{3,}[- ]\d{2,4}(?: .*)?"
    r"|\d{1,3}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?(?: ?[APap][Mm])?"
)


class Record(NamedTuple):
    """The stripped cells of a record, and the lines before its beginning and its end."""

    line: int
    end: int
    cells: tuple[str, ...]

    @property
    def filled_n(self) -> int:
        """Cells that hold anything."""
        return sum(map(bool, self.cells))

    @property
    def used_n(self) -> int:
        """Cells up to the last that holds anything."""
        return next((place for place in range(len(self.cells), 0, -1) if self.cells[place - 1]), 0)


def find_header(records: Sequence[Record]) -> int:
    """The place of the header among the records, 0 unless a later one is shown to be it.

    >>> made = [("Calls of May",), ("Id", "Start", "Agent"), ("1", "2026-05-01", "Ada")]
    >>> find_header([Record(line, line + 1, cells) for line, cells in enumerate(made)])
    1
    """
    width, used_n = _width(records)
    first = next((place for place, record in enumerate(records) if record.filled_n), 0)
    if width < LEAST_CELLS or _is_names(records[first], width, used_n):
        return first
    places = range(first + 1, min(len(records), LAST_PLACE))
    place = next((p for p in places if _is_names(records[p], width, used_n)), first)
    before, body = records[first:place], records[place + 1 :]
    kinds = _kinds(body, width)
    is_named = not body or _names(records[place], kinds)
    # A line such as "Made on,2026-06-01" has a time in the right place by chance.
    are_records = (2 * one.filled_n > used_n and _is_like(one, kinds) for one in before)
    are_aside = all(_is_aside(record, width) for record in before) and not any(are_records)
    return place if is_named and are_aside else first


def is_data(records: Sequence[Record], place: int) -> bool:
    """Whether the record in the header's place is one like those below it."""
    header = records[place]
    others = records[place + 1 :]
    if not others:
        return any(kind(cell) == "time" for cell in header.cells)
    if not any(map(kind, header.cells)):
        return False
    kinds = _kinds(others, _width(others)[0])
    filled = [one for one in kinds if one < len(header.cells) and header.cells[one]]
    alike = [one for one in filled if kind(header.cells[one]) == kinds[one]]
    # A number may name a column, and not every record has each; a time is never named by a word.
    is_named = any(kinds[one] == "time" for one in filled if one not in alike)
    return bool(alike) and 2 * len(alike) >= len(filled) and not is_named


def reconciled(records: Sequence[Record], place: int) -> tuple[tuple[str, ...], int]:
    """The cells of the header, as many as records have; and how many at its end are spare.

    Delimiters at the end of lines make columns without name and value, in the header, in the
    records, or in both.
    """
    header, body = records[place], records[place + 1 :]
    counted = Counter(len(record.cells) for record in body)
    width = max(counted, key=lambda cells: counted[cells], default=len(header.cells))
    used_n = max((record.used_n for record in body), default=0)
    named_n = header.used_n
    cells = header.cells
    if width < len(cells):
        cells = cells[: max(named_n, width)]
    elif used_n <= named_n:
        cells = cells + ("",) * (width - len(cells))
    return cells, len(cells) - max(named_n, min(used_n, len(cells)))


def kind(cell: str) -> Kind | None:
    """What a cell holds that a name of a column hardly is."""
    # Names have no digits, mostly; the patterns take a while to be compiled.
    if not any(map(str.isdecimal, cell)):
        return None
    if re.fullmatch(TIME, cell):
        return "time"
    return "number" if re.fullmatch(NUMBER, cell) else None


def _width(records: Sequence[Record]) -> tuple[int, int]:
    """The cells that most records have, and how many of them are used."""
    counted = Counter(len(record.cells) for record in records)
    width = max(counted, key=lambda cells: counted[cells] * log2(cells), default=1)
    used = [record.used_n for record in records if len(record.cells) == width]
    return width, max(used, default=0)


def _kinds(records: Sequence[Record], width: int) -> dict[int, Kind]:
    """The columns of which nearly all values are of one kind."""
    even = [record.cells for record in records if len(record.cells) == width]
    kinds: dict[int, Kind] = {}
    for place in range(width):
        values = [kind(cells[place]) for cells in even if cells[place]]
        for one in ("time", "number"):
            if values and values.count(one) >= TYPED * len(values):
                kinds[place] = one
    return kinds


def _is_names(record: Record, width: int, used_n: int) -> bool:
    """Whether a record may name the columns: as many cells, most filled, none a number or time."""
    filled = [cell for cell in record.cells if cell]
    fits = len(record.cells) == width or record.used_n in (width, used_n)
    few = 2 * len(filled) <= used_n or 2 * len(set(filled)) <= len(filled)
    return fits and not few and not any(map(kind, filled))


def _is_aside(record: Record, width: int) -> bool:
    """Whether a record may come before the header: few words, or a number or time among them."""
    return 2 * record.filled_n <= width or any(map(kind, record.cells))


def _names(record: Record, kinds: Mapping[int, Kind]) -> bool:
    """Whether a cell names a column of numbers or times."""
    return any(place < len(record.cells) and record.cells[place] for place in kinds)


def _is_like(record: Record, kinds: Mapping[int, Kind]) -> bool:
    """Whether a record has the kinds of values that the others have."""
    cells = record.cells
    return bool(kinds) and all(
        place < len(cells) and kind(cells[place]) == one for place, one in kinds.items()
    )
