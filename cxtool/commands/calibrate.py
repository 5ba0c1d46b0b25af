"""``cxtool behavior calibrate``."""

from __future__ import annotations

from pathlib import Path

import click

from cxtool.commands.behavior import DEFAULT_PERIOD
from cxtool.commands.params import EXPORT, MAX_BAD, MAX_DAYS, PERIOD, GroupedCommand, Shared, shared


@click.command("calibrate", cls=GroupedCommand)
@click.option("-o", "--output", required=True, metavar="FILE", help="Where the cut points go.")
@shared(*EXPORT, *PERIOD, *MAX_DAYS, *MAX_BAD)
def command(options: Shared) -> None:
    """Freeze the cut points of behaviour scores in a file.

    Totals ranked by frozen cut points can be compared over any time, also when a whole team
    changes. Made from the days of one period.

    \b
    Example:
      cxtool behavior calibrate export/ -p 2026-04 -o cuts.json
    """
    from cxtool.commands.opening import messages, settings_of, tell_set_aside
    from cxtool.commands.run import Needs, opened
    from cxtool.exports.limited import days_of
    from cxtool.metrics import behavior
    from cxtool.metrics.behavior_calibration import calibrate
    from cxtool.output import write_file
    from cxtool.progress import working

    settings = settings_of(options)
    needs = Needs(uses=behavior.USES, default_period=DEFAULT_PERIOD, max_days=behavior.MAX_DAYS)
    with (
        working("reading", quiet=messages().quiet) as work,
        opened(options, settings, needs) as (export, request),
    ):
        tables = export.tables(request, uses=needs.uses, people=False)
        tell_set_aside(export, tables.given, days_of(request), allowed=options.max_bad)
        work.now("counting")
        cuts = calibrate(tables, settings)
    write_file(Path(str(options.output)), cuts.to_json().encode())
    messages().info(f"{options.output}: cut points of {len(cuts.behaviors)} behaviours")
