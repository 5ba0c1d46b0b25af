"""Which contacts count for a company, and their sums per company and day (C2-C5).

Hotline: inbound calls that an agent answered. Campaign: outbound calls that the customer answered.
Chat: chats that an agent handled. Ticket: tickets created and assigned to a customer. A contact
belongs to its company, or to that of its person; without either it is left out and counted.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import reduce

import narwhals.stable.v2 as nw
import polars as pl
from msgspec.structs import replace

from cxtool.errors import NotInExportError
from cxtool.metrics.choose import choose
from cxtool.metrics.trend import CURRENT, in_either, period_flag
from cxtool.tables import Frame, Tables

CHANNELS = ("hotline", "campaign", "ticket", "chat")
DAY = "day"
RESOLUTIONS = ("resolved_n", "resolution_ms", "resolution_squares")
KEYS = ("company_id", "company", DAY, CURRENT, "channel")


def partials(tables: Tables) -> dict[str, Frame]:
    """Everything the report needs from the rows: sums per company and day.

    An export in which nothing names a company is an error.
    """
    _require_companies(tables)
    frames = {"calls_and_chats": contact_sums(tables)}
    if "tickets" in tables.others:
        frames["tickets"] = ticket_sums(tables)
    return frames


def calls_and_chats(tables: Tables, *columns: str) -> Frame:
    """Cases of both periods with the ``channel`` that they count under, null where they do not.

    ``talk_ms`` of a contact, else ``handle_ms``, is its time; with neither it adds none, and is
    ``untimed``. ``columns`` of cases are kept.
    """
    branches = [(counts, nw.lit(channel)) for channel, counts in _counted().items()]
    time_ms = nw.coalesce(nw.col("talk_ms"), nw.col("handle_ms"))
    return tables.cases.filter(in_either(tables.request)).select(
        "company_id",
        "company",
        nw.col("started_d").cast(nw.Int64()).alias(DAY),
        period_flag(tables.request),
        choose(branches, nw.lit(None, nw.String())).alias("channel"),
        time_ms.fill_null(0).alias("time_ms"),
        (time_ms.cast(nw.Float64()) / 1000).fill_null(0.0).alias("time_s"),
        time_ms.is_null().cast(nw.Int64()).alias("untimed"),
        *columns,
    )


def contact_sums(tables: Tables) -> Frame:
    """Partial: counted calls and chats with their time, per company, day and channel.

    Those without a time are counted in ``untimed_n``. ``squares`` are of seconds. A key may come
    more than once.
    """
    # Told by columns of the case alone, so that only what counts is joined with its company.
    counts = reduce(operator.or_, _counted().values())
    counted = replace(tables, cases=tables.cases.filter(counts))
    unknown = nw.col("company_id").is_null() & nw.col("company").is_null()
    contacts = calls_and_chats(counted, "contact_id").with_columns(
        contact_id=nw.when(unknown).then(nw.col("contact_id")),
        square=nw.col("time_s") * nw.col("time_s"),
    )
    sums = (
        tables.contact_companies(contacts)
        .group_by(*KEYS)
        .agg(
            contacts_n=nw.len().cast(nw.Int64()),
            time_ms=nw.col("time_ms").sum().cast(nw.Int64()),
            squares=nw.col("square").sum(),
            untimed_n=nw.col("untimed").sum().cast(nw.Int64()),
        )
    )
    return tables.company_names(sums)


def customer_tickets(tables: Tables, *columns: str) -> Frame:
    """Tickets of both periods; ``channel`` is null for one that is assigned to no customer (C4)."""
    assigned = ~nw.col("contact_id").is_null() | ~nw.col("company_id").is_null()
    channel = nw.when(assigned).then(nw.lit("ticket")).alias("channel")
    return _tickets(tables, *columns).with_columns(channel)


def ticket_sums(tables: Tables) -> Frame:
    """Partial: tickets created, and their resolution times, per company and day (C4, C9).

    ``channel`` as of ``customer_tickets``. ``resolution_squares`` are of seconds.
    """
    time_ms = nw.col("resolved_ms") - nw.col("created_ms")
    time_s = time_ms.cast(nw.Float64()) / 1000
    tickets = customer_tickets(tables).with_columns(resolution_ms=time_ms, square=time_s * time_s)
    return tickets.group_by(*KEYS).agg(
        contacts_n=nw.len().cast(nw.Int64()),
        resolved_n=nw.col("resolution_ms").count().cast(nw.Int64()),
        resolution_ms=nw.col("resolution_ms").sum().cast(nw.Int64()),
        resolution_squares=nw.col("square").sum(),
    )


def contacts_of(small: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Counted contacts per ``company_id``, day and channel; the id is null without a company.

    A company that a row knows only by its name (the name then stands for the id) takes the id that
    this name has elsewhere, if there is exactly one.
    """
    parts = [small[name].lazy() for name in ("calls_and_chats", "tickets") if name in small]
    rows = (
        pl.concat(parts, how="diagonal")
        .drop(RESOLUTIONS, strict=False)
        .drop_nulls("channel")
        .with_columns(pl.col("time_ms", "untimed_n").fill_null(0), pl.col("squares").fill_null(0.0))
        .collect(engine="streaming")
    )
    by_name_only = pl.col("company_id").is_null() | (pl.col("company_id") == pl.col("company"))
    if not rows.select((by_name_only & pl.col("company").is_not_null()).any()).item():
        return rows
    identified = rows.filter(~by_name_only).select("company", "company_id").unique()
    ids = identified.group_by("company").agg(
        pl.when(pl.len() == 1).then(pl.first("company_id")).alias("id_of_name")
    )
    found = pl.coalesce("id_of_name", "company_id", "company")
    return (
        rows.join(ids, on="company", how="left")
        .with_columns(pl.when(by_name_only).then(found).otherwise("company_id").alias("company_id"))
        .drop("id_of_name")
    )


