"""Lexicons: the phrases of a language that are evidence of something, as data with a version.

What it decides: a lexicon is a TOML file of ``cxtool/lexicons``, one a language, with the same
named lists in all of them; a user's file adds phrases to a language or takes some away, or brings
a new one. A list becomes one regular expression, in a grammar that both Polars and Python read.

A phrase is words as people say them. Case does not matter, nor which apostrophe is written, and a
comma may stand between two words. ``*`` at an end of a word stands for any letters, ``...`` between
words for up to three words. Where a language has no spaces between words, a phrase is found
wherever its letters stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.schema import BEHAVIORS

SENTIMENT_LISTS = ("positive", "negative")
CUSTOMER_LISTS = ("pain_points", "churn_risk")
STOPWORDS = "stopwords"  # words that say nothing of what a conversation is about
LISTS = (*BEHAVIORS, *SENTIMENT_LISTS, *CUSTOMER_LISTS, STOPWORDS)

HINT = "docs/metrics.md, 'Phrases', shows the form of a lexicon file"
GAP = "..."
APOSTROPHES = "['’‘ʼ]"
BETWEEN = r",?\s+"  # two words of a phrase, also over a comma
ANY_WORDS = rf"{BETWEEN}(?:[\w'’‘ʼ-]+{BETWEEN}){{0,3}}?"
ANY_LETTERS = ".{0,8}?"  # for a gap where words are not told apart
_WORD = re.compile(r"\*?[^*\s]+\*?")

Lists = Mapping[str, tuple[str, ...]]


class Negation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words that turn a feeling round, and over how many words between they still do."""

    words: tuple[str, ...] = ()
    reach: int = 0


