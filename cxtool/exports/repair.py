"""Damaged text files: what a fast scan refuses is found here, record by record, with line numbers.

The fast scan reads whole files at once and gives up on a record with too many cells or a line that
is not JSON. Only then is the file rewritten: readable records go to a temporary file that also
holds the line each began on, the others are listed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cxtool.errors import CxtoolError
from cxtool.exports.text import TextFile

LINE = "__line"
SHOWN = 200  # characters of an unreadable record that a message quotes


@dataclass(frozen=True, slots=True)
class Damage:
    """One record that could not be read."""

    line: int
    value: str
    reason: str


def repair(file: TextFile, *, scratch: Path) -> tuple[TextFile, list[Damage]]:
    """The file rewritten with its readable records, and the damaged ones.

    Raises CxtoolError where a quoted cell is never closed: everything after it would be one cell.
    """
    csv.field_size_limit(1 << 30)
    target = scratch / f"repaired-{len(list(scratch.iterdir()))}"
    if file.format == "ndjson":
        damages = _repair_ndjson(file, target)
        return replace(file, path=target), damages
    damages = _repair_csv(file, target)
    return replace(file, path=target, header=(*file.header, LINE), body_line=2), damages


def _csv_lines(file: TextFile) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins."""
    csv.field_size_limit(1 << 30)
    with file.path.open(encoding="utf-8", newline="") as stream:
        for _ in range(file.body_line - 1):
            stream.readline()
        reader = csv.reader(stream, delimiter=file.delimiter, strict=True)
        begins = file.body_line
        try:
            for cells in reader:
                yield begins, cells
                begins = file.body_line + reader.line_num
        except csv.Error as error:
            raise CxtoolError(
                f"{file.name}: line {begins}: a quoted cell that begins here is never closed"
                f" ({error})",
                hint="close or double the quote in the file, or export it again",
            ) from error


def _repair_csv(file: TextFile, target: Path) -> list[Damage]:
    damages = []
    width = len(file.header)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=file.delimiter, lineterminator="\n")
        writer.writerow([*file.header, LINE])
        for line, cells in _csv_lines(file):
            if len(cells) == width:
                writer.writerow([*cells, line])
            elif cells:
                text = file.delimiter.join(cells)[:SHOWN]
                damages.append(
                    Damage(line, text, f"{len(cells)} cells where the header has {width}")
                )
    return damages


def _ndjson_lines(file: TextFile) -> Iterator[tuple[int, str]]:
    with file.path.open(encoding="utf-8") as stream:
        for line, text in enumerate(stream, start=1):
            if text.strip():
                yield line, text


def _repair_ndjson(file: TextFile, target: Path) -> list[Damage]:
    damages = []
    with target.open("w", encoding="utf-8") as out:
        for line, text in _ndjson_lines(file):
            try:
                record = json.loads(text)
            except ValueError as error:
                damages.append(Damage(line, text.strip()[:SHOWN], f"not JSON: {error}"))
                continue
            if not isinstance(record, dict):
                damages.append(Damage(line, text.strip()[:SHOWN], "not a JSON object"))
                continue
            out.write(json.dumps({**record, LINE: line}, ensure_ascii=False) + "\n")
    return damages
