"""The summary of conversations and the two sides of them, made of one row a conversation.

What it decides: counts and times are means of conversations, responses means of responses, shares
are of all the time together; each with its n, and null where no conversation has what it takes.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec import Struct

from cxtool.metrics.speech_timing import OF_SPEAKER
from cxtool.metrics.speech_turns import SPEAKERS
from cxtool.metrics.trend import (
    CURRENT,
    count_trend,
    days_of,
    mean_trend,
    ratio_trend,
    trend_columns,
    wide,
)
from cxtool.period import Request
from cxtool.report import Better, Column, Section
from cxtool.units import Unit

SECOND = 0.001  # of milliseconds


class Mean(Struct, frozen=True, kw_only=True):
    """A mean of ``of``; ``n`` is what it counts (``of`` itself where conversations are)."""

    key: str
    label: str
    of: str
    unit: Unit = Unit.NUMBER
    scale: float = 1.0
    responses: str | None = None  # the side whose responses the mean is of
    better: Better | None = None
    drop: int = 2


class Share(Struct, frozen=True, kw_only=True):
    """``scale * part / whole``, both summed over the conversations that have both."""

    key: str
    label: str
    part: str
    whole: str
    unit: Unit = Unit.PERCENT
    scale: float = 100.0
    drop: int = 2


Figure = Mean | Share

SUMMARY: tuple[Figure, ...] = (
    Mean(key="agent_talk_s", label="Agent talk time", of="agent_talk_ms", unit=Unit.SECONDS),
    Mean(
        key="customer_talk_s", label="Customer talk time", of="customer_talk_ms", unit=Unit.SECONDS
    ),
    Share(key="agent_share_pct", label="Agent's share of talk", part="agent_talk_ms", whole="both"),
    Mean(key="silence_s", label="Silence", of="silence_ms", unit=Unit.SECONDS),
    Share(key="silence_pct", label="Share of silence", part="silence_ms", whole="span_ms"),
    Mean(
        key="longest_silence_s", label="Longest pause", of="longest_silence_ms", unit=Unit.SECONDS
    ),
    Mean(key="long_silences", label="Pauses of 3 s or more", of="long_silences"),
    Mean(
        key="long_silence_s", label="Time in such pauses", of="long_silence_ms", unit=Unit.SECONDS
    ),
    Mean(key="agent_interruptions", label="Agent cuts in", of="agent_interruptions"),
    Mean(key="customer_interruptions", label="Customer cuts in", of="customer_interruptions"),
    Mean(key="greeting_s", label="Greeting", of="greeting_ms", unit=Unit.SECONDS),
    Mean(
        key="agent_response_s",
        label="Agent's response",
        of="agent_response_ms",
        unit=Unit.SECONDS,
        responses="agent",
    ),
    Mean(
        key="agent_longest_response_s",
        label="Agent's longest response",
        of="agent_longest_response_ms",
        unit=Unit.SECONDS,
    ),
    Mean(
        key="customer_response_s",
        label="Customer's response",
        of="customer_response_ms",
        unit=Unit.SECONDS,
        responses="customer",
    ),
)
SPEAKER: tuple[Figure, ...] = (
    Mean(key="turns", label="Turns", of="turns", drop=1),
    Mean(key="words", label="Words", of="words", drop=3),
    Mean(key="talk_s", label="Talk time", of="talk_ms", unit=Unit.SECONDS, drop=0),
    Share(key="talk_share_pct", label="Share of talk", part="talk_ms", whole="both", drop=1),
    Share(
        key="words_per_minute",
        label="Words a minute",
        part="words",
        whole="talk_ms",
        unit=Unit.NUMBER,
        scale=60_000.0,
        drop=1,
    ),
    Mean(key="interruptions", label="Cuts in", of="interruptions", drop=1),
    Mean(
        key="response_s",
        label="Response",
        of="response_ms",
        unit=Unit.SECONDS,
        responses="",
        drop=0,
    ),
    Mean(
        key="longest_response_s",
        label="Longest response",
        of="longest_response_ms",
        unit=Unit.SECONDS,
        drop=2,
    ),
)
SUMMARY_COLUMNS = (
    Column(key="metric", label="Metric", drop=4),
    Column(key="name", label="Name", drop=0),
    Column(key="value", label="Value", unit=Unit.NUMBER, drop=0),
    Column(key="unit", label="Unit", drop=6),
    Column(key="n", label="n", unit=Unit.COUNT, role="n", of="value", drop=2),
    Column(key="previous", label="Before", unit=Unit.NUMBER, role="previous", of="value", drop=3),
    Column(key="change", label="Change", unit=Unit.NUMBER, role="change", of="value", drop=1),
    Column(key="signal", label="Trend", unit=Unit.SIGNAL, role="signal", of="value", drop=2),
)


def totals(rows: pl.LazyFrame, figures: Sequence[Figure]) -> pl.LazyFrame:
    """Partial: per compared period the conversations, and n and sums of each figure."""
    return rows.group_by(CURRENT).agg(
        pl.len().cast(pl.Int64).alias("conversations_n"),
        *(expr for figure in figures for expr in _sums(figure)),
    )


def with_both(rows: pl.LazyFrame) -> pl.LazyFrame:
    """``both``: how long agent and customer talked together, in milliseconds."""
    return rows.with_columns(both=pl.col("agent_talk_ms") + pl.col("customer_talk_ms"))


def by_speaker(rows: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """``totals`` of each side's figures."""
    return {
        name: totals(
            rows.select(CURRENT, "both", **{key: pl.col(f"{name}_{key}") for key in OF_SPEAKER}),
            SPEAKER,
        )
        for name in SPEAKERS
    }


