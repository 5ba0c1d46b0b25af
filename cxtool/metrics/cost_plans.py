"""What a plan costs: its lines, from volumes and prices that are plain numbers.

All that a total depends on stands in one mapping, ``Inputs``, so that one of them can be moved and
the total looked at again: for the range, the break-even and the sensitivity. Source: K11.

- seats: seat months x price of a seat and month (the tier's, or that of pay-as-you-go);
- voice: minutes x price; of a tier only those past seat months x included minutes;
- SMS and MMS: cases x messages per case x price; of a tier only those past the included;
- social media: channel months x price; storage: seat months / 12 x price of a year;
- data transfer: GB past months x free GB, x price; GB = recorded hours x kbit/s x 3600 / 8 / 10^6;
- agents' time: hours x wage, where a wage is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Literal

from msgspec import Struct

from cxtool.metrics.cost_prices import PriceList, Range, Tier
from cxtool.metrics.cost_volumes import Volumes

Plan = Literal["tiered", "pay-as-you-go"]
Kind = Literal["price", "volume", "assumption", "given"]
Inputs = Mapping[str, float | None]

TIERED: Plan = "tiered"
PAY_AS_YOU_GO: Plan = "pay-as-you-go"
PLANS = (TIERED, PAY_AS_YOU_GO)
LOW, LIKELY, HIGH = range(3)
GB_PER_KBIT_HOUR = 3600 / 8 / 1_000_000
MONTHS_A_YEAR = 12


class Input(Struct, frozen=True):
    """One number that a total depends on, and what it is of."""

    label: str
    kind: Kind
    per: str


INPUTS: Mapping[str, Input] = {
    "seat_months": Input("Seats", "volume", "seat month"),
    "minutes": Input("Voice minutes", "volume", "minute"),
    "message_cases": Input("SMS and MMS cases", "volume", "case"),
    "social_months": Input("Social channels", "volume", "channel month"),
    "recorded_h": Input("Recorded hours", "volume", "hour"),
    "agent_h": Input("Agents' hours", "volume", "hour"),
    "tier_price": Input("Price of a tier's seat", "price", "seat month"),
    "seat_price": Input("Price of a pay-as-you-go seat", "price", "seat month"),
    "voice_price": Input("Price of voice", "price", "minute"),
    "message_price": Input("Price of SMS and MMS", "price", "message"),
    "social_price": Input("Price of social media", "price", "channel month"),
    "storage_price": Input("Price of storage", "price", "agent year"),
    "transfer_price": Input("Price of data transfer", "price", "GB"),
    "wage": Input("Wage", "price", "hour"),
    "messages_per_case": Input("Messages per case", "assumption", "case"),
    "kbit_s": Input("Recordings' kbit/s", "assumption", "second"),
    "tier_minutes": Input("Minutes that a tier includes", "given", "seat month"),
    "tier_messages": Input("Messages that a tier includes", "given", "seat month"),
    "free_gb": Input("Free GB", "given", "month"),
    "months": Input("Months", "given", "period"),
}
# What a seat, a minute and so on is called where it is paid for.
ITEMS: Mapping[str, tuple[str, str]] = {
    "seats": ("Seats", "seat month"),
    "voice": ("Voice", "minute"),
    "messages": ("SMS and MMS", "message"),
    "social": ("Social media", "channel month"),
    "storage": ("Storage", "agent year"),
    "transfer": ("Data transfer", "GB"),
    "agents": ("Agents' time", "hour"),
}
OPTIONAL = "transfer"  # a total leaves it out where the export does not tell its volume


class Line(Struct, frozen=True, kw_only=True):
    """One item of a plan. ``billed`` is the volume less what is included; None: unknown."""

    item: str
    volume: float | None
    billed: float | None
    price: float

    @property
    def cost(self) -> float | None:
        return None if self.billed is None else self.billed * self.price


def inputs_of(
    volumes: Volumes, prices: PriceList, tier: Tier, *, wage: float | None, end: int = LIKELY
) -> dict[str, float | None]:
    """All numbers that a total depends on, with prices and assumptions at one end of their range.

    ``wage`` is None where agents' time is left out.
    """

    def at(entry: Range) -> float:
        return entry.ends[end]

    price = prices.price
    return {
        "seat_months": volumes.seat_months,
        "minutes": volumes.minutes,
        "message_cases": volumes.message_cases,
        "social_months": volumes.social_months,
        "recorded_h": volumes.recorded_h,
        "agent_h": volumes.agent_h,
        "tier_price": at(tier),
        "seat_price": at(price.seat),
        "voice_price": at(price.voice),
        "message_price": at(price.message),
        "social_price": at(price.social),
        "storage_price": at(price.storage),
        "transfer_price": at(price.transfer),
        "wage": wage,
        "messages_per_case": at(prices.assumption.messages_per_case),
        "kbit_s": at(prices.assumption.recording_kbit_s),
        "tier_minutes": tier.minutes,
        "tier_messages": tier.messages,
        "free_gb": price.transfer.free,
        "months": volumes.months,
    }


def lines(plan: Plan, inputs: Inputs) -> tuple[Line, ...]:
    """The items of a plan, in the order of ``ITEMS``; agents' time only where there is a wage."""
    seats, minutes = inputs["seat_months"], inputs["minutes"]
    messages = _times(inputs["message_cases"], inputs["messages_per_case"])
    traffic = _times(inputs["recorded_h"], _price(inputs, "kbit_s") * GB_PER_KBIT_HOUR)
    free_gb = _times(inputs["free_gb"], inputs["months"])
    years = _times(seats, 1 / MONTHS_A_YEAR)
    social = inputs["social_months"]
    included = {"minutes": 0.0, "messages": 0.0} | (
        {name: _times(seats, inputs[f"tier_{name}"]) for name in ("minutes", "messages")}
        if plan == TIERED
        else {}
    )
    seat_price = "tier_price" if plan == TIERED else "seat_price"
    found = [
        _line("seats", seats, seats, _price(inputs, seat_price)),
        _line("voice", minutes, _past(minutes, included["minutes"]), _price(inputs, "voice_price")),
        _line(
            "messages",
            messages,
            _past(messages, included["messages"]),
            _price(inputs, "message_price"),
        ),
        _line("social", social, social, _price(inputs, "social_price")),
        _line("storage", years, years, _price(inputs, "storage_price")),
        _line("transfer", traffic, _past(traffic, free_gb), _price(inputs, "transfer_price")),
    ]
    if inputs["wage"] is not None:
        hours = inputs["agent_h"]
        found.append(_line("agents", hours, hours, inputs["wage"]))
    return tuple(found)


