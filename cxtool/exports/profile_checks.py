"""What is wrong with a profile that has the right form: the first problem, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import get_args
from zoneinfo import available_timezones

from cxtool.errors import CxtoolError, nearest
from cxtool.exports import profile_form
from cxtool.exports.grammar import parse_where
from cxtool.exports.paths import parse_path
from cxtool.exports.profile_form import ColumnMap, Profile, TableMap, spellings
from cxtool.exports.times import EPOCHS
from cxtool.schema import TABLES, Field, Type

# What a format of times may be made of, and what gives it a day.
DIRECTIVES = re.compile(r"%(?:[-_0]?[YmdeyjbBhaAHIklMSfpPzsFTDRn%]|[.369]*f|[:#]z|\+)")
NUMBERS = (Type.SECONDS, Type.INT, Type.FLOAT)
# Keys that mean something for some types only, and the types in words.
ONLY_FOR: tuple[tuple[str, tuple[Type, ...], str], ...] = (
    ("formats", (Type.DATETIME,), "formats are for times"),
    ("time_zone", (Type.DATETIME,), "time_zone is for times"),
    ("unit", (Type.SECONDS,), "unit is for durations"),
    ("separator", (Type.LIST,), "separator is for lists"),
    ("zero_is_null", NUMBERS, "zero_is_null is for numbers and durations"),
    ("minus", (Type.INT, Type.FLOAT), "minus is for numbers"),
    ("between", (Type.SECONDS,), "between is for durations"),
)
NO_KEY = {"unit": "s", "minus": 0}  # what a key is where it is not given, unless it is nothing
OF_EVENTS = ("pick", "of", "by_event", "undone_by", "since", "at")
SELECTED = ("first_of", "last_of", "any_of", "count_of", "sum_of")  # picks that need ``of``
UNKNOWN_KEY = re.compile(r"unknown field `(\w+)`(?: - at `\$\.?(.*)`)?")
UNKNOWN_WORD = re.compile(r"Invalid enum value '([^']*)'(?: - at `\$\.?(.*)`)?")


def problem_of(profile: Profile) -> str | None:
    """The first problem of a profile, None where it has none."""
    if not profile.tables:
        return "it maps no table"
    dialect = profile.dialect
    if dialect is not None and len(dialect.quote or "") > 1:
        return f"the quote '{dialect.quote}' is more than one character"
    if dialect is not None and dialect.first_line is not None:
        problem = _problem_of_pattern(dialect.first_line)
        if problem:
            return problem
    return _first(_problem_of_table(mapping) for mapping in profile.tables)


def unfitting(message: str) -> str:
    """The words for what is no key or no value of the form, with the nearest that is one."""
    if found := UNKNOWN_KEY.search(message):
        keys = {
            name
            for form in vars(profile_form).values()
            for name in getattr(form, "__struct_encode_fields__", ())
        }
        return f"unknown key '{found[1]}'{_at(found[2])}{_guess(found[1], sorted(keys))}"
    if found := UNKNOWN_WORD.search(message):
        kinds = (profile_form.DurationUnit, profile_form.Combine, profile_form.Pick)
        words = [word for kind in (*kinds, profile_form.HandleTime) for word in get_args(kind)]
        return f"unknown value '{found[1]}'{_at(found[2])}{_guess(found[1], words)}"
    return message


def _at(place: str | None) -> str:
    return f" at {place}" if place else ""


def _problem_of_table(mapping: TableMap) -> str | None:
    where = f"table '{mapping.table}'"
    if mapping.table not in TABLES:
        return f"{where} is not known" + _guess(mapping.table, list(TABLES))
    table = TABLES[mapping.table]
    for name in mapping.columns:
        if name not in table.names:
            return f"{where} has no column '{name}'" + _guess(name, list(table.names))
        for part in mapping.maps(name):
            problem = _problem_of_column(part, table.field(name), mapping)
            if problem:
                return f"{where}, column '{name}': {problem}"
    missing = [name for name in table.required if name not in mapping.columns]
    if missing:
        return f"{where}: required columns have no source: {', '.join(missing)}"
    problem = _first(_problems_of_steps(mapping))
    return f"{where}: {problem}" if problem else None


def _problems_of_steps(mapping: TableMap) -> Iterable[str | None]:
    yield from (_problem_of_condition(text) for text in mapping.where)
    for join in mapping.joins:
        yield None if join.on else "a join needs 'on'"
        yield from (_problem_of_condition(text) for text in join.where)
        if join.collect and join.newest:
            yield "a join either collects or takes the newest"
    times = [item for item in (mapping.dedupe, mapping.events) if item is not None]
    yield from (_problem_of_format(form) for item in times for form in item.formats)
    if mapping.events is not None:
        yield _problem_of_zone(mapping.events.time_zone)
        yield None if spellings(mapping.events.key) else "events need a key"
    if mapping.explode is not None:
        yield _problem_of_path(mapping.explode)


def _problem_of_column(source: ColumnMap, field: Field, mapping: TableMap) -> str | None:
    if mapping.events is None:
        given = [key for key in OF_EVENTS if getattr(source, key)]
        if given:
            return f"'{given[0]}' needs [tables.events]"
    problem = _problem_of_origin(source, in_events=mapping.events is not None)
    if problem:
        return problem
    for key, kinds, words in ONLY_FOR:
        if field.type not in kinds and getattr(source, key) not in (
            NO_KEY.get(key),
            None,
            [],
            False,
        ):
            if source.between and key in ("formats", "time_zone"):
                continue
            return f"{words}, this is {field.type}"
    return _first(_problems_of_values(source))


def _problem_of_origin(source: ColumnMap, *, in_events: bool) -> str | None:
    """Whether it is said where the values come from, once."""
    told_by_events = source.pick in ("any", "any_of", "count_of") or source.at or source.by_event
    given = [source.source, source.parts, source.between, source.value is not None, told_by_events]
    if sum(map(bool, given)) != 1:
        return "give one of from, parts, between and value"
    if source.between and len(source.between) != 2:
        return "between takes two columns: from the first to the second"
    if in_events and source.value is None and source.pick is None and source.at is None:
        return "say with 'pick' which of the events"
    if source.pick in SELECTED and not source.of:
        return f"pick = '{source.pick}' needs 'of'"
    if bool(source.at) != bool(source.since):
        return "since and at go together"
    if source.at in SELECTED and not source.of:
        return f"at = '{source.at}' needs 'of'"
    return None


def _problems_of_values(source: ColumnMap) -> Iterable[str | None]:
    if source.filled and len(source.filled) != 2:
        yield "filled takes two words: where there is a value, where there is none"
    if source.otherwise is not None and not source.map:
        yield "else needs a map"
    if source.extract is not None:
        yield _problem_of_pattern(source.extract)
    yield _problem_of_zone(source.time_zone)
    yield from (_problem_of_condition(text) for text in source.when)
    yield from (_problem_of_format(form) for form in source.formats)


def _problem_of_zone(zone: str | None) -> str | None:
    if zone is None or zone in _zones():
        return None
    return f"'{zone}' is not a time zone" + _guess(zone, sorted(_zones()))


@cache
def _zones() -> set[str]:
    return available_timezones()


def _problem_of_condition(text: str) -> str | None:
    try:
        condition = parse_where(text)
    except CxtoolError:
        return f"'{text}' is not a condition, such as 'Status != test'"
    return _problem_of_pattern(condition.value) if condition.op == "~" else None


def _problem_of_pattern(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"'{pattern}' is not a pattern ({error})"
    return None


def _problem_of_path(path: str) -> str | None:
    try:
        parse_path(path)
    except ValueError as error:
        return str(error)
    return None


def _problem_of_format(form: str) -> str | None:
    if form in EPOCHS:
        return None
    if "%" in DIRECTIVES.sub("", form):
        return f"the format '{form}' is not one"
    if not re.search(r"%(?:[-_0]?[djes]|F|D|\+)", form):
        return f"the format '{form}' has no date"
    return None


def _first(problems: Iterable[str | None]) -> str | None:
    return next((problem for problem in problems if problem), None)


def _guess(word: str, known: Sequence[str]) -> str:
    guess = nearest(word, list(known))
    return f"; did you mean '{guess}'?" if guess else ""
