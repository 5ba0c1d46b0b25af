"""``cxtool log``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import ENGINE, REPORT, GroupedCommand, Shared, shared

if TYPE_CHECKING:
    from polars import DataFrame

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
    from cxtool.commands.opening import messages, settings_of
    from cxtool.commands.run import Listed, Needs, finish, names_people, read, run
    from cxtool.exports.grammar import parse_where
    from cxtool.exports.people import told_by_contacts, with_contacts
    from cxtool.exports.pieces import reader
    from cxtool.metrics import log

    judged = [text for text in options.where if parse_where(text).column == VERDICT]
    options = replace(options, where=tuple(text for text in options.where if text not in judged))

    # Columns beyond the seventeen are read only where they are named.
    words = f"{options.columns or ''},{options.sort or ''}".split(",")
    extra = [word.strip().lstrip("-").partition(":")[0] for word in words]
    by_people = names_people(*options.where, *(name for name in extra if name not in log.KEYS))
    needs = Needs(
        uses=("interactions", "contacts", "companies"),
        people=lambda settings: by_people,
        default_period="all",
        compares=False,
        # What is judged is known of all rows alone, and so is how many of them are left.
        listed=None if judged else Listed(section=log.ID, keys=(*log.KEYS, *extra)),
    )

    def make(
        tables: Tables, settings: Settings, pieces: Callable[..., Iterator[DataFrame]] | None = None
    ) -> Report:
        if options.compare not in (None, "none"):
            messages().warn("the log is of one period: --compare changes nothing in it")
        reading, found, all_n = None, {}, None
        if tables.first_n is not None:
            all_n = tables.collect({"count": log.count(tables)})["count"].item()
            # Before contacts are joined, so that it is done for few.
            tables = log.first(tables)
        if pieces is not None:
            # A look at few columns, before all of them are read.
            asked = {} if by_people else told_by_contacts(tables)
            found = tables.collect({"hours": log.hours(tables), **asked})
            reading = log.Reading(pieces, found["hours"])
        if not by_people:
            tables = with_contacts(tables, told=found.get("told"))
        named = [name for name in extra if name]
        made = log.report(tables, settings, extra=named, all_n=all_n, reading=reading)
        return narrowed(made, judged)

    settings = settings_of(options)
    if comes_in_pieces(options, settings):
        with read(options, settings, needs) as (_, tables):
            pieces = reader((*options.export, settings.export or ""))
            finish(make(tables, settings, pieces), options, settings)
    else:
        run(options, needs, make)


def comes_in_pieces(options: Shared, settings: Settings) -> bool:
    """Whether rows are written as they are read: nothing that is asked for needs all of them."""
    from cxtool.commands.run import asked_format
    from cxtool.output import streams

    needs_all = options.sort or options.limit is not None
    judges_all = options.fail_under or options.fail_over
    return (
        settings.engine == "polars"
        and not (needs_all or judges_all)
        and streams(options.output, fmt=asked_format(options, settings))
    )


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
    types, zone = section.rows.schema, report.time_zone
    asked = [
        predicate(condition, types, table="interactions", time_zone=zone)
        for condition in map(parse_where, conditions)
    ]
    return report.with_section(section.with_rows(lambda rows: rows.filter(*asked)))
