"""Whether no cell of a CSV file begins or ends with white space, so that none need be trimmed.

Trimming a text costs more than parsing it, and mostly changes nothing. White space beyond ASCII is
rare: where a block has any, its cells may begin or end with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxtool.exports.convert import WHITESPACE

SPACE, CARRIAGE_RETURN = b" \r"
RARE = b"\t\v\f"
IS_WHITE = np.isin(np.arange(256), np.frombuffer(b" \n\r" + RARE, np.uint8))
WIDE = [sign.encode() for sign in WHITESPACE if not sign.isascii()]
OF_TWO = np.array([code[1] for code in WIDE if len(code) == 2], np.uint8)
OF_THREE = np.array([int.from_bytes(code) for code in WIDE if len(code) == 3])
FIRST_OF_TWO, FIRST_OF_THREE, LAST_OF_THREE = b"\xc2\xe1\xe3"


def is_trimmed(
    text: bytes, ends: NDArray[np.intp], quotes: NDArray[np.intp], *, separator: int
) -> bool:
    """Whether no cell begins or ends with white space, going by whole records of UTF-8.

    ``ends`` are the places of their ends, ``quotes`` those of quotes. False where it may be.
    """
    if any(sign in text for sign in RARE if sign != separator):
        return False
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        return False
    signs = np.frombuffer(text, np.uint8)
    return not (
        _begin_or_end_blank(signs, ends)
        or _are_quoted_with_blanks(signs, quotes)
        or _are_parted_by_blanks(signs, quotes, separator)
        or (not text.isascii() and _has_wide(signs))
    )


def _begin_or_end_blank(signs: NDArray[np.uint8], ends: NDArray[np.intp]) -> bool:
    """Whether records do."""
    lasts = ends - 1 - (signs[ends - 1] == CARRIAGE_RETURN)
    firsts = ends[:-1] + 1
    return bool(signs[0] == SPACE or (signs[np.concatenate((firsts, lasts))] == SPACE).any())


def _are_quoted_with_blanks(signs: NDArray[np.uint8], quotes: NDArray[np.intp]) -> bool:
    """Whether quoted cells begin or end so; quotes that are doubled within them do not count."""
    opened, closed = quotes[::2], quotes[1::2]
    is_doubled = closed[:-1] + 1 == opened[1:]
    firsts = opened[np.concatenate(([True], ~is_doubled))[: len(opened)]] + 1
    lasts = closed[np.concatenate((~is_doubled, [True]))[: len(closed)]] - 1
    return bool(IS_WHITE[signs[firsts]].any() or IS_WHITE[signs[lasts]].any())


def _are_parted_by_blanks(
    signs: NDArray[np.uint8], quotes: NDArray[np.intp], separator: int
) -> bool:
    """Whether a space stands beside a separator, outside of quotes."""
    for begin in (0, 1):
        # Two bytes are compared as one number: that is faster than to compare and combine them.
        pairs = signs[begin : begin + (len(signs) - begin) // 2 * 2].view("<u2")
        is_parted = (pairs == (separator | SPACE << 8)) | (pairs == (SPACE | separator << 8))
        places = np.flatnonzero(is_parted) * 2 + begin
        if (np.searchsorted(quotes, places) % 2 == 0).any():
            return True
    return False


def _has_wide(signs: NDArray[np.uint8]) -> bool:
    """Whether there is any white space beyond ASCII."""
    is_first = signs == FIRST_OF_TWO
    if is_first.any() and np.isin(signs[np.flatnonzero(is_first) + 1], OF_TWO).any():
        return True
    is_first = signs - np.uint8(FIRST_OF_THREE) <= LAST_OF_THREE - FIRST_OF_THREE
    if not is_first.any():
        return False
    places = np.flatnonzero(is_first)
    codes = sum(signs[places + n].astype(np.int64) << 16 - 8 * n for n in range(3))
    return bool(np.isin(codes, OF_THREE).any())
