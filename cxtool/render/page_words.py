"""What a page says of a change: a sign, a word and a verdict, so that colour is never needed."""

from __future__ import annotations

from msgspec import Struct

from cxtool.render.layout import Field
from cxtool.render.tones import ARROWS, Tone
from cxtool.units import MISSING

FLAT = "no clear change"
VERDICTS: dict[Tone, str] = {"good": "better", "poor": "worse"}


class Trend(Struct, frozen=True, kw_only=True):
    """A change in words: ``▲`` ``up 2.1 points`` ``better``; ``detail`` is for a closer look."""

    sign: str
    words: str
    verdict: str
    detail: str
    tone: Tone


def trend_of(change: Field, row: int = 0) -> Trend | None:
    """The trend that a change tells in a row; None where nothing is known of it."""
    parts = change.parts
    assert parts is not None
    signal, size, detail = parts.words[row], parts.figures[row], parts.details[row]
    tone = change.tones[row]
    if size == MISSING or signal is None:
        return None
    if signal == "new":
        return Trend(sign="", words="new", verdict="", detail="nothing to compare with", tone=tone)
    if signal == "flat":
        return Trend(sign=ARROWS[signal], words=FLAT, verdict="", detail=_spelt(size), tone=tone)
    return Trend(
        sign=ARROWS[signal],
        words=f"{signal} {_spelt(size).lstrip('+−')}",
        verdict=VERDICTS.get(tone, ""),
        detail=detail,
        tone=tone,
    )


def _spelt(size: str) -> str:
    """A change of percentages in words that need no glossary.

    >>> _spelt("+2.1 pp")
    '+2.1 points'
    """
    return size.removesuffix("pp") + "points" if size.endswith(" pp") else size
