"""The customer's conversations and cases: open and past, one in detail, the latest tickets.

Source: A2, A7, A8, A10.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cxtool.metrics.customer_rows import Customer, is_open, own_columns, section
from cxtool.report import Column, Section
from cxtool.schema import TABLES
from cxtool.units import Unit

CASE_ID = Column(key="case_id", label="Conversation", drop=0)
STARTED = Column(key="started_at", label="Start", unit=Unit.DATETIME, drop=0)
CHANNEL = Column(key="channel", label="Channel", drop=0)
STATUS = Column(key="status", label="Status", unit=Unit.STATUS, drop=2)
QUEUE = Column(key="queue", label="Queue", drop=4)
AGENT = Column(key="agent", label="Agent", drop=1)
TOPIC = Column(key="topic", label="Topic", drop=2)
WAIT = Column(key="wait_s", label="Wait", unit=Unit.SECONDS, better="lower", drop=3)
TICKET = Column(key="ticket_id", label="Case", drop=3)
CONTACT = Column(key="contact", label="Contact", drop=1)

LISTED = (
    CASE_ID,
    STARTED,
    CHANNEL,
    Column(key="direction", label="Direction", drop=6),
    STATUS,
    TOPIC,
    QUEUE,
    AGENT,
    WAIT,
    Column(key="handle_s", label="Handle time", unit=Unit.SECONDS, drop=5),
    Column(key="disposition", label="Disposition", drop=3),
    Column(key="sentiment", label="Sentiment", unit=Unit.SENTIMENT, drop=5),
    Column(key="csat", label="CSAT", unit=Unit.NUMBER, better="higher", drop=6),
    TICKET,
)
SUMMARY = (
    CASE_ID,
    STATUS,
    CHANNEL,
    WAIT,
    Column(key="skills", label="Skills", unit=Unit.LIST, drop=1),
    QUEUE,
    STARTED,
    AGENT,
    TOPIC,
    TICKET,
)
RECENT = (
    Column(key="ticket_id", label="Case", drop=0),
    Column(key="created_at", label="Created", unit=Unit.DATETIME, drop=1),
    Column(key="subject", label="Subject", drop=0),
    Column(key="priority", label="Priority", unit=Unit.PRIORITY, drop=0),
    Column(key="status", label="Status", unit=Unit.STATUS, drop=0),
    Column(key="product", label="Product", drop=4),
    Column(key="resolved_at", label="Resolved", unit=Unit.DATETIME, drop=3),
    Column(key="contact_id", label="Contact ID", drop=6),
    Column(key="agent_id", label="Agent ID", drop=6),
    Column(key="queue", label="Queue", drop=5),
)
DETAILS = (
    *RECENT[:7],
    Column(key="description", label="Description", drop=1),
    *RECENT[7:],
    Column(key="company_id", label="Company ID", drop=7),
)
SAID = (
    Column(key="turn", label="Turn", unit=Unit.COUNT, drop=3),
    Column(key="at", label="Time", unit=Unit.DATETIME, drop=4),
    Column(key="speaker", label="Speaker", drop=0),
    Column(key="text", label="Text", drop=0),
)


def open_and_past(customer: Customer) -> tuple[Section, Section]:
    """Sections ``open`` and ``past``: conversations, the newest first. Source: A10.

    A conversation is open while its status is known and not ``closed``.
    """
    columns = LISTED if customer.kind == "contact" else (*LISTED[:2], CONTACT, *LISTED[2:])
    unknown = customer.cases["status"].null_count()
    notes = [f"Of unknown status, and shown as past: {unknown:,}."] if unknown else []
    return (
        section(
            "open",
            "Open conversations",
            columns,
            customer.cases.filter(is_open()),
            request=customer.request,
        ),
        section(
            "past",
            "Past conversations",
            columns,
            customer.cases.filter(~is_open()),
            request=customer.request,
            notes=notes,
        ),
    )


def conversation_section(customer: Customer, case_id: str | None) -> Section:
    """Section ``conversation``: channel, wait, skills, queue and start of one. Source: A2.

    The one asked for, else the newest open one, else the newest. ``wait_s`` is the time until an
    agent was assigned, else the first response time; null: no agent came.
    """
    shown = customer.conversation(case_id)
    others = customer.cases.height - shown.height
    notes = ["--case ID shows another one."] if others and case_id is None else []
    return section(
        "conversation",
        "Conversation summary",
        SUMMARY,
        shown,
        request=customer.request,
        notes=notes,
    )


def ticket_sections(customer: Customer, case_id: str | None) -> Iterator[Section]:
    """Sections ``case`` and ``recent_cases``, where the export has tickets. Source: A7, A8.

    ``case`` is the ticket linked to the conversation of the summary, with all of its fields.
    """
    tickets = customer.tickets
    if tickets is None:
        return
    linked = linked_ticket(customer, case_id)
    found = tickets.filter(pl.col("ticket_id") == pl.lit(linked, pl.String))
    if linked is None:
        notes = ["No case is linked to the conversation."]
    else:
        notes = [f"Case {linked} is not in the export."] if found.is_empty() else []
    own = own_columns(tickets, TABLES["tickets"].names)
    request = customer.request
    yield section("case", "Case", (*DETAILS, *own), found, request=request, notes=notes)
    yield section("recent_cases", "Recent cases", RECENT, tickets, request=request)


def linked_ticket(customer: Customer, case_id: str | None) -> str | None:
    """The ticket linked to the conversation of the summary."""
    found: list[str | None] = customer.conversation(case_id)["ticket_id"].to_list()
    return found[0] if found else None


def transcript_section(customer: Customer, case_id: str | None) -> Iterator[Section]:
    """Section ``transcript``: what was said in the conversation of the summary."""
    if customer.transcripts is None:
        return
    of = customer.conversation(case_id)["case_id"]
    turns = customer.transcripts.filter(pl.col("case_id").is_in(of.implode()))
    yield section(
        "transcript",
        "Transcript",
        SAID,
        turns.sort("turn", "at"),
        request=customer.request,
        folded=True,
    )
