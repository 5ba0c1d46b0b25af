"""A sign of life on a terminal while work lasts, and nothing anywhere else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from cxtool.output import is_terminal
from cxtool.stopping import undone

if TYPE_CHECKING:
    from cxtool.render.bar import Bar

AFTER_S = 1.0

_under_way: list[Work] = []


class Work:
    """What is being done and how much of it. Told here, it is shown nowhere."""

    def now(self, text: str) -> None:
        """Something else begins; in how many steps is not known yet."""

    def advance(self, done: int, total: int) -> None:
        """So many of so many steps are done."""


@contextmanager
def working(text: str, *, quiet: bool = False) -> Iterator[Work]:
    """Show ``text`` on standard error once the work has lasted over a second, if it is a terminal.

    Work that never tells its steps shows a moving bar. ``quiet``: nothing is shown. Work within
    work is a further stage of it.
    """
    if quiet or not is_terminal(sys.stderr):
        yield Work()
        return
    if _under_way:
        _under_way[-1].now(text)
        yield _under_way[-1]
        return
    shown = _Shown(text)
    timer = threading.Timer(AFTER_S, shown.show)
    timer.daemon = True
    timer.start()
    _under_way.append(shown)
    try:
        with undone(shown.hide):
            yield shown
    finally:
        _under_way.remove(shown)
        timer.cancel()
        shown.hide()


class _Shown(Work):
    """A bar that the timer's thread shows and the working thread advances and hides."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: tuple[int, int | None] = (0, None)
        self.begun = monotonic()
        self.lock = threading.Lock()
        self.hidden = False
        self.bar: Bar | None = None

    def show(self) -> None:
        from cxtool.render.bar import Bar

        with self.lock:
            if not self.hidden:
                self.bar = Bar(begun=self.begun)
                self.bar.draw(self.text, *self.steps)

    def now(self, text: str) -> None:
        self._tell(text, (0, None))

    def advance(self, done: int, total: int) -> None:
        self._tell(self.text, (done, total))

    def _tell(self, text: str, steps: tuple[int, int | None]) -> None:
        with self.lock:
            self.text, self.steps = text, steps
            if self.bar is not None and not self.hidden:
                self.bar.draw(text, *steps)

    def hide(self) -> None:
        with self.lock:
            if self.bar is not None and not self.hidden:
                self.bar.take_away()
            self.hidden = True
