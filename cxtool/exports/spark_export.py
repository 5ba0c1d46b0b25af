"""A canonical Parquet dataset on Spark: the rows stay where they are, counts come back.

A dataset is what ``cxtool convert`` or ``cxtool sample`` wrote: a folder, or an address that Spark
can read, with a folder or file per table. Its rows were judged when it was written and are not
judged again; that they have what is required is counted.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field  # abstract, which no Struct can be
from datetime import date, timedelta
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import polars as pl
from pyspark.errors import AnalysisException
from pyspark.sql import functions as sf
from pyspark.sql import types as st

from cxtool.config import Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.limited import PEOPLE, Limited
from cxtool.exports.mapped import DAY_OF, frame_name
from cxtool.exports.native import as_frame
from cxtool.exports.scan import Days
from cxtool.exports.spark_native import with_epoch_ms, with_local_day
from cxtool.exports.spark_session import session
from cxtool.exports.survey import Survey
from cxtool.period import EPOCH
from cxtool.schema import DIRECTIONS, TABLES, Table, Type
from cxtool.tables import Frame

if TYPE_CHECKING:
    from pyspark.sql import Column

Rows = Any  # a DataFrame of either kind of session

CASTS: Mapping[Type, str] = {
    Type.STR: "string",
    Type.DATETIME: "timestamp",
    Type.SECONDS: "long",  # whole milliseconds
    Type.BOOL: "boolean",
    Type.LIST: "array<string>",
    Type.INT: "long",
    Type.FLOAT: "double",
}
KINDS: Mapping[Type, tuple[type[st.DataType], ...]] = {
    Type.STR: (st.StringType,),
    Type.DATETIME: (st.TimestampType,),
    Type.SECONDS: (st.NumericType,),
    Type.BOOL: (st.BooleanType,),
    Type.LIST: (st.ArrayType,),
    Type.INT: (st.IntegralType,),
    Type.FLOAT: (st.NumericType,),
}
PARTITION = "day"  # the folders of a dataset that ``convert`` wrote
FOLDER = re.compile(rf"/{PARTITION}=(\d{{4}}-\d\d-\d\d)/")
DAY = "__day"
ZONES_APART = 2  # days that one moment may lie apart in two zones
JOBS = 4  # at a time: a small one need not wait for a large one


@dataclass
class SparkExport(Limited):
    """The tables of a dataset under settings, and what metrics read of them."""

    tables_read: dict[str, Rows]
    root: str
    shown: str  # the root as it was given
    settings: Settings
    time_zone: str
    profile: str | None = None
    _surveys: dict[tuple[str, Days | None], Survey] = field(default_factory=dict)

    def reads(self, table: str) -> bool:
        """Whether the dataset has the table."""
        return table in self.tables_read

    def given(self, table: str) -> frozenset[str]:
        """The canonical columns that the dataset has of a table."""
        return frozenset(TABLES[table].names).intersection(self.tables_read[table].columns)

    def extras(self, table: str) -> list[str]:
        """A table's columns that are not canonical."""
        own = {*TABLES[table].names, PARTITION}
        return [name for name in self.tables_read[table].columns if name not in own]

    def files(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Names of the files that feed these tables, as they follow the dataset's own."""
        found = [self._name(file) for table in tables for file in self._files(table)]
        return tuple(dict.fromkeys(found))

    def _files(self, table: str) -> list[str]:
        return sorted(self.tables_read[table].inputFiles())

    def _name(self, file: str) -> str:
        path, root = unquote(urlsplit(file).path), urlsplit(self.root).path.rstrip("/")
        return f"{self.shown.rstrip('/')}{path.removeprefix(root)}"

    def span(self) -> tuple[int, int] | None:
        """First and last local day on which an interaction started."""
        return self._span

    @cached_property
    def _span(self) -> tuple[int, int] | None:
        rows = self._at_the_ends(self._with_day("interactions", None))
        first, last = rows.agg(sf.min(DAY), sf.max(DAY)).collect()[0]
        return None if first is None else (first, last)

    def _at_the_ends(self, interactions: Rows) -> Rows:
        """Those of the dataset's first and last days, where its folders tell them."""
        found = (
            re.search(rf"/{PARTITION}=([\d-]+)/", file) for file in self._files("interactions")
        )
        days = sorted({match[1] for match in found if match})
        if PARTITION not in interactions.columns or len(days) < 2 * ZONES_APART:
            return interactions
        ends = [*days[:ZONES_APART], *days[-ZONES_APART:]]
        return interactions.filter(
            sf.col(PARTITION).isin(*(date.fromisoformat(day) for day in ends))
        )

    def survey(self, table: str, days: Days | None = None) -> Survey:
        """The counts of a table. Raises CxtoolError where a row lacks what is required."""
        (found,) = self.surveys([table], days)
        return found

    def surveys(self, tables: Sequence[str], days: Days | None) -> list[Survey]:
        """The counts of several tables, those not yet known in one go."""
        asked = {table: (table, days if table in DAY_OF else None) for table in tables}
        fresh = [key for key in asked.values() if key not in self._surveys]
        if fresh:
            counts = reduce(lambda one, other: one.union(other), (self._counts(*k) for k in fresh))
            for table, rows_n, unknown_n, lacking in counts.collect():
                self._surveys[asked[table]] = self._survey(table, rows_n, unknown_n, lacking)
        return [self._surveys[key] for key in asked.values()]

    def _counts(self, table: str, days: Days | None) -> Rows:
        """One row: the table, how many rows, of unknown direction, lacking each required value."""
        is_known = sf.lit(True)
        if "direction" in self.given(table):
            is_known = sf.coalesce(sf.col("direction").isin(*DIRECTIONS), sf.lit(False))
        lacking = [sf.count_if(sf.col(name).isNull()) for name in TABLES[table].required]
        return self._with_day(table, days).agg(
            sf.lit(table), sf.count("*"), sf.count_if(~is_known), sf.array(*lacking)
        )

    def _survey(self, table: str, rows_n: int, unknown_n: int, lacking: Sequence[int]) -> Survey:
        for name, count in zip(TABLES[table].required, lacking, strict=True):
            if count:
                raise CxtoolError(
                    f"{self.shown}: {count:,} rows of {table} have no {name}",
                    hint="'cxtool convert' makes a dataset of rows that can be used",
                )
        return Survey(
            rows_read=rows_n,
            broken=None,
            duplicates=None,
            damages=0,
            unknown_direction_n=unknown_n,
            skipped_n=0,
            doubled_n=0,
        )

    def frame(self, table: str, days: Days | None) -> Frame:
        """The rows of a table, durations as whole milliseconds."""
        fields = [
            _read_as(own.name, own.type).alias(frame_name(TABLES[table], own.name))
            for own in TABLES[table].fields
            if own.name in self.given(table)
        ]
        rows = self._with_day(table, days)
        return as_frame(rows.select(*fields, *self.extras(table)))

    def _with_day(self, table: str, days: Days | None) -> Rows:
        """A table's rows with their local day, those of the days alone."""
        rows, at = self.tables_read[table], DAY_OF.get(table)
        if at is None:
            return rows
        if days is not None and PARTITION in rows.columns:
            # A dataset's days are those of the zone it was made in.
            first = EPOCH + timedelta(days=min(start for start, _ in days.ranges) - ZONES_APART)
            last = EPOCH + timedelta(days=max(end for _, end in days.ranges) - 1 + ZONES_APART)
            rows = rows.filter(sf.col(PARTITION).between(sf.lit(first), sf.lit(last)))
        rows = with_local_day(with_epoch_ms(rows, {"__ms": at}), DAY, "__ms", self.time_zone)
        if days is None:
            return rows
        inside = [(sf.col(DAY) >= start) & (sf.col(DAY) < end) for start, end in days.ranges]
        return rows.filter(reduce(lambda left, right: left | right, inside))

    def reading_notes(
        self, surveys: Mapping[str, Survey], *, thorough: bool = False
    ) -> Sequence[str]:
        """Nothing: what became of values was told when the dataset was written."""
        return ()

    def set_aside(self, table: str, days: Days | None = None) -> pl.DataFrame:
        """No row: those set aside are not in a dataset."""
        return pl.DataFrame()

    def collect(self, frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
        """Run several lazy frames on the cluster, some at a time; their rows come as Arrow."""
        with _side_by_side() as pool:
            return dict(zip(frames, pool.map(_collected, frames.values()), strict=True))


@contextlib.contextmanager
def open_on_spark(
    arguments: Sequence[str],
    *,
    url: str,
    settings: Settings,
    folder: Path,
    time_zone: str,
    uses: Sequence[str],
) -> Iterator[SparkExport]:
    """The dataset that the argument names, with the tables in ``uses`` and those of people.

    Raises UsageError for anything but one dataset, and CxtoolError where Spark or the dataset
    cannot be reached, or the dataset lacks required columns.
    """
    if len(arguments) != 1 or arguments[0] == "-":
        raise UsageError(
            "on Spark an export is one dataset, a folder or an address",
            hint="'cxtool convert EXPORT -o DATASET' makes one of any export",
        )
    (shown,) = arguments
    root = shown if "://" in shown else str((folder / shown).resolve())
    names = dict.fromkeys((*uses, *PEOPLE))
    with session(url) as spark:
        with _side_by_side() as pool:
            found = pool.map(lambda name: _read(spark, root, name), names)
            read = dict(zip(names, found, strict=True))
        tables = {name: rows for name, rows in read.items() if rows is not None}
        for name, rows in tables.items():
            _check(rows, TABLES[name], shown)
        if "interactions" not in tables:
            raise CxtoolError(
                f"{shown}: no dataset with interactions, as Spark sees it",
                hint="every worker must see the same folder or address",
            )
        yield SparkExport(
            tables_read=tables,
            root=root,
            shown=shown,
            settings=settings,
            time_zone=time_zone,
        )


@contextlib.contextmanager
def _side_by_side() -> Iterator[ThreadPoolExecutor]:
    """Threads for several jobs. Left in a hurry, it does not wait: the session's end stops them."""
    pool = ThreadPoolExecutor(max_workers=JOBS)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(spark: Any, root: str, table: str) -> Rows | None:
    """A table of the dataset, from its folder or its file; None where it has none."""
    for path in (f"{root}/{table}", f"{root}/{table}.parquet"):
        try:
            rows = spark.read.option("mergeSchema", "true").parquet(path)
            rows.schema  # noqa: B018  # Connect looks for the files only when it is asked
            return rows
        except AnalysisException as error:
            if "PATH_NOT_FOUND" not in str(error):
                raise
    return None


def _check(rows: Rows, table: Table, shown: str) -> None:
    """Columns of the right kind, the required ones among them."""
    hint = "'cxtool convert' makes a dataset of columns as they must be"
    for own in table.fields:
        if own.name not in rows.columns:
            if own.required:
                raise CxtoolError(f"{shown}: {table.name} lacks column {own.name}", hint=hint)
        elif not isinstance(rows.schema[own.name].dataType, KINDS[own.type]):
            found = rows.schema[own.name].dataType.simpleString()
            raise CxtoolError(
                f"{shown}: column {own.name} of {table.name} is {found}, not {own.type}",
                hint=hint,
            )


def _read_as(name: str, kind: Type) -> Column:
    column = sf.col(name)
    return (sf.round(column * 1000) if kind is Type.SECONDS else column).cast(CASTS[kind])


def _collected(frame: Frame) -> pl.DataFrame:
    rows: pl.DataFrame = frame.collect("polars").to_native()
    return rows
