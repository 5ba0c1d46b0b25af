"""The report on what is said: who talks and how long, what about, and with which feelings.

What a turn's times tell stands in ``speech_timing``, phrases in ``speech_phrases`` and
``speech_rank``, sentiment in ``speech_course``, pain points and churn risk in ``speech_finds``.
Text is told by Polars alone. Source: K10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.lexicon import STOPWORDS, Lexicon, load_lexicons
from cxtool.metrics import speech_course, speech_figures, speech_finds, speech_keywords
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.speech_phrases import token_counts, tokens
from cxtool.metrics.speech_timing import conversations
from cxtool.metrics.speech_turns import SPEAKERS, USES, in_time, turns_of
from cxtool.report import Column, Report, Section
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

__all__ = ["USES", "Speaker", "plan", "report"]

Speaker = Literal["agent", "customer", "all"]
EVIDENCE_COLUMNS = (
    Column(key="finding", label="Of", drop=2),
    Column(key="phrase", label="Phrase", drop=0),
    Column(key="case_id", label="Case", drop=1),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=4),
    Column(key="turn", label="Turn", unit=Unit.COUNT, drop=3),
    Column(key="speaker", label="Speaker", drop=3),
    Column(key="quote", label="Quote", drop=0),
    Column(key="rule", label="Rule", drop=5),
)


def report(tables: Tables, settings: Settings, *, speaker: Speaker = "customer") -> Report:
    """What was said in the conversations of the period, against the compared one.

    Sections: ``summary``, ``speakers``, ``keywords``, ``emerging``, ``course`` (and
    ``course_export``), ``pain_points``, ``churn_risk``, ``evidence``. ``speaker``: whose words
    keywords and topics are of. Raises ``NotInExportError`` without transcripts. Source: K10.
    """
    return carried_out(plan(tables, settings, speaker=speaker), tables)


def plan(tables: Tables, settings: Settings, *, speaker: Speaker = "customer") -> Plan:
    """What ``report`` reads and makes."""
    request = tables.request
    lexicons = load_lexicons(settings.lexicons.files)
    ordered = in_time(turns_of(tables), lexicons, language=settings.lexicons.language)
    speaking = list(SPEAKERS) if speaker == "all" else [speaker]

    def finish(read: Small) -> Report:
        # Everything below looks at the same turns: they are read and put in order once.
        turns = read["turns"].lazy()
        asked = turns.filter(pl.col("speaker").is_in(speaking))
        small = tables.collect(_partials(turns, asked, lexicons, tables))
        told = speech_keywords.find(
            asked,
            small["tokens"],
            small["days"],
            stopwords=_stopwords(lexicons),
            collect=tables.collect,
        )
        totals, course, finds = small["totals"], small["course"], small["found"]
        summary = [
            *speech_figures.summary_rows(totals, request),
            *speech_course.course_rows(course, request),
            *speech_finds.find_rows(finds, totals, request),
        ]
        sections = (
            Section(
                id="summary",
                title="Conversations",
                columns=speech_figures.SUMMARY_COLUMNS,
                rows=pl.concat(summary),
            ),
            speech_figures.speakers_section({k: small[f"of {k}"] for k in SPEAKERS}, request),
            speech_keywords.keywords_section(told),
            speech_keywords.emerging_section(told),
            *(
                speech_course.course_section(course, basis, request)
                for basis in speech_course.SECTIONS
                if basis == "lexicon" or basis in set(course["basis"])
            ),
            *(
                speech_finds.finds_section(finds, name, totals, request)
                for name in speech_finds.LISTS
            ),
            evidence_section(told, speech_finds.quotes(finds)),
        )
        return Report.on(
            request,
            report="speech",
            title="Conversations",
            source=tables.source,
            sections=sections,
            main="summary",
            notes=(*tables.notes, *_notes(lexicons, speaker, told.now_n)),
        )

    return Plan(frames={"turns": nw.from_native(ordered)}, finish=finish)


def _partials(
    turns: pl.LazyFrame, asked: pl.LazyFrame, lexicons: Mapping[str, Lexicon], tables: Tables
) -> dict[str, Frame]:
    """What is counted of the turns; ``asked`` are those whose words keywords are of."""
    rows = speech_figures.with_both(
        conversations(turns, assigned=tables.has("interactions", "wait_s"))
    )
    frames = {
        "totals": speech_figures.totals(rows, speech_figures.SUMMARY),
        **{f"of {k}": f for k, f in speech_figures.by_speaker(rows).items()},
        "course": speech_course.course_counts(speech_course.felt_turns(turns, lexicons)),
        "found": speech_finds.found_in(turns, lexicons),
        "days": speech_keywords.days_counts(turns),
        "tokens": token_counts(tokens(asked)),
    }
    return {name: nw.from_native(frame) for name, frame in frames.items()}


def evidence_section(told: speech_keywords.Found, quoted: pl.DataFrame) -> Section:
    """Up to three quotes of every finding, and the rule that it stands on."""
    rules = pl.col("section").replace_strict(speech_keywords.TESTS, return_dtype=pl.String)
    keyed = told.quotes.sort("section", "rank", descending=[True, False])
    phrases = keyed.with_columns(finding="section", phrase="words", rule=rules)
    by_list = quoted.with_columns(
        finding="list", phrase="rule", rule=pl.format("lexicon {}", "lexicon")
    )
    keys = [column.key for column in EVIDENCE_COLUMNS]
    return Section(
        id="evidence",
        title="Quotes",
        columns=EVIDENCE_COLUMNS,
        rows=pl.concat([phrases.select(keys), by_list.select(keys)]),
        folded=True,
    )


def _stopwords(lexicons: Mapping[str, Lexicon]) -> frozenset[str]:
    return frozenset(word for x in lexicons.values() for word in x.phrases(STOPWORDS))


def _notes(
    lexicons: Mapping[str, Lexicon], speaker: Speaker, conversations_n: int
) -> tuple[str, ...]:
    if not conversations_n:
        return ("No case of the period has a transcript.",)
    versions = ", ".join(f"{x.language} {x.version}" for x in lexicons.values())
    whose = "agents and customers" if speaker == "all" else f"{speaker}s"
    return (
        f"Keywords and emerging topics: words of {whose}.",
        f"Sentiment, pain points and churn risk are phrases of lexicons ({versions}): evidence of"
        " what was said, no judgement of people.",
    )
