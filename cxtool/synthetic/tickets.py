"""One day's tickets: some opened during a case, some raised directly."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cxtool.synthetic import centre
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.draws import draw_contacts, weighted
from cxtool.synthetic.plan import DAY_S, Bools, Floats, Ints, Plan, Stream

DIRECT_SHARE = 0.03  # of the day's cases
NEVER_SHARE = 0.05  # not resolved for as long as one looks
STATUSES = ("new", "open", "pending", "solved", "closed")


class TicketDay(Struct, frozen=True, kw_only=True):
    """The tickets created on one day, sorted by creation; -1 is null."""

    day: int
    number: Ints  # counts the day's tickets from 1
    created_s: Ints
    resolved_s: Ints
    status: Ints
    priority: Ints
    topic: Ints
    product: Ints
    description: Ints
    contact: Ints
    company: Ints
    names_company: Bools  # False: the row names the contact alone
    agent: Ints
    queue: Ints

    @property
    def count(self) -> int:
        return len(self.number)


def make_tickets(plan: Plan, day: int, cases: CaseDay) -> TicketDay:
    """The day's tickets: those of its cases first in number, then the direct ones."""
    rng = plan.rng(Stream.TICKETS, day)
    draws = cases.draws
    source = np.flatnonzero((draws.ticket > 0) & (draws.ticket_day == day))
    direct_n = int(rng.binomial(cases.count, DIRECT_SHARE))
    direct = draw_contacts(plan, rng, direct_n)
    count = len(source) + direct_n
    opened_n = int(draws.ticket[source].max()) if len(source) else 0

    begin_s = plan.day_start_s(day)
    said_s = cases.start_s[source] + np.clip(cases.handle_s[source], 60, 3600)
    raised_s = begin_s + rng.integers(6 * 3600, 22 * 3600, direct_n)
    created_s = np.minimum(np.concatenate((said_s, raised_s)), begin_s + DAY_S - 1)
    topic = np.concatenate((draws.topic[source], weighted(rng, centre.TOPIC_SHARES, direct_n)))
    queue = np.where(topic >= 0, np.array(centre.TOPIC_QUEUES)[topic], -1)
    anyone = rng.integers(0, plan.agents.count, count)
    agent = np.concatenate((cases.agent[source], np.full(direct_n, -1)))
    priority = weighted(rng, centre.PRIORITY_SHARES, count)
    resolved_s = _resolved(rng, created_s, np.array(centre.PRIORITY_HOURS)[priority], plan.end_s)
    pending = rng.integers(0, 3, count)
    order = np.lexsort((np.arange(count), created_s))
    contact = np.concatenate((draws.contact[source], direct))
    columns = {
        "number": np.concatenate((draws.ticket[source], opened_n + 1 + np.arange(direct_n))),
        "created_s": created_s,
        "resolved_s": resolved_s,
        "status": np.where(resolved_s < 0, pending, 3 + (rng.random(count) < 0.7)),
        "priority": priority,
        "topic": topic,
        "product": rng.integers(0, len(centre.PRODUCTS), count),
        "description": rng.integers(0, len(centre.TICKET_DESCRIPTIONS), count),
        "contact": contact,
        "names_company": (contact < 0) | (rng.random(count) < 0.7),
        "company": np.concatenate((draws.company[source], plan.contacts.company[direct])),
        "agent": np.where(agent < 0, anyone, agent),
        "queue": queue,
    }
    return TicketDay(day=day, **{name: values[order] for name, values in columns.items()})


def _resolved(rng: np.random.Generator, created_s: Ints, median_h: Floats, end_s: int) -> Ints:
    """When each ticket is resolved; -1 where that is never, or after the end of the export."""
    took_s = median_h * 3600 * np.exp(0.9 * rng.standard_normal(len(created_s)))
    resolved_s = created_s + np.maximum(60, np.rint(took_s)).astype(np.int64)
    never = rng.random(len(created_s)) < NEVER_SHARE
    return np.where(never | (resolved_s > end_s), -1, resolved_s)
