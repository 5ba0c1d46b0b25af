"""Phrases of the lexicons counted in turns of conversations, and quoted where they stand.

What it decides: a turn is read with the lexicon of its conversation's language: the one that is
asked for, else the one that the export names, else the one that its letters and commonest words
speak for. Where an export names a language without a lexicon, nothing is counted. Text is told by
Polars alone: a lazy frame of another engine has to be collected first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from cxtool.errors import UsageError
from cxtool.lexicon import GAP, Lexicon, lower_pattern, negated_pattern, pattern

AUTO = "auto"
# Words of scripts without spaces, from their letters: mean letters a word in running text.
LETTERS_PER_WORD: Mapping[str, float] = {r"\p{Thai}": 4.0, r"\p{Han}": 1.5}
# In brackets and in small letters: a sound, no words. Capitals, as in [NAME], are masked words.
ANNOTATION = r"[\[<(]\s*\p{Ll}[^\])>]*[\])>]"
WORD = rf"[\p{{L}}\p{{N}}--[{''.join(LETTERS_PER_WORD)}]][\p{{L}}\p{{M}}\p{{N}}]*(?:['’‘ʼ-]\w+)*"
# What speaks for a language, the first that a quarter of the turns have; else it is English.
SIGNS: Mapping[str, str] = {
    "th": r"\p{Thai}",
    "zh": r"\p{Han}",
    "uk": r"\p{Cyrillic}",
    "pl": r"(?i)[ąćęłńśźż]|\b(?:nie|tak|jest|czy|mam|mnie|pani|pana)\b",
}
OTHERWISE = "en"
TURNS_PER_SIGN = 4
NOTHING = r"[^\s\S]"  # finds nothing in any text
CONTEXT = 60  # letters shown before and after what was found


def words_n(text: pl.Expr) -> pl.Expr:
    """Words of a text; where a script has no spaces, its letters by the letters of a mean word.

    Sounds such as ``[noise]`` are none. Null is no words.

    >>> texts = ["I'm on it [noise]", "แก้ไขเรียบร้อย", "两次费", None]
    >>> pl.DataFrame({"text": texts}).select(words_n(pl.col("text")))["text"].to_list()
    [3.0, 3.5, 2.0, 0.0]
    """
    said = text.fill_null("").str.replace_all(ANNOTATION, " ")
    counted = said.str.count_matches(WORD).cast(pl.Float64)
    for script, letters in LETTERS_PER_WORD.items():
        counted += said.str.count_matches(script) / letters
    return counted


def matches_n(text: pl.Expr, lexicon: Lexicon, name: str) -> pl.Expr:
    """How often phrases of a list stand in a text; null where the lexicon has none in the list.

    A longer phrase hides those inside it.

    >>> from cxtool.lexicon import load_lexicons
    >>> turn = pl.lit("Thanks! I’m so sorry for that. Thank you for your patience.")
    >>> en = load_lexicons()["en"]
    >>> names = ("be_empathetic", "build_rapport")
    >>> pl.select(matches_n(turn, en, name).alias(name) for name in names).row(0)
    (2, 2)
    """
    found = lower_pattern(lexicon.phrases(name), spaced=lexicon.spaced)
    return _counted(text, found) if found else pl.lit(None, pl.Int64)


def feelings_n(text: pl.Expr, lexicon: Lexicon) -> tuple[pl.Expr, pl.Expr]:
    """Positive and negative words of a text; one behind a negation counts on the other side.

    >>> from cxtool.lexicon import load_lexicons
    >>> en = load_lexicons()["en"]
    >>> both = feelings_n(pl.lit("That isn't good at all, but you were great. Not bad!"), en)
    >>> pl.select(positive=both[0], negative=both[1]).row(0)
    (2, 1)
    """
    said = [matches_n(text, lexicon, name) for name in ("positive", "negative")]
    turned = [
        _counted(text, found) if (found := negated_pattern(lexicon, name)) else pl.lit(0, pl.Int64)
        for name in ("positive", "negative")
    ]
    return said[0] - turned[0] + turned[1], said[1] - turned[1] + turned[0]


def with_lexicon(
    turns: pl.LazyFrame, lexicons: Mapping[str, Lexicon], *, language: str = AUTO
) -> pl.LazyFrame:
    """``turns`` with ``lexicon``: the code of the one to read them with, null for none.

    ``turns`` have ``case_id``, ``text`` and ``language`` as the export names it (null: not known).
    Raises UsageError for a language without a lexicon.
    """
    if language != AUTO:
        return turns.with_columns(lexicon=pl.lit(known(language, lexicons)))
    speaking = {code: sign for code, sign in SIGNS.items() if code in lexicons}
    shares = turns.group_by("case_id").agg(
        pl.len().alias("turns_n"),
        *(pl.col("text").str.contains(sign).sum().alias(f"{c}_n") for c, sign in speaking.items()),
    )
    guess = pl.coalesce(
        *(
            pl.when(TURNS_PER_SIGN * pl.col(f"{code}_n") >= pl.col("turns_n")).then(pl.lit(code))
            for code in speaking
        ),
        pl.lit(OTHERWISE),
    )
    guesses = shares.select("case_id", guess=guess)
    named = named_language(pl.col("language"), lexicons)
    code = pl.when(pl.col("language").is_null()).then("guess").otherwise(named)
    return turns.join(guesses, on="case_id", how="left").with_columns(lexicon=code).drop("guess")


def named_language(language: pl.Expr, lexicons: Mapping[str, Lexicon]) -> pl.Expr:
    """The code of a lexicon from a language as exports write it: ``en-GB``, ``English``, ``eng``.

    >>> from cxtool.lexicon import load_lexicons
    >>> texts = pl.Series("language", ["en_GB", "Polish", "de"]).to_frame()
    >>> texts.select(named_language(pl.col("language"), load_lexicons()))["language"].to_list()
    ['en', 'pl', None]
    """
    codes = {name: code for code, lexicon in lexicons.items() for name in (code, *lexicon.names)}
    said = language.str.to_lowercase().str.strip_chars().str.replace(r"[-_].*$", "")
    return said.replace_strict(codes, default=None, return_dtype=pl.String)


def known(language: str, lexicons: Mapping[str, Lexicon]) -> str:
    """The language's code; UsageError where it has no lexicon."""
    if language not in lexicons:
        raise UsageError(
            f"no lexicon of language '{language}'",
            hint=f"languages: {', '.join((AUTO, *lexicons))}; lexicons.files adds others",
        )
    return language


