"""Containment and deflection: inbound cases that got along without an agent.

What decides: a case is *unassisted* when no agent took part in it. It is *contained* (a case on an
IVR, bot or self-service channel) or *deflected* (a case before which articles or pages were seen,
as the ``context`` table says) when, besides, the contact does not come back within the window of
FCR, by whatever channel and on whatever topic. A case whose window is not over at as-of, or whose
contact is unknown, is not judged, whether or not an agent took part: else the young cases that are
judged would all be those that an agent took.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import JourneySettings
from cxtool.metrics.choose import choose
from cxtool.metrics.journey_figures import (
    Figures,
    count,
    counts,
    has_before,
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

CASES = Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=1)
NOT_JUDGED = Column(key="not_judged_n", label="Not judged", unit=Unit.COUNT, drop=4)
CAME_BACK = Column(key="came_back_n", label="Came back", unit=Unit.COUNT, drop=3)
SEEN = ("article", "page")  # what the names of views have in them, such as article_viewed

_helped, _returned = nw.col("is_helped"), nw.col("returned")
_judged = ~_returned.is_null()
FLAGS: Mapping[str, nw.Expr] = {
    "cases_n": ~nw.col("case_id").is_null(),
    "unassisted_n": ~_helped,
    "judged_n": _judged,
    "kept_n": _judged & ~_helped & ~_returned.fill_null(False),
    "came_back_n": _judged & ~_helped & _returned.fill_null(False),
}
# Counts of no case, for an export that has no ``context`` table.
NOTHING = pl.DataFrame(
    schema={
        "action": pl.String,
        "item": pl.String,
        CURRENT: pl.Boolean,
        **dict.fromkeys(FLAGS, pl.Int64),
    }
)


def entry(settings: JourneySettings) -> nw.Expr:
    """The kind of self-service channel of a case (``ivr``, ``bot``, ``portal``), null elsewhere."""
    kinds = {"ivr": settings.ivr, "bot": settings.bot, "portal": settings.portal}
    return choose(
        [
            (nw.col("channel").is_in([name.lower() for name in names]), nw.lit(kind))
            for kind, names in kinds.items()
        ],
        nw.lit(None, nw.String()),
    )


def entry_counts(cases: Frame, settings: JourneySettings) -> Frame:
    """Partial of ``journeys``: inbound cases per kind of self-service channel (``entry``)."""
    inbound = cases.filter(nw.col("direction") == "inbound")
    placed = inbound.with_columns(entry(settings).alias("entry"))
    return counts(placed.filter(~nw.col("entry").is_null()), ["entry", "channel"], FLAGS)


def views(context: Frame) -> Frame:
    """Articles and pages of the ``context`` table, each once a case: ``case_id, action, item``."""
    return all_views(context).group_by("case_id", "action", "item").agg(nw.len().alias("views_n"))


def all_views(context: Frame) -> Frame:
    """Articles and pages of the ``context`` table, as often as they were seen."""
    named = nw.col("name").str.to_lowercase()
    is_seen = named.str.contains("|".join(SEEN))
    rows = context.filter(nw.col("kind") == "self_service", is_seen)
    return rows.select("case_id", nw.col("name").alias("action"), nw.col("value").alias("item"))


def article_counts(cases: Frame, seen: Frame) -> Frame:
    """Partial of ``journeys``: inbound cases per article or page of ``all_views`` before them."""
    told = ("case_id", CURRENT, "is_helped", "returned")
    inbound = cases.filter(nw.col("direction") == "inbound").select(*told)
    placed = seen.join(inbound, on="case_id").group_by(*told, "action", "item")
    return counts(placed.agg(nw.len().alias("views_n")), ["action", "item"], FLAGS)


def deflection_counts(cases: Frame, seen: Frame) -> Frame:
    """Partial of ``journeys``: inbound cases before which any of ``all_views`` was seen."""
    inbound = cases.filter(nw.col("direction") == "inbound")
    return counts(inbound.join(seen, on="case_id", how="semi"), [], FLAGS)


def kept_rate(stem: str, label: str, request: Request) -> Figures:
    """Containment or deflection over ``FLAGS``."""
    return rate(stem, label, hits="kept_n", n="judged_n", request=request, better="higher")


def unassisted_rate(request: Request) -> Figures:
    """The share without an agent, whatever came after, over ``FLAGS``."""
    return rate(
        "unassisted",
        "Without an agent",
        hits="unassisted_n",
        n="cases_n",
        request=request,
        better="higher",
        drop=2,
    )


def self_service_section(partial: pl.DataFrame, request: Request) -> Section:
    """One row per entry (``ivr``, ``bot``, ``portal``) and channel. Source: K8."""
    rows = side_by_side(partial, ["entry", "channel"]).rows
    figures = _figures("containment", "Containment", partial, request)
    none = "No case is on a channel that the settings journey.ivr, bot and portal name."
    return section(
        "self_service",
        "Containment of IVR, bot and self-service",
        rows.sort("cases_n", "entry", "channel", descending=[True, False, False]),
        Column(key="entry", label="Entry", drop=0),
        Column(key="channel", label="Channel", drop=1),
        figures=figures,
        charts=(
            Chart(kind="bars", title="Containment by channel", x="channel", y="containment_pct"),
        ),
        notes=(none,) if rows.is_empty() else (),
    )


def articles_section(partial: pl.DataFrame | None, request: Request) -> Section:
    """One row per article or page that was seen before a case of the period. Source: K8.

    ``partial`` is None where the export has no ``context`` table.
    """
    known = NOTHING if partial is None else partial
    rows = side_by_side(known, ["action", "item"]).rows
    notes = {
        "The export has no 'context' table, which tells what was seen before a case.": partial
        is None,
        "No article or page was seen before a case of the period.": partial is not None
        and rows.is_empty(),
    }
    return section(
        "articles",
        "Deflection by article or page",
        rows.sort("cases_n", "action", "item", descending=[True, False, False], nulls_last=True),
        Column(key="action", label="Action", drop=2),
        Column(key="item", label="Article or page", drop=0),
        figures=_figures("deflection", "Deflection", known, request),
        charts=(
            Chart(
                kind="bars",
                title="Deflection by article or page",
                x="item",
                y="deflection_pct",
            ),
        ),
        notes=tuple(note for note, applies in notes.items() if applies),
    )


def _figures(stem: str, label: str, partial: pl.DataFrame, request: Request) -> Figures:
    return (
        count(CASES, of="cases_n", request=request, data_before=has_before(partial))
        + kept_rate(stem, label, request)
        + unassisted_rate(request)
        + plain(CAME_BACK, pl.col("came_back_n"))
        + plain(NOT_JUDGED, pl.col("cases_n") - pl.col("judged_n"))
    )
