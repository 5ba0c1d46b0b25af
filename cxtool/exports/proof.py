"""What was proven of Parquet files when cxtool wrote them, so that no report proves it again.

A sample and a dataset keep it in ``_proof.json`` beside their tables. Of a file named there each
value is written as reports read it (text trimmed, ids whole, words in their usual letters), no row
breaks a rule, every direction is known, and keys do not repeat among the files of one ``batch``. It
holds for the very bytes that were written: a file whose size or footer, which names every part of
it, is another one is read as if nothing were known, and so is one whose proof is of no meaning.
``proving`` writes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from typing import TypedDict

from msgspec import DecodeError, Struct, json

SCHEMA = "cxtool.proof/1"  # a new one wherever values are read, or rules judged, in another way
FILE = "_proof.json"
MAGIC = b"PAR1"
WHOLE_BYTES = 65_536  # up to here all is hashed: two small files may well share a footer
DEPTH = 3  # folders from a file up to that of its export, at most


class Seal(TypedDict):
    """What tells a file from any other that has its name."""

    bytes: int
    footer: str


class Told(TypedDict):
    """What was found in one file or some. ``csat``: the lowest and highest score, null without."""

    csat: tuple[float, float] | None
    settled: list[str]


class Entry(Seal, Told):
    """What is kept of one file."""

    batch: int


class Entries(TypedDict):
    """What is kept in one folder, by the names of its files."""

    schema: str
    files: dict[str, Entry]


class Proof(Struct, frozen=True):
    """What is proven of one or more files.

    ``batches`` are the runs that wrote them, each with its folder. ``csat`` holds all scores.
    ``settled`` are columns of cases for which nothing else stands in, see ``canonical``.
    """

    batches: frozenset[tuple[Path, int]] = frozenset()
    csat: tuple[float, float] | None = None
    settled: frozenset[str] = frozenset()

    def with_also(self, other: Proof) -> Proof:
        """What is proven of both."""
        scores = [score for ends in (self.csat, other.csat) if ends for score in ends]
        ends = (min(scores), max(scores)) if scores else None
        return Proof(self.batches | other.batches, ends, self.settled & other.settled)


def common(proofs: Iterable[Proof | None]) -> Proof | None:
    """What is proven of all; None where of one there is nothing known."""
    given = list(proofs)
    known = [proof for proof in given if proof is not None]
    return reduce(Proof.with_also, known) if known and len(known) == len(given) else None


def proofs_of(paths: Iterable[Path]) -> list[Proof | None]:
    """What is proven of each file, None of one of which nothing is known."""
    entries: dict[Path, dict[str, Entry]] = {}
    return [_proof_of(path.absolute(), entries) for path in paths]


def _proof_of(path: Path, known: dict[Path, dict[str, Entry]]) -> Proof | None:
    for folder in path.parents[:DEPTH]:
        if folder not in known:
            known[folder] = read_entries(folder)
        entry = known[folder].get(path.relative_to(folder).as_posix())
        if entry is not None and is_sealed(path, entry):
            csat = entry["csat"]
            ends = None if csat is None else (csat[0], csat[1])
            batches = frozenset({(folder.resolve(), entry["batch"])})
            return Proof(batches, ends, frozenset(entry["settled"]))
    return None


def read_entries(folder: Path) -> dict[str, Entry]:
    """The entries of a folder by the names of its files; none where it has no such proof."""
    try:
        told = json.decode((folder / FILE).read_bytes(), type=Entries)
    except (OSError, DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return told["files"] if told["schema"] == SCHEMA else {}


def is_sealed(path: Path, entry: Entry) -> bool:
    """Whether the file is still the one that the entry is about."""
    try:
        return sealed(path) == {key: entry[key] for key in ("bytes", "footer")}
    except (OSError, ValueError):  # not there, or not even the name of a file
        return False


def sealed(path: Path) -> Seal:
    """The size of a Parquet file and a hash: of its footer, of a small file of all.

    Raises OSError where it is none.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(size - 8, 0))
        ending = stream.read(8)
        length = int.from_bytes(ending[:4], "little")
        if ending[4:] != MAGIC or length > size - 8:
            raise OSError(f"{path}: no Parquet file")
        first = 0 if size <= WHOLE_BYTES else size - 8 - length
        stream.seek(first)
        footer = hashlib.sha256(stream.read(size - 8 - first)).hexdigest()
        return {"bytes": size, "footer": footer}
