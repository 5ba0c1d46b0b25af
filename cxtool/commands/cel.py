"""``cxtool cel``."""

from __future__ import annotations

import click

from cxtool.commands.params import ENGINE, MAX_DAYS, REPORT, GroupedCommand, Shared, shared


@click.command("cel", cls=GroupedCommand)
@click.option("--company", metavar="NAME|ID", help="One company alone.")
@shared(*REPORT, *ENGINE, *MAX_DAYS)
def command(options: Shared, company: str | None) -> None:
    """Companies in contact and their Customer Engagement Load (CEL).

    CEL tells from 0 to 100 how much work a company made, against the one that made most: call and
    chat time, and tickets at the average resolution time. At most 31 days.

    \b
    Examples:
      cxtool cel export/
      cxtool cel export/ -p last-month -f csv -o cel-{date}.csv
      cxtool cel export/ --company "Brightwater Foods"
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import cel

    named = names_people(*options.where)
    run(
        options,
        Needs(
            uses=(*cel.USES, *cel.COMPANIES),
            people=lambda settings: named,
            max_days=cel.MAX_DAYS,
        ),
        lambda tables, settings: cel.report(tables, settings, company=company),
    )
