"""``cxtool kpi``."""

from __future__ import annotations

import click

from cxtool.commands.params import REPORT, GroupedCommand, Shared, shared


@click.command("kpi", cls=GroupedCommand)
@click.option(
    "--by",
    multiple=True,
    metavar="DIM[,DIM]",
    help="Break down by channel, queue, agent, team, label, company, disposition, direction,"
    " day, week, weekday, hour or any text column; repeatable.",
)
@shared(*REPORT)
def command(options: Shared, by: tuple[str, ...]) -> None:
    """Contact-centre metrics beside the industry's figures.

    CSAT, first-contact resolution (FCR), handle time (AHT), after-call work (ACW), speed of answer
    (ASA), abandonment, service level, resolution, transfers and volumes, each with the number of
    cases that it is of and its change against the period before.

    \b
    Examples:
      cxtool kpi export/
      cxtool kpi export/ -p last-month --by queue --by hour
      cxtool kpi export/ --section percentiles
      cxtool kpi export/ -q --fail-under csat_pct=80 --fail-over aht_s=6m
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import kpi
    from cxtool.metrics.returns import days_around

    dimensions = [tuple(name.strip() for name in crossed.split(",")) for crossed in by]
    named = names_people(*by, *options.where)
    run(
        options,
        Needs(
            people=lambda settings: named,
            days_around=lambda settings: days_around(settings.fcr.window),
        ),
        lambda tables, settings: kpi.report(tables, settings, by=dimensions),
    )
