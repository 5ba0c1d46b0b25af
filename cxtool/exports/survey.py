"""What a table holds, counted once before any report: rows, days, rows set aside and why.

Counts come from one pass over the columns that rules judge. Which rows are not used is found only
where the counts show that there are any; what the rest is made of is never judged again. Repeated
keys are looked for among the rows of the days asked for: others may not have been read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.exports.doubts import doubts, unknown_direction
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import CLOCK, RAW, RULE, VALUE, MappedTable
from cxtool.exports.proof import common
from cxtool.exports.raw import FILE
from cxtool.exports.repair import LINE
from cxtool.exports.scan import DAY, Days, scan_all, scan_dated, scan_some
from cxtool.exports.times import DOUBLED, SKIPPED

REPEATED = "repeated"
PLACES = frozenset({RAW, ROW, LINE, FILE, RULE, VALUE, DAY, CLOCK})


class Counts(Struct, frozen=True, dict=True):
    """The rows of one reading of a table, counted.

    ``rows`` has ``rows_n`` and ``unknown_n`` (no known direction) by ``RULE``, ``DAY``, ``CLOCK``.
    """

    rows: pl.DataFrame
    keys_may_repeat: bool  # surely none does where this is false

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last local day."""
        days = self.rows[DAY].drop_nulls()
        return None if days.is_empty() else (int(days.min()), int(days.max()))  # type: ignore[arg-type]

    @property
    def breaks_any(self) -> bool:
        """Whether a row breaks a rule."""
        return self.rows[RULE].null_count() < self.rows.height

    @cached_property
    def broken_rules(self) -> frozenset[int]:
        """The numbers of the rules that a row breaks, and none before them."""
        return frozenset(self.rows[RULE].drop_nulls().unique())


class Survey(Struct, frozen=True):
    """Counts of one table: of the asked days, or of everything.

    ``broken`` (RAW, ROW) are the rows that break a rule, ``duplicates`` (RAW, ROW, key, REPEATED)
    those that come after another one of their key; None where there is none.
    """

    rows_read: int
    broken: pl.DataFrame | None
    duplicates: pl.DataFrame | None
    damages: int
    unknown_direction_n: int
    skipped_n: int  # rows with a local time that a clock change skips
    doubled_n: int

    @property
    def repeated_n(self) -> int:
        """Exactly repeated rows, each used once."""
        return 0 if self.duplicates is None else int(self.duplicates[REPEATED].sum())

    @property
    def set_aside_n(self) -> int:
        """Rows not used because they cannot be read or break a rule."""
        later = 0 if self.duplicates is None else self.duplicates.height - self.repeated_n
        broken = 0 if self.broken is None else self.broken.height
        return broken + self.damages + later


def count(mapped: Sequence[MappedTable], *, time_zone: str, days: Days | None) -> Counts:
    """Count a table in one pass. ``days`` limits it; None counts everything."""
    window = days.window_ms if days else None
    doubted = [doubts(part, window=window) for part in mapped]
    mapped = [
        replace(part, judged=found.rules) for part, found in zip(mapped, doubted, strict=True)
    ]
    frame = scan_all(mapped, time_zone=time_zone, days=days)
    columns = frame.collect_schema()
    key = mapped[0].table.key
    unknown = pl.lit(0, pl.UInt32)
    # A part without the column gives rows without a direction to the others.
    doubtful = any(found.directions for found in doubted)
    if "direction" in columns and (doubtful or len({part.given for part in mapped}) > 1):
        unknown = unknown_direction(pl.col("direction")).sum()
    if DAY not in columns:
        frame = frame.with_columns(pl.lit(None, pl.Int32).alias(DAY))
    # What is the same in all rows costs as much to group by as what is not.
    differs = {
        RULE: any(part.judged for part in mapped),
        DAY: True,
        CLOCK: any(part.has_clock for part in mapped),
    }
    counted = frame.group_by(name for name in differs if differs[name]).agg(
        pl.len().alias("rows_n"), unknown.alias("unknown_n")
    )
    same = [pl.lit(None, columns[name]).alias(name) for name in differs if not differs[name]]
    queries = [counted.with_columns(same)]
    if key is not None and not _written_at_once(mapped):
        # Different hashes are different keys, at an eighth of the cost of the keys themselves.
        queries.append(frame.select(pl.col(key).drop_nulls().hash()))
    rows, *hashes = pl.collect_all(queries, engine="streaming")
    may_repeat = any(found.to_series().n_unique() < found.height for found in hashes)
    return Counts(rows, keys_may_repeat=may_repeat)


