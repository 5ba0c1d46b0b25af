"""Periods: runs of whole calendar days, half-open. Nothing here reads the clock.

See ``parse_period`` for the forms. ``resolve`` completes what the user gave into one ``Request``
with the report's day inside, so that nothing below it needs to know what day it is.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, cast

from msgspec import Struct

from cxtool.calendar_units import (
    DAY,
    CalendarUnit,
    read_unit,
    same_unit_year_before,
    unit_bounds,
    unit_expression,
    unit_label,
    year_before,
)
from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.time_zones import parse_time_zone

Kind = Literal["days", "day", "week", "month", "quarter", "year", "all"]

EPOCH = date(1970, 1, 1)

RELATIVE = tuple(f"{w}-{u}" for w in ("last", "this") for u in ("week", "month", "quarter", "year"))
COMPARISONS = ("previous", "previous-year", "none")
FORMS_HINT = (
    "write 7d, 2w, yesterday, last-week, this-month, 2026-05, 2026-W21, 2026-Q2, 2026, "
    "2026-05-31, 2026-05-01..2026-05-31 or all"
)


def day_number(day: date) -> int:
    """Days since 1970-01-01, the form in which frames hold local days."""
    return (day - EPOCH).days


class Period(Struct, frozen=True):
    """Whole local days ``[start, end)``; ``kind`` says which calendar unit, if any, it is."""

    start: date
    end: date
    label: str
    kind: Kind = "days"

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period has at least one day: {self.start} to {self.end}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day, which still belongs to the period."""
        return self.end - DAY

    @property
    def expression(self) -> str:
        """The text that ``parse_period`` reads back as this very period.

        >>> unit_of("quarter", date(2026, 5, 1)).expression
        '2026-Q2'
        """
        match self.kind:
            case "all":
                return "all"
            case "days":
                return f"{self.start}..{self.last}"
            case unit:
                return unit_expression(unit, self.start)

    def overlaps(self, other: Period) -> bool:
        """Whether a day belongs to both."""
        return self.start < other.end and other.start < self.end

    def previous(self) -> Period | None:
        """The period directly before: the calendar unit before a calendar unit, else as many days.

        None for ``all``, before which there is nothing. Source: C7, B7.

        >>> unit_of("month", date(2026, 3, 1)).previous().label
        'February 2026'
        """
        match self.kind:
            case "all":
                return None
            case "days":
                length = self.end - self.start
                if self.start - date.min < length:
                    return None
                return days_between(self.start - length, self.start)
            case unit:
                return unit_of(unit, self.start - DAY)

    def previous_year(self) -> Period:
        """The same calendar unit a year before; of other periods as many days from the same date.

        Week 53 meets week 52 in a year without one, 29 February meets 28 February.

        >>> unit_of("week", date(2026, 12, 31)).previous_year().label
        'week 52 of 2025'
        """
        match self.kind:
            case "all" | "days":
                first = year_before(self.start)
                return days_between(first, first + (self.end - self.start))
            case unit:
                return unit_of(unit, same_unit_year_before(unit, self.start))


class Request(Struct, frozen=True):
    """What a report is asked for: the period, what it is compared with, the zone, the as-of day.

    ``as_of`` is the first day that is not complete; ``as_of_ms`` is its local midnight in epoch
    milliseconds.
    """

    period: Period
    previous: Period | None
    time_zone: str
    as_of: date

    @property
    def as_of_ms(self) -> int:
        from datetime import datetime, time
        from zoneinfo import ZoneInfo

        midnight = datetime.combine(self.as_of, time.min, tzinfo=ZoneInfo(self.time_zone))
        return int(midnight.timestamp()) * 1000


def unit_of(unit: CalendarUnit, day: date) -> Period:
    """The calendar unit that contains the day; weeks are ISO weeks, from Monday.

    >>> unit_of("week", date(2027, 1, 1)).label
    'week 53 of 2026'
    """
    start, end = unit_bounds(unit, day)
    return Period(start, end, unit_label(unit, start), unit)


