"""The form of a mapping profile: every key that its TOML may have, and what it says.

The steps of a table are taken in this order: the dialect of its files, ``explode``, ``joins``,
``where``, ``dedupe``, ``events``, ``columns``. ``docs/profiles.md`` shows each key at work.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

DurationUnit = Literal["ms", "s", "min", "h", "d"]
Combine = Literal["first", "last", "sum", "distinct"]
Pick = Literal[
    "first", "last", "first_of", "last_of", "max", "any", "any_of", "count_of", "sum", "sum_of"
]
HandleTime = Literal["case", "work"]


class Dialect(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the text files are written, as far as it cannot be found by looking."""

    delimiter: str | None = None
    quote: str | None = None  # empty: a quote is a letter like others
    encoding: str | None = None
    skip_lines: int | None = None
    header: list[str] = field(default_factory=list)  # of files without one
    first_line: str | None = None  # a pattern that tells a file without a header
    ragged: bool = False  # shorter lines end in empty cells
    decimal_comma: bool = False


class Dedupe(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of rows with the same key only the newest counts; without ``newest`` the last one."""

    key: list[str]
    newest: str | None = None
    formats: list[str] = field(default_factory=list)  # where its times do not sort as text


class Join(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Columns from another file of the export; null where it has no such row, or is absent."""

    files: list[str]
    on: dict[str, str]  # column here -> column there
    columns: dict[str, str]  # new column here -> column there
    explode: str | None = None
    where: list[str] = field(default_factory=list)
    newest: str | None = None  # of several rows there; None: the first
    collect: bool = False  # all of several rows there, as a list


class Events(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file has one row per event: rows with the same key become one."""

    key: str | list[str]
    time: str | list[str]
    event: str | list[str]
    formats: list[str] = field(default_factory=list)
    time_zone: str | None = None
    needs: list[str] = field(default_factory=list)  # one of these events, or the case is left out


class ColumnMap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the values of one canonical column come from, and how they are written.

    One of ``from`` (spellings of one column: the first that the file has), ``parts`` (columns
    joined by a space, such as a date and a time), ``between`` (seconds from one time to another),
    ``value`` (a constant) and, in a table with events, what is told by the events themselves.
    """

    source: list[str] = field(default_factory=list, name="from")
    parts: list[str] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    value: str | None = None
    combine: Combine | None = None  # of a path that reaches several values
    extract: str | None = None  # a pattern: its first group, else all that it matches
    map: dict[str, str] = field(default_factory=dict)  # other values stay as they are
    otherwise: str | None = field(default=None, name="else")  # unless this is given; "" is null
    null_values: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)  # [where there is a value, where there is none]
    default: str | None = None
    zero_is_null: bool = False
    minus: int = 0  # taken off a number, which never falls below 0
    only_when: dict[str, list[str]] = field(default_factory=dict)  # column -> values; else null
    when: list[str] = field(default_factory=list)  # conditions that all hold; else null
    unit: DurationUnit = "s"  # of a duration written as a plain number
    formats: list[str] = field(default_factory=list)  # of a time, tried in order
    time_zone: str | None = None  # of a time without offset; None: the report's
    separator: str | None = None  # of a list; None: ``;``
    pick: Pick | None = None  # which of the case's events
    of: list[str] = field(default_factory=list)  # kinds of events
    by_event: dict[str, str] = field(default_factory=dict)  # kind of event -> column
    undone_by: list[str] = field(default_factory=list)  # null if one of these comes later
    since: Literal["first"] | None = None  # seconds from this event ...
    at: Literal["last", "first_of", "last_of"] | None = None  # ... to this one

    @property
    def is_plain(self) -> bool:
        """Whether values are taken from one column as they stand."""
        return len(self.source) == 1 and replace(self, source=[]) == ColumnMap()

    @property
    def rewrites(self) -> bool:
        """Whether the words of the values matter, of whatever type they are."""
        words = (self.map, self.null_values, self.formats, self.filled, self.extract, self.default)
        return self.otherwise is not None or any(words)


class TableMap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One canonical table that a file of the export feeds."""

    table: str
    files: list[str] = field(default_factory=lambda: ["*"])
    headers: list[str] = field(default_factory=list)  # columns that tell such a file
    headers_any: list[list[str]] = field(default_factory=list)  # one of these sets tells it
    explode: str | None = None
    where: list[str] = field(default_factory=list)
    dedupe: Dedupe | None = None
    handle_time: HandleTime | None = None
    joins: list[Join] = field(default_factory=list)
    events: Events | None = None
    columns: dict[str, ColumnMap | list[ColumnMap]]

    def maps(self, column: str) -> tuple[ColumnMap, ...]:
        """The maps of a column, of which the first that gives a value wins."""
        found = self.columns[column]
        return tuple(found) if isinstance(found, list) else (found,)


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A named mapping of one system's export."""

    name: str
    title: str
    source: str = ""
    dialect: Dialect | None = None
    tables: list[TableMap]


def spellings(name: str | list[str]) -> list[str]:
    """One or several spellings of a column, as a list."""
    return [name] if isinstance(name, str) else name
