"""One customer's page: who it is, what was said, what is open, and everything in order of time.

A section that stands on a table which the export lacks is left out, and one note says so.
Source: A1-A10.
"""

from __future__ import annotations

import polars as pl

from cxtool.metrics.customer_card import card_section, name_of
from cxtool.metrics.customer_cases import (
    conversation_section,
    open_and_past,
    ticket_sections,
    transcript_section,
)
from cxtool.metrics.customer_context import context_sections
from cxtool.metrics.customer_months import months_section
from cxtool.metrics.customer_rows import USES, Kind, customer_of
from cxtool.metrics.customer_timeline import Related, notes_section, timeline_section
from cxtool.period import Request
from cxtool.report import Column, Report, Section, Source
from cxtool.tables import Tables
from cxtool.units import Unit

__all__ = ["USES", "matches_report", "report"]

# What stands on a table besides the conversations.
STANDS_ON = {
    "contacts": "e-mail, phone and location of contacts",
    "companies": "location, phone and primary contact of companies",
    "context": "pre-chat survey, self-service, visitor and additional details",
    "tickets": "case and recent cases",
    "notes": "quick notes",
    "transcripts": "transcript",
}
MATCHES = (
    Column(key="kind", label="Customer", drop=1),
    Column(key="id", label="ID", drop=0),
    Column(key="name", label="Name", drop=0),
    Column(key="company", label="Company", drop=1),
    Column(key="email", label="E-mail", drop=1),
    Column(key="phone", label="Phone", drop=2),
    Column(key="location", label="Location", drop=3),
    Column(key="last_contact_at", label="Last conversation", unit=Unit.DATETIME, drop=1),
)


def report(
    tables: Tables,
    *,
    kind: Kind,
    id: str,
    related: Related | None = None,
    case: str | None = None,
) -> Report:
    """The page of the contact or company of that id, from ``tables`` that hold its rows.

    ``related`` switches the timeline (default: the customer's own), ``case`` names the conversation
    that is summed up (default: the newest open one, else the newest). Sections: ``customer``,
    ``open``, ``past``, ``months``, ``conversation``, ``pre_chat``, ``self_service``, ``visitor``,
    ``additional``, ``case``, ``recent_cases``, ``timeline``, ``notes``, ``transcript``. Raises
    CxtoolError for a conversation that is not the customer's. Source: A1-A10.
    """
    customer = customer_of(tables, kind=kind, id=id)
    sections = (
        card_section(customer),
        *open_and_past(customer),
        *months_section(customer),
        conversation_section(customer, case),
        *context_sections(customer),
        *ticket_sections(customer, case),
        timeline_section(customer, related or kind, case),
        *notes_section(customer),
        *transcript_section(customer, case),
    )
    missing = [
        f"{what} ({table})" for table, what in STANDS_ON.items() if table not in tables.given
    ]
    notes = ["Only rows of this customer were read and judged; 'cxtool check' judges all."]
    if missing:
        notes.append(f"Not shown, because the export has no such table: {'; '.join(missing)}.")
    return Report.on(
        tables.request,
        report="customer",
        title=name_of(customer),
        compared=False,
        source=tables.source,
        sections=sections,
        main="customer",
        notes=(*tables.notes, *notes),
    )


def matches_report(asked: str, found: pl.DataFrame, *, request: Request, source: Source) -> Report:
    """Section ``matches``: those whom a name fits, with what tells them apart."""
    times = pl.col("last_contact_at").dt.convert_time_zone(request.time_zone)
    rows = found.with_columns(times).select(column.key for column in MATCHES)
    section = Section(id="matches", title="Customers", columns=MATCHES, rows=rows)
    return Report.on(
        request,
        report="customer",
        title=f"Customers that '{asked}' fits",
        compared=False,
        source=source,
        sections=(section,),
        main="matches",
        notes=("None was chosen: name one by its id.",),
    )
