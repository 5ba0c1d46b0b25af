"""``cxtool profile test``."""

from __future__ import annotations

from dataclasses import replace

import click

from cxtool.commands.params import EXPORT, OUTPUT, GroupedCommand, Shared, shared

# The profile is an argument here, not an option.
ARGUMENT, _PROFILE, *READING = EXPORT


@click.command("test", cls=GroupedCommand, short_help="What a mapping profile makes of an export.")
@click.argument("mapping", metavar="NAME|FILE")
@shared(ARGUMENT, *READING, *OUTPUT)
def command(options: Shared, mapping: str) -> int:
    """What a mapping profile makes of an export: sources, fill and examples of every column.

    Exit code 1 when a row was set aside, or when no file has a mapped column.

    \b
    Examples:
      cxtool profile infer calls.csv -o my.toml
      cxtool profile test my.toml calls.csv
      cxtool profile test my.toml calls.csv --section set_aside -f csv
    """
    from pathlib import Path

    from cxtool.commands.opening import settings_of
    from cxtool.commands.run import Needs, finish, opened
    from cxtool.exports import profile_report
    from cxtool.exports.profiles import load
    from cxtool.progress import working
    from cxtool.schema import TABLES

    options = replace(options, profile=mapping)
    settings = settings_of(options)
    profile = load(mapping, folder=Path.cwd())
    needs = Needs(uses=tuple(TABLES), default_period="all")
    with working("reading"), opened(options, settings, needs) as (export, request):
        report = profile_report.report(export, request, profile)
    finish(report, options, settings)
    return 1 if report.source.rows_set_aside or profile_report.absent_n(report) else 0
