"""Companies' contacts and their Customer Engagement Load in pandas."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from benchmarks.peers.export import START
from benchmarks.peers.pandas_tables import Read, side_by_side, with_days

CHANNELS = ("hotline", "campaign", "ticket", "chat")


def figures(read: Read) -> dict[str, pd.DataFrame]:
    """The sections of the report."""
    resolutions, contacts = _resolutions(read), _contacts(read)
    loads = _loads(contacts, resolutions["mean"])
    totals = loads.groupby("is_current").agg(
        companies_n=("company_id", "size"),
        **{f"{name}_n": (f"{name}_n", "sum") for name in CHANNELS},
        load_s=("load_s", "sum"),
    )
    summary = side_by_side(totals.reset_index(), [], before=list(totals.columns))
    return {
        "summary": summary.assign(
            mean_resolution_s=resolutions.loc[True, "mean"],
            mean_resolution_n=resolutions.loc[True, "count"],
        ),
        "shares": _shares(contacts),
        "companies": _companies(loads, company_days(read), read("companies")),
    }


@cache
def company_days(read: Read) -> pd.DataFrame:
    """Contacts and load of each company on each day of the period that has any."""
    contacts = _contacts(read)
    current = contacts[contacts["is_current"]]
    tickets_n = current["contacts_n"].where(current["counted_as"] == "ticket", 0)
    load_s = current["seconds"] + tickets_n * _resolutions(read).loc[True, "mean"]
    by_day = current.assign(load_s=load_s).groupby(["company_id", "day"])
    return by_day[["contacts_n", "load_s"]].sum().reset_index()


@cache
def _resolutions(read: Read) -> pd.DataFrame:
    tickets = read("tickets")
    taken_s = (tickets["resolved_at"] - tickets["created_at"]).dt.total_seconds()
    return taken_s.groupby(tickets["created_at"] >= START).agg(["mean", "count"])


@cache
def _contacts(read: Read) -> pd.DataFrame:
    """Contacts and their seconds per company, channel and day of the period."""
    return pd.concat([_calls_and_chats(read), _tickets(read)])


def _calls_and_chats(read: Read) -> pd.DataFrame:
    cases = read("interactions")
    counted = cases["channel"].isin(["voice", "chat"]) & (cases["direction"] != "internal")
    cases = _with_company(cases[cases["answered"].astype(bool) & counted], read)
    is_chat, inbound = cases["channel"] == "chat", cases["direction"] == "inbound"
    cases["counted_as"] = np.select([is_chat, inbound], ["chat", "hotline"], "campaign")
    cases["seconds"] = cases["talk_s"].fillna(cases["handle_s"])
    return _summed(cases)


def _tickets(read: Read) -> pd.DataFrame:
    tickets = read("tickets")
    assigned = tickets["contact_id"].notna() | tickets["company_id"].notna()
    found = _with_company(tickets[assigned], read)
    created_at = found["created_at"]
    return _summed(
        found.assign(
            day=created_at.dt.tz_localize(None).dt.floor("D"),
            is_current=created_at >= START,
            counted_as="ticket",
            seconds=0.0,
        )
    )


def _with_company(rows: pd.DataFrame, read: Read) -> pd.DataFrame:
    people = read("contacts").rename(columns={"company_id": "of_contact"})
    found = rows.merge(people[["contact_id", "of_contact"]], on="contact_id", how="left")
    found["company_id"] = found["company_id"].fillna(found["of_contact"])
    return found


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    # Of the compared period no day is told, so none is kept apart.
    rows = rows[rows["company_id"].notna()].assign(day=rows["day"].where(rows["is_current"]))
    groups = rows.groupby(["company_id", "is_current", "day", "counted_as"], dropna=False)
    return groups["seconds"].agg(contacts_n="size", seconds="sum").reset_index()


def _loads(contacts: pd.DataFrame, mean_s: pd.Series) -> pd.DataFrame:
    wide = contacts.pivot_table(
        index=["company_id", "is_current"],
        columns="counted_as",
        values=["contacts_n", "seconds"],
        aggfunc="sum",
        fill_value=0,
    )
    short = {"contacts_n": "n", "seconds": "s"}
    wide.columns = [f"{channel}_{short[kind]}" for kind, channel in wide.columns]
    loads = wide.reset_index()
    timed = loads["hotline_s"] + loads["campaign_s"] + loads["chat_s"]
    loads["load_s"] = timed + loads["ticket_n"] * loads["is_current"].map(mean_s)
    largest = loads.groupby("is_current")["load_s"].transform("max")
    loads["cel"] = np.floor(100 * loads["load_s"] / largest + 0.5)
    return loads


def _shares(contacts: pd.DataFrame) -> pd.DataFrame:
    sums = contacts.groupby(["counted_as", "is_current"])["contacts_n"].sum().reset_index()
    sums["share_n"] = sums.groupby("is_current")["contacts_n"].transform("sum")
    sums["share_pct"] = 100 * sums["contacts_n"] / sums["share_n"]
    shares = sums.rename(columns={"counted_as": "channel"})
    return side_by_side(shares, ["channel"], before=["share_pct"])


def _companies(loads: pd.DataFrame, days: pd.DataFrame, companies: pd.DataFrame) -> pd.DataFrame:
    sides = side_by_side(loads, ["company_id"], before=["load_s", "cel"])
    rows = with_days(sides, days, ["company_id"], "load_s", nothing=0.0)
    rows = rows.fillna({"load_s_previous": 0, "cel_previous": 0})
    names = {
        "hotline_s": "inbound_talk_s",
        "campaign_s": "outbound_talk_s",
        "ticket_n": "tickets_n",
        "chat_n": "chats_n",
    }
    kept = rows.rename(columns=names).drop(columns=["hotline_n", "campaign_n", "ticket_s"])
    return kept.merge(companies.rename(columns={"name": "company"}), on="company_id", how="left")
