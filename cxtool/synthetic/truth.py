"""The true metrics of a synthetic export, counted from its numpy columns day by day.

Nothing here reads a file back or uses ``cxtool.metrics``: this is the other side of the
comparison. Each day gives counts that add up; figures are derived at the very end. The result,
``truth.json``::

    schema                 "cxtool.truth/1"
    order                  what was asked for: interactions, days, seed, start, end, agents_n, ...
    as_of, time_zone       the end date (the first day that is not in the export), UTC
    rows                   table -> rows written
    transcripts            cases_n, limit_n (at most so many cases have one), share
    planted                the changes that trends should show, and the day they begin
    cases_per_day          date -> cases
    periods."7d", ."30d"   {current, previous}: the days before the end date and as many before
                           those; null where the export does not reach back far enough. Each:
      start, end           half-open
      cases_n, inbound_n, answered_n, abandoned_n, short_abandons_n (given up within 5 s)
                           answered and abandoned are of inbound cases, all channels
      sla                  met_n, not_met_n, pending_n, na_n, sla_pct at 600 s, as of the end date
      sla_by_channel, sla_by_queue   name -> the same ("" is no queue)
      csat                 n, mean, top_two_n (ratings of 4 and 5)
      cel                  companies_n, hotline_n, campaign_n, ticket_n, chat_n of companies;
                           without_company (the same four); mean_resolution_s, resolved_n of all
                           tickets created; largest_load_s; companies: the 50 largest loads with
                           company_id, company, inbound_talk_s, outbound_talk_s, chat_s, tickets_n,
                           chats_n, load_s, cel, level
    behavior               null without a whole period of 30 days, or without the table; else
      days, scored_n       length of the periods; scores of each behaviour in both together
      current, previous    {team, teams, agents}: BEHAVIOR -> points, n (indices not N/A), total
                           pct and "overall"; agents: the first 200 by id
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxtool.synthetic import centre
from cxtool.synthetic.behavior_truth import BehaviorCounts
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.flows import CHAT, INBOUND, OUTBOUND, VOICE
from cxtool.synthetic.lexicon import Lexicon
from cxtool.synthetic.plan import Ints, Plan
from cxtool.synthetic.tickets import TicketDay
from cxtool.synthetic.transcripts import SHARE

SCHEMA = "cxtool.truth/1"
WINDOWS = (7, 30)
SLA_S = 600
SHORT_S = 5
TOP_COMPANIES = 50
CHANNELS = tuple(dict.fromkeys(flow.channel for flow in centre.FLOWS))
CHANNEL_OF_FLOW = np.array([CHANNELS.index(flow.channel) for flow in centre.FLOWS])
SLA_KEYS = ("met_n", "not_met_n", "pending_n", "na_n")
LEVELS = ((20, "low"), (50, "medium"), (80, "high"), (100, "critical"))

Counts = dict[str, Ints]


def count_day(plan: Plan, cases: CaseDay, tickets: TicketDay) -> Counts:
    """Everything countable about one day; counts of several days add up."""
    flow, inbound = cases.flow, INBOUND[cases.flow]
    abandoned = inbound & ~cases.answered
    short = abandoned & (cases.handle_s >= 0) & (cases.handle_s <= SHORT_S)
    rated = cases.csat[cases.csat > 0]
    sla = _sla(plan, cases)
    resolved = tickets.resolved_s >= 0
    spoken = VOICE[flow] & cases.answered
    none = plan.companies_n
    company = np.where(cases.draws.company < 0, none, cases.draws.company)
    talk_s = np.maximum(cases.talk_s, 0)

    def by_company(counted: np.ndarray[Any, np.dtype[np.bool_]], weights: Ints) -> Ints:
        sums = np.bincount(company[counted], weights=weights[counted], minlength=none + 1)
        return sums.astype(np.int64)

    one = np.ones_like(talk_s)
    return {
        "cases": np.array([cases.count, inbound.sum(), (inbound & cases.answered).sum(),
                           abandoned.sum(), short.sum()]),
        "sla_by_channel": _crossed(CHANNEL_OF_FLOW[flow], sla, len(CHANNELS)),
        "sla_by_queue": _crossed(cases.queue + 1, sla, len(centre.QUEUES) + 1),
        "csat": np.array([len(rated), rated.sum(), (rated >= 4).sum()]),
        "resolution": np.array(
            [resolved.sum(), (tickets.resolved_s - tickets.created_s)[resolved].sum()]
        ),
        "inbound_s": by_company(spoken & inbound, talk_s),
        "outbound_s": by_company(spoken & OUTBOUND[flow], talk_s),
        "chat_s": by_company(CHAT[flow] & cases.answered, talk_s),
        "hotline": by_company(spoken & inbound, one),
        "campaign": by_company(spoken & OUTBOUND[flow], one),
        "chat": by_company(CHAT[flow] & cases.answered, one),
        "ticket": np.bincount(
            np.where(tickets.company < 0, none, tickets.company), minlength=none + 1
        ),
    }  # fmt: skip


def _sla(plan: Plan, cases: CaseDay) -> Ints:
    """0 met, 1 not met, 2 pending, 3 not applicable."""
    responded = cases.response_s >= 0
    passed = plan.end_s - cases.start_s > SLA_S
    silent = np.where(INBOUND[cases.flow], np.where(passed, 1, 2), 3)
    return np.where(responded, np.where(cases.response_s <= SLA_S, 0, 1), silent)


def _crossed(group: Ints, state: Ints, groups: int) -> Ints:
    return np.bincount(group * 4 + state, minlength=groups * 4).reshape(groups, 4)


class Truth:
    """Adds up the days of an export and derives its true figures."""

    def __init__(self, lexicon: Lexicon, *, behaviors: bool) -> None:
        plan = lexicon.plan
        self.lexicon = lexicon
        self.windows: dict[tuple[int, int], Counts] = {
            (length, back): {}
            for length in WINDOWS
            for back in (0, 1)
            if plan.order.days >= length * (back + 1)
        }
        scored = behaviors and (WINDOWS[-1], 0) in self.windows
        self.behaviors = BehaviorCounts(plan, days=WINDOWS[-1]) if scored else None

    def add(self, cases: CaseDay, tickets: TicketDay) -> None:
        """Count one day in every period that it belongs to."""
        plan = self.lexicon.plan
        left = plan.order.days - 1 - cases.day
        wanted = [key for key in self.windows if left // key[0] == key[1]]
        if not wanted:
            return
        counts = count_day(plan, cases, tickets)
        for key in wanted:
            sums = self.windows[key]
            for name, values in counts.items():
                sums[name] = sums[name] + values if name in sums else values

    def result(
        self, *, rows: Mapping[str, int], transcript_cases_n: int, more: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The content of ``truth.json``."""
        plan = self.lexicon.plan
        order = plan.order
        return {
            "schema": SCHEMA,
            "order": {
                "interactions": order.interactions,
                "days": order.days,
                "seed": order.seed,
                "start": plan.start.isoformat(),
                "end": plan.end.isoformat(),
                "agents_n": plan.agents.count,
                "companies_n": plan.companies_n,
                "contacts_n": plan.contacts.count,
                **more,
            },
            "as_of": plan.end.isoformat(),
            "time_zone": "UTC",
            "rows": dict(rows),
            "transcripts": {
                "cases_n": transcript_cases_n,
                "limit_n": order.transcripts,
                "share": SHARE,
            },
            "planted": {
                "slower_queue": centre.QUEUES[centre.SLOWER_QUEUE],
                "improving_team": centre.TEAMS[centre.IMPROVING_TEAM],
                "from": plan.date_of(order.days - centre.CHANGE_DAYS).isoformat(),
            },
            "cases_per_day": {
                plan.date_of(day).isoformat(): int(count) for day, count in enumerate(plan.cases_n)
            },
            "periods": {
                f"{length}d": {
                    "current": self._period(length, 0),
                    "previous": self._period(length, 1),
                }
                for length in WINDOWS
            },
            "behavior": self.behaviors.result(self.lexicon) if self.behaviors else None,
        }

    def _period(self, length: int, back: int) -> dict[str, Any] | None:
        counts = self.windows.get((length, back))
        if counts is None:
            return None
        plan = self.lexicon.plan
        last = plan.order.days - length * back
        names = ("cases_n", "inbound_n", "answered_n", "abandoned_n", "short_abandons_n")
        rated_n, rating_sum, top_n = (int(value) for value in counts["csat"])
        queues = ("", *centre.QUEUES)
        return {
            "start": plan.date_of(last - length).isoformat(),
            "end": plan.date_of(last).isoformat(),
            **dict(zip(names, map(int, counts["cases"]), strict=True)),
            "sla": _sla_figures(counts["sla_by_channel"].sum(axis=0)),
            "sla_by_channel": _named(CHANNELS, counts["sla_by_channel"]),
            "sla_by_queue": _named(queues, counts["sla_by_queue"]),
            "csat": {
                "n": rated_n,
                "mean": rating_sum / rated_n if rated_n else None,
                "top_two_n": top_n,
            },
            "cel": self._cel(counts),
        }

    def _cel(self, counts: Counts) -> dict[str, Any]:
        """Customer Engagement Load of every company, and what it is made of."""
        resolved_n, resolution_s = (int(value) for value in counts["resolution"])
        mean_s = resolution_s / resolved_n if resolved_n else None
        kinds = ("hotline", "campaign", "ticket", "chat")
        contacts = sum(counts[kind][:-1] for kind in kinds)
        load_s = (counts["inbound_s"] + counts["outbound_s"] + counts["chat_s"])[:-1]
        load_s = load_s + counts["ticket"][:-1] * (mean_s or 0.0)
        listed = np.flatnonzero(contacts)
        largest_s = float(load_s[listed].max()) if len(listed) else None
        order = listed[np.lexsort((listed, -load_s[listed]))][:TOP_COMPANIES]
        return {
            "companies_n": len(listed),
            **{f"{kind}_n": int(counts[kind][:-1].sum()) for kind in kinds},
            "without_company": {f"{kind}_n": int(counts[kind][-1]) for kind in kinds},
            "mean_resolution_s": mean_s,
            "resolved_n": resolved_n,
            "largest_load_s": largest_s,
            "companies": [
                self._company(int(company), counts, float(load_s[company]), largest_s or 0.0)
                for company in order
            ],
        }

    def _company(
        self, company: int, counts: Counts, load_s: float, largest_s: float
    ) -> dict[str, Any]:
        cel = int(100 * load_s / largest_s + 0.5) if largest_s else 0
        return {
            "company_id": self.lexicon.company_ids[company],
            "company": self.lexicon.company_names[company],
            "inbound_talk_s": int(counts["inbound_s"][company]),
            "outbound_talk_s": int(counts["outbound_s"][company]),
            "chat_s": int(counts["chat_s"][company]),
            "tickets_n": int(counts["ticket"][company]),
            "chats_n": int(counts["chat"][company]),
            "load_s": load_s,
            "cel": cel,
            "level": next(level for most, level in LEVELS if cel <= most),
        }


def _sla_figures(states: Ints) -> dict[str, Any]:
    figures: dict[str, Any] = dict(zip(SLA_KEYS, map(int, states), strict=True))
    judged_n = figures["met_n"] + figures["not_met_n"]
    figures["sla_pct"] = 100 * figures["met_n"] / judged_n if judged_n else None
    return figures


def _named(names: tuple[str, ...], states: Ints) -> dict[str, Any]:
    return {name: _sla_figures(row) for name, row in zip(names, states, strict=True) if row.any()}
