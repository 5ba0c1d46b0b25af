"""The cells of a page's table: what they show, and the raw value that they are sorted by."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup
from msgspec import Struct

from cxtool.render.layout import Field
from cxtool.render.page_spark import spark
from cxtool.render.page_words import VERDICTS
from cxtool.render.tones import ARROWS, BAND_ICONS
from cxtool.units import MISSING, NUMERIC, WORDS, Unit, show

SPARKS = 300  # pictures; a longer table has sparklines of letters, for its weight's sake

# Words are sorted by what they mean.
RANKS: dict[Unit, dict[object, int]] = {
    Unit.LEVEL: {"low": 0, "medium": 1, "high": 2, "critical": 3},
    Unit.BAND: {band: -place for place, band in enumerate(BAND_ICONS)},
    Unit.SENTIMENT: {"negative": -1, "neutral": 0, "positive": 1},
}


class Cell(Struct, frozen=True, kw_only=True):
    """One cell. ``value`` is what it is sorted by: None for its text, empty for no value.

    ``sign`` is a picture of what ``word`` says; ``word`` is only read aloud. ``pill`` frames the
    text, ``detail`` stands small behind it, ``isolated`` text may run in another direction and may
    lead to ``href``.
    """

    text: str
    value: str | None = None
    css: str = ""
    detail: str = ""
    sign: str = ""
    word: str = ""
    pill: bool = False
    isolated: bool = False
    href: str = ""
    spark: Markup | None = None

    @property
    def banded(self) -> bool:
        """Whether the cell has the colour of a band."""
        return self.css.startswith("band")


def cells_of(field: Field, count: Field | None, *, icons: bool) -> list[Cell]:
    """The cells of a field; ``count`` is the number of observations behind each figure."""
    parts = field.parts
    assert parts is not None
    if field.role == "change":
        return _changes(field)
    if field.unit is Unit.SERIES:
        return _sparks(field)
    if field.unit is Unit.INDEX or any(word is not None for word in parts.words):
        return _banded(field, count, icons=icons)
    if field.unit in NUMERIC:
        css = "n quiet" if field.role in ("n", "previous") else "n"
        return [
            Cell(text=text, value=_raw(value), css=css, detail=detail)
            for text, value, detail in zip(parts.figures, parts.values, parts.details, strict=True)
        ]
    if field.unit in WORDS:
        ranks = RANKS.get(field.unit, {})
        return [
            Cell(
                text=text,
                value="" if value is None else str(ranks[value]) if value in ranks else None,
                css=f"t-{tone}" if tone else "",
                pill=value is not None,
            )
            for text, value, tone in zip(parts.figures, parts.values, field.tones, strict=True)
        ]
    css = "date" if field.unit in (Unit.DATE, Unit.DATETIME) else ""
    isolated = field.unit in (Unit.TEXT, Unit.LIST, Unit.LINK)
    return [
        Cell(
            text=text,
            value="" if value is None else None,
            css=css,
            isolated=isolated,
            href=link_to(value) if field.unit is Unit.LINK and value else "",
        )
        for text, value in zip(parts.figures, parts.values, strict=True)
    ]


def _changes(field: Field) -> list[Cell]:
    parts = field.parts
    assert parts is not None
    return [
        Cell(
            text=text,
            value=_raw(value),
            css=f"n change t-{tone}" if tone else "n change",
            sign=ARROWS.get(signal, ""),
            word=" ".join(filter(None, (signal, VERDICTS.get(tone)))) if signal in ARROWS else "",
            detail=detail,
        )
        for text, value, signal, detail, tone in zip(
            parts.figures, parts.values, parts.words, parts.details, field.tones, strict=True
        )
    ]


def _banded(field: Field, count: Field | None, *, icons: bool) -> list[Cell]:
    parts = field.parts
    assert parts is not None
    counts = count.parts.figures if count and count.parts else [""] * len(parts.values)
    return [
        Cell(
            text="" if icons and band else text,
            value=_raw(value),
            css=f"band{' icon' if icons else ''} b-{band}" if band else "band",
            sign=BAND_ICONS.get(band, ""),
            word=show(band, Unit.BAND) if band else "",
            detail=n if text != MISSING else "",
        )
        for text, value, band, n in zip(
            parts.figures, parts.values, parts.words, counts, strict=True
        )
    ]


def _sparks(field: Field) -> list[Cell]:
    parts = field.parts
    assert parts is not None
    if len(parts.values) > SPARKS:
        return [Cell(text=text, css="letters") for text in parts.figures]
    pictures = [spark(values, Unit.NUMBER) for values in parts.values]
    return [Cell(text="" if picture else MISSING, spark=picture, value="") for picture in pictures]


def link_to(name: str) -> str:
    """The address of a file in the page's own folder; a name can never be an address of its own.

    >>> link_to("javascript:alert(1).html"), link_to("../a b.html")
    ('./javascript%3Aalert%281%29.html', './..%2Fa%20b.html')
    """
    return "./" + quote(name, safe="", errors="surrogateescape")


def _raw(value: object) -> str:
    return "" if value is None else repr(value)
