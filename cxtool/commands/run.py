"""The course of every report: export, request, report, view, output, gates.

The only place that reads the clock, and only for the day that ``--as-of today`` and a period up to
now stand on, and to say when a page was made.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from msgspec import Struct
from msgspec.structs import replace

from cxtool.commands.opening import (
    messages,
    opened_export,
    opened_on_spark,
    settings_of,
    tell_set_aside,
)
from cxtool.commands.params import WORDS, Shared
from cxtool.config import Settings
from cxtool.errors import GateMissedError
from cxtool.period import EPOCH, Request, check_length, resolve

if TYPE_CHECKING:
    from cxtool.exports.export import Export
    from cxtool.exports.limited import Limited
    from cxtool.render import RenderOptions, SentimentStyle
    from cxtool.report import Report
    from cxtool.tables import Tables

Make = Callable[["Tables", Settings], "Report"]
Written = Callable[[Path, "Report", "RenderOptions"], None]

DEFAULT_FORMAT = "table"
PEOPLE_COLUMNS = ("label", "contact", "company")


class Listed(Struct, frozen=True, kw_only=True):
    """A section that lists cases, of which there may be millions: its columns, whether it is main.

    Where an output shows no more than the first of them, no more are made.
    """

    section: str
    keys: Sequence[str]
    is_main: bool = True


class Needs(Struct, frozen=True, kw_only=True):
    """What a report needs of an export: its tables, its usual and longest period, comparison.

    ``listed``: the list of cases that is in it. ``default_format``: of what is written.
    """

    uses: tuple[str, ...] = ("interactions",)
    people: Callable[[Settings], bool] = lambda settings: True  # see ``names_people``
    default_period: str = "7d"
    max_days: int | None = None
    compares: bool = True  # whether the days of the compared period are read
    days_around: Callable[[Settings], int] = lambda settings: 0  # read before and after each period
    listed: Listed | None = None
    default_format: str = DEFAULT_FORMAT


def names_people(*words: str) -> bool:
    """Whether conditions or dimensions name what only contacts and companies tell."""
    return any(column in word for word in words for column in PEOPLE_COLUMNS)


def run(
    options: Shared, needs: Needs, make: Make, *, sentiment: SentimentStyle = "percent"
) -> None:
    """Make a report of the export and write it. Raises CxtoolError and its kinds."""
    from cxtool.progress import working

    settings = settings_of(options)
    with (
        working("reading", quiet=messages().quiet) as work,
        _opened(options, settings, needs) as export,
    ):
        request = _request(export, options, settings, needs)
        tables = _tables(export, request, options, settings, needs)
        work.now(f"counting {tables.source.rows_read:,} rows")
        report = make(replace(tables, advance=work.advance), settings)
    finish(report, options, settings, sentiment=sentiment)


@contextmanager
def _opened(options: Shared, settings: Settings, needs: Needs) -> Iterator[Limited]:
    """The export that the options name, on the engine that the settings name."""
    if settings.engine == "spark":
        with opened_on_spark(options, settings, needs.uses) as dataset:
            yield dataset
    else:
        with opened_export(options, settings, needs.uses) as export:
            yield export


@contextmanager
def read(options: Shared, settings: Settings, needs: Needs) -> Iterator[tuple[Export, Tables]]:
    """The export that the options name, and its tables for the complete request."""
    from cxtool.progress import working

    with (
        working("reading", quiet=messages().quiet) as work,
        opened(options, settings, needs) as (export, request),
    ):
        tables = _tables(export, request, options, settings, needs)
        work.now(f"counting {tables.source.rows_read:,} rows")
        yield export, replace(tables, advance=work.advance)


@contextmanager
def opened(options: Shared, settings: Settings, needs: Needs) -> Iterator[tuple[Export, Request]]:
    """The export that the options name, and the complete request on it."""
    with opened_export(options, settings, needs.uses) as export:
        yield export, _request(export, options, settings, needs)


def _request(export: Limited, options: Shared, settings: Settings, needs: Needs) -> Request:
    """The complete request on an export."""
    request = resolve(
        period=settings.period,
        compare=settings.compare if needs.compares else "none",
        as_of_option=options.as_of,
        time_zone=export.time_zone,
        today=datetime.now(ZoneInfo(export.time_zone)).date(),
        span=_dates(export.span()),
        default_period=needs.default_period,
    )
    if needs.max_days is not None:
        check_length(request.period, options.max_days or needs.max_days)
    return request


def _tables(
    export: Limited, request: Request, options: Shared, settings: Settings, needs: Needs
) -> Tables:
    """The export's tables for a request; what was set aside is told."""
    from cxtool.exports.limited import days_of

    tables = export.tables(
        request,
        uses=needs.uses,
        people=needs.people(settings),
        where=options.where,
        days_around=needs.days_around(settings),
    )
    tell_set_aside(export, tables.given, days_of(request), allowed=options.max_bad)
    return replace(
        tables,
        notes=(*tables.notes, *coverage_notes(export, request)),
        first_n=_first_asked(options, settings, needs),
    )


