"""How wrong each method would have been: forecasts from origins in the past, against what came.

From an origin only the days before it are known. Origins lie a week apart, the last one so that its
horizon ends with the history; the first leaves two weeks to learn from. Errors are judged on the
interval, in open slots of days that count (``History.learned``).

The same errors say how uncertain a forecast is. The variance of a count around its forecast f is
f + dispersion f**2 (negative binomial): chance, and what the forecast misses. Dispersions are found
by moments, of intervals, of whole days and of the whole horizon, for the misses of a day hang
together. How often what came lies in the interval is told with the dispersion of the other origins.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import pi

import numpy as np
from msgspec import Struct

from cxtool.metrics.forecast_calendar import Bools, Floats
from cxtool.metrics.forecast_history import History
from cxtool.metrics.forecast_interval import lies_inside
from cxtool.metrics.forecast_methods import WEEK_D, Method, MethodName, over

LEAST_LEARNED_D = 14
LEAST_HISTORY_D = 21
FEW = 10.0


class Moments(Struct, frozen=True, kw_only=True):
    """Sums over what was forecast, per origin and group: ``excess`` of squared errors over chance,
    and the ``squares`` of the forecasts.
    """

    excess: Floats
    squares: Floats

    @property
    def dispersion(self) -> Floats:
        """Of each group, from all origins; never negative."""
        return over(self.excess.sum(axis=0), self.squares.sum(axis=0)).clip(min=0.0)

    @property
    def of_other_origins(self) -> Floats:
        """Of each origin and group, from all origins but that one."""
        excess = self.excess.sum(axis=0) - self.excess
        return over(excess, self.squares.sum(axis=0) - self.squares).clip(min=0.0)


class Errors(Struct, frozen=True, kw_only=True):
    """What a method got wrong: sums over all origins and groups.

    ``absolute``, ``bias`` and ``chance`` are of intervals, ``day_absolute`` of days.
    """

    absolute: float
    bias: float
    day_absolute: float
    offered: float
    forecast: float
    chance: float
    intervals_n: int
    inside_n: int
    origins_n: int
    slot: Moments
    day: Moments
    horizon: Moments

    @property
    def wape_pct(self) -> float | None:
        """100 sum |f - a| / sum a; None where nothing came.

        f = 100 each, a = 90, 105, 100, 110: 6.17 %.
        """
        return 100 * self.absolute / self.offered if self.offered else None

    @property
    def bias_pct(self) -> float | None:
        """100 sum (f - a) / sum a: above zero, the forecast was too high; None where nothing came.

        In the example of ``wape_pct``: -1.23 %.
        """
        return 100 * self.bias / self.offered if self.offered else None

    @property
    def day_wape_pct(self) -> float | None:
        """``wape_pct`` of whole days."""
        return 100 * self.day_absolute / self.offered if self.offered else None

    @property
    def floor_pct(self) -> float | None:
        """What chance alone would leave: 100 sum of ``mean_deviation`` of f / sum f.

        For Poisson counts that are expected to be N each that is 100 sqrt(2 / (pi N)).
        """
        return 100 * self.chance / self.forecast if self.forecast else None

    @property
    def coverage_pct(self) -> float | None:
        """How many intervals' counts lie in the interval of uncertainty; None for one origin."""
        if self.origins_n < 2 or not self.intervals_n:
            return None
        return 100 * self.inside_n / self.intervals_n


def origins(past_n: int, days: int) -> tuple[range, int]:
    """The days, counted from the first, from which to forecast, and how many days from each.

    None where the history has less than three weeks. A week at least is forecast, for all weekdays
    to be judged; a horizon that would leave too few days to learn from is shortened.

    >>> origins(91, 14), origins(91, 3)
    ((range(14, 78, 7), 14), (range(14, 85, 7), 7))
    >>> origins(21, 28), origins(20, 7)
    ((range(14, 15, 7), 7), (range(0, 0), 7))
    """
    if past_n < LEAST_HISTORY_D:
        return range(0), days
    judged = min(max(days, WEEK_D), past_n - LEAST_LEARNED_D)
    last = past_n - judged
    first = last - (last - LEAST_LEARNED_D) // WEEK_D * WEEK_D
    return range(first, last + 1, WEEK_D), judged


def backtest(history: History, methods: Mapping[MethodName, Method]) -> dict[MethodName, Errors]:
    """The errors of each method; nothing where the history is too short to judge any."""
    starts, days = origins(history.past_n, history.days_n)
    if not starts:
        return {}
    return {name: _errors(history, method, starts, days) for name, method in methods.items()}


def _errors(history: History, method: Method, starts: range, days: int) -> Errors:
    spans = [slice(start, start + days) for start in starts]
    forecast = np.stack([method(history, span.start, span) for span in spans])
    came = np.stack([history.offered[:, span] for span in spans])
    judged = np.stack(
        [
            history.learned[:, span, np.newaxis]
            & history.is_open[:, span]
            & (history.slots.exposure[span] > 0)
            for span in spans
        ]
    )
    return errors_of(forecast, came, judged=judged)


def errors_of(forecast: Floats, came: Floats, *, judged: Bools) -> Errors:
    """What was forecast against what came, by origin, group, day and slot, where it is judged."""
    forecast, came = forecast * judged, came * judged
    slot = _moments(forecast, came, axes=(2, 3))
    inside = lies_inside(came, forecast, slot.of_other_origins[:, :, np.newaxis, np.newaxis])
    return Errors(
        absolute=float(np.abs(forecast - came).sum()),
        bias=float((forecast - came).sum()),
        day_absolute=float(np.abs((forecast - came).sum(axis=3)).sum()),
        offered=float(came.sum()),
        forecast=float(forecast.sum()),
        chance=float(mean_deviation(forecast).sum()),
        intervals_n=int(judged.sum()),
        inside_n=int((inside & judged).sum()),
        origins_n=len(forecast),
        slot=slot,
        day=_moments(forecast.sum(axis=3), came.sum(axis=3), axes=(2,)),
        horizon=_moments(forecast.sum(axis=(2, 3)), came.sum(axis=(2, 3)), axes=()),
    )


def mean_deviation(expected: Floats) -> Floats:
    """How far Poisson counts lie from their mean m, on average: sqrt(2 m / pi).

    Below 10, where that is not close, exactly: 2 m P(count = floor m).

    >>> mean_deviation(np.array([100.0, 1.0, 0.0])).round(4).tolist()
    [7.9788, 0.7358, 0.0]
    """
    from scipy.special import gammaln, xlogy

    whole = np.floor(expected)
    exact = 2 * expected * np.exp(xlogy(whole, expected) - expected - gammaln(whole + 1))
    return np.asarray(np.where(expected < FEW, exact, np.sqrt(2 * expected / pi)))


def _moments(forecast: Floats, came: Floats, *, axes: tuple[int, ...]) -> Moments:
    excess = (came - forecast) ** 2 - forecast
    return Moments(excess=excess.sum(axis=axes), squares=(forecast**2).sum(axis=axes))
