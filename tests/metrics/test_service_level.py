"""Service level: the variants table of the metric definitions, and counting it from cases."""

from __future__ import annotations

import polars as pl
import pytest

from cxtool.errors import UsageError
from cxtool.metrics.service_level import COUNTS, VARIANTS, service_level, service_level_counts
from tests.metrics.frames import case, collect, make_tables


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("abandons-hurt", 81.13),
        ("abandons-help", 83.02),
        ("abandons-ignored", 86.00),
        ("early-abandons-out", 82.69),
        ("short-abandons-help", 82.08),
        ("short-abandons-out", 81.90),
    ],
)
def test_variants(variant: str, expected: float) -> None:
    """K5, K9: answered 1000, abandoned 60, within T 860 and 20, short abandons 10."""
    calls = pl.DataFrame([(1000, 60, 860, 20, 10)], schema=COUNTS, orient="row")
    percent, hits, n = (
        expression.alias(k)
        for expression, k in zip(service_level(variant), ("pct", "hits", "n"), strict=True)
    )
    row = calls.select(percent, hits, n).row(0, named=True)
    assert round(row["pct"], 2) == expected
    assert row["pct"] == pytest.approx(100 * row["hits"] / row["n"])


def test_no_call_is_no_service_level() -> None:
    """K5: null, whatever the variant."""
    nothing = pl.DataFrame([(0, 0, 0, 0, 0)], schema=COUNTS, orient="row")
    assert nothing.select(service_level(variant)[0].alias(variant) for variant in VARIANTS).row(
        0
    ) == (None,) * len(VARIANTS)


def test_counts_of_inbound_voice() -> None:
    """K5: limits are inclusive; an abandon of unknown length is neither early nor short."""
    rows = [
        case("1", channel="voice", queue="a", first_response_s=20, handle_s=300),
        case("2", channel="voice", queue="a", first_response_s=20.001, handle_s=300),
        case("3", channel="voice", queue="a", handle_s=5),
        case("4", channel="voice", queue="a", handle_s=20),
        case("5", channel="voice", queue="a", wait_s=21),
        case("6", channel="voice", queue="b"),
        case("7", channel="voice", queue="a", direction="outbound", talk_s=9),
        case("8", channel="chat", queue="a", first_response_s=1),
    ]
    cases = make_tables(rows).cases
    counted = collect(
        {"all": service_level_counts(cases), "queues": service_level_counts(cases, keys=["queue"])}
    )
    assert counted["all"].row(0) == (2, 4, 1, 2, 1)
    assert counted["queues"].sort("queue").rows() == [("a", 2, 3, 1, 2, 1), ("b", 0, 1, 0, 0, 0)]
    strict = service_level_counts(cases, within_s=19, short_s=4)
    assert collect({"all": strict})["all"].row(0) == (2, 4, 0, 1, 0)


def test_unknown_variant() -> None:
    """K5: the nearest name is offered."""
    with pytest.raises(UsageError, match="did you mean 'abandons-hurt'"):
        service_level("abandon-hurts")
