"""Histories for tests of forecasts: from literal counts, or drawn from a known truth."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from msgspec import convert

from cxtool.config import Settings
from cxtool.metrics.forecast_calendar import Floats
from cxtool.metrics.forecast_history import History, history_of
from cxtool.period import Request, day_number, days_between

MONDAY = date(2026, 1, 5)
HOUR_S, DAY_S = 3600, 86_400


def history(
    counts: Floats | list[list[float]],
    *,
    days: int = 7,
    first: date = MONDAY,
    tz: str = "UTC",
    **settings: Any,
) -> History:
    """The history of so many cases (day, slot) from a first day; the slots divide the day."""
    cases = np.asarray(counts, dtype=int)
    day, slot = np.nonzero(cases)
    frame = pl.DataFrame(
        {"day_d": day_number(first) + day, "slot": slot, "offered_n": cases[day, slot]}
    )
    end = first + timedelta(days=len(cases))
    request = Request(days_between(first, end), None, tz, end)
    held = convert(settings, Settings)
    interval_s = DAY_S // cases.shape[1]
    return history_of(frame, request, held, (), interval_s=interval_s, days=days)


def drawn(seed: int, *, days: int, scale: float = 100.0, day_spread: float = 0.08) -> Floats:
    """Cases of so many days by half-hours: open 7:00-21:00, fewer at weekends.

    The level drifts by 2 % a day and each day has its own luck, so that counts vary more than
    Poisson counts do.
    """
    luck = np.random.default_rng(seed)
    slot = np.arange(48)
    course = np.exp(-(((slot - 26) / 8) ** 2)) * ((slot >= 14) & (slot < 42))
    week = np.array([1.2, 1.1, 1.0, 1.0, 0.95, 0.5, 0.4])[np.arange(days) % 7]
    level = np.exp(luck.normal(0, 0.02, days).cumsum())
    own = luck.gamma(1 / day_spread**2, day_spread**2, days)
    return luck.poisson(scale * (week * level * own)[:, np.newaxis] * course).astype(float)
