"""Who spoke how long, who was silent, who cut in, who answered how fast: one row a conversation.

What it decides:

- silence is time between the first turn and the last in which nobody makes a sound; a pause is
  long from 3 seconds on;
- a turn interrupts when it begins at least half a second before the other side's words end, and
  goes on after them: ``uh-huh`` meanwhile is no interruption;
- a response is the first turn after one of the other side, from the end of that one (from its
  moment where turns have no end); who begins before the end answers after 0 seconds;
- the greeting is the agent's first turn, from the moment at which the agent was assigned.

Everything is null where the conversation's turns do not have the times that it takes.
"""

from __future__ import annotations

import polars as pl

from cxtool.metrics.speech_turns import SPEAKERS
from cxtool.metrics.trend import CURRENT

LONG_SILENCE_MS = 3_000
INTERRUPTION_MS = 500
IS_SAID = pl.col("words_n") > 0
OTHER = {"agent": "customer", "customer": "agent"}
# What is known of each side of a conversation, as ``agent_X`` and ``customer_X``.
OF_SPEAKER = (
    "turns",
    "words",
    "talk_ms",
    "interruptions",
    "response_ms",
    "response_squares",
    "responses_n",
    "longest_response_ms",
)


def conversations(turns: pl.LazyFrame, *, assigned: bool) -> pl.LazyFrame:
    """One row a conversation of ``in_time``: what each side did, silence and greeting.

    ``assigned``: whether the export tells how long customers waited until an agent was assigned.
    Milliseconds; ``response_ms`` is the sum over ``responses_n``. Source: K10.
    """
    return (
        turns.with_columns(_ends())
        .with_columns(_silence(), *_floor())
        .group_by("case_id", CURRENT)
        .agg(
            *(expr for speaker in SPEAKERS for expr in _of_speaker(speaker)),
            *_of_all(),
            _greeting(assigned=assigned),
        )
    )


def _ends() -> list[pl.Expr]:
    """How far each side, and anybody, has spoken before a turn; who had the turn before it."""
    said = IS_SAID

    def reach(of: pl.Expr) -> pl.Expr:
        end = pl.when(of).then("stop_ms").cum_max().forward_fill()
        return end.shift(1).over("case_id")

    party = said & pl.col("speaker").is_in([*SPEAKERS, "bot"])
    latest = pl.when(party).then("speaker").forward_fill().shift(1).over("case_id")
    latest_stop = pl.when(party).then("stop_ms").forward_fill().shift(1).over("case_id")
    return [
        pl.col("stop_ms").cum_max().shift(1).over("case_id").alias("all_end"),
        *(reach(said & (pl.col("speaker") == name)).alias(f"{name}_end") for name in SPEAKERS),
        latest.alias("latest"),
        latest_stop.alias("latest_stop"),
    ]


def _silence() -> pl.Expr:
    gap = (pl.col("begin_ms") - pl.col("all_end")).clip(lower_bound=0)
    return pl.when("timed").then(gap).alias("gap_ms")


def _floor() -> list[pl.Expr]:
    """Of a turn with words: whether it cuts in, and how long it let the other side wait."""
    speaker, said = pl.col("speaker"), IS_SAID
    other_end = pl.coalesce(
        pl.when(speaker == name).then(f"{OTHER[name]}_end") for name in SPEAKERS
    )
    early = pl.col("begin_ms") <= other_end - INTERRUPTION_MS
    cuts_in = said & early & (pl.col("stop_ms") > other_end)
    other = speaker.replace_strict(OTHER, default=None, return_dtype=pl.String)
    wait = (pl.col("begin_ms") - pl.col("latest_stop")).clip(lower_bound=0)
    return [
        (cuts_in & pl.col("timed")).fill_null(False).alias("cuts_in"),
        pl.when(said & (pl.col("latest") == other)).then(wait).alias("waited_ms"),
    ]


def _of_speaker(name: str) -> list[pl.Expr]:
    own = (pl.col("speaker") == name) & IS_SAID
    waited = pl.col("waited_ms").filter(own)
    timed = pl.when(pl.col("timed").first())
    talk = (pl.col("stop_ms") - pl.col("begin_ms")).filter(own).sum()
    values = {
        "turns": own.sum().cast(pl.Int64),
        "words": pl.col("words_n").filter(own).sum(),
        "talk_ms": timed.then(talk),
        "interruptions": timed.then(pl.col("cuts_in").filter(own).sum().cast(pl.Int64)),
        "response_ms": waited.sum(),
        "response_squares": (waited.cast(pl.Float64) ** 2).sum(),
        "responses_n": waited.count().cast(pl.Int64),
        "longest_response_ms": waited.max(),
    }
    return [value.alias(f"{name}_{key}") for key, value in values.items()]


def _of_all() -> list[pl.Expr]:
    timed, gap = pl.when(pl.col("timed").first()), pl.col("gap_ms")
    long = gap.filter(gap >= LONG_SILENCE_MS)
    values = {
        "span_ms": pl.col("stop_ms").max() - pl.col("begin_ms").min(),
        "silence_ms": gap.sum(),
        "longest_silence_ms": gap.max().fill_null(0),
        "long_silence_ms": long.sum(),
        "long_silences": long.count().cast(pl.Int64),
    }
    return [timed.then(value).alias(key) for key, value in values.items()]


def _greeting(*, assigned: bool) -> pl.Expr:
    if not assigned:
        return pl.lit(None, pl.Int64).alias("greeting_ms")
    by_agent = (pl.col("speaker") == "agent") & IS_SAID
    assigned_ms = pl.col("started_ms").first() + pl.col("wait_ms").first()
    greeting = pl.col("at_ms").filter(by_agent).min() - assigned_ms
    return pl.when(greeting >= 0).then(greeting).alias("greeting_ms")
