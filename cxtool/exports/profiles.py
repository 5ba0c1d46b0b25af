"""Mapping profiles: how another system's export becomes the canonical tables. A profile is data.

A profile is a TOML file. Built-in ones lie in ``cxtool/exports/profiles``; a user's own has the
same form and is named by its path. ``docs/profiles.md`` documents every key.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from msgspec import Struct, ValidationError, convert, field

from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.exports.profile_checks import problem_of
from cxtool.schema import TABLES

DurationUnit = Literal["ms", "s", "min", "h"]


class ColumnMap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the values of one canonical column come from, and how they are written.

    Exactly one of ``from`` (spellings of one column: the first that the file has), ``parts``
    (columns joined by a space, such as a date and a time) and ``value`` (a constant).
    """

    source: list[str] = field(default_factory=list, name="from")
    parts: list[str] = field(default_factory=list)
    value: str | None = None
    map: dict[str, str] = field(default_factory=dict)  # other values stay as they are
    null_values: list[str] = field(default_factory=list)
    zero_is_null: bool = False
    only_when: dict[str, list[str]] = field(default_factory=dict)  # column -> values; else null
    unit: DurationUnit = "s"  # of a duration written as a plain number
    formats: list[str] = field(default_factory=list)  # of a time, tried in order
    time_zone: str | None = None  # of a time without offset; None: the report's
    separator: str | None = None  # of a list; None: ``;``


class TableMap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One canonical table that a file of the export feeds."""

    table: str
    files: list[str] = field(default_factory=lambda: ["*"])
    headers: list[str] = field(default_factory=list)  # columns that tell such a file
    columns: dict[str, ColumnMap]


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A named mapping of one system's export."""

    name: str
    title: str
    source: str = ""
    tables: list[TableMap]


@dataclass(frozen=True, slots=True)
class Feed:
    """A mapping bound to the columns that a file really has."""

    table: str
    columns: dict[str, ColumnMap]  # canonical name -> map whose ``source`` is one present column


def load(name: str, *, folder: Path) -> Profile:
    """A built-in profile by name, or a profile file by path.

    Raises UsageError for an unknown name, CxtoolError for a file that is not a valid profile.
    """
    return parse(text_of(name, folder=folder), name=name)


def text_of(name: str, *, folder: Path) -> str:
    """The TOML of a profile, as it stands. Raises like ``load``."""
    if name.endswith(".toml") or "/" in name:
        path = folder / name
        if not path.is_file():
            raise UsageError(f"profile {name}: no such file")
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise CxtoolError(f"profile {name}: not UTF-8 text") from None
    names = builtin_names()
    if name not in names:
        guess = nearest(name, names)
        raise UsageError(
            f"unknown profile '{name}'" + (f"; did you mean '{guess}'?" if guess else ""),
            hint="built-in profiles: " + ", ".join(names) + "; or a path to a .toml file",
        )
    return _builtin(name)


def builtin_names() -> list[str]:
    """Names of the built-in profiles."""
    folder = resources.files("cxtool.exports") / "profiles"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))


def _builtin(name: str) -> str:
    path = resources.files("cxtool.exports") / "profiles" / f"{name}.toml"
    return path.read_text(encoding="utf-8")


def parse(text: str, *, name: str) -> Profile:
    """A profile from TOML text, checked. Raises CxtoolError naming the key that is wrong."""
    import tomllib

    try:
        profile = convert(tomllib.loads(text), Profile)
    except tomllib.TOMLDecodeError as error:
        raise CxtoolError(f"profile {name}: not TOML: {error}") from error
    except ValidationError as error:
        raise CxtoolError(f"profile {name}: {error}", hint="see docs/profiles.md") from error
    problem = problem_of(profile)
    if problem is not None:
        raise CxtoolError(f"profile {name}: {problem}", hint="see docs/profiles.md")
    return profile


def bind(profile: Profile, *, file: str, columns: Sequence[str]) -> list[Feed]:
    """The tables that this file feeds under the profile: empty where it fits none of them."""
    feeds = []
    for mapping in profile.tables:
        fits_name = any(fnmatch.fnmatch(Path(file).name, pattern) for pattern in mapping.files)
        if fits_name and all(header in columns for header in mapping.headers):
            bound = {
                name: found
                for name, source in mapping.columns.items()
                if (found := _bind_column(source, columns)) is not None
            }
            feeds.append(Feed(table=mapping.table, columns=bound))
    return feeds


def _bind_column(source: ColumnMap, columns: Sequence[str]) -> ColumnMap | None:
    from msgspec.structs import replace

    if source.value is not None:
        return source
    if any(column not in columns for column in (*source.parts, *source.only_when)):
        return None
    if source.parts:
        return source
    present = [name for name in source.source if name in columns]
    return replace(source, source=present[:1]) if present else None


def canonical_feed(table: str, columns: Sequence[str]) -> Feed:
    """The canonical layout: each column from its own name, however it is cased and spaced."""
    # An exactly spelled name wins over one that only looks like it.
    by_name = {_plain(column): column for column in reversed(columns)}
    by_name |= {column: column for column in columns}
    names = TABLES[table].names
    return Feed(
        table=table,
        columns={name: ColumnMap(source=[by_name[name]]) for name in names if name in by_name},
    )


def _plain(header: str) -> str:
    return header.strip().lower().replace(" ", "_").replace("-", "_")


def recognise(columns: Sequence[str]) -> Profile | None:
    """The one built-in profile whose telling headers are all among these columns, if any."""
    fitting = []
    for name in builtin_names():
        profile = parse(_builtin(name), name=name)
        if any(m.headers and set(m.headers) <= set(columns) for m in profile.tables):
            fitting.append(profile)
    return fitting[0] if len(fitting) == 1 else None
