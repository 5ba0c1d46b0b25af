"""How regular the records of a CSV file are, found by counting the bytes of its blocks.

For files of any size: the work is done on arrays, and parts of a file are looked at side by side.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cxtool.exports.glance import IRREGULAR, Glance, after_lines
from cxtool.exports.text import TextFile

BLOCK_BYTES = 1 << 18  # with all that is made of it, it stays in a processor's cache
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
    workers = min(WORKERS, os.cpu_count() or 1)
    guesses = [begin + (size - begin) * part // workers for part in range(1, workers)]
    bounds = [begin, *(after_lines(file.path, place, 1) for place in guesses), size]
    spans = list(pairwise(sorted(bounds)))
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda span: _look(file, *span), spans))
    if any(part.end != end for part, (_, end) in zip(parts, spans, strict=True)):
        whole = _look(file, begin, size)
        return whole if whole.end == size else IRREGULAR  # a quote that nothing closes
    return Glance(
        regular=True,
        single_lines=all(part.single_lines for part in parts),
        guarded=any(part.guarded for part in parts),
        shortened=any(part.shortened for part in parts),
        end=size,
    )


def _look(file: TextFile, begin: int, end: int) -> Glance:
    """The records between two places. Their ``end`` is the second one if the last ends there."""
    separator, quote = ord(file.delimiter), ord(file.quote) if file.quote else None
    cells = len(file.header)
    place, rest = begin, b""
    single_lines, guarded, shortened = True, False, False
    with file.path.open("rb", buffering=0) as stream:
        stream.seek(begin)
        while block := stream.read(min(BLOCK_BYTES, end - place - len(rest))) or rest:
            # The last line of a file may lack its end.
            text = rest + block if block is not rest else rest + b"\n"
            found = _records(np.frombuffer(text, np.uint8), separator, quote, cells=cells)
            if not found.regular or len(text) - found.end > LONGEST_RECORD:
                return IRREGULAR
            single_lines &= found.single_lines
            guarded |= found.guarded
            shortened |= found.shortened
            if block is rest:
                last = end if found.end else place
                return Glance(True, single_lines, guarded, shortened, last)
            place, rest = place + found.end, text[found.end :]
    return Glance(True, single_lines, guarded, shortened, place)


def _records(text: NDArray[np.uint8], separator: int, quote: int | None, *, cells: int) -> Glance:
    """The whole records in a text that begins with one; ``end`` is that of the last."""
    ends = np.flatnonzero(text == LINE_END)
    places = np.flatnonzero(text == quote) if quote is not None else ends[:0]
    is_inside = np.searchsorted(places, ends) % 2 == 1
    single_lines = not is_inside.any()
    ends = ends[~is_inside]
    if not len(ends):
        return Glance(regular=True, single_lines=single_lines, guarded=True, shortened=True)
    end = int(ends[-1]) + 1
    places = places[: np.searchsorted(places, end)]
    opened, closed = places[::2], places[1::2]
    if not _encloses(text, opened, closed, separator):
        return IRREGULAR
    separators = (text[:end] == separator).view(np.uint8)
    is_wide = cells > SMALL or bool(len(places) and (closed - opened).max() > SMALL)
    width = np.uint16 if is_wide else np.uint8
    begins = np.concatenate(([0], ends[:-1] + 1))
    if _has_empty(text, begins, ends, separator, quote, cells=cells):
        return IRREGULAR
    counts = np.add.reduceat(separators, begins, dtype=width)
    total = np.count_nonzero(separators)
    if len(places):
        within = np.add.reduceat(separators, places, dtype=width)[::2]
        records = np.searchsorted(ends, opened)
        np.subtract.at(counts, records, within)
        total -= int(within.sum(dtype=np.int64))
    # A count may have gone round; then the total tells.
    regular = (counts == cells - 1).all() and total == (cells - 1) * len(ends)
    return Glance(bool(regular), single_lines, _guards(text), _shortens(text), end)


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
