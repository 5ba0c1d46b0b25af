"""From the EXPORT arguments to the files of each table: folders, files, globs, addresses, standard
input.

A file belongs to the table whose name its own name begins with (``interactions.csv``,
``interactions-2026-05.parquet``), or to the table that its folder is named after. A file named
otherwise belongs to no table yet: a profile decides, else it is taken for interactions.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.kinds import HEAD_BYTES, foreign
from cxtool.exports.passed import Passed
from cxtool.schema import TABLES

Format = Literal["csv", "ndjson", "json", "parquet", "xlsx"]

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "ndjson",
    ".ndjson": "ndjson",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
}
COMPRESSIONS = (".gz", ".zst")
KNOWN = "*.csv, *.parquet, *.jsonl, *.json, *.xlsx (and .gz, .zst of text)"
STDIN = "standard input"


class SourceFile(Struct, frozen=True):
    """One file of an export. ``name`` is how messages call it.

    ``compressed`` is what the suffix says; ``piped`` can be read once only, from its beginning;
    ``is_sheet`` is a CSV file made of a spreadsheet's sheet, whose dialect is known;
    ``partitions`` are the constants that hive folders (``channel=voice``) stand for; ``passed`` is
    what was passed over on the way here. At an address ``path`` is only what the name tells, and
    ``by_day`` says that a folder ``day=`` holds the rows of that day.
    """

    path: Path
    name: str
    format: Format
    table: str | None
    compressed: bool = False
    piped: bool = False
    is_sheet: bool = False
    partitions: tuple[tuple[str, str], ...] = ()
    passed: tuple[Passed, ...] = ()
    by_day: bool = False

    @property
    def place(self) -> Path | str:
        """Where Polars reads it: the path, or the address."""
        return self.name if "://" in self.name else self.path


def find(arguments: Sequence[str], *, folder: Path, any_name: bool = False) -> list[SourceFile]:
    """The files of an export in the order given (inside a folder, by name).

    Of a folder that has files named after tables only those are taken, unless ``any_name``: a
    profile tells files by its own patterns. Raises CxtoolError for what does not exist or holds no
    readable file, UsageError for standard input named beside other arguments.
    """
    if "-" in arguments:
        if len(arguments) > 1:
            raise UsageError("'-' (standard input) cannot be combined with other exports")
        return [SourceFile(path=Path("-"), name=STDIN, format="csv", table=None, piped=True)]
    files: list[SourceFile] = []
    for argument in arguments:
        files.extend(_find_one(argument, folder, any_name=any_name))
    unique = {file.path.resolve(): file for file in reversed(files)}
    return [file for file in files if unique.get(file.path.resolve()) is file]


def is_piped() -> bool:
    """Whether something is piped into standard input."""
    import stat

    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or (stat.S_ISREG(mode) and os.fstat(sys.stdin.fileno()).st_size > 0)


def _find_one(argument: str, folder: Path, *, any_name: bool) -> list[SourceFile]:
    if argument.startswith("file://"):
        argument = unquote(urlsplit(argument).path)
    elif "://" in argument:
        return _at_address(argument, any_name=any_name)
    path = folder / argument
    if path.is_dir():
        found = _in_folder(path, argument) or _bare_in_folder(path, argument)
        if not found:
            raise CxtoolError(
                f"{argument}: no export files in this folder", hint=f"looked for {KNOWN}"
            )
        return _named(found, any_name=any_name)
    if path.is_file():
        file = _file(path, argument) or _bare(path, argument)
        if file is None:
            with path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
            raise foreign(head, argument) or CxtoolError(
                f"{argument}: cannot tell the format from the file's name",
                hint=f"cxtool reads {KNOWN}; a table of text may be named .csv",
            )
        return [file]
    if path.exists():  # a named pipe, as of <(command) in a shell
        return [SourceFile(path=path, name=argument, format="csv", table=None, piped=True)]
    if glob.has_magic(argument):
        matches = sorted(glob.glob(argument, root_dir=folder, recursive=True))
        if not matches:
            raise CxtoolError(f"{argument}: no file matches")
        return [file for m in matches for file in _find_one(m, folder, any_name=any_name)]
    raise CxtoolError(f"{argument}: no such file or folder")


def _named(found: list[SourceFile], *, any_name: bool) -> list[SourceFile]:
    """The files that are named after tables, where some are."""
    named = [file for file in found if file.table is not None]
    return found if any_name or not named else named


def _at_address(address: str, *, any_name: bool) -> list[SourceFile]:
    """The files that a folder on disk would have, of those at an address."""
    from cxtool.exports.remote import listed

    found = listed(address)
    files: list[SourceFile] = []
    for name, inner in found.files:
        table = table_of(inner[0]) if len(inner) > 1 else None
        is_entered = len(inner) == 1 or table is not None or "=" in inner[0]
        if is_entered and not any(part.startswith((".", "_")) for part in inner):
            file = _file(Path(name), name, table=table)
            files.extend([replace(file, by_day=found.is_dataset)] if file else [])
    if not files:
        raise CxtoolError(f"{address}: no export files at this address")
    return _named(files, any_name=any_name)


def _in_folder(folder: Path, shown: str) -> list[SourceFile]:
    """Files of the folder itself, and of every folder in it that is named after a table."""
    files: list[SourceFile] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "_")):
            continue
        name = f"{shown.rstrip('/')}/{entry.name}"
        if entry.is_dir():
            files.extend(_in_table_folder(entry, name))
        elif entry.is_file():
            file = _file(entry, name)
            files.extend([file] if file else [])
    return files


def _bare_in_folder(folder: Path, shown: str) -> list[SourceFile]:
    """Files of the folder whose names have no suffix, such as logs."""
    entries = [entry for entry in sorted(folder.iterdir()) if entry.is_file()]
    found = (_bare(entry, f"{shown.rstrip('/')}/{entry.name}") for entry in entries)
    return [file for file in found if file is not None]


def _bare(path: Path, name: str) -> SourceFile | None:
    """A file without a suffix, or with a number as log files have one, as text."""
    plain = path.with_suffix("") if path.suffix in COMPRESSIONS else path
    if path.name.startswith((".", "_")) or plain.suffix.lstrip(".").strip("0123456789"):
        return None
    return SourceFile(path, name, "csv", table=None, compressed=plain != path)


def _in_table_folder(folder: Path, shown: str) -> list[SourceFile]:
    """Part files of one table, hive partitions included. Folders of other names are not entered."""
    table, _ = _belongs(Path(shown))
    if table is None and "=" not in folder.name:
        return []
    files: list[SourceFile] = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "_")) for part in inner.parts):
            file = _file(path, f"{shown}/{inner.as_posix()}", table=table)
            files.extend([file] if file else [])
    return files


def _belongs(shown: Path) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The table that a path as it was given is named after, and its hive partitions."""
    table = table_of(shown.name)
    keys: list[tuple[str, str]] = []
    for part in reversed(shown.parts[:-1]):
        key, is_partition, value = part.partition("=")
        if not is_partition:
            return table or table_of(part), tuple(keys)
        keys.insert(0, (key, value))
    return table, tuple(keys)


def table_of(name: str) -> str | None:
    stem = re.split(r"[.\-_ ]", name.lower())[0]
    if name.lower().startswith("agent_states"):
        stem = "agent_states"
    return stem if stem in TABLES else None


def _file(path: Path, name: str, *, table: str | None = None) -> SourceFile | None:
    """The file at a path, None where its name tells no format; ``table`` is what it belongs to."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    compressed = bool(suffixes) and suffixes[-1] in COMPRESSIONS
    suffix = (suffixes[-2] if len(suffixes) > 1 else "") if compressed else "".join(suffixes[-1:])
    kind = FORMATS.get(suffix)
    if kind is None or (compressed and kind == "parquet"):
        return None
    own, partitions = _belongs(Path(name))
    return SourceFile(
        path=path,
        name=name,
        format=kind,
        table=table or own,
        compressed=compressed,
        partitions=partitions,
    )
