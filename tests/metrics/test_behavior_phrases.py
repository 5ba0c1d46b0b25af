"""Behaviour scored by phrase evidence in transcripts: B1-B6, B9, B11."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from cxtool.config import BehaviorSettings, LexiconSettings, Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.behavior_phrases import gathered, report
from cxtool.report import Report
from cxtool.tables import Tables
from tests.metrics.frames import Row, case, make_tables

WARM = "Hello and thank you for calling, it is a pleasure"  # 4 phrases of rapport, 10 words
COLD = "State the number of the contract that you hold now"  # none in 10 words
LATER = "2026-05-19T10:00:00"


def said(case_id: str, *agent: str, customer: str | None = "Hi") -> list[Row]:
    """The turns of a conversation: the agent's, and one of the customer's."""
    lines = [("agent", text) for text in agent] + ([("customer", customer)] if customer else [])
    return [
        {"case_id": case_id, "turn": turn, "speaker": speaker, "text": text}
        for turn, (speaker, text) in enumerate(lines, start=1)
    ]


def tables_of(conversations: Mapping[str, list[Row]], **columns: object) -> Tables:
    """Cases by id, each the agent's whose name its id begins with."""
    cases = [case(i, agent=i.split("-")[0], **columns) for i in conversations]
    return make_tables(
        cases, others={"transcripts": [turn for turns in conversations.values() for turn in turns]}
    )


def scores(tables: Tables, settings: Settings | None = None, **options: str) -> dict[str, object]:
    """Score of rapport by case."""
    found = gathered(tables, settings or Settings(), **options).tables.others["behaviors"]
    rows = found.to_native().filter(behavior="build_rapport").collect()
    return dict(rows.select("case_id", "score").iter_rows())


def test_phrases_per_100_words_of_the_agent() -> None:
    """B1: 3 phrases in 10 words are 30; what the customer says counts for nothing."""
    found = scores(
        tables_of(
            {
                "a": said("a", WARM),
                "b": said("b", COLD, customer="Hello, thank you, thank you"),
                "c": said("c", WARM, COLD),
                "d": said("d", "[noise]"),
            }
        )
    )
    assert found == {"a": 30.0, "b": 0.0, "c": 15.0}


def test_who_is_left_out_and_why() -> None:
    """B11: the usual reasons, with a lexicon in place of a model."""
    tables = make_tables(
        [
            case("in", agent="Ana", language="en-US"),
            case("guessed", agent="Ana"),
            case("german", agent="Ana", language="de"),
            case("alone", agent="Ana", language="en"),
            case("silent", agent="Ana", language="en"),
            case("untold", agent="Ana", language="en"),
            case("inside", agent="Ana", language="en", direction="internal"),
        ],
        others={
            "transcripts": [
                *said("in", WARM),
                *said("guessed", WARM),
                *said("german", "Guten Tag"),
                *said("alone", WARM, customer=None),
                *said("silent", "[noise]"),
                *said("inside", WARM),
            ]
        },
    )
    found = report(tables, Settings())
    rows = found.section("left_out").rows
    assert dict(rows.select("reason", "interactions_n").iter_rows()) == {
        "internal": 1,
        "no_dialogue": 0,
        "one_sided": 1,
        "no_agent": 0,
        "language_without_model": 1,
        "not_scored": 2,
    }
    told = dict(rows.select("reason", "reason_label").iter_rows())
    assert told["language_without_model"] == "language without a lexicon"
    assert told["not_scored"] == "no words of the agent that a lexicon can read"
    assert found.section("left_out").notes[0] == "2 of 7 interactions are scored."


def ranked_tables() -> Tables:
    """Twenty conversations of rising rapport, the upper ten of Bo; one of Ana's offends."""
    talks = {}
    for n in range(20):
        name = f"{'Ana' if n < 10 else 'Bo'}-{n:02}"
        words = ["thanks"] * n + ["word"] * (100 - n)
        talks[name] = said(name, " ".join(words), *(["You are an IDIOT"] if n == 3 else []))
    return tables_of(talks)


@pytest.fixture(scope="module")
def ranked() -> Report:
    return report(ranked_tables(), Settings(), interactions=True)


def test_index_totals_and_bands_are_the_usual_ones(ranked: Report) -> None:
    """B3-B6, B9: 20 distinct scores give 2, 5, 6, 5 and 2 rows of 10, 6, N/A, 4 and 0."""
    shown = ranked.section("interactions").rows.sort("case_id")
    assert shown["build_rapport_index"].to_list() == [
        *[0] * 2, *[4] * 5, *[None] * 6, *[6] * 5, *[10] * 2,
    ]  # fmt: skip
    agents = {row["agent"]: row for row in ranked.section("agents").rows.iter_rows(named=True)}
    assert agents["Ana"]["build_rapport_pct"] == pytest.approx(100 * 20 / 70)
    assert agents["Ana"]["build_rapport_band"] == "moderately_negative"
    assert agents["Bo"]["build_rapport_pct"] == pytest.approx(100 * 50 / 70)
    assert agents["Bo"]["build_rapport_band"] == "moderately_positive"
    # An inappropriate action is bad: the one who offends is the last of all.
    offence = shown.filter(pl.col("inappropriate_action_index").is_not_null())
    assert offence.select("case_id", "inappropriate_action_index").rows() == [("Ana-03", 0)]


