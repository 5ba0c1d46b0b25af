"""Whether a CSV file is what it looks like: every record has a cell for each header.

A fast scan fills short records in silence, so this is asked of every file before it is trusted.
Nothing is parsed: what fails here is read again line by line, by ``layout``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from cxtool.exports.text import TextFile

SMALL_BYTES = 1 << 21  # up to here a pattern takes less than to import what counts faster
# An apostrophe before the first byte of what ``spreadsheet.unguarded`` looks for; the last of these
# begins the wide signs.
GUARD = re.compile(rb"'[=+\-@\t\r'\xef]")
EXPONENT = re.compile(rb"[eE]\+")


class Glance(Struct, frozen=True):
    """``regular``: each record has its cells, and quotes only enclose cells or are doubled.

    ``single_lines``: no record goes on over a line end. ``guarded``: some apostrophe may keep a
    spreadsheet from running a cell. ``shortened``: some number may be written with an exponent.
    ``end``: where the last record ends. ``is_utf8``: all bytes are surely UTF-8. ``is_trimmed``: no
    cell begins or ends with white space. Small files are not asked for these two.
    """

    regular: bool
    single_lines: bool = True
    guarded: bool = False
    shortened: bool = False
    end: int = 0
    is_utf8: bool = False
    is_trimmed: bool = False


IRREGULAR = Glance(regular=False, single_lines=False, guarded=True, shortened=True)


def glance(file: TextFile) -> Glance:
    """How regular the records of a file are."""
    if len(file.header) < 2:
        return IRREGULAR  # nothing tells a blank line from an empty cell
    size = file.path.stat().st_size
    begin = after_lines(file.path, 0, file.body_line - 1)
    if size - begin <= SMALL_BYTES:
        text = file.path.read_bytes()[begin:]
        text = text if text.endswith(b"\n") else text + b"\n"
        if _is_bare(text, file) or _lines(file).fullmatch(text):
            return Glance(
                regular=True,
                guarded=GUARD.search(text) is not None,
                shortened=EXPONENT.search(text) is not None,
                end=size,
            )
    from cxtool.exports.glance_blocks import look

    return look(file, begin, size)


def after_lines(path: Path, place: int, lines: int) -> int:
    """The place in a file after so many line ends from another place."""
    with path.open("rb") as stream:
        stream.seek(place)
        for _ in range(lines):
            stream.readline()
        return stream.tell()


def first_records(file: TextFile, bytes_n: int) -> bytes:
    """The whole records among the first bytes of a regular file's body."""
    with file.path.open("rb") as stream:
        stream.seek(after_lines(file.path, 0, file.body_line - 1))
        text = stream.read(bytes_n)
    end, quote = text.rfind(b"\n") + 1, file.quote.encode()
    while quote and text.count(quote, 0, end) % 2:
        end = text.rfind(b"\n", 0, end - 1) + 1
    return text[:end]


def _is_bare(text: bytes, file: TextFile) -> bool:
    """Whether records are regular and nothing is quoted: a pattern needs five times as long."""
    separator, quote = file.delimiter.encode(), file.quote.encode()
    signs = text.translate(None, bytes(set(range(256)) - {*separator, *quote, *b"\r\n"}))
    record = separator * (len(file.header) - 1) + (b"\r\n" if b"\r" in signs else b"\n")
    is_even = signs == record * signs.count(b"\n")
    return is_even and not text.startswith(record) and b"\n" + record not in text


def _lines(file: TextFile) -> re.Pattern[bytes]:
    """Regular records of one line each, none of them with nothing but empty cells."""
    separator, quote = (re.escape(sign.encode()) for sign in (file.delimiter, file.quote))
    cell = rb"[^%s%s\r\n]*+" % (separator, quote)
    if quote:
        cell = rb"(?:%s(?:[^%s\n]|%s%s)*+%s|%s)" % (*[quote] * 5, cell)
    rest = rb"(?:%s%s){%d}" % (separator, cell, len(file.header) - 1)
    return re.compile(rb"(?:(?![%s%s\r]*\n)%s%s\r?\n)*+" % (separator, quote, cell, rest))
