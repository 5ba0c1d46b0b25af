"""How queues and skills do, and what transfers cost.

What decides: rows count all cases but internal ones; the figures are those of the contact-centre
metrics (``handling``), per queue, per skill (a case with two counts under both) and per number of
transfers. A handled case of which the export does not say how often it was transferred is in no
transfer rate.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.dimensions import Dimension, find_dimensions
from cxtool.metrics.handling import case_counts
from cxtool.metrics.journey_figures import (
    Figures,
    count,
    has_before,
    mean,
    plain,
    rate,
    section,
    side_by_side,
)
from cxtool.metrics.trend import CURRENT
from cxtool.period import Request
from cxtool.report import Chart, Column, Section
from cxtool.tables import Frame
from cxtool.units import Unit

CASES = Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=0)
HANDLED = Column(key="handled_n", label="Handled", unit=Unit.COUNT, drop=3)
AHT = Column(key="aht_s", label="AHT", unit=Unit.SECONDS, better="lower", drop=2)
ASA = Column(key="asa_s", label="ASA", unit=Unit.SECONDS, better="lower", drop=2)
MOST = 3  # so many transfers or more are one row


def _words(raw: pl.Expr) -> pl.Expr:
    text = raw.cast(pl.String)
    return pl.when(raw >= MOST).then(pl.lit(f"{MOST} or more")).otherwise(text)


TRANSFERS = Dimension(
    key="transfers",
    label="Transfers",
    source="transfers",
    group=nw.when(nw.col("transfers") > MOST).then(MOST).otherwise(nw.col("transfers")),
    show=_words,
    in_time=True,
)


def group_counts(cases: Frame, name: str, settings: Settings, request: Request) -> Frame:
    """Partial: ``handling.case_counts`` per ``queue`` or ``skills`` of ``journeys``."""
    return case_counts(cases, find_dimensions([name], cases), settings, request)


def transfer_counts(cases: Frame, settings: Settings, request: Request) -> Frame:
    """Partial: the same per number of transfers, of handled cases that tell it."""
    told = cases.filter(nw.col("answered"), ~nw.col("transfers").is_null())
    return case_counts(told, [TRANSFERS], settings, request)


def transfer_rate(request: Request) -> Figures:
    """Handled cases with a transfer, of those that tell it."""
    return rate(
        "transfer",
        "Transferred",
        hits="transferred_n",
        n="routed_n",
        request=request,
        better="lower",
    )


def group_section(partial: pl.DataFrame, name: str, request: Request, *, known: bool) -> Section:
    """One row per queue or skill, the busiest first; ``known``: the export has the column.

    ASA of answered inbound cases, AHT of handled ones, resolution of handled ones with a known
    outcome. Source: K5, K7.
    """
    one = name.removesuffix("s")
    rows = side_by_side(partial, [name]).rows.filter(pl.col(name).is_not_null() | pl.lit(known))
    figures = (
        count(CASES, of="cases_n", request=request, data_before=has_before(partial))
        + plain(HANDLED, pl.col("handled_n"))
        + _time("asa", ASA, request)
        + _time("aht", AHT, request)
        + rate(
            "abandonment",
            "Abandoned",
            hits="given_up_n",
            n="offered_n",
            request=request,
            better="lower",
            drop=3,
        )
        + transfer_rate(request)
        + _resolution(request)
    )
    return section(
        name if name.endswith("s") else f"{name}s",
        f"{one.capitalize()}s",
        rows.sort("cases_n", name, descending=[True, False], nulls_last=True),
        Column(key=name, label=one.capitalize(), drop=0),
        figures=figures,
        charts=(
            Chart(kind="bars", title=f"Share transferred, by {one}", x=name, y="transfer_pct"),
        ),
        notes=_lacking(f"The export has no {name}.", known=known),
    )


def transfers_section(partial: pl.DataFrame, request: Request, *, known: bool) -> Section:
    """One row per number of transfers: how many handled cases, and what they took. Source: K7."""
    rows = side_by_side(partial, [TRANSFERS.key]).rows
    sizes = rows.with_columns(
        share_n=pl.col("handled_n").sum(),
        # Of the compared period all, also where no case is transferred as often any more.
        share_n_previous=pl.lit(_before(partial), pl.Int64),
    )
    figures = (
        count(HANDLED, of="handled_n", request=request, data_before=has_before(partial))
        + rate("share", "Share", hits="handled_n", n="share_n", request=request)
        + _time("aht", AHT, request)
        + _resolution(request)
    )
    ordered = sizes.sort(TRANSFERS.key).with_columns(
        _words(pl.col(TRANSFERS.key)).alias("transfers")
    )
    return section(
        "transfers",
        "Transfers",
        ordered,
        TRANSFERS.column,
        figures=figures,
        charts=(Chart(kind="columns", title="Handle time by transfers", x="transfers", y=AHT.key),),
        notes=_lacking("The export has no transfers.", known=known),
    )


def _time(stem: str, column: Column, request: Request) -> Figures:
    return mean(
        stem,
        column,
        n=f"{stem}_count",
        total=f"{stem}_total",
        squares=f"{stem}_squares",
        request=request,
        scale=0.001,
    )


def _resolution(request: Request) -> Figures:
    return rate(
        "resolution",
        "Resolved",
        hits="resolved_n",
        n="known_n",
        request=request,
        better="higher",
        drop=3,
    )


def _before(partial: pl.DataFrame) -> int:
    return int(partial.filter(~pl.col(CURRENT))["handled_n"].sum())


def _lacking(note: str, *, known: bool) -> tuple[str, ...]:
    return () if known else (note,)
