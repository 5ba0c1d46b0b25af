"""Which phrases stand out: of one period against the other, and growing from day to day.

What it decides: shares of conversations are compared; the prior of the log-odds is a tenth of both
periods together; as many phrases are tested, each also gets the share of false finds to expect
among those that stand out as much (Benjamini and Hochberg).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxtool.metrics.speech_phrases import LEAST_CASES
from cxtool.metrics.stats import Z95
from cxtool.metrics.trend import CURRENT

PRIOR = 0.1


def log_odds(counts: pl.DataFrame, *, n: int, n_before: int) -> pl.DataFrame:
    """The counts of ``phrase_counts`` with ``z`` and ``q`` of their log-odds.

    With y of n conversations now, y' of n' before, and the prior a = 0.1 (y + y') of
    a0 = 0.1 (n + n'): log-odds = ln((y + a) / (n + a0 - y - a)) less the same before, and z is that
    divided by the root of the sum of 1 / (y + a), 1 / (n + a0 - y - a) and the same before. Monroe,
    Colaresi and Quinn (2008), of conversations in place of words. Source: K10.

    >>> counts = pl.DataFrame({"cases_n": [12], "cases_n_previous": [2]})
    >>> log_odds(counts, n=1000, n_before=1000)["z"].round(2).item()
    2.27
    """
    now, before = (pl.col(name).cast(pl.Float64) for name in ("cases_n", "cases_n_previous"))
    prior, prior_n = PRIOR * (now + before), PRIOR * (n + n_before)
    sides = [(y + prior, of + prior_n - y - prior) for y, of in ((now, n), (before, n_before))]
    logs = [(hits / misses).log() for hits, misses in sides]
    error = sum((1 / part for side in sides for part in side), start=pl.lit(0.0)).sqrt()
    return (
        counts.with_columns(z=(logs[0] - logs[1]) / error)
        # What everybody says sets nothing apart.
        .filter(pl.col("z").is_finite())
        .with_columns(q=false_finds(two_sided=True))
    )


def growth(counts: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The counts with ``z`` and ``q`` of a share of conversations that rises from day to day.

    ``days``: the conversations of each day, ``started_d`` and ``cases_n``. Cochran and Armitage:
    z = (sum of d over the phrase's conversations - x D / N) / sqrt(p (1 - p) (sum of d² - D² / N)),
    x of N conversations with the phrase, p = x / N, D the sum of all their days d. Null where all
    or none have it, or there is one day. Source: K10.
    """
    day, n = days["started_d"].cast(pl.Float64), days["cases_n"].cast(pl.Float64)
    first = day.min() or 0.0
    day = day - first  # small numbers keep their digits
    all_n, all_days = float(n.sum()), float((n * day).sum())
    spread = float((n * day * day).sum()) - (all_days**2 / all_n if all_n else 0.0)
    hits = (pl.col("cases_n") + pl.col("cases_n_previous")).cast(pl.Float64)
    share = hits / all_n
    rises = pl.col("days_total") - first * hits - hits * all_days / all_n
    error = (share * (1 - share) * spread).sqrt()
    return (
        counts.with_columns(z=pl.when(error > 0).then(rises / error))
        .filter(pl.col("z").is_not_null())
        .with_columns(q=false_finds(two_sided=False))
    )


def false_finds(*, two_sided: bool) -> pl.Expr:
    """Of ``z``: the share of false finds among all phrases that stand out at least as much."""
    chance = _chance(pl.col("z").abs() if two_sided else pl.col("z"), 2.0 if two_sided else 1.0)
    adjusted = chance * pl.len() / chance.rank("max")
    order = chance.arg_sort()
    smallest = adjusted.gather(order).cum_min(reverse=True).gather(order.arg_sort())
    return smallest.clip(upper_bound=1.0)


def setting_apart(counts: pl.DataFrame, days: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """At most so many phrases on each ``side`` beyond chance, the strongest first.

    None without conversations before, for there is nothing to compare with.
    """
    now, before = conversations_n(days)
    sides = pl.when(pl.col("z") > 0).then(pl.lit("period")).otherwise(pl.lit("before"))
    compared = counts if before else counts.clear()
    strong = log_odds(compared, n=now, n_before=before).filter(pl.col("z").abs() >= Z95)
    return _strongest(strong.with_columns(side=sides), most=most)


def growing(counts: pl.DataFrame, days: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """At most so many phrases whose share grows beyond chance, from day to day and in all."""
    now, before = conversations_n(days)
    strong = growth(counts, days).filter(
        pl.col("z") >= Z95,
        pl.col("cases_n") >= LEAST_CASES,
        # Whole numbers, so that equal shares are equal.
        pl.col("cases_n") * before >= pl.col("cases_n_previous") * now,
    )
    return _strongest(strong.with_columns(side=pl.lit("period")), most=most)


def conversations_n(days: pl.DataFrame) -> tuple[int, int]:
    """The conversations of the period and of the compared one."""
    return (
        int(days.filter(pl.col(CURRENT))["cases_n"].sum()),
        int(days.filter(~pl.col(CURRENT))["cases_n"].sum()),
    )


def _strongest(rows: pl.DataFrame, *, most: int) -> pl.DataFrame:
    by_strength = [pl.col("z").abs().round(6), "size", "words"]
    ordered = rows.sort(by_strength, descending=[True, True, False])
    kept = ordered.group_by("side", maintain_order=True).head(most)
    return kept.sort(by_strength, descending=[True, True, False]).with_row_index("rank")


def _chance(z: pl.Expr, sides: float) -> pl.Expr:
    def tails(columns: Sequence[pl.Series]) -> pl.Series:
        from scipy.special import ndtr

        return pl.Series(sides * ndtr(-columns[0].to_numpy()))

    return pl.map_batches([z], tails, return_dtype=pl.Float64, returns_scalar=False)
