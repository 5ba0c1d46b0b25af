"""Behaviour totals in pandas: scores ranked, then points per agent and day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.peers.export import TOO_SHORT_S
from benchmarks.peers.pandas_tables import Read, side_by_side, with_days

NEGATIVE = "inappropriate_action"
GROUPS = {"agents": ["agent_id"], "teams": ["team"], "team": []}


def figures(read: Read) -> dict[str, pd.DataFrame]:
    """The sections of the report."""
    cases, scores = _judged(read), read("behaviors")
    is_scored = cases["case_id"].isin(scores["case_id"])
    reason = cases["reason"].where(cases["reason"].notna() | is_scored, "not_scored")
    kept = cases.loc[reason.isna(), ["case_id", "agent_id", "team", "day", "is_current"]]
    rows = _indexed(scores.merge(kept, on="case_id"))
    keys = ["agent_id", "team", "day", "is_current", "behavior"]
    points = rows.groupby(keys)["index"].agg(points="sum", counted_n="count").reset_index()
    days = points.groupby(["agent_id", "day"])[["points", "counted_n"]].sum().reset_index()
    left_out = reason[cases["is_current"]].value_counts()
    return {
        **{name: _overall(points, kept, by) for name, by in GROUPS.items()},
        **{f"{name}_behaviors": _each(points, by) for name, by in GROUPS.items()},
        "trend": _totals(days, overall=True).rename(columns={"day": "date"}),
        "left_out": left_out.rename_axis("reason").rename("interactions_n").reset_index(),
    }


def _judged(read: Read) -> pd.DataFrame:
    """Cases with the first reason that leaves them out."""
    turns = read("transcripts")
    spoken = pd.crosstab(turns["case_id"], turns["speaker"])
    cases = read("interactions").merge(
        spoken[["agent", "customer"]].add_suffix("_turns"),
        left_on="case_id",
        right_index=True,
        how="left",
    )
    someone_else = pd.Series(False, index=cases.index)
    for name in ("first_agent", "closed_by"):
        told = cases[name].notna() & cases["agent_id"].notna()
        differs = (cases[name] != cases["agent_id"]) & (cases[name] != cases["agent"])
        someone_else |= told & differs
    silent = cases["agent_turns"] == 0, cases["customer_turns"] == 0
    reasons = {
        "internal": cases["direction"] == "internal",
        "several_agents": (cases["transfers"] > 0) | someone_else,
        "not_recorded": (cases["channel"] == "voice") & cases["recording"].isna(),
        "too_short": cases["handle_s"] <= TOO_SHORT_S,
        "no_dialogue": silent[0] & silent[1],
        "one_sided": silent[0] | silent[1],
        "no_agent": cases["agent_id"].isna(),
    }
    first = np.select(list(reasons.values()), list(reasons), "")
    return cases.assign(reason=pd.Series(first, index=cases.index).replace("", None))


def _indexed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the index of their score, by its rank among all of the behaviour."""
    goodness = rows["score"].where(rows["behavior"] != NEGATIVE, -rows["score"])
    by_behavior = goodness.groupby(rows["behavior"])
    total = by_behavior.transform("size")
    place = 2 * total - 2 * by_behavior.rank() + 1
    conditions = [
        5 * place < total,
        10 * place < 7 * total,
        10 * place <= 13 * total,
        5 * place <= 9 * total,
    ]
    return rows.assign(index=np.select(conditions, [10, 6, np.nan, 4], 0))


def _totals(rows: pd.DataFrame, *, overall: bool) -> pd.DataFrame:
    share = 10 * rows["points"] / rows["counted_n"].where(rows["counted_n"] > 0)
    kept = rows.drop(columns=["points", "counted_n"])
    if overall:
        return kept.assign(overall_pct=share, overall_n=rows["counted_n"])
    return kept.assign(pct=share, n=rows["counted_n"])


def _overall(points: pd.DataFrame, kept: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    on = [*keys, "is_current"]
    earned = points.groupby(on)[["points", "counted_n"]].sum().reset_index()
    cases_n = kept.groupby(on).size().rename("interactions_n").reset_index()
    totals = _totals(earned.merge(cases_n, on=on), overall=True)
    current = points[points["is_current"]].groupby([*keys, "day"])
    daily = _totals(current[["points", "counted_n"]].sum().reset_index(), overall=True)
    return with_days(side_by_side(totals, keys, before=["overall_pct"]), daily, keys, "overall_pct")


def _each(points: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    current = points[points["is_current"]].groupby([*keys, "behavior"])
    earned = current[["points", "counted_n"]].sum().reset_index()
    return _totals(earned[earned["counted_n"] > 0], overall=False)
