"""The line that tells on a terminal what is being done, how much of it, and for how long."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

REDRAWN_HZ = 4


class Bar:
    """The line, from now on until it is taken away. ``begun`` is when the work began."""

    def __init__(self, *, begun: float) -> None:
        self.drawn: tuple[str, int | None] | None = None
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            _Steps(),
            _Elapsed(begun),
            console=Console(stderr=True),
            transient=True,
            refresh_per_second=REDRAWN_HZ,
        )
        self.progress.start()

    def draw(self, text: str, done: int, total: int | None) -> None:
        """What is being done; ``total`` None: nobody knows how many steps it takes."""
        if self.drawn != (text, total):
            for old in self.progress.task_ids:
                self.progress.remove_task(old)
            self.progress.add_task(text, total=total)
            self.drawn = text, total
        self.progress.update(self.progress.task_ids[0], completed=done)

    def take_away(self) -> None:
        """Leave the terminal as it was."""
        self.progress.stop()


class _Steps(ProgressColumn):
    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text()
        return Text(f"{task.completed:,.0f} of {task.total:,.0f}", style="progress.download")


class _Elapsed(ProgressColumn):
    def __init__(self, begun: float) -> None:
        super().__init__()
        self.begun = begun

    def render(self, task: Task) -> Text:
        seconds = int(monotonic() - self.begun)
        return Text(str(timedelta(seconds=seconds)), style="progress.elapsed")