class Lexicon(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The phrases of one language by list; a list that it lacks is empty.

    ``names``: how an export may write the language, lower case, without a region.
    """

    language: str
    version: str
    names: tuple[str, ...] = ()
    spaced: bool = True
    negation: Negation = field(default_factory=Negation)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def phrases(self, name: str) -> tuple[str, ...]:
        return self.lists.get(name, ())


class Extension(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A user's file: what to add to a language and what to take away; for a new one, what it is."""

    language: str
    names: tuple[str, ...] = ()
    spaced: bool | None = None
    negation: Negation | None = None
    add: dict[str, tuple[str, ...]] = field(default_factory=dict)
    remove: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_lexicons(files: Iterable[str | Path] = ()) -> Mapping[str, Lexicon]:
    """The lexicons by language code, those of cxtool with what the files change.

    Raises CxtoolError for a file that cannot be read, UsageError for one that says something wrong.

    >>> lexicons = load_lexicons()
    >>> sorted(lexicons), "sorry to hear" in lexicons["en"].phrases("be_empathetic")
    (['en', 'pl', 'th', 'uk', 'zh'], True)
    """
    lexicons = dict(_shipped())
    for file in files:
        extension = _read(file)
        lexicons[extension.language] = _extended(lexicons.get(extension.language), extension, file)
    return MappingProxyType(lexicons)


def pattern(phrases: Sequence[str], *, spaced: bool) -> str | None:
    """One regular expression that finds any of the phrases, the longest first; None for none.

    >>> found = pattern(["thank you", "thank you for ... us", "apologi*"], spaced=True)
    >>> re.findall(found, "Thank you for staying with us. THANK  YOU! My apologies.")
    ['Thank you for staying with us', 'THANK  YOU', 'apologies']
    """
    found = lower_pattern(phrases, spaced=spaced)
    return found and f"(?i){found}"


def lower_pattern(phrases: Sequence[str], *, spaced: bool) -> str | None:
    """The same for text in lower case, where it is found five times as fast."""
    return _any_of(phrases, spaced) if phrases else None


def negated_pattern(lexicon: Lexicon, name: str) -> str | None:
    """For text in lower case: phrases of the list behind a word of negation; None for none.

    >>> found = negated_pattern(load_lexicons()["en"], "positive")
    >>> re.findall(found, "this isn't very good. not that, great!")
    ["isn't very good"]
    """
    phrases, negation = lexicon.phrases(name), lexicon.negation
    if not phrases or not negation.words:
        return None
    between = rf"\s+(?:[\w'’‘ʼ-]+\s+){{0,{negation.reach}}}?" if lexicon.spaced else r"\s*"
    negators = _any_of(negation.words, lexicon.spaced)
    return f"{negators}{between}{_any_of(phrases, lexicon.spaced)}"


def _any_of(phrases: Iterable[str], spaced: bool) -> str:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(_expression(phrase, spaced) for phrase in longest_first) + ")"


def _expression(phrase: str, spaced: bool) -> str:
    tokens = phrase.split()
    between, gap = (BETWEEN, ANY_WORDS) if spaced else (r"\s*", ANY_LETTERS)
    said = ""
    for place, token in enumerate(tokens):
        if token == GAP:
            said += gap
            continue
        said += between if place and tokens[place - 1] != GAP else ""
        said += _word(token, spaced)
    return said


def _word(token: str, spaced: bool) -> str:
    letters = token.strip("*").lower().replace("’", "'")
    said = re.escape(letters).replace("'", APOSTROPHES)
    if not spaced:
        return said
    # A boundary stands only beside letters: "!" has none.
    before = r"\b\w*" if token.startswith("*") else r"\b" if letters[0].isalnum() else ""
    after = r"\w*" if token.endswith("*") else r"\b" if letters[-1].isalnum() else ""
    return before + said + after


@cache
def _shipped() -> Mapping[str, Lexicon]:
    import tomllib

    folder = resources.files("cxtool") / "lexicons"
    texts = (item.read_text(encoding="utf-8") for item in folder.iterdir() if item.is_file())
    lexicons = (convert(tomllib.loads(text), Lexicon) for text in texts)
    return {lexicon.language: lexicon for lexicon in sorted(lexicons, key=lambda x: x.language)}


def _read(file: str | Path) -> Extension:
    import tomllib

    try:
        given: dict[str, Any] = tomllib.loads(Path(file).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise CxtoolError(f"cannot read lexicon {file}: {reason}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"lexicon {file} is not UTF-8 text", hint=HINT) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"lexicon {file} is not TOML: {error}", hint=HINT) from error
    try:
        return convert(given, Extension)
    except ValidationError as error:
        raise UsageError(f"lexicon {file}: {error}", hint=HINT) from error


def _extended(lexicon: Lexicon | None, extension: Extension, file: str | Path) -> Lexicon:
    if lexicon is None:
        lexicon = Lexicon(
            language=extension.language, version="0", names=(extension.language.lower(),)
        )
    spaced = lexicon.spaced if extension.spaced is None else extension.spaced
    lists = dict(lexicon.lists)
    for part in ("remove", "add"):
        for name, phrases in getattr(extension, part).items():
            where = f"lexicon {file}: {part}.{name}"
            problem = _problem(name, phrases, spaced)
            held = {folded(phrase): phrase for phrase in lists.get(name, ())}
            changed = {folded(phrase): phrase for phrase in phrases}
            if problem is None and part == "remove" and (unheld := changed.keys() - held.keys()):
                problem = f"'{min(unheld)}' is not in the list"
            if problem is not None:
                raise UsageError(f"{where}: {problem}", hint=HINT)
            kept = [phrase for key, phrase in held.items() if key not in changed]
            lists[name] = (*kept, *(changed.values() if part == "add" else ()))
    return replace(
        lexicon,
        version=f"{lexicon.version}+{Path(file).stem}",
        names=(*lexicon.names, *(name.lower() for name in extension.names)),
        spaced=spaced,
        negation=extension.negation or lexicon.negation,
        lists=lists,
    )


def folded(phrase: str) -> str:
    """What two phrases have in common that find the same."""
    return " ".join(phrase.replace("’", "'").casefold().split())


def _problem(name: str, phrases: Iterable[str], spaced: bool) -> str | None:
    if name not in LISTS:
        guess = nearest(name, list(LISTS))
        return "unknown list" + (f"; did you mean '{guess}'?" if guess else f": {', '.join(LISTS)}")
    return next((said for phrase in phrases if (said := phrase_problem(phrase, spaced))), None)


def phrase_problem(phrase: str, spaced: bool) -> str | None:
    """What is wrong with a phrase as it is written, or None.

    >>> phrase_problem("... for you", True)
    "'... for you' begins or ends with '...'"
    """
    tokens = phrase.split()
    if not any(letter.isalnum() for letter in phrase):
        return f"'{phrase}' has no letters"
    if GAP in (tokens[0], tokens[-1]):
        return f"'{phrase}' begins or ends with '{GAP}'"
    words = [token for token in tokens if token != GAP]
    if not all(map(_WORD.fullmatch, words)):
        return f"'{phrase}': '*' stands at the beginning or end of a word"
    if not spaced and "*" in phrase:
        return f"'{phrase}': '*' has no meaning where words are not told apart"
    return None
