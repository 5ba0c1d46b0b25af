"""What the report adds to its parts, in pandas.

Added are the headline, SLA by day and by length of wait, the course of responses, the worst
breaches, volume and the sizes of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from benchmarks.peers import pandas_cel, pandas_sla
from benchmarks.peers.export import AS_OF, BREACHES_N, DAYS_N, SLA_S, STEPS_S, TABLES
from benchmarks.peers.pandas_tables import DAYS, Read, percent, side_by_side, verdict, with_days


def figures(read: Read, parts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The sections that are not of a part, or tell more than the part's."""
    cases = read("interactions")
    current = cases[cases["is_current"]]
    sla_days = pandas_sla.by_day(pandas_sla.verdict_counts(read))
    sla_days["date_previous"] = sla_days["place"] - pd.Timedelta(days=DAYS_N)
    volume = _counts(cases)
    days = _by_day(volume[volume["is_current"]].groupby("day")[["cases_n"]].sum())
    told = {
        "sla_days": sla_days.rename(columns={"place": "date"}),
        "distribution": _distribution(parts["distribution"], cases, current),
        "first_response": _by_length(current),
        "breaches": _breaches(current),
        "volume_summary": with_days(_volume(volume), days, [], "cases_n", nothing=0),
        "volume_days": days.rename(columns={"day": "date"}),
        "channels": _channels(volume),
        "heat": _heat(volume),
        "cel_days": _cel_days(read).rename(columns={"day": "date"}),
        "tables": pd.DataFrame({"table": TABLES, "rows_n": [len(read(name)) for name in TABLES]}),
    }
    return {**told, "headline": _headline({**parts, **told})}


def _counts(cases: pd.DataFrame) -> pd.DataFrame:
    keys = ["is_current", "channel", "direction", "day"]
    grouped = cases.groupby([*keys, cases["started_at"].dt.hour.rename("hour")])
    return grouped.size().rename("cases_n").reset_index()


def _by_day(sums: pd.DataFrame) -> pd.DataFrame:
    """Sums of every day of the period, 0 on a day without any."""
    return sums.reindex(DAYS, fill_value=0).reset_index()


def _distribution(told: pd.DataFrame, cases: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    before = cases.loc[~cases["is_current"], "first_response_s"].median()
    daily = current.groupby("day")["first_response_s"].median().reset_index()
    more = told.assign(first_response_p50_s_previous=before)
    return with_days(more, daily, [], "first_response_s")


def _by_length(current: pd.DataFrame) -> pd.DataFrame:
    responded = current[current["first_response_s"].notna()]
    ends = np.array([*STEPS_S, np.nan])
    run = np.searchsorted(STEPS_S, responded["first_response_s"], side="left")
    counts = pd.DataFrame({"up_to_s": ends[run], "sla": verdict(responded)})
    grouped = counts.groupby(["up_to_s", "sla"], dropna=False)
    rows = grouped.size().rename("responses_n").reset_index()
    share_pct = percent(rows["responses_n"], pd.Series(len(counts), index=rows.index))
    return rows.assign(share_n=len(counts), share_pct=share_pct)


def _breaches(current: pd.DataFrame) -> pd.DataFrame:
    late = current[verdict(current) == "not_met"]
    is_open = late["ended_at"].isna() & (late["status"] != "closed")
    waited_s = (pd.Timestamp(AS_OF) - late["started_at"]).dt.total_seconds()
    waiting_s = waited_s.where((late["channel"] != "voice") & is_open)
    late = late.assign(over_s=late["first_response_s"].fillna(waiting_s) - SLA_S)
    late = late[late["over_s"].notna()]
    worst = late.sort_values(["over_s", "started_at", "case_id"], ascending=[False, True, True])
    columns = ["case_id", "channel", "queue", "agent", "first_response_s", "over_s"]
    return worst.head(BREACHES_N)[columns]


def _volume(volume: pd.DataFrame) -> pd.DataFrame:
    counts = volume.groupby(["is_current", "direction"])["cases_n"].sum().unstack(fill_value=0)
    totals = counts.add_suffix("_n").assign(cases_n=counts.sum(axis="columns"))
    return side_by_side(totals.reset_index(), [], before=list(totals.columns))


def _channels(volume: pd.DataFrame) -> pd.DataFrame:
    counts = volume.groupby(["channel", "is_current"])["cases_n"].sum().reset_index()
    counts["share_n"] = counts.groupby("is_current")["cases_n"].transform("sum")
    counts["share_pct"] = percent(counts["cases_n"], counts["share_n"])
    sides = side_by_side(counts, ["channel"], before=["cases_n", "share_pct"])
    sides = sides.fillna({"cases_n_previous": 0, "share_pct_previous": 0})
    daily = volume[volume["is_current"]].groupby(["channel", "day"])["cases_n"].sum()
    return with_days(sides, daily.reset_index(), ["channel"], "cases_n", nothing=0)


def _heat(volume: pd.DataFrame) -> pd.DataFrame:
    current = volume[volume["is_current"]]
    weekday = current["day"].dt.strftime("%a").rename("weekday")
    heat = current.groupby([weekday, "hour"])["cases_n"].sum().reset_index()
    days_n = heat["weekday"].map(DAYS.strftime("%a").value_counts())
    return heat.assign(days_n=days_n, day_mean=heat["cases_n"] / days_n)


def _cel_days(read: Read) -> pd.DataFrame:
    by_day = pandas_cel.company_days(read).groupby("day")
    return _by_day(
        by_day.agg(
            companies_n=("company_id", "size"),
            contacts_n=("contacts_n", "sum"),
            load_s=("load_s", "sum"),
        )
    )


def _headline(told: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Figures of the sections that are their home, with those before and their course."""
    summary, days = told["kpi_summary"], told["cel_days"]
    csat = summary.loc[summary["metric"] == "csat_pct", ["value", "previous", "n"]]
    response = ["first_response_p50_s", "first_response_p50_s_previous", "first_response_days"]
    courses = {
        "companies_days": [days["companies_n"].tolist()],
        "load_days": [days["load_s"].tolist()],
    }
    figures = [
        told["volume_summary"][["cases_n", "cases_n_previous", "cases_days"]],
        told["sla_summary"][["sla_pct", "sla_pct_previous", "sla_n", "sla_days"]],
        told["distribution"][[*response, "responses_n"]],
        csat.set_axis(["csat_pct", "csat_pct_previous", "csat_n"], axis="columns"),
        told["team"].filter(like="overall_"),
        told["cel_summary"].filter(regex=r"^(companies_n|load_s)(_previous)?$"),
        pd.DataFrame(courses),
    ]
    return pd.concat([rows.reset_index(drop=True) for rows in figures], axis="columns")
