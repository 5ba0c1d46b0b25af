"""``cxtool report``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cxtool.commands.params import MAX_DAYS, REPORT, GroupedCommand, Shared, shared
from cxtool.errors import UsageError, nearest

TITLE = "Contact centre report"
QUALITY = "quality"  # not of the figures, but of the rows that they come from
PARTS = ("sla", "volume", "behavior", "cel", QUALITY)


@click.command("report", cls=GroupedCommand)
@click.option(
    "--only",
    multiple=True,
    metavar="PART,PART",
    help=f"Only these parts: {', '.join(PARTS)}. Repeatable.",
)
@click.option("--title", metavar="TEXT", default=TITLE, help="Title of the page.")
@shared(*REPORT, *MAX_DAYS)
def command(options: Shared, only: tuple[str, ...], title: str) -> None:
    """One HTML page with everything that the export allows.

    Headline figures with their trends, SLA, volume, behaviour, companies and data quality, all of
    the same period: the last 7 days unless --period says otherwise. A part that the export does
    not allow is left out, which the page says; one named in --only is an error then.

    \b
    Examples:
      cxtool report export/ -o report.html
      cxtool report export/ -p last-month --only sla,cel -o sla.html
      cxtool report export/ --as-of today -q -o 'cx-{date}.html' --fail-under sla_pct=80
      cxtool report export/ -f json
    """
    from cxtool.commands.opening import settings_of
    from cxtool.commands.run import Needs, finish, read
    from cxtool.exports import quality
    from cxtool.metrics import overview

    names = named_parts(only)
    measured = [name for name in names if name != QUALITY]
    uses = dict.fromkeys(table for name in measured for table in overview.PARTS[name].uses)
    settings = settings_of(options)
    with read(options, settings, Needs(uses=("interactions", *uses))) as (export, tables):
        parts, notes = overview.made_of(
            tables, settings, names=measured, required=bool(only), max_days=options.max_days
        )
        if QUALITY in names:
            parts[QUALITY] = quality.report(export, tables.request)
    report = overview.put_together(parts, tables, title=title, notes=notes)
    finish(report, options, settings, default_format="html")


def named_parts(only: Sequence[str]) -> list[str]:
    """The parts of these names, separated by commas, in the order of the page; none is all."""
    words = [word.strip() for text in only for word in text.split(",")]
    for word in words:
        if word not in PARTS:
            guess = nearest(word, list(PARTS))
            raise UsageError(
                f"--only: no part '{word}'" + (f"; did you mean '{guess}'?" if guess else ""),
                hint="parts: " + ", ".join(PARTS),
            )
    return [name for name in PARTS if name in words or not words]
