"""Where two plans cost the same, and what moving one number does to a total.

Totals are straight lines with a kink where an included volume is used up, so a crossing is found
exactly: between kinks, and past the last one, by the straight line. In all of them

  (tier price - seat price) x seat months = voice price x min(minutes, included minutes)
                                            + message price x min(messages, included messages)

where an included volume is the tier's for a seat and month x seat months. Source: K11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from msgspec import Struct

from cxtool.metrics.cost_plans import (
    INPUTS,
    LIKELY,
    PAY_AS_YOU_GO,
    PLANS,
    TIERED,
    Inputs,
    Plan,
    total,
)

HAIR = 1e-9  # of a total: a difference that is rounding
SCALED = ("minutes", "message_cases", "recorded_h", "agent_h")  # what grows with contacts


class Quantity(Struct, frozen=True, kw_only=True):
    """What a break-even is looked for in: inputs as they are at ``x``, and ``x`` as it is now."""

    label: str
    per: str
    now: Callable[[Inputs], float | None]
    at: Callable[[Inputs, float], Inputs]
    kinks: Callable[[Inputs], Iterable[float]]
    monthly: bool = True  # shown for a month


class BreakEven(Struct, frozen=True, kw_only=True):
    """A crossing: which plan costs less below and above it.

    ``x`` is None where the lines do not cross; then the plan that costs less is the same on both
    sides. ``below`` and ``above`` are None where the plans cost the same everywhere.
    """

    x: float | None
    below: Plan | None
    above: Plan | None


class Moved(Struct, frozen=True, kw_only=True):
    """What a total changes by when one input is less or more by a share, or goes over its range."""

    less: float | None
    more: float | None
    over_range: float | None

    @property
    def swing(self) -> float:
        return max(abs(self.less or 0.0), abs(self.more or 0.0))


def _replaced(key: str) -> Callable[[Inputs, float], Inputs]:
    return lambda inputs, x: {**inputs, key: x}


def _now(key: str) -> Callable[[Inputs], float | None]:
    return lambda inputs: inputs[key]


def _scaled(inputs: Inputs, x: float) -> Inputs:
    scaled = {key: value * x for key in SCALED if (value := inputs[key]) is not None}
    return {**inputs, **scaled}


def _used_up(inputs: Inputs) -> list[float]:
    """How often the included volumes are used now, as the factors of use that use them up."""
    used = (_number(inputs, "minutes"), _messages(inputs))
    included = (_number(inputs, "tier_minutes"), _number(inputs, "tier_messages"))
    seats = _number(inputs, "seat_months")
    pairs = zip(used, included, strict=True)
    return [seats * of / volume for volume, of in pairs if volume]


def _filled(inputs: Inputs) -> list[float]:
    """The seat months whose included volumes are what is used now."""
    used = (_number(inputs, "minutes"), _messages(inputs))
    included = (_number(inputs, "tier_minutes"), _number(inputs, "tier_messages"))
    return [volume / of for volume, of in zip(used, included, strict=True) if of]


QUANTITIES: Mapping[str, Quantity] = {
    "minutes": Quantity(
        label="Voice minutes a month",
        per="month",
        now=_now("minutes"),
        at=_replaced("minutes"),
        kinks=lambda inputs: [_number(inputs, "seat_months") * _number(inputs, "tier_minutes")],
    ),
    "seats": Quantity(
        label="Seats",
        per="month",
        now=_now("seat_months"),
        at=_replaced("seat_months"),
        kinks=_filled,
    ),
    "contacts": Quantity(
        label="Contacts a month", per="month", now=lambda inputs: 1.0, at=_scaled, kinks=_used_up
    ),
    "voice_price": Quantity(
        label=INPUTS["voice_price"].label,
        per="minute",
        now=_now("voice_price"),
        at=_replaced("voice_price"),
        kinks=lambda inputs: (),
        monthly=False,
    ),
    "tier_price": Quantity(
        label=INPUTS["tier_price"].label,
        per="seat month",
        now=_now("tier_price"),
        at=_replaced("tier_price"),
        kinks=lambda inputs: (),
        monthly=False,
    ),
}


def break_evens(quantity: Quantity, inputs: Inputs) -> list[BreakEven]:
    """Every crossing above 0, in order, or one without ``x``; none where a total is unknown."""

    def gap(x: float) -> float:
        """What pay-as-you-go costs more than the tier."""
        moved = quantity.at(inputs, x)
        tiered, paid = total(TIERED, moved) or 0.0, total(PAY_AS_YOU_GO, moved) or 0.0
        return 0.0 if abs(paid - tiered) <= HAIR * max(paid, tiered) else paid - tiered

    now = quantity.now(inputs)
    if now is None or any(total(plan, inputs) is None for plan in PLANS):
        return []
    found = crossings(gap, [*quantity.kinks(inputs), now])
    if found:
        return [
            BreakEven(x=x, below=_less(before), above=_less(after)) for x, before, after in found
        ]
    somewhere = next((side for x in (now, 2 * now, 1.0) if (side := gap(x))), 0.0)
    return [BreakEven(x=None, below=_less(somewhere), above=_less(somewhere))]


def crossings(
    line: Callable[[float], float], kinks: Iterable[float]
) -> list[tuple[float, float, float]]:
    """Where a line that is straight but for its kinks goes through 0 above 0.

    Each with its values at the points before and after, which tell its sign there.

    >>> [x for x, _, _ in crossings(lambda x: abs(x - 4) - 1, [4])]
    [3.0, 5.0]
    >>> crossings(lambda x: x + 1, [])
    []
    """
    kinks = list(kinks)
    last = max([*kinks, 1.0])
    points = sorted({0.0, *(kink for kink in kinks if kink > 0), last, 2 * last})
    values = [(x, line(x)) for x in points]
    (x0, y0), (x1, y1) = values[-2:]
    slope = (y1 - y0) / (x1 - x0)
    if slope and y1 / slope < 0:  # it comes to 0 further on, and is as far from it beyond
        values.append((x1 - 2 * y1 / slope, -y1))
    # A point that lies on 0 says nothing of a side: what counts is the sign on either side of it.
    sided = [(x, y) for x, y in values if y]
    return [
        (_root(values, a, b), ya, yb)
        for (a, ya), (b, yb) in pairwise(sided)
        if (ya < 0) != (yb < 0)
    ]


def moved(plan: Plan, key: str, ends: Mapping[int, Inputs], *, share: float) -> Moved:
    """What a plan's likely total changes by when one input is ``share`` less or more.

    ``ends`` are the inputs at the low, likely and high end of their ranges: over its own range
    goes one input, while all others stay likely. None where a total is unknown.

    >>> inputs = dict.fromkeys(INPUTS, 0.0) | {"minutes": 100, "voice_price": 1, "wage": None}
    >>> low, high = inputs | {"voice_price": 0.5}, inputs | {"voice_price": 2}
    >>> moved(PAY_AS_YOU_GO, "voice_price", {0: low, 1: inputs, 2: high}, share=0.1)
    Moved(less=-10.0, more=10.0, over_range=150.0)
    """
    likely = ends[LIKELY]
    base, value = total(plan, likely), likely[key] or 0.0

    def change(to: float | None) -> float | None:
        there = total(plan, {**likely, key: to})
        return None if there is None or base is None else round(there - base, 9) + 0.0

    low, high = (change(ends[end][key]) for end in (min(ends), max(ends)))
    return Moved(
        less=change(value * (1 - share)),
        more=change(value * (1 + share)),
        over_range=None if low is None or high is None else high - low,
    )


def _root(values: list[tuple[float, float]], a: float, b: float) -> float:
    """Where it is 0 between two points of different sign: on a point, else on the straight line."""
    on = next((x for x, y in values if a < x < b and not y), None)
    if on is not None:
        return on
    ya, yb = (next(y for x, y in values if x == end) for end in (a, b))
    return a + (b - a) * ya / (ya - yb)


def _less(gap: float) -> Plan | None:
    return (TIERED if gap > 0 else PAY_AS_YOU_GO) if gap else None


def _number(inputs: Inputs, key: str) -> float:
    return inputs[key] or 0.0


def _messages(inputs: Inputs) -> float:
    return _number(inputs, "message_cases") * _number(inputs, "messages_per_case")
