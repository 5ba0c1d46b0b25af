"""What stands behind the figures of companies: calls, chats and tickets, and the time of each."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics.cel_contacts import (
    CHANNELS,
    DAY,
    calls_and_chats,
    contacts_of,
    customer_tickets,
)
from cxtool.metrics.dimensions import DIMENSIONS, Dimension
from cxtool.metrics.explained_account import (
    SECOND,
    TIME,
    Kind,
    Measure,
    Told,
    in_memory,
    of_column,
)
from cxtool.metrics.overview import HEAVY, HEAVY_LEVELS
from cxtool.metrics.trend import CURRENT
from cxtool.report import Column, Report
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

CASE = ("case_id", "started_at", "queue", "agent", "direction", "answered")
TICKET = ("ticket_id", "created_at", "queue")
_COUNTS, _NAMED = ~nw.col("channel").is_null(), ~nw.col("company_id").is_null()
NOT_COUNTED: Mapping[str, nw.Expr] = {
    "ticket of no customer": ~_COUNTS & nw.col("is_ticket"),
    "internal": ~_COUNTS & (nw.col("direction") == "internal"),
    "not answered by an agent": ~_COUNTS & ~nw.col("answered"),
    "neither a call nor a chat": ~_COUNTS,
    "no company known": ~_NAMED,
}


def contact_rows(tables: Tables) -> pl.DataFrame:
    """Every case and ticket of the period with its ``channel`` and company as the report has it.

    ``channel`` is null for what does not count as a contact.
    """
    frames = {"calls_and_chats": calls_and_chats(tables, *CASE)}
    if "tickets" in tables.others:
        frames["tickets"] = _as_cases(customer_tickets(tables, *TICKET))
    read = {
        name: rows.with_columns(
            is_ticket=pl.lit(name == "tickets"), untimed_n=pl.lit(0), squares=pl.lit(0.0)
        )
        for name, rows in tables.collect(frames).items()
    }
    counted = {name: rows.filter(pl.col("channel").is_not_null()) for name, rows in read.items()}
    others = [rows.filter(pl.col("channel").is_null()) for rows in read.values()]
    return pl.concat([contacts_of(counted), *others], how="diagonal").filter(CURRENT)


def _contacts(tables: Tables, settings: Settings, home: Report) -> Frame:
    """``contact_rows`` with ``time_s``, what a contact adds to a load."""
    mean_s = home.section("summary").rows["mean_resolution_s"].item()
    ticket_s = mean_s if settings.cel.ticket_time is None else settings.cel.ticket_time
    own_s = pl.when("is_ticket").then(ticket_s or 0.0).otherwise(SECOND * pl.col("time_ms"))
    return nw.from_native(contact_rows(tables).lazy().with_columns(time_s=own_s))


def _tickets(tables: Tables, settings: Settings, home: Report) -> Frame:
    """The tickets of the period, with the time to their resolution."""
    if "tickets" in tables.others:
        tickets = _as_cases(customer_tickets(tables, *TICKET)).filter(nw.col(CURRENT))
        return tickets.with_columns((nw.col("resolved_ms") - nw.col("created_ms")).alias("took_ms"))
    none = calls_and_chats(tables, *CASE).filter(nw.col("case_id").is_null())
    return none.with_columns(nw.lit(None, nw.Int64()).alias("took_ms"))


def _as_cases(tickets: Frame) -> Frame:
    """Tickets under the names of cases; they have no direction, and no agent's name."""
    return tickets.with_columns(
        nw.col("ticket_id").alias("case_id"),
        nw.col("created_at").alias("started_at"),
        nw.lit(None, nw.String()).alias("agent"),
        nw.lit(None, nw.String()).alias("direction"),
    )


def _companies(tables: Tables, settings: Settings, home: Report) -> Frame:
    """The companies of the report."""
    return nw.from_native(home.section("companies").rows.lazy())


