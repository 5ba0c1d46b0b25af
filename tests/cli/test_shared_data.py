"""Public data with known figures, where they lie beside the project: L17, S1, S6, B1, K10.

A set of 5,000 calls in four renderings; messages written to be warm or tough; one call of a bank;
a vendor's sample chat. The data are not part of the project; without them these tests are skipped.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.config import Settings
from cxtool.lexicon import load_lexicons
from cxtool.metrics import behavior_phrases
from cxtool.metrics.log import KEYS
from cxtool.metrics.phrases import findings, words_n
from tests.cli.exports import ROOT, only, report, section
from tests.metrics.frames import case, make_tables
from tests.metrics.separation import auc

DATA = ROOT.parent / "shared" / "data"
FOLDER = DATA / "pwc_call_center"
RENDERINGS = sorted(FOLDER.glob("*.csv"))

pytestmark = pytest.mark.skipif(not RENDERINGS, reason="the data set is not there")


@cache
def compliance(file: Path) -> dict[str, Any]:
    """The whole report of a rendering."""
    arguments = ("-p", "all", "--by", "agent", "--by", "week", "--breaches")
    return report("sla", str(file), *arguments, cwd=FOLDER)


@pytest.mark.parametrize("file", RENDERINGS, ids=lambda file: file.stem)
def test_the_known_figures(file: Path) -> None:
    """L17, S1: answered within ten minutes 4,054; not answered, so not met, 946."""
    found = compliance(file)
    row = only(section(found, "summary"))
    counts = ("cases_n", "met_n", "not_met_n", "pending_n", "na_n")
    assert [row[key] for key in counts] == [5000, 4054, 946, 0, 0]
    assert found["source"]["profile"] == "pwc"
    assert (found["source"]["rows_read"], found["source"]["rows_set_aside"]) == (5000, 0)
    times = only(section(found, "distribution"))
    assert times["responses_n"] == 4054
    assert times["first_response_p50_s"] == 68.0
    assert times["first_response_max_s"] <= 125.0


def test_all_renderings_give_the_same() -> None:
    """S1, S2, S4: the whole report, agent by agent and case by case."""
    first, *others = (compliance(file)["sections"] for file in RENDERINGS)
    (by_agent,) = (part["rows"] for part in first if part["id"] == "by_agent")
    agents = {row["agent"]: (row["cases_n"], row["met_n"]) for row in by_agent}
    assert agents == {
        "Jim": (666, 536),
        "Martha": (638, 514),
        "Dan": (633, 523),
        "Diane": (633, 501),
        "Becky": (631, 517),
        "Greg": (624, 502),
        "Joe": (593, 484),
        "Stewart": (582, 477),
    }
    assert others
    for other in others:
        assert other == first


def test_the_log_is_the_same_too(tmp_path: Path) -> None:
    """L1-L17: case by case, with all that the renderings tell of a case."""
    columns = ("-c", ",".join((*KEYS, "answered", "resolved", "talk_s", "topic")))
    first, *others = (
        section(report("log", str(file), *columns, cwd=tmp_path), "log") for file in RENDERINGS
    )
    assert len(first) == 5000
    for other in others:
        assert other == first


def test_warm_messages_show_more_rapport_than_tough_ones() -> None:
    """B1, B4: 171 messages written to be warm against 184 tough ones, by phrases of rapport.

    Of all pairs the warm one scores higher in 77.9 %, with a 95 % interval from 73.1 to 82.7 %.
    """
    file = DATA / "politeness_phone_offers" / "phone_offers.csv"
    messages = pl.read_csv(file).with_row_index("case_id").cast({"case_id": pl.String})
    tone = pl.when(pl.col("condition") == 1).then(pl.lit("warm")).otherwise(pl.lit("tough"))
    messages = messages.with_columns(agent=tone, turn=1, speaker=pl.lit("agent"), text="message")
    answers = messages.with_columns(turn=2, speaker=pl.lit("customer"), text=pl.lit("Hi"))
    turns = pl.concat([messages, answers]).select("case_id", "turn", "speaker", "text")
    tables = make_tables(
        [case(row, agent=agent) for row, agent in messages.select("case_id", "agent").iter_rows()],
        others={"transcripts": turns.to_dicts()},
    )
    scores = behavior_phrases.gathered(tables, Settings()).tables.others["behaviors"].to_native()
    rapport = scores.filter(behavior="build_rapport").collect().join(messages, on="case_id")
    assert rapport.height == 355
    area, low, high = auc(rapport["score"], rapport["agent"] == "warm")
    assert [round(100 * share, 1) for share in (area, low, high)] == [77.9, 73.1, 82.7]

    found = behavior_phrases.report(tables, Settings())
    totals = {row["agent"]: row for row in found.section("agents").rows.iter_rows(named=True)}
    told = {
        name: (row["build_rapport_pct"], row["build_rapport_n"]) for name, row in totals.items()
    }
    assert told == {"warm": (65.0, 116), "tough": (47.218045, 133)}
    assert all(row["interactions_n"] in (171, 184) for row in totals.values())


def test_the_words_of_a_call() -> None:
    """K10: 47 words of the agent and 33 of the caller, the turn of noise aside."""
    file = DATA / "harper_valley_one_call" / "transcript_0002f70f7386445b.extract.csv"
    turns = pl.read_csv(file).select(speaker="speaker_role", text="human_transcript")
    words = turns.group_by("speaker").agg(words_n(pl.col("text")).sum())
    assert dict(words.iter_rows()) == {"agent": 47.0, "caller": 33.0}


def test_the_introduction_that_a_vendor_found() -> None:
    """B1: the turn of the category 'agent-intro' has phrases of rapport and of ownership."""
    file = DATA / "amazon_connect_docs" / "contact-lens-example-output-files-chat.0.json"
    chat = json.loads(file.read_text("utf-8"))
    details = chat["Categories"]["MatchedDetails"]["agent-intro"]["PointsOfInterest"]
    intro = details[0]["TranscriptItems"][0]["Id"]
    said = [(turn["Id"], turn["Content"]) for turn in chat["Transcript"] if "Content" in turn]
    turns = pl.LazyFrame(said, schema=["turn", "text"], orient="row")
    turns = turns.with_columns(lexicon=pl.lit("en"))
    names = ("build_rapport", "demonstrate_ownership")
    found = findings(turns, load_lexicons(), names, limit=len(said)).collect()
    own = found.filter(turn=intro).select("list", "phrase").sort("list", "phrase").rows()
    assert own == [
        ("build_rapport", "Hello"),
        ("build_rapport", "thanks"),
        ("demonstrate_ownership", "How may I help"),
    ]
