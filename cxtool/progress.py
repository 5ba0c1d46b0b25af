"""A sign of life on a terminal while work lasts, and nothing anywhere else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cxtool.output import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

AFTER_S = 1.0

Advance = Callable[[int, int], None]


@contextmanager
def working(text: str) -> Iterator[Advance]:
    """Show ``text`` on standard error once the work has lasted over a second, if it is a terminal.

    Yields a function for (done, total) steps; work that never calls it shows a moving bar.
    """
    if not is_terminal(sys.stderr):
        yield lambda done, total: None
        return
    bar = _Bar(text)
    timer = threading.Timer(AFTER_S, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.advance
    finally:
        timer.cancel()
        bar.hide()


class _Bar:
    """A bar that the timer's thread shows and the working thread advances and hides."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lock = threading.Lock()
        self.hidden = False
        self.steps: tuple[int, int | None] = (0, None)
        self.shown: tuple[Progress, TaskID] | None = None

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with self.lock:
            if self.hidden:
                return
            progress = Progress(*columns, console=Console(stderr=True), transient=True)
            done, total = self.steps
            task = progress.add_task(self.text, completed=done, total=total)
            progress.start()
            self.shown = (progress, task)

    def advance(self, done: int, total: int) -> None:
        with self.lock:
            self.steps = (done, total)
            if self.shown:
                progress, task = self.shown
                progress.update(task, completed=done, total=total)

    def hide(self) -> None:
        with self.lock:
            self.hidden = True
            if self.shown:
                self.shown[0].stop()
