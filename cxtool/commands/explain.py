"""``cxtool explain``: what a figure is, from its card, and what stands behind it in an export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields  # help and completion load no msgspec
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import MAX_DAYS, REPORT, GroupedCommand, Shared, crossed, shared

if TYPE_CHECKING:
    from cxtool.definitions import Card
    from cxtool.exports.export import Export

WIDTH = 100
FACTS = {
    "what": "What",
    "formula": "Formula",
    "unit_words": "Unit",
    "null": "Null",
    "example": "Example",
    "note": "Note",
    "reports": "Reports",
    "source": "Source",
}


@click.command("explain", cls=GroupedCommand, short_help="What a figure is.")
@click.argument("metric", required=False)
@click.option("--report", "report", metavar="NAME", help="Report whose figure is meant.")
@click.option("--of", "of", metavar="PART", help="Section, queue, company ... that is meant.")
@click.option("--by", "by", metavar="DIM[,DIM]", help="Break it down, as sla, kpi and agents do.")
@click.option("--rows", "with_rows", is_flag=True, help="List the rows behind the figure as well.")
@shared(*REPORT, *MAX_DAYS)
def command(
    options: Shared,
    metric: str | None,
    report: str | None,
    of: str | None,
    by: str | None,
    with_rows: bool,
) -> None:
    """What a figure of the reports is: definition, formula, unit, meaning of null, source.

    METRIC is a key of any report, as JSON and CSV name it. Without one, all are listed. With an
    EXPORT, also its value there, what is divided by what, which cases are left out and why, and
    with --rows the cases themselves. A figure of several parts has a row for each; --of names one
    of them, or another section that has the figure.

    \b
    Examples:
      cxtool explain
      cxtool explain sla_pct
      cxtool explain active_listening_band -f json
      cxtool explain sla_pct export/
      cxtool explain aht_s export/ -p last-month --report kpi --rows -f csv
      cxtool explain p90_s export/ --of wait
      cxtool explain cel export/ --of 'Alderbrook Logistics' --rows
      cxtool explain csat_pct export/ --by queue
      cxtool explain sla_pct export/ --where 'queue = sales' --section exclusions
    """
    if metric is not None and options.export:
        asking = Asking(
            report=report, of=of, by=crossed([by])[0] if by else (), with_rows=with_rows
        )
        explain_figure(options, metric, asking)
    else:
        own = {"of": of, "by": by, "rows": with_rows}
        needs_export = [*given_options(options), *(name for name, given in own.items() if given)]
        click.echo(definitions(metric, report, options.format or "table", needs_export))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of a figure beyond its key."""

    report: str | None
    of: str | None
    by: tuple[str, ...]
    with_rows: bool


def explain_figure(options: Shared, metric: str, asking: Asking) -> None:
    """The figure of an export taken apart, in any format."""
    from cxtool.commands.opening import settings_of
    from cxtool.commands.run import Needs, finish, read
    from cxtool.definitions import meanings
    from cxtool.exports import quality
    from cxtool.metrics import explained, explained_report

    cards = meanings(metric, asking.report) if asking.report else ()
    told = cards or found(metric)
    asked = explained.asked_for(metric, report=asking.report, of=asking.of, by=asking.by)
    needs = Needs(
        uses=("interactions", *asked.home.uses),
        default_period=asked.home.default_period,
        max_days=asked.home.max_days,
        days_around=asked.home.days_around,
    )
    settings = settings_of(options)

    def facts(section: str | None) -> list[tuple[str, str]]:
        own = meanings(metric, asked.report, section) or meanings(metric, asked.report) or told
        return [fact for card in own for fact in _told(card)] + sources

    with read(options, settings, needs) as (export, tables):
        sources = sources_of(export, metric) if asked.report == "log" else []
        made = explained_report.report(
            tables,
            settings,
            asked,
            facts=facts,
            with_rows=asking.with_rows or options.section == "rows",
            made=quality.report(export, tables.request, with_findings=True)
            if asked.report == "check"
            else None,
        )
    finish(made, options, settings)


