"""The tone of a cell: how good a word, a band or a change is, for renderers to colour.

A tone never says more than the cell's text does: everything can be read without colour.
"""

from __future__ import annotations

from typing import Literal

from cxtool.report import Better
from cxtool.units import Unit

Tone = Literal["", "best", "good", "middle", "poor", "worst", "quiet"]

# Discs that are the fuller the better: told apart by shape as well as by colour. Source: B5, B10.
BAND_ICONS: dict[str, str] = {
    "very_positive": "●",
    "moderately_positive": "◕",
    "neutral": "◑",
    "moderately_negative": "◔",
    "very_negative": "○",
}
BAND_TONES: dict[object, Tone] = {
    "very_positive": "best",
    "moderately_positive": "good",
    "neutral": "middle",
    "moderately_negative": "poor",
    "very_negative": "worst",
}
INDEX_BANDS: dict[object, str] = dict(zip((10, 6, None, 4, 0), BAND_ICONS, strict=True))
ARROWS = {"up": "▲", "down": "▼", "flat": "="}

_WORDS: dict[Unit, dict[object, Tone]] = {
    Unit.BAND: BAND_TONES,
    Unit.INDEX: {index: BAND_TONES[band] for index, band in INDEX_BANDS.items()},
    Unit.SLA: {"met": "good", "not_met": "poor", "pending": "middle", "n/a": "quiet"},
    Unit.SENTIMENT: {"positive": "good", "negative": "poor"},
    Unit.LEVEL: {"low": "good", "medium": "middle", "high": "poor", "critical": "worst"},
    Unit.SIGNAL: {"flat": "quiet", "new": "quiet"},
}


def value_tone(value: object, unit: Unit) -> Tone:
    """The tone of a value; no data is quiet.

    >>> value_tone("critical", Unit.LEVEL), value_tone(None, Unit.COUNT), value_tone(3, Unit.COUNT)
    ('worst', 'quiet', '')
    """
    words = _WORDS.get(unit)
    if words is not None and value in words:
        return words[value]
    return "quiet" if value is None else ""


def change_tone(signal: str | None, better: Better | None) -> Tone:
    """The tone of a change: good where it goes the better way, quiet where it may be chance.

    >>> change_tone("down", "lower"), change_tone("up", None), change_tone("flat", "higher")
    ('good', '', 'quiet')
    """
    if signal not in ("up", "down"):
        return "quiet"
    if better is None:
        return ""
    return "good" if (signal == "up") == (better == "higher") else "poor"
