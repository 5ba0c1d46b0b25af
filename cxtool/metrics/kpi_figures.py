"""The figures of contact-centre performance: of which counts each is made, and how it is told.

A figure is a count, a rate (``hits`` of ``n``) or a mean (``n``, total and squares of a sum). From
the totals of the groups of both periods come the figure, its trend, its n, and of a rate Wilson's
interval. Source: K1-K5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.metrics import fcr, handling, service_level
from cxtool.metrics.stats import newcombe, rounded, wilson
from cxtool.metrics.trend import (
    CURRENT,
    count_trend,
    days_of,
    mean_trend,
    rate_trend,
    trend_columns,
    wide,
)
from cxtool.period import Request
from cxtool.report import Better, Column
from cxtool.units import Unit

Kind = Literal["count", "rate", "mean"]
ALL = (*handling.columns_of_counts(), *fcr.COUNTS, "level_hits_n", "level_of_n")
SECOND = 0.001  # of milliseconds


class Figure(Struct, frozen=True, kw_only=True):
    """One figure. ``of`` names its counts: a count; hits and n of a rate; the sum of a mean."""

    key: str
    label: str
    kind: Kind
    of: tuple[str, ...]
    unit: Unit
    better: Better | None = None
    scale: float = 1.0
    drop: int = 5

    @property
    def stem(self) -> str:
        """The key without its unit, which the keys of its n and its interval begin with."""
        return self.key.removesuffix("_pct").removesuffix("_s")

    @property
    def n(self) -> str:
        """The count that it is of."""
        return self.of[1] if self.kind == "rate" else f"{self.of[0]}_count"

    @property
    def column(self) -> Column:
        return Column(
            key=self.key, label=self.label, unit=self.unit, better=self.better, drop=self.drop
        )


def _count(key: str, label: str, drop: int = 5) -> Figure:
    return Figure(key=key, label=label, kind="count", of=(key,), unit=Unit.COUNT, drop=drop)


def _rate(
    key: str, label: str, hits: str, n: str, better: Better | None = "higher", drop: int = 2
) -> Figure:
    of = (hits, n)
    return Figure(
        key=key, label=label, kind="rate", of=of, unit=Unit.PERCENT, better=better, drop=drop
    )


def _time(key: str, label: str, of: str, drop: int = 2) -> Figure:
    return Figure(
        key=key,
        label=label,
        kind="mean",
        of=(of,),
        unit=Unit.SECONDS,
        better="lower",
        scale=SECOND,
        drop=drop,
    )


CASES, HANDLED = _count("cases_n", "Cases", drop=0), _count("handled_n", "Handled", drop=3)
AHT, ACW, ASA = (
    _time("aht_s", "AHT", "aht", 1),
    _time("acw_s", "ACW", "acw"),
    _time("asa_s", "ASA", "asa"),
)
FCR = _rate("fcr_pct", "FCR", "fcr_hits_n", "fcr_judged_n", drop=1)
RESOLUTION = _rate("resolution_pct", "Resolution", "resolved_n", "known_n")
CSAT = _rate("csat_pct", "CSAT", "top_n", "rated_n", drop=1)
CSAT_MEAN = Figure(
    key="csat_mean",
    label="CSAT mean",
    kind="mean",
    of=("csat",),
    unit=Unit.NUMBER,
    better="higher",
    drop=4,
)
TRANSFER = _rate("transfer_pct", "Transfers", "transferred_n", "routed_n", "lower", 4)
ABANDONMENT = _rate("abandonment_pct", "Abandonment", "given_up_n", "offered_n", "lower")
SERVICE_LEVEL = _rate("service_level_pct", "Service level", "level_hits_n", "level_of_n")
RESPONSE = _rate("csat_response_pct", "CSAT response", "rated_handled_n", "handled_n", drop=5)
RESOLVED_ALL = _rate(
    "resolved_of_all_pct", "Resolved of all cases", "resolved_all_n", "cases_known_n"
)
ABANDONED = Figure(
    key="abandoned_n", label="Abandoned", kind="count", of=("given_up_n",), unit=Unit.COUNT
)
RESOLVED = _count("resolved_n", "Resolved")
VOLUMES = (
    _count("inbound_n", "Inbound"),
    _count("outbound_n", "Outbound"),
    _count("internal_n", "Internal"),
    ABANDONED,
    _count("short_abandons_n", "Short abandons"),
    RESOLVED,
)

SUMMARY = (
    *(CSAT, CSAT_MEAN, RESPONSE, FCR, AHT, ACW, ASA, ABANDONMENT, SERVICE_LEVEL),
    *(RESOLUTION, RESOLVED_ALL, TRANSFER, CASES, HANDLED, *VOLUMES),
)
BREAKDOWN = (
    *(CASES, HANDLED, CSAT, CSAT_MEAN, FCR, AHT, ACW, ASA, ABANDONMENT, SERVICE_LEVEL),
    *(RESOLUTION, TRANSFER),
)
AGENTS = (*(CASES, HANDLED, RESOLVED, AHT, ACW, ASA, FCR, RESOLUTION, CSAT, CSAT_MEAN, TRANSFER),)


def grouped(
    cases: pl.DataFrame, repeats: pl.DataFrame, keys: Sequence[str], settings: Settings
) -> tuple[pl.DataFrame, int]:
    """Both partials as one wide frame of all counts; how many groups exist only before.

    ``repeats`` may come in slices, which are added up here.
    """
    hits, n = service_level.VARIANTS[settings.service_level.variant]
    judged = repeats.group_by(*keys, CURRENT).agg(pl.col(fcr.COUNTS).sum())
    together = cases.join(judged, on=[*keys, CURRENT], how="left", nulls_equal=True)
    counts = together.with_columns(
        level_hits_n=hits,
        level_of_n=n,
        cases_known_n=pl.when(pl.col("known_n") > 0).then(pl.col("cases_n")).otherwise(0),
    )
    side = wide(counts, keys, [*ALL, "cases_known_n"])
    return side.rows, side.gone_n


def columns(figures: Sequence[Figure]) -> tuple[Column, ...]:
    """The columns of the figures with all that accompanies them."""
    found: list[Column] = []
    for figure in figures:
        found += trend_columns(figure.column)
        if figure.kind != "count":
            found.append(_beside(figure, f"{figure.stem}_n", "of", "n"))
        if figure.kind == "rate":
            found.append(_beside(figure, f"{figure.stem}_low_pct", "low", "low"))
            found.append(_beside(figure, f"{figure.stem}_high_pct", "high", "high"))
    return tuple(found)


def expressions(
    figures: Sequence[Figure],
    request: Request,
    *,
    data_before: bool = True,
    days: tuple[int, int] | None = None,
) -> list[pl.Expr]:
    """The values of ``columns`` from the frame of ``grouped``."""
    compared = request.previous is not None
    found: list[pl.Expr] = []
    for figure in figures:
        found += _trend(
            figure, compared=compared, data_before=data_before, days=days or days_of(request)
        )
        if figure.kind != "count":
            found.append(pl.col(figure.n).cast(pl.Int64).alias(f"{figure.stem}_n"))
        if figure.kind == "rate":
            ends = wilson(pl.col(figure.of[0]), pl.col(figure.of[1]))
            for end, name in zip(ends, ("low", "high"), strict=True):
                found.append(rounded(100 * end).alias(f"{figure.stem}_{name}_pct"))
    return found


def change_ends(figure: Figure, *, compared: bool) -> tuple[pl.Expr, pl.Expr]:
    """Newcombe's interval of a rate's change in percentage points; null for other figures."""
    if figure.kind != "rate" or not compared:
        return pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)
    now, before = ([pl.col(f"{name}{side}") for name in figure.of] for side in ("", "_previous"))
    _, low, high = newcombe(now[0], now[1], before[0], before[1])
    known = (now[1] > 0) & (before[1] > 0)
    return pl.when(known).then(rounded(100 * low)), pl.when(known).then(rounded(100 * high))


def _trend(
    figure: Figure, *, compared: bool, data_before: bool, days: tuple[int, int]
) -> list[pl.Expr]:
    if figure.kind == "count":
        return count_trend(
            figure.key,
            count=figure.of[0],
            compared=compared,
            data_before=data_before,
            days=days,
        )
    if figure.kind == "rate":
        return rate_trend(figure.key, hits=figure.of[0], n=figure.of[1], compared=compared)
    sums: Mapping[str, str] = {
        "n": f"{figure.of[0]}_count",
        "total": f"{figure.of[0]}_total",
        "squares": f"{figure.of[0]}_squares",
    }
    return mean_trend(figure.key, **sums, compared=compared, scale=figure.scale)


def _beside(figure: Figure, key: str, word: str, role: Literal["n", "low", "high"]) -> Column:
    return Column(
        key=key,
        label=f"{figure.label} {word}",
        unit=Unit.COUNT if role == "n" else figure.unit,
        role=role,
        of=figure.key,
        drop=min(figure.drop + 4, 7),
    )
