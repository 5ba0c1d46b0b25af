"""``cxtool check``."""

from __future__ import annotations

import click

from cxtool.allowance import NOTHING
from cxtool.commands.params import EXPORT, MAX_BAD, OUTPUT, PERIOD, GroupedCommand, Shared, shared
from cxtool.errors import UsageError


@click.command("check", cls=GroupedCommand)
@click.option(
    "--rejects",
    metavar="FILE",
    help="Write all rows set aside, each with its record; format by suffix.",
)
@shared(*EXPORT, *PERIOD, *MAX_BAD, *OUTPUT)
def command(options: Shared, rejects: str | None) -> int:
    """Which rows of the export no report can use, and what is odd about the others.

    A row set aside is told with file, line, column, value and reason; a finding (repeated rows,
    durations that contradict each other, ids of nobody, days without data) changes no exit code.
    Looks at all tables and, without --period, all days. Exit code 1 when any row was set aside, or
    more than --max-bad allows.

    \b
    Examples:
      cxtool check export/
      cxtool check calls.csv --rejects set-aside.csv
      cxtool check export/ -p yesterday --max-bad 0.5%
      cxtool check export/ --section findings -f json
    """
    from cxtool.commands.opening import messages, settings_of
    from cxtool.commands.run import Needs, finish, opened
    from cxtool.exports import quality
    from cxtool.exports.rejects import with_records
    from cxtool.output import write
    from cxtool.progress import working
    from cxtool.render import RenderOptions
    from cxtool.schema import TABLES

    if rejects == "-":
        raise UsageError("--rejects needs the name of a file", hint="--rejects set-aside.csv")
    settings = settings_of(options)
    needs = Needs(uses=tuple(TABLES), default_period="all", compares=False)
    with (
        working("reading", quiet=messages().quiet) as work,
        opened(options, settings, needs) as (export, request),
    ):
        work.now("looking at every row")
        report = quality.report(export, request, with_findings=True)
        if rejects is not None:
            records = with_records(export, report)
            write(records, out=rejects, default="csv", options=RenderOptions(raw=options.raw))
    finish(report, options, settings)
    allowed = options.max_bad or NOTHING
    read_n, set_aside_n = report.source.rows_read, report.source.rows_set_aside
    return 1 if allowed.is_exceeded(set_aside_n=set_aside_n, read_n=read_n) else 0
