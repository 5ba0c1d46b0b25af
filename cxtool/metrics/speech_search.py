"""Search in what was said: the turns of the period with a text or a pattern, in their context.

What it decides: a text is found whatever its case and however its words are spaced; a pattern
stands between slashes, and ``/.../i`` ignores case; the turns of the newest conversations come
first.
"""

from __future__ import annotations

import re
from typing import Literal

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.speech_quotes import one_line, quote
from cxtool.metrics.speech_turns import turns_of
from cxtool.metrics.trend import CURRENT
from cxtool.report import Column, Report, Section
from cxtool.tables import Tables
from cxtool.units import Unit

Speaker = Literal["agent", "customer", "all"]
COLUMNS = (
    Column(key="case_id", label="Case", drop=0),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=2),
    Column(key="turn", label="Turn", unit=Unit.COUNT, drop=0),
    Column(key="speaker", label="Speaker", drop=0),
    Column(key="match", label="Match", drop=3),
    Column(key="matches_n", label="Matches", unit=Unit.COUNT, drop=4),
    Column(key="quote", label="Quote", drop=0),
)


def pattern_of(asked: str) -> str:
    """The regular expression of what is searched; UsageError for nothing, and for a wrong one.

    >>> pattern_of("call  back?"), pattern_of("/refunds?/i"), pattern_of("/[A-Z]{3}/")
    ('(?i)call\\\\s+back\\\\?', '(?i)refunds?', '[A-Z]{3}')
    """
    written = re.fullmatch(r"/(.+)/(i?)", asked.strip(), re.DOTALL)
    if written is None:
        words = asked.split()
        if not words:
            raise UsageError("--search has nothing to look for")
        return "(?i)" + r"\s+".join(re.escape(word).replace("’", "'") for word in words)
    pattern = ("(?i)" if written[2] else "") + written[1]
    try:
        empty = pl.select(pl.lit("").str.contains(pattern)).item()
    except pl.exceptions.ComputeError:
        raise UsageError(
            f"--search: {asked} is not a regular expression that can be searched with",
            hint="look-around and back-references are not known; a text needs no slashes",
        ) from None
    if empty:
        raise UsageError(f"--search: {asked} fits everything, also an empty text")
    return pattern


def report(tables: Tables, asked: str, *, speaker: Speaker = "all") -> Report:
    """Section ``search``: a row a turn of the period in which it stands. Source: K10.

    Raises ``CxtoolError`` where nobody said it.
    """
    pattern = pattern_of(asked)
    turns = turns_of(tables).filter(pl.col(CURRENT))
    if speaker != "all":
        turns = turns.filter(pl.col("speaker") == speaker)
    all_turns = turns.select(
        pl.len().alias("turns_n"), pl.col("case_id").n_unique().alias("cases_n")
    )
    small = tables.collect(
        {"found": nw.from_native(found(turns, pattern)), "all": nw.from_native(all_turns)}
    )
    rows, (turns_n, cases_n) = small["found"], small["all"].row(0)
    who = "nobody" if speaker == "all" else f"no {speaker}"
    if rows.is_empty():
        raise CxtoolError(
            f"{who} says {_said(asked)} in the {cases_n:,} conversations of"
            f" {tables.request.period.label}",
            hint=None if tables.request.period.kind == "all" else "-p all searches every day",
        )
    section = Section(
        id="search",
        title=f"Turns with {_said(asked)}",
        columns=COLUMNS,
        rows=rows.select(column.key for column in COLUMNS),
        notes=(
            f"In {rows.height:,} of {turns_n:,} turns, and {rows['case_id'].n_unique():,} of"
            f" {cases_n:,} conversations.",
        ),
    )
    return Report.on(
        tables.request,
        report="speech",
        title="What was said",
        source=tables.source,
        sections=(section,),
        main="search",
        notes=tables.notes,
        compared=False,
    )


def found(turns: pl.LazyFrame, pattern: str) -> pl.LazyFrame:
    """The turns in which the pattern stands, with the first ``match`` and the words around it."""
    text = pl.col("said")
    before = text.str.extract(f"(?s)^(.*?)(?:{pattern})", 1)
    match = text.str.extract(f"({pattern})", 1)
    return (
        turns.with_columns(said=one_line(pl.col("text")))
        .filter(text.str.contains(pattern))
        .with_columns(
            match=match,
            matches_n=text.str.count_matches(pattern).cast(pl.Int64),
            quote=quote(text, start=before.str.len_chars(), length=match.str.len_chars()),
        )
        .sort("started_ms", "case_id", "row", descending=[True, False, False])
    )


def _said(asked: str) -> str:
    return asked if asked.startswith("/") else f"'{asked.strip()}'"
