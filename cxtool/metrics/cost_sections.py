"""The sections that say what the plans cost: summary, volumes, items, tiers.

All money is in the currency of the price list.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cxtool.metrics.cost_compare import HAIR
from cxtool.metrics.cost_found import ENDS, Found, frame_of, money
from cxtool.metrics.cost_plans import (
    ITEMS,
    MONTHS_A_YEAR,
    PLANS,
    TIERED,
    Plan,
    lines,
    total,
    variance,
)
from cxtool.metrics.cost_volumes import MS_PER_HOUR
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import count_trend, days_of, sum_trend, trend_columns
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit


def summary_section(found: Found) -> Section:
    """One row per plan: its total, low, likely and high, a month and a year, a contact.

    A trend is judged by the month, for what is charged by the month does not depend on its days.
    """
    now = found.now
    rows = pl.DataFrame([_plan_row(found, plan) for plan in PLANS], infer_schema_length=None)
    typed = rows.with_columns(pl.exclude("plan", "tier", "currency").cast(pl.Float64))
    contacts, outcomes, resolved = (
        pl.lit(now[name], pl.Int64) for name in ("contacts_n", "outcomes_n", "resolutions_n")
    )
    per_contact = ratio(pl.col("total"), contacts)
    trend = sum_trend(
        "total",
        total="total",
        squares="variance",
        compared=found.compared,
        data_before=found.before is not None,
        days=(found.volumes.months, (found.before or found.volumes).months),
    )
    columns = (
        Column(key="plan", label="Plan", drop=0),
        Column(key="tier", label="Tier", drop=2),
        *trend_columns(money("total", "Total", better="lower", drop=0)),
        money("total_low", "Low", drop=1),
        money("total_high", "High", drop=1),
        money("per_month", "A month", drop=2),
        money("per_year", "A year", drop=4),
        money("per_contact", "Per contact", better="lower", drop=1),
        Column(
            key="contacts_n",
            label="Contacts",
            unit=Unit.COUNT,
            role="n",
            of="per_contact",
            drop=5,
        ),
        money("per_resolution", "Per resolution", better="lower", drop=2),
        Column(
            key="resolutions_n",
            label="Resolved",
            unit=Unit.COUNT,
            role="n",
            of="per_resolution",
            drop=5,
        ),
        Column(key="currency", label="Currency", drop=6),
    )
    figures = typed.with_columns(
        *trend,
        rounded(per_contact).alias("per_contact"),
        rounded(ratio(per_contact * outcomes, resolved)).alias("per_resolution"),
        contacts.alias("contacts_n"),
        resolved.alias("resolutions_n"),
        *(rounded(pl.col(name)) for name in ("total_low", "total_high", "per_month", "per_year")),
    )
    return Section(
        id="summary",
        title=f"Cost, {found.prices.currency}",
        columns=columns,
        rows=figures.select(column.key for column in columns),
    )


def volumes_section(found: Found) -> Section:
    """What there is to pay for, in one row."""
    volumes, request = found.volumes, found.request
    now, before = found.now, found.earlier
    counts = {
        "contacts_n": ("Contacts", "contacts_n"),
        "calls_n": ("Calls", "calls_n"),
        "recordings_n": ("Recordings", "recorded_n"),
    }
    values: dict[str, Any] = {}
    for key, (_, name) in counts.items():
        values |= {key: now[name], f"{key}_previous": before[name]}
    for name in ("call_ms", "agent_ms"):
        values |= {name: now[name], f"{name}_previous": before[name]}
        squares = f"{name}_squares"
        values |= {squares: now[squares], f"{squares}_previous": before[squares]}
    data_before = found.before is not None
    common: dict[str, Any] = {
        "compared": found.compared,
        "data_before": data_before,
        "days": days_of(request),
    }
    trends = [
        *(trend for key in counts for trend in count_trend(key, count=key, **common)),
        *(
            pl.when(pl.lit(known is not None)).then(trend).alias(trend.meta.output_name())
            for key, name, known in (
                ("voice_s", "call_ms", volumes.minutes),
                ("agent_s", "agent_ms", volumes.agent_h),
            )
            for trend in sum_trend(
                key, total=name, squares=f"{name}_squares", scale=0.001, **common
            )
        ),
    ]
    plain = {
        "months": (volumes.months, "Months", Unit.NUMBER),
        "seats_n": (volumes.seats_n, "Seats", Unit.COUNT),
        "seat_months": (volumes.seat_months, "Seat months", Unit.NUMBER),
        "message_cases_n": (int(volumes.message_cases), "SMS and MMS cases", Unit.COUNT),
        "social_months": (volumes.social_months, "Social channel months", Unit.NUMBER),
        "recorded_s": (
            None
            if volumes.recorded_h is None
            else volumes.recorded_h * MS_PER_HOUR / 1000,
            "Recorded time",
            Unit.SECONDS,
        ),
    }  # fmt: skip
    columns = (
        *(
            column
            for key, (label, _) in counts.items()
            for column in trend_columns(Column(key=key, label=label, unit=Unit.COUNT, drop=1))
        ),
        *trend_columns(Column(key="voice_s", label="Time of calls", unit=Unit.SECONDS, drop=1)),
        *trend_columns(Column(key="agent_s", label="Agents' time", unit=Unit.SECONDS, drop=1)),
        *(
            Column(key=key, label=label, unit=unit, drop=1)
            for key, (_, label, unit) in plain.items()
        ),
    )
    dtypes = {Unit.COUNT: pl.Int64}
    return Section(
        id="volumes",
        title="What there is to pay for",
        columns=columns,
        rows=pl.DataFrame([values]).select(
            *trends,
            *(
                _figure(value, dtypes.get(unit, pl.Float64)).alias(key)
                for key, (value, _, unit) in plain.items()
            ),
        ),
    )


def items_section(found: Found) -> Section:
    """One row per plan and item: its volume, what of it is billed, its price and its cost."""
    columns = (
        Column(key="plan", label="Plan", drop=0),
        Column(key="item", label="Item", drop=0),
        Column(key="volume", label="Volume", unit=Unit.NUMBER, drop=1),
        Column(key="billed", label="Billed", unit=Unit.NUMBER, drop=3),
        Column(key="per", label="Per", drop=2),
        money("price_low", "Price low", drop=5),
        money("price", "Price", drop=2),
        money("price_high", "Price high", drop=5),
        money("cost_low", "Cost low", drop=6),
        money("cost", "Cost", drop=0),
        money("cost_high", "Cost high", drop=6),
    )
    rows = []
    for plan in PLANS:
        by_end = (lines(plan, found.inputs(end)) for end in ENDS)
        for low, likely, high in zip(*by_end, strict=True):
            label, per = ITEMS[likely.item]
            amounts = (low.price, likely.price, high.price, low.cost, likely.cost, high.cost)
            rows.append((plan, label, likely.volume, likely.billed, per, *amounts))
    return Section(
        id="items",
        title="What each item costs",
        columns=columns,
        rows=frame_of(rows, columns),
        charts=(
            Chart(
                kind="bars",
                title="Likely cost by plan and item",
                x="plan",
                y="cost",
                series="item",
            ),
        ),
    )


def tiers_section(found: Found) -> Section:
    """One row per tier of the price list: what it would cost on these volumes."""
    columns = (
        Column(key="tier", label="Tier", drop=0),
        Column(key="is_taken", label="Taken", unit=Unit.BOOL, drop=1),
        money("price", "Seat a month", drop=1),
        Column(key="minutes", label="Minutes a seat", unit=Unit.NUMBER, drop=3),
        Column(key="messages", label="Messages a seat", unit=Unit.NUMBER, drop=3),
        money("total_low", "Low", drop=2),
        money("total", "Total", better="lower", drop=0),
        money("total_high", "High", drop=2),
    )
    rows = [
        (
            tier.name,
            tier is found.tier,
            tier.likely,
            tier.minutes,
            tier.messages,
            *(total(TIERED, found.inputs(end, tier=tier)) for end in ENDS),
        )
        for tier in found.prices.tier
    ]
    return Section(
        id="tiers", title="Tiers on these volumes", columns=columns, rows=frame_of(rows, columns)
    )


def _plan_row(found: Found, plan: Plan) -> dict[str, Any]:
    low, likely, high = (total(plan, found.inputs(end)) for end in ENDS)
    before = found.inputs_before
    month = None if likely is None else likely / found.volumes.months
    return {
        "plan": plan,
        "tier": found.tier.name if plan == TIERED else None,
        "currency": found.prices.currency,
        "total_low": low,
        "total": likely,
        "total_high": high,
        "per_month": month,
        "per_year": None if month is None else month * MONTHS_A_YEAR,
        "variance": variance(plan, found.volumes, found.inputs()) + (HAIR * (likely or 0.0)) ** 2,
        "total_previous": None if before is None else total(plan, before),
        "variance_previous": 0.0
        if before is None or found.before is None
        else variance(plan, found.before, before),
    }


def _figure(value: float | None, dtype: Any) -> pl.Expr:
    literal = pl.lit(value, dtype)
    return literal if dtype == pl.Int64 else rounded(literal)
