"""Days without data: within the days of an export those on which nothing began, by weekday.

A day that the opening hours say is closed is no finding. Without opening hours every day counts,
so that a centre closed on Sundays sees one line about all Sundays.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cxtool.calendar import calendars
from cxtool.config import HoursSettings

SHOWN_DAYS = 10
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def missing_days(
    with_data: pl.Series, *, first: int, last: int, hours: HoursSettings
) -> list[tuple[str, int, str]]:
    """For each weekday with such days: which ones, how many, and the first.

    ``with_data`` and the bounds, both included, are local day numbers.

    >>> missing_days(pl.Series([20574, 20576]), first=20574, last=20576, hours=HoursSettings())
    [('1 of 1 Saturday: 2026-05-02', 1, '2026-05-02')]
    """
    day = pl.int_range(first, last + 1, dtype=pl.Int32, eager=True).alias("number")
    days = pl.DataFrame(day).with_columns(date=pl.col("number").cast(pl.Date))
    weekday = pl.col("date").dt.weekday()
    has_none = pl.col("number").is_in(with_data.drop_nulls().cast(pl.Int32).implode()).not_()
    dates = pl.col("date").filter("has_none").dt.to_string("%Y-%m-%d")
    found = (
        days.filter(~_closed(hours))
        .with_columns(has_none=has_none, weekday=weekday)
        .group_by("weekday")
        .agg(pl.len().alias("all_n"), pl.sum("has_none").alias("n"), dates.head(SHOWN_DAYS))
        .filter(pl.col("n") > 0)
        .sort("weekday")
    )
    return [
        (_told(WEEKDAYS[weekday - 1], all_n, count, shown), count, shown[0])
        for weekday, all_n, count, shown in found.iter_rows()
    ]


def _told(weekday: str, all_n: int, count: int, shown: list[str]) -> str:
    plural = "s" if all_n > 1 else ""
    more = f" and {count - len(shown):,} more" if count > len(shown) else ""
    return f"{count:,} of {all_n:,} {weekday}{plural}: {', '.join(shown)}{more}"


def _closed(hours: HoursSettings) -> pl.Expr:
    """Whether every calendar of the settings is closed on a ``date``."""
    if not any(hours.spans.values()):
        return pl.col("date").is_in([date.fromisoformat(text) for text in hours.holidays])
    return pl.all_horizontal(
        pl.col("date").dt.weekday().is_in([n for n, spans in enumerate(one.week, 1) if not spans])
        | pl.col("date").is_in(sorted(one.holidays))
        for one in calendars(hours).values()
    )
