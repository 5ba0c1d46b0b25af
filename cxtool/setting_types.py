"""The types that settings have: how a value of each is read, checked and written.

A type is an annotation of a ``Settings`` field. A reader takes what the configuration file, the
environment or an option gave and returns the value, or raises ValueError with one sentence for the
user. ``read_value`` finds the reader; ``from_text`` first gives a text the shape of a TOML value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

from msgspec import Struct

from cxtool.errors import UsageError, nearest
from cxtool.units import parse_duration

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Duration = Annotated[float, "seconds, above zero"]
Count = Annotated[int, "whole number, above zero"]
Amount = Annotated[float, "amount of money, above zero"]
Quantity = Annotated[float, "number, zero or above"]
Percent = Annotated[float, "percent, from 0 to below 100"]
Target = Annotated[str, "service level, percent/seconds"]
Weekday = Annotated[str, "mon ... sun"]
Hours = Annotated[list[str], "opening hours of a day, HH:MM-HH:MM"]
Dates = Annotated[list[str], "ISO dates"]
Scale = Annotated[tuple[float, float], "lowest and highest step"]
Zone = Annotated[str, "time zone"]
PeriodText = Annotated[str, "period expression"]
CompareText = Annotated[str, "compare expression"]

_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
_FAR_DAY = date(8999, 1, 1)  # no written period lies after it


def read_value(value: object, kind: object, key: str, problems: list[str]) -> object:
    """The value of one setting; what is wrong with it goes to ``problems``, each with its key."""
    if type(None) in get_args(kind):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _read_struct(value, kind, key, problems)
    if get_origin(kind) is dict:
        return _read_map(value, *get_args(kind), key=key, problems=problems)
    try:
        if get_origin(kind) is Literal:
            return _choice(value, get_args(kind))
        return READERS[kind](value)
    except ValueError as error:
        problems.append(f"{key}: {error}")
        return None


def from_text(text: str, kind: object) -> object:
    """The shape that a text from the environment or an option has in TOML.

    Lists are separated by commas, maps are ``name=value,name=value``. Raises ValueError for maps
    of lists, which do not fit.

    >>> from_text("voice, phone", list[str]), from_text("chat=60,email=1d", dict[str, Duration])
    (['voice', 'phone'], {'chat': '60', 'email': '1d'})
    """
    if get_origin(kind) is dict:
        if get_args(kind)[1] != Duration:
            raise ValueError("can only be set in a configuration file")
        pairs = [part.rpartition("=") for part in _listed(text)]
        if not all(name for name, _, _ in pairs):
            raise ValueError(f"expected name=value,name=value, but got {to_toml(text)}")
        return {name.strip(): value.strip() for name, _, value in pairs}
    if kind == Scale:
        return [float(part) if _is_number(part) else part for part in _listed(text)]
    if kind in (list[str], Dates):
        return _listed(text)
    return text


def parse_spans(texts: list[str]) -> tuple[tuple[int, int], ...]:
    """Opening hours ``HH:MM-HH:MM`` as half-open spans in seconds of the day.

    Raises ValueError, with one sentence, for spans that cannot be read, end before they start,
    overlap or are out of order; 24:00 may end a span.

    >>> parse_spans(["09:00-12:30", "13:00-24:00"])
    ((32400, 45000), (46800, 86400))
    """
    spans = []
    for text in texts:
        found = _SPAN.fullmatch(text.replace(" ", ""))
        if not found:
            raise ValueError(f"{to_toml(text)} is not a span of hours; write it as 09:00-17:00")
        hour, minute, end_hour, end_minute = found.groups()
        start_s = int(hour) * 3_600 + int(minute) * 60
        end_s = int(end_hour or 24) * 3_600 + int(end_minute or 0) * 60
        if end_s <= start_s:
            raise ValueError(
                f"{to_toml(text)} does not end after it starts; "
                "hours over midnight belong to two days, up to 24:00 and from 00:00"
            )
        spans.append((start_s, end_s))
    for ((_, end_s), (next_s, _)), text in zip(pairwise(spans), texts[1:], strict=True):
        if next_s < end_s:
            raise ValueError(f"{to_toml(text)} starts before the span ahead of it ends")
    return tuple(spans)


def parse_target(text: str) -> tuple[float, float] | None:
    """Percent and seconds of a service level such as ``80/20``; None for ``none``.

    Raises ValueError, with one sentence, for anything else, and for no or more than all calls.

    >>> parse_target("80/20"), parse_target("92.5%/1m30s"), parse_target("none")
    ((80.0, 20.0), (92.5, 90.0), None)
    """
    if text.strip().lower() == "none":
        return None
    share, _, within = text.partition("/")
    try:
        percent, within_s = _percent(share), parse_duration(within)
    except ValueError:
        percent = 0.0
    if percent <= 0:
        raise ValueError(_unexpected("a service level such as 80/20, or none", text))
    return percent, within_s


def to_toml(value: object) -> str:
    """The value as it would be written in the configuration file; nothing for None.

    >>> to_toml({"chat": 60.0, "e-mail": [1.5, "a"], "my queue": True})
    '{ chat = 60, e-mail = [1.5, "a"], "my queue" = true }'
    """
    if value is None:
        return ""
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else repr(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(to_toml(item) for item in value) + "]"
    if isinstance(value, Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, dict):
        pairs = ", ".join(f"{_toml_key(name)} = {to_toml(item)}" for name, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    # TOML escapes as JSON does, and the delete character as well.
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")


def unknown(key: str, known: list[str]) -> str:
    """One sentence on a key that is none of the known ones, with the nearest of them."""
    guess = nearest(key, known)
    return f"unknown key '{key}'" + (f"; did you mean '{guess}'?" if guess else "")


def _read_struct(
    value: object, kind: type[Struct], key: str, problems: list[str]
) -> dict[str, object] | None:
    kinds = get_type_hints(kind, include_extras=True)
    if not isinstance(value, dict):
        problems.append(f"{key}: {_unexpected('a table', value)}")
        return None
    known = [f"{key}.{name}" for name in kinds]
    problems.extend(unknown(f"{key}.{name}", known) for name in value if name not in kinds)
    return {
        name: read_value(item, kinds[name], f"{key}.{name}", problems)
        for name, item in value.items()
        if name in kinds
    }


def _read_map(
    value: object, name_kind: object, kind: object, *, key: str, problems: list[str]
) -> dict[str, object] | None:
    if not isinstance(value, dict):
        problems.append(f"{key}: {_unexpected('a table', value)}")
        return None
    if name_kind == Weekday:
        for name in value:
            if name not in WEEKDAYS:
                guess = f"; did you mean '{name[:3].lower()}'?"
                hint = guess if name[:3].lower() in WEEKDAYS else f"; write {', '.join(WEEKDAYS)}"
                problems.append(f"{key}: unknown weekday '{name}'{hint}")
    return {name: read_value(item, kind, f"{key}.{name}", problems) for name, item in value.items()}


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError(_unexpected("a text", value))


def _texts(value: object) -> list[str]:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return list(value)
    raise ValueError(_unexpected('a list of texts such as ["a", "b"]', value))


def _choice(value: object, choices: tuple[str, ...]) -> object:
    if value in choices:
        return value
    guess = nearest(value, list(choices)) if isinstance(value, str) else None
    raise ValueError(
        _unexpected("one of " + ", ".join(f'"{choice}"' for choice in choices), value)
        + (f"; did you mean '{guess}'?" if guess else "")
    )


def _duration(value: object) -> float:
    try:
        seconds_s = parse_duration(value) if isinstance(value, str) else _number(value)
    except ValueError:
        seconds_s = 0.0
    if seconds_s <= 0:
        raise ValueError(_unexpected('a duration above zero such as 600, "10m" or "1h5m"', value))
    return seconds_s


def _count(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"\d+", value, re.ASCII):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError(_unexpected("a whole number above zero such as 2", value))


def _amount(value: object) -> float:
    if isinstance(value, str) and _is_number(value):
        value = float(value)
    try:
        amount = _number(value)
    except ValueError:
        amount = 0.0
    if amount <= 0:
        raise ValueError(_unexpected("an amount of money above zero such as 18.5", value))
    return amount


def _quantity(value: object) -> float:
    try:
        quantity = _number(value)
    except ValueError:
        quantity = -1.0
    if quantity < 0:
        raise ValueError(_unexpected("a number that is 0 or above", value))
    return quantity


def _percent(value: object) -> float:
    text = value.strip() if isinstance(value, str) else ""
    digits = text.removesuffix("%").strip()
    try:
        percent = float(digits) if _is_number(digits) else _number(value)
    except ValueError:
        percent = -1.0
    # 0.3 is sooner meant for a share than for a third of a percent.
    is_share = 0 < percent < 1 and not text.endswith("%")
    if is_share or not 0 <= percent < 100:
        raise ValueError(_unexpected("a percentage from 0 to below 100 such as 30", value))
    return percent


def _target(value: object) -> str:
    text = _text(value)
    parse_target(text)
    return text


def _scale(value: object) -> tuple[float, float]:
    try:
        low, high = map(_number, value if isinstance(value, (list, tuple)) else ())
    except ValueError:
        low = high = 0.0
    if not low < high:
        raise ValueError(_unexpected("two numbers, the lower first, such as [1, 5]", value))
    return low, high


def _dates(value: object) -> list[str]:
    days = value if isinstance(value, (list, tuple)) else [None]
    try:
        return [_iso_date(day) for day in days]
    except ValueError:
        expected = "a list of dates such as [2026-12-25, 2026-12-26]"
        raise ValueError(_unexpected(expected, value)) from None


def _iso_date(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("not a date")
    return date.fromisoformat(value).isoformat()


def _hours(value: object) -> list[str]:
    texts = _texts(value)
    parse_spans(texts)
    return texts


def _zone(value: object) -> str:
    from cxtool.time_zones import parse_time_zone

    with _told():
        return parse_time_zone(_text(value))


def _period(value: object) -> str:
    from cxtool.period import parse_period

    text = _text(value)
    with _told():
        parse_period(text, as_of=_FAR_DAY, span=(date(1000, 1, 1), _FAR_DAY))
    return text


def _compare(value: object) -> str:
    from cxtool.period import COMPARISONS, parse_compare, unit_of

    text = _text(value)
    if text not in COMPARISONS:
        early, span = unit_of("day", date(900, 1, 1)), (date(1000, 1, 1), _FAR_DAY)
        with _told():
            parse_compare(text, period=early, as_of=_FAR_DAY, span=span)
    return text


READERS: dict[object, Callable[[object], object]] = {
    str: _text,
    list[str]: _texts,
    Duration: _duration,
    Count: _count,
    Amount: _amount,
    Quantity: _quantity,
    Percent: _percent,
    Target: _target,
    Scale: _scale,
    Dates: _dates,
    Hours: _hours,
    Zone: _zone,
    PeriodText: _period,
    CompareText: _compare,
}


@contextmanager
def _told() -> Iterator[None]:
    """A UsageError as the ValueError that readers raise; without a guess, with its hint."""
    try:
        yield
    except UsageError as error:
        guessed = "did you mean" in error.message or error.hint is None
        raise ValueError(error.message if guessed else f"{error.message}; {error.hint}") from None


def _number(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ValueError("not a number")


def _unexpected(expected: str, value: object) -> str:
    return f"expected {expected}, but got {to_toml(value)}"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) is not None


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else to_toml(name)
