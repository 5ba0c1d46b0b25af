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


def test_long_work_shows_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with progress.working("reading") as advance:
        advance(1, 4)
        deadline = time.monotonic() + 5
        while "reading" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.02)
    assert "reading" in terminal.getvalue()


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with progress.working("reading") as advance:
        advance(1, 1)
    assert terminal.getvalue() == ""


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "AFTER_S", 0.01)
    with progress.working("reading"):
        time.sleep(0.1)
    assert stream.getvalue() == ""
