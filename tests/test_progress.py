"""Progress shows on a terminal only, only while work lasts, and leaves nothing behind."""

from __future__ import annotations

import io
import sys
import time

import pytest

from cxtool import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    # Not a fixture: capturing puts its own streams back between set-up and test.
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "AFTER_S", 0.05)
    return stream


def seen(terminal: Terminal, *words: str) -> None:
    deadline = time.monotonic() + 5
    while not all(word in terminal.getvalue() for word in words):
        assert time.monotonic() < deadline, terminal.getvalue()
        time.sleep(0.02)


def test_long_work_shows_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with progress.working("reading") as work:
        seen(terminal, "reading")
        work.now("counting")
        work.advance(3, 12)
        seen(terminal, "counting", "3 of 12")


def test_work_within_work_is_a_stage_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with progress.working("reading") as work:
        with progress.working("writing") as within:
            work.advance(3, 12)
            seen(terminal, "writing", "3 of 12")
            assert within is work
        work.now("counting")
        seen(terminal, "counting")


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with progress.working("reading") as work:
        work.advance(1, 1)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_nothing_is_shown_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, quiet: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER_S", 0.01)
    with progress.working("reading", quiet=quiet) as work:
        work.advance(1, 2)
        time.sleep(0.1)
    assert stream.getvalue() == ""
