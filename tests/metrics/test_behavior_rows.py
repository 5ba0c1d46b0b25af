"""Behaviour rows in short form and as they stand give the same report (B3, B4, B11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics.behavior import report
from cxtool.metrics.behavior_rows import reason_counts
from cxtool.report import Report
from cxtool.schema import BEHAVIORS
from cxtool.tables import Frame, Tables
from tests.metrics.frames import Row, case, make_tables

AGENTS = ("Ana", "Bo", None)
DAYS = ("2026-05-12", "2026-05-13", "2026-05-19", "2026-05-20")
NAMES = (*BEHAVIORS[:2], "own")


def _case(number: int) -> Row:
    """One of four days, with a team that changes; every seventh is internal."""
    return case(
        str(number),
        f"{DAYS[number % 4]}T10:00:00",
        agent=AGENTS[number % 3],
        team=("north", None)[number % 5 > 2],
        direction="internal" if number % 7 == 0 else "inbound",
    )


CASES = [_case(number) for number in range(60)]
# Every eleventh has no scores, every thirteenth has one of them twice.
SCORES: list[Row] = [
    {"case_id": str(number), "behavior": name, "score": float(number * place % 17)}
    for number in range(60)
    if number % 11
    for place, name in enumerate(NAMES, start=2)
    for _ in range(2 if number % 13 == 0 else 1)
]
TABLES = make_tables(CASES, others={"behaviors": SCORES})


@pytest.fixture
def on_duckdb() -> Iterator[Tables]:
    connection = duckdb.connect()

    def moved(name: str, frame: Frame) -> Frame:
        rows = frame.collect("polars").to_native()
        connection.register(name, rows.drop(pl.selectors.datetime()).to_arrow())
        return nw.from_native(connection.sql(f"select * from {name}"))

    def collect(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
        return {name: frame.collect("polars").to_native() for name, frame in frames.items()}

    cases = moved("cases", TABLES.cases)
    yield replace(
        TABLES,
        cases=cases,
        reference_cases=cases,
        others={"behaviors": moved("behaviors", TABLES.others["behaviors"])},
        collect=collect,
    )
    connection.close()


def test_every_engine_gives_the_same_report(on_duckdb: Tables) -> None:
    """B3, B4, B11: DuckDB counts what Polars counts of rows in short form."""
    expected = report(TABLES, Settings())
    assert _left_out(expected) == {"internal": 4, "no_agent": 8, "not_scored": 2}
    _assert_same(report(on_duckdb, Settings()), expected)


@pytest.mark.parametrize("kept_rows", [0, 80, 10_000])
def test_what_is_too_much_to_keep_is_read_again(
    monkeypatch: pytest.MonkeyPatch, kept_rows: int
) -> None:
    """B3, B4: with nothing, something or everything kept, ranks and totals are the same."""
    expected = report(TABLES, Settings())
    monkeypatch.setattr("cxtool.metrics.behavior_slices.SLICE_ROWS", 15)
    monkeypatch.setattr("cxtool.metrics.behavior_slices.KEPT_ROWS", kept_rows)
    readings = []

    def collect(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
        readings.extend(name for name in frames if name == "scores")
        return TABLES.collect(frames)

    _assert_same(report(replace(TABLES, collect=collect), Settings()), expected)
    assert len(readings) == {0: 8, 80: 6, 10_000: 4}[kept_rows]


def test_scores_of_no_case_at_all_are_no_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """B11: an export whose scores are of other days alone has a report, without agents."""
    monkeypatch.setattr("cxtool.metrics.behavior_slices.SLICE_ROWS", 1)
    elsewhere = make_tables(others={"behaviors": SCORES})
    found = report(elsewhere, Settings())
    assert found.section("agents").rows.is_empty()
    assert _left_out(found) == {}


def test_interactions_are_scored_left_out_or_without_scores() -> None:
    """B11: none of them is counted twice, and none is lost; agents may be unknown."""
    judged = pl.DataFrame(
        {
            "agent_id": ["a", "a", "b", None],
            "agent": ["Ana", "Ana", "Bo", None],
            "is_current": True,
            "reason": [None, "internal", None, None],
            "interactions_n": [5, 2, 4, 3],
        }
    )
    sums = pl.DataFrame(
        {
            "agent_id": ["a", "a", None],
            "agent": ["Ana", "Ana", None],
            "team": ["north", "south", None],
            "is_current": True,
            "interactions_n": [1, 2, 3],
        }
    )
    found = reason_counts(judged, sums).select("agent", "reason", "interactions_n").rows()
    assert set(found) == {
        ("Ana", None, 3),
        ("Ana", "internal", 2),
        ("Ana", "not_scored", 2),
        ("Bo", "not_scored", 4),
        (None, None, 3),
    }
    assert len(found) == 5


def _left_out(found: Report) -> dict[str, int]:
    return {reason: n for reason, _, n in found.section("left_out").rows.iter_rows() if n}


def _assert_same(found: Report, expected: Report) -> None:
    assert found.notes == expected.notes
    for one, other in zip(found.sections, expected.sections, strict=True):
        assert one.rows.equals(other.rows), one.id
