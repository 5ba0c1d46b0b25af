"""``cxtool behavior``."""

from __future__ import annotations

from pathlib import Path

import click

from cxtool.commands.params import ENGINE, MAX_DAYS, REPORT, GroupedCommand, Shared, shared

DEFAULT_PERIOD = "30d"


@click.command("behavior", cls=GroupedCommand)
@click.option("--agent", metavar="NAME|ID", help="One agent's scores and course.")
@click.option("--interactions", is_flag=True, help="One row per interaction as well.")
@click.option("--icons", is_flag=True, help="Show scores as icons instead of percentages.")
@click.option(
    "--calibration",
    metavar="FILE",
    help="Cut points of 'cxtool behavior calibrate' instead of ranks within the period.",
)
@shared(*REPORT, *ENGINE, *MAX_DAYS)
def command(
    options: Shared, agent: str | None, interactions: bool, icons: bool, calibration: str | None
) -> None:
    """Behaviour scores of agents and teams.

    Every scored interaction gets an index of 10, 6, N/A, 4 or 0 for each behaviour, by its rank
    among all; totals are points earned over points possible. Last 30 days, at most 90.

    \b
    Examples:
      cxtool behavior export/
      cxtool behavior export/ --agent "Zofia Zaremba" --icons
      cxtool behavior export/ --interactions -f csv
      cxtool behavior calibrate export/ -p 2026-04 -o cuts.json
      cxtool behavior export/ --calibration cuts.json
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import behavior
    from cxtool.metrics.behavior_calibration import read_calibration

    frozen = read_calibration(Path(calibration)) if calibration else None
    run(
        options,
        Needs(
            uses=behavior.USES,
            people=lambda settings: names_people(*options.where),
            default_period=DEFAULT_PERIOD,
            max_days=behavior.MAX_DAYS,
        ),
        lambda tables, settings: behavior.report(
            tables, settings, agent=agent, interactions=interactions, calibration=frozen
        ),
        sentiment="icons" if icons else "percent",
    )
