"""Ctrl-C and termination: the process ends at once, and nothing half-made is left behind.

Python acts on a signal between two of its steps, and a long query is one step. So a thread of its
own is woken by the signal: it undoes what is under way and ends the process, whatever the rest is
doing. Where nothing is installed, as in tests and notebooks, Ctrl-C raises KeyboardInterrupt.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

LONGEST_S = 0.8  # for all that is to undo; what hangs is left

_under_way: list[Callable[[], None]] = []
_held = threading.Event()  # Ctrl-C means something to another program on the terminal
_leaving = threading.Lock()


def install() -> None:
    """End the process with 128 + the signal's number on Ctrl-C, termination or hang-up.

    Signals that the process was started to ignore stay ignored.
    """
    if os.name != "posix":
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _noted)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()


def leave(code: int) -> None:
    """End the process without the interpreter's teardown, unless it is being stopped already."""
    with _leaving:
        os._exit(code)


@contextmanager
def undone(action: Callable[[], None]) -> Iterator[None]:
    """Take an action if the process is stopped before the block ends."""
    _under_way.append(action)
    try:
        yield
    finally:
        _under_way.remove(action)


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """Remove a file or folder if the process is stopped before the block ends."""
    with undone(partial(_remove, path)):
        yield


@contextmanager
def scratch_folder(parent: Path | None = None, *, prefix: str = "cxtool-") -> Iterator[Path]:
    """A new folder that is removed with the block, however that ends."""
    import tempfile  # takes 5 ms, which --help has no use for

    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as name, unfinished(Path(name)):
        yield Path(name)


@contextmanager
def held() -> Iterator[None]:
    """Leave Ctrl-C to another program on the terminal, such as a pager."""
    _held.set()
    try:
        yield
    finally:
        _held.clear()


def _noted(number: int, frame: FrameType | None) -> None:
    """Python's own answer to a signal: none, as the watching thread has it already."""


def _watch(reading: int) -> None:
    while True:
        (number,) = os.read(reading, 1)
        if number in (signal.SIGTERM, signal.SIGHUP) or (
            number == signal.SIGINT and not _held.is_set()
        ):
            _stop(128 + number)


def _stop(code: int) -> None:
    _leaving.acquire()  # for good: who comes to leave waits here for the end
    last = threading.Timer(LONGEST_S, os._exit, (code,))
    last.daemon = True
    last.start()
    for action in reversed(_under_way):
        with contextlib.suppress(Exception):
            action()
    os._exit(code)


def _remove(path: Path) -> None:
    """Remove a file or folder that others may still be writing to."""
    import shutil

    while path.exists():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        time.sleep(0.01)
