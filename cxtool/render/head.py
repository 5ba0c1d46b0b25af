"""What every readable output says of itself: periods, time zone, as-of day, source."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath

from cxtool.period import Period
from cxtool.render.safe import one_line
from cxtool.report import Report, Source

FILES_NAMED = 2
SEPARATOR = " · "


def head_facts(report: Report) -> tuple[str, ...]:
    """The facts of a report's head, each a few words, safe to show on one line."""
    facts = (
        period_text(report.period),
        f"compared with {days_text(report.previous) if report.previous else 'nothing'}",
        report.time_zone,
        f"as of {report.as_of}",
        *_source_facts(report.source),
    )
    return tuple(one_line(fact) for fact in facts)


def days_text(period: Period) -> str:
    """The first and last day of a period, both included."""
    last = period.end - timedelta(days=1)
    return f"{period.start}" if last <= period.start else f"{period.start} to {last}"


def period_text(period: Period) -> str:
    """A period for people: its days, and its name where it has one.

    >>> from datetime import date
    >>> period_text(Period(date(2026, 5, 1), date(2026, 5, 8), "7d"))
    '7d (2026-05-01 to 2026-05-07)'
    """
    days = days_text(period)
    if not period.label or str(period.start) in period.label:
        return days
    return f"{period.label} ({days})"


def rows_left(shown: int, total: int) -> str:
    """What is said where a limit cuts rows.

    >>> rows_left(50, 1234)
    'first 50 of 1,234 rows'
    """
    return f"first {shown:,} of {total:,} rows"


def _source_facts(source: Source) -> tuple[str, ...]:
    names = [PurePath(file).name or file for file in source.files]
    files = ", ".join(names) if len(names) <= FILES_NAMED else f"{len(names)} files"
    rows = f"{source.rows_read:,} {'row' if source.rows_read == 1 else 'rows'} read"
    aside = f"{source.rows_set_aside:,} set aside" if source.rows_set_aside else "none set aside"
    profile = (f"profile {source.profile}",) if source.profile else ()
    return (f"{files or 'no file'}: {rows}, {aside}", *profile)
