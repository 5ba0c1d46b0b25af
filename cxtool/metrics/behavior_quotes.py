"""Phrase evidence of behaviour before any rank: its counts, and the turns it is quoted from."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import CxtoolError, NotInExportError
from cxtool.lexicon import Lexicon
from cxtool.metrics.phrases import findings
from cxtool.metrics.stats import ratio, rounded
from cxtool.report import Chart, Column, Section
from cxtool.schema import BEHAVIORS
from cxtool.tables import Tables
from cxtool.units import Unit

PER_WORDS = 100


class Evidence(Struct, frozen=True, kw_only=True):
    """The tables with phrase evidence for scores, and what it was made of.

    ``counts``: one row per interaction that may be scored, with its ``lexicon``, ``words_n`` of the
    agent and the phrases of each behaviour, null where the lexicon has none.
    """

    tables: Tables
    settings: Settings
    lexicons: Mapping[str, Lexicon]
    counts: pl.DataFrame


def transcripts_of(tables: Tables) -> pl.LazyFrame:
    """The turns of the export; an error where it has none, or another engine holds them."""
    if "transcripts" not in tables.others:
        raise NotInExportError(
            "the export has no 'transcripts' table, so there is no phrase evidence of behaviour",
            hint="add transcripts.csv with the columns case_id, turn, speaker, text",
        )
    turns = tables.others["transcripts"].to_native()
    if not isinstance(turns, pl.LazyFrame):
        raise CxtoolError("phrase evidence reads transcripts on one machine, with Polars alone")
    return turns


def agent_turns(transcripts: pl.LazyFrame, cases: pl.LazyFrame) -> pl.LazyFrame:
    """The agents' turns in these cases, with the columns of both."""
    spoken = transcripts.filter(pl.col("speaker") == "agent")
    return spoken.select("case_id", "turn", "speaker", "text").join(cases, on="case_id")


def phrases_section(cases: pl.DataFrame) -> Section:
    """Each behaviour's phrases, before any rank."""
    # Words of interactions alone whose lexicon has phrases of the behaviour.
    words = [pl.col("words_n").filter(pl.col(b).is_not_null()).sum().alias(b) for b in BEHAVIORS]
    rows = pl.DataFrame({"behavior": BEHAVIORS}).with_columns(
        phrases_n=pl.Series(cases.select(BEHAVIORS).sum().row(0), dtype=pl.Int64),
        agent_words_n=pl.Series(cases.select(words).row(0), dtype=pl.Float64),
        shown_n=pl.Series(cases.select(pl.col(BEHAVIORS) > 0).sum().row(0), dtype=pl.Int64),
        interactions_n=pl.Series(cases.select(BEHAVIORS).count().row(0), dtype=pl.Int64),
    )
    rate = rounded(PER_WORDS * ratio(pl.col("phrases_n"), pl.col("agent_words_n")))
    columns = (
        Column(key="behavior", label="Behaviour", drop=0),
        Column(
            key="phrases_per_100_words", label="Phrases per 100 words", unit=Unit.NUMBER, drop=0
        ),
        Column(key="phrases_n", label="Phrases", unit=Unit.COUNT, drop=1),
        Column(key="agent_words_n", label="Agent words", unit=Unit.COUNT, drop=2),
        Column(key="shown_pct", label="Shown in", unit=Unit.PERCENT, drop=1),
        Column(key="shown_n", label="Shown in n", unit=Unit.COUNT, drop=3),
        Column(
            key="interactions_n",
            label="Interactions",
            unit=Unit.COUNT,
            role="n",
            of="shown_pct",
            drop=3,
        ),
    )
    rows = rows.with_columns(
        agent_words_n=pl.col("agent_words_n").round().cast(pl.Int64),
        phrases_per_100_words=rate,
        shown_pct=rounded(100 * ratio(pl.col("shown_n"), pl.col("interactions_n"))),
    )
    return Section(
        id="phrases",
        title="Phrase evidence of each behaviour",
        columns=columns,
        rows=rows.select(column.key for column in columns),
        charts=(
            Chart(
                kind="bars",
                title="Phrases of each behaviour per 100 words of the agent",
                x="behavior",
                y="phrases_per_100_words",
            ),
        ),
    )


def evidence_section(evidence: Evidence, cases: pl.DataFrame, findings_n: int) -> Section:
    """The newest turns in which a behaviour's phrases stand, with rule and quote."""
    newest = [
        cases.filter(pl.col(name) > 0).group_by("lexicon", maintain_order=True).head(findings_n)
        for name in BEHAVIORS
    ]
    shown = pl.concat(newest, how="diagonal").select("case_id", "started_at", "agent", "lexicon")
    turns = agent_turns(transcripts_of(evidence.tables), shown.unique().lazy())
    read = evidence.tables.collect({"turns": nw.from_native(turns)})["turns"]
    read = read.sort("started_at", "case_id", "turn", descending=[True, False, False])
    rows = findings(read.lazy(), evidence.lexicons, BEHAVIORS, limit=findings_n).collect()
    columns = (
        Column(key="behavior", label="Behaviour", drop=0),
        Column(key="case_id", label="Case", drop=1),
        Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=6),
        Column(key="agent", label="Agent", drop=3),
        Column(key="turn", label="Turn", drop=5),
        Column(key="speaker", label="Speaker", drop=9),
        Column(key="lexicon", label="Lexicon", drop=7),
        Column(key="rule", label="Rule", drop=2),
        Column(key="phrase", label="Phrase", drop=4),
        Column(key="quote", label="Quote", drop=0),
    )
    order = pl.col("list").cast(pl.Enum(BEHAVIORS))
    rows = rows.with_columns(behavior=pl.col("list"), turn=pl.col("turn").cast(pl.String)).sort(
        order, "started_at", "case_id", pl.col("turn").cast(pl.Int64), "phrase",
        descending=[False, True, False, False, False],
    )  # fmt: skip
    return Section(
        id="evidence",
        title="Phrase evidence, quoted",
        columns=columns,
        rows=rows.select(column.key for column in columns),
        notes=(
            f"At most {findings_n} quoted of each behaviour and language, the newest first;"
            " --evidence N shows more.",
        ),
        folded=True,
        few_by=("behavior",),
    )
