"""Which phrases set the period apart, and which are emerging: found, grouped, quoted.

What it decides: one reading of the words tells which of them are common enough, a second counts
the phrases made of them, a third where the few that stand out were said. Stop words are those of
all languages together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.metrics import speech_rank
from cxtool.metrics.speech_phrases import (
    LEAST_CASES,
    SCRIPTS,
    WORDS,
    phrase_counts,
    phrase_rows,
    spelled,
    tokens,
    vocabulary,
)
from cxtool.metrics.speech_topics import grouped, quotes
from cxtool.metrics.stats import ALPHA, ratio, rounded
from cxtool.metrics.trend import CURRENT
from cxtool.report import Chart, Column, Section
from cxtool.tables import Collect
from cxtool.units import Unit

CANDIDATES = 60  # phrases on a side that are grouped
SHOWN = 15  # groups on a side that are told
KEYWORDS, EMERGING = "keywords", "emerging"
FINDING, HINT = "finding", "hint"
TESTS = {
    KEYWORDS: "log-odds of the period against the one before, with an informative prior",
    EMERGING: "Cochran-Armitage test of a share that grows from day to day",
}


class Found(Struct, frozen=True, kw_only=True):
    """Groups of phrases of both sections with their counts, quotes, and how many were tested."""

    groups: pl.DataFrame  # section, rank, words, also, counts, z, q, side
    quotes: pl.DataFrame  # section, rank, words, the turn, quote
    phrases_n: int
    now_n: int
    before_n: int


def days_counts(turns: pl.LazyFrame) -> pl.LazyFrame:
    """Partial: the conversations of each day and period."""
    cases = turns.select("case_no", "started_d", CURRENT).unique()
    return cases.group_by("started_d", CURRENT).agg(pl.len().cast(pl.Int64).alias("cases_n"))


def find(
    turns: pl.LazyFrame,
    token_counts: pl.DataFrame,
    days: pl.DataFrame,
    *,
    stopwords: Collection[str],
    collect: Collect,
) -> Found:
    """What stands out among the phrases of the turns.

    Without conversations before there are no keywords, for there is nothing to compare with.
    """
    said = tokens(turns)
    every = {script: vocabulary(token_counts, script, stopwords) for script in SCRIPTS}
    known = {script: words for script, words in every.items() if script is WORDS or words.height}
    rows = {script.name: phrase_rows(said, words, script) for script, words in known.items()}
    counted = collect({name: nw.from_native(phrase_counts(part)) for name, part in rows.items()})
    counts = pl.concat(
        spelled(counted[script.name], words, script).with_columns(script=pl.lit(script.name))
        for script, words in known.items()
    )
    now_n, before_n = speech_rank.conversations_n(days)
    chosen = pl.concat(
        [
            speech_rank.setting_apart(counts, days, most=CANDIDATES).with_columns(
                section=pl.lit(KEYWORDS)
            ),
            speech_rank.growing(counts, days, most=CANDIDATES).with_columns(
                section=pl.lit(EMERGING)
            ),
        ]
    )
    wanted = chosen.select("script", "phrase").unique().lazy()
    places = pl.concat(
        part.join(wanted.filter(pl.col("script") == name), on="phrase", how="inner")
        for name, part in rows.items()
    )
    first = places.group_by("script", "phrase", "case_no", CURRENT).agg(pl.col("row").min())
    where = collect({"said": nw.from_native(first)})["said"]
    where = where.join(
        chosen.select("section", "rank", "script", "phrase"), on=["script", "phrase"]
    )
    told = [_group(chosen, where, section) for section in (KEYWORDS, EMERGING)]
    quoted = collect(
        {
            section: nw.from_native(
                quotes(
                    groups.with_columns((pl.col("side") == "period").alias(CURRENT)),
                    where.filter(pl.col("section") == section).lazy(),
                    turns,
                )
            )
            for section, groups in zip((KEYWORDS, EMERGING), told, strict=True)
        }
    )
    return Found(
        groups=pl.concat(told),
        quotes=pl.concat(
            rows.with_columns(section=pl.lit(section)) for section, rows in quoted.items()
        ),
        phrases_n=counts.height,
        now_n=now_n,
        before_n=before_n,
    )


def _group(chosen: pl.DataFrame, where: pl.DataFrame, section: str) -> pl.DataFrame:
    own = pl.col("section") == section
    return grouped(chosen.filter(own), where.filter(own), most=SHOWN)


def keywords_section(found: Found) -> Section:
    """Phrases of the period that were rarer before, then those that are rarer now. Source: K10."""
    title = "Phrases that set the period apart from the one before"
    chart = Chart(kind="bars", title=f"{title}: z", x="phrase", y="z")
    columns = (*_columns(found), Column(key="side", label="More often in", drop=5))
    return Section(
        id=KEYWORDS,
        title=title,
        columns=columns,
        rows=_rows(found, KEYWORDS, columns),
        notes=_notes(found, KEYWORDS, compares=True),
        charts=(chart,),
    )


def emerging_section(found: Found) -> Section:
    """Phrases whose share of conversations grows from day to day. Source: K10."""
    columns = _columns(found)
    return Section(
        id=EMERGING,
        title="Emerging topics",
        columns=columns,
        rows=_rows(found, EMERGING, columns),
        notes=_notes(found, EMERGING, compares=False),
    )


def _columns(found: Found) -> tuple[Column, ...]:
    return (
        Column(key="phrase", label="Phrase", drop=0),
        Column(key="z", label="z", unit=Unit.NUMBER, drop=1),
        Column(key="q", label="False finds", unit=Unit.NUMBER, drop=5),
        Column(key="verdict", label="Is a", drop=3),
        Column(key="cases_n", label="Conversations", unit=Unit.COUNT, drop=0),
        Column(key="share_pct", label="Share", unit=Unit.PERCENT, drop=2),
        Column(key="share_n", label="of", unit=Unit.COUNT, role="n", of="share_pct", drop=6),
        Column(key="cases_n_previous", label="Before", unit=Unit.COUNT, drop=0),
        Column(key="share_pct_previous", label="Share before", unit=Unit.PERCENT, drop=3),
        Column(
            key="share_n_previous",
            label="of",
            unit=Unit.COUNT,
            role="n",
            of="share_pct_previous",
            drop=7,
        ),
        Column(key="also", label="Also", unit=Unit.LIST, drop=5),
        Column(key="quote", label="Quote", drop=0),
    )


def _rows(found: Found, section: str, columns: Sequence[Column]) -> pl.DataFrame:
    own = pl.col("section") == section
    first = found.quotes.filter(own).unique("rank", keep="first", maintain_order=True)
    now, before = pl.lit(found.now_n, pl.Int64), pl.lit(found.before_n, pl.Int64)
    return (
        found.groups.filter(own)
        .join(first.select("rank", "quote"), on="rank", how="left")
        .with_columns(
            phrase="words",
            z=rounded(pl.col("z")),
            q=rounded(pl.col("q")),
            verdict=pl.when(pl.col("q") <= ALPHA).then(pl.lit(FINDING)).otherwise(pl.lit(HINT)),
            share_pct=rounded(100 * ratio(pl.col("cases_n"), now)),
            share_n=now,
            share_pct_previous=rounded(100 * ratio(pl.col("cases_n_previous"), before)),
            share_n_previous=before,
        )
        .sort(pl.col("z") < 0, "rank")
        .select(column.key for column in columns)
    )


def _notes(found: Found, section: str, *, compares: bool) -> tuple[str, ...]:
    if compares and not found.before_n:
        return ("No conversation before to compare with.",)
    if found.groups.filter(pl.col("section") == section).is_empty():
        what = f"None of {found.phrases_n:,} phrases stands out at 95 %"
        return (f"{what}: {TESTS[section]}.",)
    return (
        f"Of {found.phrases_n:,} phrases said in {LEAST_CASES} conversations or more, those with z"
        f" beyond 1.96: {TESTS[section]}. A phrase counts once a conversation.",
        "False finds: how many of the phrases that stand out as much chance alone explains; up to"
        " 0.05 it is a finding, above that a hint.",
    )
