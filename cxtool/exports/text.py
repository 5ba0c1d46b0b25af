"""Text files made readable for a lazy scan: decompressed, decoded to UTF-8, their dialect found.

A plain UTF-8 file is scanned where it lies. Anything else (compressed, another encoding, a pipe, a
footer) is streamed once into a temporary UTF-8 file, so that memory does not grow with the file.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import IO, Literal

from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.exports import encodings
from cxtool.exports.dialect import Dialect, find_dialect
from cxtool.exports.documents import to_records
from cxtool.exports.encodings import UTF8, UTF8_MARKED
from cxtool.exports.footer import TAIL_BYTES, footer
from cxtool.exports.glance import IRREGULAR, Glance, glance
from cxtool.exports.kinds import foreign
from cxtool.exports.passed import Passed
from cxtool.exports.sources import STDIN, Format, SourceFile

BLOCK = 1 << 20
HEAD_BYTES = 1 << 18
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
PARQUET = b"PAR1"
JSON_OBJECTS = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"[^"\n]*"\s*:')


class TextOptions(Struct, frozen=True):
    """What the user says of the text files; None is found by looking."""

    delimiter: str | None = None
    encoding: str | None = None
    skip_lines: int | None = None
    quote: str | None = None  # empty: a quote is a letter like others
    header: tuple[str, ...] = ()  # of files without one
    ragged: bool = False  # shorter lines end in empty cells
    decimal_comma: bool = False
    date_order: Literal["day-first", "month-first"] | None = None


class TextFile(Struct, frozen=True):
    """A plain UTF-8 file and how to read it. ``body_line`` is the line of the first record.

    ``spare_n`` columns at the end of the header may be missing in a record; ``passed`` is what was
    passed over or guessed on the way; ``is_headless``: the header seems to be a record.
    """

    path: Path
    name: str
    format: Format
    delimiter: str = ","
    header: tuple[str, ...] = ()
    body_line: int = 1
    quote: str = '"'
    ragged: bool = False
    spare_n: int = 0
    decimal_comma: bool = False
    is_document: bool = False  # records taken out of a whole JSON document
    is_headless: bool = False
    passed: tuple[Passed, ...] = ()
    partitions: tuple[tuple[str, str], ...] = ()
    unrepaired: TextFile | None = None  # what a file without damage was made of
    glance: Glance = IRREGULAR  # of all that ``path`` holds after the header, for CSV


def prepare(file: SourceFile, options: TextOptions, *, scratch: Path) -> TextFile | SourceFile:
    """The file as plain UTF-8 with its header and delimiter; Parquet from a pipe as a file.

    Raises CxtoolError for an empty file, one that is no text, bytes that the encoding does not
    have, or a broken header.
    """
    if file.piped:
        file = _copied(file, scratch)
    if file.format == "parquet":
        return file
    path = _decompressed(file, scratch)
    head = _head(path)
    if problem := foreign(head, file.name):
        raise problem
    if file.format == "csv" and not file.piped and JSON_OBJECTS.match(head):
        raise CxtoolError(
            f"{file.name}: this is JSON, not CSV",
            hint="give it a name that ends in .jsonl if it has an object to a line, else in .json",
        )
    if not head.strip(b" \t\r\n\0"):
        raise CxtoolError(f"{file.name}: the file is empty")
    return _opened(replace(file, path=path), head, options, scratch=scratch)


def _opened(file: SourceFile, head: bytes, options: TextOptions, *, scratch: Path) -> TextFile:
    """A file of plain bytes in its encoding and dialect."""
    encoding = encodings.named(options.encoding) if options.encoding else UTF8
    if encoding == UTF8:
        encoding = encodings.marked(head) or UTF8
    # A scan that begins after the header never sees a mark before it.
    has_header = file.format == "csv" and not file.piped and not options.header
    if encoding == UTF8 or (encoding == UTF8_MARKED and has_header):
        text = _if_utf8(file, head, encoding, options, scratch=scratch)
        if text is not None:
            return text
        if options.encoding:
            raise encodings.unfit(file.path, file.name, UTF8)
        found = encodings.guessed(file.path, file.name)
        file = replace(file, passed=(*file.passed, Passed("encoding", lines=found)))
        encoding = encodings.named(found[0])
    return _decoded(file, encoding, options, scratch=scratch)


def _if_utf8(
    file: SourceFile, head: bytes, encoding: str, options: TextOptions, *, scratch: Path
) -> TextFile | None:
    """A file that is hoped to be UTF-8, None where it is not."""
    # Lines that end in CR alone are no lines to a scan.
    if encodings.ends_in_cr(head.decode("latin-1")):
        is_utf8 = encodings.is_utf8(file.path)
        return _decoded(file, encoding, options, scratch=scratch) if is_utf8 else None
    try:
        text = _read_as(file, head, options, scratch=scratch)
    except CxtoolError:
        # What is wrong with text is told of text alone.
        if encodings.is_utf8(file.path):
            raise
        return None
    is_utf8 = text.glance.is_utf8 and text.path == file.path
    return text if is_utf8 or encodings.is_utf8(file.path) else None


def _decoded(file: SourceFile, encoding: str, options: TextOptions, *, scratch: Path) -> TextFile:
    """The file rewritten as UTF-8."""
    path = _fresh(scratch, file.path.name)
    encodings.decode(file.path, file.name, encoding, path)
    return _read_as(replace(file, path=path), _head(path), options, scratch=scratch)


def _read_as(file: SourceFile, head: bytes, options: TextOptions, *, scratch: Path) -> TextFile:
    """A file of UTF-8 as what it is: records, a document of them, or lines in a dialect."""
    kind = _json_kind(head) or file.format if file.piped else file.format
    text = TextFile(file.path, file.name, kind, passed=file.passed, partitions=file.partitions)
    match kind:
        case "json":
            return _as_records(text, scratch)
        case "ndjson":
            return text
    if file.is_sheet:
        options = TextOptions(delimiter=",", quote='"', skip_lines=0)
    text = _in_dialect(text, head, options, is_sheet=file.is_sheet, scratch=scratch)
    return replace(text, glance=glance(text))


def _as_records(text: TextFile, scratch: Path) -> TextFile:
    """A whole JSON document as records, one to a line."""
    target = _fresh(scratch, "records")
    try:
        to_records(text.path, text.name, target)
    except UnicodeDecodeError:
        raise encodings.unfit(text.path, text.name, UTF8) from None
    return replace(text, path=target, format="ndjson", is_document=True)


def _in_dialect(
    text: TextFile, head: bytes, options: TextOptions, *, is_sheet: bool, scratch: Path
) -> TextFile:
    """The CSV file with its header and delimiter, without lines at its end that are no records."""
    size = text.path.stat().st_size
    found = find_dialect(
        head.decode(UTF8_MARKED, errors="ignore"),
        name=text.name,
        delimiter=options.delimiter,
        quote=options.quote,
        skip_lines=options.skip_lines,
        header=options.header,
        is_whole=len(head) == size,
    )
    passed = list(text.passed)
    if found.before:
        passed.append(Passed("preamble", found.before_n, found.before))
    path, lines = text.path, list[str]()
    if len(found.header) > 1:
        path, lines = _without_footer(text.path, head, found, is_sheet=is_sheet, scratch=scratch)
    if lines:
        passed.append(Passed("footer", len(lines), tuple(lines)))
    return replace(
        text,
        path=path,
        delimiter=found.delimiter,
        header=found.header,
        body_line=found.body_line,
        quote=found.quote,
        ragged=options.ragged,
        spare_n=found.spare_n,
        decimal_comma=options.decimal_comma,
        is_headless=found.is_headless,
        passed=tuple(passed),
    )


def _without_footer(
    path: Path, head: bytes, found: Dialect, *, is_sheet: bool, scratch: Path
) -> tuple[Path, list[str]]:
    """The file that ends before its footer, and the lines of that."""
    size = path.stat().st_size
    body = sum(map(len, head.split(b"\n", found.body_line - 1)[:-1])) + found.body_line - 1
    begin = max(body, size - TAIL_BYTES)
    with path.open("rb") as stream:
        stream.seek(begin)
        tail = stream.read()
        if begin > body:
            tail = tail.partition(b"\n")[2]
        bytes_n, lines = footer(
            tail,
            delimiter=found.delimiter,
            quote=found.quote,
            width=len(found.header) - is_sheet,
            numbered=is_sheet,
        )
        if not bytes_n:
            return path, []
        stream.seek(0)
        target = _fresh(scratch, path.name)
        with target.open("wb") as out:
            left = size - bytes_n
            while left:
                left -= out.write(stream.read(min(left, BLOCK)))
    return target, lines


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


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
