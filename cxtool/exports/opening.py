"""From the EXPORT arguments to mapped tables: files found, read, told apart, shaped and bound."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.exports.binding import Feed, dated, named_like
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
from cxtool.exports.passed import Passed
from cxtool.exports.profile_form import Profile, TableMap
from cxtool.exports.raw import RawTable
from cxtool.exports.raw_files import read
from cxtool.exports.sources import SourceFile, find
from cxtool.exports.strict import strictly
from cxtool.exports.text import TextOptions


class Opened(Struct):
    """The mapped tables, the profiles that were used, the files that feed nothing.

    ``passed``: what was passed over or guessed in the others, with the name of the file.
    """

    mapped: dict[str, list[MappedTable]] = field(default_factory=dict)
    profiles: set[str] = field(default_factory=set)
    ignored: list[str] = field(default_factory=list)
    passed: list[tuple[str, Passed]] = field(default_factory=list)


class Opening(Struct, frozen=True):
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
    found = _files(arguments, given, any_name=chosen is not None)
    made = Opened()
    fed = _fed(arguments, found, chosen, given)
    for table in _tables(fed, given):
        parts = made.mapped.setdefault(table.feed.table, [])
        part = map_table(
            # What is damaged in a file is told once of a table.
            replace(table.raw, damages=()) if _holds(parts, table.raw) else table.raw,
            _dated(table, given.text),
            number=sum(map(len, made.mapped.values())),
            settings=given.settings,
            time_zone=given.time_zone,
        )
        parts.append(strictly(replace(part, not_counted_n=table.not_counted_n)))
        made.profiles.update({table.profile.name} if table.profile else set())
    joins = [join for one in fed for mapping in one.mappings for join in mapping.joins]
    for one in fed:
        is_joined = any(named_like(one.raw.files[0], join.files) for join in joins)
        if one.canonical is None and not one.mappings and not is_joined:
            made.ignored.extend(one.raw.files)
        elif one.raw.text is not None:
            made.passed.extend((one.raw.files[0], passed) for passed in one.raw.text.passed)
    if not made.mapped:
        raise nothing_fits([file.name for file in found], chosen)
    return made


def _files(arguments: Sequence[str], given: Opening, *, any_name: bool) -> list[SourceFile]:
    """The files of the export, spreadsheets as their sheets."""
    found = find(arguments, folder=given.folder, any_name=any_name)
    if all(file.format != "xlsx" for file in found):
        return found
    from cxtool.exports.sheets import unpacked

    return unpacked(found, skip_rows=given.text.skip_lines, scratch=given.scratch)


def _fed(
    arguments: Sequence[str], found: list[SourceFile], chosen: Profile | None, given: Opening
) -> list[Fed]:
    """The files with what each feeds. A profile may need files of any name; cxtool's own do not."""
    if chosen is not None:
        options = with_dialect(given.text, chosen.dialect)
        return under_profile(read(found, options, scratch=given.scratch), chosen)
    files = [file for file in found if file.table is None or file.table in given.tables]
    raws = read(files, given.text, scratch=given.scratch)
    own = bool(raws) and all(map(is_canonical, raws))
    if not own or all(raw.table != "interactions" for raw in raws):
        # Another system's files may be named after cxtool's tables, some of them or by chance.
        everything = _files(arguments, given, any_name=True)
        if len(everything) > len(files):
            try:
                return _by_columns(everything, given)
            except CxtoolError:
                if not raws:
                    raise
    return by_columns(raws, Rereader(files, given.text, given.scratch))


def _by_columns(files: Sequence[SourceFile], given: Opening) -> list[Fed]:
    raws = read(files, given.text, scratch=given.scratch)
    return by_columns(raws, Rereader(files, given.text, given.scratch))


class _Table(Struct, frozen=True):
    """Rows for a canonical table, their mapping, and how many rows of the files do not count."""

    raw: RawTable
    feed: Feed
    profile: Profile | None = None
    not_counted_n: int = 0


def _tables(fed: Sequence[Fed], given: Opening) -> Iterator[_Table]:
    """The needed tables that the files feed."""
    for one in fed:
        if one.canonical is not None and one.canonical.table in given.tables:
            yield _Table(one.raw, one.canonical)
    export = [one.raw for one in fed]
    profiles = {one.profile.name: one.profile for one in fed if one.profile is not None}
    for profile in profiles.values():
        for mapping in profile.tables:
            if mapping.table in given.tables:
                of = [one for one in fed if one.profile is profile and mapping in one.mappings]
                yield from _shaped([one.raw for one in of], mapping, profile, export, given)


def _shaped(
    raws: Sequence[RawTable],
    mapping: TableMap,
    profile: Profile,
    export: Sequence[RawTable],
    given: Opening,
) -> Iterator[_Table]:
    from cxtool.exports.shape import are_parts, shaped

    groups = [raws] if raws and are_parts(mapping) else [[raw] for raw in raws]
    for group in groups:
        made = shaped(
            group, mapping, export=export, scratch=given.scratch, time_zone=given.time_zone
        )
        yield _Table(made.raw, feed_of(made, profile), profile, made.not_counted_n)


def _holds(parts: Collection[MappedTable], raw: RawTable) -> bool:
    return any(part.raw.positions == raw.positions for part in parts)


def _dated(table: _Table, options: TextOptions) -> Feed:
    """The feed of a text file, with dates in the order that the user names."""
    if options.date_order is None or table.raw.text is None:
        return table.feed
    return dated(table.feed, options.date_order)
