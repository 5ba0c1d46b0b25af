"""The encoding of a text file: by its mark, by its zeros, else UTF-8; others are named.

Windows-1252 is taken where the file is not UTF-8 and its letters make words of western Europe;
that is told. Every other older encoding must be named: the error says which ones fit.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import polars as pl
from msgspec import Struct

from cxtool.errors import CxtoolError, UsageError

BLOCK = 1 << 20
UTF8 = "utf-8"
UTF8_MARKED = "utf-8-sig"
TAKEN = "windows-1252"
# The mark of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, UTF8_MARKED),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEAST_ZEROS = 0.02  # share of zero bytes in UTF-16: what parts cells and lines has one each
SAMPLE_BYTES = 1 << 16
LOOKED_BYTES = 1 << 22
# What the names stand for in files: the supersets that Windows writes under them.
WRITTEN = {
    "big5": "cp950",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
SPELLED = {
    "ansi": "cp1252",
    "unicode": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf8bom": UTF8_MARKED,
    "utf8sig": UTF8_MARKED,
    "tis620": "cp874",
    "thai": "cp874",
    "iso885911": "cp874",
    "big5hkscs": "big5hkscs",
}
CODE_PAGE = re.compile(r"x?(?:windows|win|cp|ms|ibm|dos|codepage)?(\d{3,4})")
NAMES = "utf-8, utf-16, windows-1250, windows-1251, windows-1252, tis-620, big5"


class Misfit(Struct, frozen=True):
    """The first byte that an encoding does not have. ``line`` and ``byte`` count from 1."""

    line: int
    byte: int
    value: int
    line_offset: int  # where the line begins in the file
    at_end: bool  # it begins a character that the file's end cuts off


def named(encoding: str) -> str:
    """The codec that reads what users and systems call by this name.

    Raises UsageError for a name that no text encoding has.

    >>> named("Windows-1250"), named("win1251"), named("TIS-620"), named("Big-5"), named("UTF8")
    ('cp1250', 'cp1251', 'cp874', 'cp950', 'utf-8')
    """
    spelled = encoding.strip().lower()
    plain = re.sub(r"[-_ ]", "", spelled)
    page = CODE_PAGE.fullmatch(plain)
    iso = re.sub(r"^(iso8859)(\d+)$", r"\1-\2", plain)
    for name in (SPELLED.get(plain), f"cp{page[1]}" if page else None, spelled, iso, plain):
        try:
            found = codecs.lookup(name) if name else None
            if found is not None:
                "".encode(found.name)  # a codec of bytes, such as base64, has no text
                return WRITTEN.get(found.name, found.name)
        except (LookupError, ValueError):
            continue
    raise UsageError(f"unknown encoding '{encoding}'", hint=f"for example {NAMES}")


def marked(head: bytes) -> str | None:
    """The encoding that a byte-order mark names, or the zeros of UTF-16 without one."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < LEAST_ZEROS * len(head) or min(even, odd) > 0.05 * (even + odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def is_utf8(path: Path) -> bool:
    """Whether every byte of a file is part of UTF-8."""
    if path.stat().st_size <= BLOCK:
        return _misfit(path, UTF8) is None
    try:
        # Of what reads lines this costs least: it checks each, on all processors.
        length = pl.col("line").str.len_bytes().max()
        pl.scan_lines(path, name="line", glob=False).select(length).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        return _misfit(path, UTF8) is None
    return True


def guessed(path: Path, name: str) -> tuple[str, ...]:
    """Windows-1252 for a file that is not UTF-8, and after it others that fit as well.

    Raises CxtoolError where Windows-1252 does not fit best, with what does.
    """
    from cxtool.exports.letters import plausible

    misfit, sample = _looked(path, UTF8)
    likely = [] if _is_mostly_utf8(sample) else plausible(sample)
    if likely and likely[0] == TAKEN:
        return tuple(likely)
    raise _error(name, UTF8, misfit, sample)


def unfit(path: Path, name: str, codec: str) -> CxtoolError:
    """The error for a file with bytes that the encoding does not have, with those that fit."""
    return _error(name, codec, *_looked(path, codec))


def ends_in_cr(text: str) -> bool:
    """Whether lines end in CR alone; within quotes there may be other line ends.

    >>> ends_in_cr('id,note\\r1,"two\\nlines"\\r'), ends_in_cr('id,note\\n1,"two\\rlines"\\n')
    (True, False)
    """
    if "\r" not in text:
        return False
    outside = "".join(text.split('"')[::2])
    return "\r" in outside and "\n" not in outside


