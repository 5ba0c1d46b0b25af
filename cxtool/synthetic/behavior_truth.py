"""The true behaviour totals: a histogram of scores, ranked by whole numbers.

The reference of a behaviour is every score of the current and the preceding period. With N scores
of which ``below`` are lower and ``same`` equal, 2 N t = 2 N - 2 below - same; for the negative
behaviour ``below`` counts the higher ones. 10 points if t < 0.10, 6 if t < 0.35, none and not
counted if t <= 0.65, 4 if t <= 0.90, else 0. A total is points / (10 x counted indices).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cxtool.schema import BEHAVIORS
from cxtool.synthetic import centre
from cxtool.synthetic.behaviors import HIGHEST, NEGATIVE, BehaviorDay
from cxtool.synthetic.lexicon import Lexicon
from cxtool.synthetic.plan import Ints, Plan

AGENTS_LISTED = 200
STEPS = HIGHEST + 1
NOT_COUNTED = -1


def points_of_scores(histogram: Ints, *, negative: bool) -> Ints:
    """Points of each score value, -1 for N/A, from how often each value occurs.

    >>> points_of_scores(np.ones(20, dtype=np.int64), negative=False).tolist()
    [0, 0, 4, 4, 4, 4, 4, -1, -1, -1, -1, -1, -1, 6, 6, 6, 6, 6, 10, 10]
    """
    total = int(histogram.sum())
    below = np.cumsum(histogram) - histogram
    if negative:
        below = total - np.cumsum(histogram)
    rank = 2 * total - 2 * below - histogram  # 2 N t
    bands = [10 * rank < 2 * total, 20 * rank < 14 * total, 20 * rank <= 26 * total,
             10 * rank <= 18 * total]  # fmt: skip
    return np.select(bands, [10, 6, NOT_COUNTED, 4], 0).astype(np.int64)


class BehaviorCounts:
    """Scores of each agent, behaviour and value, in the current and the preceding period."""

    def __init__(self, plan: Plan, *, days: int) -> None:
        self.plan = plan
        self.days = days
        periods = 2 if plan.order.days >= 2 * days else 1
        shape = (plan.agents.count, len(BEHAVIORS), STEPS)
        self.histograms = [np.zeros(shape, dtype=np.int32) for _ in range(periods)]

    def add(self, day: int, scores: BehaviorDay) -> None:
        """Count one day's scores, if it lies in one of the periods."""
        back = (self.plan.order.days - 1 - day) // self.days
        if back >= len(self.histograms):
            return
        histogram = self.histograms[back]
        cell = (scores.agent * len(BEHAVIORS) + scores.behavior) * STEPS + scores.hundredths
        counted = np.bincount(cell, minlength=histogram.size).astype(np.int32)
        histogram += counted.reshape(histogram.shape)

    def result(self, lexicon: Lexicon) -> dict[str, Any]:
        """The ``behavior`` part of ``truth.json``."""
        reference = np.sum([h.sum(axis=0, dtype=np.int64) for h in self.histograms], axis=0)
        points = np.stack(
            [
                points_of_scores(reference[index], negative=name == NEGATIVE)
                for index, name in enumerate(BEHAVIORS)
            ]
        )
        found: list[dict[str, Any] | None] = [
            self._period(histogram, points, lexicon) for histogram in self.histograms
        ]
        current, previous = (*found, None)[:2]
        scored_n = reference.sum(axis=1)
        return {
            "days": self.days,
            "scored_n": dict(zip(BEHAVIORS, map(int, scored_n), strict=True)),
            "current": current,
            "previous": previous,
        }

    def _period(self, histogram: Any, points: Ints, lexicon: Lexicon) -> dict[str, Any]:
        counted = points != NOT_COUNTED
        earned = (histogram * np.where(counted, points, 0)).sum(axis=2, dtype=np.int64)
        counts_n = (histogram * counted).sum(axis=2, dtype=np.int64)
        team = self.plan.agents.team
        listed = np.flatnonzero(histogram.any(axis=(1, 2)))[:AGENTS_LISTED]
        return {
            "team": _totals(earned.sum(axis=0), counts_n.sum(axis=0)),
            "teams": {
                name: _totals(earned[team == code].sum(axis=0), counts_n[team == code].sum(axis=0))
                for code, name in enumerate(centre.TEAMS)
                if counts_n[team == code].any()
            },
            "agents": {
                lexicon.agent_ids[int(agent)]: {
                    "agent": lexicon.agent_names[int(agent)],
                    **_totals(earned[agent], counts_n[agent]),
                }
                for agent in listed
            },
        }


def _totals(earned: Ints, counts_n: Ints) -> dict[str, Any]:
    """Points, counted indices and percent of each behaviour and of all together."""
    names = (*BEHAVIORS, "overall")
    points = [*map(int, earned), int(earned.sum())]
    counts = [*map(int, counts_n), int(counts_n.sum())]
    return {
        name: {"points": got, "n": n, "pct": 10 * got / n if n else None}
        for name, got, n in zip(names, points, counts, strict=True)
    }
