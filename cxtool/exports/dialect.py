"""How a CSV file is written: its delimiter and quote, its header, and where records begin.

The delimiter is the one that parts the first records most evenly, the header among them; which
record is the header is decided in ``header``. What the user or a profile names is not looked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from math import log2

from msgspec import Struct

from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.header import LAST_PLACE, Record, find_header, is_data, reconciled
from cxtool.exports.spreadsheet import unguarded_name

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
NAMED = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
LONGEST_CELL = 1 << 30  # Python's own limit of 128 KB is less than some notes are long
LOOKED_AT = 100  # records
# What makes the first line the header outweighs what parts the lines below it more evenly.
HEADER_WEIGHT = 2.5
# Spreadsheets write and read this line before the header.
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
CUT_OFF = "unexpected end of data"  # what csv says of a quoted cell without end
ANY_DELIMITER = re.compile("[" + "".join(DELIMITERS) + "]")
OTHERS = {one: re.compile(f"[{''.join(DELIMITERS).replace(one, '')}]") for one in DELIMITERS}
DECIMAL = re.compile(r"\s*[-+]?\d+,\d+\s*%?")


class Dialect(Struct, frozen=True):
    """``body_line`` is the line of the first record, from 1.

    ``before`` are the lines before the header that hold anything, ``before_n`` all of them, where
    they were found by looking;
    ``spare_n`` columns at the end have neither a name nor, as far as was looked, a value;
    ``is_headless``: the header seems to be a record.
    """

    delimiter: str
    quote: str
    header: tuple[str, ...]
    body_line: int
    before: tuple[str, ...] = ()
    before_n: int = 0
    spare_n: int = 0
    is_headless: bool = False


def find_dialect(
    head: str,
    *,
    name: str,
    delimiter: str | None = None,
    quote: str | None = None,
    skip_lines: int | None = None,
    header: tuple[str, ...] = (),
    is_whole: bool = True,
) -> Dialect:
    """The dialect from the beginning of a file. ``header`` is that of a file without one.

    ``skip_lines`` None: lines before the header are found by looking; ``quote`` empty: none.
    Raises CxtoolError where there is no header that can be read, UsageError for a delimiter that
    is no single ASCII character.
    """
    lines = io.StringIO(head, newline="\n").readlines()
    if not is_whole and len(lines) > 1:
        lines.pop()
    skip = skip_lines or 0
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    if skip < len(lines) and (said := SEPARATOR_LINE.fullmatch(lines[skip])):
        delimiter = delimiter or said[1]
        skip += 1
    if skip >= len(lines):
        raise CxtoolError(f"{name}: no header line after {skip} lines")
    csv.field_size_limit(LONGEST_CELL)
    found, marks, records = _written(lines[skip:], delimiter, quote, is_whole=is_whole)
    if header:
        return Dialect(found, marks, unique_names(header), body_line=skip + 1)
    if not records:
        raise CxtoolError(f"{name}: line {skip + 1}: the header cannot be read")
    place = 0 if skip_lines is not None else find_header(records)
    cells, spare_n = reconciled(records, place)
    before = lines[skip : skip + records[place].line] if place else []
    held = tuple(line.strip() for line in before if line.strip())
    return Dialect(
        found,
        marks,
        unique_names(tuple(map(unguarded_name, cells))),
        body_line=skip + records[place].end + 1,
        before=held,
        before_n=len(before) if held else 0,
        spare_n=spare_n,
        is_headless=is_data(records, place),
    )


def unique_names(header: tuple[str, ...]) -> tuple[str, ...]:
    """Repeated or empty header names get their position, so that no column is lost.

    So do those that Polars takes for patterns of names.

    >>> unique_names(("id", "", "id", "*", "^x$"))
    ('id', 'column_2', 'id_3', '*_4', '^x$_5')
    """
    seen: set[str] = set()
    names = []
    for position, cell in enumerate(header, start=1):
        name = cell or f"column_{position}"
        while name in seen or name == "*" or (name[0] == "^" and name[-1] == "$"):
            name = f"{name}_{position}"
        seen.add(name)
        names.append(name)
    return tuple(names)


def _named(delimiter: str) -> str:
    found = NAMED.get(delimiter.lower(), delimiter)
    if len(found.encode()) != 1 or found in '"\r\n':
        raise UsageError(f"--delimiter takes one character, not '{delimiter}'")
    return found


def _written(
    lines: Sequence[str], delimiter: str | None, quote: str | None, *, is_whole: bool
) -> tuple[str, str, list[Record]]:
    """The delimiter and the quote that part the lines most evenly into most cells, and these."""
    delimiters = (_named(delimiter),) if delimiter else DELIMITERS
    usual = QUOTES[0] if quote is None else quote
    text = "".join(lines)
    best, found = 0.0, None
    for candidate in delimiters:
        if candidate not in text:
            continue
        marks = usual
        records, _ = _records(lines, candidate, marks)
        if quote is None and candidate != QUOTES[1] and _has_apostrophes(records):
            other, problem = _records(lines, candidate, QUOTES[1], strict=True)
            # The lines may end within a cell where they are not the whole file.
            if not problem or (problem == CUT_OFF and not is_whole):
                is_even = _widths_n(records) > _widths_n(other) == 1
                if is_even or _are_enclosed(records):
                    records, marks = other, QUOTES[1]
        evenness = _evenness(records, candidate)
        if evenness > best:
            best, found = evenness, (candidate, marks, records)
    return found or (delimiters[0], usual, _records(lines, delimiters[0], usual)[0])


def _records(
    lines: Sequence[str], delimiter: str, quote: str, *, strict: bool = False
) -> tuple[list[Record], str]:
    """The first records that are not blank, and why the one after them cannot be parted."""
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=strict,
    )
    records: list[Record] = []
    while len(records) < LOOKED_AT:
        begins = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            return records, str(error)
        if len(cells) > 1 or "".join(cells).strip():
            stripped = tuple(cell.strip() for cell in cells)
            records.append(Record(line=begins, end=reader.line_num, cells=stripped))
    return records, ""


def _has_apostrophes(records: Sequence[Record]) -> bool:
    return any(cell.startswith("'") for record in records for cell in record.cells)


def _are_enclosed(records: Sequence[Record]) -> bool:
    """Whether one of the first records has all its cells between apostrophes."""
    return any(
        record.filled_n > 1
        and all(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in record.cells if cell)
        for record in records[:LAST_PLACE]
    )


def _widths_n(records: Sequence[Record]) -> int:
    return len({len(record.cells) for record in records})


def _evenness(records: Sequence[Record], delimiter: str) -> float:
    """How many of the records have as many cells as most, and how many these are.

    Less where cells hold other delimiters: text seldom does, what is parted wrongly always.
    """
    filled = [record.cells for record in records if any(record.cells)]
    counted = Counter(map(len, filled))
    width = max(counted, key=lambda cells: counted[cells] * log2(cells), default=1)
    if width == 1:
        return 0.0
    even = [cells for cells in filled if len(cells) == width]
    other = OTHERS.get(delimiter, ANY_DELIMITER)
    parted = [cell for cells in even for cell in filter(other.search, cells)]
    mixed = sum(not DECIMAL.fullmatch(cell) for cell in parted) / (len(even) * width)
    is_header = 1 < len(filled[0]) in (width - 1, width, width + 1)
    if not is_header and 2 * len(even) < len(filled):
        return 0.0
    weight = HEADER_WEIGHT if is_header else 1.0
    return len(even) / len(filled) * max(1 - mixed, 0.1) * log2(width) * weight
