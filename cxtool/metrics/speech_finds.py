"""Pain points and the risk to lose a customer: what customers say, as phrases of the lexicons.

What it decides: only customers' turns are looked at; a phrase counts once a conversation; a phrase
is evidence of what was said, and no judgement of the customer.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxtool.lexicon import Lexicon
from cxtool.metrics.phrases import findings
from cxtool.metrics.speech_figures import summary_row
from cxtool.metrics.speech_topics import QUOTES
from cxtool.metrics.trend import CURRENT, rate_trend, trend_columns, wide
from cxtool.period import Request
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

LISTS = ("pain_points", "churn_risk")
TITLES = {"pain_points": "Pain points", "churn_risk": "Risk to lose the customer"}
SUMMARY = {"pain_points": "pain_points_pct", "churn_risk": "churn_risk_pct"}
EVERY_TURN = 2**32 - 1


def found_in(turns: pl.LazyFrame, lexicons: Mapping[str, Lexicon]) -> pl.LazyFrame:
    """One row a phrase of either list (``rule``) and conversation, with its first quote there.

    The newest conversation comes first.
    """
    asked = turns.filter(pl.col("speaker") == "customer")
    columns = ["list", "rule", "lexicon", "case_id", CURRENT, "started_ms", "started_at", "turn"]
    return (
        findings(asked, lexicons, LISTS, limit=EVERY_TURN)
        .select(*columns, "order", "speaker", "quote")
        .sort("started_ms", "order", "rule", descending=[True, False, False])
        .unique(["list", "rule", "lexicon", "case_id"], keep="first", maintain_order=True)
    )


def quotes(found: pl.DataFrame) -> pl.DataFrame:
    """The newest quotes of the period of each phrase, the commonest phrase first."""
    current = found.filter(pl.col(CURRENT)).with_columns(
        cases_n=pl.len().over("list", "rule", "lexicon"), at=pl.int_range(pl.len())
    )
    by_phrase = [pl.col("list").cast(pl.Enum(LISTS)), "cases_n", "rule", "lexicon", "at"]
    return (
        current.sort(by_phrase, descending=[False, True, False, False, False])
        .group_by("list", "rule", "lexicon", maintain_order=True)
        .head(QUOTES)
    )


def finds_section(found: pl.DataFrame, name: str, of: pl.DataFrame, request: Request) -> Section:
    """A row a phrase of the list, in how many conversations, with its newest quote. Source: K10.

    ``of``: ``conversations_n`` of each period.
    """
    share = Column(
        key="share_pct", label="Of conversations", unit=Unit.PERCENT, better="lower", drop=1
    )
    columns = (
        Column(key="phrase", label="Phrase", drop=0),
        Column(key="cases_n", label="Conversations", unit=Unit.COUNT, drop=0),
        *trend_columns(share),
        Column(key="share_n", label="n", unit=Unit.COUNT, role="n", of="share_pct", drop=7),
        Column(key="quote", label="Newest quote", drop=0),
        Column(key="case_id", label="Case", drop=2),
        Column(key="turn", label="Turn", unit=Unit.COUNT, drop=4),
        Column(key="rule", label="Lexicon", drop=3),
    )
    phrase = ["rule", "lexicon"]
    own = found.filter(pl.col("list") == name)
    first = own.filter(pl.col(CURRENT)).unique(phrase, keep="first", maintain_order=True)
    rows = (
        _with_share(own, phrase, of, request)
        .join(first.select(*phrase, "quote", "case_id", "turn"), on=phrase, how="left")
        .sort("cases_n", *phrase, descending=[True, False, False])
        .select(
            phrase="rule",
            cases_n="cases_n",
            **{c.key: c.key for c in trend_columns(share)},
            share_n="share_n",
            quote="quote",
            case_id="case_id",
            turn="turn",
            rule="lexicon",
        )
    )
    chart = Chart(kind="bars", title=f"{TITLES[name]}: conversations", x="phrase", y="cases_n")
    return Section(
        id=name, title=TITLES[name], columns=columns, rows=rows, charts=(chart,), notes=_notes(rows)
    )


def find_rows(found: pl.DataFrame, of: pl.DataFrame, request: Request) -> list[pl.DataFrame]:
    """Rows of the summary: the share of conversations with any phrase of each list."""
    return [
        summary_row(
            _with_share(found.filter(pl.col("list") == name), [], of, request),
            "share_pct",
            key=SUMMARY[name],
            label=f"{TITLES[name]}: conversations",
            unit=Unit.PERCENT,
        ).with_columns(n=pl.lit(_n(of), pl.Int64))
        for name in LISTS
    ]


def _with_share(
    found: pl.DataFrame, keys: list[str], of: pl.DataFrame, request: Request
) -> pl.DataFrame:
    counts = found.group_by(*keys, CURRENT).agg(
        pl.col("case_id").n_unique().cast(pl.Int64).alias("hits_n")
    )
    side = wide(counts, keys, ["hits_n"]).rows
    before = of.filter(~pl.col(CURRENT))["conversations_n"].sum()
    numbered = side.with_columns(
        conversations_n=pl.lit(_n(of)), conversations_n_previous=pl.lit(before)
    )
    compared = request.previous is not None
    trend = rate_trend("share_pct", hits="hits_n", n="conversations_n", compared=compared)
    return numbered.select(*keys, *trend, cases_n="hits_n", share_n="conversations_n")


def _n(of: pl.DataFrame) -> int:
    return int(of.filter(pl.col(CURRENT))["conversations_n"].sum())


def _notes(rows: pl.DataFrame) -> tuple[str, ...]:
    if rows.is_empty():
        return ("No phrase of the lexicons was said by a customer in the period.",)
    return ("Phrases that customers said; section evidence quotes more of them.",)
