"""Files as lazy frames of their own columns, before any meaning is given to them.

Text files become frames of text. Parquet files keep their types. Every frame has ``__row``, the
record's number in its file from 0, and a repaired text file ``__line`` (see ``repair``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import cast

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.exports.convert import cleaned
from cxtool.exports.glance import IRREGULAR, Glance, first_records
from cxtool.exports.layout import (
    ROW,
    irregular,
    ndjson_keys,
    ndjson_lines,
    records,
    texts,
)
from cxtool.exports.passed import Passed
from cxtool.exports.proof import Proof, common, proofs_of
from cxtool.exports.repair import LINE, SHOWN, Damage, repair
from cxtool.exports.sources import SourceFile
from cxtool.exports.spreadsheet import unguarded
from cxtool.exports.text import TextFile, TextOptions, prepare

DAY = "day"  # the folders of a dataset
NO_DAY = "__HIVE_DEFAULT_PARTITION__"
A_DAY = timedelta(days=1)
FILE = "__file"  # the path, in a scan of several Parquet files
SAMPLE_ROWS = 1000
SAMPLE_BYTES = 1 << 20  # of a larger file, which a scan would take longer to begin with
ORIGIN_ROWS = 1 << 40  # rows of one origin, numbered on from those of the one before


class RawTable(Struct, frozen=True, dict=True):
    """The records of one or more files of one shape.

    ``text`` is None for Parquet; ``files`` are the names of the files, ``paths`` theirs on disk (or
    addresses), ``positions`` theirs in the export. ``days``: those of the folders ``day=``, where
    these hold just the rows of their day. ``proof``: what is known of all that they hold.
    """

    frame: pl.LazyFrame
    schema: pl.Schema
    files: tuple[str, ...]
    paths: tuple[Path | str, ...]
    positions: tuple[int, ...]
    table: str | None
    text: TextFile | None = None
    damages: tuple[Damage, ...] = ()
    origins: tuple[RawTable, ...] = ()  # the tables that this one was put together from
    glance: Glance = IRREGULAR  # of the text, as long as the frame is all of it
    is_trimmed: bool = False  # text of the frame has nothing to trim, and is null where empty
    is_held: bool = False  # the frame is in memory
    first: pl.DataFrame | None = None  # the first records, where they are known: all as text
    days: tuple[date, ...] = ()
    proof: Proof | None = None

    @property
    def columns(self) -> list[str]:
        """The file's own columns."""
        return [name for name in self.schema.names() if name not in (ROW, LINE, FILE)]

    @property
    def decimal_comma(self) -> bool:
        """Whether it is said that numbers have a decimal comma."""
        return self.text is not None and self.text.decimal_comma

    def on(self, first: date, last: date) -> pl.LazyFrame:
        """The frame, of two days alone where days are known."""
        if not self.days:
            return self.frame
        return self.frame.filter((pl.col(DAY) == first) | (pl.col(DAY) == last))

    def around(self, window: tuple[int, int]) -> pl.LazyFrame:
        """The frame without days that lie outside of epoch milliseconds, where days are known."""
        if not self.days:
            return self.frame
        # A dataset's days are those of the zone it was made in: at most one off.
        start, end = window
        first, last = (datetime.fromtimestamp(ms / 1000, UTC).date() for ms in (start, end - 1))
        day = pl.col(DAY)
        return self.frame.filter(day.is_between(first - A_DAY, last + A_DAY) | day.is_null())

    @cached_property
    def _sample(self) -> pl.DataFrame:
        if self.first is not None:
            return self.first
        if self.glance.regular and self.glance.end > SAMPLE_BYTES:
            text = cast("TextFile", self.text)
            source = BytesIO(first_records(text, SAMPLE_BYTES))
            rows = _frame(replace(text, body_line=1), source, found=self.glance)
            first = rows.select(self.columns).head(SAMPLE_ROWS).collect()
            if first.height == SAMPLE_ROWS:
                return first
        return self.frame.select(self.columns).head(SAMPLE_ROWS).collect()

    def seen(self, value: pl.Expr) -> pl.Series:
        """An expression over the first records, for looking at how values are written."""
        if self.text is not None:
            return self._sample.select(value.alias("value"))["value"]
        # The first records before the value: one that leaves values out would go on to the end.
        return self.frame.head(SAMPLE_ROWS).select(value.alias("value")).collect()["value"]

    def typed(self, types: Mapping[str, pl.DataType], *, trims: bool = False) -> RawTable:
        """The same records of a regular file; the scan fails on what is not of these types.

        ``trims``: text is trimmed in the frame. As a column of its own it is trimmed, and what is
        made of it is made, once for all that ask.
        """
        text = cast("TextFile", self.text)
        position = self.positions[0]
        raw = _scanned(text, table=self.table, position=position, found=self.glance, types=types)
        if not trims:
            return replace(raw, first=self._sample)
        names = [name for name in raw.columns if raw.schema[name] == pl.String]
        # What is left of a guarded text may begin with white space.
        is_trimmed = self.glance.is_trimmed and not self.glance.guarded
        frame = cleaned(raw.frame, names, trimmed=text.header if is_trimmed else ())
        return replace(raw, frame=frame, is_trimmed=True, first=cleaned(self._sample, names))

    @property
    def can_be_held(self) -> bool:
        """Whether the records are text that is parsed anew whenever they are read."""
        return self.glance.regular and not self.is_held

    def held(self, *made: pl.Expr) -> RawTable:
        """The same records in memory, with columns that are made of them."""
        frame = self.frame.with_columns(made).collect(engine="streaming")
        return replace(self, frame=frame.lazy(), is_held=True)

    def repaired(self, scratch: Path) -> RawTable:
        """The same records without those that cannot be read, which ``damages`` then lists.

        Raises CxtoolError for Parquet, which is read whole or not at all.
        """
        if self.text is None:
            raise CxtoolError(f"{self._unreadable()}: the Parquet file is damaged")
        if LINE in self.schema:
            raise CxtoolError(f"{self.files[0]}: the file cannot be read")
        text, damages = repair(self.text, scratch=scratch)
        raw = _scanned(text, table=self.table, position=self.positions[0])
        return replace(raw, damages=tuple(damages))

    def _unreadable(self) -> str:
        for name, path in zip(self.files, self.paths, strict=True):
            try:
                pl.scan_parquet(path).select(pl.all().null_count()).collect(engine="streaming")
            except pl.exceptions.PolarsError:
                return name
        return self.files[0]

    def places(self, rows: pl.Series) -> pl.DataFrame:
        """``ROW, file, line`` of each record; for Parquet the line is its number from 1."""
        if self.origins:
            return self._places_of_origins(rows)
        wanted = rows.unique().sort().cast(self.schema[ROW])
        found = self._places(wanted)
        return found.with_columns(pl.col(ROW).cast(rows.dtype))

    def _places(self, wanted: pl.Series) -> pl.DataFrame:
        if LINE in self.schema:
            lines = self.frame.select(ROW, pl.col(LINE).alias("line"))
        elif self.text is None:
            return self._parquet_places(wanted)
        elif self.glance.single_lines:
            lines = pl.LazyFrame({ROW: wanted}).with_columns(line=pl.col(ROW) + self.text.body_line)
        else:
            find = records if self.text.format == "csv" else ndjson_lines
            lines = find(self.text).lazy()
        found = lines.filter(pl.col(ROW).is_in(wanted.implode()))
        line = pl.col("line").cast(pl.Int64)
        return found.select(ROW, pl.lit(self.files[0]).alias("file"), line).collect()

    def _places_of_origins(self, rows: pl.Series) -> pl.DataFrame:
        wanted = rows.unique().sort()
        placed = []
        for number, origin in enumerate(self.origins):
            own = wanted.filter(wanted // ORIGIN_ROWS == number)
            if LINE in self.schema:
                lines = self.frame.filter(pl.col(ROW).is_in(own.implode())).select(
                    ROW, pl.lit(origin.files[0]).alias("file"), pl.col(LINE).alias("line")
                )
                placed.append(lines.collect())
            else:
                found = origin.places(own % ORIGIN_ROWS)
                placed.append(found.with_columns(pl.col(ROW) + number * ORIGIN_ROWS))
        return pl.concat(placed)

    def _parquet_places(self, wanted: pl.Series) -> pl.DataFrame:
        # The row number of a scan of several Parquet files goes on from file to file.
        heights = [pl.scan_parquet(path).select(pl.len()).collect().item() for path in self.paths]
        begin = pl.col("height").cum_sum() - pl.col("height")
        begins = pl.DataFrame({"file": self.files, "height": heights}).select(
            "file", begin.cast(wanted.dtype).alias("begin")
        )
        placed = pl.DataFrame({ROW: wanted}).join_asof(begins, left_on=ROW, right_on="begin")
        line = (pl.col(ROW) - pl.col("begin") + 1).cast(pl.Int64)
        return placed.select(ROW, "file", line.alias("line"))


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
        raw = _scanned(text, table=table, position=position, found=text.glance)
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
    raw = _scanned(text, table=table, position=position, cut=bool((odd["cells"] > width).any()))
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


def _scanned(
    text: TextFile,
    *,
    table: str | None,
    position: int,
    cut: bool = False,
    found: Glance = IRREGULAR,
    types: Mapping[str, pl.DataType] = {},
) -> RawTable:
    """The file as it stands. ``cut`` passes over cells beyond the header instead of refusing.

    Columns of ``types`` hold nothing else.
    """
    frame = _frame(text, text.path, cut=cut, found=found, types=types)
    return RawTable(
        frame=frame,
        schema=frame.collect_schema(),
        files=(text.name,),
        paths=(text.path,),
        positions=(position,),
        table=table,
        text=text,
        glance=found,
    )


def _frame(
    text: TextFile,
    source: Path | BytesIO,
    *,
    cut: bool = False,
    found: Glance = IRREGULAR,
    types: Mapping[str, pl.DataType] = {},
) -> pl.LazyFrame:
    """The records of a text file, from a source that begins as it does."""
    header = text.header if text.format == "csv" else ndjson_keys(text)
    schema = {name: types.get(name, pl.String()) for name in header}
    if text.format == "csv":
        frame = pl.scan_csv(
            source,
            has_header=False,
            skip_lines=text.body_line - 1,
            separator=text.delimiter,
            quote_char=text.quote or None,
            schema=schema,
            empty_string_is_null=False,
            row_index_name=ROW,
            glob=False,
            extra_columns="ignore" if cut else "raise",
        )
        if found.guarded:
            texts_of = [name for name in header if name != LINE and schema[name] == pl.String]
            frame = frame.with_columns(unguarded(pl.col(name)) for name in texts_of)
    else:
        frame = pl.scan_ndjson(source, schema=schema, row_index_name=ROW)
    constants = {name: pl.lit(value) for name, value in text.partitions if name not in schema}
    return frame.with_columns(**constants)


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
