"""In which older encoding bytes make words: judged by the letters that languages have.

Every byte means some letter in every encoding. Of the right one the letters make words of one
language, of a wrong one they are mixed with signs, capitals stand within words, or marks of the
Thai script stand alone. The judgement is a share, never a proof: what is taken on it is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

PLAUSIBLE = 0.7  # share of the letters beyond ASCII that must fit
MARGIN = 0.05  # between encodings that fit a sample equally well
# Between words in all languages, and at the same places of all encodings of Windows.
PARTING = "“”„‘’‚–—…\u00a0"
ENDING = "»›™®©°€£·"  # after a word; before or within one they make it none
WORD = re.compile(f"(?:(?![{PARTING}«‹])[A-Za-z\u0080-\U0010ffff])+")
# Before a question or an exclamation in Spanish; with a letter before it, it is none.
OPENING = re.compile("(?<![A-Za-z\u0080-\U0010ffff])[¡¿]+")
THAI_RUN = re.compile(r"[A-Za-z@\[\]\\^_`{|}~]?[^\x00-\x7f]+[A-Za-z@\[\]\\^_`{|}~]?")

WESTERN = (
    "äöüß",
    "àâæçèéêëîïôœùûüÿ",
    "áéíñóúü",
    "ãáàâçéêíóôõú",
    "åäöæøéü",
    "àèéìíòóùú",
    "áéíóúýðþæö",
)
CENTRAL = (
    "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "ăâîşţ",
    "čćđšž",
    "äöüß",
)
CYRILLIC = ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
# A syllable: a vowel before it, its consonant, marks above and below, vowels after it.
THAI = re.compile(r"(?:[เ-ไ]?[ก-ฮฤฦ][ัิ-ฺ็-๎]{0,3}[ะาำๅๆฯ]{0,2}|[๐-๙]|[ๆฯ])+")


class Candidate(Struct, frozen=True):
    """An encoding: its usual name, the codec that reads it, how well its texts fit."""

    name: str
    codec: str
    fit: Callable[[str], float]


def plausible(sample: bytes) -> list[str]:
    """The usual names of the encodings in which this makes words, the best first.

    >>> plausible("Zażółć gęślą jaźń".encode("cp1250"))
    ['windows-1250']
    >>> plausible("Дзвінок клієнта".encode("cp1251"))
    ['windows-1251']
    """
    fits = {one.name: one.fit(_text(sample, one.codec)) for one in CANDIDATES}
    named = [name for name, fit in fits.items() if fit >= PLAUSIBLE]
    # Of equal ones the first: they read the sample alike.
    best = sorted(named, key=lambda name: -round(fits[name], 2))
    return [name for name in best if fits[name] >= fits[best[0]] - MARGIN]


def _text(sample: bytes, codec: str) -> str:
    return sample.decode(codec, errors="replace")


def _latin(languages: tuple[str, ...]) -> Callable[[str], float]:
    """The share of letters that one language has, in words without signs and inner capitals."""
    known = frozenset("".join(languages))

    def fit(text: str) -> float:
        words = _words(text)
        letters = [letter for word in words for letter in word if letter > "\x7f"]
        right = [letter for word in words if _is_cased(word) for letter in word if letter > "\x7f"]
        lowered = [letter.lower() for letter in right]
        if not letters:
            return 1.0  # signs alone
        best = max(sum(letter in language for letter in lowered) for language in languages)
        others = sum(letter in known for letter in lowered) - best
        # What is no letter at all counts against the others: it makes no word of any language.
        strange = sum(not letter.isalpha() for letter in letters)
        return (best + others / 2 - strange) / len(letters)

    return fit


def _cyrillic(text: str) -> float:
    words = _words(text)
    letters = sum(len(word) for word in words)
    known = [
        len(word)
        for word in words
        if _is_cased(word) and any(set(word.lower()) <= set(language) for language in CYRILLIC)
    ]
    return sum(known) / letters if letters else 0.0


def _thai(text: str) -> float:
    """The share of letters in runs of whole syllables.

    A run beside an ASCII letter counts half: those are also the second bytes of Chinese ones.
    """
    letters = right = 0.0
    for run in THAI_RUN.findall(text):
        thai = "".join(letter for letter in run if letter > "\x7f").strip(PARTING)
        letters += len(thai)
        if len(thai) > 1 and THAI.fullmatch(thai):
            right += len(thai) if run == thai else len(thai) / 2
    return right / letters if letters else 0.0


def _chinese(codec: str, first: int, last: int, *, trail: int) -> Callable[[str], float]:
    """The share of characters among those in use, which the encoding keeps together."""

    def fit(text: str) -> float:
        letters = [letter for letter in text if letter > "\x7f"]
        written = [letter.encode(codec, errors="replace") for letter in letters]
        pairs = [pair for pair in written if len(pair) == 2]
        used = sum(first <= pair[0] <= last and pair[1] >= trail for pair in pairs)
        signs = sum(0xA1 <= pair[0] <= 0xA3 for pair in pairs)
        # One letter beyond ASCII in a word of others reads as a pair, too; never two in a row.
        in_rows = sum(pair[1] > 0x7F for pair in pairs)
        if not used or 5 * in_rows < len(pairs):
            return 0.0
        return (used + signs) / len(letters)

    return fit


def _words(text: str) -> list[str]:
    """The words with letters beyond ASCII, without the signs after them."""
    words = (word.rstrip(ENDING) for word in WORD.findall(OPENING.sub(" ", text)))
    return [word for word in words if not word.isascii()]


def _is_cased(word: str) -> bool:
    """Whether capitals stand at the beginning alone, or everywhere."""
    return word[1:] == word[1:].lower() or word == word.upper()


CANDIDATES = (
    Candidate("windows-1252", "cp1252", _latin(WESTERN)),
    Candidate("windows-1250", "cp1250", _latin(CENTRAL)),
    Candidate("windows-1251", "cp1251", _cyrillic),
    Candidate("tis-620", "cp874", _thai),
    Candidate("big5", "cp950", _chinese("cp950", 0xA4, 0xC6, trail=0x40)),
    Candidate("gb18030", "gb18030", _chinese("gb18030", 0xB0, 0xD7, trail=0xA1)),
    Candidate("iso-8859-2", "iso8859-2", _latin(CENTRAL)),
    Candidate("koi8-u", "koi8-u", _cyrillic),
)
