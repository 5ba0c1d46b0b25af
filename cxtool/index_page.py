"""The index of a folder of pages: a row for each past report with its headline figures.

It is made anew of the pages that lie there, so a page made again replaces its row, and a page
deleted takes its row with it. It is a report like any other, with the figures that the newest page
has; what an older page does not know is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.calendar_units import DAY
from cxtool.errors import CxtoolError
from cxtool.output import write_file
from cxtool.period import days_between
from cxtool.render import RenderOptions, render
from cxtool.render.page_mark import SIGNALS, Mark, read_mark
from cxtool.report import Column, Report, Section, Source
from cxtool.units import NUMERIC, Unit

INDEX = "index.html"
REPORT = "index"
PAGES = (".html", ".htm")
BEGINNING = 400_000  # bytes of a page in which its mark stands
COURSE_PAGES = 90  # pages in a sparkline

DAY_COLUMNS = (
    Column(key="page", label="Page", unit=Unit.LINK, drop=0),
    Column(key="first_day", label="First day", unit=Unit.DATE, drop=3),
    Column(key="last_day", label="Last day", unit=Unit.DATE, drop=0),
)


class PastPage(Struct, frozen=True, kw_only=True):
    """A page by the name of its file, and what it says of itself."""

    name: str
    mark: Mark


def keep_index(page: Path, report: Report, options: RenderOptions) -> tuple[str, ...]:
    """Write ``index.html`` beside a page that was just written; the files that are no pages.

    Raises CxtoolError where an ``index.html`` lies there that is none of ours.
    """
    target = page.parent / INDEX
    there = _mark(target) if target.exists() else None
    if target.exists() and (there is None or there.report != REPORT):
        raise CxtoolError(
            f"{target} is no index of cxtool and is left alone", hint="move it or the pages away"
        )
    pages, foreign = past_pages(page.parent, report=report.report)
    index = index_report(pages, report, foreign_n=len(foreign))
    text = render(index, fmt="html", options=replace(options, section=None))
    write_file(target, str(text).encode("utf-8", "backslashreplace"))
    return foreign


def past_pages(folder: Path, *, report: str) -> tuple[list[PastPage], tuple[str, ...]]:
    """The pages of that report in a folder, newest first, and the files that are no pages."""
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in PAGES and p.name != INDEX)
    marks = {path.name: _mark(path) for path in files}
    pages = [
        PastPage(name=name, mark=mark)
        for name, mark in marks.items()
        if mark is not None and mark.report == report
    ]
    # The newest first; two of one day by their names.
    pages.sort(key=lambda page: page.mark.as_of, reverse=True)
    return pages, tuple(name for name, mark in marks.items() if mark is None)


def index_report(pages: Sequence[PastPage], report: Report, *, foreign_n: int) -> Report:
    """The pages as a report: ``headline``, the newest figures and their course; ``days``."""
    periods = [page.mark for page in pages]
    start = min((mark.start for mark in periods), default=report.period.start)
    end = max((mark.end for mark in periods), default=report.period.end)
    figures = _figures(report)
    headline = _headline(pages, figures)
    days = _days(pages, figures)
    return Report(
        report=REPORT,
        title=f"{report.title}: past days",
        period=days_between(start, end),
        previous=None,
        time_zone=report.time_zone,
        as_of=max((mark.as_of for mark in periods), default=report.as_of),
        source=Source(
            files=tuple(page.name for page in pages),
            profile=None,
            rows_read=len(pages) + foreign_n,
            rows_set_aside=foreign_n,
        ),
        sections=(headline, days) if headline else (days,),
        main="days",
    )


def _figures(report: Report) -> tuple[Column, ...]:
    """The headline columns that an index can show; none where the report has no such row."""
    section = report.section(report.main)
    if section.rows.height != 1:
        return ()
    return tuple(c for c in section.columns if c.unit in NUMERIC or c.unit is Unit.SIGNAL)


def _headline(pages: Sequence[PastPage], figures: Sequence[Column]) -> Section | None:
    if not pages or not figures:
        return None
    shown = pages[:COURSE_PAGES]
    courses = [
        Column(key=f"{c.key}_course", label="Course", unit=Unit.SERIES, role="series", of=c.key)
        for c in figures
        if c.role == "value"
    ]
    newest = [_series(column, pages[:1]) for column in figures]
    lists = [
        pl.Series(course.key, [[_value(column, page) for page in reversed(shown)]])
        for column, course in zip((c for c in figures if c.role == "value"), courses, strict=True)
    ]
    return Section(
        id="headline",
        title=f"The newest page, as of {pages[0].mark.as_of}",
        columns=(*figures, *courses),
        rows=pl.DataFrame([*newest, *lists]),
        notes=(f"Lines are the course over the last {len(shown)} pages.",),
    )


def _days(pages: Sequence[PastPage], figures: Sequence[Column]) -> Section:
    shown = [column for column in figures if column.role == "value"]
    marks = [page.mark for page in pages]
    own = [
        pl.Series("page", [page.name for page in pages], dtype=pl.String),
        pl.Series("first_day", [mark.start for mark in marks], dtype=pl.Date),
        pl.Series("last_day", [mark.end - DAY for mark in marks], dtype=pl.Date),
    ]
    return Section(
        id="days",
        title="Past days",
        columns=(*DAY_COLUMNS, *shown),
        rows=pl.DataFrame([*own, *(_series(column, pages) for column in shown)]),
    )


def _series(column: Column, pages: Iterable[PastPage]) -> pl.Series:
    numeric = pl.Int64 if column.unit in (Unit.COUNT, Unit.INDEX) else pl.Float64
    dtype = pl.String if column.unit is Unit.SIGNAL else numeric
    return pl.Series(column.key, [_value(column, page) for page in pages], dtype=dtype)


def _value(column: Column, page: PastPage) -> float | str | None:
    """A page's figure where it is of the column's kind, else null."""
    value = page.mark.figures.get(column.key)
    if column.unit is Unit.SIGNAL:
        return value if value in SIGNALS else None
    if not isinstance(value, (int, float)):
        return None
    return int(value) if column.unit in (Unit.COUNT, Unit.INDEX) else float(value)


def _mark(path: Path) -> Mark | None:
    """What a file says of itself; None where it is no page, or cannot be read."""
    try:
        with path.open("rb") as file:
            return read_mark(file.read(BEGINNING).decode("utf-8", "replace"))
    except OSError:
        return None
