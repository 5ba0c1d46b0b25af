"""``cxtool behavior``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from cxtool.commands.params import ENGINE, MAX_DAYS, REPORT, GroupedCommand, Shared, shared
from cxtool.errors import UsageError

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
@click.option(
    "--from-transcripts",
    is_flag=True,
    help="Score by phrase evidence in transcripts, where no model did.",
)
@click.option(
    "--language", metavar="CODE", help="Lexicon for all transcripts; auto: by conversation."
)
@click.option(
    "--evidence",
    "findings_n",
    type=click.IntRange(min=1),
    metavar="N",
    help="Turns to quote of each behaviour (5).",
)
@shared(*REPORT, *ENGINE, *MAX_DAYS)
def command(
    options: Shared,
    agent: str | None,
    interactions: bool,
    icons: bool,
    calibration: str | None,
    from_transcripts: bool,
    language: str | None,
    findings_n: int | None,
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
      cxtool behavior export/ --from-transcripts --section evidence
    """
    _check(calibration, from_transcripts, language=language, findings_n=findings_n)
    if from_transcripts:
        options = on_one_machine(options, "--from-transcripts")
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import behavior, behavior_phrases
    from cxtool.metrics.behavior_calibration import read_calibration

    frozen = read_calibration(Path(calibration)) if calibration else None
    run(
        options,
        Needs(
            uses=behavior_phrases.USES if from_transcripts else behavior.USES,
            people=lambda settings: names_people(*options.where),
            default_period=DEFAULT_PERIOD,
            max_days=behavior.MAX_DAYS,
        ),
        lambda tables, settings: (
            behavior_phrases.report(
                tables,
                settings,
                agent=agent,
                interactions=interactions,
                language=language,
                findings_n=findings_n or behavior_phrases.FINDINGS,
            )
            if from_transcripts
            else behavior.report(
                tables, settings, agent=agent, interactions=interactions, calibration=frozen
            )
        ),
        sentiment="icons" if icons else "percent",
    )


def on_one_machine(options: Shared, asked: str) -> Shared:
    """The options of what runs on Polars alone, whatever the settings say. UsageError for Spark."""
    if options.engine == "spark":
        raise UsageError(f"{asked} does not run on Spark", hint="leave out --engine spark")
    return replace(options, engine="polars")


def _check(
    calibration: str | None,
    from_transcripts: bool,
    *,
    language: str | None,
    findings_n: int | None,
) -> None:
    """Refuse options that mean nothing together."""
    if from_transcripts and calibration is not None:
        raise UsageError(
            "--calibration holds cut points of a model's scores: none of phrase evidence",
            hint="leave out --calibration or --from-transcripts",
        )
    for option, given in (("--language", language), ("--evidence", findings_n)):
        if given is not None and not from_transcripts:
            raise UsageError(f"{option} is for --from-transcripts only")
