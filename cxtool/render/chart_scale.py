"""The scale of figures: where an axis begins and ends, and which round values stand at it.

Steps are round in the unit: 1, 2, 5 and tens of them; minutes, hours and days for seconds; whole
for counts. Lengths (columns, bars) begin at 0. Lines may begin later where their figures lie close
together; ``zoomed`` tells so, that the axis can say it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

from cxtool.render.chart_words import tick_words
from cxtool.units import Unit

MOST_STEPS = 5
CLOSE = 0.4  # a spread under this share of the largest figure is looked at closely
LEAST = 0.1  # and never more closely than this, or chance would look like a course
_SECONDS = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800),
    *(21_600, 43_200, 86_400, 172_800, 432_000, 864_000),
)
_SMALLEST = {Unit.COUNT: 1.0, Unit.INDEX: 1.0, Unit.PERCENT: 0.1, Unit.POINTS: 0.1}


class Scale(Struct, frozen=True):
    """An axis from ``low`` to ``high`` with its round values and their words."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    @property
    def zoomed(self) -> bool:
        """Whether it begins later than at 0."""
        return self.low > 0

    def share(self, value: float) -> float:
        """How far up a value stands, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def scale(values: Iterable[float], unit: Unit, *, from_zero: bool) -> Scale:
    """The scale that holds all values; nothing but zeros gets one that ends at its first step.

    >>> [words for _, words in scale([71, 97], Unit.PERCENT, from_zero=False).ticks]
    ['70 %', '80 %', '90 %', '100 %']
    >>> [words for _, words in scale([40, 170], Unit.SECONDS, from_zero=True).ticks]
    ['0', '1m', '2m', '3m']
    """
    known = list(values)
    low, high = min(known, default=0.0), max(known, default=0.0)
    if from_zero or low <= 0 or low == high or high - low >= CLOSE * high:
        low, high = min(low, 0.0), max(high, 0.0)
    else:
        low = min(low, high - LEAST * high)
    step = _step((high - low) / MOST_STEPS, unit)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    at = [_clean(place * step) for place in range(first, last + 1)]
    return Scale(at[0], at[-1], tuple((value, tick_words(value, unit)) for value in at))


def _step(rough: float, unit: Unit) -> float:
    rough = rough or 1.0
    if unit is Unit.SECONDS and rough <= _SECONDS[-1]:
        return next(step for step in _SECONDS if step >= rough)
    rough = max(rough, _SMALLEST.get(unit, 0.0))
    ten = 10.0 ** math.floor(math.log10(rough))
    return next(step * ten for step in (1, 2, 5, 10) if step * ten >= rough * (1 - 1e-9))


def _clean(value: float) -> float:
    return float(f"{value:.10g}")
