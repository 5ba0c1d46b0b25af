"""One raw table under a mapping: canonical columns, and the code of the rule that a row breaks.

Columns of the frame: the canonical ones that the mapping gives (``SECONDS`` columns ``x_s`` as
whole milliseconds ``x_ms``), the file's own other columns as they are, and ``__raw``, ``__row``,
``__rule``. Nothing is computed that a query does not ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cxtool.config import Settings
from cxtool.exports.convert import (
    Hints,
    as_text,
    from_typed,
    look,
    parse,
    raw_value,
    typed_value,
)
from cxtool.exports.layout import ROW
from cxtool.exports.profiles import ColumnMap, Feed
from cxtool.exports.raw import FILE, RawTable
from cxtool.exports.repair import LINE
from cxtool.exports.rules import Cells, Rule, broken_rule, broken_value, rules_of
from cxtool.schema import TABLES, Table, Type

RULE = "__rule"
VALUE = "__value"
RAW = "__raw"  # number of the raw table within the export
LOWERED = frozenset({"channel", "direction", "status", "sentiment", "speaker", "kind", "state"})
DAY_OF = {"interactions": "started_at", "tickets": "created_at"}


@dataclass(frozen=True)
class MappedTable:
    """A raw table with its mapping, ready to be scanned as a canonical table."""

    raw: RawTable
    number: int
    table: Table
    cells: Cells
    rules: tuple[Rule, ...]
    settings: Settings
    extras: tuple[str, ...]
    feed: Feed
    time_zone: str

    def general(self) -> MappedTable:
        """The same mapping, trying every way of writing instead of those that a sample shows."""
        return self.over(self.raw, general=True)

    def over(self, raw: RawTable, *, general: bool = False) -> MappedTable:
        """The same mapping over another reading of the file."""
        return map_table(
            raw,
            self.feed,
            number=self.number,
            settings=self.settings,
            time_zone=self.time_zone,
            general=general,
        )

    @property
    def given(self) -> frozenset[str]:
        """The canonical columns that this file has."""
        return frozenset(self.cells.read)

    def scan(self, *, window: tuple[int, int] | None = None, values: bool = False) -> pl.LazyFrame:
        """The canonical lazy frame.

        ``window`` (epoch milliseconds) lets Parquet leave out what lies outside, rows without a
        start excepted; ``values`` adds the value that broke a rule.
        """
        frame = self.raw.frame
        if window is not None:
            frame = self._pruned(frame, window)
        columns = [
            expr.alias(frame_name(self.table, name)) for name, expr in self.cells.read.items()
        ]
        code = broken_rule(self.rules, self.cells, self.settings)
        places = [pl.col(name) for name in (ROW, LINE, FILE) if name in self.raw.schema]
        added = [broken_value(self.rules, self.cells, code).alias(VALUE)] if values else []
        return frame.select(
            *columns,
            *[pl.col(name) for name in self.extras],
            *places,
            pl.lit(self.number, pl.Int32).alias(RAW),
            code.alias(RULE),
            *added,
        )

    def _pruned(self, frame: pl.LazyFrame, window: tuple[int, int]) -> pl.LazyFrame:
        source = DAY_OF.get(self.table.name)
        if self.raw.text is not None or source is None:
            return frame
        name = source if source in self.raw.schema else None
        dtype = self.raw.schema[name] if name else None
        if name is None or not isinstance(dtype, pl.Datetime):
            return frame
        # Local times without a zone may lie up to a day off; the exact days are cut later.
        slack = 0 if dtype.time_zone else 86_400_000
        bounds = [
            pl.lit(bound)
            .cast(pl.Datetime("ms", dtype.time_zone))
            .dt.cast_time_unit(dtype.time_unit)
            for bound in (window[0] - slack, window[1] + slack)
        ]
        column = pl.col(name)
        inside = (column >= bounds[0]) & (column < bounds[1])
        return frame.filter(inside | column.is_null())


def frame_name(table: Table, column: str) -> str:
    """The name of a canonical column in frames: durations are held as ``x_ms``."""
    if table.field(column).type is Type.SECONDS:
        return column.removesuffix("_s") + "_ms"
    return column


def map_table(
    raw: RawTable,
    feed: Feed,
    *,
    number: int,
    settings: Settings,
    time_zone: str,
    general: bool = False,
) -> MappedTable:
    """The raw table under a feed. ``general`` tries every way of writing instead of those seen."""
    table = TABLES[feed.table]
    sample = raw.sample() if raw.text is not None else pl.DataFrame()
    source, read, may_fail = {}, {}, set()
    for name, mapping in feed.columns.items():
        kind = table.field(name).type
        text = _text_of(raw.schema, mapping)
        if text is not None:
            value = as_text(text, mapping)
            hints = _hints(sample, value, kind, mapping, general=general)
            expr = parse(value, kind, mapping, hints, time_zone=time_zone)
            if kind is not Type.STR:
                may_fail.add(name)
        else:
            column = mapping.source[0]
            value = typed_value(column, raw.schema[column])
            expr = from_typed(value, raw.schema[column], kind, name=column, time_zone=time_zone)
        source[name] = value
        read[name] = expr.str.to_lowercase() if name in LOWERED else expr
    used = {
        column for mapping in feed.columns.values() for column in mapping.source + mapping.parts
    }
    taken = {frame_name(table, name) for name in table.names} | set(table.names)
    extras = tuple(name for name in raw.columns if name not in used and name not in taken)
    cells = Cells(
        raw=source,
        read=read,
        may_fail=frozenset(may_fail),
    )
    return MappedTable(
        raw=raw,
        number=number,
        table=table,
        cells=cells,
        rules=rules_of(table, settings),
        settings=settings,
        extras=extras,
        feed=feed,
        time_zone=time_zone,
    )


def _text_of(schema: Mapping[str, pl.DataType], mapping: ColumnMap) -> pl.Expr | None:
    """The column as text, None where a typed column needs no reading."""
    if mapping.value is not None or mapping.parts:
        return raw_value(mapping)
    dtype = schema[mapping.source[0]]
    if dtype == pl.String:
        return raw_value(mapping)
    if mapping.map or mapping.null_values or mapping.formats:
        return pl.col(mapping.source[0]).cast(pl.String)
    return None


def _hints(
    sample: pl.DataFrame, value: pl.Expr, kind: Type, mapping: ColumnMap, *, general: bool
) -> Hints:
    if kind is Type.STR or sample.is_empty():
        return Hints()
    hints = look(sample.select(value.alias("value"))["value"], kind, mapping)
    return hints.general() if general else hints
