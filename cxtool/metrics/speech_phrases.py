"""Phrases of one to three words, and in how many conversations each is said.

What it decides: a phrase counts once a conversation; it neither begins nor ends with a stop word,
and reaches over no punctuation and no number. Where a script has no spaces between words, runs of
two to four characters stand for phrases. Only words of enough conversations are looked at, so that
what is held grows with the vocabulary and not with the text: words become numbers, and a phrase is
one number made of them.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from msgspec import Struct

from cxtool.metrics.phrases import ANNOTATION, LETTERS_PER_WORD
from cxtool.metrics.trend import CURRENT

LEAST_CASES = 3  # in both periods together: a phrase of fewer conversations tells nothing
UNDIVIDED = f"[{''.join(LETTERS_PER_WORD)}]"  # scripts without spaces between words
LETTERS = r"[\p{L}][\p{L}\p{M}]*(?:['-][\p{L}\p{M}]+)*"
# A character, a word, or anything else, which no phrase reaches over.
TOKEN = rf"{UNDIVIDED}|{LETTERS}|\S"
MASKED = r"[\[<(][^\])>]*[\])>]"


class Script(Struct, frozen=True, kw_only=True):
    """How phrases are made of tokens: of how many, kept in how many bits each, joined by what."""

    name: str
    token: str
    sizes: tuple[int, ...]
    bits: int
    joiner: str

    @property
    def most(self) -> int:
        """The largest vocabulary that fits."""
        return (1 << self.bits) - 1


WORDS = Script(name="words", token=rf"^{LETTERS}$", sizes=(1, 2, 3), bits=21, joiner=" ")
CHARACTERS = Script(name="characters", token=rf"^{UNDIVIDED}$", sizes=(2, 3, 4), bits=16, joiner="")
SCRIPTS = (WORDS, CHARACTERS)


def tokens(turns: pl.LazyFrame) -> pl.LazyFrame:
    """One row a token of the turns, in order: ``case_no``, period, day, ``row`` of the turn."""
    return turns.select(
        "case_no", CURRENT, "started_d", "row", token=plain(pl.col("text")).str.extract_all(TOKEN)
    ).explode("token", empty_as_null=False, keep_nulls=False)


def plain(text: pl.Expr) -> pl.Expr:
    """The text in small letters, with one apostrophe and single spaces, masked parts as a break.

    >>> pl.select(plain(pl.lit("I’m  [NAME], hi"))).item()
    "i'm |, hi"
    """
    masked = text.fill_null("").str.replace_all(ANNOTATION, " ").str.replace_all(MASKED, " | ")
    small = masked.str.to_lowercase().str.replace_all("’", "'", literal=True)
    return small.str.replace_all(r"\s+", " ").str.replace_all(" ,", ",", literal=True)


def token_counts(tokens: pl.LazyFrame) -> pl.LazyFrame:
    """Partial: the tokens that phrases are made of, said in ``LEAST_CASES`` conversations."""
    known = pl.any_horizontal(pl.col("token").str.contains(script.token) for script in SCRIPTS)
    return (
        tokens.filter(known)
        .select("token", "case_no")
        .unique()
        .group_by("token")
        .agg(pl.len().cast(pl.Int64).alias("cases_n"))
        .filter(pl.col("cases_n") >= LEAST_CASES)
    )


def vocabulary(counts: pl.DataFrame, script: Script, stopwords: Collection[str]) -> pl.DataFrame:
    """The script's tokens, most frequent first, with their ``code`` from 1 and ``is_stop``."""
    return (
        counts.filter(pl.col("token").str.contains(script.token))
        .sort("cases_n", "token", descending=[True, False])
        .head(script.most)
        .select("token", is_stop=pl.col("token").is_in(list(stopwords)))
        .with_row_index("code", offset=1)
        .cast({"code": pl.UInt64})
    )


def phrase_rows(tokens: pl.LazyFrame, known: pl.DataFrame, script: Script) -> pl.LazyFrame:
    """One row each time a phrase is said: ``phrase`` (a number), conversation, ``row``."""
    coded = tokens.join(known.lazy(), on="token", how="left", maintain_order="left").drop("token")
    ahead = range(script.sizes[-1])
    following = coded.with_columns(
        *(
            pl.when(pl.col("row").shift(-place) == pl.col("row"))
            .then(pl.col("code").shift(-place))
            .alias(f"code_{place}")
            for place in ahead
        ),
        *(pl.col("is_stop").shift(-place).alias(f"stop_{place}") for place in ahead),
    ).filter(~pl.col("stop_0"))
    phrases = [
        pl.when(~pl.col(f"stop_{size - 1}")).then(
            sum(
                (pl.col(f"code_{place}") * (1 << (script.bits * place)) for place in range(size)),
                start=pl.lit(0, pl.UInt64),
            )
        )
        for size in script.sizes
    ]
    return (
        following.select("case_no", CURRENT, "started_d", "row", phrase=pl.concat_list(phrases))
        .explode("phrase", empty_as_null=False)
        .filter(pl.col("phrase").is_not_null())
    )


def phrase_counts(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Partial: per phrase its conversations of both periods, and the sum of their days."""
    return (
        rows.drop("row")
        .unique(["phrase", "case_no"])
        .group_by("phrase")
        .agg(
            pl.col(CURRENT).sum().cast(pl.Int64).alias("cases_n"),
            (~pl.col(CURRENT)).sum().cast(pl.Int64).alias("cases_n_previous"),
            pl.col("started_d").cast(pl.Int64).sum().alias("days_total"),
        )
        .filter(pl.col("cases_n") + pl.col("cases_n_previous") >= LEAST_CASES)
    )


def spelled(phrases: pl.DataFrame, known: pl.DataFrame, script: Script) -> pl.DataFrame:
    """The phrases with ``words``, their text, and their ``size`` in tokens."""
    codes = [
        (pl.col("phrase") // (1 << (script.bits * place))) % (1 << script.bits)
        for place in range(script.sizes[-1])
    ]
    texts = dict(zip(known["code"], known["token"], strict=True))
    words = [c.replace_strict(texts, default=None, return_dtype=pl.String) for c in codes]
    return phrases.with_columns(
        size=pl.sum_horizontal(code > 0 for code in codes),
        words=pl.concat_str(words, separator=script.joiner, ignore_nulls=True),
    )
