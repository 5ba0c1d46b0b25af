"""Exact quantiles from a histogram: how often each value occurs, instead of every value.

A histogram is a mergeable partial of counts, and far smaller than the rows it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from cxtool.metrics.stats import rounded


def quantiles(
    histogram: pl.DataFrame,
    *,
    value: str,
    count: str,
    at: Mapping[str, float],
    keys: Sequence[str] = (),
    scale: float = 1.0,
) -> pl.DataFrame:
    """One row per group with the quantiles ``at`` (name: share), linear between two values.

    As if each value were repeated ``count`` times: position ``(n - 1) * share`` among the sorted
    values. ``scale`` multiplies the results. Null where a group has no value; without ``keys``
    there is always one row.

    >>> seconds = pl.DataFrame({"s": [10, 20, 40], "n": [1, 2, 1]})
    >>> quantiles(seconds, value="s", count="n", at={"p50": 0.5, "p90": 0.9, "max": 1.0}).row(0)
    (20.0, 34.0, 40.0)
    """
    up_to = pl.col(count).cum_sum()
    counted = histogram.filter(pl.col(value).is_not_null() & (pl.col(count) > 0)).sort(*keys, value)
    ranked = counted.with_columns((up_to.over(keys) if keys else up_to).alias("_up_to"))
    figures = [
        rounded(scale * _at(pl.col(value), pl.col("_up_to"), share)).alias(name)
        for name, share in at.items()
    ]
    if keys:
        return ranked.group_by(keys, maintain_order=True).agg(figures)
    return ranked.select(figures)


def _at(value: pl.Expr, up_to: pl.Expr, share: float) -> pl.Expr:
    position = (up_to.max() - 1) * share
    below = value.filter(up_to > position.floor()).first()
    above = value.filter(up_to > position.ceil()).first()
    return below + (above - below) * (position - position.floor())
