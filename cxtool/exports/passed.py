"""What of a text file was passed over, or guessed, on the way to its records: told in notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Kind = Literal["encoding", "preamble", "footer", "empty"]

ORDER: tuple[Kind, ...] = ("encoding", "preamble", "footer", "empty")
NAMED_FILES = 3  # files of one kind that are named each; more are counted together
SHOWN_LINES = 3
SHOWN_LETTERS = 60


class Passed(Struct, frozen=True):
    """Lines that are no records (``lines`` holds the first of them), or a guessed encoding."""

    kind: Kind
    lines_n: int = 0
    lines: tuple[str, ...] = ()


def notes(passed: Iterable[tuple[str, Passed]]) -> list[tuple[Kind, str]]:
    """A sentence for each file and kind, for many files of a kind one for all of them.

    >>> notes([("a.csv", Passed("empty", 4)), ("b.csv", Passed("empty", 1))])
    [('empty', 'a.csv: 4 empty rows were not read.'), ('empty', 'b.csv: 1 empty row was not read.')]
    """
    given = list(passed)
    found: list[tuple[Kind, str]] = []
    for kind in ORDER:
        of = [(file, one) for file, one in given if one.kind == kind]
        if len(of) <= NAMED_FILES:
            found += [(kind, f"{file}: {_told(one)}") for file, one in of]
        else:
            file, first = of[0]
            lines = () if kind != "encoding" else first.lines
            total = Passed(kind, sum(one.lines_n for _, one in of), lines)
            found.append((kind, f"{file} and {len(of) - 1:,} other files: {_told(total)}"))
    return found


def _told(one: Passed) -> str:
    match one.kind:
        case "encoding":
            others = f" ({' and '.join(one.lines[1:])} would fit, too)" if one.lines[1:] else ""
            return f"not in UTF-8: read as {one.lines[0]}{others}; --encoding names another."
        case "preamble":
            what = _counted(one.lines_n, "line", "lines") + " before the header"
        case "footer":
            what = _counted(one.lines_n, "footer line", "footer lines")
        case "empty":
            what = _counted(one.lines_n, "empty row", "empty rows")
    were = "was" if one.lines_n == 1 else "were"
    shown = ", ".join(f'"{_short(line)}"' for line in one.lines[:SHOWN_LINES])
    more = f" and {len(one.lines) - SHOWN_LINES:,} more" if len(one.lines) > SHOWN_LINES else ""
    return f"{what} {were} not read" + (f": {shown}{more}." if shown else ".")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _short(line: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in line).strip()
    return plain if len(plain) <= SHOWN_LETTERS else plain[:SHOWN_LETTERS] + "…"
