"""Periods: runs of whole calendar days, half-open. Nothing here reads the clock.

See ``parse_period`` for the forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["days", "day", "week", "month", "quarter", "year", "all"]

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01, the form in which frames hold local days."""
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days ``[start, end)``; ``kind`` says which calendar unit, if any, it is."""

    start: date
    end: date
    label: str
    kind: Kind = "days"

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Request:
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