def by_language(
    turns: pl.LazyFrame,
    lexicons: Iterable[Lexicon],
    made: Callable[[pl.LazyFrame, Lexicon], pl.LazyFrame],
) -> pl.LazyFrame:
    """What ``made`` makes of each language's turns, together. ``turns`` have ``lexicon``."""
    parts = (made(turns.filter(pl.col("lexicon") == x.language), x) for x in lexicons)
    return pl.concat(parts, how="vertical")


def findings(
    turns: pl.LazyFrame, lexicons: Mapping[str, Lexicon], names: Sequence[str], *, limit: int
) -> pl.LazyFrame:
    """The first ``limit`` turns of each list and language in which a phrase of the list stands.

    One row a turn and different wording, in the order of ``turns``, with all their columns, the
    ``list``, the ``lexicon`` with its version, the ``rule`` (the phrase as the lexicon has it), the
    ``phrase`` as it was said, and the ``quote`` around it.
    """
    numbered = turns.with_row_index("place")

    def of_list(name: str) -> Callable[[pl.LazyFrame, Lexicon], pl.LazyFrame]:
        def quoted(part: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
            phrases, text = lexicon.phrases(name), pl.col("text")
            rule = pattern(phrases, spaced=lexicon.spaced)
            lower = lower_pattern(phrases, spaced=lexicon.spaced)
            if rule is None or lower is None:
                rule = lower = NOTHING
            told = text.str.extract_all(rule).list.unique(maintain_order=True)
            said = part.filter(text.str.to_lowercase().str.contains(lower)).sort("place")
            found = said.head(limit).with_columns(list=pl.lit(name), phrase=told).explode("phrase")
            # The few letters that lower case writes otherwise could tell a turn without a wording.
            return found.drop_nulls("phrase").with_columns(
                rule=_rule(pl.col("phrase"), phrases, spaced=lexicon.spaced),
                lexicon=pl.lit(f"{lexicon.language} {lexicon.version}"),
                quote=_quote(text, pl.col("phrase")),
            )

        return quoted

    parts = [by_language(numbered, lexicons.values(), of_list(name)) for name in names]
    return pl.concat(parts, how="vertical").drop("place")


def _counted(text: pl.Expr, found: str) -> pl.Expr:
    return text.fill_null("").str.to_lowercase().str.count_matches(found).cast(pl.Int64)


def _rule(phrase: pl.Expr, phrases: Sequence[str], *, spaced: bool) -> pl.Expr:
    """The phrase of the lexicon that found this wording."""
    plain = {_folded(said): said for said in phrases if "*" not in said and GAP not in said}
    told = phrase.str.to_lowercase().str.replace_all("[’‘ʼ]", "'")
    told = told.str.replace_all(r",?\s+", " " if spaced else "")
    open_ones = sorted(set(phrases) - set(plain.values()), key=len, reverse=True)
    matching = (
        pl.when(phrase.str.contains(f"{pattern([said], spaced=spaced)}$")).then(pl.lit(said))
        for said in open_ones
    )
    return pl.coalesce(
        told.replace_strict(plain, default=None, return_dtype=pl.String), *matching, phrase
    )


def _folded(phrase: str) -> str:
    return phrase.lower().replace("’", "'")


def _quote(text: pl.Expr, phrase: pl.Expr) -> pl.Expr:
    """The wording with what stands around it; … where the turn goes on."""
    around = text.str.splitn(phrase, 2)
    before, after = around.struct.field("field_0"), around.struct.field("field_1").fill_null("")
    head = pl.when(before.str.len_chars() > CONTEXT).then(pl.lit("…")).otherwise(pl.lit(""))
    tail = pl.when(after.str.len_chars() > CONTEXT).then(pl.lit("…")).otherwise(pl.lit(""))
    return pl.concat_str(head, before.str.tail(CONTEXT), phrase, after.str.head(CONTEXT), tail)
