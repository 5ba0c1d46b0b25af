"""From the EXPORT arguments to mapped tables: files found, read, told apart, shaped and bound."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cxtool.config import Settings
from cxtool.exports.binding import Feed, named_like
from cxtool.exports.feeds import (
    Fed,
    Rereader,
    by_columns,
    feed_of,
    is_canonical,
    nothing_fits,
    under_profile,
    with_dialect,
)
from cxtool.exports.mapped import MappedTable, map_table
from cxtool.exports.profile_form import Profile
from cxtool.exports.raw import RawTable, read
from cxtool.exports.shape import shaped
from cxtool.exports.sources import SourceFile, find
from cxtool.exports.text import TextOptions


@dataclass
class Opened:
    """The mapped tables, the profiles that were used, and the files that feed nothing."""

    mapped: dict[str, list[MappedTable]] = field(default_factory=dict)
    profiles: set[str] = field(default_factory=set)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an export is opened with. ``tables`` are those that are needed."""

    settings: Settings
    folder: Path
    time_zone: str
    text: TextOptions
    tables: frozenset[str]
    scratch: Path


def opened(arguments: Sequence[str], chosen: Profile | None, given: Opening) -> Opened:
    """The tables of the export that the arguments name.

    Raises CxtoolError for files that cannot be read or lack required columns (all named at once).
    """
    found = find(arguments, folder=given.folder, any_name=chosen is not None)
    made = Opened()
    fed = list(_fed(arguments, found, chosen, given))
    for one in fed:
        tables = list(_tables(one, [other.raw for other in fed], given))
        made.profiles.update({one.profile.name} if one.profile and tables else set())
        for raw, feed, not_counted_n in tables:
            parts = made.mapped.setdefault(feed.table, [])
            part = map_table(
                # What is damaged in a file is told once of a table.
                replace(raw, damages=()) if _holds(parts, raw) else raw,
                feed,
                number=sum(map(len, made.mapped.values())),
                settings=given.settings,
                time_zone=given.time_zone,
            )
            parts.append(replace(part, not_counted_n=not_counted_n))
        if one.canonical is None and not one.mappings and not _is_joined(one, fed):
            made.ignored.extend(one.raw.files)
    if not made.mapped:
        raise nothing_fits([file.name for file in found], chosen)
    return made


def _fed(
    arguments: Sequence[str], found: list[SourceFile], chosen: Profile | None, given: Opening
) -> list[Fed]:
    """The files with what each feeds. A profile may need files of any name; cxtool's own do not."""
    if chosen is not None:
        options = with_dialect(given.text, chosen.dialect)
        return under_profile(read(found, options, scratch=given.scratch), chosen)
    files = [file for file in found if file.table is None or file.table in given.tables]
    raws = read(files, given.text, scratch=given.scratch)
    if not raws or not all(map(is_canonical, raws)):
        everything = find(arguments, folder=given.folder, any_name=True)
        if len(everything) > len(files):
            files = everything
            raws = read(files, given.text, scratch=given.scratch)
    return by_columns(raws, Rereader(files, given.text, given.scratch))


def _tables(
    fed: Fed, raws: Sequence[RawTable], given: Opening
) -> Iterator[tuple[RawTable, Feed, int]]:
    """The needed tables that a file feeds: its rows, their mapping, rows that do not count."""
    if fed.canonical is not None and fed.canonical.table in given.tables:
        yield fed.raw, fed.canonical, 0
    for mapping in fed.mappings:
        if fed.profile is not None and mapping.table in given.tables:
            made = shaped(
                fed.raw, mapping, raws=raws, scratch=given.scratch, time_zone=given.time_zone
            )
            yield made.raw, feed_of(made, fed.profile), made.not_counted_n


def _holds(parts: Collection[MappedTable], raw: RawTable) -> bool:
    return any(part.raw.positions == raw.positions for part in parts)


def _is_joined(one: Fed, fed: Sequence[Fed]) -> bool:
    """Whether another file takes columns from this one."""
    joins = [join for other in fed for mapping in other.mappings for join in mapping.joins]
    return any(named_like(one.raw.files[0], join.files) for join in joins)
