"""The sections of the report on companies: summary, shares of the channels, companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import polars as pl
from msgspec import Struct

from cxtool.metrics.bands import level
from cxtool.metrics.cel_contacts import CHANNELS, DAY
from cxtool.metrics.cel_load import TicketTime, daily_loads, load_variance, with_load
from cxtool.metrics.stats import rounded
from cxtool.metrics.trend import (
    CURRENT,
    count_trend,
    days_of,
    rate_trend,
    sum_trend,
    trend_columns,
    wide,
)
from cxtool.period import Period, Request, day_number
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

LABELS = {"hotline": "Hotline", "campaign": "Campaign", "ticket": "Tickets", "chat": "Chats"}


Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


class Found(Struct, frozen=True, kw_only=True):
    """The small frames of one report. ``loads`` and ``days`` are of all companies."""

    request: Request
    contacts: pl.DataFrame
    names: pl.DataFrame
    loads: pl.DataFrame
    days: pl.DataFrame
    ticket_times: Mapping[bool, TicketTime]
    mean_resolution: TicketTime | None
    has_tickets: bool
    data_before: bool
    company_id: str | None

    @property
    def compared(self) -> bool:
        return self.request.previous is not None

    def asked(self, rows: Rows) -> Rows:
        """The rows of the company asked for, or of all companies."""
        if self.company_id is None:
            return rows.drop_nulls("company_id")
        return rows.filter(pl.col("company_id") == self.company_id)


def summary(found: Found) -> Section:
    """Companies and contacts by channel with their trends, the load, the mean resolution (C1-C5).

    Ticket figures are null without a ``tickets`` table; the mean resolution is of all customers'
    tickets of the period that are resolved, null without one.
    """
    counts = [f"{channel}_n" for channel in CHANNELS]
    totals = (
        found.asked(found.loads)
        .group_by(CURRENT)
        .agg(
            pl.len().cast(pl.Int64).alias("companies_n"),
            pl.col(*counts, "time_ms", "base_squares").sum(),
        )
    )
    # From whole numbers: a sum of fractions depends on the order of the companies.
    totals = with_load(totals, found.ticket_times).with_columns(load_squares=load_variance())
    side = wide(totals, [], ["companies_n", *counts, "load_s", "load_squares"]).rows
    figures: list[pl.Expr] = []
    for count in ("companies_n", *counts):
        figures += _known(
            count_trend(
                count,
                count=count,
                compared=found.compared,
                data_before=found.data_before,
                days=days_of(found.request),
            ),
            known=found.has_tickets or count != "ticket_n",
        )
    mean = found.mean_resolution
    load, resolution = (
        _load_column(drop=3),
        Column(
            key="mean_resolution_s",
            label="Mean ticket resolution",
            unit=Unit.SECONDS,
            better="lower",
            drop=2,
        ),
    )
    columns = (
        *trend_columns(Column(key="companies_n", label="Companies", unit=Unit.COUNT, drop=0)),
        *(
            column
            for channel in CHANNELS
            for column in trend_columns(
                Column(key=f"{channel}_n", label=LABELS[channel], unit=Unit.COUNT, drop=1)
            )
        ),
        *trend_columns(load),
        resolution,
        Column(
            key="mean_resolution_n",
            label="Resolved tickets",
            unit=Unit.COUNT,
            role="n",
            of=resolution.key,
            drop=6,
        ),
    )
    resolved_n = (mean.tickets_n if mean else 0) if found.has_tickets else None
    return Section(
        id="summary",
        title="Summary",
        columns=columns,
        rows=side.select(
            *figures,
            *_load_trend(found),
            rounded(pl.lit(mean.seconds if mean else None, pl.Float64)).alias(resolution.key),
            pl.lit(resolved_n, pl.Int64).alias("mean_resolution_n"),
        ),
    )


def shares(found: Found) -> Section:
    """Each channel's share of the counted contacts (C6); without any, shares are null."""
    contacts = found.asked(found.contacts.lazy())
    sums = (
        contacts.group_by("channel", CURRENT).agg(pl.sum("contacts_n")).collect(engine="streaming")
    )
    sides = pl.DataFrame({CURRENT: [True, False]})
    grid = pl.DataFrame({"channel": CHANNELS}).join(sides, how="cross")
    filled = grid.join(
        sums, on=["channel", CURRENT], how="left", maintain_order="left"
    ).with_columns(pl.col("contacts_n").fill_null(0))
    filled = filled.with_columns(share_n=pl.col("contacts_n").sum().over(CURRENT))
    known = pl.lit(found.has_tickets) | (pl.col("channel") != "ticket")
    share = Column(key="share_pct", label="Share", unit=Unit.PERCENT, drop=0)
    columns = (
        Column(key="channel", label="Channel", drop=0),
        Column(key="contacts_n", label="Contacts", unit=Unit.COUNT, drop=0),
        *trend_columns(share),
        Column(key="share_n", label="Of contacts", unit=Unit.COUNT, role="n", of=share.key, drop=6),
    )
    trend = rate_trend("share_pct", hits="contacts_n", n="share_n", compared=found.compared)
    rows = wide(filled, ["channel"], ["contacts_n", "share_n"]).rows
    return Section(
        id="shares",
        title="Shares of the channels",
        columns=columns,
        rows=rows.select(
            "channel",
            pl.when(known).then(pl.col("contacts_n")).alias("contacts_n"),
            *_known(trend, known=known),
            "share_n",
        ),
        charts=(Chart(kind="bars", title="Each channel's share", x="channel", y=share.key),),
    )


