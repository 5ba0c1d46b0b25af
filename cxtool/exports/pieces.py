"""Cases for a report that never holds them all: their rows as they are read, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from cxtool.errors import CxtoolError
from cxtool.exports.export import damage_told, refusals_told
from cxtool.tables import Frame

PIECE_N = 65_536  # rows; more take more room, fewer more time


def reader(arguments: Sequence[str]) -> Callable[[Frame], Iterator[pl.DataFrame]]:
    """What reads frames of the export that the arguments name, while that is open.

    Rows come in the order of the frame. The export is read at the pace at which they are taken.
    Raises CxtoolError for what cannot be read after all.
    """

    def read(frame: Frame) -> Iterator[pl.DataFrame]:
        native: pl.LazyFrame = frame.to_native()
        # Told here, as who writes the rows would take it for a trouble of writing.
        try:
            with refusals_told(arguments), damage_told():
                yield from native.collect_batches(
                    chunk_size=PIECE_N, maintain_order=True, lazy=True, engine="streaming"
                )
        except OSError as problem:
            raise CxtoolError(f"cannot read the export: {problem.strerror or problem}") from problem

    return read
