"""``cxtool sample``: options, messages and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cxtool.cli import run

SIZE = ("--interactions", "60", "--days", "3")


def test_it_says_what_it_wrote_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sample", "-o", str(tmp_path / "s"), *SIZE]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert f"wrote {tmp_path / 's'}: interactions 60, contacts 29, companies 25" in said.err


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sample", "-q", "-o", str(tmp_path / "s"), *SIZE]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("options", "first", "end"),
    [
        ((), "2026-05-29", "2026-06-01"),
        (("--end", "2026-03-01"), "2026-02-26", "2026-03-01"),
        (("--start", "2024-02-28"), "2024-02-28", "2024-03-02"),
    ],
)
def test_dates(tmp_path: Path, options: tuple[str, ...], first: str, end: str) -> None:
    assert run(["sample", "-q", "-o", str(tmp_path / "s"), *SIZE, *options]) == 0
    truth = json.loads((tmp_path / "s" / "truth.json").read_text())
    assert (truth["order"]["start"], truth["as_of"]) == (first, end)
    assert next(iter(truth["cases_per_day"])) == first


def test_sizes_can_be_set(tmp_path: Path) -> None:
    sizes = (
        "--companies",
        "3",
        "--agents",
        "2",
        "--transcripts",
        "1",
        "--only",
        "companies, notes",
    )
    assert run(["sample", "-q", "-o", str(tmp_path / "s"), *SIZE, *sizes]) == 0
    truth = json.loads((tmp_path / "s" / "truth.json").read_text())
    assert (truth["order"]["companies_n"], truth["order"]["agents_n"]) == (3, 2)
    assert list(truth["rows"]) == ["companies", "notes"]
    assert truth["behavior"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--interactions", "0"), "--interactions must be at least 1, not 0"),
        (("--days", "0"), "--days must be at least 1, not 0"),
        (("--days", "4000"), "--days must be at most 3660"),
        (("--seed", "-1"), "--seed must be at least 0"),
        (("--agents", "0"), "--agents must be at least 1"),
        (("--companies", "0"), "--companies must be at least 1"),
        (("--transcripts", "-1"), "--transcripts must be at least 0"),
        (("--end", "June"), "--end is not a date: 'June'"),
        (("--end", "1970-01-15"), "the export would begin before 1970"),
        (("--start", "9999-12-01"), "--start and --days leave the calendar"),
        (("--start", "2026-01-01", "--end", "2026-02-01"), "cannot be given together"),
        (("--only", "ticket"), "no table 'ticket'; did you mean 'tickets'?"),
        (("--only", ","), "--only names no table"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    message: str,
) -> None:
    assert run(["sample", "-o", str(tmp_path / "s"), *options]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_help_and_the_module_do_not_import_the_heavy_libraries() -> None:
    code = (
        "import sys, cxtool.commands.sample as s; s.command.get_short_help_str();"
        "print([m for m in ('numpy', 'polars', 'rich', 'pyarrow') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
