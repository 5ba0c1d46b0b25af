"""One day's cases as numpy columns: when, where, how long, with whom, and how it went.

Times are whole seconds; -1 stands for null everywhere. What would only be known after the end of
the export (an answer, an end) is not known yet: such cases are still open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxtool.schema import DISPOSITIONS
from cxtool.synthetic import centre
from cxtool.synthetic.draws import Draws, draw_day, weighted
from cxtool.synthetic.plan import DAY_S, Bools, Floats, Ints, Plan, Stream
from cxtool.synthetic.rota import TEAMS_N, Rota, draw_rota

MISDIAL_SHARE = 0.012
MISDIAL_S = 4  # given up before that: nobody meant to call
LEAST_PATIENCE_S = 6
UNHEARD_SHARE = 0.018  # written contacts that are never answered
EXPIRY_S = 3 * DAY_S  # an unanswered written contact is closed by the system
BORROWED_LOAD = 1.2  # nobody of the team is at work, agents of other teams help out
NOBODY_LOAD = 99.0
COMFORTABLE_LOAD = 0.7  # waits are as in ``FLOWS`` when agents are that busy

FLOWS = centre.FLOWS
NOTES_N = len(centre.CASE_NOTES) * len(centre.PRODUCTS)
INBOUND = np.array([flow.direction == "inbound" for flow in FLOWS])
OUTBOUND = np.array([flow.direction == "outbound" for flow in FLOWS])
INTERNAL = np.array([flow.direction == "internal" for flow in FLOWS])
VOICE = np.array([flow.channel == "voice" for flow in FLOWS])
CHAT = np.array([flow.channel == "chat" for flow in FLOWS])
LIVE = np.array([flow.patience_s > 0 for flow in FLOWS])
SPOKEN_OR_CHATTED = np.array([flow.channel in ("voice", "chat", "messaging") for flow in FLOWS])
CONCURRENT = np.array([flow.concurrent for flow in FLOWS])
TOPIC_QUEUES = np.array(centre.TOPIC_QUEUES)
TOPIC_WORK = np.array(centre.TOPIC_WORK)
TOPIC_MOOD = np.array(centre.TOPIC_MOOD)


def _flow_values(name: str) -> Floats:
    return np.array([getattr(flow, name) for flow in FLOWS], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDay:
    """The cases of one day, sorted by start. Codes index the tables of ``centre`` and ``plan``."""

    day: int
    draws: Draws
    start_s: Ints  # epoch second
    queue: Ints
    team: Ints
    agent: Ints
    first_agent: Ints
    transfers: Ints
    answered: Bools
    response_s: Ints
    wait_s: Ints
    talk_s: Ints
    hold_s: Ints
    after_s: Ints
    handle_s: Ints
    closed: Bools
    mood: Floats
    csat: Ints
    sentiment: Ints
    disposition: Ints
    resolved: Ints  # 1, 0 or -1
    recorded: Bools
    scored: Bools
    names_company: Bools  # False: the row names the contact alone, the company is the contact's
    campaign: Ints
    tag: Ints
    note: Ints

    @property
    def count(self) -> int:
        return len(self.start_s)

    @property
    def flow(self) -> Ints:
        return self.draws.flow


def make_cases(plan: Plan, day: int) -> CaseDay:
    """The day's cases, from the plan and the day alone."""
    rng = plan.rng(Stream.CASES, day)
    draws = draw_day(plan, day)
    second = _start_seconds(rng, draws.flow)
    order = np.argsort(second, kind="stable")
    draws, second = draws.taken(order), second[order]
    flow, count = draws.flow, len(second)
    start_s = plan.day_start_s(day) + second
    left_s = plan.end_s - start_s  # until the end of the export

    rota = draw_rota(plan, day)
    queue = np.where(INBOUND[flow] & (draws.topic >= 0), TOPIC_QUEUES[draws.topic], -1)
    queue = np.where(INBOUND[flow] & VOICE[flow] & (queue < 0), 3, queue)
    team = _teams(rng, flow, queue)
    hour = np.where(LIVE[flow], second // 3600, np.clip(second // 3600, 9, 17))
    cells = hour * TEAMS_N + team
    load = _loads(rota, flow, cells)
    agent = rota.pick(cells, rng.random(count))

    wait_s, patience_s = _waits(plan, day, rng, flow=flow, queue=queue, load=load)
    responds = INBOUND[flow] & (wait_s < patience_s)
    responds &= ~(LIVE[flow] & (load == NOBODY_LOAD) & (rng.random(count) < 0.6))
    work = _work(plan, rng, flow=flow, topic=draws.topic, agent=agent)
    hasty = VOICE[flow] & responds & (rng.random(count) < 0.01)
    wait_s = np.where(hasty, 1, wait_s)
    talk_s = np.where(hasty, rng.integers(1, 4, count), work)
    responds &= wait_s <= left_s
    reached = rng.random(count) < np.where(INTERNAL[flow], 0.86, np.where(VOICE[flow], 0.61, 0.3))
    answered = np.where(INBOUND[flow], responds, reached)
    served = answered | ~INBOUND[flow]
    agent = np.where(served, agent, -1)

    holds = VOICE[flow] & ~hasty & (rng.random(count) < 0.24)
    hold_s = np.where(holds, _lognormal(rng, 38.0, 0.8, count), 0)
    after_s = np.where(hasty, 0, _lognormal(rng, _flow_values("after_s")[flow], 0.5, count))
    handle_s = _handle(rng, flow=flow, answered=answered, wait_s=wait_s, patience_s=patience_s,
                       talk_s=talk_s + hold_s)  # fmt: skip
    closed = (handle_s >= 0) & (handle_s <= left_s)
    spoke = served & closed & (answered | ~VOICE[flow])
    transferred = answered & INBOUND[flow] & ~hasty & (plan.agents.count > 1)
    transferred &= rng.random(count) < np.where(VOICE[flow], 0.09, 0.04)
    transfers = np.where(transferred, 1 + (rng.random(count) < 0.15), 0)
    other = rota.pick(cells, rng.random(count))
    other = np.where(other == agent, (agent + 1) % plan.agents.count, other)

    mood = _mood(plan, day, rng, flow=flow, topic=draws.topic, agent=agent, wait_s=wait_s)
    judged = answered & closed & INBOUND[flow]
    resolved = rng.random(count) < 1 / (1 + np.exp(-1.3 - 0.8 * mood + 0.5 * transferred))
    disposition = _dispositions(rng, queue=queue, resolved=resolved)
    recorded = VOICE[flow] & answered & closed & ~INTERNAL[flow] & (rng.random(count) < 0.92)
    scorable = answered & closed & ~INTERNAL[flow] & ~transferred & (handle_s > 4)
    scorable &= SPOKEN_OR_CHATTED[flow] & (recorded | ~VOICE[flow])

    def where(known: Bools, values: Ints) -> Ints:
        return np.where(known, values, -1).astype(np.int64)

    return CaseDay(
        day=day,
        draws=draws,
        start_s=start_s,
        queue=queue,
        team=np.where(served, plan.agents.team[agent], team),
        agent=agent,
        first_agent=where(served, np.where(transferred, other, agent)),
        transfers=transfers.astype(np.int64),
        answered=answered,
        response_s=where(responds, wait_s),
        wait_s=where(responds, np.where(LIVE[flow], wait_s, 1 + wait_s * 3 // 5)),
        talk_s=where(spoke, talk_s),
        hold_s=where(spoke & VOICE[flow], hold_s),
        after_s=where(spoke, after_s),
        handle_s=where(closed, handle_s),
        closed=closed,
        mood=mood,
        csat=where(judged & (rng.random(count) < 0.36), _csat(rng, mood, resolved)),
        sentiment=where(answered & closed & (rng.random(count) < 0.45), _sentiment(rng, mood)),
        disposition=where(served & closed & (rng.random(count) < 0.96), disposition),
        resolved=where(answered & closed & (rng.random(count) < 0.95), resolved.astype(np.int64)),
        recorded=recorded,
        scored=scorable & (rng.random(count) < 0.6),
        names_company=(draws.contact < 0) | (rng.random(count) < 0.95),
        campaign=where(OUTBOUND[flow], rng.integers(0, len(centre.CAMPAIGNS), count)),
        tag=where(served & closed, weighted(rng, centre.TAG_SHARES, count)),
        note=where(served & closed & (rng.random(count) < 0.3), rng.integers(0, NOTES_N, count)),
    )


def _lognormal(
    rng: np.random.Generator, median: Floats | float, sigma: Floats | float, count: int
) -> Ints:
    """Whole seconds, at least 1, with that median."""
    drawn = median * np.exp(sigma * rng.standard_normal(count))
    return np.maximum(1, np.rint(drawn)).astype(np.int64)


def _start_seconds(rng: np.random.Generator, flow: Ints) -> Ints:
    """Second of the day, by the rhythm of each flow."""
    chances = rng.random(len(flow))
    hour = np.zeros(len(flow), dtype=np.int64)
    for index, kind in enumerate(FLOWS):
        steps = np.cumsum(centre.RHYTHMS[kind.rhythm])
        here = flow == index
        hour[here] = np.searchsorted(steps, chances[here] * steps[-1], side="right")
    return np.minimum(hour, 23) * 3600 + rng.integers(0, 3600, len(flow))


def _teams(rng: np.random.Generator, flow: Ints, queue: Ints) -> Ints:
    hotline = rng.choice(centre.HOTLINE_TEAMS, len(flow))
    by_queue = np.array((*centre.QUEUE_TEAMS, -1))[queue]
    team = np.where(by_queue < 0, hotline, by_queue)
    by_channel = np.array([centre.CHANNEL_TEAMS.get(kind.channel, -1) for kind in FLOWS])
    by_channel[OUTBOUND & VOICE] = centre.OUTBOUND_TEAM
    team = np.where(by_channel[flow] >= 0, by_channel[flow], team)
    anyone = rng.integers(0, TEAMS_N, len(flow))
    return np.where(INTERNAL[flow], anyone, team).astype(np.int64)


def _loads(rota: Rota, flow: Ints, cells: Ints) -> Floats:
    """Work asked for over work that the staff can do, in each case's hour and team."""
    work_s = (_flow_values("work_s") + _flow_values("after_s")) * 1.25 / CONCURRENT
    asked_s = np.bincount(cells, weights=work_s[flow], minlength=len(rota.edges) - 1)
    staff_n = rota.staff_n
    elsewhere = np.where(rota.hour_staff_n > 0, BORROWED_LOAD, NOBODY_LOAD)
    load: Floats = np.divide(asked_s, staff_n * 3600.0, out=elsewhere, where=staff_n > 0)
    return load[cells]


def _waits(
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
    median = np.maximum(_flow_values("wait_s")[flow], 1.0) * stretch
    wait_s = _lognormal(rng, median, _flow_values("wait_sigma")[flow], count)
    patience = np.maximum(_flow_values("patience_s")[flow], 1.0)
    patience_s = np.maximum(LEAST_PATIENCE_S, _lognormal(rng, patience, 0.9, count))
    misdialled = rng.random(count) < MISDIAL_SHARE
    patience_s = np.where(misdialled, rng.integers(1, MISDIAL_S + 1, count), patience_s)
    wait_s = np.where(LIVE[flow] & misdialled, np.maximum(wait_s, MISDIAL_S), wait_s)
    unheard = rng.random(count) < UNHEARD_SHARE
    written_s = np.where(unheard, 0, np.iinfo(np.int64).max)
    return wait_s, np.where(LIVE[flow], patience_s, written_s)


def _work(plan: Plan, rng: np.random.Generator, *, flow: Ints, topic: Ints, agent: Ints) -> Ints:
    """Seconds an agent is busy with the customer: the flow's, the topic's and the agent's pace."""
    by_topic = np.where(topic >= 0, TOPIC_WORK[topic], 1.0)
    median = _flow_values("work_s")[flow] * by_topic * plan.agents.pace[agent]
    return np.maximum(5, _lognormal(rng, median, 0.6, len(flow)))


def _handle(
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
    pause = _lognormal(rng, np.maximum(2 * _flow_values("wait_s")[flow], 1.0), 1.0, count)
    written = ~LIVE[flow] & ~VOICE[flow] & (rng.random(count) < 0.4)
    waited = np.where(INBOUND[flow], wait_s, rng.integers(2, 20, count))
    met = waited + talk_s + np.where(written, pause, 0)
    ringing = rng.integers(12, 45, count)
    missed = np.where(LIVE[flow], patience_s, np.where(VOICE[flow], ringing, EXPIRY_S))
    missed = np.where(OUTBOUND[flow] & ~VOICE[flow], talk_s, missed)
    return np.where(answered, met, missed).astype(np.int64)


def _mood(
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
    usual = np.maximum(_flow_values("wait_s")[flow], 1.0)
    waited = np.where(INBOUND[flow], 0.3 * np.log(np.maximum(wait_s, 1) / usual), 0.0)
    mood = 0.35 * plan.agents.skill[agent] - waited + 0.8 * rng.standard_normal(len(flow))
    mood += np.where(topic >= 0, TOPIC_MOOD[topic], 0.0)
    if plan.change(day) is not None:
        mood += 0.15 * (plan.agents.team[agent] == centre.IMPROVING_TEAM)
    return mood


def _dispositions(rng: np.random.Generator, *, queue: Ints, resolved: Bools) -> Ints:
    code = {name: index for index, name in enumerate(DISPOSITIONS)}
    happy = ("resolved", "customer_satisfaction", "sales_opportunity")
    unhappy = ("unresolved", "callback_scheduled", "escalated", "technical_issue")
    good = np.array([code[name] for name in happy])[weighted(rng, (0.82, 0.12, 0.06), len(queue))]
    bad = np.array([code[name] for name in unhappy])
    bad = bad[weighted(rng, (0.38, 0.24, 0.24, 0.14), len(queue))]
    sale = (queue == len(centre.QUEUES) - 1) & (rng.random(len(queue)) < 0.5)
    good = np.where(sale, code["sales_opportunity"], good)
    return np.where(resolved, good, bad).astype(np.int64)


def _csat(rng: np.random.Generator, mood: Floats, resolved: Bools) -> Ints:
    rating = 3.5 + 0.8 * mood + 0.7 * resolved + 0.6 * rng.standard_normal(len(mood))
    return np.clip(np.rint(rating), 1, 5).astype(np.int64)


def _sentiment(rng: np.random.Generator, mood: Floats) -> Ints:
    """0 positive, 1 neutral, 2 negative, as in the schema."""
    seen = mood + 0.4 * rng.standard_normal(len(mood))
    return np.where(seen > 0.45, 0, np.where(seen < -0.75, 2, 1)).astype(np.int64)
