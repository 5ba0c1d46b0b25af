"""Counting what hangs on all cases of a contact, so that memory has a bound.

A window over contacts holds every row at once, and reading the rows again for each slice of them
costs more than the windows do. So Polars reads the few columns that are needed once, keeps them in
short form (repeated texts as numbers), and counts slice after slice of contacts; counts of the
slices add up to the whole. Only of an export that is too large to keep is a part read at a time.
Other engines spill or spread by themselves: they count in one go, and no row leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.metrics.plan import Small
from cxtool.metrics.returns import KEY
from cxtool.tables import Frame, Tables

SLICE_CASES = 500_000
KEPT_SLICES = 48  # some 0.9 GB of rows as FCR needs them
SLICE = "__slice"

Count = Callable[[Mapping[str, Frame]], Mapping[str, Frame]]


class Sliced(Struct, frozen=True, kw_only=True):
    """Counts of ``rows``: planned with other frames, then finished slice by slice.

    ``rows``: frames by name; those without ``returns.KEY`` are in every slice as a whole. ``count``
    makes partials of them that add up. ``short``: columns of few or repeated texts. ``larger``: how
    many times ``SLICE_CASES`` a slice may have, where counting needs less memory.
    """

    tables: Tables
    rows: Mapping[str, Frame]
    count: Count
    short: tuple[str, ...] = (KEY, "topic")
    larger: int = 1

    @property
    def frames(self) -> dict[str, Frame]:
        """What to collect together with other frames; nothing where parts are to be read."""
        if not self._is_kept:
            return dict(self.count(self.rows))
        return self._kept(None) if self._slices_n <= self._kept_n else {}

    def counts(self, small: Small) -> dict[str, pl.DataFrame]:
        """The counts by name, of the collected frames; a key may come once from each slice."""
        if not self._is_kept:
            return {name: small[name] for name in self.count(self.rows)}
        counted = []
        for done, rows in enumerate(self._slices(small)):
            self.tables.advance(done, self._slices_n)
            counted.append(self.tables.collect(self.count(rows)))
        return {name: _as_text(pl.concat([one[name] for one in counted])) for name in counted[0]}

    @property
    def _is_kept(self) -> bool:
        return all(frame.implementation.is_polars() for frame in self.rows.values())

    @property
    def _slices_n(self) -> int:
        return -(-self.tables.rows_n["interactions"] // (SLICE_CASES * self.larger)) or 1

    @property
    def _kept_n(self) -> int:
        return max(KEPT_SLICES // self.larger, 1)

    def _slices(self, small: Small) -> Iterator[dict[str, Frame]]:
        is_whole = self._slices_n <= self._kept_n
        for first in range(0, self._slices_n, self._kept_n):
            numbers = range(first, min(first + self._kept_n, self._slices_n))
            kept = small if is_whole else self.tables.collect(self._kept(numbers))
            for number in numbers:
                yield {name: _slice(kept[name], number) for name in self.rows}

    def _kept(self, numbers: range | None) -> dict[str, Frame]:
        """The rows in short form, with the slice of each; ``numbers``: those slices alone."""
        number = (pl.col(KEY).hash() % self._slices_n).cast(pl.Int32).alias(SLICE)
        kept = {}
        for name, frame in self.rows.items():
            rows: pl.LazyFrame = frame.to_native()
            columns = rows.collect_schema().names()
            if KEY in columns:
                rows = rows.with_columns(number)
                if numbers is not None:
                    rows = rows.filter(pl.col(SLICE).is_between(numbers.start, numbers.stop - 1))
            short = [column for column in self.short if column in columns]
            kept[name] = nw.from_native(rows.with_columns(pl.col(short).cast(pl.Categorical)))
        return kept


def _slice(kept: pl.DataFrame, number: int) -> Frame:
    rows = kept.lazy()
    if SLICE in kept.columns:
        rows = rows.filter(pl.col(SLICE) == number).drop(SLICE)
    return nw.from_native(rows)


def _as_text(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.with_columns(pl.col(pl.Categorical).cast(pl.String))
