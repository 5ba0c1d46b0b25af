"""What is wrong with a profile that has the right form: the first problem, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from cxtool.errors import nearest
from cxtool.schema import TABLES, Field, Type

if TYPE_CHECKING:
    from cxtool.exports.profiles import ColumnMap, Profile, TableMap

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
)
NO_KEY = {"unit": "s"}  # what a key is where it is not given, unless that is nothing


def problem_of(profile: Profile) -> str | None:
    """The first problem of a profile, None where it has none."""
    if not profile.tables:
        return "it maps no table"
    found = (_problem_of_table(mapping) for mapping in profile.tables)
    return next((problem for problem in found if problem), None)


def _problem_of_table(mapping: TableMap) -> str | None:
    where = f"table '{mapping.table}'"
    if mapping.table not in TABLES:
        return f"{where} is not known" + _guess(mapping.table, list(TABLES))
    table = TABLES[mapping.table]
    for name, source in mapping.columns.items():
        if name not in table.names:
            return f"{where} has no column '{name}'" + _guess(name, list(table.names))
        problem = _problem_of_column(source, table.field(name))
        if problem:
            return f"{where}, column '{name}': {problem}"
    missing = [name for name in table.required if name not in mapping.columns]
    if missing:
        return f"{where}: required columns have no source: {', '.join(missing)}"
    return None


def _problem_of_column(source: ColumnMap, field: Field) -> str | None:
    given = [bool(source.source), bool(source.parts), source.value is not None]
    if sum(given) != 1:
        return "give one of from, parts and value"
    for key, kinds, words in ONLY_FOR:
        if field.type not in kinds and getattr(source, key) not in (
            NO_KEY.get(key),
            None,
            [],
            False,
        ):
            return f"{words}, this is {field.type}"
    if source.time_zone is not None and source.time_zone not in available_timezones():
        return f"'{source.time_zone}' is not a time zone" + _guess(
            source.time_zone, sorted(available_timezones())
        )
    found = (_problem_of_format(form) for form in source.formats)
    return next((problem for problem in found if problem), None)


def _problem_of_format(form: str) -> str | None:
    if "%" in DIRECTIVES.sub("", form):
        return f"the format '{form}' is not one"
    if not re.search(r"%(?:[-_0]?[djes]|F|D|\+)", form):
        return f"the format '{form}' has no date"
    return None


def _guess(word: str, known: list[str]) -> str:
    guess = nearest(word, known)
    return f"; did you mean '{guess}'?" if guess else ""
