"""Damaged text files: what a fast scan refuses is found here, record by record, with line numbers.

The fast scan reads whole files at once and gives up on quotes that do not pair and on a line that
is not JSON. Only then is the file rewritten: readable records go to a temporary file that also
holds the line each began on, the others are listed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.exports.dialect import LONGEST_CELL
from cxtool.exports.encodings import UTF8, unfit
from cxtool.exports.glance import IRREGULAR
from cxtool.exports.text import TextFile

LINE = "__line"
SHOWN = 200  # characters of an unreadable record that a message quotes


class Damage(Struct, frozen=True):
    """One record that could not be read."""

    line: int
    value: str | None
    reason: str
    file: str | None = None  # where it is not the table's only one


def repair(file: TextFile, *, scratch: Path) -> tuple[TextFile, list[Damage]]:
    """The file rewritten with its readable records, and the damaged ones.

    Raises CxtoolError where a quoted cell is never closed: everything after it would be one cell.
    """
    csv.field_size_limit(LONGEST_CELL)
    target = scratch / f"repaired-{len(list(scratch.iterdir()))}"
    try:
        if file.format == "ndjson":
            return replace(file, path=target, unrepaired=file), _repair_ndjson(file, target)
        damages = _repair_csv(file, target)
    except UnicodeDecodeError:
        raise unfit(file.path, file.name, UTF8) from None
    header = (*file.header, LINE)
    body_line = 2 + "".join(header).count("\n")
    rewritten = replace(file, path=target, header=header, body_line=body_line, quote='"')
    return replace(rewritten, ragged=False, unrepaired=file, glance=IRREGULAR), damages


def _csv_lines(file: TextFile) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with the line on which it begins; for one that cannot be parted, the reason."""
    with file.path.open(encoding="utf-8", newline="\n") as stream:
        for _ in range(file.body_line - 1):
            stream.readline()
        reader = csv.reader(
            stream,
            delimiter=file.delimiter,
            quotechar=file.quote or None,
            quoting=csv.QUOTE_MINIMAL if file.quote else csv.QUOTE_NONE,
            strict=True,
        )
        while True:
            begins = file.body_line + reader.line_num
            try:
                yield begins, next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end of data" in str(error):
                    raise CxtoolError(
                        f"{file.name}: line {begins}: a quoted cell that begins here is never"
                        " closed",
                        hint="close or double the quote in the file, or export it again",
                    ) from None
                in_text = "new-line" in str(error)
                yield begins, "a line end in a cell" if in_text else "text after a closing quote"


def _repair_csv(file: TextFile, target: Path) -> list[Damage]:
    damages = []
    width = len(file.header)
    least = 0 if file.ragged else width - file.spare_n
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=file.delimiter, lineterminator="\n")
        writer.writerow([*file.header, LINE])
        for line, cells in _csv_lines(file):
            if isinstance(cells, str):
                damages.append(Damage(line, None, cells))
            elif not "".join(cells).strip():
                continue
            elif len(cells) >= least and not "".join(cells[width:]):
                writer.writerow([*cells[:width], *[""] * (width - len(cells)), line])
            else:
                text = file.delimiter.join(cells)[:SHOWN]
                damages.append(
                    Damage(line, text, f"{len(cells)} cells where the header has {width}")
                )
    return damages


def _repair_ndjson(file: TextFile, target: Path) -> list[Damage]:
    damages = []
    with (
        file.path.open(encoding="utf-8") as source,
        target.open("w", encoding="utf-8") as out,
    ):
        for line, text in enumerate(source, start=1):
            if not text.strip():
                continue
            try:
                record = json.loads(text.rstrip("\r\n"), parse_constant=_refuse)
                if not isinstance(record, dict):
                    raise ValueError("not a JSON object")
                # A lone half of a character pair is refused here, by the encoder.
                out.write(json.dumps({**record, LINE: line}, ensure_ascii=False) + "\n")
            except UnicodeEncodeError:
                damages.append(Damage(line, None, "not JSON: half of a character"))
            except (ValueError, RecursionError) as error:
                damages.append(Damage(line, text.strip()[:SHOWN], _why(error)))
    return damages


def _refuse(word: str) -> None:
    raise ValueError(f"not JSON: {word}")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    return str(error) if isinstance(error, ValueError) else "not JSON: too deep"
