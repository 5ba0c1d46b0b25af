"""Text files made readable for a lazy scan: decompressed, decoded to UTF-8, their dialect found.

A plain UTF-8 file is scanned where it lies. Anything else (compressed, another encoding, standard
input) is streamed once into a temporary UTF-8 file, so that memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.sources import Format, SourceFile

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 18
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What the user says of the text files; None is found by looking."""

    delimiter: str | None = None
    encoding: str | None = None
    skip_lines: int = 0


@dataclass(frozen=True, slots=True)
class TextFile:
    """A plain UTF-8 file and how to read it. ``body_line`` is the line of the first record."""

    path: Path
    name: str
    format: Format
    delimiter: str = ","
    header: tuple[str, ...] = ()
    body_line: int = 1


def prepare(file: SourceFile, options: TextOptions, *, scratch: Path) -> TextFile:
    """The file as plain UTF-8 with its header and delimiter.

    Raises CxtoolError for an empty file, bytes that the encoding does not have, or a broken header.
    """
    path = _plain(file, scratch)
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise CxtoolError(f"{file.name}: the file is empty")
    encoding = options.encoding or _encoding(head)
    if encoding != "utf-8":
        path = _decoded(path, file.name, encoding, scratch)
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    kind = file.format
    if file.path == Path("-") and head.lstrip().startswith(b"{"):
        kind = "ndjson"
    if kind == "ndjson":
        return TextFile(path=path, name=file.name, format=kind)
    text = head.decode("utf-8", errors="ignore")
    return _csv_file(path, file.name, text, options)


def _plain(file: SourceFile, scratch: Path) -> Path:
    if file.path == Path("-"):
        target = scratch / "stdin"
        with target.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out, 1 << 20)
        return target
    if not file.compressed:
        return file.path
    import pyarrow as pa

    target = _fresh(scratch, file.path.stem)
    kind = "gzip" if file.path.suffix.lower() == ".gz" else "zstd"
    try:
        packed = pa.CompressedInputStream(pa.OSFile(str(file.path)), kind)
        with packed as stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
    except (OSError, pa.ArrowInvalid) as error:
        raise CxtoolError(f"{file.name}: the compressed file is damaged ({error})") from error
    return target


def _fresh(scratch: Path, stem: str) -> Path:
    return scratch / f"{len(list(scratch.iterdir()))}-{stem}"


def _encoding(head: bytes) -> str:
    """UTF-8 where the bytes allow it, a byte-order mark before all, else Windows-1252."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if head[1:2] == b"\0" or head[:1] == b"\0":
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _decoded(path: Path, name: str, encoding: str, scratch: Path) -> Path:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UsageError(
            f"unknown encoding '{encoding}'", hint="for example utf-8, utf-16, windows-1252"
        ) from None
    target = _fresh(scratch, path.name)
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copyfileobj(source, out, 1 << 20)
    except UnicodeError as error:
        raise CxtoolError(
            f"{name}: not {encoding} text ({error})", hint="name the right one with --encoding"
        ) from error
    return target


def _csv_file(path: Path, name: str, text: str, options: TextOptions) -> TextFile:
    lines = text.splitlines(keepends=True)
    skip = options.skip_lines
    while skip < len(lines) and not lines[skip].strip():
        skip += 1
    body = "".join(lines[skip:])
    if not body:
        raise CxtoolError(f"{name}: no header line after {skip} lines")
    delimiter = options.delimiter or _delimiter(lines[skip])
    if len(delimiter) != 1:
        raise UsageError(f"--delimiter takes one character, not '{delimiter}'")
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    header = tuple(cell.strip() for cell in next(reader))
    return TextFile(
        path=path,
        name=name,
        format="csv",
        delimiter=delimiter,
        header=_unique(header),
        body_line=skip + reader.line_num + 1,
    )


def _delimiter(header: str) -> str:
    """The candidate that parts the header into most cells outside quotes."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _unique(header: tuple[str, ...]) -> tuple[str, ...]:
    """Repeated or empty header names get their position, so that no column is lost."""
    seen: set[str] = set()
    names = []
    for position, cell in enumerate(header, start=1):
        name = cell or f"column_{position}"
        if name in seen:
            name = f"{name}_{position}"
        seen.add(name)
        names.append(name)
    return tuple(names)
