"""The calendar's units: where each begins and ends, what people call it, and how it is written.

Days, ISO weeks from Monday, months, quarters and years, as plain dates. ``period`` builds on this.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import MINYEAR, date, timedelta
from typing import Literal

CalendarUnit = Literal["day", "week", "month", "quarter", "year"]

DAY = timedelta(days=1)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}

# With written years from 1000 to 8999 no reckoning from one unit to the next leaves the calendar.
_YEAR = r"([1-8]\d{3})"
_WRITTEN: tuple[tuple[CalendarUnit, str, Callable[..., date]], ...] = (
    ("day", _YEAR + r"-(\d\d)-(\d\d)", date),
    ("week", _YEAR + r"-w(\d\d?)", lambda year, week: date.fromisocalendar(year, week, 1)),
    ("month", _YEAR + r"-(\d\d)", lambda year, month: date(year, month, 1)),
    ("quarter", _YEAR + r"-q(\d)", lambda year, quarter: date(year, 3 * quarter - 2, 1)),
    ("year", _YEAR, lambda year: date(year, 1, 1)),
)


def unit_bounds(unit: CalendarUnit, day: date) -> tuple[date, date]:
    """Start and end, half-open, of the unit that contains the day.

    >>> [str(bound) for bound in unit_bounds("quarter", date(2026, 5, 20))]
    ['2026-04-01', '2026-07-01']
    """
    if unit == "day":
        return day, day + DAY
    if unit == "week":
        monday = day - day.weekday() * DAY
        return monday, monday + 7 * DAY
    size = MONTHS_IN[unit]
    start = date(day.year, day.month - (day.month - 1) % size, 1)
    years, months = divmod(start.month - 1 + size, 12)
    return start, date(start.year + years, months + 1, 1)


def unit_label(unit: CalendarUnit, start: date) -> str:
    """What people call the unit that starts on that day.

    >>> unit_label("month", date(2026, 5, 1)), unit_label("week", date(2026, 5, 18))
    ('May 2026', 'week 21 of 2026')
    """
    match unit:
        case "day":
            return start.isoformat()
        case "week":
            year, week, _ = start.isocalendar()
            return f"week {week} of {year}"
        case "month":
            return f"{MONTHS[start.month - 1]} {start.year}"
        case "quarter":
            return f"Q{(start.month + 2) // 3} {start.year}"
        case "year":
            return str(start.year)


def unit_expression(unit: CalendarUnit, start: date) -> str:
    """How the unit is written; ``read_unit`` reads it back.

    >>> unit_expression("quarter", date(2026, 4, 1)), unit_expression("week", date(2026, 1, 5))
    ('2026-Q2', '2026-W02')
    """
    text = start.isoformat()
    match unit:
        case "day":
            return text
        case "week":
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02d}"
        case "month":
            return text[:7]
        case "quarter":
            return f"{text[:4]}-Q{(start.month + 2) // 3}"
        case "year":
            return text[:4]


def read_unit(text: str) -> tuple[CalendarUnit, date] | None:
    """The unit that the text writes, with its first day; None if it has no such form.

    Raises ValueError, with one sentence, where the form is right but the calendar lacks the unit.

    >>> read_unit("2026-Q2"), read_unit("soon")
    (('quarter', datetime.date(2026, 4, 1)), None)
    """
    for unit, pattern, first_day in _WRITTEN:
        if found := re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE):
            try:
                return unit, first_day(*map(int, found.groups()))
            except ValueError:
                raise ValueError(f"there is no {unit} '{text}' in the calendar") from None
    return None


def same_unit_year_before(unit: CalendarUnit, start: date) -> date:
    """First day of the unit a year before; week 53 meets week 52 in a year without one.

    >>> same_unit_year_before("week", date(2026, 12, 28))
    datetime.date(2025, 12, 22)
    """
    if unit != "week":
        return year_before(start)
    year, week, _ = start.isocalendar()
    weeks = date(year - 1, 12, 28).isocalendar().week
    return date.fromisocalendar(year - 1, min(week, weeks), 1)


def year_before(day: date) -> date:
    """The same date a year before; of 29 February, the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=max(day.year - 1, MINYEAR), day=last)
