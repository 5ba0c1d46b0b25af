"""Everything about the customer in order of time, and the notes. Source: A9."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import polars as pl

from cxtool.metrics.customer_cases import linked_ticket
from cxtool.metrics.customer_context import self_service
from cxtool.metrics.customer_rows import Customer, section, whose
from cxtool.report import Column, Section
from cxtool.units import Unit

Related = Literal["contact", "company", "case"]

EVENTS = (
    Column(key="at", label="Time", unit=Unit.DATETIME, drop=0),
    Column(key="event", label="Event", drop=0),
    Column(key="text", label="What", drop=0),
    Column(key="channel", label="Channel", drop=3),
    Column(key="status", label="Status", unit=Unit.STATUS, drop=4),
    Column(key="contact", label="Contact", drop=5),
    Column(key="author", label="By", drop=4),
    Column(key="case_id", label="Conversation", drop=6),
    Column(key="ticket_id", label="Case", drop=6),
)
SCHEMA = {column.key: pl.String() for column in EVENTS} | {"at": pl.Datetime("us", "UTC")}
NOTES = (
    Column(key="at", label="Time", unit=Unit.DATETIME, drop=0),
    Column(key="text", label="Note", drop=0),
    Column(key="author", label="Author", drop=1),
    Column(key="about", label="About", drop=2),
    Column(key="about_id", label="ID", drop=3),
)
ABOUT = {
    "ticket_id": "case",
    "case_id": "conversation",
    "contact_id": "contact",
    "company_id": "company",
}


def timeline_section(customer: Customer, related: Related, case_id: str | None) -> Section:
    """Section ``timeline``: conversations, cases, notes and self-service, the newest first.

    ``related``: of the contact, of the company and its people, or of the linked case. On the page
    of a company, the contact is the one of the conversation in the summary.
    """
    found = _record(customer, related, case_id)
    title = f"Timeline of the {related}"
    if found is None:
        missing = (
            "case is linked to the conversation" if related == "case" else f"{related} is known"
        )
        rows, notes = pl.DataFrame(schema=SCHEMA), [f"No {missing}."]
    else:
        rows, notes = events(customer, related, found), []
    return section("timeline", title, EVENTS, rows, request=customer.request, notes=notes)


def events(customer: Customer, related: Related, record: str) -> pl.DataFrame:
    """What happened to a contact, a company or a case, the newest first."""
    cases, tickets = _rows_of(customer, related, record)
    found = [pl.DataFrame(schema=SCHEMA), _conversations(cases)]
    if tickets is not None:
        found += _case_events(customer, tickets)
    if customer.notes is not None:
        is_about = _is_about(customer, related, record)
        of = customer.notes.filter(is_about)
        found.append(of.with_columns(pl.lit("note").alias("event")))
    steps = self_service(customer)
    if steps is not None:
        of = steps.join(cases.select("case_id"), on="case_id", how="semi").filter(
            pl.col("at").is_not_null()
        )
        action = pl.concat_str(
            pl.col("name").str.replace_all("_", " "), "value", separator=": ", ignore_nulls=True
        )
        found.append(of.with_columns(pl.lit("self-service").alias("event"), action.alias("text")))
    shown = [rows.select(name for name in SCHEMA if name in rows.columns) for rows in found]
    return pl.concat(shown, how="diagonal_relaxed").sort(
        "at", "event", "case_id", "ticket_id", "text", descending=[True, *[False] * 4]
    )


def notes_section(customer: Customer) -> Iterator[Section]:
    """Section ``notes``: notes on the customer, its company, conversations and cases.

    What agents wrote in their conversations stands among them, at the end of the conversation. No
    section where the export has neither.
    """
    if customer.notes is None and "notes" not in customer.given:
        return
    written = customer.cases.filter(pl.col("notes").is_not_null()).select(
        pl.coalesce("ended_at", "started_at").alias("at"),
        pl.col("notes").alias("text"),
        pl.col("agent").alias("author"),
        pl.lit("conversation").alias("about"),
        pl.col("case_id").alias("about_id"),
    )
    found = [written]
    if customer.notes is not None:
        ids = {key: pl.col(key).is_not_null() for key in ABOUT}
        is_own = _is_about(customer, customer.kind, customer.id)
        if customer.kind == "contact" and customer.company_id is not None:
            is_companys = (pl.col("company_id") == customer.company_id).fill_null(False)
            is_own |= is_companys & pl.col("contact_id").is_null()
        about, about_id = pl.lit(None, pl.String), pl.lit(None, pl.String)
        for key in reversed(ABOUT):
            about = pl.when(ids[key]).then(pl.lit(ABOUT[key])).otherwise(about)
            about_id = pl.when(ids[key]).then(pl.col(key)).otherwise(about_id)
        own = customer.notes.filter(is_own)
        found.append(own.select("at", "text", "author", about=about, about_id=about_id))
    rows = pl.concat(found).sort("at", "text", descending=[True, False])
    yield section("notes", "Notes", NOTES, rows, request=customer.request)


def _record(customer: Customer, related: Related, case_id: str | None) -> str | None:
    """The id of the contact, company or case that the timeline is of."""
    if related == "case":
        return linked_ticket(customer, case_id)
    if related == "company":
        return customer.company_id
    if customer.kind == "contact":
        return customer.id
    found = customer.conversation(case_id).select(whose("contact"))
    return None if found.is_empty() else found.item()


def _rows_of(
    customer: Customer, related: Related, record: str
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The conversations and the tickets of a record."""
    if related == "case":
        is_of = pl.col("ticket_id") == record
        cases = customer.all_cases.filter(is_of)
        return cases, _filtered(customer.all_tickets, is_of)
    cases = customer.all_cases.filter(whose(related) == record)
    is_linked = pl.col("ticket_id").is_in(cases["ticket_id"].drop_nulls().implode())
    return cases, _filtered(customer.all_tickets, (pl.col(f"{related}_id") == record) | is_linked)


def _filtered(rows: pl.DataFrame | None, condition: pl.Expr) -> pl.DataFrame | None:
    return None if rows is None else rows.filter(condition)


def _is_about(customer: Customer, related: Related, record: str) -> pl.Expr:
    """Whether a note is about a record, its people, or one of its conversations or cases."""
    cases, tickets = _rows_of(customer, related, record)
    key = "ticket_id" if related == "case" else f"{related}_id"
    found = pl.col(key) == record
    found |= pl.col("case_id").is_in(cases["case_id"].implode())
    if related == "company":
        found |= pl.col("contact_id").is_in(customer.people(record).implode())
    if tickets is not None:
        found |= pl.col("ticket_id").is_in(tickets["ticket_id"].implode())
    return found.fill_null(False)


def _conversations(cases: pl.DataFrame) -> pl.DataFrame:
    said = pl.concat_str("topic", "disposition", "notes", separator=" · ", ignore_nulls=True)
    return cases.with_columns(
        at="started_at",
        event=pl.lit("conversation"),
        text=pl.when(said != "").then(said),
        author="agent",
    )


def _case_events(customer: Customer, tickets: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """When cases were opened and resolved; by name of those whose names are known."""
    told = tickets.with_columns(
        text="subject",
        author=customer.name_of("agent", pl.col("agent_id")),
        contact=customer.name_of("contact", pl.col("contact_id")),
    )
    yield told.with_columns(at="created_at", event=pl.lit("case opened"))
    resolved = told.filter(pl.col("resolved_at").is_not_null())
    yield resolved.with_columns(at="resolved_at", event=pl.lit("case resolved"))
