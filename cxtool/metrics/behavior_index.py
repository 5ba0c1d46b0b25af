"""Behaviour scores turned into the index 10, 6, N/A, 4 or 0 by their rank in a reference (B3).

For a score among N reference rows, t = 1 - (rows lower + half of the rows equal) / N: 10 if
t < 0.10, 6 below 0.35, N/A up to 0.65, 4 up to 0.90, else 0. For a negative behaviour "lower" is
"higher". t never rises with the score, so that four cut points a behaviour say it all. They are
found from the count of rows per distinct score by comparing whole numbers, which is exact, splits
and adds freely, and never ranks the rows themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.metrics.choose import choose
from cxtool.tables import Frame

FEW_ROWS = 20

# Whether 2 N t (``u``) is good enough for a class, on whole numbers. Source: B3.
REACHED: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "from_10": lambda u, n: 5 * u < n,
    "from_6": lambda u, n: 10 * u < 7 * n,
    "from_na": lambda u, n: 10 * u <= 13 * n,
    "from_4": lambda u, n: 5 * u <= 9 * n,
}


class Cuts(Struct, frozen=True, kw_only=True):
    """Where a behaviour's classes start: a score of ``from_10`` or better has index 10, and so on.

    Better is larger, and for a negative behaviour smaller. ``rows_n`` reference rows held
    ``scores_n`` distinct scores.
    """

    behavior: str
    negative: bool
    rows_n: int
    scores_n: int
    from_10: float
    from_6: float
    from_na: float
    from_4: float

    def __post_init__(self) -> None:
        edges = [self.sign * edge for edge in self.edges]
        if edges != sorted(edges, reverse=True) or not all(map(math.isfinite, edges)):
            raise ValueError(f"cut points of '{self.behavior}' are not in order")
        if not 1 <= self.scores_n <= self.rows_n:
            raise ValueError(f"counts of '{self.behavior}' contradict each other")

    @property
    def sign(self) -> float:
        return -1.0 if self.negative else 1.0

    @property
    def edges(self) -> tuple[float, float, float, float]:
        return (self.from_10, self.from_6, self.from_na, self.from_4)

    @property
    def caution(self) -> str | None:
        """What makes the index of this behaviour doubtful, if anything does."""
        if self.scores_n == 1:
            return "insufficient spread: all scores are equal"
        return f"few rows: {self.rows_n} in the reference" if self.rows_n < FEW_ROWS else None


def score_counts(rows: Frame) -> Frame:
    """Partial: reference rows per behaviour and distinct score."""
    return rows.group_by("behavior", "score").agg(rows_n=nw.len().cast(nw.Int64()))


def cut_points(counts: pl.DataFrame, *, negative: Collection[str]) -> tuple[Cuts, ...]:
    """Exact cut points of each behaviour in the counts of ``score_counts``, by name.

    With lower and equal rows counted, 2 N t is the whole number 2 N - 2 lower - equal. A cut point
    is a reference score where that score itself has reached the class, else the next number above
    it: a score in the gap between two reference scores outranks the lower one whole.

    Source: B3; ties and the negative behaviour as in the metric definitions.

    >>> scores = pl.DataFrame({"behavior": "x", "score": [float(i) for i in range(20)]})
    >>> cuts = cut_points(scores.with_columns(rows_n=1), negative=())
    >>> cuts[0].edges
    (18.0, 13.0, 6.000000000000001, 1.0000000000000002)
    """
    sign = pl.when(pl.col("behavior").is_in(list(negative))).then(-1.0).otherwise(1.0)
    equal = pl.col("rows_n")
    ranked = (
        counts.select("behavior", "rows_n", (sign * pl.col("score")).alias("goodness"))
        .sort("behavior", "goodness")
        .with_columns(
            lower=(equal.cum_sum() - equal).over("behavior"), n=equal.sum().over("behavior")
        )
        .with_columns(
            here=2 * pl.col("n") - 2 * pl.col("lower") - equal,
            above=2 * (pl.col("n") - pl.col("lower") - equal),
        )
    )
    firsts = [
        pl.col("goodness").filter(reached(pl.col(at), pl.col("n"))).min().alias(f"{at}_{name}")
        for name, reached in REACHED.items()
        for at in ("here", "above")
    ]
    found = ranked.group_by("behavior").agg(
        pl.first("n").alias("rows_n"), pl.len().alias("scores_n"), *firsts
    )
    return tuple(_cuts(row, negative) for row in found.sort("behavior").iter_rows(named=True))


def indexed(rows: Frame, cuts: Iterable[Cuts]) -> Frame:
    """``rows`` with ``index``: 10, 6, 4, 0, or null for N/A and for behaviours without cuts."""
    known = list(cuts)

    def of_behavior(value: Callable[[Cuts], float]) -> nw.Expr:
        return choose(
            [(nw.col("behavior") == cut.behavior, nw.lit(value(cut))) for cut in known],
            nw.lit(None, nw.Float64()),
        )

    classed = rows.with_columns(
        goodness=nw.col("score") * of_behavior(lambda cut: cut.sign),
        from_10=of_behavior(lambda cut: cut.sign * cut.from_10),
        from_6=of_behavior(lambda cut: cut.sign * cut.from_6),
        from_na=of_behavior(lambda cut: cut.sign * cut.from_na),
        from_4=of_behavior(lambda cut: cut.sign * cut.from_4),
    )
    goodness = nw.col("goodness")
    not_any = nw.lit(None, nw.Int64())
    index = choose(
        [
            (goodness >= nw.col("from_10"), nw.lit(10)),
            (goodness >= nw.col("from_6"), nw.lit(6)),
            (goodness >= nw.col("from_na"), not_any),
            (goodness >= nw.col("from_4"), nw.lit(4)),
            (goodness < nw.col("from_4"), nw.lit(0)),
        ],
        not_any,
    )
    return classed.with_columns(index=index.cast(nw.Int64())).drop("goodness", *REACHED)


def _cuts(row: dict[str, float], negative: Collection[str]) -> Cuts:
    behavior = str(row["behavior"])
    sign = -1.0 if behavior in negative else 1.0

    def edge(name: str) -> float:
        here, above = row[f"here_{name}"], row[f"above_{name}"]
        reached_at_score = here is not None and here <= above
        return sign * (here if reached_at_score else math.nextafter(above, math.inf))

    return Cuts(
        behavior=behavior,
        negative=behavior in negative,
        rows_n=int(row["rows_n"]),
        scores_n=int(row["scores_n"]),
        from_10=edge("from_10"),
        from_6=edge("from_6"),
        from_na=edge("from_na"),
        from_4=edge("from_4"),
    )
