"""One raw table under a mapping: canonical columns, and the code of the rule that a row breaks.

Columns of the frame: the canonical ones that the mapping gives (``SECONDS`` columns ``x_s`` as
whole milliseconds ``x_ms``), the file's own other columns (text trimmed), and ``__raw``, ``__row``,
``__rule``, ``__clock``. Nothing is computed that a query does not ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.exports.binding import Feed, canonical_feed
from cxtool.exports.cells import Cell
from cxtool.exports.columns import column
from cxtool.exports.convert import clean
from cxtool.exports.layout import ROW
from cxtool.exports.proof import Proof
from cxtool.exports.raw import FILE, RawTable
from cxtool.exports.repair import LINE
from cxtool.exports.rules import Rule, broken_rule, broken_value, rules_of
from cxtool.schema import TABLES, Table, Type

RULE = "__rule"
VALUE = "__value"
CLOCK = "__clock"  # what a clock change did to a time of the row
RAW = "__raw"  # number of the raw table within the export
LOWERED = frozenset({"channel", "direction", "status", "sentiment", "speaker", "kind", "state"})
DAY_OF = {"interactions": "started_at", "tickets": "created_at"}
A_DAY_MS = 86_400_000


class MappedTable(Struct, frozen=True):
    """A raw table with its mapping, ready to be scanned as a canonical table."""

    raw: RawTable
    number: int
    table: Table
    cells: Mapping[str, Cell]
    rules: tuple[Rule, ...]
    settings: Settings
    feed: Feed
    time_zone: str
    not_counted_n: int = 0  # rows of the file that do not count, as the profile says
    looked_at: Set[str] = frozenset()  # columns of which more than a sample was looked at
    as_text: MappedTable | None = None  # the same of text, where numbers are read strictly
    judged: Set[int] | None = None  # codes of the rules that a row can break, where that is known

    def general(self, columns: Set[str]) -> MappedTable:
        """The same mapping, reading more ways of writing where values of the columns need them.

        The same object where none does.
        """
        looked_at = self.looked_at | columns
        cells = cells_of(self.raw, self.feed, time_zone=self.time_zone, general=looked_at)
        if all(cells[name].read.meta.eq(self.cells[name].read) for name in cells):
            return self
        return replace(self, cells=cells, looked_at=looked_at)

    def held(self) -> MappedTable:
        """The same mapping over records in memory, with their times; the same where it is none."""
        if not self.raw.can_be_held:
            return self
        times = {
            name: cell
            for name, cell in self.cells.items()
            if self.table.field(name).type is Type.DATETIME
        }
        raw = self.raw.held(*(cell.read.alias(f"__read {name}") for name, cell in times.items()))
        read = {name: replace(cell, read=pl.col(f"__read {name}")) for name, cell in times.items()}
        return replace(self, raw=raw, cells={**self.cells, **read})

    def repaired(self, raw: RawTable) -> MappedTable:
        """The same mapping over another reading of the file."""
        return replace(self, raw=raw, cells=cells_of(raw, self.feed, time_zone=self.time_zone))

    @property
    def given(self) -> frozenset[str]:
        """The canonical columns that this file has."""
        return frozenset(self.cells)

    @property
    def proof(self) -> Proof | None:
        """What is proven of the rows, where every column is read as it was proven to be written."""
        return self.raw.proof if all(cell.proven for cell in self.cells.values()) else None

    @property
    def is_proven(self) -> bool:
        """Whether anything is proven of the rows."""
        return self.proof is not None

    @property
    def has_clock(self) -> bool:
        """Whether a clock change may do anything to the times of this file."""
        return any(cell.clock is not None for cell in self.cells.values())

    @property
    def extras(self) -> tuple[str, ...]:
        """The file's other columns, without those named like a canonical one."""
        return tuple(name for name in self._unused if name not in self._taken)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns named like a canonical one that is not taken from them, and so not kept."""
        return tuple(name for name in self._unused if name in self._taken)

    @property
    def _unused(self) -> list[str]:
        maps = [part for parts in self.feed.columns.values() for part in parts]
        used = {name for part in maps for name in (*part.source, *part.parts, *part.between)}
        return [name for name in self.raw.columns if name not in used]

    @property
    def _taken(self) -> frozenset[str]:
        return frozenset(frame_name(self.table, name) for name in self.table.names).union(
            self.table.names
        )

    def scan(self, *, window: tuple[int, int] | None = None) -> pl.LazyFrame:
        """The canonical lazy frame.

        ``window`` (epoch milliseconds) lets Parquet leave out what lies outside, rows without a
        start excepted.
        """
        return self._read(self.within(window))

    def within(self, window: tuple[int, int] | None) -> pl.LazyFrame:
        """The file's own rows, without what surely lies outside of a window."""
        return self.raw.frame if window is None else self._pruned(window)

    def on(self, first: date, last: date) -> pl.LazyFrame:
        """The canonical lazy frame, of two days alone where the raw table tells days apart."""
        return self._read(self.raw.on(first, last))

    def some(self, rows: pl.DataFrame) -> pl.LazyFrame:
        """The canonical rows that a frame of ``RAW, ROW`` names, with the value that broke a rule.

        Only they are read beyond their text.
        """
        own = rows.lazy().filter(pl.col(RAW) == self.number).select(ROW)
        value = broken_value(self.rules, self.cells, self.settings)
        return self._read(self.raw.frame.join(own, on=ROW, how="semi"), value.alias(VALUE))

    def _read(self, frame: pl.LazyFrame, *added: pl.Expr) -> pl.LazyFrame:
        names = {name: frame_name(self.table, name) for name in self.cells}
        clocks = [cell.clock for cell in self.cells.values() if cell.clock is not None]
        places = [name for name in (ROW, LINE, FILE) if name in self.raw.schema]
        read = frame.select(
            *[cell.read.alias(names[name]) for name, cell in self.cells.items()],
            *[self.extra(name) for name in self.extras],
            *places,
            (pl.coalesce(clocks) if clocks else pl.lit(None, pl.Int8)).alias(CLOCK),
            *added,
            *[cell.raw.alias(f"__raw {name}") for name, cell in self.cells.items()],
            *[
                cell.fails.alias(f"__fails {name}")
                for name, cell in self.cells.items()
                if isinstance(cell.fails, pl.Expr)
            ],
        )
        # Rules are judged on what was read: each value is read once, however many rules ask.
        judged = {
            name: cell.over(f"__raw {name}", names[name], f"__fails {name}")
            for name, cell in self.cells.items()
        }
        return read.select(
            *names.values(),
            *self.extras,
            *places,
            pl.lit(self.number, pl.Int32).alias(RAW),
            broken_rule(self.rules, judged, self.settings, judged=self.judged).alias(RULE),
            CLOCK,
            *[expr.meta.output_name() for expr in added],
        )

    def extra(self, name: str) -> pl.Expr:
        """A column that is not canonical: text trimmed, anything else as it is."""
        is_text = self.raw.schema[name] == pl.String and self.raw.proof is None
        return clean(name).alias(name) if is_text and not self.raw.is_trimmed else pl.col(name)

    def _pruned(self, window: tuple[int, int]) -> pl.LazyFrame:
        """The file without what its own start times show to lie outside of the window."""
        frame = self.raw.frame
        maps = self.feed.columns.get(DAY_OF.get(self.table.name, ""), ())
        if self.raw.text is not None or len(maps) != 1 or len(maps[0].source) != 1:
            return frame
        mapping, name = maps[0], maps[0].source[0]
        dtype = self.raw.schema[name]
        if not isinstance(dtype, pl.Datetime) or mapping.rewrites or mapping.when:
            return frame
        # Local times without a zone may lie up to a day off; the exact days are cut later.
        slack = 0 if dtype.time_zone else A_DAY_MS
        bounds = [
            pl.lit(bound)
            .cast(pl.Datetime("ms", dtype.time_zone))
            .dt.cast_time_unit(dtype.time_unit)
            for bound in (window[0] - slack, window[1] + slack)
        ]
        column = pl.col(name)
        inside = (column >= bounds[0]) & (column < bounds[1])
        if not self.is_proven:
            inside = inside | column.is_null()
        return self.raw.around(window).filter(inside)


