"""The course of every report: settings, export, request, report, view, output, gates.

The only place that reads the clock, and only for the day that ``--as-of today`` and a period up to
now stand on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from cxtool.commands.params import Shared
from cxtool.config import Settings, load_settings
from cxtool.errors import CxtoolError, GateMissedError
from cxtool.messages import Messages
from cxtool.period import EPOCH, Request, check_length, parse_time_zone, resolve

if TYPE_CHECKING:
    from cxtool.exports.export import Export
    from cxtool.render import SentimentStyle
    from cxtool.report import Report
    from cxtool.tables import Tables

Make = Callable[["Tables", Settings], "Report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a report needs of an export: its tables, and its usual and longest period."""

    uses: tuple[str, ...] = ("interactions",)
    people: bool = True  # names, labels and companies of contacts
    default_period: str = "7d"
    max_days: int | None = None


def run(
    options: Shared, needs: Needs, make: Make, *, sentiment: SentimentStyle = "percent"
) -> None:
    """Make a report of the export and write it. Raises CxtoolError and its kinds."""
    from cxtool.progress import working

    settings = settings_of(options)
    with working("reading"), opened(options, settings, needs) as (export, request):
        tables = export.tables(request, uses=needs.uses, people=needs.people, where=options.where)
        warn_of_set_aside(export, tables, options)
        notes = (*tables.notes, *coverage_notes(export, request))
        report = make(replace(tables, notes=notes), settings)
    finish(report, options, settings, sentiment=sentiment)


def settings_of(options: Shared) -> Settings:
    """The settings that hold for these options."""
    given = {
        "profile": options.profile,
        "period": options.period,
        "compare": options.compare,
        "tz": options.tz,
        "format": options.format,
        "color": options.color,
    }
    loaded = load_settings(
        config_file=Path(options.config) if options.config else None,
        options={key: value for key, value in given.items() if value is not None},
        environ=os.environ,
        cwd=Path.cwd(),
    )
    return loaded.settings


@contextmanager
def opened(options: Shared, settings: Settings, needs: Needs) -> Iterator[tuple[Export, Request]]:
    """The export that the options name, and the complete request on it."""
    from cxtool.exports.export import open_export
    from cxtool.exports.text import TextOptions

    time_zone = parse_time_zone(settings.tz)
    with open_export(
        export_arguments(options, settings),
        settings=settings,
        folder=Path.cwd(),
        time_zone=time_zone,
        profile=settings.profile,
        text=TextOptions(options.delimiter, options.encoding, options.skip_lines),
        uses=needs.uses,
    ) as export:
        span = _dates(export.span())
        request = resolve(
            period=settings.period,
            compare=settings.compare,
            as_of_option=options.as_of,
            time_zone=time_zone,
            today=datetime.now(ZoneInfo(time_zone)).date(),
            span=span,
            default_period=needs.default_period,
        )
        if needs.max_days is not None:
            check_length(request.period, options.max_days or needs.max_days)
        yield export, request


def export_arguments(options: Shared, settings: Settings) -> tuple[str, ...]:
    """The EXPORT arguments: given, configured, piped in, or the current folder if it holds one.

    With none of these the command's help goes to standard error, and the exit code is 2.
    """
    from cxtool.exports.sources import find, is_piped

    if options.export:
        return options.export
    if settings.export:
        return (settings.export,)
    # An empty pipe is what cron and containers give a program: it stands for nothing.
    if is_piped() and sys.stdin.buffer.peek(1):  # type: ignore[union-attr]
        return ("-",)
    try:
        if any(file.table == "interactions" for file in find(["."], folder=Path.cwd())):
            return (".",)
    except CxtoolError:
        pass
    context = click.get_current_context()
    click.echo(context.get_help(), err=True)
    raise click.exceptions.Exit(2)


def coverage_notes(export: Export, request: Request) -> tuple[str, ...]:
    """What a reader must know where the period and the days of the data do not meet, or not yet."""
    from cxtool.exports.export import days_of

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


def warn_of_set_aside(export: Export, tables: Tables, options: Shared) -> None:
    """One line about rows set aside; with ``--strict`` an error that shows the first of them."""
    from cxtool.exports.export import days_of

    count = tables.source.rows_set_aside
    if not count:
        return
    if options.strict:
        days = days_of(tables.request)
        names = [name for name in tables.given if export.survey(name, days).set_aside_n]
        first = export.set_aside(names[0], days).row(0, named=True)
        raise CxtoolError(first_set_aside(first, count), hint="'cxtool check' lists them all")
    messages().warn(
        f"{count:,} of {tables.source.rows_read:,} rows were set aside; 'cxtool check' says why"
    )


def first_set_aside(row: dict[str, object], count: int) -> str:
    """A set-aside row in words: file, line, column, value, reason."""
    column = f"column {row['column']}, " if row["column"] else ""
    value = f"value '{row['value']}': " if row["value"] is not None else ""
    more = f" (and {count - 1:,} more)" if count > 1 else ""
    return f"{row['file']}: line {row['line']}, {column}{value}{row['reason']}{more}"


def finish(
    report: Report, options: Shared, settings: Settings, *, sentiment: SentimentStyle = "percent"
) -> None:
    """View, write and gate a report."""
    from cxtool.gates import check_gates
    from cxtool.output import write
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
    write(
        seen,
        # A configured format is a default for standard output, not for files.
        fmt=settings.format if options.format or not options.output else None,
        out=options.output,
        options=RenderOptions(
            section=options.section,
            header=not options.no_header,
            null=options.null,
            raw=options.raw,
            sentiment=sentiment,
            verbose=options.verbose,
        ),
        color=settings.color,
        pager=not options.no_pager,
        limited=options.limit is not None,
    )
    if missed:
        raise GateMissedError("; ".join(missed))


def messages() -> Messages:
    """The messages object of this run."""
    held = click.get_current_context().find_root().obj
    return held if isinstance(held, Messages) else Messages()


def _dates(span: tuple[int, int] | None) -> tuple[date, date] | None:
    if span is None:
        return None
    first, last = (EPOCH + timedelta(days=number) for number in span)
    return first, last
