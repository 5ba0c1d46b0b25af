"""``cxtool report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from cxtool.commands.opening import messages, settings_of
from cxtool.commands.params import MAX_DAYS, REPORT, GroupedCommand, Shared, shared
from cxtool.errors import UsageError, nearest

if TYPE_CHECKING:
    from cxtool.render import RenderOptions
    from cxtool.report import Report

TITLE = "Contact centre report"
QUALITY = "quality"  # not of the figures, but of the rows that they come from
INDEX, PAGES = "index.html", (".html", ".htm")
PARTS = ("sla", "volume", "kpi", "behavior", "cel", QUALITY)


@click.command("report", cls=GroupedCommand)
@click.option(
    "--only",
    multiple=True,
    metavar="PART,PART",
    help=f"Only these parts: {', '.join(PARTS)}. Repeatable.",
)
@click.option("--title", metavar="TEXT", default=TITLE, help="Title of the page.")
@click.option(
    "--index",
    is_flag=True,
    help="Keep an index.html beside the file of -o, with the figures of all pages there.",
)
@shared(*REPORT, *MAX_DAYS)
def command(options: Shared, only: tuple[str, ...], title: str, index: bool) -> None:
    """One HTML page with everything that the export allows.

    Headline figures with their trends, SLA, volume, performance, behaviour, companies and data
    quality, all of the same period: the last 7 days unless --period says otherwise. A part that
    the export does not allow is left out, which the page says; one named in --only is an error
    then.

    \b
    Examples:
      cxtool report export/ -o report.html
      cxtool report export/ -p last-month --only sla,cel -o sla.html
      cxtool report export/ --as-of today -q -o 'cx-{date}.html' --index
      cxtool report export/ -q -o report.html --fail-under sla_pct=80
      cxtool report export/ -f json
    """
    from cxtool.commands.run import Listed, Needs, finish, names_people, read
    from cxtool.exports import quality
    from cxtool.metrics import overview
    from cxtool.metrics.fcr import days_needed
    from cxtool.metrics.sla_breaches import LISTED

    if index:
        check_indexed(options)
    names = named_parts(only)
    measured = [name for name in names if name != QUALITY]
    uses = dict.fromkeys(table for name in measured for table in overview.PARTS[name].uses)
    settings = settings_of(options)
    named = names_people(*options.where)
    needs = Needs(
        uses=("interactions", *uses),
        people=lambda settings: named or overview.needs_people(measured, settings),
        days_around=lambda settings: days_needed(settings) if "kpi" in measured else 0,
        listed=Listed(section="breaches", keys=LISTED, is_main=False),
        default_format="html",
    )
    with read(options, settings, needs) as (export, tables):
        bare = export.tables(tables.request, uses=needs.uses, people=named, where=options.where)
        parts, notes = overview.made_of(
            tables,
            settings,
            plain=replace(
                bare,
                around_cases=tables.around_cases,
                notes=tables.notes,
                first_n=tables.first_n,
            ),
            names=measured,
            required=bool(only),
            max_days=options.max_days,
        )
        if QUALITY in names:
            parts[QUALITY] = quality.report(export, tables.request)
    report = overview.put_together(parts, tables, title=title, notes=notes)
    finish(
        report,
        options,
        settings,
        default_format=needs.default_format,
        written=indexed if index else None,
    )


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


def check_indexed(options: Shared) -> None:
    """An index is of files that are pages; one of them must not take its place."""
    path = Path(options.output or "-")
    if path.suffix.lower() not in PAGES or options.format not in (None, "html"):
        raise UsageError("--index needs a page in a file", hint="-o 'cx-{date}.html'")
    if path.name == INDEX:
        raise UsageError(f"--index writes {INDEX} itself", hint="give -o another name")


def indexed(path: Path, report: Report, options: RenderOptions) -> None:
    """Bring the index beside a page up to date, and say what is no page there."""
    from cxtool.index_page import keep_index

    foreign = keep_index(path, report, options)
    if foreign:
        messages().warn(f"not in {INDEX}, for they are no pages of cxtool: {', '.join(foreign)}")
