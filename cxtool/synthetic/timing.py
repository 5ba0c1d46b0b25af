"""How long things take: starts, waits, patience, work and whole durations, in whole seconds."""

from __future__ import annotations

import numpy as np

from cxtool.synthetic import centre
from cxtool.synthetic.flows import FLOWS, INBOUND, LIVE, OUTBOUND, VOICE, values_of
from cxtool.synthetic.plan import DAY_S, Bools, Floats, Ints, Plan

MISDIAL_SHARE = 0.012
MISDIAL_S = 4  # given up before that: nobody meant to call
LEAST_PATIENCE_S = 6
UNHEARD_SHARE = 0.018  # written contacts that are never answered
EXPIRY_S = 3 * DAY_S  # an unanswered written contact is closed by the system
COMFORTABLE_LOAD = 0.7  # waits are as in ``FLOWS`` when agents are that busy
TOPIC_WORK = np.array(centre.TOPIC_WORK)


def lognormal(
    rng: np.random.Generator, median: Floats | float, sigma: Floats | float, count: int
) -> Ints:
    """Whole seconds, at least 1, with that median."""
    drawn = median * np.exp(sigma * rng.standard_normal(count))
    return np.maximum(1, np.rint(drawn)).astype(np.int64)


def draw_starts(rng: np.random.Generator, flow: Ints) -> Ints:
    """Second of the day, by the rhythm of each flow."""
    chances = rng.random(len(flow))
    hour = np.zeros(len(flow), dtype=np.int64)
    for index, kind in enumerate(FLOWS):
        steps = np.cumsum(centre.RHYTHMS[kind.rhythm])
        here = flow == index
        hour[here] = np.searchsorted(steps, chances[here] * steps[-1], side="right")
    return np.minimum(hour, 23) * 3600 + rng.integers(0, 3600, len(flow))


def draw_waits(
    plan: Plan, day: int, rng: np.random.Generator, *, flow: Ints, queue: Ints, load: Floats
) -> tuple[Ints, Ints]:
    """How long an answer takes and how long the customer would wait for it."""
    count = len(flow)
    stretch = np.clip((load / COMFORTABLE_LOAD) ** 1.5, 0.4, 6.0)
    stretch = np.where(LIVE[flow], stretch, 1.0)
    change = plan.change(day)
    if change is not None:
        slower = centre.SLOWER_FROM * (centre.SLOWER_TO / centre.SLOWER_FROM) ** change
        stretch = np.where(queue == centre.SLOWER_QUEUE, stretch * slower, stretch)
    median = np.maximum(values_of("wait_s")[flow], 1.0) * stretch
    wait_s = lognormal(rng, median, values_of("wait_sigma")[flow], count)
    patience = np.maximum(values_of("patience_s")[flow], 1.0)
    patience_s = np.maximum(LEAST_PATIENCE_S, lognormal(rng, patience, 0.9, count))
    misdialled = rng.random(count) < MISDIAL_SHARE
    patience_s = np.where(misdialled, rng.integers(1, MISDIAL_S + 1, count), patience_s)
    wait_s = np.where(LIVE[flow] & misdialled, np.maximum(wait_s, MISDIAL_S), wait_s)
    unheard = rng.random(count) < UNHEARD_SHARE
    written_s = np.where(unheard, 0, np.iinfo(np.int64).max)
    return wait_s, np.where(LIVE[flow], patience_s, written_s)


def draw_work(
    plan: Plan, rng: np.random.Generator, *, flow: Ints, topic: Ints, agent: Ints
) -> Ints:
    """Seconds an agent is busy with the customer: the flow's, the topic's and the agent's pace."""
    by_topic = np.where(topic >= 0, TOPIC_WORK[topic], 1.0)
    median = values_of("work_s")[flow] * by_topic * plan.agents.pace[agent]
    return np.maximum(5, lognormal(rng, median, 0.6, len(flow)))


def draw_handle(
    rng: np.random.Generator,
    *,
    flow: Ints,
    answered: Bools,
    wait_s: Ints,
    patience_s: Ints,
    talk_s: Ints,
) -> Ints:
    """Whole duration of each case, from its start to its end."""
    count = len(flow)
    pause = lognormal(rng, np.maximum(2 * values_of("wait_s")[flow], 1.0), 1.0, count)
    written = ~LIVE[flow] & ~VOICE[flow] & (rng.random(count) < 0.4)
    waited = np.where(INBOUND[flow], wait_s, rng.integers(2, 20, count))
    met = waited + talk_s + np.where(written, pause, 0)
    ringing = rng.integers(12, 45, count)
    missed = np.where(LIVE[flow], patience_s, np.where(VOICE[flow], ringing, EXPIRY_S))
    missed = np.where(OUTBOUND[flow] & ~VOICE[flow], talk_s, missed)
    return np.where(answered, met, missed).astype(np.int64)