def _company_days(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Each company on each day on which it has a counted contact."""
    counted = contact_rows(tables).drop_nulls(["channel", "company_id"])
    days = counted.group_by("company_id", DAY).agg(pl.len().alias("contacts_n"))
    return nw.from_native(days.lazy())


def _of_contacts(kind: Kind, *, channel: str | None = None, timed: bool = True) -> Measure:
    """The contacts of known companies; ``channel``: of those alone.

    ``timed``: their times are added up, else they are counted.
    """
    own = _COUNTS & _NAMED
    others = {
        f"counted as {other}": nw.col("channel") == other
        for other in CHANNELS
        if channel not in (None, other)
    }
    return Measure(
        kind=kind,
        counts=own if channel is None else own & (nw.col("channel") == channel),
        out={**NOT_COUNTED, **others},
        shown={TIME: nw.col("time_s")},
        numerator=TIME if timed else None,
    )


def _told(section: str, figures: Mapping[str, Measure], *by: Dimension) -> Told:
    return Told(section=section, figures=figures, rows=_contacts, by=by, collect=in_memory)


_DATE = Dimension(
    key="date", label="Day", source=DAY, group=nw.col(DAY), show=DIMENSIONS["day"].show
)
_COMPANY_COLUMNS = (
    Column(key="company_id", label="Company ID", drop=1),
    Column(key="company", label="Company", drop=0),
    Column(key="load_s", label="Load", unit=Unit.SECONDS, drop=1),
    Column(key="cel", label="CEL", unit=Unit.NUMBER, drop=1),
    Column(key="level", label="Level", unit=Unit.LEVEL, drop=0),
)
_LOAD, _CONTACTS = _of_contacts("sum"), _of_contacts("count", timed=False)
_CEL = replace(_LOAD, kind="rate", whole="largest")
_RESOLUTION = Measure(
    kind="mean",
    counts=~nw.col("took_ms").is_null(),
    out={"not resolved": nw.col("took_ms").is_null()},
    shown={TIME: SECOND * nw.col("took_ms")},
    numerator=TIME,
)
_IS_HEAVY = nw.col("level").is_in(list(HEAVY_LEVELS))
_LISTED = Measure(kind="count", counts=~nw.col("company_id").is_null())

CEL = (
    _told(
        "summary",
        {
            **{
                f"{channel}_n": _of_contacts("count", channel=channel, timed=False)
                for channel in CHANNELS
            },
            "load_s": _LOAD,
        },
    ),
    Told(section="summary", figures={"mean_resolution_s": _RESOLUTION}, rows=_tickets),
    Told(
        section="summary",
        figures={"companies_n": _LISTED},
        rows=_companies,
        columns=_COMPANY_COLUMNS,
        collect=in_memory,
    ),
    Told(
        section="headline",
        figures={
            HEAVY.key: Measure(
                kind="count", counts=_IS_HEAVY, out={"low or medium load": ~_IS_HEAVY}
            )
        },
        rows=_companies,
        columns=_COMPANY_COLUMNS,
        collect=in_memory,
    ),
    _told(
        "shares",
        {"share_pct": replace(_CONTACTS, kind="rate", whole="beside"), "contacts_n": _CONTACTS},
        of_column("channel"),
    ),
    _told(
        "companies",
        {
            "load_s": _LOAD,
            "cel": _CEL,
            "inbound_talk_s": _of_contacts("sum", channel="hotline"),
            "outbound_talk_s": _of_contacts("sum", channel="campaign"),
            "chat_s": _of_contacts("sum", channel="chat"),
            "tickets_n": _of_contacts("count", channel="ticket", timed=False),
            "chats_n": _of_contacts("count", channel="chat", timed=False),
        },
        of_column("company_id"),
    ),
    _told("days", {"contacts_n": _CONTACTS, "load_s": _LOAD}, _DATE),
    Told(
        section="days",
        figures={"companies_n": _LISTED},
        rows=_company_days,
        by=(_DATE,),
        columns=_COMPANY_COLUMNS[:1],
        collect=in_memory,
    ),
)
