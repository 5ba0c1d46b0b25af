"""The worked examples of the section "Statistics" of the metric definitions."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from cxtool.metrics.quantiles import quantiles
from cxtool.metrics.stats import (
    newcombe,
    poisson_p,
    ratio,
    rounded,
    squared_error,
    two_proportion_z,
    welch_p,
    wilson,
)


def value(*expressions: pl.Expr) -> tuple[float | None, ...]:
    named = [expression.alias(str(n)) for n, expression in enumerate(expressions)]
    return pl.DataFrame({"one": [1]}).select(named).row(0)


def literals(*numbers: float) -> list[pl.Expr]:
    return [pl.lit(number) for number in numbers]


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (45, 50, 0.7864, 0.9565),
        (0, 20, 0.0, 0.1611),
        (20, 20, 0.8389, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    """S1: the interval beside a rate."""
    ends = value(*wilson(*literals(hits, n)))
    assert ends == pytest.approx((low, high), abs=5e-5)
    if hits in (0, n):
        assert hits / n in ends


def test_no_case_has_no_rate_and_no_interval() -> None:
    """S1: no data is null, never 0 or 100 %."""
    assert value(ratio(*literals(0, 0)), *wilson(*literals(0, 0))) == (None, None, None)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.2, 0.0524, 0.3339)),
        ((880, 1000, 860, 1000), (0.02, -0.0095, 0.0496)),
    ],
)
def test_newcombe(counts: Sequence[int], expected: Sequence[float]) -> None:
    """S1: difference of two rates by the hybrid score."""
    assert value(*newcombe(*literals(*counts))) == pytest.approx(expected, abs=5e-5)


def test_two_proportion_z() -> None:
    """S1: pooled; 88 % against 86 % of 1000 each is not distinguishable from chance."""
    (z,) = value(two_proportion_z(*literals(880, 1000, 860, 1000)))
    assert z == pytest.approx(0.02 / (0.87 * 0.13 * 0.002) ** 0.5)
    assert value(two_proportion_z(*literals(5, 5, 9, 9))) == (0.0,)
    assert value(two_proportion_z(*literals(0, 0, 9, 9))) == (None,)


@pytest.mark.parametrize(
    ("count", "before", "p"),
    [(120, 100, 0.2001), (100, 120, 0.2001), (140, 100, 0.0117), (100, 100, 1.0), (0, 0, 1.0)],
)
def test_poisson(count: int, before: int, p: float) -> None:
    """C7: two Poisson counts, exact."""
    assert value(poisson_p(*literals(count, before))) == pytest.approx((p,), abs=5e-5)


def test_poisson_of_unequal_lengths() -> None:
    """C7: 310 in 31 days against 280 in 28 is no change; 310 against 310 in 28 is not settled."""
    share = 31 / 59
    assert value(poisson_p(*literals(310, 280), share=share))[0] == pytest.approx(1.0, abs=0.1)
    in_half = value(poisson_p(*literals(140, 100), share=0.5))[0]
    longer = value(poisson_p(*literals(140, 100), share=7 / 12))[0]
    assert in_half is not None
    assert longer is not None
    assert in_half < 0.05 < longer


def test_welch_against_scipy() -> None:
    """B7: Welch's t-test from n, sum and sum of squares."""
    from scipy.stats import ttest_ind

    now, before = [30.0, 41.0, 52.0, 38.0, 60.0], [61.0, 75.0, 48.0, 90.0]
    (n, total, squares), (n_b, total_b, squares_b) = (
        literals(len(x), sum(x), sum(v * v for v in x)) for x in (now, before)
    )
    p = welch_p(
        total / n - total_b / n_b,
        squared_error(n, total, squares),
        n,
        squared_error(n_b, total_b, squares_b),
        n_b,
    )
    assert value(p)[0] == pytest.approx(float(ttest_ind(now, before, equal_var=False).pvalue))


def test_welch_at_its_limits() -> None:
    """B7: one observation judges nothing; constants either agree or differ for certain."""
    zero, two, one = literals(0.0, 2, 1)
    assert value(welch_p(pl.lit(3.0), zero, one, zero, two)) == (None,)
    assert value(welch_p(pl.lit(3.0), zero, two, zero, two)) == (0.0,)
    assert value(welch_p(pl.lit(0.0), zero, two, zero, two)) == (1.0,)


def test_rounding_leaves_no_negative_zero() -> None:
    assert str(value(rounded(pl.lit(-1e-9)))[0]) == "0.0"


def test_quantiles_per_group_equal_those_of_the_rows() -> None:
    """S6: exact and linear, from counts per value."""
    rows = pl.DataFrame(
        {"queue": ["a"] * 7 + ["b"] * 2 + [None], "s": [5, 5, 7, 30, 31, 600, 601, 1, 2, 9]}
    )
    histogram = rows.sample(fraction=1, shuffle=True, seed=1).group_by("queue", "s").agg(n=pl.len())
    at = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "max": 1.0}
    expected = rows.group_by("queue").agg(
        pl.col("s").quantile(share, "linear").round(6).alias(name) for name, share in at.items()
    )
    found = quantiles(histogram, keys=["queue"], value="s", count="n", at=at)
    assert found.rows() == expected.sort("queue").rows()


def test_quantiles_of_nothing_are_null() -> None:
    """S6: null values and empty groups are no data."""
    histogram = pl.DataFrame({"s": [None], "n": [4]}, schema={"s": pl.Int64, "n": pl.Int64})
    assert quantiles(histogram, value="s", count="n", at={"p50": 0.5}).rows() == [(None,)]
