"""What stands behind the figures of companies: calls, chats and tickets, and the time of each."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.cel_contacts import CHANNELS, calls_and_chats, contacts_of, customer_tickets
from cxtool.metrics.explained_account import TIME, Account, Kind, Whole
from cxtool.metrics.explained_cases import SECOND, Explained
from cxtool.metrics.trend import CURRENT
from cxtool.report import Report
from cxtool.tables import Frame, Tables

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


def _of_contacts(
    kind: Kind,
    section: str,
    *,
    channel: str | None = None,
    by: str | None = None,
    whole: Whole = "own",
    timed: bool = True,
) -> Explained:
    """A figure of the contacts of known companies; ``channel``: of those alone.

    ``timed``: their times are added up, else they are counted.
    """

    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        own = _COUNTS & _NAMED
        others = {
            f"counted as {other}": nw.col("channel") == other
            for other in CHANNELS
            if channel not in (None, other)
        }
        return Account(
            kind=kind,
            rows=nw.from_native(contact_rows(tables).lazy()),
            counts=own if channel is None else own & (nw.col("channel") == channel),
            out={**NOT_COUNTED, **others},
            shown={TIME: _time_s(settings, report)},
            numerator=TIME if timed else None,
            group=None if by is None else nw.col(by),
            whole=whole,
            collect=_collected,
        )

    return Explained(section=section, account=account, by=by)


def _resolution(tables: Tables, settings: Settings, report: Report) -> Account:
    tickets = customer_tickets(tables, *TICKET) if "tickets" in tables.others else None
    took_ms = nw.col("resolved_ms") - nw.col("created_ms")
    rows = _as_cases(tickets).filter(nw.col(CURRENT)) if tickets is not None else _nothing(tables)
    return Account(
        kind="mean",
        rows=rows,
        counts=~took_ms.is_null(),
        out={"not resolved": took_ms.is_null()},
        shown={TIME: SECOND * took_ms},
        numerator=TIME,
    )


def _time_s(settings: Settings, report: Report) -> nw.Expr:
    """What a contact adds to a load: its time, or that of a ticket."""
    mean_s = report.section("summary").rows["mean_resolution_s"].item()
    ticket_s = mean_s if settings.cel.ticket_time is None else settings.cel.ticket_time
    of_ticket = nw.lit(0.0 if ticket_s is None else float(ticket_s))
    return nw.when(nw.col("is_ticket")).then(of_ticket).otherwise(SECOND * nw.col("time_ms"))


def _as_cases(tickets: Frame) -> Frame:
    """Tickets under the names of cases; they have no direction, and no agent's name."""
    return tickets.with_columns(
        nw.col("ticket_id").alias("case_id"),
        nw.col("created_at").alias("started_at"),
        nw.lit(None, nw.String()).alias("agent"),
        nw.lit(None, nw.String()).alias("direction"),
    )


def _nothing(tables: Tables) -> Frame:
    none = calls_and_chats(tables, *CASE).filter(nw.lit(1) == 0)
    empty = nw.lit(None, nw.Int64())
    return none.with_columns(empty.alias("resolved_ms"), empty.alias("created_ms"))


def _collected(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
    lazy: list[pl.LazyFrame] = [frame.to_native() for frame in frames.values()]
    return dict(zip(frames, pl.collect_all(lazy), strict=True))


CEL: Mapping[str, Explained] = {
    **{
        f"{channel}_n": _of_contacts("count", "summary", channel=channel, timed=False)
        for channel in CHANNELS
    },
    "load_s": _of_contacts("sum", "summary"),
    "mean_resolution_s": Explained(section="summary", account=_resolution),
    "share_pct": _of_contacts("rate", "shares", by="channel", whole="all", timed=False),
    "contacts_n": _of_contacts("count", "shares", by="channel", timed=False),
    "cel": _of_contacts("rate", "companies", by="company_id", whole="largest"),
    "inbound_talk_s": _of_contacts("sum", "companies", channel="hotline", by="company_id"),
    "outbound_talk_s": _of_contacts("sum", "companies", channel="campaign", by="company_id"),
    "chat_s": _of_contacts("sum", "companies", channel="chat", by="company_id"),
    "tickets_n": _of_contacts("count", "companies", channel="ticket", by="company_id", timed=False),
    "chats_n": _of_contacts("count", "companies", channel="chat", by="company_id", timed=False),
}
