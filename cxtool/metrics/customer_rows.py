"""The rows that one customer's page is made of, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl
from msgspec import Struct

from cxtool.errors import CxtoolError, nearest
from cxtool.metrics.stats import rounded
from cxtool.metrics.trend import within
from cxtool.period import Request, day_number
from cxtool.report import Column, Section
from cxtool.tables import Tables
from cxtool.units import Unit

Kind = Literal["contact", "company"]

USES = ("interactions", "tickets", "context", "notes", "transcripts")
# Columns of frames that no export has; ``day`` parts the files of a converted one.
DERIVED = ("created_ms", "created_d", "created_t", "resolved_ms", "company", "day")
OPTIONAL = (*USES[1:], "contacts", "companies")


class Customer(Struct, frozen=True, kw_only=True):
    """A contact or a company, with the rows of the period that are its own or may be shown beside.

    ``cases`` (newest first) and ``tickets`` are the customer's. ``all_cases`` and ``all_tickets``
    also hold those of the company and of linked cases. Tables that the export lacks are None.
    """

    kind: Kind
    id: str
    request: Request
    given: frozenset[str]  # columns of interactions that the export has
    all_cases: pl.DataFrame
    all_tickets: pl.DataFrame | None
    context: pl.DataFrame | None
    notes: pl.DataFrame | None
    transcripts: pl.DataFrame | None
    contacts: pl.DataFrame | None
    companies: pl.DataFrame | None

    @property
    def is_own(self) -> pl.Expr:
        """Whether a case is the customer's."""
        return whose(self.kind) == self.id

    @property
    def cases(self) -> pl.DataFrame:
        return self.all_cases.filter(self.is_own)

    @property
    def tickets(self) -> pl.DataFrame | None:
        if self.all_tickets is None:
            return None
        is_linked = pl.col("ticket_id").is_in(self.cases["ticket_id"].drop_nulls().implode())
        return self.all_tickets.filter((pl.col(f"{self.kind}_id") == self.id) | is_linked)

    @property
    def contact(self) -> pl.DataFrame:
        """The row of the contact in ``contacts``, without one if there is none."""
        return _one(self.contacts, "contact_id", self.id if self.kind == "contact" else None)

    @property
    def company_id(self) -> str | None:
        """The company, of a contact the one that the newest case names if ``contacts`` does not."""
        if self.kind == "company":
            return self.id
        named = [*self.contact["company_id"], *self.cases["company_id"]]
        return next((name for name in named if name is not None), None)

    @property
    def company(self) -> pl.DataFrame:
        """The row of the company in ``companies``, without one if there is none."""
        return _one(self.companies, "company_id", self.company_id)

    def people(self, company_id: str) -> pl.Series:
        """The contacts that belong to a company."""
        if self.contacts is None:
            return pl.Series("contact_id", [], dtype=pl.String)
        return self.contacts.filter(pl.col("company_id") == company_id)["contact_id"]

    def name_of(self, who: Literal["agent", "contact"], ids: pl.Expr) -> pl.Expr:
        """The names that ids go by in ``contacts``, else in the conversations; else the ids."""
        key = f"{who}_id"
        known = [self.all_cases.select(key, who)]
        if who == "contact" and self.contacts is not None:
            known.insert(0, self.contacts.select(key, pl.col("name").alias(who)))
        names = pl.concat(known).drop_nulls().unique(key, keep="first", maintain_order=True)
        return ids.replace(names[key], names[who])

    def conversation(self, case_id: str | None) -> pl.DataFrame:
        """The conversation asked for; else the newest open one, or the newest, or none.

        Raises CxtoolError for a conversation that is not the customer's.
        """
        cases = self.cases
        if case_id is None:
            order = cases.with_columns(open=is_open()).sort("open", descending=True)
            return order.drop("open").head(1)
        found = cases.filter(pl.col("case_id") == case_id)
        if found.is_empty():
            guess = nearest(case_id, cases["case_id"].to_list())
            raise CxtoolError(
                f"no conversation '{case_id}' of this customer in these days"
                + (f"; did you mean '{guess}'?" if guess else "")
            )
        return found


