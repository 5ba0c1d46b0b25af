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


def with_interval(
    texts: Sequence[str], lows: Sequence[Any], highs: Sequence[Any], units: Sequence[Unit]
) -> list[str]:
    """Each figure with its interval behind it.

    >>> with_interval(["81.3 %", "–"], [78.1, None], [84.2, None], [Unit.PERCENT] * 2)
    ['81.3 % (78.1–84.2)', '–']
    """
    return [
        text if low is None or high is None else f"{text} ({_bare(low, unit)}–{_bare(high, unit)})"
        for text, low, high, unit in zip(texts, lows, highs, units, strict=True)
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
    sizes: Sequence[float | None],
    signals: Sequence[str | None],
    percents: Sequence[float | None],
    units: Sequence[Unit],
) -> list[str]:
    """Arrow, size and, where given, percent of each change.

    >>> changes([-1.25, 4, None], ["flat", "up", "new"], [None, 10.0, None],
    ...         [Unit.PERCENT, Unit.COUNT, Unit.COUNT])
    ['= −1.3 pp', '▲ +4 (+10.0 %)', 'new']
    """
    return [_change(*cell) for cell in zip(sizes, signals, percents, units, strict=True)]


def _change(size: float | None, signal: str | None, percent: float | None, unit: Unit) -> str:
    if size is None:
        return MISSING if signal is None else one_line(show(signal, Unit.SIGNAL))
    arrow = ARROWS.get(signal or "", "")
    text = f"{arrow} {show_change(size, unit)}".strip()
    if percent is None:
        return text
    sign = SIGN[percent > 0] if percent else ""
    return f"{text} ({sign}{show(abs(percent), Unit.PERCENT)})"


def _bare(value: float, unit: Unit) -> str:
    return show(value, unit).removesuffix(" %")
