"""The days of a request: when they are just what lies between two moments.

A scan that needs no local day passes over whole files by their start times alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cxtool.exports import export
from cxtool.exports.scan import Days
from cxtool.period import day_number
from tests.cli_helper import call

MAY = (("2026-05-01", "2026-05-08"),)


def days(zone: str, *ranges: tuple[str, str]) -> Days:
    numbers = tuple(
        (day_number(date.fromisoformat(first)), day_number(date.fromisoformat(end)))
        for first, end in ranges
    )
    return Days(ranges=numbers, time_zone=zone)


@pytest.mark.parametrize(
    ("zone", "ranges", "is_window"),
    [
        ("UTC", MAY, True),
        ("UTC", (("2026-05-08", "2026-05-15"), ("2026-05-01", "2026-05-08")), True),
        ("UTC", (("2026-05-08", "2026-05-15"), ("2026-05-01", "2026-05-07")), False),
        ("Asia/Kathmandu", MAY, True),
        # The clock is put back after midnight, or forward over it.
        ("Europe/Warsaw", (("2026-10-25", "2026-10-26"),), True),
        ("Asia/Beirut", (("2026-03-29", "2026-03-30"),), True),
        ("Pacific/Apia", (("2011-12-29", "2011-12-31"),), True),
        # A minute after midnight it was put back by an hour: the day before came again.
        ("America/St_Johns", (("2006-10-29", "2006-10-30"),), False),
        ("America/St_Johns", (("2006-10-27", "2006-10-28"),), True),
    ],
)
def test_days_that_are_a_window(
    zone: str, ranges: tuple[tuple[str, str], ...], is_window: bool
) -> None:
    """L: no moment of another day lies in it, none of the days outside of it."""
    assert days(zone, *ranges).is_window is is_window


def test_frames_of_a_large_export_are_collected_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K1-K5: with the same figures, whatever is large."""
    sample = ("sample", "-o", "x", "--interactions", "300", "--days", "4", "-q")
    assert call(*sample, cwd=tmp_path).code == 0
    asked = ("kpi", "x", "-p", "2d", "--by", "channel", "-f", "json")
    together = call(*asked, cwd=tmp_path)
    monkeypatch.setattr(export, "TOGETHER_CASES", 0)
    assert call(*asked, cwd=tmp_path).out == together.out
