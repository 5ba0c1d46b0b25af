"""What stands behind the figures of conversations: each conversation with its times and findings.

Phrases are told by their quotes, and sentiment is a mean of means of turns.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.lexicon import load_lexicons
from cxtool.metrics.explained_account import OF_TIME, SECOND, TIME, Measure, Told
from cxtool.metrics.explained_cases import cases_of_period
from cxtool.metrics.speech_figures import with_both
from cxtool.metrics.speech_finds import LISTS, SUMMARY, found_in
from cxtool.metrics.speech_timing import conversations
from cxtool.metrics.speech_turns import SPEAKERS, in_time, turns_of
from cxtool.metrics.trend import CURRENT
from cxtool.report import Column, Report
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

TIMES = Column(key="times", label="Times", unit=Unit.NUMBER, drop=1)
WEIGHT = "_weight"  # one row that is left out stands for itself
SPOKEN = "agent_turns"  # null where a case has no transcript
_SPOKEN = ~nw.col(SPOKEN).is_null()
_SILENT: Mapping[str, nw.Expr] = {"no transcript": nw.col(SPOKEN).is_null()}


def _rows(tables: Tables, settings: Settings, home: Report) -> Frame:
    """Every case of the period with what is known of its conversation, null without transcript."""
    lexicons = load_lexicons(settings.lexicons.files)
    turns = in_time(turns_of(tables), lexicons, language=settings.lexicons.language)
    known = with_both(conversations(turns, assigned=tables.has("interactions", "wait_s")))
    found = found_in(turns, lexicons).select("case_id", "list").unique()
    said = found.group_by("case_id").agg(
        (pl.col("list") == name).any().alias(name) for name in LISTS
    )
    cases: pl.LazyFrame = cases_of_period(tables, settings, home).to_native()
    joined = cases.join(known.drop(CURRENT), on="case_id", how="left")
    told = joined.join(said, on="case_id", how="left")
    responses = [pl.col(f"{side}_responses_n") for side in SPEAKERS]
    weights = [pl.when(n > 0).then(n).otherwise(1).name.suffix(WEIGHT) for n in responses]
    return nw.from_native(told.with_columns(pl.col(LISTS).fill_null(False), *weights))


def _without(column: str, why: str) -> dict[str, nw.Expr]:
    return {**_SILENT, why: nw.col(column).is_null()}


def _time(column: str, why: str = "turns without start and end") -> Measure:
    return Measure(
        kind="mean",
        counts=~nw.col(column).is_null(),
        out=_without(column, why),
        shown={TIME: SECOND * nw.col(column)},
        numerator=TIME,
    )


def _times(column: str) -> Measure:
    return Measure(
        kind="mean",
        counts=~nw.col(column).is_null(),
        out=_without(column, "turns without start and end"),
        shown={TIMES: nw.col(column)},
        numerator=TIMES,
    )


def _share(part: str, whole: str) -> Measure:
    return Measure(
        kind="rate",
        counts=~nw.col(part).is_null(),
        out=_without(part, "turns without start and end"),
        shown={TIME: SECOND * nw.col(part), OF_TIME: SECOND * nw.col(whole)},
        numerator=TIME,
        denominator=OF_TIME,
    )


def _responses(side: str) -> Told:
    """Each conversation stands for its responses."""
    count = f"{side}_responses_n"
    measure = Measure(
        kind="mean",
        counts=(nw.col(count) > 0).fill_null(False),
        out={**_SILENT, "no response, or turns without times": nw.col(count) == 0},
        shown={TIME: SECOND * nw.col(f"{side}_response_ms")},
        numerator=TIME,
    )
    return Told(
        section="summary",
        rows=_rows,
        figures={f"{side}_response_s": measure},
        weight=count + WEIGHT,
    )


SPEECH = (
    Told(
        section="summary",
        rows=_rows,
        figures={
            "conversations_n": Measure(kind="count", counts=_SPOKEN, out=_SILENT),
            "agent_talk_s": _time("agent_talk_ms"),
            "customer_talk_s": _time("customer_talk_ms"),
            "agent_share_pct": _share("agent_talk_ms", "both"),
            "silence_s": _time("silence_ms"),
            "silence_pct": _share("silence_ms", "span_ms"),
            "longest_silence_s": _time("longest_silence_ms"),
            "long_silences": _times("long_silences"),
            "long_silence_s": _time("long_silence_ms"),
            "agent_interruptions": _times("agent_interruptions"),
            "customer_interruptions": _times("customer_interruptions"),
            "greeting_s": _time("greeting_ms", "moment of greeting or assignment not known"),
            "agent_longest_response_s": _time("agent_longest_response_ms", "no response known"),
            **{
                SUMMARY[name]: Measure(kind="rate", counts=_SPOKEN, hits=nw.col(name), out=_SILENT)
                for name in LISTS
            },
        },
    ),
    *map(_responses, SPEAKERS),
)
_SIDE = "it is of one side: explain that of the summary, such as agent_talk_s"
_QUOTED = "it is of a phrase: the section evidence of 'cxtool speech' quotes where it was said"
_FELT = (
    "it is a mean of quarters, and they of turns: 'cxtool speech' says what makes a turn's score"
)
UNTOLD_SPEECH = {
    "value": "it is of the metric of the row: explain that one, such as silence_s",
    "change": "it is of the metric of the row: explain that one, such as silence_s",
    **dict.fromkeys(
        (
            "turns",
            "words",
            "talk_s",
            "talk_share_pct",
            "words_per_minute",
            "interruptions",
            "response_s",
            "longest_response_s",
        ),
        _SIDE,
    ),
    **dict.fromkeys(("z", "q", "cases_n", "cases_n_previous", "turn", "matches_n"), _QUOTED),
    **dict.fromkeys(("share_pct", "share_pct_previous", "share_n_previous"), _QUOTED),
    **dict.fromkeys(
        (
            "score",
            *(
                f"{side}_sentiment{shift}{source}"
                for side in ("agent", "customer")
                for shift in ("", "_shift")
                for source in ("", "_export")
            ),
        ),
        _FELT,
    ),
}
