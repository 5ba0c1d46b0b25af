"""The plan of a synthetic export: what was asked for, who exists, how many cases each day has.

All that is random comes from ``Plan.rng(stream, day)``: a generator of its own for each kind of
row and each day. So a day's rows depend neither on other days' having been made nor on which
tables are wanted, and no day is ever kept in memory for a later one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cxtool.errors import UsageError
from cxtool.period import EPOCH
from cxtool.synthetic import centre
from cxtool.synthetic.names import (
    LANGUAGE_SHARES,
    PEOPLE_PER_LANGUAGE,
    PLACES_PER_LANGUAGE,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DEFAULT_END = date(2026, 6, 1)
MOST_DAYS = 3660
DAY_S = 86_400
CASES_PER_AGENT_DAY = 58
DAYS_OFF = 7 / 5
BEHAVIORS_N = 9


class Stream(IntEnum):
    """One independent source of random numbers for each kind of row."""

    PEOPLE = 1
    DAYS = 2
    DRAWS = 3
    CASES = 4
    TICKETS = 5
    BEHAVIORS = 6
    TRANSCRIPTS = 7
    STATES = 8
    CONTEXT = 9
    NOTES = 10
    ROTA = 11


class Order(Struct, frozen=True, kw_only=True):
    """What is asked for. ``end`` is the first day that is not in the export."""

    interactions: int
    days: int = 60
    seed: int = 1
    end: date = DEFAULT_END
    companies: int | None = None
    agents: int | None = None
    transcripts: int = 20_000

    def __post_init__(self) -> None:
        _at_least(1, self.interactions, "--interactions")
        _at_least(1, self.days, "--days")
        _at_least(0, self.seed, "--seed")
        _at_least(0, self.transcripts, "--transcripts")
        if self.companies is not None:
            _at_least(1, self.companies, "--companies")
        if self.agents is not None:
            _at_least(1, self.agents, "--agents")
        if self.days > MOST_DAYS:
            raise UsageError(f"--days must be at most {MOST_DAYS}", hint="that is ten years")
        if (self.end - EPOCH).days < self.days:
            raise UsageError("the export would begin before 1970")


def _at_least(least: int, value: int, option: str) -> None:
    if value < least:
        raise UsageError(f"{option} must be at least {least}, not {value}")


class Agents(Struct, frozen=True, kw_only=True):
    """One array element an agent, sorted by team."""

    team: Ints
    skill: Floats  # around 0; better agents please more
    pace: Floats  # around 1; slower agents take longer
    behaviors: Floats  # agents x 9: added to the scores
    shift_start: Ints  # hour
    first_day_off: Ints  # weekday, Monday 0; the day after is off too

    @property
    def count(self) -> int:
        return len(self.team)


class Contacts(Struct, frozen=True, kw_only=True):
    """One array element a contact; ``company`` is -1 for a person without one."""

    name: Ints
    language: Ints
    place: Ints
    label: Ints
    company: Ints

    @property
    def count(self) -> int:
        return len(self.name)


class Plan:
    """An order with everything that its days have in common, made from the seed alone."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.end = order.end
        self.start = order.end - timedelta(days=order.days)

    def rng(self, stream: Stream, day: int = 0) -> np.random.Generator:
        """A fresh generator for that kind of row on that day of the export (0 is the first)."""
        seeds = np.random.SeedSequence([self.order.seed, int(stream), day])
        return np.random.Generator(np.random.PCG64(seeds))

    def day_start_s(self, day: int) -> int:
        """Epoch second at which that day of the export begins (UTC)."""
        return int(datetime(*self.date_of(day).timetuple()[:3], tzinfo=UTC).timestamp())

    def date_of(self, day: int) -> date:
        return self.start + timedelta(days=day)

    @property
    def end_s(self) -> int:
        return self.day_start_s(self.order.days)

    def change(self, day: int) -> float | None:
        """How far the planted changes have come: None before, then from 0 to 1 at the end."""
        left = self.order.days - 1 - day
        if left >= centre.CHANGE_DAYS:
            return None
        return 1 - left / centre.CHANGE_DAYS

    @cached_property
    def cases_n(self) -> Ints:
        """Cases of each day: weekly rhythm, slow growth, a few busy days; they sum to the order."""
        rng = self.rng(Stream.DAYS)
        days = self.order.days
        weights = np.array([centre.WEEKDAYS[self.date_of(day).weekday()] for day in range(days)])
        weights *= 1 + centre.GROWTH * np.arange(days) / days
        weights *= rng.lognormal(0.0, 0.04, days)
        runs = np.arange(0, days - centre.BUSY_DAYS_EVERY + 1, centre.BUSY_DAYS_EVERY)
        weights[runs + rng.integers(0, centre.BUSY_DAYS_EVERY, len(runs))] *= centre.BUSY_DAY
        cases_n: Ints = rng.multinomial(self.order.interactions, weights / weights.sum())
        return cases_n

    @cached_property
    def first_case(self) -> Ints:
        """Number of each day's first case."""
        return np.concatenate(([1], 1 + np.cumsum(self.cases_n)[:-1]))

    @cached_property
    def transcripts_n(self) -> Ints:
        """The most transcripts a day may have; they sum to at most the order's limit."""
        ends = np.cumsum(self.cases_n) * self.order.transcripts // self.order.interactions
        return np.diff(ends, prepend=0)

    @cached_property
    def companies_n(self) -> int:
        if self.order.companies is not None:
            return self.order.companies
        return max(25, min(100_000, self.order.interactions // 90))

    @cached_property
    def agents(self) -> Agents:
        """Agents by team; each team has its share, and who is good at what differs."""
        rng = self.rng(Stream.PEOPLE, 1)
        per_day = self.order.interactions / self.order.days
        count = self.order.agents or max(14, round(per_day / CASES_PER_AGENT_DAY * DAYS_OFF))
        ends = np.floor(np.cumsum(centre.TEAM_SHARES) * count + 0.5)
        team = np.searchsorted(ends, np.arange(count), side="right")
        skill = rng.normal(0, 1, count)
        off = np.where(rng.random(count) < 0.72, 5, rng.integers(0, 7, count))
        return Agents(
            team=np.minimum(team, len(centre.TEAMS) - 1).astype(np.int64),
            skill=skill,
            pace=rng.lognormal(0, 0.18, count),
            behaviors=0.05 * skill[:, None] + rng.normal(0, 0.06, (count, BEHAVIORS_N)),
            shift_start=rng.choice(centre.SHIFT_STARTS, count, p=centre.SHIFT_SHARES),
            first_day_off=off,
        )

    @cached_property
    def contacts(self) -> Contacts:
        """Contacts; two in three belong to a company, and company sizes follow Zipf's law."""
        rng = self.rng(Stream.PEOPLE, 2)
        count = 20 + self.order.interactions * 3 // 20
        language = rng.choice(len(LANGUAGE_SHARES), count, p=LANGUAGE_SHARES)
        company = self.draw_companies(rng, count)
        company[rng.random(count) < 0.34] = -1
        return Contacts(
            name=language * PEOPLE_PER_LANGUAGE + rng.integers(0, PEOPLE_PER_LANGUAGE, count),
            language=language,
            place=language * PLACES_PER_LANGUAGE + rng.integers(0, PLACES_PER_LANGUAGE, count),
            label=rng.choice(len(centre.LABELS), count, p=centre.LABEL_SHARES),
            company=company,
        )

    def draw_companies(self, rng: np.random.Generator, count: int) -> Ints:
        """Companies drawn by size: the k-th has a weight of 1 / (k + 2)."""
        sizes = np.cumsum(1 / (np.arange(self.companies_n) + 2.0))
        found = np.searchsorted(sizes, rng.random(count) * sizes[-1], side="right")
        companies: Ints = np.minimum(found, self.companies_n - 1)
        return companies
