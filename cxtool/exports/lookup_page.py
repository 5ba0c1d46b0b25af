"""The rows of an export that one customer's page is made of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl
from msgspec import Struct, field

from cxtool.exports.export import Export
from cxtool.exports.lookup import Customer
from cxtool.exports.lookup_rows import holding, rows_of
from cxtool.exports.mapped import MappedTable

OF_CASES = ("context", "transcripts")


def only(export: Export, customer: Customer, *, company_too: bool = False) -> Export:
    """The export with the rows of one customer alone, in memory.

    A company's are those of its people as well. ``company_too``: of a contact, those of the company
    it belongs to. The rows are judged like any others; rows of others are neither read whole nor
    judged, so that an id which they repeat is not found to be repeated.
    """
    kept = _Kept(export)
    own = {f"{customer.kind}{'' if customer.by_name else '_id'}": [customer.id]}
    if customer.kind == "contact":
        kept.hold("contacts", contact_id=[customer.id])
        companies = kept.ids("contacts", "company_id")
        if not (company_too and companies):
            kept.hold("interactions", **own)
            companies = companies or kept.ids("interactions", "company_id")
        people = [customer.id]
    else:
        companies, people = [customer.id], []
    kept.hold("companies", company_id=companies)
    if customer.kind == "company" or (company_too and companies):
        primary = kept.ids("companies", "primary_contact_id")
        kept.hold("contacts", contact_id=[*people, *primary], company_id=companies)
        people = [*people, *kept.ids("contacts", "contact_id")]
        kept.hold("interactions", **(own | {"company_id": companies, "contact_id": people}))
        kept.hold(
            "tickets",
            ticket_id=kept.ids("interactions", "ticket_id"),
            contact_id=people,
            company_id=companies,
        )
    else:
        linked = kept.ids("interactions", "ticket_id")
        kept.hold("tickets", ticket_id=linked, contact_id=people)
    cases = kept.ids("interactions", "case_id")
    for table in OF_CASES:
        kept.hold(table, case_id=cases)
    kept.hold(
        "notes",
        contact_id=people,
        company_id=companies,
        ticket_id=kept.ids("tickets", "ticket_id"),
        case_id=cases,
    )
    return replace(export, mapped=kept.parts, _counts={}, _surveys={})


class _Kept(Struct):
    """The tables of an export that were narrowed so far."""

    export: Export
    parts: dict[str, list[MappedTable]] = field(default_factory=dict)

    def hold(self, table: str, **ids: Collection[str]) -> None:
        """Keep the rows of a table, where the export has it, that hold one of these ids."""
        if table in self.export.mapped:
            self.parts[table] = holding(self.export, table, ids)

    def ids(self, table: str, column: str) -> list[str]:
        """The different values in a column of what was kept."""
        if table not in self.parts:
            return []
        rows = rows_of(self.parts[table], [column], self.export.time_zone)
        found: list[str] = (
            rows.select(pl.col(column).drop_nulls().unique().sort()).collect()[column].to_list()
        )
        return found
