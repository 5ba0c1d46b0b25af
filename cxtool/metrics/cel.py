"""The report on companies' contacts and their Customer Engagement Load.

What it decides: a company is listed when at least one counted contact of the period is its; counts
leave contacts without a company aside and say so; one company asked for keeps the CEL it has among
all companies. Contacts and loads: ``cel_contacts``, ``cel_load``. Source: C1-C11.
"""

from __future__ import annotations

from cxtool.config import Settings
from cxtool.metrics import cel_contacts, cel_load, cel_notes, cel_sections
from cxtool.metrics.cel_load import TicketTime
from cxtool.metrics.cel_sections import Found
from cxtool.metrics.pick import pick
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.trend import CURRENT
from cxtool.report import Report
from cxtool.tables import Tables

USES = ("interactions", "tickets")
COMPANIES = ("contacts", "companies")  # which cases may be joined with once they are summed
MAX_DAYS = 31  # source: the heading of C


def report(tables: Tables, settings: Settings, *, company: str | None = None) -> Report:
    """Sections ``companies`` (the main one, heaviest first), ``summary`` and ``shares``.

    ``company`` (name or id) limits them to one company; one that made no contact is an error. An
    export without a ``tickets`` table has null tickets, and loads without them; one in which
    nothing names a company is an error. Durations in seconds, shares in percent.

    Source: C1-C11.
    """
    return carried_out(plan(tables, settings, company=company), tables)


def plan(
    tables: Tables, settings: Settings, *, company: str | None = None, course: bool = False
) -> Plan:
    """What ``report`` reads and makes; ``course``: also the section ``days``, which pages show."""

    def finish(small: Small) -> Report:
        found, notes = _found(small, tables, settings, company)
        return Report.on(
            tables.request,
            report="cel",
            title="Company interactions",
            source=tables.source,
            sections=(
                cel_sections.summary(found),
                cel_sections.shares(found),
                cel_sections.companies(found),
                *([cel_sections.days(found)] if course else []),
            ),
            main="companies",
            notes=(*tables.notes, *notes),
        )

    return Plan(frames=cel_contacts.partials(tables), finish=finish)


def _found(
    small: Small, tables: Tables, settings: Settings, company: str | None
) -> tuple[Found, tuple[str, ...]]:
    contacts = cel_contacts.contacts_of(small)
    names = cel_contacts.company_names(contacts)
    company_id = None
    if company is not None:
        known = names.select(id="company_id", name="company")
        company_id = pick(company, known, what="company")
    measured = cel_load.mean_resolutions(cel_contacts.resolutions_of(small))
    ticket_times = _ticket_times(settings, measured)
    found = Found(
        request=tables.request,
        contacts=contacts,
        names=names,
        loads=cel_load.company_loads(contacts, ticket_times),
        days=cel_load.daily_loads(contacts, ticket_times),
        ticket_times=ticket_times,
        mean_resolution=measured.get(True),
        has_tickets="tickets" in tables.others,
        data_before=_data_before(small, tables),
        company_id=company_id,
    )
    return found, cel_notes.notes(tables, settings, contacts, measured)


def _ticket_times(settings: Settings, measured: dict[bool, TicketTime]) -> dict[bool, TicketTime]:
    fixed_s = settings.cel.ticket_time
    if fixed_s is None:
        return measured
    fixed = TicketTime(total_ms=round(fixed_s * 1000), tickets_n=1)
    return {True: fixed, False: fixed}


def _data_before(small: Small, tables: Tables) -> bool:
    """Whether the compared period has any case or ticket, of whomever."""
    if tables.request.previous is None:
        return False
    # Nearly always a contact that counts tells; only where none does are the cases read again.
    if any((~rows[CURRENT]).any() for rows in small.values()):
        return True
    found = tables.collect({"cases": cel_contacts.cases_before(tables)})
    return not found["cases"].is_empty()