def customer_of(tables: Tables, *, kind: Kind, id: str) -> Customer:
    """The customer's rows of the period, collected. ``tables`` need hold no others."""
    request = tables.request
    frames = {"cases": tables.cases} | {
        name: tables.others[name] for name in OPTIONAL if name in tables.others
    }
    if request.period.kind != "all":
        frames["cases"] = frames["cases"].filter(within(request.period))
        if "tickets" in frames:
            frames["tickets"] = frames["tickets"].filter(within(request.period, day="created_d"))
    rows = tables.collect(frames)
    notes = rows.get("notes")
    if notes is not None and request.period.kind != "all":
        day = pl.col("at").dt.convert_time_zone(request.time_zone).dt.date().cast(pl.Int32)
        days = day_number(request.period.start), day_number(request.period.end)
        notes = notes.filter(day.is_between(*days, closed="left"))
    tickets = rows.get("tickets")
    return Customer(
        kind=kind,
        id=id,
        request=request,
        given=tables.given["interactions"],
        all_cases=rows["cases"].sort("started_at", "case_id", descending=[True, False]),
        all_tickets=None
        if tickets is None
        else tickets.sort("created_at", "ticket_id", descending=[True, False]),
        context=rows.get("context"),
        notes=notes,
        transcripts=rows.get("transcripts"),
        contacts=rows.get("contacts"),
        companies=rows.get("companies"),
    )


def whose(kind: Kind) -> pl.Expr:
    """Who a case is of: the id, or the name of a contact without one."""
    return pl.col("company_id") if kind == "company" else pl.coalesce("contact_id", "contact")


def is_open() -> pl.Expr:
    """Whether a conversation goes on: its status is known, and not ``closed``."""
    return (pl.col("status") != "closed").fill_null(False)


def own_columns(rows: pl.DataFrame, canonical: Sequence[str]) -> tuple[Column, ...]:
    """The columns that are the export's own."""
    names = [name for name in rows.columns if name not in (*canonical, *DERIVED)]
    return tuple(
        Column(key=name, label=words_of(name), unit=unit_of(rows.schema[name]), drop=8)
        for name in names
        if not name.startswith("__")
    )


def words_of(key: str) -> str:
    """A key as a label.

    >>> words_of("loyalty_tier")
    'Loyalty tier'
    """
    return key.replace("_", " ").strip().capitalize() or key


def unit_of(dtype: pl.DataType) -> Unit:
    """The unit of values of which nothing else is known."""
    if isinstance(dtype, (pl.List, pl.Array)):
        return Unit.LIST
    if isinstance(dtype, pl.Datetime):
        return Unit.DATETIME
    if dtype == pl.Boolean:
        return Unit.BOOL
    return Unit.TEXT


def section(
    section_id: str,
    title: str,
    columns: Sequence[Column],
    rows: pl.DataFrame,
    *,
    request: Request,
    notes: Sequence[str] = (),
    folded: bool = False,
) -> Section:
    """A section of these columns: times in the report's zone, ``x_s`` from ``x_ms``."""
    return Section(
        id=section_id,
        title=title,
        columns=tuple(columns),
        rows=rows.select(_shown(column, rows.schema, request.time_zone) for column in columns),
        notes=tuple(notes),
        folded=folded,
    )


def _shown(column: Column, schema: pl.Schema, time_zone: str) -> pl.Expr:
    held = f"{column.key.removesuffix('_s')}_ms"
    if column.unit is Unit.SECONDS and held in schema:
        return rounded(pl.col(held) / 1000).alias(column.key)
    value = pl.col(column.key)
    if column.unit is Unit.DATETIME and isinstance(schema[column.key], pl.Datetime):
        return value.dt.convert_time_zone(time_zone)
    return value.cast(pl.String) if column.unit is Unit.TEXT else value


def _one(rows: pl.DataFrame | None, key: str, wanted: str | None) -> pl.DataFrame:
    if rows is None:
        schema = {key: pl.String, "company_id": pl.String}
        return pl.DataFrame(schema=schema)
    return rows.filter(pl.col(key) == pl.lit(wanted, pl.String)).head(1)
