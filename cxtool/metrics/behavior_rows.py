"""The rows that behaviour totals are made of: cases with their verdict, and their scores.

An engine that spills or spreads by itself gets them as they stand. Polars gets them in short form,
with cases as numbers and repeated texts as categories: some 25 bytes a score, so that rows once
read and joined can be kept until the cut points are known. Cases are read once, counted and put
into short form; what only sums of interactions need stays with the cases.
"""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.behavior_eligibility import NOT_SCORED, judged, scored_rows
from cxtool.metrics.trend import CURRENT, period_flag
from cxtool.tables import Frame, Tables

TEXTS: Final = ("agent_id", "agent", "team")
AGENT: Final = ("agent_id", "agent", CURRENT)


def judged_cases(tables: Tables, settings: Settings, *, days: nw.Expr) -> Frame:
    """The cases that ``days`` keeps, with ``reason`` and what totals need of them.

    ``reason`` is null for those that may be scored: scores are not looked at.
    """
    cases = judged(tables.cases.filter(days), tables, settings)
    return cases.select("case_id", *TEXTS, "started_d", period_flag(tables.request), "reason")


def case_scores(cases: Frame, tables: Tables) -> Frame:
    """Scored rows of those ``judged_cases`` that may be scored, with the columns of the case."""
    return scored_rows(tables).join(_allowed(cases), on="case_id", how="inner")


def short_cases(cases: Frame) -> Frame:
    """``judged_cases`` on Polars, with categories for texts."""
    rows: pl.LazyFrame = cases.to_native()
    return nw.from_native(rows.with_columns(pl.col(*TEXTS, "reason").cast(pl.Categorical)))


def numbered(cases: pl.DataFrame) -> pl.DataFrame:
    """Those ``short_cases`` that may be scored, each with its ``number``."""
    return cases.filter(pl.col("reason").is_null()).drop("reason").with_row_index("number")


def short_scores(allowed: pl.DataFrame, tables: Tables) -> Frame:
    """Scored rows of ``numbered`` cases on Polars, in short form; ``case_id`` is the number."""
    scores: pl.LazyFrame = scored_rows(tables).to_native()
    first, last = allowed["case_id"].min(), allowed["case_id"].max()
    # Scores have no day, but ids mostly grow with time: others' files and groups are passed over.
    scores = scores.filter(pl.col("case_id").is_between(pl.lit(first), pl.lit(last)))
    rows = scores.with_columns(pl.col("behavior").cast(pl.Categorical)).join(
        allowed.lazy().select("case_id", "number", "agent_id", "team", CURRENT),
        on="case_id",
        how="inner",
    )
    return nw.from_native(rows.drop("case_id").rename({"number": "case_id"}))


def as_text(partial: pl.DataFrame) -> pl.DataFrame:
    """A partial of rows in short form with its categories as texts again."""
    return partial.with_columns(pl.col(pl.Categorical).cast(pl.String))


def judged_counts(cases: Frame) -> Frame:
    """Partial: interactions per agent, period and ``reason`` of ``judged_cases``."""
    return cases.group_by(*AGENT, "reason").agg(interactions_n=nw.len().cast(nw.Int64()))


def reason_counts(judged: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """Interactions per agent, period and final ``reason`` to leave them out; null: scored.

    ``judged``: rows of ``judged_counts``; ``sums``: rows of ``behavior_totals.daily_sums``. What
    may be scored and is not in the sums has no scores.
    """
    n = pl.col("interactions_n")
    scored = sums.group_by(AGENT).agg(n.sum())
    allowed = judged.filter(pl.col("reason").is_null()).group_by(AGENT).agg(n.sum())
    unscored = allowed.join(
        scored, on=AGENT, how="left", nulls_equal=True, suffix="_scored"
    ).select(
        *AGENT,
        reason=pl.lit(NOT_SCORED),
        interactions_n=n - pl.col("interactions_n_scored").fill_null(0),
    )
    return pl.concat(
        [
            judged.filter(pl.col("reason").is_not_null()),
            unscored.filter(n > 0),
            scored.select(*AGENT, pl.lit(None, pl.String).alias("reason"), n),
        ]
    )


def _allowed(cases: Frame) -> Frame:
    return cases.filter(nw.col("reason").is_null()).drop("reason")
