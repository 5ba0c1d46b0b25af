"""Flags counted: one pass over a table for all of them, and a second look at those that are up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec import Struct

from cxtool.exports.findings_flags import Flag
from cxtool.exports.findings_kinds import Finding, Place
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import RAW
from cxtool.exports.scan import DAY

SHOWN_VALUES = 5


class Counted(Struct, frozen=True):
    """What one pass over the rows of a table found.

    ``groups`` has a row per raw table and day: ``all`` rows, the filled cells of each column
    (``filled NAME``), and for each flag its rows and the first of them (``rows N``, ``first N``).
    """

    flags: Sequence[Flag]
    groups: pl.DataFrame

    @property
    def rows_n(self) -> int:
        """How many rows there are."""
        return int(self.groups["all"].sum())

    @property
    def days(self) -> pl.Series:
        """The local days on which a row began, where the table has days."""
        return self.groups[DAY].drop_nulls().unique()

    def filled_n(self, column: str) -> int:
        """In how many rows the column holds something."""
        return int(self.groups[f"filled {column}"].sum())

    def findings(self, table: str, rows: pl.LazyFrame) -> list[Finding]:
        """The flags that some row is under. ``rows`` are those that were counted."""
        return [
            _finding(table, flag, count, self._first(number), rows)
            for number, flag in enumerate(self.flags)
            if (count := int(self.groups[f"rows {number}"].sum()))
        ]

    def _first(self, number: int) -> Place:
        places = self.groups.select(RAW, f"first {number}").drop_nulls()
        return Place(*places.sort(RAW, f"first {number}").row(0))


def count(rows: pl.LazyFrame, flags: Sequence[Flag], columns: Mapping[str, str]) -> Counted:
    """Count the rows under each flag, and the filled cells of each column (by its frame name)."""
    by = [RAW, DAY] if DAY in rows.collect_schema() else [RAW]
    counts = [pl.col(held).count().alias(f"filled {name}") for name, held in columns.items()]
    for number, flag in enumerate(flags):
        counts.append(flag.rows.sum().alias(f"rows {number}"))
        counts.append(pl.col(ROW).filter(flag.rows).min().alias(f"first {number}"))
    groups = rows.group_by(by).agg(pl.len().alias("all"), *counts)
    return Counted(flags, groups.collect(engine="streaming"))


def _finding(table: str, flag: Flag, count: int, first: Place, rows: pl.LazyFrame) -> Finding:
    under = rows.filter(flag.rows)
    return Finding(
        table=table,
        kind=flag.kind,
        column=flag.column,
        what=f"{flag.what}: {_values(under, flag.column)}" if flag.lists_values else flag.what,
        rows_n=count,
        place=first,
        median_s=None if flag.gap_ms is None else _median_s(under, flag.gap_ms),
    )


def _values(rows: pl.LazyFrame, column: str) -> str:
    """The most frequent values of a column with their counts, in words."""
    found = rows.group_by(column).len().collect(engine="streaming")
    shown = found.sort("len", column, descending=[True, False]).head(SHOWN_VALUES)
    words = [f"'{value}' {count:,}" for value, count in shown.iter_rows()]
    more = [f"{found.height - SHOWN_VALUES:,} more"] if found.height > SHOWN_VALUES else []
    return ", ".join([*words, *more])


def _median_s(rows: pl.LazyFrame, gap_ms: pl.Expr) -> float:
    """The median, of values to the second: their counts are few, however many rows there are."""
    gap_s = (gap_ms / 1000).round(mode="half_away_from_zero").alias("gap_s")
    gaps = rows.select(gap_s).group_by("gap_s").len().collect(engine="streaming").sort("gap_s")
    up_to, total = gaps["len"].cum_sum(), int(gaps["len"].sum())
    middle = [gaps["gap_s"].filter(up_to >= place)[0] for place in (-(-total // 2), total // 2 + 1)]
    return float(sum(middle) / 2)
