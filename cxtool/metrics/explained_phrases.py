"""What stands behind phrase evidence: interactions, with the phrases and words of their agent.

Every interaction is told once for each behaviour, since a lexicon may have phrases of some alone.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics import behavior_phrases
from cxtool.metrics.behavior_eligibility import REASONS, judged
from cxtool.metrics.behavior_phrases import OWN_REASONS, gathered
from cxtool.metrics.behavior_quotes import PER_WORDS
from cxtool.metrics.explained_account import By, Measure, Told, of_column
from cxtool.metrics.trend import within
from cxtool.report import Column, Report
from cxtool.schema import BEHAVIORS
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

PHRASES = Column(key="phrases", label="Phrases", unit=Unit.NUMBER, drop=1)
WORDS = Column(key="words", label="Agent words", unit=Unit.NUMBER, drop=1)
HUNDREDS = Column(key="words_100", label="Hundreds of words", unit=Unit.NUMBER, drop=1)


def _report(tables: Tables, settings: Settings, by: By) -> Report:
    return behavior_phrases.report(tables, settings)


def _rows(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Interactions of the period, each with every behaviour and what was counted of it."""
    evidence = gathered(tables, settings)
    counts = evidence.counts.unpivot(
        BEHAVIORS, index=["case_id", "words_n"], variable_name="behavior", value_name=PHRASES.key
    )
    names = pl.LazyFrame({"behavior": BEHAVIORS}, schema={"behavior": pl.String})
    cases = evidence.tables.cases.filter(within(tables.request.period))
    told: pl.LazyFrame = judged(cases, evidence.tables, evidence.settings).to_native()
    counted = told.join(names, how="cross").join(
        counts.lazy(), on=["case_id", "behavior"], how="left"
    )
    words = pl.col("words_n")
    return nw.from_native(
        counted.with_columns(words.alias(WORDS.key), (words / PER_WORDS).alias(HUNDREDS.key))
    )


_READ = nw.col(WORDS.key) > 0
_COUNTS = nw.col("reason").is_null() & _READ & ~nw.col(PHRASES.key).is_null()
_OUT = {
    **{
        OWN_REASONS.get(reason.key, reason.label): nw.col("reason") == reason.key
        for reason in REASONS
    },
    OWN_REASONS["not_scored"]: nw.col(WORDS.key).is_null() | ~_READ,
    "the lexicon has no phrases of this behaviour": nw.col(PHRASES.key).is_null(),
}
_SHOWN = {PHRASES: nw.col(PHRASES.key), WORDS: nw.col(WORDS.key)}
_SHOWS = nw.col(PHRASES.key) > 0

PHRASE_EVIDENCE = (
    Told(
        section="phrases",
        figures={
            "phrases_per_100_words": Measure(
                kind="mean",
                counts=_COUNTS,
                out=_OUT,
                shown={PHRASES: nw.col(PHRASES.key), HUNDREDS: nw.col(HUNDREDS.key)},
                numerator=PHRASES,
                denominator=HUNDREDS,
            ),
            "phrases_n": Measure(
                kind="sum", counts=_COUNTS, out=_OUT, shown=_SHOWN, numerator=PHRASES
            ),
            "agent_words_n": Measure(
                kind="sum", counts=_COUNTS, out=_OUT, shown=_SHOWN, numerator=WORDS
            ),
            "shown_pct": Measure(kind="rate", counts=_COUNTS, hits=_SHOWS, out=_OUT, shown=_SHOWN),
            "shown_n": Measure(
                kind="count",
                counts=_COUNTS & _SHOWS,
                out={**_OUT, "no phrase of this behaviour": ~_SHOWS},
                shown=_SHOWN,
            ),
        },
        rows=_rows,
        by=(of_column("behavior"),),
        make=_report,
    ),
)