def summary_row(
    own: pl.DataFrame, figure: str, *, key: str, label: str, unit: Unit
) -> pl.DataFrame:
    """A row of the summary from the one row that has the figure with its trend and its n.

    Where there is no such row, nothing is known.
    """
    numbers = {"value": figure, "previous": f"{figure}_previous", "change": f"{figure}_change"}
    n = pl.col(f"{figure}_n") if f"{figure}_n" in own.columns else pl.lit(None)
    row = own if own.height else own.clear(1)
    return row.select(
        pl.lit(key).alias("metric"),
        pl.lit(label).alias("name"),
        pl.lit(unit.value).alias("unit"),
        *(pl.col(name).cast(pl.Float64).alias(column) for column, name in numbers.items()),
        n.cast(pl.Int64).alias("n"),
        pl.col(f"{figure}_signal").alias("signal"),
    ).select(column.key for column in SUMMARY_COLUMNS)


def summary_rows(partial: pl.DataFrame, request: Request) -> list[pl.DataFrame]:
    """Conversations, and each figure of ``SUMMARY`` in its own unit. Source: K10."""
    side = _wide(partial)
    counted = side.select(
        count_trend(
            "conversations_n",
            count="conversations_n",
            compared=request.previous is not None,
            data_before=not partial.filter(~pl.col(CURRENT)).is_empty(),
            days=days_of(request),
        )
    )
    count = ("conversations_n", "Conversations", Unit.COUNT)
    told = side.select(expr for figure in SUMMARY for expr in _figure(figure, request))
    rows = [(counted, *count), *((told, f.key, f.label, f.unit) for f in SUMMARY)]
    return [
        summary_row(own, key, key=key, label=label, unit=unit) for own, key, label, unit in rows
    ]


def speakers_section(partials: dict[str, pl.DataFrame], request: Request) -> Section:
    """Agent and customer side by side. Source: K10."""
    values = [expr for figure in SPEAKER for expr in _figure(figure, request)]
    rows = [
        _wide(partial).select(pl.lit(name).alias("speaker"), *values)
        for name, partial in partials.items()
    ]
    return Section(
        id="speakers",
        title="Agent and customer",
        columns=(
            Column(key="speaker", label="Speaker", drop=0),
            *(column for figure in SPEAKER for column in _columns(figure)),
        ),
        rows=pl.concat(rows),
    )


def _columns(figure: Figure) -> tuple[Column, ...]:
    value = Column(key=figure.key, label=figure.label, unit=figure.unit, drop=figure.drop)
    n = Column(
        key=f"{figure.key}_n",
        label=f"{figure.label} of",
        unit=Unit.COUNT,
        role="n",
        of=figure.key,
        drop=7,
    )
    return (*trend_columns(value), n)


def _sums(figure: Figure) -> list[pl.Expr]:
    key = figure.key
    if isinstance(figure, Share):
        part, whole = pl.col(figure.part).cast(pl.Float64), pl.col(figure.whole).cast(pl.Float64)
        both = part.is_not_null() & whole.is_not_null()
        sums = {
            "part": part,
            "whole": whole,
            "part_squares": part**2,
            "whole_squares": whole**2,
            "products": part * whole,
        }
        return [
            both.sum().cast(pl.Int64).alias(f"{key}_n"),
            *(value.filter(both).sum().alias(f"{key}_{name}") for name, value in sums.items()),
        ]
    value = pl.col(figure.of).cast(pl.Float64)
    if figure.responses is None:
        n, squares = value.count(), (value**2).sum()
    else:
        prefix = f"{figure.responses}_" if figure.responses else ""
        n, squares = (
            pl.col(f"{prefix}{name}").sum() for name in ("responses_n", "response_squares")
        )
    return [
        n.cast(pl.Int64).alias(f"{key}_n"),
        value.sum().alias(f"{key}_total"),
        squares.alias(f"{key}_squares"),
    ]


def _wide(partial: pl.DataFrame) -> pl.DataFrame:
    counts = [name for name in partial.columns if name != CURRENT]
    return wide(partial, [], counts).rows


def _figure(figure: Figure, request: Request) -> list[pl.Expr]:
    """The figure with its trend, and its n."""
    return [*_trend(figure, request), pl.col(f"{figure.key}_n")]


def _trend(figure: Figure, request: Request) -> list[pl.Expr]:
    key, compared = figure.key, request.previous is not None
    if isinstance(figure, Share):
        return ratio_trend(
            key,
            n=f"{key}_n",
            earned=f"{key}_part",
            possible=f"{key}_whole",
            earned_squares=f"{key}_part_squares",
            possible_squares=f"{key}_whole_squares",
            products=f"{key}_products",
            compared=compared,
            scale=figure.scale,
        )
    return mean_trend(
        key,
        n=f"{key}_n",
        total=f"{key}_total",
        squares=f"{key}_squares",
        compared=compared,
        scale=figure.scale * (SECOND if figure.unit is Unit.SECONDS else 1.0),
    )
