"""What a table holds, counted once before any report: rows, days, rows set aside and why.

Counts come from one pass over the columns that rules judge. Rows are looked up one by one (their
file, line and value) only when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl

from cxtool.exports.layout import ROW
from cxtool.exports.mapped import DAY_OF, RAW, RULE, VALUE, MappedTable
from cxtool.exports.raw import FILE
from cxtool.exports.repair import LINE
from cxtool.exports.rules import Rule
from cxtool.schema import DIRECTIONS

DAY = "__day"
SET_ASIDE_SCHEMA = {
    "table": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class Days:
    """Local days, as half-open ranges of day numbers, and the zone that makes them."""

    ranges: tuple[tuple[int, int], ...]
    time_zone: str

    def contains(self, day: pl.Expr) -> pl.Expr:
        """Whether the day lies in one of the ranges; rows without a day are kept for the rules."""
        inside = [day.is_between(start, end, closed="left") for start, end in self.ranges]
        return reduce(lambda left, right: left | right, inside)

    @property
    def window_ms(self) -> tuple[int, int]:
        """Epoch milliseconds that surely hold all the days."""
        from datetime import date, datetime, time, timedelta
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self.time_zone)
        first = date(1970, 1, 1) + timedelta(days=min(start for start, _ in self.ranges))
        last = date(1970, 1, 1) + timedelta(days=max(end for _, end in self.ranges))
        start, end = (datetime.combine(day, time.min, tzinfo=zone) for day in (first, last))
        return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


@dataclass(frozen=True)
class Survey:
    """Counts of one table: of the asked days, or of everything."""

    rows_read: int
    by_rule: dict[int, int]
    span: tuple[int, int] | None  # first and last local day of usable rows, over all days read
    duplicates: pl.DataFrame | None  # RAW, ROW, repeated: rows that are not used
    damages: int = 0
    unknown_direction_n: int = 0

    @property
    def repeated_n(self) -> int:
        """Exactly repeated rows, each used once."""
        if self.duplicates is None:
            return 0
        return int(self.duplicates["repeated"].sum())

    @property
    def set_aside_n(self) -> int:
        """Rows not used because they cannot be read or break a rule."""
        later = 0 if self.duplicates is None else self.duplicates.height - self.repeated_n
        return sum(self.by_rule.values()) + self.damages + later


def local_day(at: pl.Expr, time_zone: str) -> pl.Expr:
    """The local day number of an instant."""
    return local_time(at, time_zone).dt.date().cast(pl.Int32)


def local_time(at: pl.Expr, time_zone: str) -> pl.Expr:
    """An instant as the naive local time of a zone."""
    if time_zone != "UTC":
        at = at.dt.convert_time_zone(time_zone)
    return at.dt.replace_time_zone(None)


def scan_all(
    mapped: Sequence[MappedTable], *, time_zone: str, days: Days | None = None, values: bool = False
) -> pl.LazyFrame:
    """All parts of a table as one lazy frame, with the local day where the table has one."""
    window = days.window_ms if days else None
    frames = [part.scan(window=window, values=values) for part in mapped]
    frame = pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]
    source = DAY_OF.get(mapped[0].table.name)
    if source is None:
        return frame
    frame = frame.with_columns(local_day(pl.col(source), time_zone).alias(DAY))
    if days is not None:
        frame = frame.filter(days.contains(pl.col(DAY)) | pl.col(DAY).is_null())
    return frame


def span_of(mapped: Sequence[MappedTable], time_zone: str) -> tuple[int, int] | None:
    """First and last local day of a table, from its time column alone."""
    frame = scan_all(mapped, time_zone=time_zone)
    days = frame.select(pl.col(DAY).min().alias("first"), pl.col(DAY).max().alias("last"))
    first, last = days.collect(engine="streaming").row(0)
    return None if first is None else (first, last)


def survey(mapped: Sequence[MappedTable], *, time_zone: str, days: Days | None) -> Survey:
    """Count a table. ``days`` limits it; None counts everything."""
    frame = scan_all(mapped, time_zone=time_zone, days=days)
    key = mapped[0].table.key
    has_day = mapped[0].table.name in DAY_OF
    by = [RULE, DAY] if has_day else [RULE]
    unknown = pl.lit(0)
    if "direction" in frame.collect_schema():
        unknown = pl.col("direction").is_in(DIRECTIONS).fill_null(False).not_().sum()
    queries = [frame.group_by(by).agg(pl.len(), unknown=unknown)]
    if key is not None:
        usable = frame.filter(pl.col(RULE).is_null()).select(key)
        queries.append(usable.select(pl.len(), pl.col(key).n_unique().alias("unique")))
    counts, *keys = pl.collect_all(queries, engine="streaming")
    broken = counts.filter(pl.col(RULE).is_not_null()).group_by(RULE).agg(pl.col("len").sum())
    usable_days = (
        counts.filter(pl.col(RULE).is_null())[DAY] if has_day else pl.Series([], dtype=pl.Int32)
    )
    duplicates = None
    if keys and keys[0]["len"].item() != keys[0]["unique"].item():
        duplicates = _duplicates(frame, str(key))
    damages = sum(len(part.raw.damages) for part in mapped)
    return Survey(
        rows_read=int(counts["len"].sum()) + damages,
        by_rule={int(code): int(n) for code, n in broken.iter_rows()},
        span=None if usable_days.is_empty() else (usable_days.min(), usable_days.max()),  # type: ignore[arg-type]
        duplicates=duplicates,
        damages=damages,
        unknown_direction_n=int(counts.filter(pl.col(RULE).is_null())["unknown"].sum()),
    )


def _duplicates(frame: pl.LazyFrame, key: str) -> pl.DataFrame:
    """Rows after the first of each repeated key, in file order; whether they only repeat it."""
    usable = frame.filter(pl.col(RULE).is_null())
    repeated = usable.group_by(key).len().filter(pl.col("len") > 1).select(key)
    places = (RAW, ROW, LINE, FILE, RULE, VALUE, DAY)
    rows = usable.join(repeated, on=key, how="semi").collect(engine="streaming").sort(RAW, ROW)
    content = [name for name in rows.columns if name not in places]
    first = pl.int_range(pl.len()).over(key) == 0
    same = pl.struct(content).is_first_distinct().not_()
    return (
        rows.select(RAW, ROW, key, first.alias("first"), same.alias("repeated"))
        .filter(~pl.col("first"))
        .drop("first")
    )


def usable(
    mapped: Sequence[MappedTable], found: Survey, *, time_zone: str, days: Days | None
) -> pl.LazyFrame:
    """The rows that reports use. Rules that the survey found kept are not judged again."""
    frame = scan_all(mapped, time_zone=time_zone, days=days)
    if found.by_rule:
        frame = frame.filter(pl.col(RULE).is_null())
    elif days is not None and DAY_OF.get(mapped[0].table.name):
        frame = frame.filter(pl.col(DAY).is_not_null())
    if found.duplicates is not None:
        drop = found.duplicates.lazy().select(RAW, ROW)
        frame = frame.join(drop, on=[RAW, ROW], how="anti")
    return frame


def set_aside(
    mapped: Sequence[MappedTable], found: Survey, *, time_zone: str, days: Days | None
) -> pl.DataFrame:
    """Every row set aside, with its file, line, column, value, rule and reason."""
    table = mapped[0].table.name
    parts = [_damaged(part) for part in mapped]
    if found.by_rule:
        frame = scan_all(mapped, time_zone=time_zone, days=days, values=True)
        keep = [
            name for name in (RAW, ROW, LINE, FILE, RULE, VALUE) if name in frame.collect_schema()
        ]
        bad = frame.filter(pl.col(RULE).is_not_null()).select(keep).collect(engine="streaming")
        parts.append(_placed(mapped, bad, mapped[0].rules))
    if found.duplicates is not None:
        later = found.duplicates.filter(~pl.col("repeated"))
        key = str(mapped[0].table.key)
        rule = Rule("duplicate_id", key, f"another row has this {key}; the first one is kept")
        bad = later.select(RAW, ROW, pl.lit(0, pl.Int16).alias(RULE), pl.col(key).alias(VALUE))
        parts.append(_placed(mapped, bad, (rule,)))
    rows = pl.concat(parts, how="vertical_relaxed")
    return (
        rows.with_columns(pl.lit(table).alias("table"))
        .select(list(SET_ASIDE_SCHEMA))
        .sort("file", "line", "rule", nulls_last=True)
    )


def _damaged(part: MappedTable) -> pl.DataFrame:
    rows = [
        {
            "table": part.table.name,
            "file": part.raw.files[0],
            "line": damage.line,
            "column": None,
            "value": damage.value,
            "rule": "unreadable_row",
            "reason": damage.reason,
        }
        for damage in part.raw.damages
    ]
    return pl.DataFrame(rows, schema=SET_ASIDE_SCHEMA)


def _placed(
    mapped: Sequence[MappedTable], bad: pl.DataFrame, rules: tuple[Rule, ...]
) -> pl.DataFrame:
    """Bad rows with the file and line of each, and the words of their rule."""
    words = pl.DataFrame(
        [(code, rule.column or None, rule.name, rule.reason) for code, rule in enumerate(rules)],
        schema={RULE: pl.Int16, "column": pl.String, "rule": pl.String, "reason": pl.String},
        orient="row",
    )
    placed = []
    for part in mapped:
        own = bad.filter(pl.col(RAW) == part.number)
        if own.is_empty():
            continue
        places = part.raw.places(own[ROW])
        placed.append(own.select(ROW, RULE, VALUE).join(places, on=ROW, how="left"))
    if not placed:
        return pl.DataFrame(schema=SET_ASIDE_SCHEMA)
    rows = pl.concat(placed).join(words, on=RULE, how="left")
    return rows.with_columns(
        pl.lit(None, pl.String).alias("table"), pl.col(VALUE).alias("value")
    ).select(list(SET_ASIDE_SCHEMA))
