"""A corpus of messy exports, one trait each: the rows that are read, or the exact message (L1).

``messy/NAME.toml`` says what ``cxtool`` makes of the file of the same name beside it: ``rows`` is
what ``log -f csv`` prints, ``aside`` what ``check`` sets aside (line, column, value, rule, reason),
``notes`` and ``told`` what the two say beside that; ``error`` is the one message of a file that
cannot be read.
"""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest

from tests.cli_helper import call

FOLDER = Path(__file__).parent / "messy"
LEAST = 60


class Trait(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a file of the corpus is about, how it is called and what comes of it."""

    about: str
    arguments: list[str] = []
    profile: str | None = None
    rows: str | None = None
    columns: str | None = None  # None: those of ``rows``
    aside: str = ""
    notes: list[str] = []  # of ``check``
    told: list[str] = []  # on standard error by ``log``, beside what it tells of rows set aside
    error: str | None = None
    code: int = 1  # of an error


TRAITS = {
    path.stem: msgspec.toml.decode(path.read_bytes(), type=Trait)
    for path in sorted(FOLDER.glob("*.toml"))
}
FILES = {
    path.name.partition(".")[0]: path.name
    for path in sorted(FOLDER.iterdir())
    if path.suffix != ".toml"
}
READ = [name for name, trait in TRAITS.items() if trait.error is None]
REFUSED = [name for name, trait in TRAITS.items() if trait.error is not None]


def arguments_of(name: str, folder: Path) -> list[str]:
    """The file, and what it is read with."""
    trait = TRAITS[name]
    if trait.profile is None:
        return [FILES[name], *trait.arguments]
    profile = folder / "own.toml"
    profile.write_text(trait.profile, encoding="utf-8")
    return [FILES[name], *trait.arguments, "--profile", str(profile)]


def test_the_corpus_is_large_and_every_file_says_what_comes_of_it() -> None:
    assert set(FILES) == set(TRAITS)
    assert len(TRAITS) >= LEAST
    both = [name for name, trait in TRAITS.items() if (trait.rows is None) == (trait.error is None)]
    assert both == []


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str, tmp_path: Path) -> None:
    trait = TRAITS[name]
    assert trait.rows is not None
    arguments = arguments_of(name, tmp_path)
    columns = trait.columns or trait.rows.partition("\n")[0]
    log = call("log", *arguments, "-c", columns, "-f", "csv", cwd=FOLDER)
    assert log.text == trait.rows, log.err
    check = call("check", *arguments, "-f", "json", cwd=FOLDER)
    keys = ("line", "column", "value", "rule", "reason")
    aside = [
        ["" if row[key] is None else str(row[key]) for key in keys]
        for row in check.rows("set_aside")
    ]
    assert aside == list(csv.reader(trait.aside.strip().splitlines()))
    assert check.report["notes"] == trait.notes
    told = [line.removeprefix("cxtool: ") for line in log.err.splitlines()]
    if aside:
        read = check.report["source"]["rows_read"]
        told.remove(f"warning: {len(aside)} of {read} rows were set aside; 'cxtool check' says why")
    assert told == trait.told
    assert (log.code, check.code) == (0, 1 if aside else 0)


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("command", ["log", "check"])
def test_what_is_refused(name: str, command: str, tmp_path: Path) -> None:
    trait = TRAITS[name]
    arguments = arguments_of(name, tmp_path)
    result = call(command, *arguments, cwd=FOLDER)
    assert (result.err, result.out) == (f"cxtool: error: {trait.error}\n", b"")
    assert result.code == trait.code
