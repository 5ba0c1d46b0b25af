"""What the sections of the journey share: rates, means and counts with all that accompanies them.

Every rate comes with its trend, its n and Wilson's interval at 95 %, every mean with its trend and
its n. No case to judge: null, never 0 or 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct, field

from cxtool.metrics.stats import rounded, wilson
from cxtool.metrics.trend import (
    CURRENT,
    Wide,
    count_trend,
    days_of,
    mean_trend,
    rate_trend,
    sum_trend,
    trend_columns,
    wide,
)
from cxtool.period import Request
from cxtool.report import Better, Chart, Column, Section
from cxtool.tables import Frame
from cxtool.units import Unit


class Figures(Struct, frozen=True, kw_only=True):
    """Figures of a section: their columns, and the expressions over the counts of ``wide``."""

    columns: tuple[Column, ...]
    values: Sequence[pl.Expr] = field(default_factory=tuple)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            columns=(*self.columns, *other.columns), values=(*self.values, *other.values)
        )

    def where(self, known: pl.Expr) -> Figures:
        """The same figures, null where they are not known."""
        values = [pl.when(known).then(v).alias(v.meta.output_name()) for v in self.values]
        return Figures(columns=self.columns, values=values)


def counts(
    cases: Frame, keys: Sequence[str], flags: Mapping[str, nw.Expr], *, sums: Sequence[str] = ()
) -> Frame:
    """Partial: per ``keys`` and compared period how many cases have each flag, and the sums.

    ``sums`` are columns of whole milliseconds ``x``: ``x_n``, ``x_total`` and ``x_squares`` are
    their n, sum and sum of squares, as floats but for n.
    """
    rows = cases.select(
        *keys,
        CURRENT,
        *(nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()),
        *(nw.col(name).cast(nw.Float64) for name in sums),
        *((nw.col(name).cast(nw.Float64) ** 2).alias(f"{name}_squares") for name in sums),
    )
    return rows.group_by(*keys, CURRENT).agg(
        *(nw.col(name).sum().cast(nw.Int64) for name in flags),
        *(nw.col(name).count().cast(nw.Int64).alias(f"{name}_n") for name in sums),
        *(nw.col(name).sum().alias(f"{name}_total") for name in sums),
        *(nw.col(f"{name}_squares").sum() for name in sums),
    )


def side_by_side(partial: pl.DataFrame, keys: Sequence[str]) -> Wide:
    """``wide`` of a partial, with all that it counts, added up per ``keys``."""
    counted = [name for name in partial.columns if name not in (*keys, CURRENT)]
    names = [name for name in counted if partial.schema[name].is_numeric()]
    added = partial.group_by(*keys, CURRENT).agg(pl.col(names).sum())
    return wide(added, keys, names)


def count(column: Column, *, of: str, request: Request, data_before: bool) -> Figures:
    """A count with its trend."""
    trend = count_trend(
        column.key,
        count=of,
        compared=request.previous is not None,
        data_before=data_before,
        days=days_of(request),
    )
    return Figures(columns=trend_columns(column), values=trend)


def plain(column: Column, value: pl.Expr) -> Figures:
    """A figure without a trend."""
    return Figures(columns=(column,), values=(value.alias(column.key),))


def total(column: Column, *, of: str, request: Request, data_before: bool) -> Figures:
    """A sum of milliseconds as seconds, with its trend; ``of`` is what ``counts`` summed."""
    trend = sum_trend(
        column.key,
        total=f"{of}_total",
        squares=f"{of}_squares",
        compared=request.previous is not None,
        data_before=data_before,
        days=days_of(request),
        scale=0.001,
    )
    return Figures(columns=trend_columns(column), values=trend)


def rate(
    stem: str,
    label: str,
    *,
    hits: str,
    n: str,
    request: Request,
    better: Better | None = None,
    drop: int = 1,
) -> Figures:
    """``STEM_pct`` of hits among n, with trend, ``STEM_n`` and interval."""
    key = f"{stem}_pct"
    column = Column(key=key, label=label, unit=Unit.PERCENT, better=better, drop=drop)
    low, high = wilson(pl.col(hits), pl.col(n))
    trend = rate_trend(key, hits=hits, n=n, compared=request.previous is not None)
    return Figures(
        columns=(
            *trend_columns(column),
            _n(stem, column),
            *(
                Column(
                    key=f"{stem}_{end}_pct",
                    label=f"{label} {end}",
                    unit=Unit.PERCENT,
                    role=end,
                    of=key,
                    drop=7,
                )
                for end in ("low", "high")
            ),
        ),
        values=(
            *trend,
            pl.col(n).alias(f"{stem}_n"),
            rounded(100 * low).alias(f"{stem}_low_pct"),
            rounded(100 * high).alias(f"{stem}_high_pct"),
        ),
    )


def mean(
    stem: str,
    column: Column,
    *,
    n: str,
    total: str,
    squares: str,
    request: Request,
    scale: float = 1.0,
) -> Figures:
    """A mean with its trend and ``STEM_n``."""
    trend = mean_trend(
        column.key,
        n=n,
        total=total,
        squares=squares,
        compared=request.previous is not None,
        scale=scale,
    )
    return Figures(
        columns=(*trend_columns(column), _n(stem, column)),
        values=(*trend, pl.col(n).alias(f"{stem}_n")),
    )


def has_before(partial: pl.DataFrame) -> bool:
    """Whether the compared period has any data."""
    return not partial.filter(~pl.col(CURRENT)).is_empty()


def section(
    section_id: str,
    title: str,
    rows: pl.DataFrame,
    *keys: Column,
    figures: Figures,
    charts: tuple[Chart, ...] = (),
    notes: tuple[str, ...] = (),
    folded: bool = False,
) -> Section:
    """A section of key columns and figures, whose rows are ordered already."""
    return Section(
        id=section_id,
        title=title,
        columns=(*keys, *figures.columns),
        rows=rows.select(*(column.key for column in keys), *figures.values),
        notes=notes,
        charts=charts,
        folded=folded,
    )


def _n(stem: str, column: Column) -> Column:
    return Column(
        key=f"{stem}_n",
        label=f"{column.label} of",
        unit=Unit.COUNT,
        role="n",
        of=column.key,
        drop=column.drop + 5,
    )
