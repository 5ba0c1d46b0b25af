"""Formats that a report can be written in: one module each, imported only when it is used.

A format is one file here with ``render(report, options) -> str | bytes``, and one line in
``FORMATS``. One that writes rows as they come has ``stream(report, options, file)`` as well, which
writes the same and never holds the rows of a section that come in pieces all at once.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Literal, cast

from msgspec import Struct

from cxtool.errors import UsageError, nearest
from cxtool.report import Report, Section

SentimentStyle = Literal["percent", "icons"]

PAGE_ROWS = 5_000  # more are slow to read, and slow to show


class Format(Struct, frozen=True):
    """Where a format lives, the file suffixes that mean it, whether it writes bytes and streams.

    ``rows_n``: of a section it shows so many rows at most, and says how many there are.
    """

    module: str
    suffixes: tuple[str, ...]
    binary: bool = False
    streams: bool = False
    rows_n: int | None = None


FORMATS: dict[str, Format] = {
    "table": Format("cxtool.render.table", (".txt",)),
    "json": Format("cxtool.render.json", (".json",)),
    "ndjson": Format("cxtool.render.ndjson", (".ndjson", ".jsonl"), streams=True),
    "csv": Format("cxtool.render.csv", (".csv",), streams=True),
    "parquet": Format("cxtool.render.parquet", (".parquet", ".pq"), binary=True, streams=True),
    "xlsx": Format("cxtool.render.xlsx", (".xlsx",), binary=True),
    "markdown": Format("cxtool.render.markdown", (".md", ".markdown")),
    "html": Format("cxtool.render.html", (".html", ".htm"), rows_n=PAGE_ROWS),
}


class RenderOptions(Struct, frozen=True, kw_only=True):
    """How a report is written. Each format takes what concerns it and ignores the rest.

    ``width`` in terminal cells and ``max_rows`` are None for "as much as there is"; ``null`` is
    the text of a missing value (None: the format's own), ``header`` the report's head and the
    column names, ``raw`` leaves formulas in CSV cells, ``sentiment`` shows banded scores as
    percentages or as icons, ``verbose`` adds counts, intervals and previous values to tables.
    A page has a ``title`` (None: the report's), comes of a ``template`` folder (None: our own),
    and says when it was made, and by which ``command``.
    """

    section: str | None = None
    width: int | None = None
    max_rows: int | None = None
    color: bool = False
    header: bool = True
    null: str | None = None
    raw: bool = False
    sentiment: SentimentStyle = "percent"
    verbose: bool = False
    title: str | None = None
    template: Path | None = None
    generated_at: datetime | None = None
    command: str | None = None


def render(report: Report, *, fmt: str, options: RenderOptions | None = None) -> str | bytes:
    """The report in the format of that name; an unknown name is a usage problem.

    Raises ValueError where rows come in pieces that the format cannot write as they come.
    """
    form = known_format(fmt)
    if not form.streams and any(section.pieces is not None for section in report.sections):
        raise ValueError(f"report {report.report}: rows in pieces are not for {fmt}")
    module = import_module(form.module)
    return cast("str | bytes", module.render(report, options or RenderOptions()))


def stream(report: Report, file: IO[bytes], *, fmt: str, options: RenderOptions) -> None:
    """Write to an open file what ``render`` gives, in a format that writes rows as they come.

    Raises OSError where the file does not take it.
    """
    import_module(known_format(fmt).module).stream(report, options, file)


def known_format(name: str) -> Format:
    """The format of that name; an unknown one is a usage problem that names the nearest.

    >>> known_format("csv").suffixes
    ('.csv',)
    """
    if name in FORMATS:
        return FORMATS[name]
    guess = nearest(name, list(FORMATS))
    raise UsageError(
        f"unknown format '{name}'" + (f"; did you mean '{guess}'?" if guess else ""),
        hint="formats: " + ", ".join(FORMATS),
    )


def format_of_suffix(suffix: str) -> str | None:
    """The format that a file suffix means, in any case; None where it means none.

    >>> format_of_suffix(".JSONL"), format_of_suffix(".doc")
    ('ndjson', None)
    """
    return next((n for n, form in FORMATS.items() if suffix.lower() in form.suffixes), None)


def sections_of(report: Report, options: RenderOptions) -> tuple[Section, ...]:
    """The sections that a many-section format writes: all, or the one asked for."""
    return report.sections if options.section is None else (report.section(options.section),)


def section_of(report: Report, options: RenderOptions) -> Section:
    """The section that a one-table format writes: the one asked for, or the main one."""
    return report.section(options.section or report.main)