def days_between(start: date, end: date) -> Period:
    """The days ``[start, end)``, which are no calendar unit unless there is only one.

    >>> days_between(date(2026, 5, 25), date(2026, 6, 1)).label
    '2026-05-25 to 2026-05-31 (7 days)'
    """
    days = (end - start).days
    if days == 1:
        return unit_of("day", start)
    return Period(start, end, f"{start} to {end - DAY} ({days} days)")


def parse_period(expr: str, *, as_of: date, span: tuple[date, date] | None) -> Period:
    """The period that an expression names.

    ``as_of`` is the first incomplete day, ``span`` the first and last day with data in the export
    (None: no data).

    - ``7d``, ``2w``: so many days or weeks up to as-of; ``yesterday``: the day before as-of.
    - ``last-week``, ``-month``, ``-quarter``, ``-year``: the unit before the one with as-of in it.
    - ``this-week`` and so on: from the start of the unit in which the last complete day lies, up
      to as-of. Where that is the whole unit it *is* the unit.
    - ``2026``, ``2026-Q2``, ``2026-05``, ``2026-W21``, ``2026-05-31``: that calendar unit.
    - ``2026-05-01..2026-05-31``: both days included. Either side may be another calendar unit, or
      left out: then it is the first day with data, or the last complete day.
    - ``all``: every day from the first to the last with data; without data the day before as-of.

    Raises UsageError for anything else, CxtoolError where a side that is left out needs data and
    there is none.

    >>> parse_period("last-month", as_of=date(2026, 6, 1), span=None).label
    'May 2026'
    """
    text = expr.strip().lower()
    if text == "all":
        if span is None:
            return Period(as_of - DAY, as_of, "no data", "all")
        first, last = _with_data(span, expr)
        label = f"{first} to {last} (all data)"
        return Period(first, last + DAY, label, "all")
    if text == "yesterday":
        return unit_of("day", as_of - DAY)
    if text in RELATIVE:
        which, _, name = text.partition("-")
        unit = cast("CalendarUnit", name)
        if which == "last":
            return unit_of(unit, unit_of(unit, as_of).start - DAY)
        whole = unit_of(unit, as_of - DAY)
        return whole if whole.end == as_of else days_between(whole.start, as_of)
    if found := re.fullmatch(r"(\d{1,4})([dw])", text, re.ASCII):
        days = int(found[1]) * (7 if found[2] == "w" else 1)
        if days == 0:
            raise UsageError(f"period '{expr}' has no day in it", hint=FORMS_HINT)
        return days_between(as_of - days * DAY, as_of)
    if ".." in text:
        return _range(expr, as_of=as_of, span=span)
    return _written_unit(expr, also=("yesterday", "all", *RELATIVE))


def parse_compare(
    expr: str, *, period: Period, as_of: date, span: tuple[date, date] | None
) -> Period | None:
    """The period to compare with: ``previous``, ``previous-year``, ``none`` or an expression.

    None where nothing is to be compared, and for ``all``, outside of which there is no data.
    A period that shares days with ``period`` is a UsageError: a case would count on both sides.
    """
    match expr.strip().lower():
        case "none":
            return None
        case "previous":
            return period.previous()
        case "previous-year":
            other = None if period.kind == "all" else period.previous_year()
        case word:
            guess = None if word[:1].isdigit() else nearest(word, [*COMPARISONS, *RELATIVE])
            if guess in COMPARISONS:
                raise UsageError(
                    f"cannot compare with '{expr}'; did you mean '{guess}'?",
                    hint="compare with previous, previous-year, none or a period",
                )
            other = parse_period(expr, as_of=as_of, span=span)
    if other is not None and other.overlaps(period):
        raise UsageError(
            f"cannot compare {period.label} with {other.label}: they share days",
            hint="compare with a period that lies outside, or with none",
        )
    return other


