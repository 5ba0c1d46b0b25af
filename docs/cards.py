"""The chapters of ``metrics.md``, made from the cards of ``cxtool/cards``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cxtool.definitions import Card, Chapter, chapters, general

KEY = re.compile(r"(?<!`)\b(\w+_\w+|\w+\.\w+_\w+)\b(?!`)")


def chapters_text() -> str:
    """All chapters, in order, as Markdown."""
    return "\n\n".join("\n".join(_chapter(chapter)).strip() for chapter in chapters())


def in_code(text: str) -> str:
    """The text with the keys that it names set as code.

    >>> in_code("no met_n, no case")
    'no `met_n`, no case'
    """
    return KEY.sub(r"`\1`", text)


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield from (f"## {chapter.title}", "", chapter.intro.strip(), "")
    cards = [general(card) for card in chapter.cards]
    yield from ("| key | unit | what it is; formula | null |", "| --- | --- | --- | --- |")
    yield from map(_row, cards)
    for placeholder, known in chapter.names.items():
        yield from ("", f"| `{placeholder}` | what it shows |", "| --- | --- |")
        yield from (f"| `{value}` | {what} |" for value, what in known.items())
    worked = [card for card in cards if card.example]
    if worked:
        yield from ("", "Worked examples:", "")
        yield from (f"- `{card.key}`: {in_code(card.example or '')}." for card in worked)
    yield from ("", chapter.more.strip(), "")


def _row(card: Card) -> str:
    ids = f" ({', '.join(card.source)})" if card.source else ""
    trend = ", with trend" if card.trend else ""
    formula = f" `{card.formula}`" if card.formula else ""
    note = f" {in_code(card.note)}" if card.note else ""
    what = f"{in_code(card.what)}{formula}{note}"
    null = in_code(card.null) if card.null else ""
    return f"| `{card.key}`{ids}{trend} | {card.unit_words} | {what} | {null} |"
