"""Quotes: a phrase or a match with the words around it, as they were said.

What it decides: some 60 characters on either side, whole words of them, and an ellipsis where the
turn goes on.
"""

from __future__ import annotations

import polars as pl

AROUND = 60
ELLIPSIS = "…"


def quote(text: pl.Expr, *, start: pl.Expr, length: pl.Expr) -> pl.Expr:
    """What stands in the text from ``start`` (a number of characters), with what is around it.

    >>> long = pl.lit("and " * 30 + "it broke again" + " and so on" * 20)
    >>> quoted = pl.select(quote(long, start=pl.lit(120), length=pl.lit(14))).item()
    >>> quoted[:4], quoted[-4:], "it broke again" in quoted
    ('… an', 'so …', True)
    """
    before = text.str.slice(0, start)
    after = text.str.slice(start + length)
    lead = pl.when(before.str.len_chars() <= AROUND).then(before)
    rest = pl.when(after.str.len_chars() <= AROUND).then(after)
    cut_lead = ELLIPSIS + " " + before.str.tail(AROUND).str.replace(r"^\S*\s+", "")
    cut_rest = after.str.head(AROUND).str.replace(r"\s+\S*$", "") + " " + ELLIPSIS
    return pl.concat_str(
        lead.otherwise(cut_lead), text.str.slice(start, length), rest.otherwise(cut_rest)
    )


def place_of(words: pl.Expr, text: pl.Expr) -> pl.Expr:
    """How many characters of the text stand before the words, from the start of a word if it can.

    >>> found = pl.DataFrame({"t": ["another not"], "w": ["not"]})
    >>> found.select(place_of(pl.col("w"), pl.col("t"))).item()
    8
    """
    at_word = (" " + text).str.split(" " + words)
    anywhere = text.str.split(words)
    return (
        pl.when(at_word.list.len() > 1).then(at_word.list.first()).otherwise(anywhere.list.first())
    ).str.len_chars()


def one_line(text: pl.Expr) -> pl.Expr:
    """The text with single spaces and one apostrophe, of as many characters in small letters."""
    return (
        text.fill_null("")
        .str.replace_all("’", "'", literal=True)
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
