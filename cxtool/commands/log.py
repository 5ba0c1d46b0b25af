"""``cxtool log``."""

from __future__ import annotations

import click

from cxtool.commands.params import REPORT, GroupedCommand, Shared, shared


@click.command("log", cls=GroupedCommand)
@shared(*REPORT)
def command(options: Shared) -> None:
    """The interaction log: one row per case, of all channels.

    Shows every case of the export unless a period is given.

    \b
    Examples:
      cxtool log export/
      cxtool log calls.csv --where 'channel = voice' --where 'handle_s > 10m'
      cxtool log export/ -c case_id,agent,sla --sort -started_at --limit 20
      cxtool log export/ -p yesterday -o log-{date}.csv
    """
    from cxtool.commands.run import Needs, run
    from cxtool.metrics import log

    # Columns beyond the seventeen are read only where they are named.
    words = f"{options.columns or ''},{options.sort or ''}".split(",")
    named = [word.strip().lstrip("-").partition(":")[0] for word in words]
    run(
        options,
        Needs(default_period="all"),
        lambda tables, settings: log.report(tables, settings, extra=[n for n in named if n]),
    )
