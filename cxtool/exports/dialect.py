"""How a CSV file is written: its delimiter, its header, and the line on which records begin."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from cxtool.errors import CxtoolError, UsageError

DELIMITERS = (",", ";", "\t", "|")
NAMED = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
LONGEST_CELL = 1 << 30  # Python's own limit of 128 KB is less than some notes are long
# Spreadsheets write and read this line before the header.
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """``body_line`` is the line of the first record, from 1."""

    delimiter: str
    header: tuple[str, ...]
    body_line: int


def find_dialect(
    head: str,
    *,
    name: str,
    delimiter: str | None,
    skip_lines: int,
    header: tuple[str, ...] = (),
) -> Dialect:
    """The dialect from the beginning of a file. ``header`` is that of a file without one.

    Raises CxtoolError where there is no header that can be read, UsageError for a delimiter that
    is no single ASCII character.
    """
    lines = io.StringIO(head, newline="\n").readlines()
    skip = skip_lines
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    if skip < len(lines) and (said := SEPARATOR_LINE.fullmatch(lines[skip])):
        delimiter = delimiter or said[1]
        skip += 1
    if skip >= len(lines):
        raise CxtoolError(f"{name}: no header line after {skip} lines")
    found = _named(delimiter) if delimiter else _delimiter(lines[skip])
    if header:
        return Dialect(found, unique_names(header), body_line=skip + 1)
    reader = csv.reader(lines[skip:], delimiter=found)
    csv.field_size_limit(LONGEST_CELL)
    try:
        cells = tuple(cell.strip() for cell in next(reader))
    except csv.Error as error:
        raise CxtoolError(f"{name}: the header cannot be read ({error})") from None
    return Dialect(found, unique_names(cells), body_line=skip + reader.line_num + 1)


def _named(delimiter: str) -> str:
    found = NAMED.get(delimiter.lower(), delimiter)
    if len(found.encode()) != 1 or found in '"\r\n':
        raise UsageError(f"--delimiter takes one character, not '{delimiter}'")
    return found


def _delimiter(header: str) -> str:
    """The candidate that parts the header into most cells outside quotes."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def unique_names(header: tuple[str, ...]) -> tuple[str, ...]:
    """Repeated or empty header names get their position, so that no column is lost."""
    seen: set[str] = set()
    names = []
    for position, cell in enumerate(header, start=1):
        name = cell or f"column_{position}"
        while name in seen:
            name = f"{name}_{position}"
        seen.add(name)
        names.append(name)
    return tuple(names)