def decode(path: Path, name: str, encoding: str, target: Path) -> None:
    """Write the file as UTF-8 to ``target``, block by block; ``encoding`` is the name of a codec.

    Lines that end in CR alone end in LF there. Raises CxtoolError for bytes that the encoding does
    not have, with those that fit.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    only_cr: bool | None = None
    try:
        with path.open("rb") as source, target.open("w", encoding=UTF8, newline="") as out:
            while True:
                block = source.read(BLOCK)
                text = decoder.decode(block, final=not block)
                if only_cr is None:
                    only_cr = ends_in_cr(text)
                out.write(text.replace("\r", "\n") if only_cr else text)
                if not block:
                    return
    except UnicodeError:
        raise unfit(path, name, encoding) from None


def _error(name: str, codec: str, misfit: Misfit, sample: bytes) -> CxtoolError:
    from cxtool.exports.letters import plausible

    place = f"{name}: line {misfit.line}, byte {misfit.byte}"
    encoding = _shown(codec)
    if misfit.at_end:
        return CxtoolError(
            f"{place}: the file ends within a character of {encoding}",
            hint="was it cut off? export or copy it again",
        )
    problem = f"{place} (hex {misfit.value:02X}) is not {encoding}"
    mostly_utf8 = _is_mostly_utf8(sample)
    if mostly_utf8 and encoding == UTF8:
        return CxtoolError(
            f"{problem}, though most of the file is",
            hint=f"export it again, or leave such bytes out: iconv -c -f utf-8 -t utf-8 '{name}'",
        )
    fit = [UTF8] if mostly_utf8 else plausible(sample)
    if not fit:
        return CxtoolError(
            f"{problem}, and its letters make words in no encoding that cxtool knows of",
            hint="if it is a text file, name its encoding with --encoding",
        )
    options = ", or ".join(f"--encoding {one}" for one in fit)
    return CxtoolError(f"{problem}; it looks like {fit[0]}", hint=f"try {options}")


def _shown(codec: str) -> str:
    """A codec under the name that users know it by."""
    if codec in (UTF8_MARKED, UTF8):
        return UTF8
    from cxtool.exports.letters import CANDIDATES

    known = {one.codec: one.name for one in CANDIDATES}
    return known.get(codec, codec)


def _looked(path: Path, codec: str) -> tuple[Misfit, bytes]:
    """Where the encoding does not fit, and lines that show how the file is written."""
    misfit = _misfit(path, codec) or Misfit(line=1, byte=1, value=0, line_offset=0, at_end=False)
    with path.open("rb") as stream:
        before = stream.read(min(misfit.line_offset, LOOKED_BYTES))
        stream.seek(misfit.line_offset)
        return misfit, b"\n".join(_telling(text) for text in (stream.read(LOOKED_BYTES), before))


def _telling(text: bytes) -> bytes:
    """The lines that are not ASCII alone."""
    lines = (line for line in text.split(b"\n") if not line.isascii())
    return b"\n".join(lines)[:SAMPLE_BYTES]


def _misfit(path: Path, codec: str) -> Misfit | None:
    """The first byte that the encoding does not have, None where it has them all."""
    decoder = codecs.getincrementaldecoder(codec)()
    line, line_offset, offset = 1, 0, 0
    block = b"\n"
    with path.open("rb") as stream:
        while block:
            block = stream.read(BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # The decoder may have held back the beginning of the character.
                begins = offset + len(block) - len(error.object)
                before = error.object[: error.start]
                line += before.count(b"\n")
                if b"\n" in before:
                    line_offset = begins + before.rfind(b"\n") + 1
                return Misfit(
                    line=line,
                    byte=begins + error.start - line_offset + 1,
                    value=error.object[error.start],
                    line_offset=line_offset,
                    at_end=not block,
                )
            except UnicodeError:
                break  # a codec that does not say where
            line += block.count(b"\n")
            if b"\n" in block:
                line_offset = offset + block.rfind(b"\n") + 1
            offset += len(block)
    return None


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8, which other encodings are hardly ever."""
    text = sample.decode(UTF8, errors="replace")
    lost = text.count("\ufffd")
    return sum(letter > "\x7f" for letter in text) - lost > lost
