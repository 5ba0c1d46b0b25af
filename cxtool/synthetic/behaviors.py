"""One day's behaviour scores: hundredths from 0 to 100, with ties, and a lump at 0 for some."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cxtool.schema import BEHAVIORS
from cxtool.synthetic import centre
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.plan import Ints, Plan, Stream

NEGATIVE = "inappropriate_action"
HIGHEST = 100


class Habit(Struct, frozen=True, kw_only=True):
    """How one behaviour is scored: its middle, how often it is not seen at all, or not judged."""

    mean: float
    zero_share: float = 0.0
    missing_share: float = 0.02


HABITS = {
    "demonstrate_ownership": Habit(mean=0.62),
    "active_listening": Habit(mean=0.66),
    "be_empathetic": Habit(mean=0.55, zero_share=0.04),
    "build_rapport": Habit(mean=0.50, zero_share=0.06),
    "set_expectations": Habit(mean=0.58),
    "effective_questioning": Habit(mean=0.57),
    "promote_self_service": Habit(mean=0.42, zero_share=0.35, missing_share=0.25),
    "inappropriate_action": Habit(mean=0.16, zero_share=0.55),
    "acknowledge_loyalty": Habit(mean=0.40, zero_share=0.40, missing_share=0.40),
}
SPREAD = 0.16
SIGNS = np.array([-1.0 if name == NEGATIVE else 1.0 for name in BEHAVIORS])


class BehaviorDay(Struct, frozen=True, kw_only=True):
    """One element a score; ``case`` is the position among the day's cases."""

    case: Ints
    behavior: Ints
    hundredths: Ints
    agent: Ints


def make_behaviors(plan: Plan, day: int, cases: CaseDay) -> BehaviorDay:
    """Scores of the day's scored cases: the agent's habits, the customer's mood, chance."""
    rng = plan.rng(Stream.BEHAVIORS, day)
    scored = np.flatnonzero(cases.scored)
    agent = cases.agent[scored]
    habits = [HABITS[name] for name in BEHAVIORS]
    shape = (len(scored), len(BEHAVIORS))
    lift = plan.agents.behaviors[agent] + 0.05 * cases.mood[scored][:, None]
    if plan.change(day) is not None:
        better = plan.agents.team[agent] == centre.IMPROVING_TEAM
        lift += centre.IMPROVEMENT * better[:, None]
    scores = np.array([habit.mean for habit in habits]) + SIGNS * lift
    scores += SPREAD * rng.standard_normal(shape)
    hundredths = np.clip(np.rint(HIGHEST * scores), 0, HIGHEST).astype(np.int64)
    hundredths[rng.random(shape) < np.array([habit.zero_share for habit in habits])] = 0
    judged = rng.random(shape) >= np.array([habit.missing_share for habit in habits])
    row, behavior = np.nonzero(judged)
    return BehaviorDay(
        case=scored[row],
        behavior=behavior.astype(np.int64),
        hundredths=hundredths[row, behavior],
        agent=agent[row],
    )