def companies(found: Found) -> Section:
    """One row per company with a counted contact in the period, heaviest first (C8-C11)."""
    keys = ("company_id", CURRENT)
    carried = [column for column in found.loads.columns if column not in keys]
    rows = wide(found.asked(found.loads), ["company_id"], carried).rows
    cel = sum_trend(
        "cel",
        total="cel",
        squares="cel_variance",
        compared=found.compared,
        data_before=found.data_before,
    )
    whole = pl.col("cel", "cel_previous", "cel_change").cast(pl.Int64)
    finished = (
        rows.join(found.names, on="company_id", how="left")
        .join(_series(found), on="company_id", how="left")
        .select(
            "company_id",
            "company",
            *(_seconds(name) for name in ("inbound", "outbound", "chat")),
            *_known([pl.col("ticket_n").alias("tickets_n")], known=found.has_tickets),
            pl.col("chat_n").alias("chats_n"),
            *_load_trend(found),
            *cel,
            "load_days",
        )
        .with_columns(whole)
        .with_columns(level(pl.col("cel")).alias("level"))
        .sort("load_s", "company", "company_id", descending=[True, False, False])
    )
    columns = _company_columns()
    absent = found.company_id is not None and finished.is_empty()
    return Section(
        id="companies",
        title="Companies",
        columns=columns,
        rows=finished.select(column.key for column in columns),
        notes=("No counted contact in the period, only before.",) if absent else (),
        charts=(Chart(kind="bars", title="Load of each company", x="company", y="load_s"),),
    )


def days(found: Found) -> Section:
    """Companies in contact, their contacts and load on each day of the period (C1, C9)."""
    contacts = found.asked(found.contacts.lazy())
    grid = _days(found.request.period)
    counts = (
        contacts.filter(CURRENT)
        .group_by(DAY)
        .agg(
            pl.col("company_id").n_unique().cast(pl.Int64).alias("companies_n"),
            pl.col("contacts_n").sum(),
        )
        .collect(engine="streaming")
    )
    loads = daily_loads(contacts, found.ticket_times, by=())
    load = _load_column(drop=1)
    columns = (
        Column(key="date", label="Day", unit=Unit.DATE, drop=0),
        Column(key="companies_n", label="Companies", unit=Unit.COUNT, drop=1),
        Column(key="contacts_n", label="Contacts", unit=Unit.COUNT, drop=1),
        load,
    )
    rows = grid.join(counts, on=DAY, how="left").join(loads, on=DAY, how="left").sort(DAY)
    return Section(
        id="days",
        title="Companies by day",
        columns=columns,
        rows=rows.select(
            pl.from_epoch(DAY, time_unit="d").alias("date"),
            pl.col("companies_n", "contacts_n").fill_null(0),
            rounded(pl.col(load.key).fill_null(0.0)),
        ),
        folded=True,
        charts=(Chart(kind="columns", title="Load by day", x="date", y=load.key),),
    )


def _company_columns() -> tuple[Column, ...]:
    load, cel = _load_column(drop=1), Column(key="cel", label="CEL", unit=Unit.NUMBER, drop=0)
    return (
        Column(key="company_id", label="Company ID", drop=7),
        Column(key="company", label="Company", drop=0),
        Column(key="inbound_talk_s", label="Inbound talk", unit=Unit.SECONDS, drop=3),
        Column(key="outbound_talk_s", label="Outbound talk", unit=Unit.SECONDS, drop=3),
        Column(key="chat_s", label="Chat time", unit=Unit.SECONDS, drop=3),
        Column(key="tickets_n", label="Tickets", unit=Unit.COUNT, drop=2),
        Column(key="chats_n", label="Chats", unit=Unit.COUNT, drop=2),
        *trend_columns(load),
        *trend_columns(cel),
        Column(key="level", label="Level", unit=Unit.LEVEL, drop=0),
        Column(
            key="load_days", label="By day", unit=Unit.SERIES, role="series", of=load.key, drop=6
        ),
    )


def _load_column(*, drop: int) -> Column:
    return Column(key="load_s", label="Load", unit=Unit.SECONDS, drop=drop)


def _load_trend(found: Found) -> list[pl.Expr]:
    return sum_trend(
        "load_s",
        total="load_s",
        squares="load_squares",
        compared=found.compared,
        data_before=found.data_before,
        days=days_of(found.request),
    )


def _series(found: Found) -> pl.DataFrame:
    """Per company ``load_days``: its load on each day of the period."""
    period = found.request.period
    loads = found.asked(found.days).select("company_id", DAY, rounded(pl.col("load_s")))
    of_company = loads.group_by("company_id").agg(DAY, "load_s").with_row_index("number")
    known = of_company.select("number", DAY, "load_s").explode(DAY, "load_s")
    place = known["number"].cast(pl.Int64) * period.days + known[DAY] - day_number(period.start)
    # One after the other in one column: a grid of all companies and days need not be joined.
    values = pl.repeat(0.0, of_company.height * period.days, eager=True)
    values = values.scatter(place, known["load_s"])
    series = values.reshape((-1, period.days)).arr.to_list().alias("load_days")
    return of_company.select("company_id", series)


def _days(period: Period) -> pl.DataFrame:
    numbers = range(day_number(period.start), day_number(period.end))
    return pl.DataFrame({DAY: numbers}, schema={DAY: pl.Int64})


def _seconds(name: str) -> pl.Expr:
    key = "chat_s" if name == "chat" else f"{name}_talk_s"
    return rounded(pl.col(f"{name}_ms") / 1000).alias(key)


def _known(figures: Iterable[pl.Expr], *, known: pl.Expr | bool) -> list[pl.Expr]:
    """The figures where they are known, null elsewhere."""
    return [pl.when(known).then(f).alias(f.meta.output_name()) for f in figures]
