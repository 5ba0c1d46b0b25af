"""What a reader of loads must know: contacts left out, times that are missing, how CEL compares."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxtool.config import Settings
from cxtool.metrics.cel_contacts import CHANNELS
from cxtool.metrics.cel_load import TicketTime
from cxtool.metrics.trend import CURRENT
from cxtool.tables import Tables
from cxtool.units import duration

RELATIVE = (
    "CEL is relative to the largest load of its period; read its change beside that of the load. "
    "Its signal allows for chance in both loads."
)


def notes(
    tables: Tables,
    settings: Settings,
    contacts: pl.DataFrame,
    measured: Mapping[bool, TicketTime],
) -> tuple[str, ...]:
    """The notes of the whole report."""
    current = contacts.filter(CURRENT)
    found = [RELATIVE, _without_company(current), _without_time(current)]
    found += _of_tickets(tables, settings, contacts, measured)
    return tuple(note for note in found if note)


def _without_company(current: pl.DataFrame) -> str | None:
    rows = current.filter(pl.col("company_id").is_null())
    counts = dict(rows.group_by("channel").agg(pl.col("contacts_n").sum()).iter_rows())
    parts = [f"{counts[channel]:,} {channel}" for channel in CHANNELS if counts.get(channel)]
    if not parts:
        return None
    return f"Contacts left out, for they belong to no company: {', '.join(parts)}."


def _without_time(current: pl.DataFrame) -> str | None:
    untimed_n = current.drop_nulls("company_id")["untimed_n"].sum()
    if not untimed_n:
        return None
    return f"Contacts without talk or handling time, which add no load: {untimed_n:,}."


def _of_tickets(
    tables: Tables,
    settings: Settings,
    contacts: pl.DataFrame,
    measured: Mapping[bool, TicketTime],
) -> list[str]:
    if "tickets" not in tables.others:
        return ["No 'tickets' table: tickets are unknown, and loads are without them."]
    if settings.cel.ticket_time is not None:
        return [f"Each ticket counts as {duration(settings.cel.ticket_time)}, as configured."]
    tickets = contacts.filter(pl.col("channel") == "ticket")
    sides = {True: "the period", False: "the compared period"}
    return [
        f"No ticket of {words} is resolved: tickets add nothing to its loads."
        for side, words in sides.items()
        if side not in measured and not tickets.filter(pl.col(CURRENT) == side).is_empty()
    ]
