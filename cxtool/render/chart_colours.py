"""The colours of pictures: names that a page may set, each with what holds where it does not.

Every paint is ``var(--cx-name, #rrggbb)``, so one static picture serves light, dark and print.
The six colours of series keep apart (CIE76 of 19 or more) for full colour sight, protanopia,
deuteranopia and tritanopia, and stand out from white by 3:1; dashes and labels tell them apart too.
The first four steps of heat carry dark words, the last three light ones.
"""

from __future__ import annotations

from cxtool.render.tones import value_tone
from cxtool.units import WORDS, Unit

FALLBACKS = {
    "series-1": "#2563eb",
    "series-2": "#c96f0a",
    "series-3": "#0b5b4b",
    "series-4": "#d6246e",
    "series-5": "#2a9db0",
    "series-6": "#4a2a6e",
    "before": "#8a94a3",
    "grid": "#e3e7ed",
    "text": "#1c2430",
    "quiet": "#5b6676",
    "surface": "#ffffff",
    "heat-0": "#eef3fb",
    "heat-1": "#d5e2f6",
    "heat-2": "#b2caee",
    "heat-3": "#85a9e0",
    "heat-4": "#3d70c4",
    "heat-5": "#2853a0",
    "heat-6": "#173670",
    "band-very-positive": "#0b7a5c",
    "band-positive": "#5cb597",
    "band-neutral": "#a9b0ba",
    "band-negative": "#e39a4b",
    "band-very-negative": "#b3382c",
}
HEAT_STEPS = 7
LIGHT_WORDS_FROM = 4

SERIES = tuple(name for name in FALLBACKS if name.startswith("series-"))
DASHES: tuple[tuple[int, ...], ...] = ((), (7, 3), (2, 3), (10, 3, 2, 3), (4, 2), (12, 5))
BEFORE_DASH = (4, 4)

_TONE_NAMES = {
    "best": "band-very-positive",
    "good": "band-positive",
    "middle": "band-neutral",
    "poor": "band-negative",
    "worst": "band-very-negative",
    "quiet": "before",
}


def paint(name: str) -> str:
    """The paint of that name.

    >>> paint("series-1")
    'var(--cx-series-1, #2563eb)'
    """
    return f"var(--cx-{name}, {FALLBACKS[name]})"


def word_paint(value: object, unit: Unit) -> str | None:
    """The paint of a word that has a tone of its own (a band, a level, met or not); else None.

    >>> word_paint("very_negative", Unit.BAND), word_paint("chat", Unit.TEXT)
    ('var(--cx-band-very-negative, #b3382c)', None)
    """
    if unit not in WORDS:
        return None
    tone = value_tone(value, unit)
    return paint(_TONE_NAMES.get(tone, "before"))
