"""How well a score tells two groups of rows apart: the area under the ROC curve."""

from __future__ import annotations

import polars as pl

from cxtool.metrics.stats import Z95


def auc(scores: pl.Series, is_hit: pl.Series) -> tuple[float, float, float]:
    """Chance that a hit scores above another row, ties half, with DeLong's interval at 95 %.

    At least two rows of either kind.

    >>> is_hit = pl.Series([True, True, True, False, False])
    >>> [round(share, 4) for share in auc(pl.Series([3, 2, 1, 1, 0]), is_hit)]
    [0.9167, 0.6857, 1.0]
    """
    counts = pl.DataFrame({"score": scores, "is_hit": is_hit}).group_by("score")
    hit = pl.col("is_hit")
    ranked = counts.agg(hits=hit.sum().cast(pl.Int64), others=(~hit).sum().cast(pl.Int64))
    hits, others = ranked.sort("score")["hits"], ranked.sort("score")["others"]
    hits_n, others_n = hits.sum(), others.sum()
    below = (others.cum_sum() - others / 2) / others_n  # share of the others that a hit beats
    above = 1 - (hits.cum_sum() - hits / 2) / hits_n
    area = float((hits * below).sum() / hits_n)
    variance = (hits * (below - area) ** 2).sum() / (hits_n - 1) / hits_n
    variance += (others * (above - area) ** 2).sum() / (others_n - 1) / others_n
    half = Z95 * float(variance) ** 0.5
    return area, max(area - half, 0.0), min(area + half, 1.0)
