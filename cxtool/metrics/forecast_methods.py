"""How many cases to expect: a profile of weekdays and slots at the present level, and two simple
rivals that it has to beat.

Every method reads the days before an origin and gives expected cases for days after it, per group,
day and slot. What it learns are rates per slot as it usually is; a day on which the clocks skip or
double a slot has its share of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from cxtool.metrics.forecast_calendar import Bools, Floats
from cxtool.metrics.forecast_history import History

MethodName = Literal["profile", "seasonal-naive", "mean-4", "statsforecast"]
Method = Callable[[History, int, slice], Floats]

WEEK_D = 7
PATTERN_HALVES_D = 42.0  # days after which a day weighs half in the pattern of the week
LEVEL_HALVES_D = 10.0  # and in the level
MOST_JOINED = 1e9  # cases of the common course: as good as that course alone
EXPECTED_IF_OPEN = 5.0  # cases, of which none came: the slot is closed on that weekday


def profile(history: History, origin: int, days: slice) -> Floats:
    """The weighted pattern of weekday and slot, on the level of the last weeks.

    A weekday's rate is the mean of its days, of which one weighs half of one 42 days younger; its
    course over the day is that of ``weekday_pattern``. The level is what the days before the origin
    had over what this pattern says of them, where a day weighs half of one 10 days younger.
    """
    age = (origin - 1 - np.arange(origin))[np.newaxis]
    learned = history.learned[:, :origin]
    pattern = weekday_pattern(history, learned * 0.5 ** (age / PATTERN_HALVES_D))
    said = _on_days(pattern, history, slice(0, origin)).sum(axis=2)
    was = history.offered[:, :origin].sum(axis=2)
    weights = learned * 0.5 ** (age / LEVEL_HALVES_D)
    level = over((weights * was).sum(axis=1), (weights * said).sum(axis=1))
    return _on_days(level[:, np.newaxis, np.newaxis] * pattern, history, days)


def mean_of_last(count: int) -> Method:
    """The mean of the last so many same weekdays, slot by slot; of one: the seasonal naive."""

    def method(history: History, origin: int, days: slice) -> Floats:
        learned = history.learned[:, :origin]
        weekdays = history.slots.weekdays[:origin]
        weights = np.zeros(learned.shape)
        for weekday in range(WEEK_D):
            same = learned[:, weekdays == weekday]
            younger = same[:, ::-1].cumsum(axis=1)[:, ::-1]
            weights[:, weekdays == weekday] = same & (younger <= count)
        rates, _ = weekday_rates(history, weights)
        return _on_days(rates, history, days)

    return method


CORE: Mapping[MethodName, Method] = {
    "profile": profile,
    "mean-4": mean_of_last(4),
    "seasonal-naive": mean_of_last(1),
}


def weekday_rates(history: History, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean cases per group, weekday and slot, and the weighted days that they are of.

    ``weights`` are of groups and of the days from the first up to an origin.
    """
    origin = weights.shape[1]
    weekdays = history.slots.weekdays[:origin]
    exposure = history.slots.exposure[:origin] * history.is_open[:, :origin]
    cases = np.zeros((weights.shape[0], WEEK_D, history.slots.slots_n))
    days = np.zeros_like(cases)
    for weekday in range(WEEK_D):
        same = weekdays == weekday
        weighted = weights[:, same, np.newaxis]
        cases[:, weekday] = (weighted * history.offered[:, :origin][:, same]).sum(axis=1)
        days[:, weekday] = (weighted * exposure[:, same]).sum(axis=1)
    return over(cases, days), days


def weekday_pattern(history: History, weights: Floats) -> Floats:
    """Weighted mean cases per group, weekday and slot, their course over the day steadied.

    A weekday's few cases say little of its course: they are joined by as many cases of the course
    of all weekdays together as fits how much the courses differ beyond chance (the Dirichlet-
    multinomial's concentration, by its moments). A slot without any case, where that course has at
    least five, is closed on that weekday. A weekday that was never open has the mean of the others.
    """
    rates, days = weekday_rates(history, weights)
    # As many cases as have the chance variation of the weighted ones.
    scale = over(weights.sum(axis=1), (weights**2).sum(axis=1))[:, np.newaxis, np.newaxis]
    cases = rates * days * scale
    seen = days > 0
    totals = cases.sum(axis=2, keepdims=True)
    course = _shares(rates.sum(axis=1, keepdims=True) * np.ones_like(rates), seen)
    is_closed = (cases == 0) & (totals * course >= EXPECTED_IF_OPEN)
    course = _shares(course, seen & ~is_closed)
    joined = cases + _concentration(cases, course) * course
    per_day = rates.sum(axis=2, keepdims=True)
    known = seen.any(axis=2, keepdims=True)
    pattern = per_day * _shares(joined, seen & ~is_closed)
    mean = over((pattern * known).sum(axis=1), known.sum(axis=1) * np.ones_like(pattern[:, 0]))
    return np.where(known, pattern, mean[:, np.newaxis])


def _concentration(cases: Floats, course: Floats) -> Floats:
    """How many cases of the common course join each weekday's own, per group.

    Of n cases the squared deviations are 1 + (n - 1) / (concentration + 1) times those of chance.
    """
    totals = cases.sum(axis=2, keepdims=True)
    expected = totals * course
    squares = over((cases - expected) ** 2, expected).sum(axis=(1, 2))
    freedom = ((course > 0).sum(axis=2) - 1).clip(min=0).sum(axis=1) * 6 / 7
    excess = over(squares, freedom) - 1.0
    n = over((totals**2).sum(axis=(1, 2)), totals.sum(axis=(1, 2)))
    held = np.where(excess > 0, over(n - 1.0, excess) - 1.0, MOST_JOINED)
    return held.clip(0.0, MOST_JOINED)[:, np.newaxis, np.newaxis]


def _shares(rates: Floats, where: Bools) -> Floats:
    """Each slot's share of its weekday, among the slots where any may be."""
    kept = rates * where
    return over(kept, kept.sum(axis=2, keepdims=True) * np.ones_like(kept))


def _on_days(rates: Floats, history: History, days: slice) -> Floats:
    """Rates of weekdays as expected cases of these days; none where they are closed."""
    weekdays = history.slots.weekdays[days]
    exposure = history.slots.exposure[days] * history.is_open[:, days]
    return rates[:, weekdays] * exposure


def over(part: Floats, whole: Floats) -> Floats:
    """``part / whole``; 0 where the whole is none."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
