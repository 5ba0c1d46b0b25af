"""``cxtool sla``."""

from __future__ import annotations

import click

from cxtool.commands.params import BY, ENGINE, REPORT, GroupedCommand, Shared, crossed, shared


@click.command("sla", cls=GroupedCommand)
@BY
@click.option("--breaches", is_flag=True, help="List the cases that missed their SLA, worst first.")
@shared(*REPORT, *ENGINE)
def command(options: Shared, by: tuple[str, ...], breaches: bool) -> None:
    """SLA compliance of the period against the one before.

    A case meets its SLA when the first response came within the threshold (10 minutes unless
    cxtool.toml says otherwise).

    \b
    Examples:
      cxtool sla export/
      cxtool sla export/ --by channel --by agent,day -p 2026-05
      cxtool sla export/ --breaches --limit 20
      cxtool sla export/ -q --fail-under sla_pct=80
    """
    from cxtool.commands.run import Listed, Needs, names_people, run
    from cxtool.metrics import sla
    from cxtool.metrics.sla_breaches import LISTED

    named = names_people(*by, *options.where)
    run(
        options,
        Needs(
            people=lambda settings: named or bool(settings.sla.labels),
            listed=Listed(section="breaches", keys=LISTED),
        ),
        lambda tables, settings: sla.report(tables, settings, by=crossed(by), breaches=breaches),
    )
