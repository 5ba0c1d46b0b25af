"""Who gets in touch on a day, about what: contacts, topics, follow-ups and tickets.

Some cases come back to a case of one of the days before: same contact, same topic, same ticket.
The earlier day is not remembered but drawn again from its own random numbers, which is cheap and
keeps every day independent of the others.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cxtool.synthetic import centre
from cxtool.synthetic.flows import INBOUND, INTERNAL
from cxtool.synthetic.plan import Bools, Ints, Plan, Stream

FOLLOW_UP_SHARE = 0.16
FOLLOW_UP_DAYS = 5
TICKET_SHARE = 0.05
UNKNOWN_SHARE = 0.05  # nobody recognised the contact
HABIT = 1.25  # above 1: some people get in touch far more often than others


class Draws(Struct, frozen=True, kw_only=True):
    """One element a case, in no order of time. -1 is "none" in contact, company and topic.

    ``ticket`` counts the tickets of ``ticket_day`` from 1; 0 is no ticket.
    """

    flow: Ints
    contact: Ints
    company: Ints
    topic: Ints
    follow_up: Bools
    ticket: Ints
    ticket_day: Ints

    def taken(self, order: Ints) -> Draws:
        """The same cases in that order."""
        return Draws(**{name: getattr(self, name)[order] for name in self.__struct_fields__})


def weighted(rng: np.random.Generator, weights: tuple[float, ...], count: int) -> Ints:
    """Indices drawn with those weights."""
    steps = np.cumsum(weights)
    found = np.searchsorted(steps, rng.random(count) * steps[-1], side="right")
    indices: Ints = np.minimum(found, len(weights) - 1)
    return indices


def draw_contacts(plan: Plan, rng: np.random.Generator, count: int) -> Ints:
    """Contacts by how often they get in touch."""
    return (plan.contacts.count * rng.random(count) ** HABIT).astype(np.int64)


def _own_draws(plan: Plan, day: int) -> Draws:
    """The day's cases as if nobody came back to an earlier one."""
    rng = plan.rng(Stream.DRAWS, day)
    count = int(plan.cases_n[day])
    flow = weighted(rng, tuple(flow.share for flow in centre.FLOWS), count)
    contact = draw_contacts(plan, rng, count)
    unknown = rng.random(count) < UNKNOWN_SHARE
    company = np.where(
        unknown & (rng.random(count) < 0.4),
        plan.draw_companies(rng, count),
        np.where(unknown, -1, plan.contacts.company[contact]),
    )
    topic = weighted(rng, centre.TOPIC_SHARES, count)
    follow_up = INBOUND[flow] & (rng.random(count) < FOLLOW_UP_SHARE) & (day > 0)
    opens = INBOUND[flow] & ~follow_up & (rng.random(count) < TICKET_SHARE)
    inside = INTERNAL[flow]
    return Draws(
        flow=flow,
        contact=np.where(unknown | inside, -1, contact),
        company=np.where(inside, -1, company),
        topic=np.where(inside | (rng.random(count) < 0.06), -1, topic),
        follow_up=follow_up,
        ticket=np.where(opens, np.cumsum(opens), 0),
        ticket_day=np.full(count, day),
    )


def draw_day(plan: Plan, day: int) -> Draws:
    """The day's cases, follow-ups included."""
    own = _own_draws(plan, day)
    rng = plan.rng(Stream.DRAWS, plan.order.days + day)
    back = weighted(rng, tuple(1 / lag for lag in range(1, FOLLOW_UP_DAYS + 1)), len(own.flow)) + 1
    pick = rng.random(len(own.flow))
    follow_up = np.zeros(len(own.flow), dtype=np.bool_)
    copied = {name: getattr(own, name).copy() for name in ("contact", "company", "topic", "ticket")}
    ticket_day = own.ticket_day.copy()
    for lag in range(1, min(FOLLOW_UP_DAYS, day) + 1):
        earlier = _own_draws(plan, day - lag)
        known = INBOUND[earlier.flow] & ~earlier.follow_up & (earlier.contact >= 0)
        sources = np.flatnonzero(known)
        here = np.flatnonzero(own.follow_up & (back == lag))
        if not len(sources) or not len(here):
            continue
        source = sources[(pick[here] * len(sources)).astype(np.int64)]
        for name, values in copied.items():
            values[here] = getattr(earlier, name)[source]
        ticket_day[here] = day - lag
        follow_up[here] = True
    return replace(own, **copied, ticket_day=ticket_day, follow_up=follow_up)
