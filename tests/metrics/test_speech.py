"""The report on what is said: sentiment, pain points, churn risk, what is unknown: K10."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from cxtool.config import Settings
from cxtool.errors import NotInExportError, UsageError
from cxtool.metrics import speech
from cxtool.metrics.speech_search import pattern_of
from cxtool.report import Report
from tests.metrics.conversation import said
from tests.metrics.frames import case, make_tables, request_for

CASES = [case("1"), case("2"), case("3"), case("0", "2026-05-12T10:00:00")]
TURNS = [
    *said(
        "1",
        "A 0-10: Good morning.",
        "C 10-30: This is terrible, it keeps losing the connection.",
        "A 30-60: I am sorry.",
        "C 60-65: It still does not work.",
        "C 90-100: Great, thank you.",
    ),
    *said("2", "C: Please close my account.", "A: Why?", "C: It is not good at all."),
    *said("0", "C: My parcel has not arrived.", "A: Oh."),
]


@cache
def made(**columns: Any) -> Report:
    """The report, made once for all tests."""
    tables = make_tables(CASES, others={"transcripts": TURNS}, **columns)
    return speech.report(tables, Settings())


def by(report: Report, section: str, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in report.section(section).rows.to_dicts()}


def test_summary_counts_conversations() -> None:
    """K10: a case without a transcript is none."""
    rows = by(made(), "summary", "metric")
    assert (rows["conversations_n"]["value"], rows["conversations_n"]["previous"]) == (2, 1)
    assert (rows["agent_talk_s"]["value"], rows["agent_talk_s"]["n"]) == (40.0, 1)
    assert rows["customer_sentiment"]["n"] == 2
    assert (rows["churn_risk_pct"]["value"], rows["churn_risk_pct"]["n"]) == (50.0, 2)
    assert (rows["pain_points_pct"]["value"], rows["pain_points_pct"]["previous"]) == (50.0, 100.0)


def test_sentiment_by_quarter() -> None:
    """K10: by time where there are times, else by turns; a negation turns a feeling round."""
    course = made().section("course").rows
    customer = {row[1]: row[2] for row in course.iter_rows() if row[0] == "customer"}
    # Conversation 1: from second 10 of 100 on; conversation 2: its two turns, in quarters 1 and 3.
    assert customer == {
        "1st quarter": -2.5,
        "2nd quarter": None,  # nobody spoke: no gap in the course is hidden
        "3rd quarter": pytest.approx((0 - 5) / 2),
        "4th quarter": 5.0,
    }
    shift = by(made(), "summary", "metric")["customer_sentiment_shift"]
    assert (shift["value"], shift["n"]) == (10.0, 1)


def test_the_exports_own_sentiment_is_another_figure() -> None:
    """K10: from a column of the transcripts, in sections and rows of its own."""
    feelings = {"C": "MIXED", "A": "positive"}
    turns = [{**turn, "sentiment": feelings[turn["speaker"][0].upper()]} for turn in TURNS]
    tables = make_tables(CASES, others={"transcripts": turns})
    report = speech.report(tables, Settings())
    assert set(report.section("course_export").rows["score"]) == {5.0, 0.0, None}
    rows = by(report, "summary", "metric")
    assert rows["agent_sentiment_export"]["value"] == 5.0
    assert rows["customer_sentiment_export"]["value"] == 0.0
    assert "course_export" not in {section.id for section in made().sections}


def test_pain_points_and_churn_risk_are_quoted() -> None:
    """K10: the phrase of the lexicon, in how many conversations, the newest quote, the version."""
    report = made()
    pain, churn = by(report, "pain_points", "phrase"), by(report, "churn_risk", "phrase")
    assert pain["keeps losing"]["cases_n"] == 1
    assert pain["keeps losing"]["turn"] == 2
    assert "has not arrived" not in pain
    assert churn["close my account"]["quote"] == "Please close my account."
    assert churn["close my account"]["rule"].startswith("en ")
    rules = set(report.section("evidence").rows["rule"])
    assert any(rule.startswith("lexicon en") for rule in rules)


def test_nothing_said_is_unknown() -> None:
    """K10: no conversation in the period: null, and sections without rows."""
    report = speech.report(
        make_tables(
            CASES, others={"transcripts": TURNS}, request=request_for(("2026-05-19", "2026-05-20"))
        ),
        Settings(),
    )
    rows = by(report, "summary", "metric")
    assert rows["conversations_n"]["value"] == 0
    assert rows["churn_risk_pct"]["value"] is None
    assert rows["agent_talk_s"]["value"] is None
    for name in ("keywords", "emerging", "course", "pain_points", "evidence"):
        assert report.section(name).rows.is_empty(), name


def test_without_a_compared_period() -> None:
    """K10: no trends and no keywords."""
    report = made(request=request_for(previous=None))
    assert report.section("keywords").notes == ("No conversation before to compare with.",)
    assert by(report, "summary", "metric")["conversations_n"]["previous"] is None


def test_an_export_without_transcripts_is_told() -> None:
    """K10: one line, and what to add."""
    with pytest.raises(NotInExportError, match="no 'transcripts' table"):
        speech.report(make_tables(CASES), Settings())


@pytest.mark.parametrize("asked", ["", "  ", "/(/", "/a*/", "/(?=a)b/"])
def test_what_cannot_be_searched(asked: str) -> None:
    """K10: a usage problem in one line."""
    with pytest.raises(UsageError, match="--search"):
        pattern_of(asked)
