"""Rules that no row can break, told from a few values; one that a row breaks is never left out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.exports.doubts import doubts
from cxtool.exports.mapped import RULE
from cxtool.exports.scan import scan_all
from tests.exports.opened import opened

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
GOOD: dict[str, list[Any]] = {
    "case_id": ["C1", "724E11", "C3"],
    "started_at": [AT, AT, AT],
    "channel": ["chat", " Voice", "chat"],
    "handle_s": [1.5, None, float("nan")],
    "transfers": [0, None, 3],
    "csat": [1.0, 5.0, None],
    "sentiment": ["Neutral ", None, "positive"],
    "direction": ["inbound", "Outbound", "internal"],
}


def told(tmp_path: Path, changes: dict[str, list[Any]]) -> tuple[set[str], set[str], bool]:
    """The rules in doubt and those that rows break, as ``rule column``; whether directions are."""
    path = tmp_path / "interactions.parquet"
    pl.DataFrame({**GOOD, **changes}, strict=False).write_parquet(path)
    with opened(tmp_path, path.name) as export:
        mapped = export.mapped["interactions"]
        (part,) = mapped
        found = doubts(part)
        broken = scan_all(mapped, time_zone="UTC").select(RULE).collect()[RULE].drop_nulls()
        names = [f"{rule.name} {rule.column}" for rule in part.rules]
    return {names[code] for code in found.rules}, {names[code] for code in broken}, found.directions


def test_nothing_is_in_doubt_where_all_is_well(tmp_path: Path) -> None:
    assert told(tmp_path, {}) == (set(), set(), False)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"case_id": ["C1", None, "C3"]}, "missing_value case_id"),
        ({"case_id": ["C1", "C2", "\u3000"]}, "missing_value case_id"),
        ({"case_id": ["C1", "", "C3"]}, "missing_value case_id"),
        ({"case_id": ["C1", "7.24E+11", "C3"]}, "mangled_id case_id"),
        ({"channel": ["chat", " ", "chat"]}, "missing_value channel"),
        ({"started_at": [AT, None, AT]}, "missing_value started_at"),
        ({"started_at": ["2026-05-01", "never", "2026-05-01"]}, "unreadable_value started_at"),
        ({"handle_s": [1.0, float("inf"), 3.0]}, "unreadable_value handle_s"),
        ({"handle_s": [1.0, -0.5, 3.0]}, "negative_duration handle_s"),
        ({"transfers": [1.0, 1.5, 2.0]}, "unreadable_value transfers"),
        ({"csat": [1.0, 5.5, 3.0]}, "csat_off_scale csat"),
        ({"csat": [0.0, 2.0, 3.0]}, "csat_off_scale csat"),
        ({"csat": [1.0, float("-inf"), 3.0]}, "unreadable_value csat"),
        ({"sentiment": ["neutral", "angry", None]}, "unknown_sentiment sentiment"),
        ({"ended_at": [AT, datetime(2026, 4, 30, tzinfo=UTC), AT]}, "end_before_start ended_at"),
    ],
)
def test_what_a_row_breaks_is_in_doubt(
    changes: dict[str, list[Any]], rule: str, tmp_path: Path
) -> None:
    doubted, broken, _ = told(tmp_path, changes)
    assert broken == {rule}
    assert rule in doubted


@pytest.mark.parametrize("directions", [["inbound", None, "inbound"], ["in", "out", "inbound"]])
def test_an_unknown_direction_is_in_doubt(directions: list[str | None], tmp_path: Path) -> None:
    assert told(tmp_path, {"direction": directions})[2]
