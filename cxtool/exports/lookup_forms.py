"""When two ways of writing a name, an e-mail address or a phone number are the same.

Letters count without case and diacritics, names without punctuation and the order of their words,
numbers without what is written between digits. A number with its country (``+44``, ``0044``) and
one without (``0``, or nothing) are the same where the rest is; that two numbers are of different
countries is never overlooked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import polars as pl

Kind = Literal["email", "phone", "name"]

DIACRITICS = "[\u0300-\u036f]"  # not the vowels and tones of scripts that write them as marks
APOSTROPHES = "['’ʼ`´]"
BETWEEN_WORDS = r"[^\p{L}\p{M}\p{N}]+"
# Letters that Unicode does not take apart.
PLAIN = {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ð": "d", "þ": "th", "ß": "ss"}
PLAIN |= {"æ": "ae", "œ": "oe"}
PHONE_SIGNS = r"(?:tel:)?[\s0-9()+./–-]*"
PHONE = re.compile(PHONE_SIGNS, re.ASCII | re.IGNORECASE)
FEWEST_DIGITS = 5  # of what is looked for as a phone number
FEWEST_NATIONAL = 6  # digits that two numbers must share if one of them lacks the country
LONGEST_COUNTRY = 3


def kind_of(asked: str) -> Kind:
    """What a text can only be meant as.

    >>> [kind_of(text) for text in ("ana@example.com", "+44 (0)20 79", "Ana 2", "1984")]
    ['email', 'phone', 'name', 'name']
    """
    if "@" in asked.strip()[1:]:
        return "email"
    digits = sum(letter.isdigit() for letter in asked)
    return "phone" if PHONE.fullmatch(asked) and digits >= FEWEST_DIGITS else "name"


def may_fit(text: pl.Expr, asked: str) -> pl.Expr:
    """Whether a text is worth a closer look: cheap enough for millions, true of all that fit.

    >>> texts = pl.Series(["Ana@example.com", "bo@example.com", None])
    >>> pl.select(may_fit(pl.lit(texts), "ana@example.net")).to_series().to_list()
    [True, False, None]
    """
    match kind_of(asked):
        case "email":
            first = re.escape((form_of(asked, email_form) or "@")[0])
            return text.str.contains(rf"^[\s<]*(?i:{first}|mailto:).*@")
        case "phone":
            return text.str.contains(re.sub("[^0-9]", "", asked)[-1] + "[^0-9]*$")
        case "name":
            return text.is_not_null()


def is_number(text: pl.Expr) -> pl.Expr:
    """Whether a text can be a phone number, and not an id with digits in it.

    >>> texts = pl.Series(["P0044812345", "+44 812345"])
    >>> pl.select(is_number(pl.lit(texts))).to_series().to_list()
    [False, True]
    """
    return text.str.contains(f"^(?i:{PHONE_SIGNS})$")


def fitting(known: pl.Series, asked: str) -> pl.Series:
    """Those of the known names, addresses or numbers that are the one asked for.

    >>> fitting(pl.Series(["Ana Sá", "+351 21 000 000"]), "SA, ANA").to_list()
    ['Ana Sá']
    """
    rows = known.rename("known").to_frame()
    match kind_of(asked):
        case "email":
            same = same_email(pl.col("known"), asked)
        case "phone":
            # Whatever stands before it, the end of a number is the same; few have it.
            digits = pl.col("known").str.replace_all("[^0-9]", "")
            rows = rows.filter(digits.str.ends_with(re.sub("[^0-9]", "", asked)[-FEWEST_DIGITS:]))
            same = same_phone(pl.col("known"), asked)
        case "name":
            same = same_name(pl.col("known"), asked)
    return rows.filter(same)["known"]


def name_form(text: pl.Expr) -> pl.Expr:
    """A name without case, diacritics and punctuation; null where nothing is left.

    >>> names = pl.Series(["Łukasz  O'Hara", "lukasz ohara", "Anne-Marie", "สมหญิง", "--"])
    >>> pl.select(name_form(pl.lit(names))).to_series().to_list()
    ['lukasz ohara', 'lukasz ohara', 'anne marie', 'สมหญิง', None]
    """
    form = (
        text.str.normalize("NFKD")
        .str.to_lowercase()
        .str.replace_many(PLAIN)
        .str.replace_all(f"{DIACRITICS}|{APOSTROPHES}", "")
        .str.replace_all(BETWEEN_WORDS, " ")
        .str.strip_chars(" ")
    )
    return pl.when(form != "").then(form)


def email_form(text: pl.Expr) -> pl.Expr:
    """An address without case and white space.

    >>> pl.select(email_form(pl.lit(" Ana.B@Example.COM "))).item()
    'ana.b@example.com'
    """
    return text.str.to_lowercase().str.replace_all(r"\s|^mailto:|^<|>$", "")


def same_name(known: pl.Expr, asked: str) -> pl.Expr:
    """Whether names have the same words, in any order.

    >>> names = pl.Series(["Yolanda Garrick", "GARRICK, Yolandá", "Yolanda", "Yolanda Garrickson"])
    >>> pl.select(same_name(pl.lit(names), "garrick yolanda")).to_series().to_list()
    [True, True, False, False]
    """
    form, wanted = name_form(known), form_of(asked, name_form)
    if wanted is None:
        return pl.lit(False)
    words = sorted(wanted.split())
    if len(words) == 1:
        return form.eq(wanted)
    return form.str.split(" ").list.sort().list.join(" ").eq(" ".join(words))


def same_email(known: pl.Expr, asked: str) -> pl.Expr:
    """Whether addresses are the same.

    >>> pl.select(same_email(pl.lit("Ana@Example.com"), "ana@example.COM ")).item()
    True
    """
    return email_form(known).eq(form_of(asked, email_form))


def same_phone(known: pl.Expr, asked: str) -> pl.Expr:
    """Whether phone numbers are the same, as far as they are given.

    >>> numbers = pl.Series(["+44 20 7946 0000", "(020) 7946-0000", "+33 20 7946 0000"])
    >>> pl.select(same_phone(pl.lit(numbers), "0044 (0)20 79460000")).to_series().to_list()
    [True, True, False]
    """
    digits, abroad, trunk = _number(known)
    wanted, wanted_abroad, wanted_trunk = pl.select(*_number(pl.lit(asked))).row(0)
    if not wanted:
        return pl.lit(False)
    same = digits.eq(wanted)
    # The longer of the two has its country, the shorter one has none.
    if not wanted_abroad and len(wanted) >= FEWEST_NATIONAL:
        code = digits.str.len_bytes().cast(pl.Int64) - len(wanted)
        same |= digits.str.ends_with(wanted) & code.is_between(1, LONGEST_COUNTRY) & ~trunk
    if not wanted_trunk:
        ends = [
            wanted[start:]
            for start in range(1, LONGEST_COUNTRY + 1)
            if len(wanted) - start >= FEWEST_NATIONAL
        ]
        same |= digits.is_in(ends) & ~abroad
    return same


def _number(text: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The digits that matter, whether they begin with a country, and whether surely with none."""
    bare = text.str.replace(r"\(0\)", "")
    digits = bare.str.replace_all(r"[^0-9]", "")
    abroad = bare.str.contains(r"^[^0-9]*\+") | digits.str.starts_with("00")
    trunk = digits.str.starts_with("0") & ~abroad
    significant = digits.str.strip_chars_start("0")
    return significant.alias("digits"), abroad.alias("abroad"), trunk.alias("trunk")


def form_of(asked: str, form: Callable[[pl.Expr], pl.Expr]) -> str | None:
    """What a form makes of one text.

    >>> form_of("Zoë", name_form)
    'zoe'
    """
    found: str | None = pl.select(form(pl.lit(asked))).item()
    return found
