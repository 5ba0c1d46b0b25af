"""Text files made readable for a lazy scan: decompressed, decoded to UTF-8, their dialect found.

A plain UTF-8 file is scanned where it lies. Anything else (compressed, another encoding, a pipe)
is streamed once into a temporary UTF-8 file, so that memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.dialect import find_dialect
from cxtool.exports.documents import to_records
from cxtool.exports.sources import STDIN, Format, SourceFile

BLOCK = 1 << 20
HEAD_BYTES = 1 << 18
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True)
class TextOptions:
    """What the user says of the text files; None is found by looking."""

    delimiter: str | None = None
    encoding: str | None = None
    skip_lines: int = 0
    quote: str = '"'
    header: tuple[str, ...] = ()  # of files without one
    ragged: bool = False  # shorter lines end in empty cells
    decimal_comma: bool = False
    date_order: Literal["day-first", "month-first"] | None = None


@dataclass(frozen=True, slots=True)
class TextFile:
    """A plain UTF-8 file and how to read it. ``body_line`` is the line of the first record."""

    path: Path
    name: str
    format: Format
    delimiter: str = ","
    header: tuple[str, ...] = ()
    body_line: int = 1
    quote: str = '"'
    ragged: bool = False
    decimal_comma: bool = False
    is_document: bool = False  # records taken out of a whole JSON document
    partitions: tuple[tuple[str, str], ...] = ()


def prepare(file: SourceFile, options: TextOptions, *, scratch: Path) -> TextFile | SourceFile:
    """The file as plain UTF-8 with its header and delimiter; Parquet from a pipe as a file.

    Raises CxtoolError for an empty file, bytes that the encoding does not have, or a broken header.
    """
    if file.piped:
        file = _copied(file, scratch)
    if file.format == "parquet":
        return file
    if file.is_sheet:
        options = TextOptions()
    path = _decompressed(file, scratch)
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip(b" \t\r\n\0"):
        raise CxtoolError(f"{file.name}: the file is empty")
    encoding = options.encoding or _encoding(path, head)
    # Lines that end in CR alone are no lines to a scan.
    if encoding != "utf-8" or (b"\r" in head and b"\n" not in head):
        path = _decoded(path, file.name, encoding, scratch)
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    kind = _json_kind(head) or file.format if file.piped else file.format
    text = TextFile(path=path, name=file.name, format=kind, partitions=file.partitions)
    if kind == "json":
        target = _fresh(scratch, "records")
        to_records(path, file.name, target)
        return replace(text, path=target, format="ndjson", is_document=True)
    if kind == "ndjson":
        return text
    dialect = find_dialect(
        head.decode("utf-8", errors="ignore"),
        name=file.name,
        delimiter=options.delimiter,
        skip_lines=options.skip_lines,
        header=options.header,
    )
    return replace(
        text,
        delimiter=dialect.delimiter,
        header=dialect.header,
        body_line=dialect.body_line,
        quote=options.quote,
        ragged=options.ragged,
        decimal_comma=options.decimal_comma,
    )


def _json_kind(head: bytes) -> Format | None:
    """The kind of JSON that something begins with: records one to a line, or a whole document."""
    start = head.lstrip()
    if not start.startswith((b"{", b"[")):
        return None
    line, _, rest = start.partition(b"\n")
    is_record = line.startswith(b"{") and (line.rstrip().endswith(b"}") or not rest)
    return "ndjson" if is_record else "json"


def _copied(file: SourceFile, scratch: Path) -> SourceFile:
    """What a pipe gives, as a file; it may be Parquet."""
    target = _fresh(scratch, "piped")
    with target.open("wb") as out:
        if file.name == STDIN:
            shutil.copyfileobj(_standard_input(), out, BLOCK)
        else:
            with file.path.open("rb") as stream:
                shutil.copyfileobj(stream, out, BLOCK)
    with target.open("rb") as stream:
        is_parquet = stream.read(len(PARQUET)) == PARQUET
    return replace(file, path=target, format="parquet" if is_parquet else "csv")


def _standard_input() -> IO[bytes]:
    if sys.stdin is None:
        raise CxtoolError("standard input is closed")
    return sys.stdin.buffer


def _decompressed(file: SourceFile, scratch: Path) -> Path:
    """The file without compression. Its first bytes tell, whatever its name says."""
    with file.path.open("rb") as stream:
        head = stream.read(4)
    kind = next((kind for mark, kind in COMPRESSED.items() if head.startswith(mark)), None)
    if kind is None:
        if file.compressed and head:
            raise CxtoolError(f"{file.name}: not a {file.path.suffix} file")
        return file.path
    import pyarrow as pa

    target = _fresh(scratch, file.path.stem)
    try:
        packed = pa.CompressedInputStream(pa.OSFile(str(file.path)), kind)
        with packed as stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out, BLOCK)
    except (OSError, pa.ArrowInvalid) as error:
        raise CxtoolError(f"{file.name}: the compressed file is damaged") from error
    return target


def _fresh(scratch: Path, stem: str) -> Path:
    return scratch / f"{len(list(scratch.iterdir()))}-{stem}"


def _encoding(path: Path, head: bytes) -> str:
    """UTF-8 where all bytes allow it, a byte-order mark before all, else Windows-1252."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if b"\0" in head[:2]:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _decoded(path: Path, name: str, encoding: str, scratch: Path) -> Path:
    try:
        "".encode(encoding)  # an encoding of bytes, such as base64, is no LookupError before
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
            block = source.read(BLOCK)
            only_cr = "\r" in block and "\n" not in block
            while block:
                out.write(block.replace("\r", "\n") if only_cr else block)
                block = source.read(BLOCK)
    except UnicodeError:
        raise CxtoolError(
            f"{name}: not text in {encoding}", hint="name the right encoding with --encoding"
        ) from None
    return target
