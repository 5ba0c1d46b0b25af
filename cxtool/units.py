"""Units of a report's columns, and the only place where a value becomes text for people.

Raw values stay raw in JSON, CSV and Parquet: seconds, percent 0-100, ISO 8601 times.
``show`` is for terminal tables, Markdown and pages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

MISSING = "–"
SIGN = {True: "+", False: "−"}
BARS = "▁▂▃▄▅▆▇█"

_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_PARTS = re.compile(
    r"\s*".join(rf"(?:({_NUMBER})\s*{unit})?" for unit in ("d", "h", "m(?!s)", "s", "ms")),
    re.IGNORECASE,
)
_PART_SECONDS = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_CLOCK = re.compile(r"(?:([0-9]+):([0-5]?[0-9])|([0-9]+)):([0-5][0-9](?:\.[0-9]+)?)")


class Unit(StrEnum):
    """What a column's values are. The value of each member is the ``unit`` of the JSON contract."""

    TEXT = "text"
    LIST = "list"
    BOOL = "bool"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"  # in the currency that its report names
    SECONDS = "s"
    PERCENT = "pct"
    POINTS = "pp"  # a difference of two percentages
    DATETIME = "datetime"
    DATE = "date"
    SLA = "sla"  # met, not_met, pending, n/a
    SENTIMENT = "sentiment"  # positive, neutral, negative
    INDEX = "index"  # behaviour index of one interaction: 10, 6, null, 4, 0
    BAND = "band"  # very_positive ... very_negative
    LEVEL = "level"  # low, medium, high, critical
    PRIORITY = "priority"  # of a ticket, in the centre's own words
    STATUS = "status"  # of a conversation or a ticket, in the centre's own words
    SIGNAL = "signal"  # up, down, flat, new
    SERIES = "series"  # list of numbers, one a day: a sparkline
    LINK = "link"  # name of a file beside the report, which a page links to


WORDS = frozenset(
    {
        Unit.SLA,
        Unit.SENTIMENT,
        Unit.BAND,
        Unit.LEVEL,
        Unit.PRIORITY,
        Unit.STATUS,
        Unit.SIGNAL,
    }
)
NUMERIC = frozenset(
    {
        Unit.COUNT,
        Unit.NUMBER,
        Unit.MONEY,
        Unit.SECONDS,
        Unit.PERCENT,
        Unit.POINTS,
        Unit.INDEX,
    }
)


def show(value: object, unit: Unit) -> str:
    """The value as people read it; no data is ``–``.

    >>> show(81.25, Unit.PERCENT), show(250, Unit.SECONDS), show(None, Unit.COUNT)
    ('81.3 %', '4m 10s', '–')
    """
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _show_number(value, unit)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("_", " ") if unit in WORDS else value
    if isinstance(value, Sequence):
        if unit is Unit.SERIES:
            return sparkline(value)
        return ", ".join(MISSING if item is None else str(item) for item in value) or MISSING
    return str(value)


def show_change(change: float | None, unit: Unit) -> str:
    """A difference with its sign; a rate changes in percentage points.

    >>> show_change(-1.25, Unit.PERCENT), show_change(90, Unit.SECONDS)
    ('−1.3 pp', '+1m 30s')
    """
    if change is None:
        return MISSING
    inner = Unit.POINTS if unit is Unit.PERCENT else unit
    if change == 0:
        return show(0, inner)
    return SIGN[change > 0] + show(abs(change), inner)


def _show_number(value: float, unit: Unit) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return MISSING
    sign = SIGN[False] if value < 0 else ""
    size = abs(value)
    match unit:
        case Unit.PERCENT:
            return f"{sign}{_percent_digits(size)} %"
        case Unit.POINTS:
            return f"{sign}{_rounded(size, 1):,.1f} pp"
        case Unit.SECONDS:
            return sign + duration(size)
        case Unit.MONEY:
            return sign + money(size)
        case Unit.COUNT | Unit.INDEX:
            return f"{sign}{_rounded(size, 0):,.0f}"
        case _:
            return f"{sign}{size:,.2f}".rstrip("0").rstrip(".")


def _rounded(size: float, digits: int) -> float:
    """Round half up, as people do; Python's own rounding takes 20.5 to 20."""
    scale = 10.0**digits
    return float(math.floor(size * scale + 0.5 + 1e-9)) / scale


def _percent_digits(size: float) -> str:
    # 100 % and 0 % are said only of exactly all and exactly none.
    shown = _rounded(size, 1)
    if shown == 100 and size < 100:
        return "99.9"
    if shown == 0 and size > 0:
        return "0.1"
    return f"{shown:,.1f}"


def money(amount: float) -> str:
    """An amount to the cent; one below a tenth, as prices are, with up to four decimals.

    >>> money(1234.5), money(0.0075), money(0.02), money(0.837)
    ('1,234.50', '0.0075', '0.02', '0.84')
    """
    if amount >= 0.1:
        return f"{_rounded(amount, 2):,.2f}"
    whole, _, cents = f"{_rounded(amount, 4):.4f}".partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter.

    >>> duration(7.5), duration(600), duration(3725), duration(200_000)
    ('7.5s', '10m', '1h 02m', '2d 08h')
    """
    if _rounded(seconds, 1) < 60:
        return f"{_rounded(seconds, 1):g}s"
    whole = int(_rounded(seconds, 0))
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes}m {rest:02d}s" if rest else f"{minutes}m"
    minutes_all = int(_rounded(seconds / 60, 0))
    if minutes_all < 48 * 60:
        hours, minutes = divmod(minutes_all, 60)
        return f"{hours}h {minutes:02d}m" if minutes else f"{hours}h"
    days, hours = divmod(int(_rounded(seconds / 3600, 0)), 24)
    return f"{days:,}d {hours:02d}h" if hours else f"{days:,}d"


def parse_duration(text: str) -> float:
    """The seconds that a written duration stands for; a bare number is seconds, ``m:ss`` minutes.

    Raises ValueError, with one sentence for the user, on anything else: nothing, a negative
    length, an unknown unit, ``nan``.

    >>> [parse_duration(text) for text in ("600", "10m", "1h5m", "0:10:00", "10:00", "250ms")]
    [600.0, 600.0, 3900.0, 600.0, 600.0, 0.25]
    """
    bare = text.strip()
    if re.fullmatch(_NUMBER, bare):
        seconds = float(bare)
    elif clock := _CLOCK.fullmatch(bare):
        hours, minutes, minutes_alone, rest = clock.groups(default="0")
        seconds = float(hours) * 3_600 + float(minutes) * 60 + float(minutes_alone) * 60
        seconds += float(rest)
    elif bare and (parts := _PARTS.fullmatch(bare)):
        sizes = zip(parts.groups(default="0"), _PART_SECONDS, strict=True)
        seconds = math.fsum(float(size) * unit_s for size, unit_s in sizes)
    else:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise ValueError(
            f"{text!r} is not a duration; write it as 600, 90s, 10m, 1h5m, 1d, 250ms or 0:10:00"
        )
    return seconds


def sparkline(values: Sequence[object]) -> str:
    """One bar a value, from the smallest to the largest; a day without data is a blank.

    >>> sparkline([1, 2, None, 4])
    '▁▃ █'
    """
    numbers = [float(v) for v in values if isinstance(v, (int, float)) and math.isfinite(v)]
    if not numbers:
        return MISSING
    low, high = min(numbers), max(numbers)
    step = (high - low) / (len(BARS) - 1)
    bars = []
    for value in values:
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            bars.append(" ")
        else:
            bars.append(BARS[int((value - low) / step + 0.5)] if step else BARS[3])
    return "".join(bars)
