"""The canonical frames of one day's rows: which column is made of what."""

from __future__ import annotations

import numpy as np
import polars as pl

from cxtool.schema import BEHAVIORS, DISPOSITIONS, SENTIMENTS
from cxtool.synthetic import centre
from cxtool.synthetic.behaviors import HIGHEST, BehaviorDay
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.columns import canonical, flags, ids, lookup, numbers, take, times, unless
from cxtool.synthetic.context import ENTRIES, ContextDay, NoteDay
from cxtool.synthetic.flows import FLOWS
from cxtool.synthetic.lexicon import Lexicon
from cxtool.synthetic.names import CALLING_CODES, PLACES_PER_LANGUAGE
from cxtool.synthetic.states import STATES, StateDay
from cxtool.synthetic.tickets import STATUSES, TicketDay
from cxtool.synthetic.transcripts import TranscriptDay, book

MAIL_DOMAINS = ("example.com", "example.org", "example.net")


def interactions_frame(lexicon: Lexicon, cases: CaseDay) -> pl.DataFrame:
    """One row a case, sorted by start."""
    draws, contacts = cases.draws, lexicon.plan.contacts
    known = draws.contact >= 0
    language = np.where(known, contacts.language[draws.contact], -1)
    company = np.where(cases.names_company, draws.company, -1)
    skill = np.where(cases.queue < 0, -1, cases.queue * 6 + language + 1)
    case_id = lexicon.case_ids(cases.day, np.arange(cases.count))
    folder = f"recordings/{lexicon.plan.date_of(cases.day)}/"
    columns = {
        "case_id": case_id,
        "started_at": times(cases.start_s),
        "channel": take(lookup([flow.channel for flow in FLOWS]), cases.flow),
        "direction": take(lookup([flow.direction for flow in FLOWS]), cases.flow),
        "ended_at": times(np.where(cases.closed, cases.start_s + cases.handle_s, -1)),
        "status": take(lookup(["open", "closed"]), cases.closed.astype(np.int64)),
        "queue": take(lexicon.queues, cases.queue),
        "team": take(lookup(centre.TEAMS), cases.team),
        "topic": take(lexicon.topics, draws.topic),
        "language": take(lexicon.languages, language),
        "campaign": take(lookup(centre.CAMPAIGNS), cases.campaign),
        "skills": take(lexicon.skills, skill),
        "agent_id": take(lexicon.agent_ids, cases.agent),
        "agent": take(lexicon.agent_names, cases.agent),
        "first_agent": take(lexicon.agent_names, cases.first_agent),
        "closed_by": take(lexicon.agent_names, np.where(cases.closed, cases.agent, -1)),
        "contact_id": take(lexicon.contact_ids, draws.contact),
        "contact": lexicon.contact_names(draws.contact),
        "contact_labels": take(
            lookup(centre.LABELS), np.where(known, contacts.label[draws.contact], -1)
        ),
        "company_id": take(lexicon.company_ids, company),
        "company": take(lexicon.company_names, company),
        "handle_s": numbers(cases.handle_s),
        "first_response_s": numbers(cases.response_s),
        "talk_s": numbers(cases.talk_s),
        "hold_s": numbers(cases.hold_s),
        "acw_s": numbers(cases.after_s),
        "wait_s": numbers(cases.wait_s),
        "answered": pl.Series(cases.answered),
        "transfers": pl.Series(cases.transfers),
        "resolved": flags(cases.resolved),
        "disposition": take(lookup(DISPOSITIONS), cases.disposition),
        "tags": take(lookup(centre.TAGS), cases.tag),
        "notes": take(lexicon.case_notes, cases.note),
        "sentiment": take(lookup(SENTIMENTS), cases.sentiment),
        "csat": numbers(cases.csat),
        "recording": unless(~cases.recorded, folder + case_id + ".ogg"),
        "ticket_id": lexicon.ticket_ids(draws.ticket_day, draws.ticket),
    }
    return canonical("interactions", columns)


def contacts_frame(lexicon: Lexicon) -> pl.DataFrame:
    """One row a contact. Mail addresses are of reserved domains, telephone numbers invented."""
    contacts = lexicon.plan.contacts
    number = np.arange(contacts.count)
    domain = take(lookup(MAIL_DOMAINS), number * 7 % len(MAIL_DOMAINS))
    address = take(lexicon.addresses, contacts.name)
    mail = address + ids(".", number + 1, 1) + "@" + domain
    code = take(lookup([f"+{code} 55" for code in CALLING_CODES]), contacts.language)
    columns = {
        "contact_id": lexicon.contact_ids.head(contacts.count),
        "name": take(lexicon.people, contacts.name),
        "email": unless(number % 9 == 4, mail),
        "phone": unless(number % 11 == 7, code + ids("", number + 1, 7)),
        "location": take(lexicon.places, contacts.place),
        "language": take(lexicon.languages, contacts.language),
        "labels": take(lookup(centre.LABELS), contacts.label),
        "company_id": take(lexicon.company_ids, contacts.company),
    }
    return canonical("contacts", columns)


