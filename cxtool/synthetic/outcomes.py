"""How a case went: the customer's mood, and the disposition, rating and sentiment that follow."""

from __future__ import annotations

import numpy as np

from cxtool.schema import DISPOSITIONS
from cxtool.synthetic import centre
from cxtool.synthetic.draws import weighted
from cxtool.synthetic.flows import INBOUND, values_of
from cxtool.synthetic.plan import Bools, Floats, Ints, Plan

TOPIC_MOOD = np.array(centre.TOPIC_MOOD)


def draw_mood(
    plan: Plan,
    day: int,
    rng: np.random.Generator,
    *,
    flow: Ints,
    topic: Ints,
    agent: Ints,
    wait_s: Ints,
) -> Floats:
    """How the customer feels about it, around 0: agent, topic, waiting, chance."""
    usual = np.maximum(values_of("wait_s")[flow], 1.0)
    waited = np.where(INBOUND[flow], 0.3 * np.log(np.maximum(wait_s, 1) / usual), 0.0)
    mood = 0.35 * plan.agents.skill[agent] - waited + 0.8 * rng.standard_normal(len(flow))
    mood += np.where(topic >= 0, TOPIC_MOOD[topic], 0.0)
    if plan.change(day) is not None:
        mood += 0.15 * (plan.agents.team[agent] == centre.IMPROVING_TEAM)
    return mood


def draw_dispositions(rng: np.random.Generator, *, queue: Ints, resolved: Bools) -> Ints:
    """Positions in ``DISPOSITIONS``: mostly resolved, or one of the ways of not being so."""
    code = {name: index for index, name in enumerate(DISPOSITIONS)}
    happy = ("resolved", "customer_satisfaction", "sales_opportunity")
    unhappy = ("unresolved", "callback_scheduled", "escalated", "technical_issue")
    good = np.array([code[name] for name in happy])[weighted(rng, (0.82, 0.12, 0.06), len(queue))]
    bad = np.array([code[name] for name in unhappy])
    bad = bad[weighted(rng, (0.38, 0.24, 0.24, 0.14), len(queue))]
    sale = (queue == len(centre.QUEUES) - 1) & (rng.random(len(queue)) < 0.5)
    good = np.where(sale, code["sales_opportunity"], good)
    return np.where(resolved, good, bad).astype(np.int64)


def draw_csat(rng: np.random.Generator, mood: Floats, resolved: Bools) -> Ints:
    """Ratings from 1 to 5."""
    rating = 3.5 + 0.8 * mood + 0.7 * resolved + 0.6 * rng.standard_normal(len(mood))
    return np.clip(np.rint(rating), 1, 5).astype(np.int64)


def draw_sentiment(rng: np.random.Generator, mood: Floats) -> Ints:
    """0 positive, 1 neutral, 2 negative, as in the schema."""
    seen = mood + 0.4 * rng.standard_normal(len(mood))
    return np.where(seen > 0.45, 0, np.where(seen < -0.75, 2, 1)).astype(np.int64)
