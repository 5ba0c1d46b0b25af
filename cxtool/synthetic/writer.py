"""Canonical frames to files, in a folder that appears whole or not at all.

Parquet: ``interactions`` is a folder with one file a day; another table is one file, or a folder of
parts once it is large. CSV: one file a table, appended to day by day; datetimes end in ``Z``, lists
are separated by ``;``, null is empty.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import polars as pl

from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.proof import FILE as PROOF_FILE
from cxtool.schema import TABLES
from cxtool.stopping import unfinished
from cxtool.synthetic.columns import schema_of

Format = Literal["parquet", "csv"]

PART_ROWS = 1_000_000
GROUP_ROWS = 16_384  # so that the cases of one contact are few groups
DAILY = "interactions"
TRUTH_FILE = "truth.json"
CSV_TIME = "%Y-%m-%dT%H:%M:%SZ"


class TableWriter:
    """One table's files. ``add`` its rows in order, then ``close``."""

    def __init__(self, folder: Path, table: str, fmt: Format) -> None:
        self.folder, self.table, self.fmt = folder, table, fmt
        self.rows_n = 0
        self._waiting: list[pl.DataFrame] = []
        self._parts = 0
        self._csv: IO[bytes] | None = None

    def add(self, rows: pl.DataFrame, *, part: str) -> None:
        """Write the rows, or keep them until a part is full; ``part`` names a day's file."""
        self.rows_n += rows.height
        if self.fmt == "csv":
            self._append_csv(rows)
        elif self.table == DAILY:
            if rows.height:
                self._write_part(rows, part)
        else:
            self._waiting.append(rows)
            if sum(frame.height for frame in self._waiting) >= PART_ROWS:
                self._write_part(self._taken(), f"part-{self._parts:04d}")

    def close(self) -> None:
        """Write what still waits; a table without rows gets a file all the same."""
        if self._csv is not None:
            self._csv.close()
        elif not self._parts:
            self._write(self._taken(), self.folder / f"{self.table}.parquet")
        elif self._waiting:
            self._write_part(self._taken(), f"part-{self._parts:04d}")

    def abandon(self) -> None:
        """Let go of the file; it is about to be deleted."""
        if self._csv is not None:
            self._csv.close()

    def _taken(self) -> pl.DataFrame:
        rows = pl.concat([pl.DataFrame(schema=schema_of(self.table)), *self._waiting])
        self._waiting = []
        return rows

    def _write_part(self, rows: pl.DataFrame, name: str) -> None:
        folder = self.folder / self.table
        folder.mkdir(exist_ok=True)
        self._write(rows, folder / f"{name}.parquet")
        self._parts += 1

    def _write(self, rows: pl.DataFrame, path: Path) -> None:
        rows.write_parquet(path, compression="zstd", statistics=True, row_group_size=GROUP_ROWS)

    def _append_csv(self, rows: pl.DataFrame) -> None:
        first = self._csv is None
        if self._csv is None:
            self._csv = (self.folder / f"{self.table}.csv").open("wb")
        as_text(rows, self.table).write_csv(
            self._csv, include_header=first, datetime_format=CSV_TIME
        )


def as_text(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """The rows as CSV holds them: lists joined, whole seconds without a decimal point."""
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    whole = [name for name, kind in rows.schema.items() if kind == pl.Float64]
    return rows.with_columns(
        pl.col(lists).list.join(";"),
        pl.col(whole if table == DAILY else []).cast(pl.Int64),
    )


class ExportWriter:
    """The files of all wanted tables."""

    def __init__(self, folder: Path, tables: tuple[str, ...], fmt: Format) -> None:
        self.tables = {table: TableWriter(folder, table, fmt) for table in tables}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for table in self.tables.values():
            if problem is None:
                table.close()
            else:
                table.abandon()

    @property
    def rows_n(self) -> dict[str, int]:
        return {name: table.rows_n for name, table in self.tables.items()}


@contextmanager
def whole_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """A new folder beside the target that takes its place if all goes well, and else vanishes.

    Raises UsageError where the target is a file, or a folder with something in it; ``force`` lets
    an earlier sample be replaced, but never a folder that holds anything else.
    """
    check_target(target, force=force)
    target = Path(os.path.abspath(target))
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    older = target.with_name(f".{target.name}.{os.getpid()}.older")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as problem:
        raise CxtoolError(f"cannot write {target}: {problem.strerror or problem}") from problem
    try:
        with unfinished(partial):
            yield partial
            if target.exists():
                target.rename(older)
            partial.rename(target)
        with unfinished(older):
            shutil.rmtree(older, ignore_errors=True)
    except OSError as problem:
        raise CxtoolError(f"cannot write {target}: {problem.strerror or problem}") from problem
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a target that a sample must not replace."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"{target} is not a folder", hint="name a new or an empty folder")
    there = sorted(entry.name for entry in target.iterdir()) if target.exists() else []
    if there and not force:
        raise UsageError(f"folder {target} is not empty", hint="--force replaces an older sample")
    own = {
        TRUTH_FILE,
        PROOF_FILE,
        *TABLES,
        *(f"{table}.{fmt}" for table in TABLES for fmt in ("parquet", "csv")),
    }
    others = [name for name in there if name not in own]
    if others:
        raise UsageError(
            f"folder {target} holds other things than a sample: {others[0]}",
            hint="name a new or an empty folder",
        )
