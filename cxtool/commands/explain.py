"""``cxtool explain``: what a figure is, from its card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import HELP

if TYPE_CHECKING:
    from cxtool.definitions import Card

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


@click.command("explain", short_help="What a figure is.", context_settings=HELP)
@click.argument("metric", required=False)
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="Text to read, a JSON array, or Markdown.",
)
def command(metric: str | None, output_format: str) -> None:
    """What a figure of the reports is: definition, formula, unit, meaning of null, source.

    METRIC is a key of any report, as JSON and CSV name it. Without one, all are listed.

    \b
    Examples:
      cxtool explain
      cxtool explain sla_pct
      cxtool explain active_listening_band -f json
    """
    from cxtool.definitions import all_cards

    cards = all_cards() if metric is None else found(metric)
    write = {"json": as_array, "markdown": as_markdown}.get(output_format)
    if write is not None:
        click.echo(write(cards))
    else:
        click.echo(as_list(cards) if metric is None else "\n\n".join(map(as_text, cards)))


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


def _facts(card: Card) -> Iterator[tuple[str, str]]:
    for name, label in FACTS.items():
        value = getattr(card, name)
        text = ", ".join(value) if isinstance(value, tuple) else value
        if text:
            yield label, text
    if card.trend:
        beside = (f"{card.key}_{part}" for part in ("previous", "change", "change_pct", "signal"))
        yield "Trend", ", ".join(beside)