def without_export(options: Shared, settings: Settings) -> Request:
    """The day of a report that reads no export."""
    today = datetime.now(ZoneInfo(settings.tz)).date()
    return resolve(
        period=None,
        compare="none",
        as_of_option=options.as_of,
        time_zone=settings.tz,
        today=today,
        span=None,
        default_period="1d",
    )


def coverage_notes(export: Limited, request: Request) -> tuple[str, ...]:
    """What a reader must know where the period and the days of the data do not meet, or not yet."""
    from cxtool.exports.limited import days_of

    span = _dates(export.span())
    if span is None:
        return ("The export has no usable case.",)
    first, last = span
    period, notes = request.period, []
    read_n = export.survey("interactions", days_of(request)).rows_read
    if not read_n or period.end <= first or last < period.start:
        notes.append(
            f"No case starts in the period; the export's cases start from {first} to {last}."
        )
    elif period.kind != "all" and period.end > request.as_of:
        notes.append(f"The period is not complete: {request.as_of} and later days are to come.")
    return tuple(notes)


def finish(
    report: Report,
    options: Shared,
    settings: Settings,
    *,
    sentiment: SentimentStyle = "percent",
    default_format: str = DEFAULT_FORMAT,
    written: Written | None = None,
) -> None:
    """View, write and gate a report; ``written`` is told of the file, also where a gate misses."""
    from cxtool.gates import check_gates
    from cxtool.output import is_terminal, write
    from cxtool.progress import working
    from cxtool.render import RenderOptions
    from cxtool.view import view

    missed = check_gates(report, under=options.fail_under, over=options.fail_over)
    seen = view(
        report,
        columns=options.columns,
        sort=options.sort,
        limit=options.limit,
        section=options.section,
    )
    render_options = RenderOptions(
        section=options.section,
        header=not options.no_header,
        null=options.null,
        raw=options.raw,
        sentiment=sentiment,
        verbose=options.verbose,
        template=Path(options.template) if options.template else None,
        generated_at=datetime.now(UTC),
        command=command_line(report.as_of),
    )
    on_screen = options.output in (None, "-") and is_terminal(sys.stdout)
    with working("writing", quiet=on_screen or messages().quiet):
        path = write(
            seen,
            fmt=asked_format(options, settings),
            default=default_format,
            out=options.output,
            options=render_options,
            color=settings.color,
            pager=not options.no_pager,
            limited=options.limit is not None,
        )
    if path is not None and written is not None:
        written(path, seen, render_options)
    if missed:
        raise GateMissedError("; ".join(missed))


def _first_asked(options: Shared, settings: Settings, needs: Needs) -> int | None:
    """How many rows of the list of cases are asked for, which are the first; None: all of them.

    All are where they are sorted as the user says, or where a gate judges a column of theirs; on
    Spark, too, where a limit beneath a join was seen to give other rows than the first.
    """
    from cxtool.output import rows_shown

    listed = needs.listed
    if listed is None or settings.engine == "spark":
        return None
    gates = (gate.partition("=")[0].strip() for gate in (*options.fail_under, *options.fail_over))
    if any(name.rpartition(".")[2] in listed.keys for name in gates):
        return None
    if options.section == listed.section or (options.section is None and listed.is_main):
        if options.sort:
            return None
        if options.limit is not None:
            return max(options.limit, 0)
    fmt = asked_format(options, settings)
    return rows_shown(options.output, fmt=fmt, default=needs.default_format)


def asked_format(options: Shared, settings: Settings) -> str | None:
    """The format that was asked for; a configured one is for standard output, not for files."""
    return settings.format if options.format or not options.output else None


def command_line(as_of: date) -> str | None:
    """The command of this run, which makes the same report on any later day; None outside of one.

    What it says of today is written out.
    """
    context = click.get_current_context(silent=True)
    given = context.meta.get(WORDS) if context else None
    if given is None:
        return None
    said = [
        f"{as_of}" if (before, word) == ("--as-of", "today") else word
        for before, word in pairwise(("", *given))
    ]
    return shlex.join(said).replace("--as-of=today", f"--as-of={as_of}")


def _dates(span: tuple[int, int] | None) -> tuple[date, date] | None:
    if span is None:
        return None
    first, last = (EPOCH + timedelta(days=number) for number in span)
    return first, last
