"""Files as lazy frames of their own columns, before any meaning is given to them.

Text files become frames of text. Parquet files keep their types. Every frame has ``__row``, the
record's number in its file from 0, and a repaired text file ``__line`` (see ``repair``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from cxtool.errors import CxtoolError
from cxtool.exports.layout import ROW, irregular, ndjson_lines, records, texts
from cxtool.exports.repair import LINE, SHOWN, Damage, repair
from cxtool.exports.sources import SourceFile
from cxtool.exports.text import TextFile, TextOptions, prepare
from cxtool.schema import TABLES

FILE = "__file"  # the path, in a scan of several Parquet files
SAMPLE_ROWS = 1000
NDJSON_KEYS = 10_000  # lines that are read to find the keys of an NDJSON file


@dataclass(frozen=True)
class RawTable:
    """The records of one or more files of one shape.

    ``text`` is None for Parquet; ``files`` are the names of the files, ``paths`` theirs on disk.
    """

    frame: pl.LazyFrame
    schema: pl.Schema
    files: tuple[str, ...]
    paths: tuple[Path, ...]
    table: str | None
    text: TextFile | None = None
    damages: tuple[Damage, ...] = field(default=())

    @property
    def columns(self) -> list[str]:
        """The file's own columns."""
        return [name for name in self.schema.names() if name not in (ROW, LINE, FILE)]

    def sample(self) -> pl.DataFrame:
        """The first records, for looking at how values are written."""
        return self.frame.select(self.columns).head(SAMPLE_ROWS).collect()

    def repaired(self, scratch: Path) -> RawTable:
        """The same records without those that cannot be read, which ``damages`` then lists."""
        if self.text is None or LINE in self.schema:
            raise CxtoolError(f"{self.files[0]}: the file cannot be read")
        text, damages = repair(self.text, scratch=scratch)
        return replace(_scanned(text, table=self.table), damages=tuple(damages))

    def places(self, rows: pl.Series) -> pl.DataFrame:
        """``ROW, file, line`` of each record; for Parquet the line is its number from 1."""
        wanted = rows.unique().sort()
        if self.text is not None and LINE in self.schema:
            frame = self.frame.select(ROW, pl.col(LINE).cast(pl.Int64).alias("line"))
            found = frame.filter(pl.col(ROW).is_in(wanted.implode())).collect()
            return found.select(ROW, pl.lit(self.files[0]).alias("file"), "line")
        if self.text is not None:
            is_csv = self.text.format == "csv"
            lines = records(self.text) if is_csv else ndjson_lines(self.text)
            found = lines.filter(pl.col(ROW).is_in(wanted.implode()))
            line = pl.col("line").cast(pl.Int64)
            return found.select(ROW, pl.lit(self.files[0]).alias("file"), line)
        # The row number of a scan of several Parquet files goes on from file to file.
        heights = [pl.scan_parquet(path).select(pl.len()).collect().item() for path in self.paths]
        begins = pl.DataFrame({"file": self.files, "begin": heights}).select(
            "file", (pl.col("begin").cum_sum() - pl.col("begin")).cast(rows.dtype)
        )
        placed = pl.DataFrame({ROW: wanted}).join_asof(begins, left_on=ROW, right_on="begin")
        line = (pl.col(ROW) - pl.col("begin") + 1).cast(pl.Int64)
        return placed.select(ROW, "file", line.alias("line"))


def read(files: Sequence[SourceFile], options: TextOptions, *, scratch: Path) -> list[RawTable]:
    """One raw table per text file, and one per table and shape of the Parquet files."""
    raws = [
        _from_text(prepare(file, options, scratch=scratch), table=file.table, scratch=scratch)
        for file in files
        if file.format != "parquet"
    ]
    return raws + _from_parquet([file for file in files if file.format == "parquet"])


def _from_text(text: TextFile, *, table: str | None, scratch: Path) -> RawTable:
    """A text file without its blank and short records; short ones are listed as damages."""
    raw = _scanned(text, table=table)
    odd = irregular(text) if text.format == "csv" else None
    if odd is None:
        return raw
    if (odd["cells"] > len(text.header)).any():
        return raw.repaired(scratch)
    short = odd.filter(~pl.col("blank"))
    skipped = odd.lazy().select(pl.col(ROW).cast(pl.UInt32))
    return replace(
        raw,
        frame=raw.frame.join(skipped, on=ROW, how="anti", maintain_order="left"),
        damages=tuple(
            Damage(line, value[:SHOWN], f"{cells} cells where the header has {len(text.header)}")
            for line, cells, value in short.join(texts(text, short["line"]), on="line")
            .select("line", "cells", "text")
            .iter_rows()
        ),
    )


def _scanned(text: TextFile, *, table: str | None) -> RawTable:
    header = text.header if text.format == "csv" else _ndjson_keys(text, table)
    schema: dict[str, pl.DataType] = {name: pl.String() for name in header}
    if text.format == "csv":
        frame = pl.scan_csv(
            text.path,
            has_header=False,
            skip_lines=text.body_line - 1,
            separator=text.delimiter,
            schema=schema,
            empty_string_is_null=False,
            row_index_name=ROW,
            glob=False,
        )
    else:
        frame = pl.scan_ndjson(text.path, schema=schema, row_index_name=ROW)
    return RawTable(
        frame=frame,
        schema=pl.Schema({ROW: pl.UInt32(), **schema}),
        files=(text.name,),
        paths=(text.path,),
        table=table,
        text=text,
    )


def _ndjson_keys(text: TextFile, table: str | None) -> tuple[str, ...]:
    """The keys that the first lines have, and the canonical columns that a later line may have."""
    import json

    keys: dict[str, None] = {}
    with text.path.open(encoding="utf-8") as stream:
        for _, line in zip(range(NDJSON_KEYS), stream, strict=False):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                keys.update(dict.fromkeys(record))
    if not keys:
        raise CxtoolError(f"{text.name}: no JSON objects, one to a line, were found")
    keys.update(dict.fromkeys(TABLES[table or "interactions"].names))
    return tuple(keys)


def _from_parquet(files: Sequence[SourceFile]) -> list[RawTable]:
    shapes: dict[tuple[str | None, tuple[tuple[str, str], ...]], list[SourceFile]] = {}
    for file in files:
        try:
            schema = pl.read_parquet_schema(file.path)
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise CxtoolError(f"{file.name}: not a readable Parquet file ({reason})") from error
        shape = tuple((name, str(kind)) for name, kind in schema.items())
        shapes.setdefault((file.table, shape), []).append(file)
    return [_parquet_table(group, table) for (table, _), group in shapes.items()]


def _parquet_table(files: list[SourceFile], table: str | None) -> RawTable:
    paths = tuple(file.path for file in files)
    frame = pl.scan_parquet(
        list(paths),
        glob=False,
        hive_partitioning=any("=" in str(path.parent) for path in paths),
        row_index_name=ROW,
        include_file_paths=FILE,
    )
    return RawTable(
        frame=frame,
        schema=frame.collect_schema(),
        files=tuple(file.name for file in files),
        paths=paths,
        table=table,
    )
