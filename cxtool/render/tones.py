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

# The words of help desks; a centre's own have no tone. Source: A8.
_PRIORITIES: dict[Tone, tuple[str, ...]] = {
    "worst": ("urgent", "critical", "emergency", "blocker", "highest", "p1"),
    "poor": ("high", "major", "p2"),
    "middle": ("normal", "medium", "p3"),
    "good": ("low", "minor", "lowest", "p4", "p5"),
}
_STATUSES: dict[Tone, tuple[str, ...]] = {
    "poor": ("escalated", "reopened", "overdue"),
    "middle": ("new", "open", "active", "in progress", "in_progress"),
    "good": ("solved", "resolved", "closed", "completed", "done"),
    "quiet": ("pending", "waiting", "on hold", "on_hold", "hold", "cancelled", "canceled"),
}


def _toned(words: dict[Tone, tuple[str, ...]]) -> dict[object, Tone]:
    return {word: tone for tone, listed in words.items() for word in listed}


_WORDS: dict[Unit, dict[object, Tone]] = {
    Unit.BAND: BAND_TONES,
    Unit.INDEX: {index: BAND_TONES[band] for index, band in INDEX_BANDS.items()},
    Unit.SLA: {"met": "good", "not_met": "poor", "pending": "middle", "n/a": "quiet"},
    Unit.SENTIMENT: {"positive": "good", "negative": "poor"},
    Unit.LEVEL: {"low": "good", "medium": "middle", "high": "poor", "critical": "worst"},
    Unit.PRIORITY: _toned(_PRIORITIES),
    Unit.STATUS: _toned(_STATUSES),
    Unit.SIGNAL: {"flat": "quiet", "new": "quiet"},
}


def value_tone(value: object, unit: Unit) -> Tone:
    """The tone of a value, whatever the case of its letters; no data is quiet.

    >>> value_tone("critical", Unit.LEVEL), value_tone(None, Unit.COUNT), value_tone(3, Unit.COUNT)
    ('worst', 'quiet', '')
    >>> value_tone("High", Unit.PRIORITY), value_tone("solved", Unit.STATUS)
    ('poor', 'good')
    """
    words = _WORDS.get(unit)
    word = value.lower() if isinstance(value, str) else value
    if words is not None and word in words:
        return words[word]
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
