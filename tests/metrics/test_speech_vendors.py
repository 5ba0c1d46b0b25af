"""What vendors and researchers say of their own conversations, met by our definitions: K10.

The data lie beside the project and are not part of it; without them these tests are skipped.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from cxtool.config import Settings
from cxtool.metrics import speech
from cxtool.report import Report
from tests.cli.exports import ROOT
from tests.metrics.frames import case, make_tables, request_for

DATA = ROOT.parent / "shared" / "data"
CONNECT = DATA / "amazon_connect_docs"
BANK = DATA / "harper_valley_one_call" / "transcript_0002f70f7386445b.extract.csv"
ROLES = {"caller": "customer", "spk_0": "agent", "spk_1": "customer"}
SUMMARY, SPEAKERS = "metric", "speaker"

pytestmark = pytest.mark.skipif(not CONNECT.exists(), reason="the data sets are not there")


def told(turns: Iterable[dict[str, Any]], **columns: Any) -> Report:
    """The report on one conversation."""
    day = columns.pop("day", "2026-05-18T10:00:00")
    cases = [case("1", day, **columns)]
    request = request_for((day[:10], f"{day[:8]}{int(day[8:10]) + 1:02d}"), None)
    rows = [{"case_id": "1", "turn": n, **turn} for n, turn in enumerate(turns, 1)]
    tables = make_tables(cases, others={"transcripts": rows}, request=request)
    return speech.report(tables, Settings())


def values(report: Report, section: str, key: str, value: str) -> dict[str, Any]:
    rows = report.section(section).rows
    return dict(zip(rows[key], rows[value], strict=True))


def course(report: Report, speaker: str) -> Sequence[float]:
    rows = report.section("course_export").rows
    return [row["score"] for row in rows.to_dicts() if row["speaker"] == speaker]


def turn(speaker: str, text: str, **more: Any) -> dict[str, Any]:
    return {"speaker": ROLES.get(speaker, speaker.lower()), "text": text, **more}


def test_a_call_to_a_bank() -> None:
    """K10: the clock that is right; turns, talk, words, silence and its longest pause."""
    with BANK.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    origin = int(rows[0]["start_timestamp_ms"])
    turns = []
    for row in rows:
        start = int(row["start_timestamp_ms"]) - origin
        times = {"start_s": start / 1000, "end_s": (start + int(row["duration_ms"])) / 1000}
        turns.append(turn(row["speaker_role"], row["human_transcript"], **times))
    report = told(turns)
    for key, agent, customer in (
        ("turns", 7, 10),
        ("talk_s", 12.270, 8.460),
        ("words", 47, 33),
    ):
        assert values(report, "speakers", SPEAKERS, key) == {"agent": agent, "customer": customer}
    summary = values(report, "summary", SUMMARY, "value")
    assert (summary["silence_s"], summary["longest_silence_s"]) == (25.740, 3.590)


def test_a_call_of_contact_lens() -> None:
    """K10: segment sums, interruptions, non-talk time, quarters and overall sentiment."""
    text = (CONNECT / "contact-lens-example-output-files.0.json").read_text(encoding="utf-8")
    document, _ = json.JSONDecoder().raw_decode(text)  # one closing brace too many
    own = document["ConversationCharacteristics"]
    report = told(
        turn(
            item["ParticipantId"],
            item["Content"],
            start_s=item["BeginOffsetMillis"] / 1000,
            end_s=item["EndOffsetMillis"] / 1000,
            sentiment=item["Sentiment"],
        )
        for item in document["Transcript"]
    )
    talk = values(report, "speakers", SPEAKERS, "talk_s")
    assert talk == {"agent": 15.150, "customer": 13.640}
    # The vendor's own talk time is of words, some hundredths of a second less than of segments.
    for name, seconds in talk.items():
        details = own["TalkTime"]["DetailsByParticipant"][name.upper()]
        assert seconds == pytest.approx(details["TotalTimeMillis"] / 1000, abs=0.08)
    speed = values(report, "speakers", SPEAKERS, "words_per_minute")
    for name, pace in speed.items():
        details = own["TalkSpeed"]["DetailsByParticipant"][name.upper()]
        assert pace == pytest.approx(details["AverageWordsPerMinute"], abs=1.5)
    summary = values(report, "summary", SUMMARY, "value")
    assert summary["agent_interruptions"] == own["Interruptions"]["TotalCount"] == 0
    assert summary["long_silence_s"] == own["NonTalkTime"]["TotalTimeMillis"] == 0
    quarters = own["Sentiment"]["SentimentByPeriod"]["QUARTER"]
    for name in ("agent", "customer"):
        assert course(report, name) == [part["Score"] for part in quarters[name.upper()]]
        overall = own["Sentiment"]["OverallSentiment"][name.upper()]
        assert summary[f"{name}_sentiment_export"] == pytest.approx(overall, abs=0.05)


def test_a_chat_of_contact_lens() -> None:
    """K10: greeting from the moment at which the agent joins, and the longest response."""
    text = (CONNECT / "contact-lens-example-output-files-chat.0.json").read_text(encoding="utf-8")
    document = json.loads(text)
    own = document["ConversationCharacteristics"]["ResponseTime"]
    report = told(
        (
            turn(item["ParticipantRole"], item["Content"], at=item["AbsoluteTime"])
            for item in document["Transcript"]
            if item.get("Content")
        ),
        day="2022-10-27T03:31:50.735",
        wait_s=10.216,
    )
    summary = values(report, "summary", SUMMARY, "value")
    assert 1000 * summary["greeting_s"] == own["AgentGreetingTimeMillis"] == 2511
    longest = own["DetailsByParticipantRole"]["AGENT"]["Maximum"]["ValueMillis"]
    assert 1000 * summary["agent_longest_response_s"] == longest == 7309


def test_a_post_call_analysis() -> None:
    """K10: 12 segments; the quarters of sentiment and the change from start to end."""
    document = json.loads((CONNECT / "pca_testfile.json").read_text(encoding="utf-8"))
    names = {1: "positive", 0: "neutral", -1: "negative"}
    report = told(
        turn(
            item["SegmentSpeaker"],
            item["DisplayText"],
            start_s=item["SegmentStartTime"],
            end_s=item["SegmentEndTime"],
            sentiment=names[item["SentimentIsPositive"] - item["SentimentIsNegative"]],
        )
        for item in document["SpeechSegments"]
    )
    assert sum(values(report, "speakers", SPEAKERS, "turns").values()) == 12
    trends = document["ConversationAnalytics"]["SentimentTrends"]
    summary = values(report, "summary", SUMMARY, "value")
    for speaker, name in (("spk_0", "agent"), ("spk_1", "customer")):
        own = trends[speaker]
        assert course(report, name) == [part["Score"] for part in own["SentimentPerQuarter"]]
        assert summary[f"{name}_sentiment_shift_export"] == own["SentimentChange"]
