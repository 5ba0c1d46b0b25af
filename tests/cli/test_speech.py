"""``cxtool speech`` from the demo export and from literal ones: K10, its search, formats, gates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import DEMO, done, export, report, section
from tests.cli.made import call_on_demo
from tests.cli_helper import call, failure

CASES = """
    case_id,started_at,channel,wait_s
    c1,2026-05-18T10:00:00Z,chat,5
    c2,2026-05-19T10:00:00Z,voice,
    c3,2026-05-12T10:00:00Z,voice,
"""
TRANSCRIPTS = """
    case_id,turn,speaker,text,at,start_s,end_s
    c1,1,customer,Where is my Refund?  I was promised it.,2026-05-18T10:00:02Z,,
    c1,2,agent,"I’ll refund it now, you’ll get the refund today.",2026-05-18T10:00:09Z,,
    c2,1,agent,Good morning.,,0,2
    c2,2,customer,My card number is [PII] and it doesn't work.,,3,9
    c3,1,customer,A refund please.,,0,1
"""
WEEK = ("-p", "2026-05-18..2026-05-24")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("speech")
    return export(path, interactions=CASES, transcripts=TRANSCRIPTS)


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    return call_on_demo("speech", DEMO, "-p", "2026-05", "-f", "json").report


def test_sections_and_keys(demo: dict[str, Any]) -> None:
    """K10: what other programs rely on; every finding has its quotes and its rule."""
    ids = [part["id"] for part in demo["sections"]]
    assert ids == [
        *("summary", "speakers", "keywords", "emerging", "course"),
        *("pain_points", "churn_risk", "evidence"),
    ]
    assert demo["previous"]["start"] == "2026-04-01"
    speakers = {row["speaker"]: row for row in section(demo, "speakers")}
    shares = [speakers[name]["talk_share_pct"] for name in ("agent", "customer")]
    assert sum(shares) == pytest.approx(100)
    quoted = section(demo, "evidence")
    assert all(row["quote"] and row["rule"] and row["case_id"] for row in quoted)
    told = {(row["finding"], row["phrase"]) for row in quoted}
    for name in ("keywords", "emerging", "pain_points", "churn_risk"):
        rows = section(demo, name)
        assert rows
        assert {(name, row["phrase"]) for row in rows} <= told
        assert all(row["quote"] for row in rows)


def test_languages_of_the_demo(demo: dict[str, Any]) -> None:
    """K10: pain points are found in each of its five languages."""
    lexicons = {row["rule"].split()[0] for row in section(demo, "pain_points")}
    assert lexicons == {"en", "pl", "th", "uk", "zh"}


def test_search_quotes_turns(folder: Path) -> None:
    """K10: newest first, whatever the case; how many turns and conversations."""
    found = report("speech", ".", *WEEK, "--search", "refund", cwd=folder)
    rows = section(found, "search")
    assert [(r["case_id"], r["turn"], r["speaker"]) for r in rows] == [
        ("c1", 1, "customer"),
        ("c1", 2, "agent"),
    ]
    assert [(r["match"], r["matches_n"]) for r in rows] == [("Refund", 1), ("refund", 2)]
    assert rows[0]["quote"] == "Where is my Refund? I was promised it."
    assert found["sections"][0]["notes"] == ["In 2 of 4 turns, and 1 of 2 conversations."]


def test_search_for_a_pattern_of_one_side(folder: Path) -> None:
    """K10: between slashes, with case unless ``/i`` says otherwise."""
    arguments = ("speech", ".", *WEEK, "--speaker", "customer", "-f", "csv", "-c", "case_id,match")
    found = done(*arguments, "--search", r"/\bre\w+d\b/i", cwd=folder)
    assert found.text.splitlines() == ["case_id,match", "c1,Refund"]
    code, message = failure(*arguments, "--search", r"/\bre\w+d\b/", cwd=folder)
    assert code == 1
    assert message.startswith(r"no customer says /\bre\w+d\b/ in the 2 conversations of")


def test_search_that_cannot_be(folder: Path) -> None:
    """K10: one line and exit code 2."""
    code, message = failure("speech", ".", "--search", "/(/", cwd=folder)
    assert code == 2
    assert "not a regular expression" in message


def test_gates_and_tables_that_are_not_there(folder: Path, tmp_path: Path) -> None:
    """K10: a gate on a metric of the summary; an export without transcripts."""
    missed = call("speech", ".", *WEEK, "-q", "--fail-over", "pain_points_pct=20", cwd=folder)
    assert missed.code == 3, missed.err
    code, message = failure("speech", ".", cwd=export(tmp_path, interactions=CASES))
    assert code == 1
    assert "no 'transcripts' table" in message


def test_what_stands_behind_a_figure(folder: Path) -> None:
    """K10: each conversation with its time, and why others are out."""
    found = report("explain", "agent_talk_s", ".", *WEEK, "--rows", cwd=folder)
    (row,) = section(found, "rows")
    assert (row["case_id"], row["time_s"]) == ("c2", 2.0)
    (out,) = section(found, "exclusions")
    assert (out["reason"], out["rows_n"]) == ("turns without start and end", 1)
