"""The behaviour report from phrase evidence, where only transcripts exist.

What it decides: the raw score of an interaction and a behaviour is how many phrases of the
behaviour's list the agent says per 100 words of theirs. It is evidence of words, no trained model
of behaviour, and is called so everywhere. From there on all is as with scores of a model: who is
left out, the index by rank, totals and bands. A language without a lexicon is one without a model.
Source: B1-B11.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import narwhals.stable.v2 as nw
import polars as pl
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import UsageError
from cxtool.lexicon import Lexicon, load_lexicons
from cxtool.metrics import behavior
from cxtool.metrics.behavior_calibration import ranked
from cxtool.metrics.behavior_eligibility import NOT_SCORED, eligible
from cxtool.metrics.behavior_quotes import (
    PER_WORDS,
    Evidence,
    agent_turns,
    evidence_section,
    phrases_section,
    transcripts_of,
)
from cxtool.metrics.phrases import (
    AUTO,
    by_language,
    known,
    matches_n,
    named_language,
    with_lexicon,
    words_n,
)
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import in_either, within
from cxtool.report import Report, Section
from cxtool.schema import BEHAVIORS
from cxtool.tables import Frame, Tables

USES = ("interactions", "transcripts")
# Where a model's words for a reason to leave an interaction out would mislead.
OWN_REASONS = {
    "language_without_model": "language without a lexicon",
    NOT_SCORED: "no words of the agent that a lexicon can read",
}
FINDINGS = 5  # quoted of each behaviour unless told otherwise
NOTE = (
    "Scores are phrase evidence: phrases of each behaviour's list per 100 words of the agent. They"
    " are counted by rule, not judged by a trained model; what is meant but said in other words is"
    " not seen."
)
SEVERAL = (
    "Interactions of several languages are ranked together, though their lexicons differ in length;"
    ' behavior.languages = ["en"] ranks one language alone.'
)


def report(
    tables: Tables,
    settings: Settings,
    *,
    agent: str | None = None,
    interactions: bool = False,
    language: str | None = None,
    findings_n: int = FINDINGS,
) -> Report:
    """``behavior.report`` on phrase evidence, with sections ``phrases`` and ``evidence``.

    ``language``: the lexicon to read all transcripts with; None: as the settings say.
    ``findings_n``: how many turns are quoted of each behaviour and language, the newest first. No
    ``transcripts`` table is an error, as is a language without a lexicon.

    Source: B1-B11.
    """
    evidence = gathered(tables, settings, language=language)
    scored = evidence.tables
    told = behavior.report(
        scored,
        evidence.settings,
        agent=agent,
        interactions=interactions,
        cuts=ranked(scored, evidence.settings),
    )
    agent_id = _only_agent(told) if agent is not None else None
    cases = _shown_cases(evidence, agent_id, asked=agent is not None)
    sections = [_named(section) for section in told.sections]
    sections += [phrases_section(cases), evidence_section(evidence, cases, findings_n)]
    return replace(
        told,
        title="Agent behaviour, by phrase evidence",
        sections=tuple(sections),
        notes=(NOTE, *_lexicon_notes(evidence), *told.notes),
    )


def gathered(tables: Tables, settings: Settings, *, language: str | None = None) -> Evidence:
    """Phrases and words of the agent in every interaction of both periods that may be scored.

    The ``behaviors`` table of the result has a row per interaction and behaviour whose ``score`` is
    phrases per 100 words: no row without words of the agent, or without phrases in the lexicon.
    """
    lexicons = load_lexicons(settings.lexicons.files)
    language = language or settings.lexicons.language
    transcripts = transcripts_of(tables)
    allowed = [known(language, lexicons)] if language != AUTO else _allowed(settings, lexicons)
    if language == AUTO:
        tables = replace(
            tables,
            cases=_with_codes(tables.cases, lexicons),
            reference_cases=_with_codes(tables.reference_cases, lexicons),
        )
        own = msgspec.structs.replace(settings.behavior, languages=allowed)
        settings = msgspec.structs.replace(settings, behavior=own)
    cases = eligible(tables.reference_cases.filter(in_either(tables.request)), tables, settings)
    turns = agent_turns(transcripts, cases.select("case_id", "language").to_native())
    read = with_lexicon(turns, lexicons, language=language)
    counted = by_language(read, [lexicons[code] for code in allowed], _counted)
    counts = tables.collect({"counts": nw.from_native(counted)})["counts"].sort("case_id")
    scores = nw.from_native(_scores(counts).lazy())
    return Evidence(
        tables=replace(
            tables,
            others={**tables.others, "behaviors": scores},
            given={**tables.given, "behaviors": frozenset(("case_id", "behavior", "score"))},
        ),
        settings=settings,
        lexicons=lexicons,
        counts=counts,
    )


def _allowed(settings: Settings, lexicons: Mapping[str, Lexicon]) -> list[str]:
    """Codes of the lexicons that may be used: all, unless the settings name languages."""
    named = pl.Series("language", settings.behavior.languages, dtype=pl.String).to_frame()
    codes = named.select(named_language(pl.col("language"), lexicons))["language"].drop_nulls()
    if settings.behavior.languages and codes.is_empty():
        raise UsageError(
            "behavior.languages names no language that has a lexicon",
            hint=f"languages: {', '.join(lexicons)}; lexicons.files adds others",
        )
    return [code for code in lexicons if codes.is_empty() or code in codes]


def _with_codes(cases: Frame, lexicons: Mapping[str, Lexicon]) -> Frame:
    """The cases with the code of a lexicon for their language; without one, as it stands."""
    said = pl.col("language")
    native: pl.LazyFrame = cases.to_native()
    codes = pl.coalesce(named_language(said, lexicons), said)
    return nw.from_native(native.with_columns(language=codes))


def _counted(turns: pl.LazyFrame, lexicon: Lexicon) -> pl.LazyFrame:
    text = pl.col("text")
    able = [name for name in BEHAVIORS if lexicon.phrases(name)]
    sums = turns.group_by("case_id", "lexicon").agg(
        rounded(words_n(text).sum()).alias("words_n"),
        *(matches_n(text, lexicon, name).sum().alias(name) for name in able),
    )
    unable = {name: pl.lit(None, pl.Int64) for name in BEHAVIORS if name not in able}
    return sums.with_columns(**unable).select("case_id", "lexicon", "words_n", *BEHAVIORS)


def _scores(counts: pl.DataFrame) -> pl.DataFrame:
    long = counts.unpivot(
        BEHAVIORS, index=["case_id", "words_n"], variable_name="behavior", value_name="phrases_n"
    )
    score = rounded(PER_WORDS * ratio(pl.col("phrases_n"), pl.col("words_n")))
    return long.select("case_id", "behavior", score=score).drop_nulls("score")


def _only_agent(told: Report) -> str | None:
    rows = told.section("agents").rows
    return None if rows.is_empty() else str(rows["agent_id"].item())


def _shown_cases(evidence: Evidence, agent_id: str | None, *, asked: bool) -> pl.DataFrame:
    """Scored interactions of the period with their counts, of the agent asked for; newest first."""
    tables = evidence.tables
    shown = tables.cases.filter(within(tables.request.period))
    if asked:
        shown = shown.filter(nw.col("agent_id") == agent_id)
    frame = shown.select("case_id", "started_at", "agent")
    cases = tables.collect({"cases": frame})["cases"]
    scored = evidence.counts.filter(pl.col("words_n") > 0)
    return cases.join(scored, on="case_id", how="inner").sort(
        "started_at", "case_id", descending=[True, False]
    )


def _named(section: Section) -> Section:
    if section.id != "left_out":
        return replace(section, title=f"{section.title}, by phrase evidence")
    said = pl.col("reason").replace_strict(OWN_REASONS, default=pl.col("reason_label"))
    return replace(section, rows=section.rows.with_columns(reason_label=said))


def _lexicon_notes(evidence: Evidence) -> tuple[str, ...]:
    """Which lexicons read how many interactions of both periods, and what several of them mean."""
    counts = evidence.counts["lexicon"].value_counts().sort("lexicon")
    if counts.is_empty():
        return ("No interaction could be read with a lexicon.",)
    told = ", ".join(
        f"{code} {evidence.lexicons[code].version} ({interactions_n:,} interactions)"
        for code, interactions_n in counts.iter_rows()
    )
    return (f"Lexicons: {told}.", *([SEVERAL] if counts.height > 1 else []))
