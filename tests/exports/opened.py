"""An export as reports have it, opened without a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxtool.config import Settings
from cxtool.exports.export import Export, open_export
from cxtool.exports.text import TextOptions


@contextmanager
def opened(folder: Path, *names: str, settings: Settings | None = None) -> Iterator[Export]:
    """The interactions of an export in a folder, read in UTC."""
    with open_export(
        names,
        settings=settings or Settings(),
        folder=folder,
        time_zone="UTC",
        profile=None,
        text=TextOptions(),
        uses=("interactions",),
    ) as export:
        yield export
