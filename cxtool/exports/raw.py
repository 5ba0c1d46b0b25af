"""Records as lazy frames of the columns that files have, before any meaning is given to them.

Text files become frames of text, Parquet files keep their types (see ``raw_files``). Every frame
has ``__row``, the record's number in its file from 0, and a repaired text file ``__line`` (see
``repair``).
"""

from __future__ import annotations

from collections.abc import Mapping
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
    ndjson_keys,
    ndjson_lines,
    records,
)
from cxtool.exports.proof import Proof
from cxtool.exports.repair import LINE, Damage, repair
from cxtool.exports.spreadsheet import unguarded
from cxtool.exports.text import TextFile

DAY = "day"  # the folders of a dataset
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
    is_trimmed: bool = False  # text of the frame has nothing to trim, and is null where empty
    is_held: bool = False  # the frame is in memory
    first: pl.DataFrame | None = None  # the first records, where they are known: all as text
    days: tuple[date, ...] = ()
    proof: Proof | None = None

    @property
    def glance(self) -> Glance:
        """What was seen of the text that the frame is read from; irregular where it is not text."""
        return IRREGULAR if self.text is None else self.text.glance

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
            rows = _frame(replace(text, body_line=1), source)
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
        raw = scanned(text, table=self.table, position=position, types=types)
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
        raw = scanned(text, table=self.table, position=self.positions[0])
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


def scanned(
    text: TextFile,
    *,
    table: str | None,
    position: int,
    cut: bool = False,
    types: Mapping[str, pl.DataType] = {},
) -> RawTable:
    """The file as it stands. ``cut`` passes over cells beyond the header instead of refusing.

    Columns of ``types`` hold nothing else.
    """
    frame = _frame(text, text.path, cut=cut, types=types)
    return RawTable(
        frame=frame,
        schema=frame.collect_schema(),
        files=(text.name,),
        paths=(text.path,),
        positions=(position,),
        table=table,
        text=text,
    )


def _frame(
    text: TextFile,
    source: Path | BytesIO,
    *,
    cut: bool = False,
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
        if text.glance.guarded:
            texts_of = [name for name in header if name != LINE and schema[name] == pl.String]
            frame = frame.with_columns(unguarded(pl.col(name)) for name in texts_of)
    else:
        frame = pl.scan_ndjson(source, schema=schema, row_index_name=ROW)
    constants = {name: pl.lit(value) for name, value in text.partitions if name not in schema}
    return frame.with_columns(**constants)
