"""The words in pictures: made safe, measured without a font, shortened, dates as people say them.

Widths are estimated from the characters alone, so that a picture has the same bytes on every
machine, and generously, since the page's own font is not known.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from cxtool.render.safe import one_line
from cxtool.units import Unit, show

SIZE = 12  # of the text, in pixels of the picture
# Widths in the size of the text, for a wide sans-serif font.
THIN, USUAL, BROAD, FULL = 0.4, 0.63, 0.75, 1.0
_THIN_LETTERS = frozenset(" !'(),./:;I[]fijlrt|·–")
_BROAD_LETTERS = frozenset("w<>=+~æœжюы…")
_FULL_LETTERS = frozenset("%@mMWШЩЖЮшщ")
LONGEST = 240
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOT_XML = dict.fromkeys((0xFFFE, 0xFFFF))


def words(value: object, unit: Unit) -> str:
    """The value as people read it, on one line, safe to show and never endless.

    >>> words(81.25, Unit.PERCENT), words(date(2026, 6, 3), Unit.DATE), words(None, Unit.TEXT)
    ('81.3 %', 'Jun 3', '–')
    """
    if isinstance(value, datetime):
        return f"{day(value)} {clock(value)}"
    if isinstance(value, date):
        return day(value)
    return safe(show(value, unit))


def safe(text: str) -> str:
    """The text on one line with nothing in it that is invisible, active or not XML."""
    return one_line(text.translate(_NOT_XML))[:LONGEST]


def day(when: date) -> str:
    """Month and day.

    >>> day(date(2026, 6, 3))
    'Jun 3'
    """
    return f"{MONTHS[when.month - 1]} {when.day}"


def clock(when: datetime) -> str:
    """Hours and minutes.

    >>> clock(datetime(2026, 6, 3, 9, 5))
    '09:05'
    """
    return f"{when.hour:02d}:{when.minute:02d}"


def tick_words(value: float, unit: Unit) -> str:
    """The words of a round value at an axis.

    >>> tick_words(80, Unit.PERCENT), tick_words(90, Unit.SECONDS), tick_words(0.005, Unit.NUMBER)
    ('80 %', '1m 30s', '0.005')
    """
    if unit is Unit.NUMBER and 0 < abs(value) < 0.1:
        return f"{value:g}"
    if unit is Unit.MONEY:
        return show(value, unit).removesuffix(".00")
    if value == 0:
        return "0 %" if unit is Unit.PERCENT else "0"
    return show(value, unit).replace(".0 ", " ")


def width_of(text: str, *, size: float = SIZE) -> float:
    """About how wide the text is, in pixels.

    >>> round(width_of("Jun 3")), round(width_of("漢字"))
    (36, 24)
    """
    return size * sum(map(_width, text))


def shortened(text: str, room: float, *, size: float = SIZE) -> str:
    """The text, or as much of its beginning as there is room for.

    >>> shortened("Demonstrate ownership", 80)
    'Demonstra…'
    """
    if width_of(text, size=size) <= room:
        return text
    left = room / size - BROAD
    kept = 0
    for kept, character in enumerate(text):  # noqa: B007
        left -= _width(character)
        if left < 0:
            break
    return text[: max(kept, 1)].rstrip() + "…"


def _width(character: str) -> float:
    if unicodedata.combining(character):
        return 0
    if character in _THIN_LETTERS:
        return THIN
    if character in _FULL_LETTERS or unicodedata.east_asian_width(character) in "WF":
        return FULL
    return BROAD if character.isupper() or character in _BROAD_LETTERS else USUAL
