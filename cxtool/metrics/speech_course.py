"""How each side feels in the course of a conversation, quarter by quarter.

What it decides: a turn scores +5 where its words are more often positive than negative, -5 where
it is the reverse, else 0; a quarter is of the speaker's own time, from the conversation's first
turn to the end of the speaker's last one (of the speaker's turns where they have no times), and a
turn belongs to the quarter in which it begins. A quarter's score is the mean of its turns, a
conversation's the mean of its quarters, and the figures are means of conversations. Where the
export itself says how a turn feels (``sentiment`` of transcripts), that is told as well, under its
own name.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxtool.lexicon import Lexicon
from cxtool.metrics.phrases import by_language, feelings_n
from cxtool.metrics.speech_figures import summary_row
from cxtool.metrics.speech_turns import FELT, SPEAKERS
from cxtool.metrics.trend import CURRENT, mean_trend, trend_columns, wide
from cxtool.period import Request
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

SCORE = 5
QUARTERS = ("q1", "q2", "q3", "q4")
POINTS = (*QUARTERS, "whole", "shift")
QUARTER_WORDS = ("1st quarter", "2nd quarter", "3rd quarter", "4th quarter")
# Where a turn's score comes from, and the section of each.
SECTIONS = {"lexicon": "course", "export": "course_export"}
TITLES = {
    "lexicon": "Sentiment in the course of a conversation",
    "export": "Sentiment in its course, as the export has it",
}
NOTES = {
    "lexicon": "A turn scores +5 if its words are mostly positive, -5 if negative, else 0.",
    "export": "A turn scores +5 or -5 as the export's own sentiment says, else 0.",
}


def felt_turns(turns: pl.LazyFrame, lexicons: Mapping[str, Lexicon]) -> pl.LazyFrame:
    """The turns of both sides with their ``score``, by ``basis``: -5, 0 or 5.

    Turns in a language without a lexicon, and of no known sentiment, are not there.
    """

    def made(part: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
        positive, negative = feelings_n(pl.col("text"), lexicon)
        return part.with_columns(score=SCORE * (positive - negative).sign().cast(pl.Int64))

    spoken = turns.filter(pl.col("speaker").is_in(SPEAKERS), pl.col("words_n") > 0)
    placed = spoken.with_columns(quarter=_quarter())
    bases = [
        by_language(placed, lexicons.values(), made).with_columns(basis=pl.lit("lexicon")),
    ]
    if FELT in turns.collect_schema():
        words = pl.col(FELT).cast(pl.String).str.to_lowercase()
        scores = {"positive": SCORE, "negative": -SCORE, "neutral": 0, "mixed": 0}
        score = words.replace_strict(scores, default=None, return_dtype=pl.Int64)
        bases.append(placed.with_columns(score=score, basis=pl.lit("export")))
    columns = ["basis", "case_id", CURRENT, "speaker", "quarter", "score"]
    return pl.concat([rows.select(columns) for rows in bases]).filter(pl.col("score").is_not_null())


def course_counts(felt: pl.LazyFrame) -> pl.LazyFrame:
    """Partial: by basis, speaker and compared period n, sum and sum of squares of each point."""
    quarters = [pl.col("score").filter(pl.col("quarter") == q).mean() for q in range(4)]
    scored = felt.group_by("basis", "case_id", CURRENT, "speaker").agg(
        expr.alias(name) for expr, name in zip(quarters, QUARTERS, strict=True)
    )
    points = scored.with_columns(
        whole=pl.mean_horizontal(QUARTERS), shift=pl.col("q4") - pl.col("q1")
    )
    return points.group_by("basis", "speaker", CURRENT).agg(
        *(pl.col(point).count().cast(pl.Int64).alias(f"{point}_n") for point in POINTS),
        *(pl.col(point).sum().alias(f"{point}_total") for point in POINTS),
        *((pl.col(point) ** 2).sum().alias(f"{point}_squares") for point in POINTS),
    )


def course_section(partial: pl.DataFrame, basis: str, request: Request) -> Section:
    """A row a quarter of the conversation, for each side. Source: K10."""
    figure = Column(key="score", label="Score", unit=Unit.NUMBER, better="higher", drop=0)
    columns = (
        Column(key="speaker", label="Speaker", drop=0),
        Column(key="quarter", label="Quarter", drop=0),
        *trend_columns(figure),
        Column(key="score_n", label="n", unit=Unit.COUNT, role="n", of="score", drop=1),
    )
    rows = [
        _point(partial, basis, point, request).with_columns(quarter=pl.lit(words))
        for point, words in zip(QUARTERS, QUARTER_WORDS, strict=True)
    ]
    return Section(
        id=SECTIONS[basis],
        title=TITLES[basis],
        columns=columns,
        rows=pl.concat(rows).sort("speaker", "quarter").select(column.key for column in columns),
        notes=(NOTES[basis],),
        charts=(
            Chart(kind="lines", title=TITLES[basis], x="quarter", y="score", series="speaker"),
        ),
    )


def course_rows(partial: pl.DataFrame, request: Request) -> list[pl.DataFrame]:
    """Rows of the summary: each side's whole score, and its end less its start."""
    known = set(partial["basis"])
    return [
        summary_row(
            _point(partial, basis, point, request).filter(pl.col("speaker") == speaker),
            "score",
            key=f"{speaker}_{key}{ending}",
            label=f"{speaker.capitalize()}'s {words}{source}",
            unit=Unit.NUMBER,
        )
        for basis, ending, source in (("lexicon", "", ""), ("export", "_export", ", export's own"))
        if basis in known
        for speaker in SPEAKERS
        for point, key, words in (
            ("whole", "sentiment", "sentiment"),
            ("shift", "sentiment_shift", "sentiment, end less start"),
        )
    ]


def _quarter() -> pl.Expr:
    """0 to 3: where a turn begins in its speaker's time, else among the speaker's turns."""
    own = ["case_id", "speaker"]
    first = pl.col("begin_ms").min().over("case_id")
    begin, span = pl.col("begin_ms") - first, pl.col("stop_ms").max().over(own) - first
    by_time = pl.when(span > 0).then(4 * begin // span)
    place = pl.col("order").rank("ordinal").over(own) - 1
    by_place = 4 * place.cast(pl.Int64) // pl.len().over(own)
    return pl.coalesce(by_time, by_place).clip(0, 3).cast(pl.Int64)


def _point(partial: pl.DataFrame, basis: str, point: str, request: Request) -> pl.DataFrame:
    names = [f"{point}_{part}" for part in ("n", "total", "squares")]
    side = wide(partial.filter(pl.col("basis") == basis), ["speaker"], names).rows
    trend = mean_trend(
        "score",
        n=names[0],
        total=names[1],
        squares=names[2],
        compared=request.previous is not None,
    )
    return side.select("speaker", *trend, score_n=pl.col(names[0]))
