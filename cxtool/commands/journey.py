"""``cxtool journey``."""

from __future__ import annotations

import click

from cxtool.commands.params import REPORT, GroupedCommand, Shared, shared


@click.command("journey", cls=GroupedCommand)
@shared(*REPORT)
def command(options: Shared) -> None:
    """Contacts across channels: threads, changes, transfers, containment, repeats.

    A contact's cases on one topic are a thread while each starts within 7 days of the one before.
    Containment is judged once that time is over, so name a period that lies further back.

    \b
    Examples:
      cxtool journey export/
      cxtool journey export/ -p last-month
      cxtool journey export/ -p 2026-05 --section changes -f csv
      cxtool journey export/ -p 2026-05 --section reasons --sort -repeat_s
      cxtool journey export/ -q --fail-under containment_pct=40
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import journey

    named = names_people(*options.where)
    run(
        options,
        Needs(uses=journey.USES, people=lambda settings: named, days_around=journey.days_needed),
        journey.report,
    )
