"""Where reports go: pipes get everything plain, terminals what fits, files all or nothing."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from cxtool import output
from cxtool.errors import CxtoolError, UsageError
from cxtool.output import TERMINAL_ROWS, streams, wants_color, write, write_file
from cxtool.render import RenderOptions, render
from cxtool.report import Column, Report, Section
from tests.helpers_report import log, sample

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions, links and devices")


class Stream(io.TextIOWrapper):
    """A standard output that can claim to be a terminal."""

    def __init__(self, *, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def written(self) -> str:
        self.flush()
        held = self.buffer
        assert isinstance(held, io.BytesIO)
        return held.getvalue().decode(self.encoding)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "PAGER", "LESS"):
        monkeypatch.setenv(name, "")  # so that what a test sets is undone, too
        monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")


def printed(
    monkeypatch: pytest.MonkeyPatch, report: Report, *, terminal: bool = False, **options: Any
) -> str:
    stream = Stream(terminal=terminal, encoding=options.pop("encoding", "utf-8"))
    monkeypatch.setattr(sys, "stdout", stream)
    write(report, **options)
    return stream.written()


def many(count: int) -> Report:
    rows = pl.DataFrame({"case_id": [f"C{n}" for n in range(count)]})
    column = Column(key="case_id", label="Case", drop=0)
    return sample(Section(id="log", title="Cases", columns=(column,), rows=rows))


def test_a_pipe_gets_the_table_uncut_and_uncoloured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, sample()) == render(sample(), fmt="table")


def test_a_pipe_gets_utf8_whatever_the_console_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(terminal=False, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    write(sample(), fmt="json")
    held = stream.buffer
    assert isinstance(held, io.BytesIO)
    assert held.getvalue().decode() == render(sample(), fmt="json")


def test_a_terminal_gets_its_width_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    options = RenderOptions(width=80, color=True, max_rows=TERMINAL_ROWS)
    text = printed(monkeypatch, sample(), terminal=True, pager=False)
    assert text == render(sample(), fmt="table", options=options)
    assert "\x1b[" in text


def test_a_terminal_gets_50_rows_unless_a_limit_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, many(60), terminal=True, pager=False)
    assert "first 50 of 60 rows" in text
    text = printed(monkeypatch, many(60), terminal=True, pager=False, limited=True)
    assert "C59" in text


def test_a_terminal_that_lacks_a_letter_still_gets_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = printed(monkeypatch, sample(), terminal=True, pager=False, encoding="ascii")
    assert "SLA compliance" in text


@pytest.mark.parametrize("fmt", ["csv", "ndjson", "json"])
def test_no_format_lets_data_steer_a_terminal(monkeypatch: pytest.MonkeyPatch, fmt: str) -> None:
    section = log().selected(["contact"])
    written = printed(monkeypatch, sample(section), terminal=True, fmt=fmt, pager=False)
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "escape" in written


def test_binary_data_is_refused_on_a_terminal_and_piped(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="parquet is not text") as caught:
        printed(monkeypatch, sample(), terminal=True, fmt="parquet")
    assert caught.value.hint == "-o FILE.parquet, or a pipe"
    stream = Stream(terminal=False)
    monkeypatch.setattr(sys, "stdout", stream)
    write(sample(), fmt="parquet")
    held = stream.buffer
    assert isinstance(held, io.BytesIO)
    assert held.getvalue() == render(sample(), fmt="parquet")


@pytest.mark.parametrize(
    ("rows", "pager", "terminal", "paged"),
    [
        (40, True, True, True),
        (40, False, True, False),
        (3, True, True, False),
        (40, True, False, False),
    ],
)
def test_the_pager_opens_only_for_a_tall_table_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, rows: int, pager: bool, terminal: bool, paged: bool
) -> None:
    import click

    opened: list[str] = []
    monkeypatch.setattr(click, "echo_via_pager", lambda text, color: opened.append(text))
    text = printed(monkeypatch, many(rows), terminal=terminal, pager=pager)
    assert bool(opened) is paged
    assert (text == "") is paged
    assert os.environ.get("LESS") == ("FRX" if paged else None)


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_option_over_no_color_over_force_color_over_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
    choice: output.ColorChoice,
    environment: dict[str, str],
    terminal: bool,
    expected: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(Stream(terminal=terminal), choice) is expected


@pytest.mark.parametrize(
    ("name", "fmt"),
    [
        ("report.json", "json"),
        ("report.JSONL", "ndjson"),
        ("report.csv", "csv"),
        ("report.pq", "parquet"),
        ("report.md", "markdown"),
        ("report.txt", "table"),
        ("report", "table"),
    ],
)
def test_the_suffix_decides_the_format(tmp_path: Path, name: str, fmt: str) -> None:
    write(sample(), out=str(tmp_path / name))
    expected = render(sample(), fmt=fmt)
    content = (tmp_path / name).read_bytes()
    assert content == (expected if isinstance(expected, bytes) else expected.encode())


def test_the_format_option_wins_over_the_suffix(tmp_path: Path) -> None:
    write(sample(), fmt="csv", out=str(tmp_path / "report.txt"))
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == render(sample(), fmt="csv")


def test_a_suffix_of_no_format_is_a_usage_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"suffix '\.docx'") as caught:
        write(sample(), out=str(tmp_path / "report.docx"))
    assert ".csv" in str(caught.value.hint)


def test_date_in_the_name_is_the_as_of_day(tmp_path: Path) -> None:
    write(sample(), out=str(tmp_path / "sla-{date}.csv"))
    assert [path.name for path in tmp_path.iterdir()] == ["sla-2026-05-08.csv"]


def test_a_dash_is_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, sample(), out="-", fmt="csv") == render(sample(), fmt="csv")


@posix
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_ordinary_permissions(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_file(tmp_path / "a.csv", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == mode


@posix
def test_an_old_file_keeps_its_permissions_and_a_link_its_place(tmp_path: Path) -> None:
    old, link = tmp_path / "old.csv", tmp_path / "link.csv"
    old.write_bytes(b"old")
    old.chmod(0o664)
    link.symlink_to(old)
    write_file(link, b"new")
    assert link.is_symlink()
    assert old.read_bytes() == b"new"
    assert stat.S_IMODE(old.stat().st_mode) == 0o664
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_on_failure_the_old_file_is_left_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "a.csv"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(CxtoolError, match=r"cannot write .*a\.csv: No space left on device"):
        write_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "a.csv", b"new")
    assert list(tmp_path.iterdir()) == []


def in_pieces(*, fails: Exception | None = None) -> Report:
    """A report of three rows that come one by one; after the second may come an error instead."""
    whole = many(3).sections[0]

    def pieces() -> Iterator[pl.DataFrame]:
        for place, row in enumerate(whole.rows.iter_slices(1)):
            if place == 2 and fails is not None:
                raise fails
            yield row

    return sample(replace(whole, rows=whole.rows.clear(), pieces=pieces()))


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_rows_that_come_in_pieces_are_written_whole_or_not_at_all(
    tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"log.{suffix}"
    whole = write(many(3), out=str(tmp_path / f"whole.{suffix}"))
    assert write(in_pieces(), out=str(target)) == target
    assert whole is not None
    assert target.read_bytes() == whole.read_bytes()
    with pytest.raises(CxtoolError, match="a file of the export is damaged"):
        write(in_pieces(fails=CxtoolError("a file of the export is damaged")), out=str(target))
    assert target.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name, whole.name]


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that takes nothing")
@pytest.mark.parametrize("fmt", ["csv", "ndjson", "parquet"])
def test_a_full_disk_is_told_however_rows_are_written(fmt: str) -> None:
    with pytest.raises(CxtoolError, match="cannot write /dev/full: No space left on device"):
        write(in_pieces(), out="/dev/full", fmt=fmt)


@pytest.mark.parametrize(
    ("out", "fmt", "expected"),
    [
        ("a.csv", None, True),
        ("a.pq", None, True),
        ("a.ndjson", None, True),
        ("a.csv", "json", False),
        ("a.html", None, False),
        ("-", "csv", False),
        (None, "csv", False),
    ],
)
def test_what_is_written_as_it_comes(out: str | None, fmt: str | None, expected: bool) -> None:
    assert streams(out, fmt=fmt) is expected


@pytest.mark.parametrize(
    ("name", "message"), [("missing/a.csv", "there is no folder"), ("", "it is a folder")]
)
def test_a_file_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(CxtoolError, match=message):
        write_file(tmp_path / name, b"x")


@posix
def test_a_device_is_written_to_and_not_replaced() -> None:
    write(sample(), fmt="csv", out=os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


PIPED = """
import sys
from cxtool.output import abandon_stdout, write
from tests.test_output import many
try:
    write(many(20_000))
except BrokenPipeError:
    abandon_stdout()
    print("more", flush=True)
    sys.exit(0)
sys.exit(9)
"""


@posix
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_gone_ends_the_run_quietly(unbuffered: str) -> None:
    command = [sys.executable, "-c", PIPED]
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"SLA compliance\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_templates_are_for_pages_alone(tmp_path: Path) -> None:
    """An option that would change nothing is refused."""
    with pytest.raises(UsageError, match="--template is for pages, not for csv"):
        write(sample(), fmt="csv", options=RenderOptions(template=tmp_path))