def default_as_of(today: date, newest: date | None) -> date:
    """The first incomplete day: the earlier of today and the day after the newest start.

    >>> default_as_of(date(2026, 6, 10), date(2026, 5, 31))
    datetime.date(2026, 6, 1)
    """
    return today if newest is None or newest >= today else newest + DAY


def parse_as_of(text: str, *, today: date) -> date:
    """The day that ``--as-of`` names: ``today`` or an ISO date; else a UsageError."""
    if text.strip().lower() == "today":
        return today
    try:
        day = _written_unit(text)
    except UsageError:
        day = None
    if day is None or day.kind != "day":
        raise UsageError(
            f"'{text}' is not a day", hint="write --as-of as a date such as 2026-06-01, or today"
        )
    return day.start


def check_length(period: Period, limit_days: int, option: str = "--max-days") -> None:
    """Refuse a period longer than the limit with a UsageError that names the option lifting it."""
    if period.days > limit_days:
        raise UsageError(
            f"the period {period.expression} has {period.days} days, {limit_days} are the limit; "
            f"{option} {period.days} lifts it"
        )


def resolve(
    *,
    period: str | None,
    compare: str | None,
    as_of_option: str | None,
    time_zone: str,
    today: date,
    span: tuple[date, date] | None,
    default_period: str,
) -> Request:
    """Complete what the user gave (None: not given) into one request.

    ``today`` is the local day in the report's time zone, ``span`` the first and last local day
    with data. Without ``compare`` the period is compared with the one before.
    """
    zone = parse_time_zone(time_zone)
    if as_of_option is None:
        as_of = default_as_of(today, span[1] if span else None)
    else:
        as_of = parse_as_of(as_of_option, today=today)
    if not 1000 <= as_of.year < 9000:
        raise CxtoolError(
            f"the export's newest start is on {as_of - DAY}, which cannot be right",
            hint="look at its dates with cxtool check, or set --as-of",
        )
    asked = parse_period(period or default_period, as_of=as_of, span=span)
    previous = parse_compare(compare or "previous", period=asked, as_of=as_of, span=span)
    return Request(asked, previous, zone, as_of)


def _written_unit(expr: str, *, also: tuple[str, ...] = ()) -> Period:
    """A calendar unit written in figures; ``also`` are the words that would do in its place."""
    text = expr.strip()
    try:
        if found := read_unit(text):
            return unit_of(*found)
    except ValueError as error:
        raise UsageError(str(error)) from None
    guess = nearest(text.lower(), list(also))
    raise UsageError(
        f"'{expr}' is not a period" + (f"; did you mean '{guess}'?" if guess else ""),
        hint=FORMS_HINT,
    )


def _range(expr: str, *, as_of: date, span: tuple[date, date] | None) -> Period:
    first, _, last = (side.strip() for side in expr.partition(".."))
    if not first and not last:
        raise UsageError(f"'{expr}' is not a period", hint=FORMS_HINT)
    start = _written_unit(first).start if first else _with_data(span, expr)[0]
    end = _written_unit(last).end if last else as_of
    if start < end:
        return days_between(start, end)
    if first and last:
        raise UsageError(
            f"period '{expr}' ends before it starts", hint=f"did you mean {last}..{first}?"
        )
    if first:
        raise UsageError(f"period '{expr}' starts after the last complete day, {as_of - DAY}")
    raise UsageError(f"period '{expr}' ends before the first day with data, {start}")


def _with_data(span: tuple[date, date] | None, expr: str) -> tuple[date, date]:
    if span is None:
        raise CxtoolError(
            f"period '{expr}' needs data, and the export has none",
            hint="name a period with both days, such as 2026-05-01..2026-05-31",
        )
    if span[1] == date.max:
        raise CxtoolError(
            f"period '{expr}' has no end: the export's newest start is on {date.max}",
            hint="name a period with both days, such as 2026-05-01..2026-05-31",
        )
    return span
