"""``cxtool journey`` from literal exports: K6 to K8, settings, and the days that it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import export, only, report, section
from tests.cli_helper import call, failure

CASES = """
    case_id,started_at,channel,contact_id,topic,queue,agent,first_response_s,transfers,handle_s
    c0,2026-05-16T10:00:00Z,email,b,fees,,,,,
    c1,2026-05-18T10:00:00Z,bot,a,,,,,,30
    c2,2026-05-19T10:00:00Z,voice,a,fees,billing,Ada,20,1,300
    c3,2026-05-19T11:00:00Z,ivr,d,,,,,,40
    c4,2026-05-20T10:00:00Z,chat,b,fees,care,Bo,10,0,200
    c5,2026-05-24T10:00:00Z,portal,c,,,,,,60
    c6,2026-05-26T10:00:00Z,voice,c,login,care,Ada,10,0,100
    c7,2026-06-10T10:00:00Z,voice,z,,,,,,
"""
CONTEXT = """
    case_id,kind,name,value,at
    c5,self_service,article_viewed,Signing in,2026-05-24T09:59:00Z
    c3,self_service,page_visited,/fees,2026-05-19T10:59:00Z
    c3,visitor,browser,Firefox,
"""
WEEK = ("-p", "2026-05-18..2026-05-24")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return export(tmp_path, interactions=CASES, context=CONTEXT)


def journey(folder: Path, *arguments: str) -> dict[str, Any]:
    return report("journey", ".", *WEEK, *arguments, cwd=folder)


@pytest.fixture(scope="module")
def of_week(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is told of the week, without any option."""
    path = tmp_path_factory.mktemp("journey")
    return journey(export(path, interactions=CASES, context=CONTEXT))


def picked(row: dict[str, Any], *keys: str) -> list[Any]:
    return [row[key] for key in keys]


def test_threads_and_their_changes(of_week: dict[str, Any]) -> None:
    """K6: also from a case of the week before to one of the week."""
    keys = ("cases_n", "threads_n", "cases_per_thread", "cross_channel_pct", "cross_channel_n")
    assert picked(only(section(of_week, "summary")), *keys) == [5, 4, 1.25, 50.0, 4]
    changes = [picked(row, "from", "to", "threads_n") for row in section(of_week, "changes")]
    assert changes == [["bot", "voice", 1], ["email", "chat", 1]]


def test_who_comes_back_after_the_period_is_not_contained(of_week: dict[str, Any]) -> None:
    """K8: the days after the period are read, up to the window."""
    rows = {row["channel"]: row for row in section(of_week, "self_service")}
    keys = ("containment_pct", "containment_n", "came_back_n", "not_judged_n")
    assert {name: picked(row, *keys) for name, row in rows.items()} == {
        "bot": [0.0, 1, 1, 0],
        "ivr": [100.0, 1, 0, 0],
        "portal": [0.0, 1, 1, 0],
    }
    items = {row["item"]: row["deflection_pct"] for row in section(of_week, "articles")}
    assert items == {"/fees": 100.0, "Signing in": 0.0}


def test_what_where_leaves_out_still_counts_as_a_return(folder: Path) -> None:
    """K8: a case on another channel."""
    found = journey(folder, "--where", "channel = portal")
    keys = ("cases_n", "containment_pct", "containment_n")
    assert picked(only(section(found, "summary")), *keys) == [1, 0.0, 1]


def test_queues_and_repeats(of_week: dict[str, Any]) -> None:
    """K2, K7: a transfer, and the time of repeats by topic."""
    queues = {row["queue"]: row["transfer_pct"] for row in section(of_week, "queues")}
    assert queues == {None: None, "billing": 100.0, "care": 0.0}
    reasons = {row["reason"]: row for row in section(of_week, "reasons")}
    keys = ("cases_n", "repeats_n", "repeat_pct", "repeat_s")
    assert picked(reasons["fees"], *keys) == [2, 2, 100.0, 500.0]


def test_windows_and_channels_are_settings(folder: Path) -> None:
    """K6, K8: a short window makes threads of single cases, and contains what nobody saw again."""
    (folder / "cxtool.toml").write_text(
        '[journey]\nwindow = "1h"\nportal = []\n[fcr]\nwindow = "1h"\n', encoding="utf-8"
    )
    found = journey(folder)
    keys = ("threads_n", "cross_channel_pct", "containment_pct", "containment_n")
    assert picked(only(section(found, "summary")), *keys) == [5, 0.0, 100.0, 2]


def test_a_gate_on_containment(folder: Path) -> None:
    """K8: for scripts."""
    line = ("journey", ".", *WEEK, "-q", "--fail-under", "containment_pct=40")
    assert call(*line, cwd=folder).code == 3


def test_an_export_of_cases_alone(tmp_path: Path) -> None:
    """K6-K8: figures of what is missing are null, and said to be missing."""
    text = "case_id,started_at,channel\nc1,2026-05-18T10:00:00Z,voice\n"
    found = report("journey", ".", cwd=export(tmp_path, interactions=text))
    keys = ("threads_n", "transfer_pct", "containment_pct", "deflection_pct", "repeat_pct")
    assert picked(only(section(found, "summary")), *keys) == [None] * 5
    assert any("names no contact" in note for note in found["notes"])


def test_an_unknown_section_is_told(folder: Path) -> None:
    code, message = failure("journey", ".", "--section", "reason", cwd=folder)
    assert code == 2
    assert "did you mean 'reasons'?" in message