def sources_of(export: Export, key: str) -> list[tuple[str, str]]:
    """From which columns of the files a column of the log comes."""
    from cxtool.exports.profile_report import source_words
    from cxtool.metrics.explained_listed import COLUMNS_OF

    return [
        ("From", f"{column}: {', '.join(dict.fromkeys(map(source_words, given)))}")
        for column in COLUMNS_OF.get(key, (key,))
        if (
            given := [
                mapping
                for part in export.mapped["interactions"]
                for mapping in part.feed.columns.get(column, ())
            ]
        )
    ]


def definitions(
    metric: str | None, report: str | None, output_format: str, needs_export: Sequence[str]
) -> str:
    """The card of a key, or the list of all, as text, JSON or Markdown."""
    from cxtool.definitions import all_cards, meanings
    from cxtool.errors import UsageError

    if needs_export:
        option = needs_export[0].replace("_", "-")
        raise UsageError(f"--{option} needs a METRIC and an EXPORT")
    cards = all_cards() if metric is None else found(metric)
    if report is not None and metric is not None:
        cards = meanings(metric, report) or cards
    write = {"json": as_array, "markdown": as_markdown}.get(output_format)
    if write is not None:
        return write(cards)
    if output_format != "table":
        raise UsageError(
            f"a definition alone cannot be written as '{output_format}'",
            hint="formats: table, json, markdown; with an EXPORT all others too",
        )
    return as_list(cards) if metric is None else "\n\n".join(map(as_text, cards))


def given_options(options: Shared) -> list[str]:
    """The names of options that were given and mean nothing without an export."""
    usual = Shared(format=options.format, color=options.color, no_pager=options.no_pager)
    names = (field.name for field in fields(Shared))
    return [name for name in names if getattr(options, name) != getattr(usual, name)]


def found(metric: str) -> tuple[Card, ...]:
    """The cards of a key; an unknown one is a usage problem that names the nearest."""
    from cxtool.definitions import all_cards, meanings
    from cxtool.errors import UsageError, nearest

    if known := meanings(metric):
        return known
    guess = nearest(metric, [card.key for card in all_cards()])
    raise UsageError(
        f"no metric '{metric}'" + (f"; did you mean '{guess}'?" if guess else ""),
        hint="cxtool explain lists them",
    )


def as_text(card: Card) -> str:
    """The card as lines of a label and its text, folded for reading."""
    from textwrap import wrap

    facts = list(_facts(card))
    indent = max(len(label) for label, _ in facts) + 2
    lines = [f"{card.name} ({card.key})"]
    for label, text in facts:
        first, *rest = wrap(text, WIDTH - indent)
        lines += [f"{label:{indent}}{first}", *(" " * indent + line for line in rest)]
    return "\n".join(lines)


def as_list(cards: Sequence[Card]) -> str:
    """Key, reports and name of each card, in columns."""
    rows = [("METRIC", "REPORTS", "NAME")]
    rows += [(card.key, ", ".join(card.reports) or "all", card.name) for card in cards]
    key_width, reports_width = (max(len(row[i]) for row in rows) for i in (0, 1))
    return "\n".join(f"{key:{key_width}}  {of:{reports_width}}  {name}" for key, of, name in rows)


def as_markdown(cards: Sequence[Card]) -> str:
    """A heading and a list of facts for each card."""
    from cxtool.render.markdown import escaped

    blocks = []
    for card in cards:
        lines = [f"## {escaped(card.name)}", "", f"`{card.key}`", ""]
        lines += [f"- {label}: {escaped(text)}" for label, text in _facts(card)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def as_array(cards: Sequence[Card]) -> str:
    """The cards as a JSON array; null: the card does not say it."""
    import msgspec

    rows = [
        {
            "key": card.key,
            "name": card.name,
            "what": card.what,
            "formula": card.formula,
            "unit": card.unit,
            "null": card.null,
            "example": card.example,
            "note": card.note,
            "trend": card.trend,
            "reports": card.reports,
            "source": card.source,
        }
        for card in cards
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def _told(card: Card) -> Iterator[tuple[str, str]]:
    yield "Metric", card.key
    yield "Name", card.name
    yield from _facts(card)


def _facts(card: Card) -> Iterator[tuple[str, str]]:
    for name, label in FACTS.items():
        value = getattr(card, name)
        text = ", ".join(value) if isinstance(value, tuple) else value
        if text:
            yield label, text
    if card.trend:
        beside = (f"{card.key}_{part}" for part in ("previous", "change", "change_pct", "signal"))
        yield "Trend", ", ".join(beside)
