"""How regular the records of a CSV file are, found by counting the bytes of its blocks.

For files of any size: the work is done on arrays, and parts of a file are looked at side by side.
What else is asked of every byte is asked here, while a block is at hand.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxtool.exports.glance import IRREGULAR, Glance, after_lines
from cxtool.exports.glance_blanks import is_trimmed

if TYPE_CHECKING:
    from cxtool.exports.text import TextFile

# Of smaller ones more would stay in a processor's cache, but threads wait for each other.
BLOCK_BYTES = 1 << 21
LET_GO_BYTES = 1 << 24
WORKERS = 4
LINE_END, CARRIAGE_RETURN, APOSTROPHE, PLUS = b"\n\r'+"
# First bytes of what ``spreadsheet.unguarded`` looks for; the last begins the wide signs.
BEFORE_FORMULAS = np.frombuffer(b"=+-@\t\r'\xef", np.uint8)
EXPONENTS = np.frombuffer(b"eE", np.uint8)
LONGEST_RECORD = 1 << 24
SMALL = 256  # below it, counts fit in a byte, which is many times faster than anything wider


def look(file: TextFile, begin: int, size: int) -> Glance:
    """How regular the records are from a place in the file to its end.

    The file is looked at in parts, side by side. Each begins on a new line; where that lies within
    a quoted cell, the part before ends elsewhere, and the file is looked at as one.
    """
    # glibc asks the system for the memory of each array, and gives it back at once, until one as
    # large as this was let go of; from then on it keeps such memory for the next.
    bytes(LET_GO_BYTES)
    workers = min(WORKERS, os.cpu_count() or 1)
    guesses = [begin + (size - begin) * part // workers for part in range(1, workers)]
    bounds = [begin, *(after_lines(file.path, place, 1) for place in guesses), size]
    spans = list(pairwise(sorted(bounds)))
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda span: _look(file, *span), spans))
    if any(part.end != end for part, (_, end) in zip(parts, spans, strict=True)):
        whole = _look(file, begin, size)
        return whole if whole.end == size else IRREGULAR  # a quote that nothing closes
    with file.path.open("rb") as stream:
        before = Glance(regular=True, is_utf8=_is_utf8(stream.read(begin)), is_trimmed=True)
    return _all([before, *parts], end=size)


def _all(parts: Sequence[Glance], *, end: int) -> Glance:
    """What holds of all regular parts of a file."""
    return Glance(
        regular=True,
        single_lines=all(part.single_lines for part in parts),
        guarded=any(part.guarded for part in parts),
        shortened=any(part.shortened for part in parts),
        end=end,
        is_utf8=all(part.is_utf8 for part in parts),
        is_trimmed=all(part.is_trimmed for part in parts),
    )


def _look(file: TextFile, begin: int, end: int) -> Glance:
    """The records between two places. Their ``end`` is the second one if the last ends there."""
    separator, quote = ord(file.delimiter), ord(file.quote) if file.quote else None
    cells = len(file.header)
    place, rest = begin, b""
    parts = []
    with file.path.open("rb", buffering=0) as stream:
        stream.seek(begin)
        while block := stream.read(min(BLOCK_BYTES, end - place - len(rest))) or rest:
            # The last line of a file may lack its end.
            text = rest + block if block is not rest else rest + b"\n"
            found = _records(text, separator, quote, cells=cells)
            if not found.regular or len(text) - found.end > LONGEST_RECORD:
                return IRREGULAR
            parts.append(found)
            if block is rest:
                return _all(parts, end=end if found.end else place)
            place, rest = place + found.end, text[found.end :]
    return _all(parts, end=place)


def _records(text: bytes, separator: int, quote: int | None, *, cells: int) -> Glance:
    """The whole records in a text that begins with one; ``end`` is that of the last."""
    signs = np.frombuffer(text, np.uint8)
    ends, places = _ends_and_quotes(text, signs, quote)
    is_inside = np.searchsorted(places, ends) % 2 == 1
    single_lines = not is_inside.any()
    ends = ends[~is_inside]
    if not len(ends):
        return Glance(True, single_lines, True, True, is_utf8=True, is_trimmed=True)
    end = int(ends[-1]) + 1
    places = places[: np.searchsorted(places, end)]
    opened, closed = places[::2], places[1::2]
    if not _encloses(signs, opened, closed, separator):
        return IRREGULAR
    begins = np.concatenate(([0], ends[:-1] + 1))
    if _has_empty(signs, begins, ends, separator, quote, cells=cells):
        return IRREGULAR
    is_separator = signs[:end] == separator
    if not _have_cells(is_separator, begins, ends, places, cells=cells):
        return IRREGULAR
    whole = text[:end]
    is_utf8 = _is_utf8(whole)
    return Glance(
        regular=True,
        single_lines=single_lines,
        guarded=b"'" in text and _guards(signs),
        shortened=b"+" in text and _shortens(signs),
        end=end,
        is_utf8=is_utf8,
        is_trimmed=is_utf8 and is_trimmed(whole, ends, places, separator=separator),
    )


def _ends_and_quotes(
    text: bytes, signs: NDArray[np.uint8], quote: int | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of line ends, and of quotes."""
    if quote is None or quote not in text:
        ends = np.flatnonzero(signs == LINE_END)
        return ends, ends[:0]
    # Finding places costs many times what comparing does.
    both = np.flatnonzero((signs == LINE_END) | (signs == quote))
    is_quote = signs[both] == quote
    return both[~is_quote], both[is_quote]


