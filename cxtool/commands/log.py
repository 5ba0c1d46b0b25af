"""``cxtool log``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import ENGINE, REPORT, GroupedCommand, Shared, shared

if TYPE_CHECKING:
    from cxtool.config import Settings
    from cxtool.report import Report
    from cxtool.tables import Tables

VERDICT = "sla"  # the column of the log that is judged, not read


@click.command("log", cls=GroupedCommand)
@shared(*REPORT, *ENGINE)
def command(options: Shared) -> None:
    """The interaction log: one row per case, of all channels.

    Shows every case of the export unless a period is given.

    \b
    Examples:
      cxtool log export/
      cxtool log calls.csv --where 'channel = voice' --where 'handle_s > 10m'
      cxtool log export/ --where 'sla = not_met' --sort -first_response_s
      cxtool log export/ -c case_id,agent,sla --sort -started_at --limit 20
      cxtool log export/ -p yesterday -o log-{date}.csv
    """
    from cxtool.commands.opening import messages
    from cxtool.commands.run import Needs, run
    from cxtool.exports.grammar import parse_where
    from cxtool.metrics import log

    judged = [text for text in options.where if parse_where(text).column == VERDICT]
    read = tuple(text for text in options.where if text not in judged)

    # Columns beyond the seventeen are read only where they are named.
    words = f"{options.columns or ''},{options.sort or ''}".split(",")
    named = [word.strip().lstrip("-").partition(":")[0] for word in words]

    def make(tables: Tables, settings: Settings) -> Report:
        if options.compare not in (None, "none"):
            messages().warn("the log is of one period: --compare changes nothing in it")
        return narrowed(log.report(tables, settings, extra=[n for n in named if n]), judged)

    run(replace(options, where=read), Needs(default_period="all", compares=False), make)


def narrowed(report: Report, conditions: Sequence[str]) -> Report:
    """The log with only those cases whose verdict is as the conditions ask."""
    from cxtool.errors import UsageError, nearest
    from cxtool.exports.filters import predicate
    from cxtool.exports.grammar import parse_where
    from cxtool.metrics.sla_rule import VERDICTS

    for condition in map(parse_where, conditions):
        for value in condition.values if condition.op in ("=", "!=", "in") else ():
            if value not in VERDICTS:
                guess = nearest(value.replace(" ", "_"), list(VERDICTS))
                raise UsageError(
                    f"--where '{condition.text}': no verdict '{value}'"
                    + (f"; did you mean '{guess}'?" if guess else ""),
                    hint="verdicts: " + ", ".join(VERDICTS),
                )
    section = report.section(report.main)
    rows = section.rows
    for condition in map(parse_where, conditions):
        asked = predicate(condition, rows.schema, table="interactions", time_zone=report.time_zone)
        rows = rows.filter(asked)
    return report.with_section(replace(section, rows=rows))
