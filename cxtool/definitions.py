"""Metric cards: what each figure of the reports is. One home for the words of all that tell it.

The words are data, one TOML file a chapter in ``cxtool/cards``: ``docs/metrics.md``, the pages and
``cxtool explain`` are made from them. A card whose key holds a placeholder stands for a family:
``{BEHAVIOR}_pct`` for the total of any behaviour, ``{x}_change`` for the change of any figure with
a trend.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from cxtool.units import Unit, show

PLACEHOLDER = re.compile(r"\{(\w+)\}")
FIGURE = "x"  # the placeholder of a figure with a trend, which has a card itself

# How units are named in a definition; the others by their own name.
UNIT_WORDS = {
    Unit.SECONDS: "seconds",
    Unit.PERCENT: "%",
    Unit.DATETIME: "time",
    Unit.SERIES: "list",
}


class Card(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one figure is.

    ``unit`` is None for what has the unit of the figure beside it; ``null`` says when there is no
    value, None: there always is one. ``reports`` is empty for a card of every report, ``sections``
    for one of all their sections. ``source`` names ids of the specification. ``family`` is the
    general key of a card that stands for one of a family, such as ``x_change``.
    """

    key: str
    name: str
    what: str
    unit: Unit | None = None
    formula: str | None = None
    null: str | None = None
    source: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    note: str | None = None
    trend: bool = False
    given: dict[str, Any] = {}  # a worked example: these figures
    gives: Any = None  # give this one
    family: str | None = None
    each: bool = False  # of a family: a page explains each member, not the family once
    difference: bool = False  # of a family: a rate's is in percentage points

    @property
    def example(self) -> str | None:
        """The worked example in words: what is given, and what comes out."""
        if not self.given:
            return None
        parts = ", ".join(f"{name} = {_said(value)}" for name, value in self.given.items())
        return f"{parts}: {show(self.gives, self.unit or Unit.TEXT)}"

    @property
    def unit_words(self) -> str:
        """The unit for people."""
        return "its figure's" if self.unit is None else UNIT_WORDS.get(self.unit, self.unit.value)


class Chapter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cards of one subject, in order, with the Markdown before and after them.

    ``names`` says of each placeholder which values are known, and what they are.
    """

    place: int
    title: str
    intro: str
    more: str = ""
    reports: tuple[str, ...] = ()
    names: dict[str, dict[str, str]] = {}
    cards: tuple[Card, ...] = field(name="card")


def card(key: str, report: str | None = None, section: str | None = None) -> Card | None:
    """The card of a key in a section of a report (None: in any); None where no card tells it.

    A member of a family has its own name, formula and unit.

    >>> card("sla_pct_change", "sla").formula
    'sla_pct − sla_pct_previous'
    """
    known = meanings(key, report, section)
    return known[0] if known else None


def meanings(key: str, report: str | None = None, section: str | None = None) -> tuple[Card, ...]:
    """The cards of a key: several where it is not the same in all sections.

    >>> [card.name for card in meanings("share_pct", "report")]
    ['Share of responses', 'Share of contacts', 'Share of cases']
    """
    known = [card for card in _cards(report) if card.key == key]
    own = [card for card in known if section in card.sections]
    if section is not None:
        known = own or [card for card in known if not card.sections]
    if known:
        return tuple(known)
    for chapter, family in _families():
        if report is None or not family.reports or report in family.reports:
            member = _member(family, key, chapter.names, report, section)
            if member is not None:
                return (member,)
    return ()


def cards_of(
    keys: Iterable[str], report: str, sections: Collection[str] | None = None
) -> tuple[Card, ...]:
    """The cards that explain these keys of a report, each once, in the order of the keys.

    ``sections``: what the keys mean in other sections is left out. Of most families the general
    card stands for all members; keys without a card are passed over.

    >>> [card.key for card in cards_of(["queue", "sla_pct", "sla_pct_change", "met_n"], "sla")]
    ['sla_pct', 'x_change', 'met_n']
    """
    found: dict[tuple[str, str], Card] = {}
    for key in keys:
        for own in meanings(key, report):
            if sections is None or not own.sections or set(sections).intersection(own.sections):
                shown = own if own.family is None or own.each else _by_key(report)[own.family]
                found.setdefault((shown.key, shown.what), shown)
    return tuple(found.values())


def all_cards() -> tuple[Card, ...]:
    """Every card, chapter by chapter; a family once, with its placeholder in words."""
    return tuple(general(card) for chapter in chapters() for card in chapter.cards)


@cache
def chapters() -> tuple[Chapter, ...]:
    """The chapters in the order of the documentation."""
    folder = resources.files("cxtool") / "cards"
    files = [item for item in folder.iterdir() if item.name.endswith(".toml")]
    read = (parse(file.read_text(encoding="utf-8"), name=file.name) for file in files)
    return tuple(sorted(read, key=lambda chapter: chapter.place))


def parse(text: str, *, name: str) -> Chapter:
    """A chapter from TOML; an unknown key or a wrong type is a ValueError that names the file."""
    import tomllib

    try:
        chapter = convert(tomllib.loads(text), Chapter)
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"cards/{name}: {error}") from error
    cards = (replace(card, reports=card.reports or chapter.reports) for card in chapter.cards)
    return replace(chapter, cards=tuple(cards))


def general(card: Card) -> Card:
    """A family's card with the placeholder as a word, as documentation writes it: ``x_change``."""
    found = PLACEHOLDER.search(card.key)
    return card if found is None else _filled(card, {found[0]: found[1]})


