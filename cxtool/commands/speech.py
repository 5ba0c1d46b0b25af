"""``cxtool speech``."""

from __future__ import annotations

from typing import Literal

import click

from cxtool.commands.params import REPORT, GroupedCommand, Shared, shared


@click.command("speech", cls=GroupedCommand)
@click.option("--search", metavar="TEXT|/REGEX/", help="Turns in which it is said, with context.")
@click.option(
    "--speaker",
    type=click.Choice(["customer", "agent", "all"]),
    help="Whose words: keywords are the customer's by default, a search is in all.",
)
@shared(*REPORT)
def command(
    options: Shared, search: str | None, speaker: Literal["customer", "agent", "all"] | None
) -> None:
    """What is said: talk time, keywords, sentiment, pain points, emerging topics.

    From the transcripts of an export, and every finding with its quotes. A search that finds
    nothing ends with exit code 1.

    \b
    Examples:
      cxtool speech export/
      cxtool speech export/ -p last-month --section keywords
      cxtool speech export/ -p 2026-05 --section evidence -f csv
      cxtool speech export/ -p all --search 'charged twice'
      cxtool speech export/ -p 2026-05 --search '/refund(s|ed)?/i' --speaker customer
      cxtool speech export/ -q --fail-over churn_risk_pct=5
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import speech, speech_search

    named = names_people(*options.where)
    needs = Needs(uses=speech.USES, people=lambda settings: named, compares=search is None)
    if search is not None:
        run(
            options,
            needs,
            lambda tables, settings: speech_search.report(tables, search, speaker=speaker or "all"),
        )
    else:
        run(
            options,
            needs,
            lambda tables, settings: speech.report(tables, settings, speaker=speaker or "customer"),
        )