def _written_at_once(mapped: Sequence[MappedTable]) -> bool:
    """Whether all files are proven to have been written by one run, which repeats no key."""
    proof = common(part.proof for part in mapped)
    return proof is not None and len(proof.batches) == 1


def survey(
    mapped: Sequence[MappedTable], counts: Counts, *, time_zone: str, days: Days | None
) -> Survey:
    """The survey of these days, from counts that cover them."""
    rows = counts.rows if days is None else counts.rows.filter(days.contains(pl.col(DAY)))
    usable = rows.filter(pl.col(RULE).is_null())
    broken = duplicates = None
    if usable.height < rows.height:
        broken = _broken(scan_all(mapped, time_zone=time_zone, days=days))
    if counts.keys_may_repeat:
        frame = _without(scan_all(mapped, time_zone=time_zone, days=days), broken)
        duplicates = _duplicates(mapped, frame)
    damages = sum(len(part.raw.damages) for part in mapped)
    clock = dict(usable.group_by(CLOCK).agg(pl.col("rows_n").sum()).iter_rows())
    return Survey(
        rows_read=int(rows["rows_n"].sum()) + damages,
        broken=broken,
        duplicates=duplicates,
        damages=damages,
        unknown_direction_n=int(usable["unknown_n"].sum()),
        skipped_n=clock.get(SKIPPED, 0),
        doubled_n=clock.get(DOUBLED, 0),
    )


def usable(
    mapped: Sequence[MappedTable], found: Survey, *, time_zone: str, days: Days | None
) -> pl.LazyFrame:
    """The rows that reports use."""
    frame = scan_dated(mapped, time_zone=time_zone, days=days)
    return _without(_without(frame, found.broken), found.duplicates)


def _without(frame: pl.LazyFrame, rows: pl.DataFrame | None) -> pl.LazyFrame:
    if rows is None:
        return frame
    return frame.join(rows.lazy().select(RAW, ROW), on=[RAW, ROW], how="anti")


def _broken(frame: pl.LazyFrame) -> pl.DataFrame:
    # Filtered within the expression: as a filter of rows, the rules would be pushed down into the
    # scan, where nothing that they have in common is computed only once.
    kept = pl.col(RAW, ROW).filter(pl.col(RULE).is_not_null())
    return frame.select(kept).collect(engine="streaming")


def _duplicates(mapped: Sequence[MappedTable], frame: pl.LazyFrame) -> pl.DataFrame | None:
    """Rows after the first of each repeated key, in file order; whether they only repeat one."""
    key = str(mapped[0].table.key)
    frame = frame.select(RAW, ROW, key)
    repeated = frame.group_by(key).len().filter(pl.col("len") > 1).select(key)
    places = frame.join(repeated, on=key, how="semi").collect(engine="streaming")
    if places.is_empty():
        return None
    rows = _in_file_order(mapped, scan_some(mapped, places).collect(engine="streaming"))
    content = pl.struct(name for name in rows.columns if name not in PLACES)
    repeats = content.is_first_distinct().not_()
    is_later = pl.int_range(pl.len()).over(key) > 0
    return rows.select(
        pl.col(RAW, ROW, key).filter(is_later), repeats.filter(is_later).alias(REPEATED)
    )


def _in_file_order(mapped: Sequence[MappedTable], rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of the export's files. One raw table may hold files that others part."""
    placed = [
        (part.number, str(path) if part.raw.text is None else None, position)
        for part in mapped
        for path, position in zip(part.raw.paths, part.raw.positions, strict=True)
    ]
    if FILE not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(FILE))
    files = pl.DataFrame(
        placed, schema={RAW: pl.Int32, FILE: pl.String, "position": pl.Int64}, orient="row"
    )
    joined = rows.join(files, on=[RAW, FILE], how="left", nulls_equal=True)
    return joined.sort("position", ROW).drop("position")
