"""Phrases that say the same thing, told once, with quotes.

What it decides: a phrase joins a stronger one when at least half of the conversations that have
either have both, or nearly all of its own have the stronger one; the longest that is in nearly as
many conversations as the strongest stands for all of them, and the others are named beside it,
unless they are part of it.
"""

from __future__ import annotations

import polars as pl

from cxtool.metrics.speech_quotes import one_line, place_of, quote
from cxtool.metrics.trend import CURRENT

SAME = 0.5  # shared conversations of all that have either phrase
NEARLY = 0.8  # of a phrase's conversations
ALSO = 3  # other phrases named beside the one that stands for them
QUOTES = 3  # of each finding


def together(said: pl.DataFrame) -> pl.DataFrame:
    """``leader`` of each ``rank``: the strongest phrase that it is said together with.

    ``said``: one row a phrase (``rank``, 0 the strongest) and conversation.

    >>> said = pl.DataFrame({"rank": [0, 0, 1, 1, 2], "case_no": [7, 8, 7, 8, 7]})
    >>> together(said).sort("rank")["leader"].to_list()
    [0, 0, 0]
    """
    rows = said.lazy().select("rank", "case_no")
    sizes = rows.group_by("rank").agg(pl.len().alias("size"))
    shared = (
        rows.join(rows, on="case_no", suffix="_stronger")
        .filter(pl.col("rank_stronger") < pl.col("rank"))
        .group_by("rank", "rank_stronger")
        .agg(pl.len().alias("both"))
        .join(sizes, on="rank")
        .join(sizes.rename({"rank": "rank_stronger", "size": "size_stronger"}), on="rank_stronger")
    )
    either = pl.col("size") + pl.col("size_stronger") - pl.col("both")
    first = (
        shared.filter(
            (pl.col("both") >= SAME * either) | (pl.col("both") >= NEARLY * pl.col("size"))
        )
        .group_by("rank")
        .agg(pl.col("rank_stronger").min().alias("leader"))
    )
    leaders = (
        sizes.select("rank")
        .join(first, on="rank", how="left")
        .select("rank", pl.coalesce("leader", "rank").alias("leader"))
        .collect()
    )
    return _followed(leaders)


def _followed(leaders: pl.DataFrame) -> pl.DataFrame:
    """Who follows a phrase that follows another follows that one; each step halves what is left."""
    for _ in range(leaders.height.bit_length()):
        onwards = leaders.rename({"rank": "leader", "leader": "further"})
        leaders = leaders.join(onwards, on="leader").select("rank", leader="further")
    return leaders


def grouped(phrases: pl.DataFrame, said: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """One row a group of ``phrases`` (``rank``, ``words``, ``cases_n``, ``side``): ``also``.

    At most so many of each ``side``, the strongest first.
    """
    counted = pl.max_horizontal("cases_n", "cases_n_previous")
    rows = phrases.join(together(said), on="rank").with_columns(counted=counted)
    strongest = pl.col("counted").sort_by("rank").first().over("leader")
    near = rows.filter(pl.col("counted") >= NEARLY * strongest)
    heads = near.sort(pl.col("words").str.len_chars(), "rank", descending=[True, False]).unique(
        "leader", keep="first", maintain_order=True
    )
    others = (
        rows.join(heads.select("leader", head="words"), on="leader")
        .filter(~pl.col("head").str.contains(pl.col("words"), literal=True))
        .sort("rank")
        .group_by("leader", maintain_order=True)
        .agg(pl.col("words").head(ALSO).alias("also"))
    )
    return (
        heads.join(others, on="leader", how="left")
        .sort("leader")
        .group_by("side", maintain_order=True)
        .head(most)
        .sort("leader")
        .drop("leader", "counted")
    )


def quotes(finds: pl.DataFrame, said: pl.LazyFrame, turns: pl.LazyFrame) -> pl.LazyFrame:
    """The newest quotes of each find: ``rank``, its turn, and ``quote``.

    ``finds``: ``rank``, ``words``, and ``is_current`` of the period that it is quoted from.
    ``said``: ``rank``, ``row`` of the turn, ``is_current``.
    """
    columns = ["row", "case_id", "started_at", "started_ms", "turn", "speaker"]
    text = one_line(pl.col("text"))
    small = text.str.to_lowercase()
    return (
        said.join(finds.lazy().select("rank", "words", CURRENT), on=["rank", CURRENT])
        .select("rank", "words", "row")
        .join(turns.select(*columns, text=text, small=small), on="row")
        .sort("rank", "started_ms", "row", descending=[False, True, False])
        .group_by("rank", maintain_order=True)
        .head(QUOTES)
        .with_columns(
            quote=quote(
                pl.col("text"),
                start=place_of(pl.col("words"), pl.col("small")),
                length=pl.col("words").str.len_chars(),
            )
        )
        .select("rank", "words", "case_id", "started_at", "turn", "speaker", "quote")
    )
