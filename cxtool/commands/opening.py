"""From the shared options to an opened export, and what is said of its rows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxtool.allowance import NOTHING, Allowance
from cxtool.commands.params import Shared
from cxtool.config import Settings, load_settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.messages import Messages
from cxtool.time_zones import parse_time_zone

if TYPE_CHECKING:
    from cxtool.exports.export import Export
    from cxtool.exports.limited import Limited
    from cxtool.exports.scan import Days
    from cxtool.exports.spark_export import SparkExport


def settings_of(options: Shared) -> Settings:
    """The settings that hold for these options."""
    given = {
        "profile": options.profile,
        "period": options.period,
        "compare": options.compare,
        "tz": options.tz,
        "format": options.format,
        "color": options.color,
        "engine": options.engine,
        "spark_url": options.spark_url,
    }
    loaded = load_settings(
        config_file=Path(options.config) if options.config else None,
        options={key: value for key, value in given.items() if value is not None},
        environ=os.environ,
        cwd=Path.cwd(),
    )
    return loaded.settings


@contextmanager
def opened_export(options: Shared, settings: Settings, uses: Sequence[str]) -> Iterator[Export]:
    """The export that the options name, with the tables in ``uses``."""
    from cxtool.exports.export import open_export
    from cxtool.exports.passed import notes
    from cxtool.exports.text import TextOptions

    with open_export(
        export_arguments(options, settings),
        settings=settings,
        folder=Path.cwd(),
        time_zone=parse_time_zone(settings.tz),
        profile=settings.profile,
        text=TextOptions(
            delimiter=options.delimiter,
            encoding=options.encoding,
            skip_lines=options.skip_lines,
            date_order=options.date_order,
        ),
        uses=uses,
    ) as export:
        for kind, note in notes(export.passed):
            (messages().warn if kind == "encoding" else messages().info)(note)
        yield export


@contextmanager
def opened_on_spark(
    options: Shared, settings: Settings, uses: Sequence[str]
) -> Iterator[SparkExport]:
    """The dataset that the options name, on Spark. UsageError for options that speak of files."""
    of_files = {
        "--profile": options.profile,
        "--delimiter": options.delimiter,
        "--encoding": options.encoding,
        "--skip-lines": options.skip_lines,
        "--date-order": options.date_order,
    }
    if given := [name for name, value in of_files.items() if value is not None]:
        raise UsageError(
            f"{given[0]} is for other systems' files, which Spark does not read",
            hint="'cxtool convert EXPORT -o DATASET' makes a dataset of them",
        )
    arguments = export_arguments(options, settings)
    installed("pyspark", extra="spark")
    from cxtool.exports.spark_export import open_on_spark

    with open_on_spark(
        arguments,
        url=settings.spark_url,
        settings=settings,
        folder=Path.cwd(),
        time_zone=parse_time_zone(settings.tz),
        uses=uses,
    ) as export:
        yield export


def installed(library: str, *, extra: str) -> None:
    """Raise CxtoolError with the extra to install where a library is not there."""
    if find_spec(library) is None:
        raise CxtoolError(f"{library} is not installed", hint=f"pip install 'cxtool[{extra}]'")


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


def tell_set_aside(
    export: Limited, tables: Iterable[str], days: Days | None, *, allowed: Allowance | None
) -> None:
    """One line about rows set aside; an error that shows the first where more are than allowed."""
    surveys = {table: export.survey(table, days) for table in tables}
    count = sum(found.set_aside_n for found in surveys.values())
    if not count:
        return
    read = sum(found.rows_read for found in surveys.values())
    if allowed is not None and allowed.is_exceeded(set_aside_n=count, read_n=read):
        first_table = next(table for table, found in surveys.items() if found.set_aside_n)
        first = first_set_aside(export.set_aside(first_table, days).row(0, named=True), count)
        told = f"{count:,} of {read:,} rows were set aside, more than --max-bad {allowed}: "
        raise CxtoolError(
            first if allowed == NOTHING else told + first, hint="'cxtool check' lists them all"
        )
    messages().warn(f"{count:,} of {read:,} rows were set aside; 'cxtool check' says why")


def first_set_aside(row: dict[str, object], count: int) -> str:
    """A set-aside row in words: file, line, column, value, reason."""
    column = f"column {row['column']}, " if row["column"] else ""
    value = f"value '{row['value']}': " if row["value"] is not None else ""
    more = f" (and {count - 1:,} more)" if count > 1 else ""
    return f"{row['file']}: line {row['line']}, {column}{value}{row['reason']}{more}"


def messages() -> Messages:
    """The messages object of this run."""
    held = click.get_current_context().find_root().obj
    return held if isinstance(held, Messages) else Messages()
