"""The price list: what the vendor charges, as ranges with their sources, read from TOML.

The list that comes with the program is ``prices.toml`` beside it. A list of one's own has the same
form and is whole: nothing is taken over from the other in silence. Source: K11.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import Struct, convert
from msgspec.structs import fields

from cxtool.errors import CxtoolError, UsageError
from cxtool.setting_types import Quantity, read_value

BUILT_IN = "prices.toml"
HINT = "'cxtool cost prices' shows a whole list"

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")
_TOLD = re.compile(r"(?:unknown key ')?([\w.\[\]-]+)")


class Range(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure with its range, and who says so; without ``low`` or ``high`` there is no range."""

    likely: Quantity
    source: str
    low: Quantity | None = None
    high: Quantity | None = None
    note: str | None = None

    @property
    def ends(self) -> tuple[float, float, float]:
        """Low, likely and high.

        >>> Range(likely=2, high=3, source="ours").ends
        (2, 2, 3)
        """
        low = self.likely if self.low is None else self.low
        high = self.likely if self.high is None else self.high
        return low, self.likely, high


class Transfer(Range, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The price of a gigabyte past those that are free each month."""

    free: Quantity = 0.0


class Tier(Range, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A seat's price a month, and the minutes and messages that each seat includes a month."""

    name: str
    minutes: Quantity = 0.0
    messages: Quantity = 0.0


class Prices(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[price]``: what use costs, of a minute, a message, and so on."""

    voice: Range
    message: Range
    social: Range
    storage: Range
    transfer: Transfer
    seat: Range


class Assumptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[assumption]``: what an export does not tell."""

    messages_per_case: Range
    recording_kbit_s: Range


class Channels(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[channels]``: names of channels that are charged by message, and by month."""

    message: list[str]
    social: list[str]


class PriceList(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole price list."""

    currency: str
    price: Prices
    tier: tuple[Tier, ...]
    assumption: Assumptions
    channels: Channels
    sensitivity_pct: Quantity = 10.0


def built_in_text() -> str:
    """The price list that comes with the program, as its file says it."""
    return (resources.files("cxtool") / BUILT_IN).read_text(encoding="utf-8")


def load_prices(path: str | None = None) -> PriceList:
    """The price list of a file, else the built-in one.

    Raises CxtoolError for a file that cannot be read, UsageError for one that is no price list:
    with a line for each problem, which names line, key and value, and says what is expected.

    >>> prices = load_prices()
    >>> prices.currency, prices.price.voice.likely, [tier.name for tier in prices.tier]
    ('USD', 1.1, ['basic', 'standard', 'full'])
    """
    if path is None:
        return parse_prices(built_in_text(), name=BUILT_IN)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CxtoolError(f"cannot read {path}: {error.strerror}", hint=HINT) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text, from byte {error.start + 1}") from None
    return parse_prices(text, name=path)


def parse_prices(text: str, *, name: str) -> PriceList:
    """The price list of a text; ``name`` is what its problems are told of."""
    try:
        tree: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not TOML: {error}", hint=HINT) from None
    problems: list[str] = []
    tiers = tree.pop("tier", None)
    kinds = {key: kind for key, kind in _kinds(PriceList).items() if key != "tier"}
    for key, value in tree.items():
        if key in kinds:
            read_value(value, kinds[key], key, problems)
            problems += _missing(value, kinds[key], key)
        else:
            problems.append(f"unknown key '{key}'; expected {', '.join((*kinds, 'tier'))}")
    problems += [f"{key} is missing" for key in kinds if key not in tree and _needed(key)]
    problems += _of_tiers(tiers)
    problems += _of_order({**tree, "tier": tiers})
    if problems:
        lines = lines_of(text)
        told = (_told(problem, lines) for problem in dict.fromkeys(problems))
        raise UsageError("\n".join(f"{name}{line}" for line in told), hint=HINT)
    return convert({**tree, "tier": tiers}, PriceList)


def lines_of(text: str) -> dict[str, int]:
    """The line of each key and table of a TOML text; of repeated tables, with their number.

    >>> lines_of('a = 1\\n[b]\\nc = 2\\n[[t]]\\nd = 3\\n[[t]]\\n')
    {'a': 1, 'b': 2, 'b.c': 3, 't[1]': 4, 't[1].d': 5, 't[2]': 6}
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = header[2]
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
                table = f"{table}[{counts[table]}]"
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found


def _kinds(struct: type[Struct]) -> Mapping[str, object]:
    return get_type_hints(struct, include_extras=True)


def _needed(key: str) -> bool:
    return next(field for field in fields(PriceList) if field.name == key).required


def _missing(value: object, kind: object, key: str) -> Iterator[str]:
    """The keys that a table must have and has not, tables within it included."""
    if not isinstance(kind, type) or not issubclass(kind, Struct) or not isinstance(value, dict):
        return
    for field in fields(kind):
        if field.name in value:
            inner = _kinds(kind)[field.name]
            yield from _missing(value[field.name], inner, f"{key}.{field.name}")
        elif field.required:
            yield f"{key}.{field.name} is missing"


def _of_tiers(tiers: object) -> list[str]:
    if not isinstance(tiers, list) or not tiers or not all(isinstance(t, dict) for t in tiers):
        return ["tier: expected at least one table [[tier]]"]
    problems: list[str] = []
    for number, tier in enumerate(tiers, start=1):
        read_value(tier, Tier, f"tier[{number}]", problems)
        problems += _missing(tier, Tier, f"tier[{number}]")
    names = [str(tier.get("name")) for tier in tiers]
    problems += [
        f"tier[{number}].name: '{name}' is the name of an earlier tier"
        for number, name in enumerate(names, start=1)
        if name in names[: number - 1]
    ]
    return problems


def _of_order(tree: Mapping[str, Any]) -> Iterator[str]:
    """Ranges whose figures are not in order."""
    tables = {
        f"{group}.{name}": table
        for group in ("price", "assumption")
        if isinstance(tree.get(group), dict)
        for name, table in tree[group].items()
    }
    tiers = tree["tier"] if isinstance(tree["tier"], list) else []
    tables |= {f"tier[{number}]": table for number, table in enumerate(tiers, start=1)}
    for key, table in tables.items():
        if not isinstance(table, dict):
            continue
        given = [(end, table[end]) for end in ("low", "likely", "high") if _is_number(table, end)]
        for (_, less), (end, more) in pairwise(given):
            if more < less:
                yield (
                    f"{key}.{end}: expected {less:g} or above, as low <= likely <= high,"
                    f" but got {more:g}"
                )


def _is_number(table: Mapping[str, Any], key: str) -> bool:
    return isinstance(table.get(key), (int, float)) and not isinstance(table[key], bool)


def _told(problem: str, lines: Mapping[str, int]) -> str:
    """The problem after the line that it is on, or of the table that should have it."""
    found = _TOLD.match(problem)
    key = found[1] if found else ""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return f", line {lines[key]}: {problem}" if key else f": {problem}"