@cache
def _cards(report: str | None) -> tuple[Card, ...]:
    return tuple(
        card for card in all_cards() if report is None or not card.reports or report in card.reports
    )


@cache
def _by_key(report: str) -> Mapping[str, Card]:
    return {card.key: card for card in _cards(report)}


@cache
def _families() -> tuple[tuple[Chapter, Card], ...]:
    return tuple(
        (chapter, card)
        for chapter in chapters()
        for card in chapter.cards
        if PLACEHOLDER.search(card.key)
    )


def _member(
    family: Card,
    key: str,
    names: Mapping[str, Mapping[str, str]],
    report: str | None,
    section: str | None,
) -> Card | None:
    """The card of one member of a family, None where the key is not one.

    A value without a name is the centre's own, which only the family's first report has.
    """
    before, placeholder, after = PLACEHOLDER.split(family.key)
    matched = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", key)
    if matched is None:
        return None
    value, unit, what = matched[1], family.unit, family.what
    if placeholder == FIGURE:
        figure = card(value, report, section)
        if figure is None or not figure.trend:
            return None
        is_points = family.difference and figure.unit is Unit.PERCENT
        unit = unit or (Unit.POINTS if is_points else figure.unit)
        words = figure.name
    else:
        about = names.get(placeholder, {}).get(value)
        if about is None and report not in family.reports[:1]:
            return None
        what = f"{about} {what}" if about else what
        words = value.replace("_", " ").capitalize()
    named = replace(
        family,
        name=f"{words}: {family.name[:1].lower()}{family.name[1:]}",
        unit=unit,
        what=what,
        family=general(family).key,
    )
    return _filled(named, {f"{{{placeholder}}}": value})


def _filled(card: Card, words: Mapping[str, str]) -> Card:
    """The card with its placeholders replaced wherever they stand."""

    def fill(text: str) -> str:
        for placeholder, word in words.items():
            text = text.replace(placeholder, word)
        return text

    return replace(
        card,
        key=fill(card.key),
        what=fill(card.what),
        formula=card.formula and fill(card.formula),
        null=card.null and fill(card.null),
        note=card.note and fill(card.note),
        given={fill(name): value for name, value in card.given.items()},
    )


def _said(value: object) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list) else str(value)
