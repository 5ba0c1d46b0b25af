"""The orders of the samples that the tests of this folder share, and how to read one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from cxtool.synthetic.plan import Order

SMALL = Order(interactions=1000, days=10, seed=5)
LONG = Order(interactions=9000, days=63, seed=11, agents=40)

Read = Callable[[str], pl.DataFrame]


def reader(folder: Path) -> Read:
    """Reads a table of a Parquet sample, whether it is a file or a folder of parts."""

    def read(table: str) -> pl.DataFrame:
        parts = folder / table
        return pl.read_parquet(parts / "*.parquet" if parts.is_dir() else f"{parts}.parquet")

    return read
