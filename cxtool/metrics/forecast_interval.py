"""The interval in which a count falls with a given probability: negative binomial quantiles.

A count around its mean m has the variance m + dispersion m**2; without dispersion it is Poisson.
"""

from __future__ import annotations

import numpy as np

from cxtool.metrics.forecast_calendar import Bools, Floats

SHARE = 0.8  # of the counts of intervals and days that fall within
LEAST = 1e-6  # variance beyond that of Poisson, as a share of it, that makes no difference


def at_most(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """The probability that a count is at most so large; 0 for one below 0, 1 for a mean of 0."""
    from scipy.special import betainc, gammaincc

    over = np.maximum(count, 0) + 1
    size = 1 / np.maximum(dispersion, LEAST / np.maximum(mean, 1))
    chance = np.where(
        dispersion * mean < LEAST, gammaincc(over, mean), betainc(size, over, size / (size + mean))
    )
    return np.asarray(np.where(count < 0, 0.0, np.where(mean > 0, chance, 1.0)), dtype=np.float64)


def interval(mean: Floats, dispersion: Floats, *, share: float = SHARE) -> tuple[Floats, Floats]:
    """The quantiles that this share of counts lies between: the least that so many are at most.

    >>> low, high = interval(np.array([100.0, 0.0]), np.array([0.0, 0.0]))
    >>> low.tolist(), high.tolist()
    ([87.0, 0.0], [113.0, 0.0])
    """
    below, up_to = _ends(share)
    return _quantile(below, mean, dispersion), _quantile(up_to, mean, dispersion)


def lies_inside(count: Floats, mean: Floats, dispersion: Floats) -> Bools:
    """Whether a count lies in the interval of ``SHARE``, both ends included."""
    below, up_to = _ends(SHARE)
    reached = at_most(count, mean, dispersion) >= below
    not_passed = at_most(count - 1, mean, dispersion) < up_to
    return np.asarray(reached & not_passed, dtype=np.bool_)


def _ends(share: float) -> tuple[float, float]:
    return (1 - share) / 2, (1 + share) / 2


def _quantile(share: float, mean: Floats, dispersion: Floats) -> Floats:
    """By halving: everything at once, some twenty times."""
    spread = np.sqrt(mean + dispersion * mean**2)
    below, enough = np.full(mean.shape, -1.0), np.ceil(mean + 12 * spread + 8)
    while np.max(enough - below, initial=0.0) > 1:
        middle = np.floor((below + enough) / 2)
        is_enough = at_most(middle, mean, dispersion) >= share
        below = np.where(is_enough, below, middle)
        enough = np.where(is_enough, middle, enough)
    return np.asarray(enough, dtype=np.float64)
