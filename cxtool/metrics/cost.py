"""The cost report: a subscription against pay-as-you-go, on the volumes of the export.

Prices come from a price list (``cost_prices``), volumes from the cases (``cost_volumes``), what a
plan costs from ``cost_plans``. Source: K11.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cxtool.config import Settings
from cxtool.metrics import cost_moves as moves
from cxtool.metrics import cost_sections as sections
from cxtool.metrics.cost_channels import by_contacts, channels_section
from cxtool.metrics.cost_found import Found
from cxtool.metrics.cost_plans import ITEMS, OPTIONAL, PLANS, cheapest, lines, total
from cxtool.metrics.cost_prices import PriceList, load_prices
from cxtool.metrics.cost_volumes import FLAGS, SUMS, usage_counts, volumes_of
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.trend import CURRENT
from cxtool.report import Report
from cxtool.tables import Tables
from cxtool.units import Unit, show


def report(tables: Tables, settings: Settings, *, prices: PriceList | None = None) -> Report:
    """What the period would cost in a tier and by pay-as-you-go.

    Sections: ``summary``, ``volumes``, ``items``, ``channels``, ``tiers``, ``break_even``,
    ``sensitivity``, ``prices``, ``assumptions``. ``prices``: else those of the settings, else the
    built-in list. The tier is the one with the least likely total; both periods are at the same
    prices and in the same tier. Source: K11.
    """
    return carried_out(plan(tables, settings, prices=prices), tables)


def plan(tables: Tables, settings: Settings, *, prices: PriceList | None = None) -> Plan:
    """What ``report`` reads and makes. Raises what ``load_prices`` raises."""
    charged = prices or load_prices(settings.cost.prices)
    request = tables.request

    def finish(small: Small) -> Report:
        counts = small["usage"]
        found = _found(counts, charged, settings, tables)
        contacts_n = found.now["contacts_n"]
        return Report.on(
            request,
            report="cost",
            title="Cost",
            source=tables.source,
            sections=(
                sections.summary_section(found),
                sections.volumes_section(found),
                sections.items_section(found),
                channels_section(
                    counts,
                    {plan: found.known_lines(plan) for plan in PLANS},
                    charged.channels,
                    request,
                ),
                sections.tiers_section(found),
                moves.break_even_section(found, contacts_n=contacts_n),
                moves.sensitivity_section(found),
                moves.prices_section(found),
                moves.assumptions_section(found),
            ),
            main="summary",
            notes=(*tables.notes, *_notes(found, counts.filter(CURRENT))),
        )

    return Plan(frames={"usage": usage_counts(tables)}, finish=finish)


def _found(counts: pl.DataFrame, prices: PriceList, settings: Settings, tables: Tables) -> Found:
    request, wage = tables.request, settings.cost.wage
    knows_recordings = tables.has("interactions", "recording")
    sides = {side: counts.filter(pl.col(CURRENT) == side) for side in (True, False)}
    totals = {
        side: rows.select(
            pl.col(*FLAGS, *SUMS).sum(), *(pl.col(f"{name}_squares").sum() for name in SUMS)
        ).row(0, named=True)
        for side, rows in sides.items()
    }
    now = volumes_of(
        sides[True], request.period, prices.channels, knows_recordings=knows_recordings
    )
    before = None
    if request.previous is not None and not sides[False].is_empty():
        before = volumes_of(
            sides[False], request.previous, prices.channels, knows_recordings=knows_recordings
        )
    return Found(
        request=request,
        prices=prices,
        tier=cheapest(now, prices, wage=wage),
        wage=wage,
        volumes=now,
        before=before,
        now=totals[True],
        earlier=totals[False],
    )


def _notes(found: Found, current: pl.DataFrame) -> Iterator[str]:
    """What a reader must know before believing a total."""
    currency, now = found.prices.currency, found.now
    likely = {plan: total(plan, found.inputs()) for plan in PLANS}
    tiered, paid = likely.values()
    if tiered is not None and paid is not None and tiered != paid:
        less, more = sorted(likely, key=lambda plan: likely[plan] or 0.0)
        saved = show(abs(tiered - paid), Unit.MONEY)
        yield f"On these volumes {less} costs {saved} {currency} less than {more}."
    voice = found.prices.price.voice
    said = f" {voice.note}" if voice.note else ""
    price = show(voice.likely, Unit.MONEY)
    yield f"All money in {currency}. Voice: {price} a minute ({voice.source}).{said}"
    for line in lines(PLANS[0], found.inputs()):
        if line.volume is None:
            label = ITEMS[line.item][0]
            what = "left out of the totals" if line.item == OPTIONAL else "so totals are unknown"
            yield f"{label}: the export does not tell the volume, {what}."
    if found.wage is None:
        yield "Agents' wages are left out; cost.wage in cxtool.toml adds them."
    if 0 < now["timed_n"] < now["calls_n"]:
        untimed = now["calls_n"] - now["timed_n"]
        yield f"{untimed:,} of {now['calls_n']:,} calls have no known length and add no minutes."
    if now["internal_n"]:
        yield f"Internal cases, which are no contacts and cost no minutes: {now['internal_n']:,}."
    if by_contacts(current):
        yield "A channel has no known handle times: seats and storage are shared by contacts."
