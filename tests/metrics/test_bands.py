"""Bands and levels at every edge: B5, C10."""

import polars as pl
import pytest

from cxtool.metrics.bands import band, level


def band_of(points: int, possible: int) -> str | None:
    totals = pl.DataFrame({"points": [points], "possible": [possible]})
    found = totals.select(band(points=pl.col("points"), possible=pl.col("possible")))
    value: str | None = found.item()
    return value


@pytest.mark.parametrize(
    ("edge_per_mille", "reached", "missed"),
    [
        (905, "very_positive", "moderately_positive"),
        (705, "moderately_positive", "neutral"),
        (305, "neutral", "moderately_negative"),
        (105, "moderately_negative", "very_negative"),
    ],
)
@pytest.mark.parametrize("scale", [2, 2 * 7, 2 * 10**9])
def test_each_band_starts_exactly_at_its_edge(
    edge_per_mille: int, reached: str, missed: str, scale: int
) -> None:
    """B5: the edge itself belongs to the better band, one point less to the worse one."""
    assert band_of(edge_per_mille * scale, 1000 * scale) == reached
    assert band_of(edge_per_mille * scale - 1, 1000 * scale) == missed


def test_all_and_none_of_the_points() -> None:
    """B5: 100 % and 0 % are the ends of the scale."""
    assert band_of(10, 10) == "very_positive"
    assert band_of(0, 10) == "very_negative"


def test_the_source_example_is_neutral() -> None:
    """B4, B5: 22 of 50 points are 44 %, a neutral total."""
    assert band_of(22, 50) == "neutral"


def test_no_possible_points_no_band() -> None:
    """B4: a total of nothing but N/A has no band."""
    assert band_of(0, 0) is None


@pytest.mark.parametrize(
    ("cel", "expected"),
    [
        (0, "low"),
        (20, "low"),
        (21, "medium"),
        (50, "medium"),
        (51, "high"),
        (80, "high"),
        (81, "critical"),
        (100, "critical"),
        (None, None),
    ],
)
def test_levels_at_their_edges(cel: int | None, expected: str | None) -> None:
    """C10: the four levels meet between whole numbers."""
    rows = pl.DataFrame({"cel": [cel]}, schema={"cel": pl.Int64})
    assert rows.select(level(pl.col("cel"))).item() == expected
