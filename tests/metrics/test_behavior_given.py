"""Index scores that come under the name of scores: taken as they are (B3, B4)."""

from __future__ import annotations

import pytest

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.metrics import behavior
from cxtool.metrics.behavior_calibration import CutPoints, calibrate
from cxtool.metrics.behavior_given import NOTE, are_indices
from cxtool.tables import Tables
from tests.metrics.frames import WEEK, case, make_tables, request_for


def scored(*scores: float, behavior: str = "be_empathetic") -> Tables:
    names = [f"c{number}" for number, _ in enumerate(scores)]
    return make_tables(
        [case(name, f"{WEEK[0]}T10:00:00", agent="Ana") for name in names],
        others={
            "behaviors": [
                {"case_id": name, "behavior": behavior, "score": score}
                for name, score in zip(names, scores, strict=True)
            ]
        },
        request=request_for(WEEK, None),
    )


@pytest.mark.parametrize("name", ["be_empathetic", "inappropriate_action"])
def test_indices_are_points_and_not_ranked_again(name: str) -> None:
    """B4: 10, 6, 0, 0, 6 are 22 of 50 points, for a negative behaviour, too."""
    report = behavior.report(scored(10, 6, 0, 0, 6, behavior=name), Settings())
    team = report.section("team").rows.row(0, named=True)
    assert (team[f"{name}_pct"], team[f"{name}_n"]) == (44.0, 5)
    assert NOTE in report.notes
    assert not [note for note in report.notes if "few rows" in note or "ranked within" in note]


def test_each_index_stays_what_it_is() -> None:
    """B3"""
    report = behavior.report(scored(10, 6, 4, 0), Settings(), interactions=True)
    rows = report.section("interactions").rows.sort("case_id")
    assert rows["be_empathetic_index"].to_list() == [10, 6, 4, 0]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((10, 6, 4, 0), True),
        ((10, 6, 4, 10), True),
        ((10, 6, 4, 0, 5), False),
        ((10, 6, 4, 0, 10.5), False),
        ((0, 10, 0, 10), False),
        ((10, 10, 10), False),
    ],
)
def test_the_values_tell(scores: tuple[float, ...], expected: bool) -> None:
    """B3: two values alone may be those of a model that knows only yes and no."""
    assert are_indices(scored(*scores)) is expected


def test_cut_points_and_indices_do_not_go_together() -> None:
    """B3: neither made from indices nor applied to them."""
    with pytest.raises(CxtoolError, match="index scores"):
        calibrate(scored(10, 6, 4, 0), Settings())
    frozen: CutPoints = calibrate(scored(*range(20)), Settings())
    with pytest.raises(CxtoolError, match="index scores"):
        behavior.report(scored(10, 6, 4, 0), Settings(), calibration=frozen)
