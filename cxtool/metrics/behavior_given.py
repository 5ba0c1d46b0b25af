"""Scores that are index scores already: taken as they are, never ranked a second time.

A model score says how strongly a behaviour was shown; an index of 10, 6, 4 or 0 says how it ranks
among others, and for a negative behaviour it is turned round. Ranking an index again would turn it
round once more, and measure the interactions of this export against each other alone. Some exports
hold the one under the name of the other, so the values must tell.
"""

from __future__ import annotations

import math

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.errors import CxtoolError
from cxtool.metrics.behavior_eligibility import scored_rows
from cxtool.metrics.behavior_index import Cuts
from cxtool.tables import Tables

INDICES = (0.0, 4.0, 6.0, 10.0)
TELLING_N = 3  # different ones: two may be the marks of a model that knows only yes and no
# Where the indices themselves are the scores: N/A, which has none, lies between 6 and 4.
EDGES = (10.0, 6.0, math.nextafter(4.0, math.inf), 4.0)
NOTE = "Scores are index scores (10, 6, 4, 0): they are taken as they are, not ranked again."


def are_indices(tables: Tables) -> bool:
    """Whether all scores of the export, whatever its period, are 10, 6, 4 or 0.

    At least three of them occur; an index of N/A is no score. Source: B3.
    """
    scores = scored_rows(tables).select("score")
    is_index = nw.col("score").is_in(list(INDICES))
    # Model scores are told by the first rows: the rest is not looked at.
    if not tables.collect({"other": scores.filter(~is_index).head(1)})["other"].is_empty():
        return False
    different = scores.group_by("score").agg(rows_n=nw.len())
    return tables.collect({"scores": different})["scores"].height >= TELLING_N


def as_given(counts: pl.DataFrame) -> tuple[Cuts, ...]:
    """Cut points that leave every index as it is, of the behaviours in ``score_counts``."""
    found = counts.group_by("behavior").agg(pl.sum("rows_n"), pl.len().alias("scores_n"))
    edges = dict(zip(("from_10", "from_6", "from_na", "from_4"), EDGES, strict=True))
    return tuple(
        Cuts(behavior=behavior, negative=False, rows_n=rows_n, scores_n=scores_n, **edges)
        for behavior, rows_n, scores_n in found.sort("behavior").iter_rows()
    )


def refuse_indices(tables: Tables) -> None:
    """Raise CxtoolError where scores are index scores, which no calibration applies to."""
    if are_indices(tables):
        raise CxtoolError(
            "the behaviour scores are index scores (10, 6, 4, 0): no calibration applies to them",
            hint="'cxtool behavior' without one takes them as they are",
        )