def test_it_is_called_phrase_evidence_everywhere(ranked: Report) -> None:
    """B1: title, sections and the first note say so; nothing is passed off as a model."""
    titles = [ranked.title, *(s.title for s in ranked.sections if s.id != "left_out")]
    assert all("hrase evidence" in title for title in titles), titles
    assert ranked.notes[0].startswith("Scores are phrase evidence")
    assert "not judged by a trained model" in ranked.notes[0]
    assert ranked.notes[1] == "Lexicons: en 1.0 (20 interactions)."


def test_counts_before_any_rank(ranked: Report) -> None:
    """B1: phrases, words, and in how many interactions; null where there is no word."""
    found = ranked.section("phrases").rows
    rows = {row["behavior"]: row for row in found.iter_rows(named=True)}
    assert rows["build_rapport"] == {
        "behavior": "build_rapport",
        "phrases_per_100_words": round(100 * 190 / 2004, 6),
        "phrases_n": 190,
        "agent_words_n": 2004,
        "shown_pct": 95.0,
        "shown_n": 19,
        "interactions_n": 20,
    }
    assert rows["inappropriate_action"]["shown_n"] == 1
    empty = report(tables_of({"a": said("a", "[noise]")}), Settings())
    nothing = empty.section("phrases").rows.row(0, named=True)
    assert nothing["phrases_per_100_words"] is None
    assert nothing["shown_pct"] is None
    assert empty.section("evidence").rows.is_empty()


def test_evidence_is_quoted_with_its_rule() -> None:
    """B1: the newest turns of each behaviour, of the agent asked for."""
    tables = make_tables(
        [
            case("old", agent="Ana"),
            case("new", LATER, agent="Ana"),
            case("bo", LATER, agent="Bo"),
        ],
        others={"transcripts": [*said("old", WARM), *said("new", WARM), *said("bo", "Hello")]},
    )
    one = report(tables, Settings(), findings_n=1).section("evidence").rows
    rapport = one.filter(behavior="build_rapport")
    assert rapport["case_id"].to_list() == ["bo"]
    anas = report(tables, Settings(), agent="Ana", findings_n=1).section("evidence").rows
    rows = anas.filter(behavior="build_rapport")
    assert rows["case_id"].unique().to_list() == ["new"]
    assert rows.select("turn", "speaker", "agent", "lexicon").unique().rows() == [
        ("1", "agent", "Ana", "en 1.0")
    ]
    told = rows.sort("rule").select("rule", "phrase", "quote").rows()
    assert told == [
        ("hello", "Hello", WARM),
        ("pleasure", "pleasure", WARM),
        ("thank you", "thank you", WARM),
    ]


def test_languages_and_own_lexicons(tmp_path: Path) -> None:
    """B11, K10: a language can be forced, named, or brought; a list that it lacks is N/A."""
    file = tmp_path / "de.toml"
    file.write_text('language = "de"\nadd.build_rapport = ["guten tag"]\n', "utf-8")
    own = Settings(lexicons=LexiconSettings(files=[str(file)]))
    german = tables_of({"a": said("a", "Guten Tag Frau Ott")}, language="DE")
    assert scores(german) == {}
    evidence = gathered(german, own).tables.others["behaviors"].to_native().collect()
    assert evidence.rows() == [("a", "build_rapport", 25.0)]
    assert scores(german, language="en") == {"a": 0.0}

    mixed = tables_of({"a": said("a", "Hello"), "b": said("b", "Dziękuję bardzo")})
    assert scores(mixed) == {"a": 100.0, "b": 50.0}
    assert "ranked together" in report(mixed, Settings()).notes[2]
    english = Settings(behavior=BehaviorSettings(languages=["English"]))
    assert scores(mixed, english) == {"a": 100.0}
    with pytest.raises(UsageError, match=r"behavior\.languages names no language"):
        gathered(mixed, Settings(behavior=BehaviorSettings(languages=["Klingon"])))
    with pytest.raises(UsageError, match="no lexicon of language 'xx'"):
        gathered(mixed, Settings(), language="xx")


def test_scores_that_look_like_indices_are_ranked_all_the_same() -> None:
    """B3: 10, 6, 4 and 0 phrases per 100 words are scores, no index: the rank decides."""
    counts = {"a-0": 0, "a-1": 4, "a-2": 6, "a-3": 10}
    talks = {
        name: said(name, " ".join(["thanks"] * n + ["word"] * (100 - n)))
        for name, n in counts.items()
    }
    assert scores(tables_of(talks)) == pytest.approx(counts)
    found = report(tables_of(talks), Settings(), interactions=True)
    rows = found.section("interactions").rows.sort("case_id")
    # 2 N t is 7, 5, 3 and 1 of 8: the third of four is N/A, not the 6 that it says.
    assert rows["build_rapport_index"].to_list() == [4, None, None, 6]


def test_an_export_without_transcripts_is_refused() -> None:
    """B1: the missing table and what it needs are named."""
    with pytest.raises(CxtoolError, match="no 'transcripts' table"):
        report(make_tables([case("1", agent="Ana")]), Settings())
