"""Companies' contacts and their Customer Engagement Load in Polars."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from benchmarks.peers.export import START, Export
from benchmarks.peers.polars_tables import cases, percent, scan, side_by_side, with_days

CHANNELS = ("hotline", "campaign", "ticket", "chat")


def plan(export: Export) -> dict[str, pl.LazyFrame]:
    """The partials that are read together."""
    direction, channel = pl.col("direction"), pl.col("channel")
    voice = (channel == "voice") & pl.col("answered")
    counted = (
        pl.when(voice & (direction == "inbound"))
        .then(pl.lit("hotline"))
        .when(voice & (direction == "outbound"))
        .then(pl.lit("campaign"))
        .when((channel == "chat") & pl.col("answered") & (direction != "internal"))
        .then(pl.lit("chat"))
    )
    # Of the compared period no day is told, so none is kept apart.
    day = pl.when("is_current").then("day")
    people = scan(export, "contacts").select("contact_id", of_contact="company_id")
    company = pl.coalesce("company_id", "of_contact")
    contacts = (
        cases(export)
        .with_columns(counted=counted, seconds=pl.coalesce("talk_s", "handle_s"))
        .filter(pl.col("counted").is_not_null())
        .join(people, on="contact_id", how="left")
        .group_by("is_current", day=day, channel="counted", company_id=company)
        .agg(pl.len().alias("contacts_n"), pl.col("seconds").sum())
    )
    tickets = scan(export, "tickets").with_columns(
        day=pl.col("created_at").dt.date(), is_current=pl.col("created_at") >= START
    )
    taken_s = (pl.col("resolved_at") - pl.col("created_at")).dt.total_seconds()
    return {
        "contacts": contacts,
        "tickets": tickets.join(people, on="contact_id", how="left")
        .filter(pl.col("contact_id").is_not_null() | pl.col("company_id").is_not_null())
        .group_by("is_current", day=day, company_id=company)
        .agg(pl.len().alias("contacts_n"))
        .with_columns(channel=pl.lit("ticket"), seconds=pl.lit(0.0)),
        "resolutions": tickets.group_by("is_current").agg(
            taken_s.mean().alias("mean_s"), taken_s.count().alias("mean_n")
        ),
        "companies": scan(export, "companies").select("company_id", company="name"),
    }


def figures(small: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The sections of the report."""
    contacts = _contacts(small)
    n, seconds = pl.col("contacts_n"), pl.col("seconds")
    of = {name: pl.col("channel") == name for name in CHANNELS}
    loads = (
        contacts.group_by("company_id", "is_current")
        .agg(
            *(n.filter(own).sum().alias(f"{name}_n") for name, own in of.items()),
            *(seconds.filter(own).sum().alias(f"{name}_s") for name, own in of.items()),
        )
        .join(small["resolutions"], on="is_current")
        .with_columns(
            load_s=pl.col("hotline_s")
            + pl.col("campaign_s")
            + pl.col("chat_s")
            + pl.col("ticket_n") * pl.col("mean_s")
        )
        .with_columns(
            cel=(100 * pl.col("load_s") / pl.col("load_s").max().over("is_current") + 0.5).floor()
        )
    )
    totals = loads.group_by("is_current").agg(
        pl.len().alias("companies_n"), *(pl.sum(f"{name}_n") for name in CHANNELS), pl.sum("load_s")
    )
    return {
        "summary": pl.concat(
            [
                side_by_side(totals, []),
                small["resolutions"]
                .filter("is_current")
                .select(mean_resolution_s="mean_s", mean_resolution_n="mean_n"),
            ],
            how="horizontal",
        ),
        "shares": _shares(contacts),
        "companies": with_days(
            side_by_side(loads, ["company_id"], before=["load_s", "cel"]),
            company_days(small),
            ["company_id"],
            "load_s",
            nothing=0.0,
        )
        .join(small["companies"], on="company_id", how="left")
        .select(
            "company_id",
            "company",
            inbound_talk_s="hotline_s",
            outbound_talk_s="campaign_s",
            chat_s="chat_s",
            tickets_n="ticket_n",
            chats_n="chat_n",
            load_s="load_s",
            load_s_previous=pl.col("load_s_previous").fill_null(0),
            cel="cel",
            cel_previous=pl.col("cel_previous").fill_null(0),
            load_days="load_days",
        ),
    }


def company_days(small: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Contacts and load of each company on each day of the period that has any."""
    tickets_n = pl.col("contacts_n").filter(pl.col("channel") == "ticket").sum()
    mean_s = small["resolutions"].filter("is_current")["mean_s"].item()
    current = _contacts(small).filter("is_current").group_by("company_id", "day")
    return current.agg(
        pl.sum("contacts_n"), load_s=pl.col("seconds").sum() + tickets_n * pl.lit(mean_s)
    )


def _contacts(small: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    contacts = pl.concat([small["contacts"], small["tickets"]], how="diagonal")
    return contacts.drop_nulls("company_id")


def _shares(contacts: pl.DataFrame) -> pl.DataFrame:
    sums = contacts.group_by("channel", "is_current").agg(pl.sum("contacts_n"))
    shares = sums.with_columns(share_n=pl.col("contacts_n").sum().over("is_current"))
    shares = shares.with_columns(share_pct=percent("contacts_n", "share_n"))
    return side_by_side(shares, ["channel"], before=["share_pct"])