def companies_frame(lexicon: Lexicon) -> pl.DataFrame:
    """One row a company; its primary contact is the first of its people, null without any."""
    count = lexicon.plan.companies_n
    number = np.arange(count)
    owner, first = np.unique(lexicon.plan.contacts.company, return_index=True)
    primary = np.full(count, -1)
    primary[owner[owner >= 0]] = first[owner >= 0]
    language = number % len(CALLING_CODES)
    place = language * PLACES_PER_LANGUAGE + number * 5 % PLACES_PER_LANGUAGE
    code = take(lookup([f"+{code} 50" for code in CALLING_CODES]), language)
    columns = {
        "company_id": lexicon.company_ids.head(count),
        "name": lexicon.company_names.head(count),
        "location": take(lexicon.places, place),
        "phone": code + ids("", number + 1, 7),
        "primary_contact_id": take(lexicon.contact_ids, primary),
    }
    return canonical("companies", columns)


def tickets_frame(lexicon: Lexicon, tickets: TicketDay) -> pl.DataFrame:
    """One row a ticket, sorted by creation."""
    company = np.where(tickets.names_company, tickets.company, -1)
    product = take(lexicon.products, tickets.product)
    description = take(lookup(centre.TICKET_DESCRIPTIONS), tickets.description)
    columns = {
        "ticket_id": lexicon.ticket_ids(np.full(tickets.count, tickets.day), tickets.number),
        "created_at": times(tickets.created_s),
        "resolved_at": times(tickets.resolved_s),
        "status": take(lookup(STATUSES), tickets.status),
        "priority": take(lookup(centre.PRIORITIES), tickets.priority),
        "subject": take(lookup(centre.TICKET_SUBJECTS), tickets.topic),
        "product": product,
        "description": _filled(description, product=product),
        "contact_id": take(lexicon.contact_ids, tickets.contact),
        "company_id": take(lexicon.company_ids, company),
        "agent_id": take(lexicon.agent_ids, tickets.agent),
        "queue": take(lexicon.queues, tickets.queue),
    }
    return canonical("tickets", columns)


def behaviors_frame(lexicon: Lexicon, cases: CaseDay, scores: BehaviorDay) -> pl.DataFrame:
    """One row a score, by case and behaviour."""
    columns = {
        "case_id": lexicon.case_ids(cases.day, np.arange(cases.count)).gather(scores.case),
        "behavior": take(lookup(BEHAVIORS), scores.behavior),
        "score": pl.Series(scores.hundredths / HIGHEST),
    }
    return canonical("behaviors", columns)


def transcripts_frame(lexicon: Lexicon, cases: CaseDay, transcripts: TranscriptDay) -> pl.DataFrame:
    """One row a turn, by case and turn."""
    case = transcripts.case
    text = _filled(
        take(lookup(book().text), transcripts.line),
        agent=take(lexicon.agent_names, cases.agent[case]),
        customer=lexicon.contact_names(cases.draws.contact[case]),
        product=take(lexicon.products, transcripts.product),
    )
    begin_s = cases.start_s[case] + np.maximum(cases.response_s[case], 0)
    columns = {
        "case_id": lexicon.case_ids(cases.day, case),
        "turn": pl.Series(transcripts.turn),
        "speaker": take(lookup(book().speaker), transcripts.line),
        "text": text,
        "at": times(begin_s + transcripts.start_ms // 1000),
        "start_s": pl.Series(transcripts.start_ms / 1000),
        "end_s": pl.Series(transcripts.end_ms / 1000),
    }
    return canonical("transcripts", columns)


def states_frame(lexicon: Lexicon, states: StateDay) -> pl.DataFrame:
    """One row a state, by agent and start."""
    columns = {
        "agent_id": take(lexicon.agent_ids, states.agent),
        "state": take(lookup(STATES), states.state),
        "started_at": times(states.start_s),
        "ended_at": times(states.end_s),
    }
    return canonical("agent_states", columns)


def context_frame(lexicon: Lexicon, cases: CaseDay, context: ContextDay) -> pl.DataFrame:
    """One row a fact about a case, by case."""
    kinds, names, values = (lookup(column) for column in zip(*ENTRIES, strict=True))
    columns = {
        "case_id": lexicon.case_ids(cases.day, context.case),
        "kind": take(kinds, context.entry),
        "name": take(names, context.entry),
        "value": take(values, context.entry),
        "at": times(context.at_s),
    }
    return canonical("context", columns)


def notes_frame(lexicon: Lexicon, tickets: TicketDay, notes: NoteDay) -> pl.DataFrame:
    """One row a note, sorted by time."""
    number = np.where(notes.ticket < 0, 0, np.append(tickets.number, 0)[notes.ticket])
    columns = {
        "at": times(notes.at_s),
        "text": take(lookup(centre.TIMELINE_NOTES), notes.text),
        "author": take(lexicon.agent_names, notes.author),
        "contact_id": take(lexicon.contact_ids, notes.contact),
        "company_id": take(lexicon.company_ids, notes.company),
        "ticket_id": lexicon.ticket_ids(np.full(len(number), tickets.day), number),
        "case_id": lexicon.case_ids(tickets.day, notes.case),
    }
    return canonical("notes", columns)


def _filled(texts: pl.Series, **words: pl.Series) -> pl.Series:
    """The texts with each ``{name}`` replaced by that row's word."""
    frame = pl.DataFrame([texts.alias("text"), *(word.alias(name) for name, word in words.items())])
    filled = pl.col("text")
    for name in words:
        filled = filled.str.replace_all("{" + name + "}", pl.col(name), literal=True)
    return frame.select(filled)["text"]
