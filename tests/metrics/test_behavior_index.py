"""The index of a score by its exact rank in the reference: B3."""

from __future__ import annotations

from fractions import Fraction

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.metrics.behavior_index import Cuts, cut_points, indexed, score_counts

SCORES = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=60)


def rows_of(scores: list[float], behavior: str = "be_empathetic") -> pl.DataFrame:
    return pl.DataFrame(
        {"behavior": [behavior] * len(scores), "score": scores},
        schema={"behavior": pl.String, "score": pl.Float64},
    )


def cuts_of(rows: pl.DataFrame, negative: tuple[str, ...] = ()) -> tuple[Cuts, ...]:
    counts = score_counts(nw.from_native(rows.lazy())).to_native().collect()
    return cut_points(counts, negative=negative)


def indices_of(rows: pl.DataFrame, cuts: tuple[Cuts, ...]) -> list[int | None]:
    lazy = indexed(nw.from_native(rows.lazy()), cuts).to_native()
    return lazy.collect()["index"].to_list()


def ranked(scores: list[float], negative: tuple[str, ...] = ()) -> list[int | None]:
    rows = rows_of(scores)
    return indices_of(rows, cuts_of(rows, negative))


def by_definition(score: float, reference: list[float]) -> int | None:
    """The definition, word for word, on exact fractions."""
    lower = sum(other < score for other in reference)
    equal = sum(other == score for other in reference)
    t = 1 - (lower + Fraction(equal, 2)) / len(reference)
    if t < Fraction(10, 100):
        return 10
    if t < Fraction(35, 100):
        return 6
    if t <= Fraction(65, 100):
        return None
    return 4 if t <= Fraction(90, 100) else 0


def test_twenty_distinct_scores() -> None:
    """B3: 2 rows get 10, 5 get 6, 6 N/A, 5 get 4, 2 get 0."""
    found = ranked([float(i) for i in range(20)])
    assert found == [0] * 2 + [4] * 5 + [None] * 6 + [6] * 5 + [10] * 2


def test_all_scores_equal_are_not_judged() -> None:
    """B3: nobody stands out where all are the same; the reference says so."""
    assert ranked([0.7] * 30) == [None] * 30
    (cuts,) = cuts_of(rows_of([0.7] * 30))
    assert cuts.caution == "insufficient spread: all scores are equal"


def test_few_rows_are_told() -> None:
    """B3: below 20 rows the reference is thin, from 20 on it is not."""
    (few,) = cuts_of(rows_of([float(i) for i in range(19)]))
    (enough,) = cuts_of(rows_of([float(i) for i in range(20)]))
    assert few.caution == "few rows: 19 in the reference"
    assert enough.caution is None


@pytest.mark.parametrize(
    ("size", "position", "expected"),
    [
        (5, 4, 6),  # t is exactly 0.10: no longer the best tenth
        (10, 6, None),  # t is exactly 0.35: N/A
        (10, 3, None),  # t is exactly 0.65: still N/A
        (5, 0, 4),  # t is exactly 0.90: not yet the worst tenth
    ],
)
def test_edges_of_the_classes_are_exact(size: int, position: int, expected: int | None) -> None:
    """B3: the edges are compared as whole numbers, so that no rounding moves them."""
    assert ranked([i / 7 for i in range(size)])[position] == expected


def test_a_negative_behaviour_is_mirrored() -> None:
    """B1, B3: for inappropriate action a low score is the good one."""
    scores = [float(i) for i in range(20)]
    mirrored = ranked(scores, negative=("be_empathetic",))
    assert mirrored == list(reversed(ranked(scores)))


def test_behaviours_are_ranked_apart_and_unknown_ones_are_not() -> None:
    """B3: each behaviour has its own reference; one without a reference stays N/A."""
    reference = pl.concat(
        [rows_of([float(i) for i in range(20)]), rows_of([i / 100 for i in range(20)], "own")]
    )
    cuts = cuts_of(reference)
    asked = pl.DataFrame({"behavior": ["own", "be_empathetic", "unheard"], "score": [0.19] * 3})
    assert indices_of(asked, cuts) == [10, 0, None]
    assert indices_of(asked, ()) == [None] * 3


@given(scores=SCORES)
@settings(max_examples=60, deadline=None)
def test_index_follows_the_definition(scores: list[float]) -> None:
    """B3: cut points from counts give every row what its rank gives; equal scores, equal index."""
    assert ranked(scores) == [by_definition(score, scores) for score in scores]


@given(scores=SCORES, asked=st.lists(st.floats(-2, 14), min_size=1, max_size=10))
@settings(max_examples=40, deadline=None)
def test_new_scores_rank_as_if_among_the_reference(scores: list[float], asked: list[float]) -> None:
    """B3: a score that the reference never saw is judged by the rows below it."""
    found = indices_of(rows_of(asked), cuts_of(rows_of(scores)))
    assert found == [by_definition(score, scores) for score in asked]


@given(scores=SCORES, split=st.integers(0, 60), seed=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_and_splitting_do_not_matter(scores: list[float], split: int, seed: object) -> None:
    """B3: counts of parts add up to the counts of the whole, in any order of the rows."""
    shuffled = sorted(scores, key=lambda _: seed.random())  # type: ignore[attr-defined]
    parts = [rows_of(part) for part in (shuffled[:split], shuffled[split:]) if part]
    counts = pl.concat(
        score_counts(nw.from_native(part.lazy())).to_native().collect() for part in parts
    )
    added = counts.group_by("behavior", "score").agg(pl.col("rows_n").sum())
    assert cut_points(added, negative=()) == cuts_of(rows_of(scores))
