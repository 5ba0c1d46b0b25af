"""What the report adds to its parts, in pandas.

Added are SLA by day and by length of wait, the worst breaches, volume and the sizes of the tables.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.peers import pandas_sla
from benchmarks.peers.export import AS_OF, BREACHES_N, SLA_S, STEPS_S, TABLES
from benchmarks.peers.pandas_tables import Read, percent, side_by_side, verdict


def figures(read: Read) -> dict[str, pd.DataFrame]:
    """The sections that are not of a part."""
    cases = read("interactions")
    current = cases[cases["is_current"]]
    days = pandas_sla.by_day(pandas_sla.verdict_counts(cases))
    starts = current["started_at"].dt
    heat = current.groupby([starts.strftime("%a").rename("weekday"), starts.hour.rename("hour")])
    return {
        "sla_days": days.rename(columns={"place": "date"}),
        "first_response": _by_length(current),
        "breaches": _breaches(current),
        "volume_summary": _volume(cases),
        "channels": _channels(cases),
        "heat": heat.size().rename("cases_n").reset_index(),
        "tables": pd.DataFrame({"table": TABLES, "rows_n": [len(read(name)) for name in TABLES]}),
    }


def _by_length(current: pd.DataFrame) -> pd.DataFrame:
    responded = current[current["first_response_s"].notna()]
    ends = np.array([*STEPS_S, np.nan])
    run = np.searchsorted(STEPS_S, responded["first_response_s"], side="left")
    counts = pd.DataFrame({"up_to_s": ends[run], "sla": verdict(responded)})
    grouped = counts.groupby(["up_to_s", "sla"], dropna=False)
    return grouped.size().rename("responses_n").reset_index()


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


def _volume(cases: pd.DataFrame) -> pd.DataFrame:
    counts = cases.groupby(["is_current", "direction"]).size().unstack(fill_value=0)
    totals = counts.add_suffix("_n").assign(cases_n=counts.sum(axis="columns"))
    return side_by_side(totals.reset_index(), [], before=["cases_n"])


def _channels(cases: pd.DataFrame) -> pd.DataFrame:
    counts = cases.groupby(["channel", "is_current"]).size().rename("cases_n").reset_index()
    counts["share_n"] = counts.groupby("is_current")["cases_n"].transform("sum")
    counts["share_pct"] = percent(counts["cases_n"], counts["share_n"])
    return side_by_side(counts, ["channel"], before=["cases_n", "share_pct"])
