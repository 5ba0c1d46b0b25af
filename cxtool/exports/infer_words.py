"""What words say: which canonical column a header names, and which known value a cell holds.

The words are data (``words.toml``). They are compared without case, accents, punctuation and
CamelCase, and without a unit at the end: ``AvgTalkDuration`` is ``talk duration``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct

EXACT, EXACT_WEAK, FILLED, PARTLY = 1.0, 0.6, 0.9, 0.5
WEAK = "weak"  # stands for a language in the data
LEAST_SHARE = 0.6  # of a header that a phrase within it must cover
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces
IN_BRACKETS = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")
Unit = str


class Header(Struct, frozen=True):
    """A header as it is compared. ``unit`` is the unit that it names, if any."""

    words: tuple[str, ...]
    unit: Unit | None = None

    @property
    def text(self) -> str:
        return " ".join(self.words)


class Match(Struct, frozen=True):
    """How well a header fits a column: 1 is the very phrase; ``language`` is that of the phrase."""

    score: float
    phrase: str
    language: str


def normal(text: str) -> str:
    """Text as words are compared.

    >>> normal("Średni czas-rozmowy"), normal("ContactId")
    ('sredni czas rozmowy', 'contact id')
    """
    parted = CAMEL.sub(" ", unicodedata.normalize("NFKC", text).replace("#", " number "))
    plain = unicodedata.normalize("NFKD", parted.casefold()).replace("ł", "l")
    kept = (
        " " if unicodedata.category(letter)[0] in "PZSC" else letter
        for letter in plain
        if not "\u0300" <= letter <= "\u036f"
    )
    return " ".join("".join(kept).split())


@cache
def header(name: str) -> Header:
    """A header without the unit that it names.

    >>> header("Speed of answer in seconds")
    Header(words=('speed', 'of', 'answer'), unit='s')
    >>> header("等待時間(毫秒)")
    Header(words=('等待時間',), unit='ms')
    """
    data = _data()
    units = {normal(word): unit for unit, words in data["units"].items() for word in words}
    same = data["reading"]["same"]
    inside = [normal(found) for found in IN_BRACKETS.findall(name)]
    unit = next((units[text] for text in inside if text in units), None)
    words = normal(IN_BRACKETS.sub(" ", name) if unit else name).split()
    words = [same.get(word, word) if position else word for position, word in enumerate(words)]
    if unit is None and len(words) > 1 and words[-1] in units:
        unit = units[words.pop()]
        if len(words) > 1 and words[-1] in {normal(w) for w in data["reading"]["before_unit"]}:
            words.pop()
    if unit is None and words and UNSPACED.search(words[-1]):
        for word in sorted(units, key=len, reverse=True):
            if UNSPACED.match(word) and words[-1].endswith(word) and words[-1] != word:
                unit, words[-1] = units[word], words[-1].removesuffix(word)
                break
    return Header(tuple(words), unit)


def match(name: str, *, table: str, column: str) -> Match | None:
    """How well a header fits a canonical column, None where its words say nothing of it."""
    return best(name, _phrases(table, column))


def best(name: str, phrases: Mapping[str, tuple[str, str]]) -> Match | None:
    """The phrase that a header fits best. ``phrases``, as compared: as written, and language."""
    said = header(name)
    found = [
        Match(score, written, language)
        for phrase, (written, language) in phrases.items()
        if (score := _score(said, phrase, weak=language == WEAK)) is not None
    ]
    return max(found, key=lambda m: (m.score, len(m.phrase)), default=None)


def part(name: str, *, of: str, kind: str) -> Match | None:
    """How well a header fits the ``date`` or ``time`` of a ``start`` or ``end``."""
    return best(name, {normal(word): (word, "") for word in _data()["parts"][of][kind]})


def known_value(cell: str, *, column: str) -> str | None:
    """The known value that a cell's words stand for.

    >>> known_value("ขาเข้า", column="direction"), known_value("Tak", column="boolean")
    ('inbound', 'true')
    """
    return _values(column).get(normal(cell) or cell)


@cache
def null_words() -> tuple[str, ...]:
    """Words that stand for an empty cell, in the cases in which they are written."""
    words = _data()["values"]["null"]["null"]
    written = [form for word in words for form in (word, word.upper(), word.capitalize())]
    return tuple(dict.fromkeys([*written, "NaN"]))


def told_by(text: str, *, of: str) -> Iterator[tuple[str, str]]:
    """The ``channels`` or ``tables`` that the words of a header or file name tell of, with them.

    >>> list(told_by("Czas rozmowy", of="channels"))
    [('voice', 'rozmowy')]
    """
    plain = normal(text)
    for told, words in _data()[of].items():
        for word in (normal(word) for word in words):
            inside = word in plain if UNSPACED.search(word) else f" {word} " in f" {plain} "
            if inside:
                yield told, word


def is_of_unanswered(name: str) -> bool:
    """Whether a yes under this header means that nobody answered."""
    return header(name).text in {normal(word) for word in _data()["reading"]["unanswered"]}


def _score(said: Header, phrase: str, *, weak: bool) -> float | None:
    if said.text.replace(" ", "") == phrase.replace(" ", ""):
        return EXACT_WEAK if weak else EXACT
    if weak:
        return None
    if UNSPACED.search(phrase):
        share = len(phrase) / max(len(said.text), 1)
        return PARTLY + 0.3 * share if phrase in said.text and share >= LEAST_SHARE else None
    fillers = _fillers()
    kept = [word for word in said.words if word not in fillers]
    inner = phrase.split()
    if kept and kept == inner:
        return FILLED
    share = len(inner) / max(len(said.words), 1)
    if len(inner) > 1 and LEAST_SHARE <= share < 1 and f" {phrase} " in f" {said.text} ":
        return PARTLY + 0.3 * share
    return None


@cache
def _phrases(table: str, column: str) -> dict[str, tuple[str, str]]:
    """Phrase as compared -> as written, and its language. A table's own words come first."""
    own = {"own": [column]}
    found: dict[str, tuple[str, str]] = {}
    for group in (own, _words(table, column), _words("any", column)):
        for language, words in group.items():
            for word in words:
                found.setdefault(" ".join(header(word).words), (word, language))
    return found


def _words(table: str, column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = _data().get(table, {}).get(column, {})
    return found


@cache
def _fillers() -> frozenset[str]:
    return frozenset(normal(word) for word in _data()["reading"]["filler"])


@cache
def _values(column: str) -> dict[str, str]:
    groups: dict[str, list[str]] = _data()["values"][column]
    return {
        key: value
        for value, words in groups.items()
        for word in (*words, value)
        for key in (normal(word), word)
        if key
    }


@cache
def _data() -> dict[str, Any]:
    path = resources.files("cxtool.exports") / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
