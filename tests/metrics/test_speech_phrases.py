"""Phrases, which of them stand out, and how they are told: K10."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

import polars as pl
import pytest
from scipy.stats import chi2_contingency

from cxtool.config import Settings
from cxtool.metrics import speech
from cxtool.metrics.speech_phrases import (
    CHARACTERS,
    WORDS,
    Script,
    phrase_rows,
    spelled,
    tokens,
    vocabulary,
)
from cxtool.metrics.speech_quotes import quote
from cxtool.metrics.speech_rank import growth, log_odds
from cxtool.metrics.trend import CURRENT
from cxtool.report import Report
from tests.metrics.conversation import said
from tests.metrics.frames import case, make_tables

DAYS = [f"2026-05-{day}" for day in range(11, 25)]  # the week before, and the week


def phrases(text: str, script: Script = WORDS, stop: tuple[str, ...] = ()) -> set[str]:
    """The phrases of one turn."""
    turns = pl.LazyFrame({"text": [text], "row": [0], "case_no": [0], "started_d": [0]})
    found = tokens(turns.with_columns(pl.lit(True).alias(CURRENT)))
    counts = found.select("token", cases_n=3).unique().collect()
    known = vocabulary(counts, script, stop)
    rows = phrase_rows(found, known, script).collect()
    return set(spelled(rows, known, script)["words"])


def test_phrases_of_one_to_three_words() -> None:
    """K10: in small letters, over no punctuation; stop words only inside."""
    assert phrases("Send THE card, now") == {"send", "the", "card", "now"} | {
        "send the",
        "the card",
        "send the card",
    }
    assert phrases("send the card", stop=("the",)) == {"send", "card", "send the card"}
    assert phrases("I’m up-to-date") == {"i'm", "up-to-date", "i'm up-to-date"}


@pytest.mark.parametrize(
    "text",
    ["card 4111 1111 stolen", "card [NAME] stolen", "card... stolen"],
)
def test_what_no_phrase_reaches_over(text: str) -> None:
    """K10, K13: no number and no masked part is ever told as a phrase."""
    assert phrases(text) == {"card", "stolen"}


def test_characters_where_words_are_not_divided() -> None:
    """K10: runs of two to four, and none over another script."""
    assert phrases("取消合同", CHARACTERS) == {
        *("取消", "消合", "合同"),
        *("取消合", "消合同"),
        "取消合同",
    }
    assert phrases("取消 ok 合同", CHARACTERS) == {"取消", "合同"}


def test_log_odds_by_hand() -> None:
    """K10: Monroe, Colaresi and Quinn with a prior of a tenth of both periods."""
    counts = pl.DataFrame({"cases_n": [12, 1], "cases_n_previous": [2, 5]})
    z = log_odds(counts, n=100, n_before=150)["z"]
    odds = log(13.4 / (125 - 13.4)) - log(3.4 / (175 - 3.4))
    error = sqrt(1 / 13.4 + 1 / (125 - 13.4) + 1 / 3.4 + 1 / (175 - 3.4))
    assert z[0] == pytest.approx(odds / error)
    assert z[1] < 0


def test_growth_is_the_test_of_cochran_and_armitage() -> None:
    """K10: of two days it is the chi-square of their shares, and it knows directions."""
    days = pl.DataFrame({"started_d": [20_000, 20_001], "cases_n": [40, 60]})
    counts = pl.DataFrame({"cases_n": [24], "cases_n_previous": [8]})
    rising = counts.with_columns(days_total=20_000 * 8 + 20_001 * 24)
    z = growth(rising, days)["z"].item()
    chi = chi2_contingency([[8, 32], [24, 36]], correction=False).statistic
    assert z == pytest.approx(sqrt(chi))
    falling = counts.with_columns(days_total=20_000 * 24 + 20_001 * 8)
    assert growth(falling, days)["z"].item() < 0


def test_one_day_has_no_growth() -> None:
    """K10: no test, no topic."""
    days = pl.DataFrame({"started_d": [20_000], "cases_n": [40]})
    counts = pl.DataFrame({"cases_n": [9], "cases_n_previous": [0], "days_total": [180_000]})
    assert growth(counts, days).is_empty()


def told(*, rising: bool) -> Report:
    """Ten conversations a day; from the sixth of the week on, more and more of an outage."""
    cases, turns = [], []
    for number, day in enumerate(DAYS):
        for n in range(10):
            name = f"{number}-{n}"
            cases.append(case(name, f"{day}T10:00:00"))
            late = n < number - 5 if rising else n < 3
            problem = "I think the router light is red again." if late else "About my invoice."
            turns += said(name, "A: How can I help?", f"C: {problem}", "A: Let me see.")
    return speech.report(make_tables(cases, others={"transcripts": turns}), Settings())


def rows(report: Report, section: str) -> list[dict[str, Any]]:
    return report.section(section).rows.to_dicts()


def test_a_planted_topic_is_found_once_with_its_quotes() -> None:
    """K10: overlapping phrases are one row, with counts of both periods and evidence."""
    report = told(rising=True)
    (topic,) = rows(report, "emerging")
    assert topic["phrase"] == "light is red"
    assert topic["also"] == ["router light", "router"]  # not what is in the phrase itself
    assert topic["verdict"] == "finding"
    assert (topic["cases_n"], topic["cases_n_previous"]) == (2 + 3 + 4 + 5 + 6 + 7 + 8, 1)
    assert (topic["share_n"], topic["share_pct"]) == (70, 50.0)
    assert topic["quote"] == "I think the router light is red again."
    more, less = rows(report, "keywords")
    assert (more["phrase"], more["side"]) == (topic["phrase"], "period")
    assert (less["phrase"], less["side"], less["quote"]) == (
        "invoice",
        "before",
        "About my invoice.",
    )
    evidence = rows(report, "evidence")
    quoted = [r for r in evidence if r["finding"] == "emerging"]
    assert [r["turn"] for r in quoted] == [2, 2, 2]
    assert len({r["case_id"] for r in quoted}) == 3
    assert "Cochran-Armitage" in quoted[0]["rule"]


def test_nothing_stands_out_where_nothing_changes() -> None:
    """K10: and the report says so."""
    report = told(rising=False)
    for name in ("keywords", "emerging"):
        assert rows(report, name) == []
        assert "stands out" in report.section(name).notes[0]


def test_quotes_keep_whole_words() -> None:
    """K10: an ellipsis where the turn goes on."""
    text = "one " * 40 + "router" + " two" * 40
    made = pl.select(quote(pl.lit(text), start=pl.lit(160), length=pl.lit(6))).item()
    assert made.startswith("… one one")
    assert made.endswith("two two …")
    assert 110 < len(made) < 140
