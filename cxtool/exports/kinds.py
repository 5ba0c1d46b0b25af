"""What a file is that is no text, told by its first bytes, and what to do with it.

Exports come mislabelled: a login page saved as ``.csv``, a web table or an old workbook as
``.xls``, an archive that nobody unpacked. Each is named for what it is.
"""

from __future__ import annotations

from cxtool.errors import CxtoolError

HEAD_BYTES = 1 << 16  # that tell the kind
CSV_OR_XLSX = "export it as CSV, or save it as xlsx"
DATA = "export the data itself, as CSV, xlsx or JSON"
PARTS = ((b"xl/", "xlsx"), (b"application/vnd.oasis.opendocument", "ods"), (b"word/", "docx"))
WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<script")
MARK = b"\xef\xbb\xbf"

# First bytes, what they stand for, and what to do; {} is the file's name.
SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF document", DATA),
    *(
        (b"BZh%d1AY&SY" % n, "compressed with bzip2", "unpack it: bunzip2 '{}'")
        for n in range(1, 10)
    ),
    (b"\xfd7zXZ\x00", "compressed with xz", "unpack it: unxz '{}'"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (xls)", CSV_OR_XLSX),
    (b"PAR1", "a Parquet file", "give it a name that ends in .parquet"),
    (b"ARROW1\x00\x00", "an Arrow file", "write it as Parquet or CSV"),
    (b"SQLite format 3\x00", "an SQLite database", "write the table as CSV"),
    (b"\x89PNG\r\n", "an image (PNG)", DATA),
    (b"\xff\xd8\xff", "an image (JPEG)", DATA),
    (b"GIF87a", "an image (GIF)", DATA),
    (b"GIF89a", "an image (GIF)", DATA),
    (b"RIFF", "a sound, film or image (RIFF)", DATA),
    (b"ID3\x03", "a sound (MP3)", DATA),
    (b"ID3\x04", "a sound (MP3)", DATA),
    (b"OggS", "a sound (Ogg)", DATA),
    (b"{\\rtf", "a text document (RTF)", DATA),
)


def foreign(head: bytes, name: str) -> CxtoolError | None:
    """The error for a file that begins with these bytes, None where they may be text.

    >>> print(foreign(b"%PDF-1.7", "calls.csv"), foreign(b"case_id,channel", "calls.csv"))
    calls.csv: this is a PDF document, not a table None
    """
    found = _archive(head) or _page(head)
    for sign, what, hint in SIGNS:
        if head.startswith(sign):
            found = what, hint.format(name)
    if found is None:
        return None
    what, hint = found
    return CxtoolError(f"{name}: this is {what}, not a table", hint=hint)


def _archive(head: bytes) -> tuple[str, str] | None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    kind = next((kind for part, kind in PARTS if part in head), "")
    match kind:
        case "xlsx":
            return "an Excel workbook (xlsx)", "give it a name that ends in .xlsx"
        case "ods":
            return "an OpenDocument spreadsheet", CSV_OR_XLSX
        case "docx":
            return "a Word document", DATA
    return "a zip archive", "unpack it first"


def _page(head: bytes) -> tuple[str, str] | None:
    start = head.removeprefix(MARK).lstrip()[:4096].lower()
    if start.startswith(WEB_PAGES):
        return (
            "a web page (HTML)",
            "open it in a spreadsheet and save it as xlsx or CSV; a page for logging in means that"
            " the download did not work",
        )
    if start.startswith(b"<?xml"):
        if b"office:spreadsheet" in start:
            return "an Excel workbook in XML", CSV_OR_XLSX
        return "an XML document", DATA
    return None
