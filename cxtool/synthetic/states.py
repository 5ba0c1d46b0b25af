"""One day's agent states: each agent at work, from midnight to midnight without gap or overlap.

A shift is eight hours of work in blocks of an hour, with two short breaks and a meal between
them. In each block the agent is first available, then on contact, then in after-contact work; how
long follows from the cases that the agent had that day.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cxtool.synthetic import centre
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.flows import CONCURRENT
from cxtool.synthetic.plan import DAY_S, Floats, Ints, Plan, Stream
from cxtool.synthetic.rota import draw_rota

STATES = ("available", "on_contact", "after_contact", "break", "offline")
BREAKS_S = {1: 480, 3: 1500, 5: 600}  # after which block of the shift, how long
FULLEST = 0.92  # nobody is busy all of the time
HOUR_S = 3600


class StateDay(Struct, frozen=True, kw_only=True):
    """One element a state, sorted by agent and start."""

    agent: Ints
    state: Ints
    start_s: Ints
    end_s: Ints


def make_states(plan: Plan, day: int, cases: CaseDay) -> StateDay:
    """The day's states of everyone at work."""
    rng = plan.rng(Stream.STATES, day)
    agents = np.flatnonzero(draw_rota(plan, day).working)
    contact, after = _busy_shares(plan, cases)
    blocks = (len(agents), centre.SHIFT_HOURS)
    contact_s = _spread(rng, contact[agents], blocks)
    after_s = _spread(rng, after[agents], blocks)

    states, lengths = [4], [plan.agents.shift_start[agents] * HOUR_S]
    for block in range(centre.SHIFT_HOURS):
        on, wrap = contact_s[:, block], after_s[:, block]
        states += [0, 1, 2]
        lengths += [HOUR_S - on - wrap, on, wrap]
        if block in BREAKS_S:
            states.append(3)
            lengths.append(np.full(len(agents), BREAKS_S[block]))
    ends = np.cumsum(np.stack(lengths, axis=1), axis=1)
    ends = np.concatenate((ends, np.full((len(agents), 1), DAY_S)), axis=1)
    starts = np.concatenate((np.zeros((len(agents), 1), dtype=np.int64), ends[:, :-1]), axis=1)
    row, column = np.nonzero(ends > starts)
    begin_s = plan.day_start_s(day)
    return StateDay(
        agent=agents[row],
        state=np.array([*states, 4])[column],
        start_s=begin_s + starts[row, column],
        end_s=begin_s + ends[row, column],
    )


def _busy_shares(plan: Plan, cases: CaseDay) -> tuple[Floats, Floats]:
    """Each agent's share of the shift on contact and in after-contact work."""
    mine = np.flatnonzero(cases.agent >= 0)
    agent, at_once = cases.agent[mine], CONCURRENT[cases.flow[mine]]
    on_s = (np.maximum(cases.talk_s, 0) + np.maximum(cases.hold_s, 0))[mine] / at_once
    wrap_s = np.maximum(cases.after_s, 0)[mine] / at_once
    contact = np.bincount(agent, weights=on_s, minlength=plan.agents.count)
    after = np.bincount(agent, weights=wrap_s, minlength=plan.agents.count)
    shift_s = centre.SHIFT_HOURS * HOUR_S
    scale = np.minimum(1.0, FULLEST * shift_s / np.maximum(contact + after, 1.0)) / shift_s
    return contact * scale, after * scale


def _spread(rng: np.random.Generator, share: Floats, blocks: tuple[int, int]) -> Ints:
    """Whole seconds of each block, a little more here and less there, the same in sum."""
    noise = rng.uniform(-0.07, 0.07, blocks)
    noise -= noise.mean(axis=1, keepdims=True)
    return np.floor(HOUR_S * share[:, None] * (1 + noise)).astype(np.int64)
