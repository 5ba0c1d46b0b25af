"""Collecting the behaviour report's partials in slices of days, so that memory has a bound.

Points of an interaction are summed per case, and as many cases as there are would be held at once.
Partials are counts and sums, so those of a few days each, collected one after the other, add up
to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.behavior_eligibility import verdicts
from cxtool.metrics.behavior_index import Cuts
from cxtool.metrics.behavior_totals import daily_sums, index_counts, index_rows
from cxtool.metrics.trend import CURRENT, in_either, period_flag
from cxtool.tables import Frame, Tables

SLICE_CASES = 2_000_000  # some 2 GB at nine behaviours an interaction
DAY = "started_d"


def collect_partials(
    tables: Tables, settings: Settings, cuts: Sequence[Cuts]
) -> dict[str, pl.DataFrame]:
    """``counts`` and ``sums`` of ``behavior_totals`` and ``reasons`` of ``reason_counts``.

    A key may come back in several rows, one from each slice.
    """
    parts: dict[str, list[pl.DataFrame]] = {"counts": [], "sums": [], "reasons": []}
    slices = _slices(tables)
    for done, days in enumerate(slices):
        tables.advance(done, len(slices))
        rows = index_rows(tables, settings, cuts, days=days)
        frames = {
            "counts": index_counts(rows),
            "sums": daily_sums(rows),
            "reasons": reason_counts(tables, settings, days=days),
        }
        for name, frame in frames.items():
            # One by one: together the engine would hold the joined rows for all of them.
            parts[name].append(tables.collect({name: frame})[name])
    return {name: pl.concat(found) for name, found in parts.items()}


def reason_counts(tables: Tables, settings: Settings, *, days: nw.Expr) -> Frame:
    """Partial: interactions per agent, period and reason to leave them out (null: scored)."""
    cases = verdicts(tables, settings, days=days).with_columns(period_flag(tables.request))
    keys = ("agent_id", "agent", CURRENT, "reason")
    return cases.group_by(*keys).agg(interactions_n=nw.len().cast(nw.Int64()))


def _slices(tables: Tables) -> list[nw.Expr]:
    """Runs of days with about ``SLICE_CASES`` cases each, or a single day; together all days."""
    asked_for = in_either(tables.request)
    cases = tables.cases.filter(asked_for).group_by(DAY).agg(cases_n=nw.len().cast(nw.Int64()))
    counts = tables.collect({"days": cases})["days"].sort(DAY)
    if counts["cases_n"].sum() <= SLICE_CASES:
        return [asked_for]
    ends = pl.col("cases_n").cum_sum()
    runs = counts.group_by(slice=(ends - 1) // SLICE_CASES).agg(
        pl.col(DAY).min().alias("first"), pl.col(DAY).max().alias("last")
    )
    return [
        asked_for & (nw.col(DAY) >= first) & (nw.col(DAY) <= last)
        for _, first, last in runs.sort("slice").iter_rows()
    ]