def total(plan: Plan, inputs: Inputs) -> float | None:
    """What a plan costs in all; None where an item's volume is unknown, data transfer aside.

    Ten seats for a month, 4,000 minutes at 1.10 of which a tier at 75 includes 300 a seat, and
    storage at 1,200 a year: 10 x 75 + 1,000 x 1.10 + 10 / 12 x 1,200 = 2,850 in the tier, and
    4,000 x 1.10 + 1,000 = 5,400 without one.

    >>> inputs = dict.fromkeys(INPUTS, 0.0) | {"seat_months": 10, "minutes": 4000, "wage": None,
    ...     "tier_price": 75, "tier_minutes": 300, "voice_price": 1.1, "storage_price": 1200}
    >>> round(total(TIERED, inputs), 2), round(total(PAY_AS_YOU_GO, inputs), 2)
    (2850.0, 5400.0)
    """
    costs = [line.cost for line in lines(plan, inputs) if line.item != OPTIONAL or line.cost]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def cheapest(volumes: Volumes, prices: PriceList, *, wage: float | None) -> Tier:
    """The tier with the least likely total; the first of the list where no total is known."""

    def cost(tier: Tier) -> float:
        known = total(TIERED, inputs_of(volumes, prices, tier, wage=wage))
        return float("inf") if known is None else known

    return min(prices.tier, key=cost)


def variance(plan: Plan, volumes: Volumes, inputs: Inputs) -> float:
    """What chance may make of a total: its variance, with volumes as compound Poisson sums.

    Minutes, recordings and agents' time of one case go together, so their deviations add up; a
    volume within what is included costs nothing more, and seats are no matter of chance.
    """
    beyond = {line.item: line.price if line.billed else 0.0 for line in lines(plan, inputs)}
    per_hour = _price(inputs, "kbit_s") * GB_PER_KBIT_HOUR * beyond["transfer"]
    of_time = (
        beyond["voice"] * sqrt(volumes.minutes_squares)
        + per_hour * sqrt(volumes.recorded_squares)
        + beyond.get("agents", 0.0) * sqrt(volumes.agent_squares)
    )
    per_case = _price(inputs, "messages_per_case") * beyond["messages"]
    return of_time**2 + per_case**2 * volumes.message_cases


def _line(item: str, volume: float | None, billed: float | None, price: float) -> Line:
    return Line(item=item, volume=volume, billed=billed, price=price)


def _price(inputs: Inputs, key: str) -> float:
    return inputs[key] or 0.0


def _times(volume: float | None, factor: float | None) -> float | None:
    return None if volume is None or factor is None else volume * factor


def _past(volume: float | None, included: float | None) -> float | None:
    return None if volume is None or included is None else max(volume - included, 0.0)
