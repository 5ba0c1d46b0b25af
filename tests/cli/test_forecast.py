"""``cxtool forecast`` from a literal export: K9, its sections, settings, refusals."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import done, export, only, report, section
from tests.cli_helper import failure

MONDAY = date(2026, 3, 2)
HOURS = (9, 9, 9, 10, 11, 11, 15, 16)
SETTINGS = """
tz = "Europe/Warsaw"
[hours]
holidays = ["2026-03-25", "2026-04-14"]
[hours.spans]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
[forecast]
leave_out = ["2026-03-11"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six weeks of Mondays to Wednesdays, over the change to summer time; one day is missing."""
    days = [MONDAY + timedelta(days=week * 7 + day) for week in range(6) for day in range(3)]
    rows = [
        {
            "case_id": f"{day}-{number}",
            "started_at": f"{day}T{hour:02}:{number:02}:00",
            "channel": "voice",
            "direction": "inbound",
            "queue": "late" if hour > 12 else "early",
        }
        for day in days
        if day != date(2026, 3, 24)
        for number, hour in enumerate(HOURS * 2)
    ]
    folder = export(tmp_path_factory.mktemp("forecast"), interactions=rows)
    (folder / "cxtool.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    words = ("--interval", "1h", "--horizon", "1w", "--by", "queue", "--as-of", "2026-04-13")
    return report("forecast", ".", *words, cwd=folder)


def test_expected_by_queue_and_interval(found: dict[str, Any]) -> None:
    """K9: 12 a day of one queue and 4 of the other, but for the holiday; local hours."""
    rows = [row for row in section(found, "forecast") if row["expected_n"]]
    assert {(row["queue"], row["starts_at"][:10]) for row in rows} == {
        (queue, day) for queue in ("early", "late") for day in ("2026-04-13", "2026-04-15")
    }
    first = rows[0]
    assert (first["queue"], first["starts_at"]) == ("early", "2026-04-13T09:00:00+02:00")
    assert first["expected_n"] == pytest.approx(6)
    assert first["low_n"] <= 6 <= first["high_n"]
    days = {(row["queue"], row["date"]): row["expected_n"] for row in section(found, "days")}
    assert days["early", "2026-04-13"] == pytest.approx(12)
    assert days["late", "2026-04-15"] == pytest.approx(4)
    assert days["late", "2026-04-14"] == days["late", "2026-04-17"] == 0


def test_what_a_reader_is_told(found: dict[str, Any]) -> None:
    """K9: the days left out, each with its reason; the method, its rivals and its errors."""
    uses = {row["date"]: row["use"] for row in section(found, "course") if row["queue"] == "late"}
    assert uses["2026-03-24"] == "no data"
    assert uses["2026-03-25"] == "holiday"
    assert uses["2026-03-11"] == "left out"
    assert uses["2026-03-12"] == "closed"
    assert uses["2026-03-10"] == "learned"
    assert uses["2026-04-13"] == "forecast"
    said = "\n".join(found["notes"])
    assert "Days without data, not learned from: 2026-03-24." in said
    assert "Cases outside opening hours or on holidays, which are not forecast: 16." in said
    assert "of 2026-03-02 to 2026-04-12 (42 days); forecast for 7 days from 2026-04-13" in said
    best, *others = section(found, "backtest")
    assert best["is_used"]
    assert best["wape_pct"] == pytest.approx(0, abs=1e-6)
    assert {row["method"] for row in others} < {"profile", "mean-4", "seasonal-naive"}
    assert best["wape_n"] > 0 < best["floor_pct"]


def test_trend_against_as_many_days_before(found: dict[str, Any]) -> None:
    """K9: one holiday less is no clear change of 36 cases."""
    early, late = section(found, "summary")
    assert (early["expected_n_previous"], late["expected_n_previous"]) == (36, 12)
    assert early["expected_n_change"] == pytest.approx(-12)
    assert early["low_n"] <= 24 <= early["high_n"]


def test_a_page_with_a_fan(folder: Path) -> None:
    """K9: what was offered, then what is expected with its interval."""
    page = done("forecast", ".", "-p", "4w", "--interval", "1d", "-f", "html", cwd=folder).text
    assert page.count('class="cx-chart cx-fan"') == 1
    for words in ("Offered", "Expected", "Interval", "Mar 23: Offered 16"):
        assert words in page


def test_little_history_is_said(folder: Path) -> None:
    """K9: two weeks give a forecast, but neither backtest nor interval; three days give none."""
    two = report("forecast", ".", "-p", "2w", "--interval", "1d", cwd=folder)
    assert section(two, "backtest") == []
    row = only(section(two, "summary"))
    assert (row["expected_n"], row["low_n"], row["high_n"]) == (80, None, None)
    assert any("no backtest" in note for note in two["notes"])
    assert "the history has 3 days" in failure("forecast", ".", "-p", "3d", cwd=folder)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--horizon", "soon"), "--horizon: 'soon' is not 1 to 366 days"),
        (("--by", "weekday"), "a forecast is by interval already, not by 'weekday'"),
        (("--method", "statsforecast"), "pip install 'cxtool[forecast]'"),
    ],
)
def test_refusals(
    folder: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K9: one line, with what to do."""
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    assert said in failure("forecast", ".", *words, cwd=folder)[1]
