"""Intervals and tests at 95 %, as Polars expressions over the counts of a small frame.

Everything here works on counts and sums, so that figures stay mergeable: nothing needs the rows
again. A denominator of zero gives null, never 0, 100 % or NaN. The figures agree with the section
"Statistics" of the metric definitions; scipy is imported only where a distribution is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution
ALPHA = 0.05
FLOAT_DIGITS = 6


def rounded(value: pl.Expr) -> pl.Expr:
    """The one rounding rule of reports: six decimals, no negative zero.

    Sums of floats differ in their last digits from run to run; reports must not.
    """
    return value.round(FLOAT_DIGITS) + 0.0


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """``part / whole``; null where the whole is not positive.

    >>> pl.select(ratio(pl.lit(1), pl.lit(2)), none=ratio(pl.lit(0), pl.lit(0))).row(0)
    (0.5, None)
    """
    return pl.when(whole > 0).then(part / whole)


def wilson(hits: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Wilson's score interval of a rate: lower and upper end as shares; null for ``n`` 0.

    >>> low, high = wilson(pl.lit(45), pl.lit(50))
    >>> pl.select(low.round(4).alias("low"), high.round(4).alias("high")).row(0)
    (0.7864, 0.9565)
    """
    hits, n = hits.cast(pl.Float64), n.cast(pl.Float64)
    middle = hits + Z95**2 / 2
    half = Z95 * (hits * (n - hits) / n + Z95**2 / 4).sqrt()
    # Rounding must not leave a hair between the end and a rate of exactly none or all.
    low = pl.when(hits == 0).then(0.0).otherwise((middle - half) / (n + Z95**2))
    high = pl.when(hits == n).then(1.0).otherwise((middle + half) / (n + Z95**2))
    return pl.when(n > 0).then(low), pl.when(n > 0).then(high)


def newcombe(
    hits: pl.Expr, n: pl.Expr, hits_before: pl.Expr, n_before: pl.Expr
) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Difference of two rates with Newcombe's hybrid score interval: difference, low, high.

    >>> ends = newcombe(pl.lit(56), pl.lit(70), pl.lit(48), pl.lit(80))
    >>> pl.select(e.round(4).alias(k) for e, k in zip(ends, "dlh", strict=True)).row(0)
    (0.2, 0.0524, 0.3339)
    """
    share, share_before = ratio(hits, n), ratio(hits_before, n_before)
    low, high = wilson(hits, n)
    low_before, high_before = wilson(hits_before, n_before)
    difference = share - share_before
    down = ((share - low) ** 2 + (high_before - share_before) ** 2).sqrt()
    up = ((high - share) ** 2 + (share_before - low_before) ** 2).sqrt()
    return difference, difference - down, difference + up


def two_proportion_z(hits: pl.Expr, n: pl.Expr, hits_before: pl.Expr, n_before: pl.Expr) -> pl.Expr:
    """z of two rates with the pooled variance; null where a rate is, 0 where all rows agree."""
    hits, n, hits_before, n_before = (
        count.cast(pl.Float64) for count in (hits, n, hits_before, n_before)
    )
    # The fraction expanded by n * n_before: few operations, and on counts.
    difference = hits * n_before - hits_before * n
    all_hits, all_n = hits + hits_before, n + n_before
    error = (all_hits * (all_n - all_hits) / all_n * n * n_before).sqrt()
    z = pl.when(error > 0).then(difference / error).otherwise(difference * 0.0)
    return pl.when((n > 0) & (n_before > 0)).then(z)


def poisson_p(count: pl.Expr, count_before: pl.Expr, *, share: float = 0.5) -> pl.Expr:
    """Two-sided p of two Poisson counts: exact, conditional on their sum.

    Given the sum, the newer count is binomial with ``share``, its part of the observed time.

    >>> pl.select(poisson_p(pl.lit(120), pl.lit(100)).round(4)).item()
    0.2001
    """

    def exact(columns: Sequence[pl.Series]) -> pl.Series:
        from scipy.special import bdtr, bdtrc

        newer, older = (column.fill_null(0).cast(pl.Int64).to_numpy() for column in columns)
        at_most = bdtr(newer.astype(float), newer + older, share)
        at_least = bdtrc(newer.astype(float) - 1, newer + older, share)
        tails = pl.DataFrame({"at_most": at_most, "at_least": at_least})
        return 2 * tails.min_horizontal()

    return pl.map_batches(
        [count, count_before], exact, return_dtype=pl.Float64, returns_scalar=False
    ).clip(0.0, 1.0)


def welch_p(
    difference: pl.Expr,
    error: pl.Expr,
    n: pl.Expr,
    error_before: pl.Expr,
    n_before: pl.Expr,
) -> pl.Expr:
    """Two-sided p of Welch's t-test; ``error`` is a squared standard error (variance / n).

    Null where a side has fewer than two observations. Where nothing varies on either side the
    means either agree (p 1) or differ for certain (p 0).
    """
    squared = error + error_before
    freedom = squared**2 / (error**2 / (n - 1) + error_before**2 / (n_before - 1))
    t = -(difference.abs() / squared.sqrt())

    def tails(columns: Sequence[pl.Series]) -> pl.Series:
        from scipy.special import stdtr

        degrees, minus_t = (column.cast(pl.Float64).to_numpy() for column in columns)
        return pl.Series(2 * stdtr(degrees, minus_t))

    varied = pl.map_batches(
        [freedom, t], tails, return_dtype=pl.Float64, returns_scalar=False
    ).clip(0.0, 1.0)
    certain = pl.when(difference == 0).then(1.0).otherwise(0.0)
    return pl.when((n > 1) & (n_before > 1)).then(
        pl.when(squared > 0).then(varied).otherwise(certain)
    )


def squared_error(n: pl.Expr, total: pl.Expr, squares: pl.Expr) -> pl.Expr:
    """Squared standard error of a mean from n, sum and sum of squares; null below two."""
    deviations = (squares - total * (total / n)).clip(lower_bound=0.0)
    return pl.when(n > 1).then(deviations / (n - 1) / n)
