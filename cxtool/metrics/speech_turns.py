"""The turns of the conversations that a request asks for, in the order in which they were said.

What it decides: a turn's times count only where all turns of its conversation have them, of one
clock; a turn of annotations alone, such as ``[noise]``, is a sound and no speech.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxtool.errors import NotInExportError
from cxtool.lexicon import Lexicon
from cxtool.metrics.phrases import with_lexicon, words_n
from cxtool.metrics.trend import in_either, period_flag
from cxtool.tables import Tables

USES = ("interactions", "transcripts")
SPEAKERS = ("agent", "customer")
FELT = "sentiment"  # of a turn, where the export has it


def turns_of(tables: Tables) -> pl.LazyFrame:
    """One row a turn of the cases of either period, numbered by ``row`` as the export has them.

    With the period, day, start and language of the case, and ``sentiment`` where the export says
    how a turn feels. Raises ``NotInExportError`` without transcripts. Source: K10.
    """
    if "transcripts" not in tables.others:
        raise NotInExportError(
            "the export has no 'transcripts' table, so there is no speech to look at",
            hint="add transcripts.csv with the columns case_id, turn, speaker, text",
        )
    columns = ["case_id", "started_d", "started_ms", "started_at", "wait_ms", "language"]
    cases = tables.cases.filter(in_either(tables.request))
    narrow: pl.LazyFrame = cases.select(*columns, period_flag(tables.request)).to_native()
    given: pl.LazyFrame = tables.others["transcripts"].to_native()
    own = [FELT] if FELT in given.collect_schema() else []
    turns = given.select("case_id", "turn", "speaker", "text", "at_ms", "start_ms", "end_ms", *own)
    joined = turns.join(narrow, on="case_id", how="inner", maintain_order="left")
    return joined.with_row_index("row")


def in_time(turns: pl.LazyFrame, lexicons: Mapping[str, Lexicon], *, language: str) -> pl.LazyFrame:
    """The turns by conversation and then in time, with their words and ``lexicon``.

    ``begin_ms`` and ``stop_ms`` are milliseconds of one clock within a conversation: from
    ``start_s`` and ``end_s`` where all its turns have both (``timed``), else both from ``at``, else
    null. ``order`` numbers them, ``case_no`` their conversations. Source: K10.
    """
    return (
        with_lexicon(turns, lexicons, language=language)
        .with_columns(_clock(), timed=_is_timed())
        .with_columns(
            stop_ms=pl.when("timed").then("end_ms").otherwise("begin_ms"),
            words_n=words_n(pl.col("text")),
        )
        .sort("case_id", "begin_ms", "turn", "row")
        .with_columns(case_no=pl.col("case_id").rle_id())
        .with_row_index("order")
    )


def _is_timed() -> pl.Expr:
    """Whether every turn of the conversation has a start and an end in their order."""
    return (pl.col("end_ms") >= pl.col("start_ms")).fill_null(False).all().over("case_id")


def _clock() -> pl.Expr:
    given = [pl.col(name) for name in ("start_ms", "at_ms")]
    start, at = (column.is_not_null().all().over("case_id") for column in given)
    return pl.when(start).then("start_ms").when(at).then("at_ms").alias("begin_ms")
