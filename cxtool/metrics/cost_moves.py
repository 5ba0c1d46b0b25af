"""The sections that say what would be otherwise: break-even and sensitivity; and the prices."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cxtool.metrics.cost_compare import QUANTITIES, break_evens, moved
from cxtool.metrics.cost_found import ENDS, Found, frame_of, money
from cxtool.metrics.cost_plans import INPUTS, LIKELY, PLANS
from cxtool.metrics.cost_prices import Range
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

MOVABLE = ("price", "volume", "assumption")


def break_even_section(found: Found, *, contacts_n: int) -> Section:
    """Where the tier and pay-as-you-go cost the same; null where their lines do not cross."""
    columns = (
        Column(key="quantity", label="Quantity", drop=0),
        Column(key="per", label="Per", drop=3),
        Column(key="now", label="Now", unit=Unit.NUMBER, drop=1),
        Column(key="break_even", label="Break-even", unit=Unit.NUMBER, drop=0),
        Column(key="cheaper_below", label="Cheaper below", drop=1),
        Column(key="cheaper_above", label="Cheaper above", drop=1),
    )
    inputs, months = found.inputs(), found.volumes.months
    rows = []
    for key, quantity in QUANTITIES.items():
        now = quantity.now(inputs)
        scale = (contacts_n if key == "contacts" else 1) / (months if quantity.monthly else 1)
        rows += [
            (
                quantity.label,
                quantity.per,
                None if now is None else now * scale,
                None if one.x is None else one.x * scale,
                one.below,
                one.above,
            )
            for one in break_evens(quantity, inputs)
        ]
    return Section(
        id="break_even",
        title="Break-even",
        columns=columns,
        rows=frame_of(rows, columns),
        notes=(
            "Both cost the same where (tier price − seat price) × seat months = voice price ×"
            " min(minutes, included) + message price × min(messages, included); all but one"
            " quantity as now. – where the lines do not cross.",
        ),
    )


def sensitivity_section(found: Found) -> Section:
    """What each price, volume and assumption does to the totals, the largest effect first."""
    pct = found.prices.sensitivity_pct
    columns = (
        Column(key="input", label="Moved", drop=0),
        Column(key="kind", label="Kind", drop=3),
        Column(key="value", label="Now", unit=Unit.NUMBER, drop=2),
        Column(key="per", label="Per", drop=5),
        money("tiered_less", "Tiered, less", drop=5),
        money("tiered_more", "Tiered, more", drop=1),
        money("payg_less", "Pay-as-you-go, less", drop=5),
        money("payg_more", "Pay-as-you-go, more", drop=1),
        money("tiered_range", "Tiered, over its range", drop=4),
        money("payg_range", "Pay-as-you-go, over its range", drop=4),
        money("swing", "Largest effect", drop=2),
    )
    ends = {end: found.inputs(end) for end in ENDS}
    rows = []
    for key, about in INPUTS.items():
        if about.kind not in MOVABLE or not (value := ends[LIKELY][key]):
            continue
        tiered, paid = (moved(plan, key, ends, share=pct / 100) for plan in PLANS)
        ranges = (None, None) if about.kind == "volume" else (tiered.over_range, paid.over_range)
        effects = (tiered.less, tiered.more, paid.less, paid.more)
        largest = max(tiered.swing, paid.swing)
        if not largest and not any(ranges):
            continue
        rows.append((about.label, about.kind, value, about.per, *effects, *ranges, largest))
    titles = {"tiered": "tiered", "payg": "pay-as-you-go"}
    return Section(
        id="sensitivity",
        title=f"What ±{pct:g} % of one number does to a total",
        columns=columns,
        rows=frame_of(rows, columns).sort("swing", "input", descending=[True, False]),
        notes=(
            "Less and more: what the likely total changes by; over its range: from the low to the"
            " high end of that price alone. What changes nothing is left out.",
        ),
        charts=tuple(
            Chart(
                kind="bars",
                title=f"Effect of {pct:g} % more on the total, {title}",
                x="input",
                y=f"{stem}_more",
            )
            for stem, title in titles.items()
        ),
    )


def prices_section(found: Found) -> Section:
    """Every price that was used, with its range and its source."""
    price = found.prices.price
    entries: list[tuple[str, str, Range]] = [
        *(
            (f"Seat, tier {tier.name}", INPUTS["tier_price"].per, tier)
            for tier in found.prices.tier
        ),
        ("Seat, pay-as-you-go", INPUTS["seat_price"].per, price.seat),
        ("Voice", INPUTS["voice_price"].per, price.voice),
        ("SMS and MMS", INPUTS["message_price"].per, price.message),
        ("Social media", INPUTS["social_price"].per, price.social),
        ("Storage", INPUTS["storage_price"].per, price.storage),
        (
            f"Data transfer past {price.transfer.free:g} GB a month",
            INPUTS["transfer_price"].per,
            price.transfer,
        ),
    ]
    return replace(
        _sourced("prices", f"Prices, {found.prices.currency}", entries, Unit.MONEY),
        notes=(
            "Left out: advanced features, recruiting and training, business continuity, of which"
            " K11 gives no prices.",
        ),
    )


def assumptions_section(found: Found) -> Section:
    """What the export does not tell and the price list assumes."""
    assumed = found.prices.assumption
    return _sourced(
        "assumptions",
        "Assumptions",
        [
            ("Messages", INPUTS["messages_per_case"].per, assumed.messages_per_case),
            ("Recordings' kbit", INPUTS["kbit_s"].per, assumed.recording_kbit_s),
        ],
        Unit.NUMBER,
    )


def _sourced(
    section_id: str, title: str, entries: Sequence[tuple[str, str, Range]], unit: Unit
) -> Section:
    columns = (
        Column(key="name", label="Name", drop=0),
        Column(key="low", label="Low", unit=unit, drop=2),
        Column(key="likely", label="Likely", unit=unit, drop=0),
        Column(key="high", label="High", unit=unit, drop=2),
        Column(key="per", label="Per", drop=1),
        Column(key="source", label="Source", drop=1),
        Column(key="note", label="Note", drop=3),
    )
    rows = [(name, *e.ends, per, e.source, e.note) for name, per, e in entries]
    return Section(
        id=section_id, title=title, columns=columns, rows=frame_of(rows, columns), folded=True
    )
