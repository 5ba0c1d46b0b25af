"""Lexicons and the phrases found with them: K10, B1."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from cxtool.config import load_settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.lexicon import LISTS, Lexicon, folded, load_lexicons, pattern, phrase_problem
from cxtool.metrics.phrases import (
    CONTEXT,
    feelings_n,
    findings,
    matches_n,
    with_lexicon,
    words_n,
)
from cxtool.schema import BEHAVIORS

EN = load_lexicons()["en"]
TEXT = pl.col("text")


def turns(*texts: str | None, language: str | None = None, case_id: str = "1") -> pl.LazyFrame:
    return pl.LazyFrame(
        {"turn": range(len(texts)), "text": texts}, schema={"turn": pl.Int64, "text": pl.String}
    ).with_columns(case_id=pl.lit(case_id), language=pl.lit(language, pl.String))


def counted(text: str, name: str, lexicon: Lexicon = EN) -> int | None:
    found: int | None = pl.select(matches_n(pl.lit(text), lexicon, name)).item()
    return found


@pytest.mark.parametrize("lexicon", load_lexicons().values(), ids=lambda found: found.language)
def test_shipped_lexicons_are_whole(lexicon: Lexicon) -> None:
    """K10, B1: every list in every language, well written, nothing twice, each phrase found."""
    assert set(lexicon.lists) == set(LISTS)
    for name, phrases in lexicon.lists.items():
        assert phrases
        assert [said for p in phrases if (said := phrase_problem(p, lexicon.spaced))] == []
        assert len({folded(phrase) for phrase in phrases}) == len(phrases)
        said = [phrase.replace("*", "").replace("...", "a") for phrase in phrases]
        read = pl.DataFrame({"text": said}).select(n=matches_n(TEXT, lexicon, name))
        assert read["n"].min() >= 1, name


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("I'm sorry", 1),
        ("I’M  SORRY", 1),
        ("sorry I'm late", 0),  # no phrase of that order
        ("I'm sorryish", 0),
        ("We apologise, my apologies", 2),
        ("I understand, how annoying", 2),  # a comma may stand within "I understand how"
    ],
)
def test_case_apostrophes_commas_and_ends_of_words(text: str, n: int) -> None:
    """K10: how a phrase is read."""
    found = pattern(["i'm sorry", "apologi*", "i understand", "annoying"], spaced=True)
    assert found is not None
    assert pl.select(pl.lit(text).str.count_matches(found)).item() == n


def test_polars_and_python_read_the_same_expression() -> None:
    """K10: the rule that a finding names is one that anybody can run."""
    for name in BEHAVIORS:
        found = pattern(EN.phrases(name), spaced=True)
        assert found is not None
        text = "Hello, let me check that for you. You've been with us for years; I'm so sorry!"
        in_polars = pl.select(pl.lit(text).str.extract_all(found)).item().to_list()
        assert in_polars == re.findall(found, text)


def test_the_longest_phrase_counts_once() -> None:
    """B1: "I'm so sorry" is one apology, not three."""
    assert counted("I'm so sorry about that", "be_empathetic") == 1
    assert counted("I'm so sorry. Sorry about that.", "be_empathetic") == 2


def test_scripts_without_spaces() -> None:
    """K10: Thai and Chinese phrases stand anywhere; their words are counted by letters."""
    lexicons = load_lexicons()
    assert counted("ขออภัยค่ะ ขอตรวจสอบให้นะคะ", "be_empathetic", lexicons["th"]) == 1
    assert counted("非常抱歉,我马上核对账单。", "be_empathetic", lexicons["zh"]) == 1
    read = turns("非常抱歉,我马上", "ok [noise] it's 2 o’clock", None, "...").select(
        n=words_n(TEXT)
    )
    assert read.collect()["n"].to_list() == [pytest.approx(7 / 1.5), 4.0, 0.0, 0.0]


def test_feelings_agree_with_a_vendors_own_on_its_sample() -> None:
    """K10: 4 positive, 2 negative, 4 neutral segments, segment by segment.

    Turns and sentiments of the voice file in Amazon Connect's documentation of Contact Lens output
    files (sample code under a modified MIT licence).
    """
    sample = (
        ("Okay.", 0),
        ("Just hello. My name is Peter and help.", 0),
        ("Hello. Peter, how can I help you?", 0),
        ("I need to cancel. I want to cancel my plan subscription.", -1),
        ("That sounds very bad. I can offer a 20% discount to make you stay with us.", -1),
        ("That sounds interesting. Thank you accept.", 1),
        ("Alright, I made all the changes to the account and now these discounts applied.", 0),
        ("Awesome. Thank you so much.", 1),
        (
            "No worries. I will send you all the details later today and call you back next week"
            " to check up on you.",
            1,
        ),
        ("Thank you. Sir. Have a nice evening.", 1),
    )
    positive, negative = feelings_n(TEXT, EN)
    churn = matches_n(TEXT, EN, "churn_risk")
    read = turns(*(text for text, _ in sample)).select(
        feeling=(positive - negative).sign(), churn=churn
    )
    rows = read.collect()
    assert rows["feeling"].to_list() == [feeling for _, feeling in sample]
    # The one issue that the vendor found, in the fourth turn, is the one risk of churn.
    assert (rows["churn"] > 0).to_list() == [place == 3 for place in range(10)]


@pytest.mark.parametrize(
    ("text", "positive", "negative"),
    [
        ("not good", 0, 1),
        ("this never was a problem", 1, 0),
        ("Not this. Good!", 1, 0),
        ("isn’t really very good", 0, 1),
        ("not what I would call good", 1, 0),  # beyond reach
    ],
)
def test_negation(text: str, positive: int, negative: int) -> None:
    """K10: a word of negation turns what follows within two words, not over a full stop."""
    both = feelings_n(pl.lit(text), EN)
    assert pl.select(positive=both[0], negative=both[1]).row(0) == (positive, negative)


def test_the_language_of_a_conversation() -> None:
    """K10: as the export names it, else by letters and common words, else English."""
    lexicons = load_lexicons()
    read = pl.concat(
        [
            turns("Hello there", language="en-GB", case_id="named"),
            turns("Hello there", language="Deutsch", case_id="without"),
            turns("Dzień dobry", "Hello", "Hello", case_id="pl"),
            turns("Добрий день", case_id="uk"),
            turns("สวัสดีค่ะ", case_id="th"),
            turns("您好", None, case_id="zh"),
            turns("Good day", None, case_id="en"),
        ]
    )
    found = with_lexicon(read, lexicons).select("case_id", "lexicon").unique().collect()
    assert dict(found.iter_rows()) == {
        "named": "en",
        "without": None,
        **{code: code for code in lexicons},
    }
    forced = with_lexicon(read, lexicons, language="pl").select("lexicon").unique().collect()
    assert forced["lexicon"].to_list() == ["pl"]
    with pytest.raises(UsageError, match="no lexicon of language 'de'"):
        with_lexicon(read, lexicons, language="de")


def test_findings_quote_their_rule() -> None:
    """K10: turn, rule as the lexicon has it, wording as it was said, and what stands around it."""
    long = "x " * CONTEXT + "My  Apologies, I’ll take care of it for you" + " y" * CONTEXT
    read = turns("nothing", long, "let me check for you").with_columns(lexicon=pl.lit("en"))
    names = ("be_empathetic", "demonstrate_ownership")
    found = findings(read, {"en": EN}, names, limit=1).collect()
    told = found.select("list", "turn", "lexicon", "rule", "phrase").rows()
    assert told == [
        ("be_empathetic", 1, "en 1.0", "my apologies", "My  Apologies"),
        ("demonstrate_ownership", 1, "en 1.0", "i'll take care of", "I’ll take care of"),
    ]
    quote = found["quote"][0]
    assert quote.startswith("…")
    assert quote.endswith("…")
    assert "x My  Apologies, I’ll" in quote
    assert len(quote) == 2 * CONTEXT + len("My  Apologies") + 2
    gap = findings(read, {"en": EN}, names, limit=5).collect().filter(turn=2)
    assert gap["rule"].to_list() == ["let me ... for you"]


def test_a_users_file_adds_removes_and_brings_a_language(tmp_path: Path) -> None:
    """K10: lexicons are data that a user extends; the version tells it."""
    (tmp_path / "mine.toml").write_text(
        'language = "en"\nadd.build_rapport = ["Howdy"]\nremove.build_rapport = ["hey"]\n', "utf-8"
    )
    (tmp_path / "de.toml").write_text(
        'language = "de"\nnames = ["Deutsch"]\nadd.build_rapport = ["guten Tag"]\n', "utf-8"
    )
    lexicons = load_lexicons([tmp_path / "mine.toml", tmp_path / "de.toml"])
    assert lexicons["en"].version == "1.0+mine"
    assert counted("howdy!", "build_rapport", lexicons["en"]) == 1
    assert counted("hey!", "build_rapport", lexicons["en"]) == 0
    assert counted("Guten Tag", "build_rapport", lexicons["de"]) == 1
    assert counted("Guten Tag", "be_empathetic", lexicons["de"]) is None
    assert "hey" in load_lexicons()["en"].phrases("build_rapport")


def test_the_setting_names_files_relative_to_its_own(tmp_path: Path) -> None:
    """K10: a configuration file and its lexicons can lie in a folder of their own."""
    (tmp_path / "centre").mkdir()
    file = tmp_path / "centre" / "cxtool.toml"
    file.write_text('lexicons.files = ["mine.toml", "/elsewhere/other.toml"]\n', "utf-8")
    loaded = load_settings(config_file=file, options={}, environ={}, cwd=tmp_path)
    inside, elsewhere = (Path(name) for name in loaded.settings.lexicons.files)
    assert inside == Path("centre/mine.toml")
    assert elsewhere == Path("/elsewhere/other.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('language = "en"\nadd.build_raport = ["hi"]', "did you mean 'build_rapport'?"),
        ('language = "en"\nadd.build_rapport = ["... hi"]', "begins or ends with '...'"),
        ('language = "en"\nadd.build_rapport = ["h*y"]', "'*' stands at the beginning or end"),
        ('language = "th"\nadd.build_rapport = ["ดี*"]', "no meaning"),
        ('language = "en"\nadd.build_rapport = ["?"]', "has no letters"),
        ('language = "en"\nremove.build_rapport = ["moin"]', "'moin' is not in the list"),
        ('language = "en"\nadded.build_rapport = []', "added"),
        ('add.build_rapport = ["hi"]', "language"),
        ("language = ", "is not TOML"),
    ],
)
def test_a_users_file_that_says_something_wrong(tmp_path: Path, text: str, said: str) -> None:
    """K10: one line that names the file and what is wrong in it."""
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"mine\.toml") as caught:
        load_lexicons([file])
    assert said in caught.value.message
    with pytest.raises(CxtoolError, match="cannot read lexicon"):
        load_lexicons([tmp_path / "none.toml"])
