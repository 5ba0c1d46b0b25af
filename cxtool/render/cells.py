"""The words of cells: a figure with its interval or band, a change with its signal.

All functions take whole columns as lists of equal length and give lists of texts. Where a text is
missing, an accompanying one is not added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxtool.render.safe import one_line
from cxtool.render.tones import ARROWS, BAND_ICONS, INDEX_BANDS
from cxtool.units import MISSING, SIGN, Unit, show, show_change


def figures(values: Sequence[Any], units: Sequence[Unit]) -> list[str]:
    """Each value in its unit, safe to show.

    >>> figures([81.25, None, "a\\nb"], [Unit.PERCENT, Unit.PERCENT, Unit.TEXT])
    ['81.3 %', '–', 'a↵b']
    """
    return [one_line(show(value, unit)) for value, unit in zip(values, units, strict=True)]


def intervals(lows: Sequence[Any], highs: Sequence[Any], units: Sequence[Unit]) -> list[str]:
    """The interval of each figure; empty where it has none.

    >>> intervals([78.1, None], [84.2, None], [Unit.PERCENT] * 2)
    ['78.1–84.2', '']
    """
    return [
        "" if low is None or high is None else f"{_bare(low, unit)}–{_bare(high, unit)}"
        for low, high, unit in zip(lows, highs, units, strict=True)
    ]


def with_details(texts: Sequence[str], details: Sequence[str]) -> list[str]:
    """Each text with its detail, where it has one, in brackets behind it.

    >>> with_details(["81.3 %", "–"], ["78.1–84.2", ""])
    ['81.3 % (78.1–84.2)', '–']
    """
    return [
        f"{text} ({detail})" if detail else text
        for text, detail in zip(texts, details, strict=True)
    ]


def with_band(texts: Sequence[str], bands: Sequence[str | None], *, icons: bool) -> list[str]:
    """Each figure with its band's icon, or the icon alone.

    >>> with_band(["72 %", "–"], ["moderately_positive", None], icons=False)
    ['72 % ◕', '–']
    """
    return [
        text
        if band not in BAND_ICONS
        else BAND_ICONS[band]
        if icons
        else f"{text} {BAND_ICONS[band]}"
        for text, band in zip(texts, bands, strict=True)
    ]


def index_icons(indices: Sequence[int | None]) -> list[str]:
    """The icon of each behaviour index; an index that is N/A stays without one.

    >>> index_icons([10, 0, None])
    ['●', '○', '–']
    """
    return [MISSING if i is None else BAND_ICONS[INDEX_BANDS[i]] for i in indices]


def changes(
    sizes: Sequence[float | None], signals: Sequence[str | None], units: Sequence[Unit]
) -> list[str]:
    """The size of each change, or the signal alone where it has no size.

    >>> changes([-1.25, None], ["flat", "new"], [Unit.PERCENT, Unit.COUNT])
    ['−1.3 pp', 'new']
    """
    return [
        one_line(show(signal, Unit.SIGNAL)) if size is None else show_change(size, unit)
        for size, signal, unit in zip(sizes, signals, units, strict=True)
    ]


def change_details(percents: Sequence[float | None]) -> list[str]:
    """Changes in percent with their sign.

    >>> change_details([10.0, -2.5, None])
    ['+10.0 %', '−2.5 %', '']
    """
    return [
        "" if p is None else (SIGN[p > 0] if p else "") + show(abs(p), Unit.PERCENT)
        for p in percents
    ]


def with_arrows(texts: Sequence[str], signals: Sequence[str | None]) -> list[str]:
    """Each change behind the arrow of its signal.

    >>> with_arrows(["−1.3 pp", "new"], ["flat", "new"])
    ['= −1.3 pp', 'new']
    """
    return [
        f"{ARROWS[signal]} {text}" if signal in ARROWS else text
        for text, signal in zip(texts, signals, strict=True)
    ]


def _bare(value: float, unit: Unit) -> str:
    return show(value, unit).removesuffix(" %")
