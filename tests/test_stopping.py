"""Ctrl-C and termination end real work within a second, and leave nothing half-made behind."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

CXTOOL = (sys.executable, "-m", "cxtool")
ROWS = 1_200_000
FEW = 200_000  # are converted slowly enough


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an export of some 80 MB, which takes seconds to count, and a part of it."""
    folder = tmp_path_factory.mktemp("large")
    number = pl.int_range(ROWS)
    first = datetime(2026, 5, 1, tzinfo=UTC)
    rows = pl.select(
        case_id="C" + number.cast(pl.String),
        started_at=pl.lit(first) + pl.duration(seconds=number),
        channel=pl.when(number % 3 == 0).then(pl.lit("voice")).otherwise(pl.lit("chat")),
        contact_id="P" + (number * 7919 % 500_000).cast(pl.String),
        agent="Agent " + (number % 400).cast(pl.String),
        handle_s=number * 7 % 900,
        first_response_s=number * 13 % 1200,
    )
    rows.write_csv(folder / "interactions.csv")
    rows.head(FEW).write_csv(folder / "few.csv")
    yield folder
    shutil.rmtree(folder)


@contextmanager
def started(*command: str, folder: Path, stderr: int = subprocess.PIPE) -> Iterator[Started]:
    """A command at work in a folder, which holds its temporary files too."""
    (folder / "tmp").mkdir()
    environ = {**os.environ, "TMPDIR": str(folder / "tmp"), "TERM": "xterm"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    ) as process:
        try:
            yield Started(process)
        finally:
            process.kill()


class Started:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait for a sign that the work is under way."""
        deadline = time.monotonic() + 20
        while not is_so():
            assert self.process.poll() is None, "the work has ended before it could be stopped"
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stopped(self, number: signal.Signals) -> tuple[int, float]:
        """The exit code after a signal, and how long that took."""
        begin = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        return code, time.monotonic() - begin


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_ctrl_c_in_a_long_query_leaves_the_terminal_as_it_was(tmp_path: Path, large: Path) -> None:
    ours, theirs = pty.openpty()
    shown = b""
    try:
        command = (*CXTOOL, "kpi", str(large / "interactions.csv"), "-p", "all", "-o", "kpi.json")
        with started(*command, folder=tmp_path, stderr=theirs) as work:
            work.until(lambda: any((tmp_path / "tmp").iterdir()))
            while b"ing" not in shown:  # reading or counting: the bar is there after a second
                shown += os.read(ours, 4096)
            code, took_s = work.stopped(signal.SIGINT)
            while select.select([ours], [], [], 0.2)[0]:  # a terminal passes on a little later
                shown += os.read(ours, 65536)
    finally:
        os.close(theirs)
        os.close(ours)
    assert code == 130
    assert took_s < 1
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l") > -1, "the cursor is hidden"
    assert files(tmp_path) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_stopped_conversion_leaves_the_dataset_as_it_was(tmp_path: Path, large: Path) -> None:
    part = tmp_path / "dataset" / "interactions" / "day=2026-05-01" / "part-0.parquet"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"as it was")
    command = (*CXTOOL, "convert", str(large / "few.csv"), "-o", "dataset", "-q")
    with started(*command, folder=tmp_path) as work:
        work.until(lambda: list(tmp_path.glob("dataset/.incoming-*/interactions/*")))
        code, took_s = work.stopped(signal.SIGINT)
    assert code == 130
    assert took_s < 1
    assert files(tmp_path) == ["dataset/.lock", str(part.relative_to(tmp_path))]
    assert part.read_bytes() == b"as it was"
    assert not list(tmp_path.glob("dataset/.incoming-*"))
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_stopped_sample_was_never_there(tmp_path: Path) -> None:
    command = (*CXTOOL, "sample", "-o", "demo", "--interactions", "1000000")
    with started(*command, folder=tmp_path) as work:
        work.until(lambda: list(tmp_path.glob(".demo.*.partial/interactions/*")))
        code, took_s = work.stopped(signal.SIGTERM)
    assert code == 143
    assert took_s < 1
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]


WRITING = """
import os, time
from pathlib import Path
from cxtool import output, stopping

stopping.install()
with stopping.held():
    os.kill(os.getpid(), 2)  # Ctrl-C that a pager was meant to get
    time.sleep(0.2)
output.os.fsync = lambda descriptor: time.sleep(60)
output.write_file(Path("report.json"), b"new")
"""


def test_a_file_is_not_half_written_and_a_pager_keeps_its_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    with started(sys.executable, "-c", WRITING, folder=tmp_path) as work:
        work.until(lambda: list(tmp_path.glob(".report.json.*.tmp")))
        # What was started by nohup ignores the hang-up, as do all that it starts.
        ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        number = signal.SIGTERM if ignored else signal.SIGHUP
        code, took_s = work.stopped(number)
    assert code == 128 + number
    assert took_s < 1
    assert files(tmp_path) == ["report.json"]
    assert (tmp_path / "report.json").read_text() == "old"
