"""Colour bands of a behaviour total (B5) and levels of Customer Engagement Load (C10).

A band is decided on points earned and points possible, which are whole numbers, so that a total of
exactly 90.5 % is never lost to the rounding of a quotient.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

# Lowest percentage of each band, best first; below the last one: very negative. Source: B5.
BANDS = (
    ("very_positive", Fraction("90.5")),
    ("moderately_positive", Fraction("70.5")),
    ("neutral", Fraction("30.5")),
    ("moderately_negative", Fraction("10.5")),
)
LOWEST_BAND = "very_negative"

# Lowest CEL of each level, heaviest first; below the last one: low. Source: C10.
LEVELS = (("critical", 81), ("high", 51), ("medium", 21))
LOWEST_LEVEL = "low"


def band(*, points: pl.Expr, possible: pl.Expr) -> pl.Expr:
    """The band of ``100 * points / possible`` percent; null where nothing was possible.

    Both are whole numbers: points earned, and 10 for each index that is not N/A. Source: B5.

    >>> totals = pl.DataFrame({"points": [22, 181, 0], "possible": [50, 200, 0]})
    >>> bands = totals.select(band(points=pl.col("points"), possible=pl.col("possible")))
    >>> bands["points"].to_list()
    ['neutral', 'very_positive', None]
    """
    result = pl.lit(LOWEST_BAND)
    for name, lowest in reversed(BANDS):
        reached = 100 * lowest.denominator * points >= lowest.numerator * possible
        result = pl.when(reached).then(pl.lit(name)).otherwise(result)
    return pl.when(possible > 0).then(result).alias(points.meta.output_name())


def level(cel: pl.Expr) -> pl.Expr:
    """The level of a whole-number CEL: 0-20 low, 21-50 medium, 51-80 high, 81-100 critical.

    Null where CEL is null. Source: C10.

    >>> pl.DataFrame({"cel": [20, 21, 100, None]}).select(level(pl.col("cel")))["cel"].to_list()
    ['low', 'medium', 'critical', None]
    """
    result = pl.lit(LOWEST_LEVEL)
    for name, lowest in reversed(LEVELS):
        result = pl.when(cel >= lowest).then(pl.lit(name)).otherwise(result)
    return pl.when(cel.is_not_null()).then(result).alias(cel.meta.output_name())
