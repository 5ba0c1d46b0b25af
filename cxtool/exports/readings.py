"""The tables of an export as they can be read, and what each was found to hold.

A table is counted when it is first asked for. What stands in the way is dealt with on that
occasion: numbers that are not all plain are read as text, damaged text files are rewritten without
their damage, and values that are written in ways that a sample did not show are read before a row
is judged. Where there is room for all text of an export, it is parsed once, and held for whatever
is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field  # Export is abstract too, which no Struct can be
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import polars as pl

from cxtool.exports.aside import set_aside
from cxtool.exports.mapped import DAY_OF, MappedTable
from cxtool.exports.scan import Days, span_of
from cxtool.exports.survey import Counts, Survey, count, survey, usable

HELD_BYTES = 1 << 29  # of text: a report on as much takes up to three times that in all
T = TypeVar("T")


@dataclass
class Readings:
    """The mapped tables of an export, each with its surveys."""

    mapped: dict[str, list[MappedTable]]
    time_zone: str
    scratch: Path
    _counts: dict[tuple[str, Days | None], Counts] = field(default_factory=dict)
    _surveys: dict[tuple[str, Days | None], Survey] = field(default_factory=dict)

    def survey(self, table: str, days: Days | None = None) -> Survey:
        """The counts of a table, for these days (where it has days) or for all."""
        asked = days if table in DAY_OF else None
        if (table, asked) not in self._surveys:
            counts = self._counted(table, asked)
            found = survey(self.mapped[table], counts, time_zone=self.time_zone, days=asked)
            self._surveys[table, asked] = found
        return self._surveys[table, asked]

    def _counted(self, table: str, days: Days | None) -> Counts:
        """Counts that cover the days. Text is read from end to end anyway: once, for all days."""
        scope = None if self._counts_all(table) else days
        if (table, scope) not in self._counts:
            self._counts[table, scope] = self._count(table, scope)
        return self._counts[table, scope]

    def _count(self, table: str, days: Days | None) -> Counts:
        def attempt() -> Counts:
            if self._is_small:
                self.mapped[table] = [part.held() for part in self.mapped[table]]
            return count(self.mapped[table], time_zone=self.time_zone, days=days)

        counts = self._read(table, attempt)
        if counts.breaks_any and self._as_text(table):
            counts = self._read(table, attempt)
        while self._reads_more(table, counts):
            counts = attempt()
        return counts

    def _reads_more(self, table: str, counts: Counts) -> bool:
        """Whether values that could not be read are read now, because of how they are written."""
        parts = self.mapped[table]
        unread = {
            rule.column
            for code, rule in enumerate(parts[0].rules)
            if code in counts.broken_rules and rule.name == "unreadable_value"
        }
        if unread:
            self.mapped[table] = [part.general(unread) for part in parts]
        return any(new is not old for new, old in zip(self.mapped[table], parts, strict=True))

    def _read(self, table: str, attempt: Callable[[], T]) -> T:
        """The result of a query over a table: of its text if that fails, of mended files if not."""
        try:
            return attempt()
        except pl.exceptions.PolarsError:
            if self._as_text(table):
                return self._read(table, attempt)
            self.mapped[table] = [self._repaired(part) for part in self.mapped[table]]
            return attempt()

    def read(self, table: str, make: Callable[[Sequence[MappedTable]], T]) -> T:
        """What is made of the parts of a table, as soon as these can be read."""
        return self._read(table, lambda: make(self.mapped[table]))

    def _as_text(self, table: str) -> bool:
        """Read numbers as text from now on; whether any were read strictly."""
        parts = self.mapped[table]
        self.mapped[table] = [part.as_text or part for part in parts]
        return any(part.as_text is not None for part in parts)

    def _repaired(self, part: MappedTable) -> MappedTable:
        try:
            part.scan().select(pl.all().is_null().sum()).collect(engine="streaming")
        except pl.exceptions.PolarsError:
            return part.repaired(part.raw.repaired(self.scratch))
        return part

    @cached_property
    def _is_small(self) -> bool:
        """Whether all text of the export has room in memory."""
        texts = [part.raw.text for parts in self.mapped.values() for part in parts]
        paths = {text.path for text in texts if text is not None}
        return sum(path.stat().st_size for path in paths) <= HELD_BYTES

    def _counts_all(self, table: str) -> bool:
        """Whether all days are counted at once: no more is read than for some, and nothing twice.

        So it is where rows are text, or nothing but their time is read of them; days that have
        files of their own are left alone.
        """
        parts = self.mapped[table]
        has_text = any(part.raw.text is not None for part in parts)
        return has_text or all(part.is_proven and not part.raw.days for part in parts)

    def span(self) -> tuple[int, int] | None:
        """First and last local day on which an interaction started; None where there is none."""
        return self._span

    @cached_property
    def _span(self) -> tuple[int, int] | None:
        if "interactions" not in self.mapped:
            return None
        if self._counts_all("interactions"):
            return self._counted("interactions", None).span
        parts = self.mapped["interactions"]
        return self._read("interactions", lambda: span_of(parts, self.time_zone))

    def rows(self, table: str, days: Days | None = None) -> pl.LazyFrame:
        """The usable rows of a table."""
        found = self.survey(table, days)
        asked = days if table in DAY_OF else None
        return usable(self.mapped[table], found, time_zone=self.time_zone, days=asked)

    def set_aside(self, table: str, days: Days | None = None) -> pl.DataFrame:
        """Every row of a table that was set aside, and why."""
        found = self.survey(table, days)
        return set_aside(self.mapped[table], found)

    def given(self, table: str) -> frozenset[str]:
        """The canonical columns of a table that some file has."""
        return frozenset().union(*(part.given for part in self.mapped[table]))

    def extras(self, table: str) -> list[str]:
        """A table's columns that are not canonical."""
        parts = self.mapped.get(table, [])
        return list(dict.fromkeys(name for part in parts for name in part.extras))

    def files(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Names of the files that feed these tables."""
        names = [name for table in tables for part in self.mapped[table] for name in part.raw.files]
        return tuple(dict.fromkeys(names))
