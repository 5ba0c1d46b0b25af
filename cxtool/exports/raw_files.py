"""From the files of an export to raw tables: one for each text file, one for alike Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.exports.layout import ROW, irregular, texts
from cxtool.exports.passed import Passed
from cxtool.exports.proof import Proof, common, proofs_of
from cxtool.exports.raw import DAY, FILE, RawTable, scanned
from cxtool.exports.repair import SHOWN, Damage
from cxtool.exports.sources import SourceFile
from cxtool.exports.text import TextFile, TextOptions, prepare

NO_DAY = "__HIVE_DEFAULT_PARTITION__"


def read(files: Sequence[SourceFile], options: TextOptions, *, scratch: Path) -> list[RawTable]:
    """One raw table per text file, and one per table and shape of the Parquet files.

    Raises CxtoolError for a file that cannot be read at all.
    """
    raws = []
    parquet: list[tuple[int, SourceFile]] = []
    for position, file in enumerate(files):
        prepared = file if file.format == "parquet" else prepare(file, options, scratch=scratch)
        if isinstance(prepared, TextFile):
            raws.append(_from_text(prepared, file.table, position, scratch))
        else:
            parquet.append((position, prepared))
    return raws + _from_parquet(parquet)


def _from_text(text: TextFile, table: str | None, position: int, scratch: Path) -> RawTable:
    """A text file without its blank, short and long records; the latter two become damages."""
    if text.format == "csv" and not text.glance.regular:
        raw = _without(irregular(text), text, table, position)
    else:
        raw = scanned(text, table=table, position=position)
    try:
        raw.seen(pl.lit(None))
    except pl.exceptions.PolarsError:
        return raw.repaired(scratch)
    return raw


def _without(odd: pl.DataFrame, text: TextFile, table: str | None, position: int) -> RawTable:
    """The file without its odd records, as ``layout.irregular`` tells them."""
    width = len(text.header)
    # Empty cells beyond the header are none, and those of unnamed columns may be missing.
    is_long = pl.col("cells") - pl.col("tail") > width
    least = 0 if text.ragged else width - text.spare_n
    is_damaged = ~pl.col("blank") & (is_long | (pl.col("cells") < least))
    damaged = odd.filter(is_damaged)
    if empty_n := odd.filter(pl.col("blank") & (pl.col("cells") > 1)).height:
        text = replace(text, passed=(*text.passed, Passed("empty", empty_n)))
    raw = scanned(text, table=table, position=position, cut=bool((odd["cells"] > width).any()))
    skipped = odd.lazy().filter(pl.col("blank") | is_damaged).select(pl.col(ROW).cast(pl.UInt32))
    told = damaged.join(texts(text, damaged["line"]), on="line").select("line", "cells", "text")
    return replace(
        raw,
        frame=raw.frame.join(skipped, on=ROW, how="anti", maintain_order="left"),
        damages=tuple(
            Damage(line, value[:SHOWN], f"{cells} cells where the header has {width}")
            for line, cells, value in told.sort("line").iter_rows()
        ),
    )


def _from_parquet(files: Sequence[tuple[int, SourceFile]]) -> list[RawTable]:
    shapes: dict[object, list[tuple[int, SourceFile]]] = {}
    proofs = dict(zip(files, _proofs([file for _, file in files]), strict=True))
    for (position, file), schema in zip(files, _schemas([file for _, file in files]), strict=True):
        columns = tuple((name, str(kind)) for name, kind in schema.items())
        keys = tuple(key for key, _ in file.partitions)
        is_proven = proofs[position, file] is not None
        shapes.setdefault((file.table, keys, columns, is_proven), []).append((position, file))
    return [
        replace(parquet_table(group), proof=common(proofs[one] for one in group))
        for group in shapes.values()
    ]


def _proofs(files: Sequence[SourceFile]) -> list[Proof | None]:
    """What is proven of files; nothing of those at an address, which would have to be asked."""
    on_disk = [file.path for file in files if isinstance(file.place, Path)]
    return proofs_of(on_disk) if len(on_disk) == len(files) else [None] * len(files)


def _schemas(files: Sequence[SourceFile]) -> list[Mapping[str, pl.DataType]]:
    if any(isinstance(file.place, str) for file in files):
        from cxtool.exports.remote import at_once

        return at_once(_schema, files)
    return [_schema(file) for file in files]


def _schema(file: SourceFile) -> Mapping[str, pl.DataType]:
    try:
        return pl.read_parquet_schema(file.place)
    except (pl.exceptions.PolarsError, OSError) as error:
        if isinstance(error, OSError) and isinstance(file.place, str):
            raise
        raise CxtoolError(f"{file.name}: not a readable Parquet file") from error


def parquet_table(group: list[tuple[int, SourceFile]]) -> RawTable:
    """Files of one table and shape."""
    files = [file for _, file in group]
    frame = pl.scan_parquet(
        [str(file.place) for file in files],
        glob=False,
        hive_partitioning=bool(files[0].partitions),
        row_index_name=ROW,
        include_file_paths=FILE,
    )
    return RawTable(
        frame=frame,
        schema=frame.collect_schema(),
        files=tuple(file.name for file in files),
        paths=tuple(file.place for file in files),
        positions=tuple(position for position, _ in group),
        table=files[0].table,
        days=_days(files),
    )


def _days(files: Sequence[SourceFile]) -> tuple[date, ...]:
    """The days whose rows the files hold, in order; none where one holds those of any day."""
    told = {dict(file.partitions).get(DAY, "") if file.by_day else "" for file in files}
    try:
        return tuple(sorted(date.fromisoformat(day) for day in told if day != NO_DAY))
    except ValueError:
        return ()