def _have_cells(
    is_separator: NDArray[np.bool_],
    begins: NDArray[np.intp],
    ends: NDArray[np.intp],
    places: NDArray[np.intp],
    *,
    cells: int,
) -> bool:
    """Whether each record has so many cells, separators between quotes left out."""
    separators = is_separator.view(np.uint8)
    opened, closed = places[::2], places[1::2]
    is_wide = cells > SMALL or bool(len(places) and (closed - opened).max() > SMALL)
    width = np.uint16 if is_wide else np.uint8
    counts = np.add.reduceat(separators, begins, dtype=width)
    total = np.count_nonzero(separators)
    if len(places):
        within = np.add.reduceat(separators, places, dtype=width)[::2]
        records = np.searchsorted(ends, opened)
        np.subtract.at(counts, records, within)
        total -= int(within.sum(dtype=np.int64))
    # A count may have gone round; then the total tells.
    return bool((counts == cells - 1).all()) and total == (cells - 1) * len(ends)


def _is_utf8(text: bytes) -> bool:
    """Whether whole characters of UTF-8 are all that there is: no other way is as fast."""
    try:
        pl.Series([text], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True


def _guards(text: NDArray[np.uint8]) -> bool:
    """Whether an apostrophe stands before something that a spreadsheet would run."""
    apostrophes = np.flatnonzero(text[:-1] == APOSTROPHE)
    return bool(np.isin(text[apostrophes + 1], BEFORE_FORMULAS).any())


def _shortens(text: NDArray[np.uint8]) -> bool:
    """Whether a plus follows what begins the exponent of a number."""
    pluses = np.flatnonzero(text[1:] == PLUS)
    return bool(np.isin(text[pluses], EXPONENTS).any())


def _encloses(
    text: NDArray[np.uint8], opened: NDArray[np.intp], closed: NDArray[np.intp], separator: int
) -> bool:
    """Whether quotes stand at both ends of cells, or doubled within them."""
    before, after = text[opened - 1], text[closed + 1]
    quote = text[opened[:1]]
    begins = (before == separator) | (before == LINE_END) | (before == quote) | (opened == 0)
    ends = (after == separator) | (after == LINE_END) | (after == quote)
    return bool(begins.all() and (ends | (after == CARRIAGE_RETURN)).all())


def _has_empty(
    text: NDArray[np.uint8],
    begins: NDArray[np.intp],
    ends: NDArray[np.intp],
    separator: int,
    quote: int | None,
    *,
    cells: int,
) -> bool:
    """Whether all cells of a record are empty, quoted or not."""
    lengths = ends - begins
    may_be = lengths <= cells
    if quote is not None:
        may_be |= ((lengths + 1) // 3 == cells) & (text[begins] == quote)
    padding = bytes((separator, CARRIAGE_RETURN, *([] if quote is None else [quote])))
    spans = zip(begins[may_be], ends[may_be], strict=True)
    return any(not text[begin:end].tobytes().strip(padding) for begin, end in spans)
