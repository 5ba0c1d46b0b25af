"""``cxtool check``."""

from __future__ import annotations

import click

from cxtool.commands.params import EXPORT, OUTPUT, PERIOD, GroupedCommand, Shared, shared


@click.command("check", cls=GroupedCommand)
@shared(*EXPORT, *PERIOD, *OUTPUT)
def command(options: Shared) -> int:
    """Which rows of the export no report can use, with file, line, column, value and reason.

    Looks at all tables and all days. Exit code 1 when any row was set aside.

    \b
    Examples:
      cxtool check export/
      cxtool check calls.csv -f csv -o set-aside.csv
      cxtool check export/ --section tables -f json
    """
    from cxtool.commands.opening import settings_of
    from cxtool.commands.run import Needs, finish, opened
    from cxtool.exports import quality
    from cxtool.progress import working
    from cxtool.schema import TABLES

    settings = settings_of(options)
    needs = Needs(uses=tuple(TABLES), default_period="all", compares=False)
    with working("reading"), opened(options, settings, needs) as (export, request):
        report = quality.report(export, request)
    finish(report, options, settings)
    return 1 if report.source.rows_set_aside else 0
