"""One day's cases as numpy columns: when, where, how long, with whom, and how it went.

Times are whole seconds; -1 stands for null everywhere. What would only be known after the end of
the export (an answer, an end) is not known yet: such cases are still open.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cxtool.synthetic import centre
from cxtool.synthetic.draws import Draws, draw_day, weighted
from cxtool.synthetic.flows import (
    CONCURRENT,
    INBOUND,
    INTERNAL,
    LIVE,
    OUTBOUND,
    SPOKEN_OR_CHATTED,
    VOICE,
    values_of,
)
from cxtool.synthetic.outcomes import draw_csat, draw_dispositions, draw_mood, draw_sentiment
from cxtool.synthetic.plan import Bools, Floats, Ints, Plan, Stream
from cxtool.synthetic.rota import TEAMS_N, Rota, draw_rota
from cxtool.synthetic.timing import draw_handle, draw_starts, draw_waits, draw_work, lognormal

BORROWED_LOAD = 1.2  # nobody of the team is at work, agents of other teams help out
NOBODY_LOAD = 99.0  # nobody at all is at work: most live contacts are lost,
LOST_SHARE = 0.6  # the others are taken by someone on call
OFFICE_HOURS = (9, 17)  # first and last hour in which written contacts are worked on
ASSUMED_QUEUE = centre.QUEUES.index("care")  # of calls without a topic

# Shares of those cases to which each can happen
HASTY_SHARE = 0.01  # answered calls over within four seconds
REACHED_SHARES = (0.61, 0.30, 0.86)  # outbound calls, outbound written, internal
HOLD_SHARE, HOLD_S, HOLD_SIGMA = 0.24, 38.0, 0.8
TRANSFER_SHARES = (0.09, 0.04)  # calls, written
SECOND_TRANSFER_SHARE = 0.15
RECORDED_SHARE = 0.92
SCORED_SHARE = 0.6
RATED_SHARE = 0.36
SENTIMENT_SHARE = 0.45
DISPOSED_SHARE = 0.96
RESOLVED_KNOWN_SHARE = 0.95
COMPANY_NAMED_SHARE = 0.95
NOTED_SHARE = 0.3
NOTES_N = len(centre.CASE_NOTES) * len(centre.PRODUCTS)
TOPIC_QUEUES = np.array(centre.TOPIC_QUEUES)


class CaseDay(Struct, frozen=True, kw_only=True):
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
    second = draw_starts(rng, draws.flow)
    order = np.argsort(second, kind="stable")
    draws, second = draws.taken(order), second[order]
    flow, count = draws.flow, len(second)
    start_s = plan.day_start_s(day) + second
    left_s = plan.end_s - start_s  # until the end of the export

    rota = draw_rota(plan, day)
    queue = np.where(INBOUND[flow] & (draws.topic >= 0), TOPIC_QUEUES[draws.topic], -1)
    queue = np.where(INBOUND[flow] & VOICE[flow] & (queue < 0), ASSUMED_QUEUE, queue)
    team = _teams(rng, flow, queue)
    hour = np.where(LIVE[flow], second // 3600, np.clip(second // 3600, *OFFICE_HOURS))
    cells = hour * TEAMS_N + team
    load = _loads(rota, flow, cells)
    agent = rota.pick(cells, rng.random(count))

    wait_s, patience_s = draw_waits(plan, day, rng, flow=flow, queue=queue, load=load)
    responds = INBOUND[flow] & (wait_s < patience_s)
    responds &= ~(LIVE[flow] & (load == NOBODY_LOAD) & (rng.random(count) < LOST_SHARE))
    work = draw_work(plan, rng, flow=flow, topic=draws.topic, agent=agent)
    hasty = VOICE[flow] & responds & (rng.random(count) < HASTY_SHARE)
    wait_s = np.where(hasty, 1, wait_s)
    talk_s = np.where(hasty, rng.integers(1, 4, count), work)
    responds &= wait_s <= left_s
    calls, written, internal = REACHED_SHARES
    reach = np.where(INTERNAL[flow], internal, np.where(VOICE[flow], calls, written))
    reached = rng.random(count) < reach
    answered = np.where(INBOUND[flow], responds, reached)
    served = answered | ~INBOUND[flow]
    agent = np.where(served, agent, -1)

    holds = VOICE[flow] & ~hasty & (rng.random(count) < HOLD_SHARE)
    hold_s = np.where(holds, lognormal(rng, HOLD_S, HOLD_SIGMA, count), 0)
    after_s = np.where(hasty, 0, lognormal(rng, values_of("after_s")[flow], 0.5, count))
    handle_s = draw_handle(
        rng,
        flow=flow,
        answered=answered,
        wait_s=wait_s,
        patience_s=patience_s,
        talk_s=talk_s + hold_s,
    )
    closed = (handle_s >= 0) & (handle_s <= left_s)
    spoke = served & closed & (answered | ~VOICE[flow])
    transferred = answered & INBOUND[flow] & ~hasty & (plan.agents.count > 1)
    transferred &= rng.random(count) < np.where(VOICE[flow], *TRANSFER_SHARES)
    transfers = np.where(transferred, 1 + (rng.random(count) < SECOND_TRANSFER_SHARE), 0)
    other = rota.pick(cells, rng.random(count))
    other = np.where(other == agent, (agent + 1) % plan.agents.count, other)

    mood = draw_mood(plan, day, rng, flow=flow, topic=draws.topic, agent=agent, wait_s=wait_s)
    judged = answered & closed & INBOUND[flow]
    resolved = rng.random(count) < 1 / (1 + np.exp(-1.3 - 0.8 * mood + 0.5 * transferred))
    disposition = draw_dispositions(rng, queue=queue, resolved=resolved)
    recorded = VOICE[flow] & answered & closed & ~INTERNAL[flow]
    recorded &= rng.random(count) < RECORDED_SHARE
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
        csat=where(judged & (rng.random(count) < RATED_SHARE), draw_csat(rng, mood, resolved)),
        sentiment=where(
            answered & closed & (rng.random(count) < SENTIMENT_SHARE), draw_sentiment(rng, mood)
        ),
        disposition=where(served & closed & (rng.random(count) < DISPOSED_SHARE), disposition),
        resolved=where(
            answered & closed & (rng.random(count) < RESOLVED_KNOWN_SHARE),
            resolved.astype(np.int64),
        ),
        recorded=recorded,
        scored=scorable & (rng.random(count) < SCORED_SHARE),
        names_company=(draws.contact < 0) | (rng.random(count) < COMPANY_NAMED_SHARE),
        campaign=where(OUTBOUND[flow], rng.integers(0, len(centre.CAMPAIGNS), count)),
        tag=where(served & closed, weighted(rng, centre.TAG_SHARES, count)),
        note=where(
            served & closed & (rng.random(count) < NOTED_SHARE), rng.integers(0, NOTES_N, count)
        ),
    )


def _teams(rng: np.random.Generator, flow: Ints, queue: Ints) -> Ints:
    """The team that each case is meant for: by channel, and for calls by queue."""
    hotline = rng.choice(centre.HOTLINE_TEAMS, len(flow))
    by_queue = np.array((*centre.QUEUE_TEAMS, -1))[queue]
    team = np.where(by_queue < 0, hotline, by_queue)
    by_channel = np.array([centre.CHANNEL_TEAMS.get(kind.channel, -1) for kind in centre.FLOWS])
    by_channel[OUTBOUND & VOICE] = centre.OUTBOUND_TEAM
    team = np.where(by_channel[flow] >= 0, by_channel[flow], team)
    anyone = rng.integers(0, TEAMS_N, len(flow))
    return np.where(INTERNAL[flow], anyone, team).astype(np.int64)


def _loads(rota: Rota, flow: Ints, cells: Ints) -> Floats:
    """Work asked for over work that the staff can do, in each case's hour and team."""
    work_s = (values_of("work_s") + values_of("after_s")) * 1.25 / CONCURRENT
    asked_s = np.bincount(cells, weights=work_s[flow], minlength=len(rota.edges) - 1)
    staff_n = rota.staff_n
    elsewhere = np.where(rota.hour_staff_n > 0, BORROWED_LOAD, NOBODY_LOAD)
    load: Floats = np.divide(asked_s, staff_n * 3600.0, out=elsewhere, where=staff_n > 0)
    return load[cells]
