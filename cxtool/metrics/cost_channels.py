"""What a contact and a resolution cost on each channel: each plan's items shared out.

What decides: an item goes to the channels that cause it. Voice is shared by minutes, SMS and MMS by
cases, social media by channel months, data transfer by recorded time; seats, storage and agents'
time by the time that agents spent, a channel's mean times its contacts. Where a channel with
contacts has no time known, these are shared by contacts instead. Source: K11.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxtool.metrics.cost_plans import PLANS, Line, Plan
from cxtool.metrics.cost_prices import Channels
from cxtool.metrics.cost_volumes import FLAGS, MONTH, SUMS, months_of
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import CURRENT, count_trend, days_of, trend_columns, wide
from cxtool.period import Request
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

STEMS: Mapping[Plan, str] = {"tiered": "tiered", "pay-as-you-go": "payg"}
CHANNEL = Column(key="channel", label="Channel", drop=0)
CONTACTS = Column(key="contacts_n", label="Contacts", unit=Unit.COUNT, drop=1)
COUNTED = (
    Column(key="resolutions_n", label="Resolved", unit=Unit.COUNT, drop=3),
    Column(key="outcomes_n", label="Outcome known", unit=Unit.COUNT, drop=6),
)


def by_contacts(counts: pl.DataFrame) -> bool:
    """Whether seats are shared by contacts, for a channel with contacts has no time known."""
    channels = counts.group_by("channel").agg(pl.col("contacts_n", "handled_n").sum())
    untimed = (pl.col("contacts_n") > 0) & (pl.col("handled_n") == 0)
    return channels.filter(untimed).height > 0


def shares(counts: pl.DataFrame, channels: Channels, months: Mapping[int, float]) -> pl.DataFrame:
    """Per channel its counts, and its share of each item; 0 where an item has no volume.

    ``counts`` are rows of ``usage_counts`` of one period.
    """
    name = pl.col("channel")
    monthly = counts.group_by("channel", MONTH).agg(pl.col(*FLAGS, *SUMS).sum())
    monthly = monthly.with_columns(
        social=pl.when(name.is_in(channels.social) & (pl.col("cases_n") > 0))
        .then(pl.col(MONTH).replace_strict(dict(months), default=0.0, return_dtype=pl.Float64))
        .otherwise(0.0)
    )
    rows = monthly.group_by("channel").agg(pl.col(*FLAGS, *SUMS, "social").sum())
    mean_ms = ratio(pl.col("agent_ms"), pl.col("handled_n")).fill_null(0)
    of_agents = pl.col("contacts_n") * (1.0 if by_contacts(counts) else mean_ms)
    weights = {
        "voice": pl.col("call_ms"),
        "messages": pl.when(name.is_in(channels.message)).then(pl.col("cases_n")).otherwise(0),
        "social": pl.col("social"),
        "transfer": pl.col("recorded_ms"),
        **dict.fromkeys(("seats", "storage", "agents"), of_agents),
    }
    parts = {item: ratio(weight, weight.sum()).fill_null(0) for item, weight in weights.items()}
    return rows.with_columns(share.alias(f"{item}_share") for item, share in parts.items())


def channel_costs(shared: pl.DataFrame, lines: tuple[Line, ...]) -> pl.Expr:
    """A plan's cost of each channel of ``shares``: its share of every item whose cost is known."""
    parts = [pl.col(f"{line.item}_share") * line.cost for line in lines if line.cost is not None]
    return pl.sum_horizontal(parts)


def channels_section(
    counts: pl.DataFrame,
    plans: Mapping[Plan, tuple[Line, ...] | None],
    channels: Channels,
    request: Request,
) -> Section:
    """One row per channel, the one with most contacts first.

    ``plans`` are the likely lines of each plan, None where its total is unknown. A cost per
    contact is null without contacts, one per resolution where none is known. The cost of a
    resolution is that of a contact over the share of known outcomes that are resolved.
    """
    sums = counts.group_by("channel", CURRENT).agg(pl.col(*FLAGS).sum())
    side = wide(sums, ["channel"], FLAGS).rows.select(
        "channel", "contacts_n", "contacts_n_previous"
    )
    current = counts.filter(CURRENT)
    shared = shares(current, channels, dict(months_of(request.period))).drop("contacts_n")
    rows = side.join(shared, on="channel", how="left", nulls_equal=True)
    contacts, resolved = pl.col("contacts_n"), pl.col("resolutions_n")
    figures: list[pl.Expr] = []
    columns: list[Column] = []
    for plan in PLANS:
        lines, stem = plans[plan], STEMS[plan]
        cost = pl.lit(None, pl.Float64) if lines is None else channel_costs(rows, lines)
        per_contact = ratio(cost, contacts)
        per_resolution = ratio(per_contact * pl.col("outcomes_n"), resolved)
        figures += [
            rounded(cost).alias(f"{stem}_cost"),
            rounded(per_contact).alias(f"{stem}_per_contact"),
            rounded(per_resolution).alias(f"{stem}_per_resolution"),
        ]
        columns += [
            _money(f"{stem}_cost", plan.capitalize(), drop=4),
            _money(f"{stem}_per_contact", f"{plan.capitalize()} per contact", drop=1),
            _money(f"{stem}_per_resolution", f"{plan.capitalize()} per resolution", drop=2),
        ]
    counted = count_trend(
        CONTACTS.key,
        count=CONTACTS.key,
        compared=request.previous is not None,
        data_before=not counts.filter(~pl.col(CURRENT)).is_empty(),
        days=days_of(request),
    )
    return Section(
        id="channels",
        title="Cost by channel",
        columns=(CHANNEL, *trend_columns(CONTACTS), *COUNTED, *columns),
        rows=rows.select("channel", *counted, *(column.key for column in COUNTED), *figures).sort(
            "contacts_n", "channel", descending=[True, False], nulls_last=True
        ),
        charts=tuple(
            Chart(
                kind="bars",
                title=f"Cost per contact by channel, {plan}",
                x="channel",
                y=f"{STEMS[plan]}_per_contact",
            )
            for plan in PLANS
        ),
    )


def _money(key: str, label: str, *, drop: int) -> Column:
    return Column(key=key, label=label, unit=Unit.MONEY, better="lower", drop=drop)