def frame_name(table: Table, column: str) -> str:
    """The name of a canonical column in frames: durations are held as ``x_ms``."""
    if table.field(column).type is Type.SECONDS:
        return column.removesuffix("_s") + "_ms"
    return column


def map_table(
    raw: RawTable, feed: Feed, *, number: int, settings: Settings, time_zone: str
) -> MappedTable:
    """The raw table under a feed. Raises CxtoolError for a column of an unfitting type."""
    if raw.proof is not None and not _is_own(raw, feed):
        raw = replace(raw, proof=None)
    mapped = MappedTable(
        raw=raw,
        number=number,
        table=TABLES[feed.table],
        cells=cells_of(raw, feed, time_zone=time_zone),
        rules=rules_of(TABLES[feed.table], settings),
        settings=settings,
        feed=feed,
        time_zone=time_zone,
    )
    return replace(mapped, judged=_left_to_judge(mapped)) if mapped.is_proven else mapped


def _is_own(raw: RawTable, feed: Feed) -> bool:
    """Whether the columns are taken under their own names, which alone a proof is about."""
    return raw.table == feed.table and feed == canonical_feed(feed.table, raw.columns)


def _left_to_judge(mapped: MappedTable) -> frozenset[int]:
    """The rules that a proof leaves open: of scores, whose scale is a setting."""
    scores = mapped.proof.csat if mapped.proof else None
    low, high = mapped.settings.csat.scale
    is_inside = scores is None or (low <= scores[0] and scores[1] <= high)
    rules = enumerate(mapped.rules)
    return frozenset(c for c, rule in rules if rule.name == "csat_off_scale" and not is_inside)


def cells_of(
    raw: RawTable, feed: Feed, *, time_zone: str, general: Set[str] = frozenset()
) -> dict[str, Cell]:
    """The canonical columns that a feed makes of a raw table."""
    cells = {}
    for name, maps in feed.columns.items():
        field = TABLES[feed.table].field(name)
        found = column(raw, maps, field, time_zone=time_zone, general=name in general)
        is_lowered = name in LOWERED and not found.proven
        lowered = found.read.str.to_lowercase() if is_lowered else found.read
        cells[name] = replace(found, read=lowered)
    return cells
