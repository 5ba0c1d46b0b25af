"""The words on each page of a PDF that chromium printed; no more of the format than that takes."""

from __future__ import annotations

import re
import zlib


def words_of_pages(pdf: bytes) -> list[list[str]]:
    """The pieces of text of each page, as they were drawn."""
    objects = {
        int(number): body
        for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)
    }
    pages = [body for body in objects.values() if re.search(rb"/Type /Page\b(?!s)", _head(body))]
    return [_words(page, objects) for page in pages]


def _words(page: bytes, objects: dict[int, bytes]) -> list[str]:
    letters = {
        font: _letters(_stream(objects[_reference(objects[int(number)], b"ToUnicode")]))
        for font, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    drawn = _stream(objects[_reference(page, b"Contents")])
    words = []
    for block in re.findall(rb"BT\n(.*?)ET\n", drawn, re.DOTALL):
        font = re.search(rb"/(F\d+) ", block)
        assert font
        known = letters[font[1]]
        digits = len(next(iter(known)))
        glyphs = "".join(re.findall(r"<([0-9A-F]+)> Tj", block.decode("latin-1")))
        codes = [glyphs[place : place + digits] for place in range(0, len(glyphs), digits)]
        words.append("".join(known.get(code, "?") for code in codes))
    return words


def _letters(table: bytes) -> dict[str, str]:
    """The letter of each glyph's code: of single ones, and of runs of them."""
    letters: dict[str, str] = {}
    blocks = re.findall(r"beginbf(char|range)\n(.*?)\nendbf", table.decode("latin-1"), re.DOTALL)
    for kind, lines in blocks:
        for line in lines.splitlines():
            first, *last, text = re.findall(r"<([0-9A-F]+)>", line)
            run = range(int(first, 16), int(last[0] if kind == "range" else first, 16) + 1)
            letter = ord(bytes.fromhex(text).decode("utf-16-be")[0])
            letters |= {
                f"{code:0{len(first)}X}": chr(letter + place) for place, code in enumerate(run)
            }
    return letters


def _head(body: bytes) -> bytes:
    return body.partition(b"stream\n")[0]


def _stream(body: bytes) -> bytes:
    return zlib.decompress(body.partition(b"stream\n")[2].rpartition(b"\nendstream")[0])


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", _head(body))
    assert found, name
    return int(found[1])
