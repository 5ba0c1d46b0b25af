"""Written times reduced to shapes, of which a column has few, and the patterns that read them.

In a shape ``Y`` is a number of four digits, ``n`` one of one or two, ``Q`` of three, ``B`` the
name of a month, ``P`` AM or PM, ``F`` a fraction, ``O`` and ``o`` an offset with and without colon,
``U`` the word UTC, ``C`` and ``K`` a date and a time without separators: ``1/13/2021 9:05 PM`` is
``n/n/Y n:n P``.
"""

from __future__ import annotations

import re

import polars as pl
from msgspec import Struct

MONTH = r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
REDUCTIONS = (
    (MONTH, "B"),
    (r"(?i)(?:am|pm)\b", "P"),
    (r" UTC$", " U"),
    (r"(:\d{2})\.\d+", "${1}F"),
    (r"(:\d{2}F?)( ?)(?:Z|[+-]\d{2}:\d{2})$", "${1}${2}O"),
    (r"(:\d{2}F?)( ?)[+-]\d{4}$", "${1}${2}o"),
    (r"\d{14}", "K"),
    (r"\d{8}", "C"),
    (r"\d{4}", "Y"),
    (r"\d{3}", "Q"),
    (r"\d{1,2}", "n"),
)
SHAPE = re.compile(
    r"(?P<date>(?P<compact>[CK])"
    r"|(?P<a>[YnBQ])(?P<s1>[-/.年 ])(?P<b>[nB])(?P<s2>[-/.月 ]|, )(?P<c>[Yn])(?P<s3>日?))"
    r"(?:(?P<gap>T|,? )(?P<clock>n(?P<colon>[:.])n(?P<second>(?P=colon)n(?P<part>F?))?)"
    r"(?P<half> ?P)?(?P<zone> ?[OoU])?)?"
)
READ_WITHOUT = re.compile(r"Y-n-n(?:[T ]n:n(?::nF?)?|[T ]n:n:nF?O)?")


class Shape(Struct, frozen=True):
    """One way of writing a time."""

    shape: str
    found: re.Match[str]

    @property
    def date(self) -> str:
        """The shape of the date alone."""
        return self.found["date"]

    @property
    def has_clock(self) -> bool:
        """Whether it has a time of day."""
        return bool(self.found["clock"]) or self.date == "K"

    @property
    def is_iso(self) -> bool:
        """Whether it is read without a pattern."""
        return READ_WITHOUT.fullmatch(self.shape) is not None

    @property
    def is_utc(self) -> bool:
        """Whether it says UTC in words."""
        return (self.found["zone"] or "").endswith("U")

    def pattern(self, order: tuple[str, str, str]) -> str:
        """The strptime pattern, where ``order`` are the directives of the date's three parts.

        >>> shape_of("n/n/Y n:n P").pattern(("%m", "%d", "%Y"))
        '%m/%d/%Y %I:%M %p'
        """
        found = self.found
        if self.is_iso and found["zone"]:
            return "%+"
        if found["compact"]:
            date = "%Y%m%d%H%M%S" if self.date == "K" else "%Y%m%d"
        else:
            separators = (found["s1"], found["s2"], found["s3"])
            date = "".join(part + after for part, after in zip(order, separators, strict=True))
        if not found["clock"]:
            return date
        clock = ("%I" if found["half"] else "%H") + found["colon"] + "%M"
        if found["second"]:
            clock += found["colon"] + "%S" + ("%.f" if found["part"] else "")
        half = (found["half"] or "").replace("P", "%p")
        zone = (found["zone"] or "").replace("U", "UTC").replace("O", "%z").replace("o", "%z")
        return date + found["gap"] + clock + half + zone


def shape_of(shape: str) -> Shape | None:
    """The shape that ``reduced`` made of a value, None where that is no time."""
    found = SHAPE.fullmatch(shape)
    return Shape(shape, found) if found else None


def reduced(value: pl.Expr) -> pl.Expr:
    """The shape of each text."""
    for written, letter in REDUCTIONS:
        value = value.str.replace_all(written, letter)
    return value
