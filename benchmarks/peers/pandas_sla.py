"""SLA compliance in pandas: in all, by agent, by day, and the distribution of responses."""

from __future__ import annotations

from functools import cache

import pandas as pd

from benchmarks.peers.export import DAYS_N
from benchmarks.peers.pandas_tables import Read, percent, side_by_side, verdict, with_days

VERDICTS = {"met_n": "met", "not_met_n": "not_met", "pending_n": "pending", "na_n": "n/a"}
COUNTS = ["cases_n", *VERDICTS]


def figures(read: Read) -> dict[str, pd.DataFrame]:
    """The sections of the report."""
    counts = verdict_counts(read)
    return {
        "summary": _with_days(counts, []),
        "by_agent": _with_days(counts, ["agent"]),
        "by_day": by_day(counts).rename(columns={"place": "day"}),
        "distribution": distribution(read("interactions")),
    }


@cache
def verdict_counts(read: Read) -> pd.DataFrame:
    """Verdicts counted per agent, day and period."""
    cases = read("interactions")
    keys = ["agent", "day", "is_current"]
    found = verdict(cases)
    flags = pd.DataFrame({name: found == word for name, word in VERDICTS.items()})
    flags["cases_n"] = 1
    return flags.groupby([cases[key] for key in keys], dropna=False)[COUNTS].sum().reset_index()


def by_day(counts: pd.DataFrame) -> pd.DataFrame:
    """Each day of the period beside the one at its place in the compared period."""
    earlier = counts["day"] + pd.Timedelta(days=DAYS_N)
    return compliance(
        counts.assign(place=counts["day"].where(counts["is_current"], earlier)), ["place"]
    )


def compliance(counts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Verdicts and compliance of each group, with that of the compared period."""
    groups = counts.groupby([*keys, "is_current"], dropna=False)[COUNTS].sum().reset_index()
    groups["sla_n"] = groups["met_n"] + groups["not_met_n"]
    groups["sla_pct"] = percent(groups["met_n"], groups["sla_n"])
    return side_by_side(groups, keys, before=["sla_pct"])


def distribution(cases: pd.DataFrame) -> pd.DataFrame:
    """Quantiles of the first response in the period."""
    responses = cases.loc[cases["is_current"], "first_response_s"]
    at = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "max": 1.0}
    found = {f"first_response_{name}_s": [responses.quantile(q)] for name, q in at.items()}
    return pd.DataFrame({**found, "responses_n": [responses.count()]})


def _with_days(counts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    daily = compliance(counts[counts["is_current"]], [*keys, "day"])
    return with_days(compliance(counts, keys), daily, keys, "sla_pct")
