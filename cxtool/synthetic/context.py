"""One day's context rows and timeline notes: what surrounds the cases."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from cxtool.synthetic import centre
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.flows import CHAT, INBOUND, VOICE
from cxtool.synthetic.names import LANGUAGES, PLACES
from cxtool.synthetic.plan import DAY_S, Ints, Plan, Stream
from cxtool.synthetic.tickets import TicketDay

PRE_CHAT_SHARE = 0.5
VISITOR_SHARE = 0.4
SELF_SERVICE_SHARE = 0.12
SELF_SERVICE_MOST = 4
ADDITIONAL_SHARE = 0.05
CASE_NOTE_SHARE = 0.02
TICKET_NOTE_SHARE = 0.2
COMPANY_NOTE_SHARE = 0.002

# Every kind, name and value that can occur; a row of the table is an index into these.
_BLOCKS: dict[tuple[str, str], tuple[str, ...]] = {
    ("pre_chat", "What is it about?"): centre.TOPICS,
    ("pre_chat", "Have you contacted us about this before?"): ("yes", "no"),
    ("self_service", "page_visited"): centre.PAGES,
    ("self_service", "phrase_searched"): centre.PHRASES,
    ("self_service", "article_viewed"): centre.ARTICLES,
    ("self_service", "custom_action"): centre.ACTIONS,
    ("visitor", "authenticated"): ("true", "false"),
    ("visitor", "browser"): centre.BROWSERS,
    ("visitor", "operating_system"): centre.SYSTEMS,
    ("visitor", "location"): PLACES,
    ("visitor", "language"): LANGUAGES,
    ("additional", "loyalty_tier"): centre.TIERS,
    ("additional", "product"): centre.PRODUCTS,
}
ENTRIES: tuple[tuple[str, str, str], ...] = tuple(
    (kind, name, value) for (kind, name), values in _BLOCKS.items() for value in values
)
_FIRST = {
    key: sum(len(values) for values in list(_BLOCKS.values())[:position])
    for position, key in enumerate(_BLOCKS)
}


class ContextDay(Struct, frozen=True, kw_only=True):
    """One element a row, sorted by case; ``at_s`` is -1 where no time is known."""

    case: Ints
    entry: Ints
    at_s: Ints


class NoteDay(Struct, frozen=True, kw_only=True):
    """One element a note, sorted by time; ``case`` and ``ticket`` are positions, -1 for none."""

    at_s: Ints
    text: Ints
    author: Ints
    contact: Ints
    company: Ints
    case: Ints
    ticket: Ints


def make_context(plan: Plan, day: int, cases: CaseDay) -> ContextDay:
    """Pre-chat answers, self-service steps, visitor details and variables of the day's cases."""
    rng = plan.rng(Stream.CONTEXT, day)
    rows: list[tuple[Ints, Ints, Ints]] = []

    def add(
        case: Ints, kind: str, name: str, value: Ints | None = None, at_s: int | Ints = -1
    ) -> None:
        options = len(_BLOCKS[kind, name])
        drawn = rng.integers(0, options, len(case)) if value is None else value
        rows.append((case, _FIRST[kind, name] + drawn, np.broadcast_to(at_s, len(case))))

    chats = np.flatnonzero(CHAT[cases.flow])
    asked = chats[rng.random(len(chats)) < PRE_CHAT_SHARE]
    told = asked[cases.draws.topic[asked] >= 0]
    before = asked[~cases.draws.follow_up[asked]]
    again = asked[cases.draws.follow_up[asked]]
    add(told, "pre_chat", "What is it about?", cases.draws.topic[told], cases.start_s[told])
    for group, answer in ((again, 0), (before, 1)):
        question = "Have you contacted us about this before?"
        add(group, "pre_chat", question, np.full(len(group), answer), cases.start_s[group])

    seen = chats[rng.random(len(chats)) < VISITOR_SHARE]
    known = cases.draws.contact[seen] >= 0
    add(seen, "visitor", "authenticated", np.where(known, 0, 1))
    add(seen, "visitor", "browser")
    add(seen, "visitor", "operating_system")
    contact = cases.draws.contact[seen[known]]
    add(seen[known], "visitor", "location", plan.contacts.place[contact])
    add(seen[known], "visitor", "language", plan.contacts.language[contact])

    digital = np.flatnonzero(INBOUND[cases.flow] & ~VOICE[cases.flow])
    visitors = digital[rng.random(len(digital)) < SELF_SERVICE_SHARE]
    steps = np.repeat(visitors, rng.integers(1, SELF_SERVICE_MOST + 1, len(visitors)))
    what = rng.choice(4, len(steps), p=(0.5, 0.25, 0.18, 0.07))
    at_s = cases.start_s[steps] - rng.integers(20, 1800, len(steps))
    for code, name in enumerate(
        ("page_visited", "phrase_searched", "article_viewed", "custom_action")
    ):
        add(steps[what == code], "self_service", name, None, at_s[what == code])

    more = np.flatnonzero(rng.random(cases.count) < ADDITIONAL_SHARE)
    add(more, "additional", "loyalty_tier")
    add(more, "additional", "product")
    case, entry, at = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.lexsort((entry, at, case))
    return ContextDay(case=case[order], entry=entry[order], at_s=at[order])


def make_notes(plan: Plan, day: int, cases: CaseDay, tickets: TicketDay) -> NoteDay:
    """Notes on cases, on tickets and on companies."""
    rng = plan.rng(Stream.NOTES, day)
    served = np.flatnonzero((cases.agent >= 0) & cases.closed)
    noted = served[rng.random(len(served)) < CASE_NOTE_SHARE]
    ticket = np.flatnonzero(rng.random(tickets.count) < TICKET_NOTE_SHARE)
    firms_n = int(rng.binomial(cases.count, COMPANY_NOTE_SHARE))
    day_end_s = plan.day_start_s(day) + DAY_S
    case_at = cases.start_s[noted] + cases.handle_s[noted] + rng.integers(5, 90, len(noted))
    ticket_at = tickets.created_s[ticket] + rng.integers(60, 7200, len(ticket))
    firm_at = day_end_s - rng.integers(6 * 3600, 16 * 3600, firms_n)

    def joined(of_cases: Ints, of_tickets: Ints, of_firms: Ints | int) -> Ints:
        return np.concatenate((of_cases, of_tickets, np.broadcast_to(of_firms, firms_n)))

    at_s = np.minimum(joined(case_at, ticket_at, firm_at), plan.end_s - 1)
    order = np.argsort(at_s, kind="stable")
    none_case, none_ticket = np.full(len(noted), -1), np.full(len(ticket), -1)
    anyone = rng.integers(0, plan.agents.count, firms_n)
    return NoteDay(
        at_s=at_s[order],
        text=rng.integers(0, len(centre.TIMELINE_NOTES), len(order)),
        author=joined(cases.agent[noted], tickets.agent[ticket], anyone)[order],
        contact=joined(cases.draws.contact[noted], tickets.contact[ticket], -1)[order],
        company=joined(
            cases.draws.company[noted], tickets.company[ticket], plan.draw_companies(rng, firms_n)
        )[order],
        case=joined(noted, none_ticket, -1)[order],
        ticket=joined(none_case, ticket, -1)[order],
    )
