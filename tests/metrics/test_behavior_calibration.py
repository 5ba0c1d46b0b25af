"""Frozen cut points and their file: B3, B7."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxtool.config import BehaviorSettings, Settings
from cxtool.errors import CxtoolError
from cxtool.metrics import behavior
from cxtool.metrics.behavior_calibration import (
    CutPoints,
    calibrate,
    parse_calibration,
    read_calibration,
)
from cxtool.tables import Tables
from tests.metrics.frames import WEEK, WEEK_BEFORE, case, make_tables, request_for

BEHAVIOR = "be_empathetic"


def week_of_scores(day: str, *, lift: float = 0.0, behavior: str = BEHAVIOR) -> Tables:
    """Twenty interactions of one day, scored 0 to 19 and all lifted alike."""
    names = [f"{day}-{i}" for i in range(20)]
    start = "2026-05-11" if day < WEEK[0] else WEEK[0]
    period = WEEK if start == WEEK[0] else WEEK_BEFORE
    return make_tables(
        [case(name, f"{day}T10:00:00", agent="Ana") for name in names],
        others={
            "behaviors": [
                {"case_id": name, "behavior": behavior, "score": i + lift}
                for i, name in enumerate(names)
            ]
        },
        request=request_for(period, None),
    )


def frozen() -> CutPoints:
    return calibrate(week_of_scores("2026-05-11"), Settings())


def overall(tables: Tables, calibration: CutPoints | None) -> float:
    report = behavior.report(tables, Settings(), calibration=calibration)
    value: float = report.section("team").rows["overall_pct"].item()
    return value


def test_a_change_of_the_whole_team_shows_against_a_calibration() -> None:
    """B7: ranked within itself a week always totals half; frozen cut points show the lift."""
    lifted = week_of_scores("2026-05-18", lift=10.0)
    assert overall(lifted, None) == 50.0
    assert overall(week_of_scores("2026-05-18"), frozen()) == 50.0
    assert overall(lifted, frozen()) > 80.0


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    """B3: written and read, the cut points are the same numbers."""
    file = tmp_path / "cuts.json"
    file.write_text(frozen().to_json(), encoding="utf-8")
    assert read_calibration(file) == frozen()
    assert file.read_text(encoding="utf-8").startswith('{\n  "schema": "cxtool.calibration/1"')


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{", "", "Expected `object`"),
        ('"negative"', "negative", "malformed"),
        ("calibration/1", "report/1", "cxtool.report/1"),
        ('"schema": "cxtool.calibration/1",', "", "missing required field `schema`"),
        ('"from_10": 18.0', '"from_10": -1.0', "'be_empathetic' are not in order"),
        ('"scores_n": 20', '"scores_n": 0', "contradict"),
        ('"behavior": "be_empathetic"', '"behavior": 7', "Expected `str`"),
        ("2026-05-11", "May", "date"),
    ],
)
def test_a_file_that_is_no_calibration_is_refused(old: str, new: str, said: str) -> None:
    """B3: a broken or foreign file gives one message that names the file."""
    text = frozen().to_json()
    assert old in text
    with pytest.raises(CxtoolError, match=r"cuts\.json") as caught:
        parse_calibration(text.replace(old, new, 1), name="cuts.json")
    assert said in caught.value.message
    assert caught.value.hint is not None


def test_a_behaviour_twice_is_refused() -> None:
    """B3: two references of one behaviour contradict each other."""
    cuts = frozen()
    doubled = CutPoints(
        schema=cuts.schema,
        start=cuts.start,
        end=cuts.end,
        time_zone=cuts.time_zone,
        behaviors=cuts.behaviors * 2,
    )
    with pytest.raises(CxtoolError, match="twice"):
        parse_calibration(doubled.to_json(), name="cuts.json")


def test_a_missing_file_is_one_message(tmp_path: Path) -> None:
    """B3: no traceback for a file that is not there."""
    with pytest.raises(CxtoolError, match="cannot read calibration"):
        read_calibration(tmp_path / "none.json")


def test_a_behaviour_without_cut_points_stays_na_and_is_named() -> None:
    """B3: scores of a behaviour that the calibration lacks are N/A, never guessed."""
    tables = week_of_scores("2026-05-18", behavior="active_listening")
    report = behavior.report(tables, Settings(), calibration=frozen())
    row = report.section("team").rows.row(0, named=True)
    assert row["active_listening_pct"] is None
    assert row["active_listening_n"] == 0
    assert row["interactions_n"] == 20
    assert any(note.startswith("Active listening: not in the calibration") for note in report.notes)


def test_the_direction_of_the_calibration_holds_and_is_told() -> None:
    """B1: a behaviour declared negative later is not silently turned round."""
    later = Settings(behavior=BehaviorSettings(negative=[BEHAVIOR]))
    report = behavior.report(week_of_scores("2026-05-18"), later, calibration=frozen())
    assert any("the calibration's direction holds" in note for note in report.notes)


def test_nothing_scored_cannot_calibrate() -> None:
    """B3: cut points need rows."""
    tables = make_tables([case("1", agent="Ana")], others={"behaviors": []})
    with pytest.raises(CxtoolError, match="no scored interaction"):
        calibrate(tables, Settings())
