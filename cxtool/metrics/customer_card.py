"""Who the customer is: the card of a contact or of a company. Source: A1."""

from __future__ import annotations

from typing import Any

import polars as pl

from cxtool.metrics.customer_rows import Customer, is_open, own_columns, section
from cxtool.report import Column, Section
from cxtool.schema import TABLES
from cxtool.units import Unit

KIND = Column(key="kind", label="Customer", drop=0)
CONTACT = (
    Column(key="contact_id", label="Contact ID", drop=0),
    Column(key="name", label="Name", drop=0),
    Column(key="email", label="E-mail", drop=1),
    Column(key="phone", label="Phone", drop=1),
    Column(key="location", label="Location", drop=2),
    Column(key="language", label="Language", drop=3),
    Column(key="labels", label="Labels", unit=Unit.LIST, drop=2),
    Column(key="company_id", label="Company ID", drop=3),
    Column(key="company", label="Company", drop=1),
)
COMPANY = (
    Column(key="company_id", label="Company ID", drop=0),
    Column(key="name", label="Name", drop=0),
    Column(key="location", label="Location", drop=2),
    Column(key="phone", label="Phone", drop=1),
    Column(key="primary_contact_id", label="Primary contact ID", drop=3),
    Column(key="primary_contact", label="Primary contact", drop=1),
)
HISTORY = (
    Column(key="first_contact_at", label="First conversation", unit=Unit.DATETIME, drop=4),
    Column(key="last_contact_at", label="Last conversation", unit=Unit.DATETIME, drop=1),
    Column(key="conversations_n", label="Conversations", unit=Unit.COUNT, drop=1),
    Column(key="open_n", label="Open conversations", unit=Unit.COUNT, drop=1),
    Column(key="tickets_n", label="Cases", unit=Unit.COUNT, drop=2),
)


def card_section(customer: Customer) -> Section:
    """Section ``customer``: one row, with the export's own columns of the customer.

    ``conversations_n`` and ``tickets_n`` are those of the period; ``tickets_n`` is null without a
    ``tickets`` table.
    """
    is_contact = customer.kind == "contact"
    row = customer.contact if is_contact else customer.company
    table = TABLES["contacts" if is_contact else "companies"]
    own = own_columns(row, table.names)
    told = _contact(customer) if is_contact else _company(customer)
    # A customer that no register lists has a row as well, without what only registers tell.
    facts = (row.clear(1) if row.is_empty() else row).with_columns(
        pl.lit(value, dtype).alias(key) for key, (value, dtype) in told.items()
    )
    cases, tickets = customer.cases, customer.tickets
    facts = facts.with_columns(
        pl.lit(customer.kind).alias("kind"),
        pl.lit(cases["started_at"].min(), pl.Datetime("us", "UTC")).alias("first_contact_at"),
        pl.lit(cases["started_at"].max(), pl.Datetime("us", "UTC")).alias("last_contact_at"),
        pl.lit(cases.height, pl.Int64).alias("conversations_n"),
        pl.lit(cases.filter(is_open()).height, pl.Int64).alias("open_n"),
        pl.lit(None if tickets is None else tickets.height, pl.Int64).alias("tickets_n"),
    )
    columns = (KIND, *(CONTACT if is_contact else COMPANY), *own, *HISTORY)
    title = "Contact" if is_contact else "Company"
    return section("customer", title, columns, facts, request=customer.request)


def name_of(customer: Customer) -> str:
    """The customer's name, else the id."""
    told = _contact(customer) if customer.kind == "contact" else _company(customer)
    return str(told["name"][0] or customer.id)


def _contact(customer: Customer) -> dict[str, tuple[Any, pl.DataType]]:
    """What the contact's row says, and the conversations where it says nothing."""
    row, cases = customer.contact, customer.cases
    company = _first(customer.company, "name") or _first(cases, "company")
    return {
        "contact_id": (customer.id, pl.String()),
        "name": (_first(row, "name") or _first(cases, "contact"), pl.String()),
        **{key: (_first(row, key), pl.String()) for key in ("email", "phone", "location")},
        "language": (_first(row, "language"), pl.String()),
        "labels": (_first(row, "labels") or _first(cases, "contact_labels"), pl.List(pl.String)),
        "company_id": (customer.company_id, pl.String()),
        "company": (company, pl.String()),
    }


def _company(customer: Customer) -> dict[str, tuple[Any, pl.DataType]]:
    row, contacts = customer.company, customer.contacts
    primary = _first(row, "primary_contact_id")
    name = None
    if contacts is not None and primary is not None:
        name = _first(contacts.filter(pl.col("contact_id") == primary), "name")
    return {
        "company_id": (customer.id, pl.String()),
        "name": (_first(row, "name") or _first(customer.cases, "company"), pl.String()),
        **{key: (_first(row, key), pl.String()) for key in ("location", "phone")},
        "primary_contact_id": (primary, pl.String()),
        "primary_contact": (name, pl.String()),
    }


def _first(rows: pl.DataFrame, column: str) -> Any:
    """The first value of a column that there is."""
    if column not in rows.columns:
        return None
    found = rows[column].drop_nulls()
    if found.is_empty():
        return None
    return found[0].to_list() if isinstance(found[0], pl.Series) else found[0]
