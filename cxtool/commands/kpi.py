"""``cxtool kpi``."""

from __future__ import annotations

import click

from cxtool.commands.params import BY, ENGINE, REPORT, GroupedCommand, Shared, crossed, shared


@click.command("kpi", cls=GroupedCommand)
@BY
@shared(*REPORT, *ENGINE)
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
    from cxtool.metrics.fcr import days_needed

    named = names_people(*by, *options.where)
    run(
        options,
        Needs(
            people=lambda settings: named,
            days_around=days_needed,
        ),
        lambda tables, settings: kpi.report(tables, settings, by=crossed(by)),
    )