def resolutions_of(small: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Resolved tickets and their resolution time per period, of all customers (C9)."""
    if "tickets" not in small:
        return pl.DataFrame()
    return small["tickets"].group_by(CURRENT).agg(pl.col(RESOLUTIONS).sum())


def company_names(contacts: pl.DataFrame) -> pl.DataFrame:
    """The shown name of each company id: that of its newest day, the id where it has none."""
    # A row that knows only the id has it for a name.
    named = pl.when(pl.col("company") != pl.col("company_id")).then("company")
    known = contacts.lazy().drop_nulls("company_id")
    newest = known.group_by("company_id", named).agg(pl.max(DAY)).collect(engine="streaming")
    newest = newest.sort(DAY, "company", nulls_last=False)
    names = newest.group_by("company_id").agg(pl.col("company").drop_nulls().last())
    return names.with_columns(pl.coalesce("company", "company_id"))


def _counted() -> dict[str, nw.Expr]:
    """What makes a case a contact of each channel (C2, C3, C5)."""
    voice, answered = nw.col("is_voice"), nw.col("answered")
    direction = nw.col("direction")
    return {
        "hotline": voice & answered & (direction == "inbound"),
        "campaign": voice & answered & (direction == "outbound"),
        "chat": nw.col("is_chat") & answered & (direction != "internal"),
    }


def _tickets(tables: Tables, *columns: str) -> Frame:
    request, day = tables.request, "created_d"
    return (
        tables.others["tickets"]
        .filter(in_either(request, day=day))
        .select(
            *("company_id", "company", "contact_id", "created_ms", "resolved_ms"),
            nw.col(day).cast(nw.Int64()).alias(DAY),
            period_flag(request, day=day),
            *columns,
        )
    )


def cases_before(tables: Tables) -> Frame:
    """One case of the compared period, whether it counts or not; no row where there is none."""
    rows = tables.cases.filter(in_either(tables.request))
    return rows.select(period_flag(tables.request)).filter(~nw.col(CURRENT)).head(1)


def _require_companies(tables: Tables) -> None:
    through_contact = tables.has("contacts", "contact_id", "company_id")
    direct = any(
        tables.has(table, column)
        for table, column in (
            ("interactions", "company_id"),
            ("interactions", "company"),
            ("tickets", "company_id"),
        )
    )
    people = tables.has("interactions", "contact_id") or tables.has("tickets", "contact_id")
    if not direct and not (through_contact and people):
        raise NotInExportError(
            "nothing in the export says which company a contact belongs to",
            hint="it needs interactions.company_id, interactions.company or tickets.company_id, "
            "or contact_id there and a 'contacts' table with contact_id and company_id",
        )
