"""Which tables a file feeds: by the chosen profile, by its own column names, by a known system."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError, nearest
from cxtool.exports.binding import Feed, bound, canonical_feed, fits, tells
from cxtool.exports.profile_form import Dialect, Profile, TableMap
from cxtool.exports.raw import RawTable
from cxtool.exports.raw_files import read
from cxtool.exports.sources import SourceFile
from cxtool.exports.text import TextOptions
from cxtool.schema import TABLES

if TYPE_CHECKING:
    from cxtool.exports.shape import Shaped

SHOWN_COLUMNS = 12
SHOWN_LETTERS = 40
SHOWN_VALUES = 4
FIRST_LINE_BYTES = 4096


class Fed(Struct, frozen=True):
    """A file and what it feeds: a canonical table, or the tables of a profile, or nothing."""

    raw: RawTable
    canonical: Feed | None = None
    profile: Profile | None = None

    @property
    def mappings(self) -> list[TableMap]:
        """The profile's tables that the file feeds."""
        tables = self.profile.tables if self.profile else []
        file, columns = self.raw.files[0], self.raw.columns
        return [mapping for mapping in tables if fits(mapping, file=file, columns=columns)]

    @property
    def is_told(self) -> bool:
        """Whether telling headers say so, and not the file's name alone."""
        return any(tells(mapping, self.raw.columns) for mapping in self.mappings)


def under_profile(raws: Sequence[RawTable], chosen: Profile) -> list[Fed]:
    """The files under a profile that was named."""
    return [Fed(raw, profile=chosen) for raw in raws]


def by_columns(raws: Sequence[RawTable], reread: Rereader) -> list[Fed]:
    """The files by what their own columns tell, beside known ones those that tell nothing.

    Raises CxtoolError where nothing tells what a file is: the required columns that it lacks.
    """
    known = list(_known(raws, reread))
    profiles = {fed.profile.name: fed.profile for fed in known if fed.profile is not None}
    if not profiles:
        for fed in known:
            if fed.canonical is None:
                raise _lacking(fed.raw)
    # What no header tells belongs to the system that the others tell.
    return [_beside(fed, list(profiles.values())) for fed in known]


def is_canonical(raw: RawTable) -> bool:
    """Whether the file has the required columns of its table, under their own names."""
    return not _missing(canonical_feed(raw.table or "interactions", raw.columns))


class Rereader(Struct, frozen=True):
    """What it takes to read a file again in the dialect of a profile."""

    files: Sequence[SourceFile]
    options: TextOptions
    scratch: Path

    def again(self, raw: RawTable, dialect: Dialect | None) -> RawTable:
        """The file in this dialect, where it is a text file."""
        if dialect is None or raw.text is None:
            return raw
        file = self.files[raw.positions[0]]
        (made,) = read([file], with_dialect(self.options, dialect), scratch=self.scratch)
        return replace(made, positions=raw.positions)


def with_dialect(options: TextOptions, dialect: Dialect | None) -> TextOptions:
    """The options under a profile's dialect; what the user says comes before it."""
    if dialect is None:
        return options
    return TextOptions(
        delimiter=options.delimiter or dialect.delimiter,
        encoding=options.encoding or dialect.encoding,
        skip_lines=dialect.skip_lines if options.skip_lines is None else options.skip_lines,
        quote=dialect.quote,
        header=tuple(dialect.header),
        ragged=dialect.ragged,
        decimal_comma=dialect.decimal_comma,
    )


def feed_of(shaped: Shaped, profile: Profile) -> Feed:
    """The shaped rows under their mapping. Raises CxtoolError for required columns they lack."""
    from cxtool.exports.nested import is_json

    raw = shaped.raw
    feed = bound(shaped.mapping, raw.columns, per_row=is_json(raw))
    if lost := _missing(feed):
        raise CxtoolError(
            f"{raw.files[0]}: profile '{profile.name}' finds no column for {', '.join(lost)}"
            f" of table '{feed.table}'",
            hint=_columns(raw.columns),
        )
    return feed


def headless(raw: RawTable) -> CxtoolError:
    """The error for a file that begins with a record where column names should be."""
    shown = ", ".join(raw.columns[:SHOWN_VALUES])
    more = " ..." if len(raw.columns) > SHOWN_VALUES else ""
    return CxtoolError(
        f"{raw.files[0]}: the first line holds values, not the names of columns: {shown}{more}",
        hint='name them in a profile: [dialect] header = ["case_id", "started_at", ...]; see'
        " docs/profiles.md",
    )


def nothing_fits(files: Sequence[str], chosen: Profile | None) -> CxtoolError:
    """The error for an export of which no file feeds a table that is needed."""
    shown = ", ".join(files[:5]) + (" ..." if len(files) > 5 else "")
    if chosen is not None:
        return CxtoolError(
            f"profile '{chosen.name}' fits none of the files: {shown}",
            hint="their names and columns do not match its 'files' and 'headers'",
        )
    return CxtoolError(f"the export has no table that this command needs: {shown}")


def _known(raws: Sequence[RawTable], reread: Rereader) -> Iterator[Fed]:
    for raw in raws:
        if is_canonical(raw):
            yield Fed(raw, canonical=canonical_feed(raw.table or "interactions", raw.columns))
            continue
        profile = _profile_of(raw)
        yield Fed(reread.again(raw, profile.dialect) if profile else raw, profile=profile)


def _profile_of(raw: RawTable) -> Profile | None:
    """The profile of the known system that wrote the file; profiles take time to load."""
    from cxtool.exports.recognise import recognise, recognise_line

    found = recognise(raw.files[0], raw.columns)
    if found is not None or raw.text is None:
        return found
    with raw.text.path.open("rb") as stream:
        line = stream.readline(FIRST_LINE_BYTES)
    return recognise_line(raw.files[0], line.decode("utf-8-sig", errors="replace").rstrip("\r\n"))


def _beside(fed: Fed, profiles: Collection[Profile]) -> Fed:
    """A file among those of known systems: of one of them, if it has that one's columns."""
    if fed.profile is not None:
        return fed
    fitting = [
        made
        for profile in profiles
        if (made := replace(fed, canonical=None, profile=profile)).mappings
        and (fed.canonical is None or made.is_told)
    ]
    return fitting[0] if len(fitting) == 1 else fed


def _missing(feed: Feed) -> list[str]:
    return [name for name in TABLES[feed.table].required if name not in feed.columns]


def _lacking(raw: RawTable) -> CxtoolError:
    if raw.text is not None and raw.text.is_headless:
        return headless(raw)
    table = raw.table or "interactions"
    missing = _missing(canonical_feed(table, raw.columns))
    lowered = {name.lower(): name for name in raw.columns}
    guesses = {name: nearest(name, list(lowered)) for name in missing}
    near = [f"'{lowered[guess]}' looks like {name}" for name, guess in guesses.items() if guess]
    return CxtoolError(
        f"{raw.files[0]}: table '{table}' lacks required columns: {', '.join(missing)}",
        hint="; ".join([*near, _columns(raw.columns), "name a mapping with --profile"]),
    )


def _columns(columns: Sequence[str]) -> str:
    shown = [
        name if len(name) <= SHOWN_LETTERS else name[:SHOWN_LETTERS] + "…"
        for name in columns[:SHOWN_COLUMNS]
    ]
    return "the file has " + ", ".join(shown) + (" ..." if len(columns) > SHOWN_COLUMNS else "")
