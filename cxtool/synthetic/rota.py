"""Who works when: the day's shifts, and the choice of an agent of a team at an hour."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cxtool.synthetic import centre
from cxtool.synthetic.plan import Bools, Floats, Ints, Plan, Stream

ABSENT_SHARE = 0.06
HOURS = 24
TEAMS_N = len(centre.TEAMS)


class Rota(Struct, frozen=True, kw_only=True):
    """The agents at work. A cell is an hour and a team: ``hour x teams + team``."""

    working: Bools  # one element an agent
    staff: Ints  # agents at work, cell by cell
    reach: Floats  # running sum of the staff's pull (the quick take more), from 0
    edges: Ints  # where each cell begins in ``staff``

    @property
    def staff_n(self) -> Ints:
        """Agents at work in each cell."""
        return np.diff(self.edges)

    @property
    def hour_staff_n(self) -> Ints:
        """Agents at work in each cell's hour, of whatever team."""
        return np.repeat(np.diff(self.edges[::TEAMS_N]), TEAMS_N)

    def pick(self, cells: Ints, chances: Floats) -> Ints:
        """An agent for each case: of the team; else of any team; else whoever is on call."""
        low, high = self.edges[cells], self.edges[cells + 1]
        hour = cells // TEAMS_N * TEAMS_N
        empty = low == high
        low = np.where(empty, self.edges[hour], low)
        high = np.where(empty, self.edges[hour + TEAMS_N], high)
        on_call = (chances * len(self.working)).astype(np.int64)
        if not len(self.staff):
            return on_call
        aim = self.reach[low] + chances * (self.reach[high] - self.reach[low])
        found = np.searchsorted(self.reach, aim, side="right") - 1
        found = np.clip(found, low, np.maximum(high - 1, low))
        return np.where(low < high, self.staff[np.minimum(found, len(self.staff) - 1)], on_call)


def draw_rota(plan: Plan, day: int) -> Rota:
    """The day's shifts: two days off a week, now and then an absence, eight hours at work."""
    agents = plan.agents
    weekday = plan.date_of(day).weekday()
    off = (weekday - agents.first_day_off) % 7 < 2
    absent = plan.rng(Stream.ROTA, day).random(agents.count) < ABSENT_SHARE
    working = ~off & ~absent
    since = np.arange(HOURS)[:, None] - agents.shift_start[None, :]
    present = working[None, :] & (since >= 0) & (since < centre.SHIFT_HOURS)
    hour, staff = np.nonzero(present)
    cell = hour * TEAMS_N + agents.team[staff]
    pull = 1 / agents.pace[staff]
    return Rota(
        working=working,
        staff=staff.astype(np.int64),
        reach=np.concatenate(([0.0], np.cumsum(pull))),
        edges=np.searchsorted(cell, np.arange(HOURS * TEAMS_N + 1)).astype(np.int64),
    )
