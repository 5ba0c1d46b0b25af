"""``cxtool agents``."""

from __future__ import annotations

import click

from cxtool.commands.params import ENGINE, REPORT, GroupedCommand, Shared, crossed, shared


@click.command("agents", cls=GroupedCommand)
@click.option(
    "--by",
    multiple=True,
    metavar="DIM[,DIM]",
    help="Agents' cases by team, queue, channel, day or any other dimension; repeatable.",
)
@shared(*REPORT, *ENGINE)
def command(options: Shared, by: tuple[str, ...]) -> None:
    """Figures of each agent: volume, handle time, resolution, satisfaction, utilisation.

    Agents stand by team and name: no single figure ranks people unless --sort asks for it. Small
    samples are marked. Utilisation and occupancy come from agent_states, and are unknown without.

    \b
    Examples:
      cxtool agents export/
      cxtool agents export/ -p last-month --by team
      cxtool agents export/ --sort -aht_s -c agent,handled_n,aht_s,aht_n
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import agents
    from cxtool.metrics.fcr import days_needed

    named = names_people(*by, *options.where)
    run(
        options,
        Needs(
            uses=agents.USES,
            people=lambda settings: named,
            days_around=days_needed,
        ),
        lambda tables, settings: agents.report(tables, settings, by=crossed(by)),
    )
