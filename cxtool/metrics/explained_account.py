"""How a figure comes from rows: which rows count, which of them are hits, why the others are out.

A measure names every row of its section's rows. Each is counted, or left out for the first of the
reasons that applies to it, so that counted and left out together are all rows. The conditions are
those of the metric's own module; nothing is judged here a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Literal

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics.choose import choose
from cxtool.metrics.dimensions import Dimension, exploded
from cxtool.report import Column, Report
from cxtool.tables import Collect, Frame, Tables
from cxtool.units import Unit

Kind = Literal["count", "rate", "mean", "quantile", "sum", "listed"]
Whole = Literal["own", "beside", "largest"]
By = Sequence[tuple[str, ...]]
Make = Callable[[Tables, Settings, By], Report]
Rows = Callable[[Tables, Settings, Report], Frame]

NUMERATOR, DENOMINATOR = "numerator", "denominator"
COUNTED, REASON, WEIGHT = "counted_in", "reason", "weight"
OTHER = "other"
JOINED = " · "  # between what parts a figure by several dimensions
SECOND = 0.001  # of milliseconds

TIME = Column(key="time_s", label="Time", unit=Unit.SECONDS, drop=1)
OF_TIME = Column(key="of_time_s", label="Of time", unit=Unit.SECONDS, drop=2)
RATING = Column(key="rating", label="Rating", unit=Unit.NUMBER, drop=1)
POINTS = Column(key="points", label="Points", unit=Unit.NUMBER, drop=1)
POSSIBLE = Column(key="possible", label="Possible", unit=Unit.NUMBER, drop=1)
CASE_COLUMNS = (
    Column(key="case_id", label="Case", drop=0),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
    Column(key="channel", label="Channel", drop=3),
    Column(key="queue", label="Queue", drop=5),
    Column(key="agent", label="Agent", drop=4),
    Column(key="direction", label="Direction", drop=5),
)


class Measure(Struct, frozen=True, kw_only=True):
    """Which rows a figure is made of.

    ``counts``: whether a row is in the denominator (of a count: is counted); ``hits``: whether it
    is in the numerator as well, all where None, of a quantile those up to it. ``out`` says why
    others are not, by reason; the first that applies holds. ``shown`` are the values that a row
    adds; ``numerator`` and ``denominator`` name those that are added up in place of counting rows.
    ``whole``: a part's denominator is its own, the n beside it in its section, or the numerator of
    the largest part. A ``listed`` figure has one value for each row.
    """

    kind: Kind
    counts: nw.Expr
    hits: nw.Expr | None = None
    out: Mapping[str, nw.Expr] = field(default_factory=dict)
    shown: Mapping[Column, nw.Expr] = field(default_factory=dict)
    numerator: Column | None = None
    denominator: Column | None = None
    whole: Whole = "own"


class Told(Struct, frozen=True, kw_only=True):
    """A section whose figures are told by their rows.

    ``rows``: all rows of the period, of which ``columns`` are shown. ``by`` parts them as the
    section's columns of these keys do; ``at`` names the one row of the section that is meant, where
    the rows are not parted. ``crossed``: may be broken down by dimensions that a reader names.
    ``weight`` names the column that says for how many rows one stands. ``make`` is the report,
    where that is not the usual one; ``collect`` is for rows that are not of the export's own
    engine.
    """

    section: str
    figures: Mapping[str, Measure]
    rows: Rows
    by: tuple[Dimension, ...] = ()
    at: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = CASE_COLUMNS
    crossed: bool = False
    weight: str | None = None
    make: Make | None = None
    collect: Collect | None = None

    @property
    def name(self) -> str | None:
        """What tells its one row of the section from others."""
        return JOINED.join(self.at.values()) or None

    @property
    def groups(self) -> tuple[Dimension, ...]:
        """The dimensions under names that no column of the rows has."""
        return tuple(replace(dimension, key=f"of_{n}") for n, dimension in enumerate(self.by))


def limited(measure: Measure, *reasons: Mapping[str, nw.Expr]) -> Measure:
    """The measure of the rows to which none of these reasons applies; they hold before its own."""
    out = {words: applies for group in reasons for words, applies in group.items()}
    if not out:
        return measure
    applies = reduce(or_, (reason.fill_null(False) for reason in out.values()))
    return replace(measure, counts=measure.counts & ~applies, out={**out, **measure.out})


def accounted(told: Told, measure: Measure, rows: Frame) -> Frame:
    """Rows with ``counted_in`` (null: left out), ``reason`` (null: counted), groups, values.

    A value is null where its row is left out.
    """
    is_hit = measure.counts if measure.hits is None else measure.counts & measure.hits
    counted = choose(
        [(is_hit, nw.lit(NUMERATOR)), (measure.counts, nw.lit(DENOMINATOR))],
        nw.lit(None, nw.String()),
    )
    reason = choose(
        [
            (measure.counts, nw.lit(None, nw.String())),
            *((applies, nw.lit(words)) for words, applies in measure.out.items()),
        ],
        nw.lit(OTHER),
    )
    shown = {column.key for column in measure.shown}
    return exploded(rows, told.groups).select(
        *(column.key for column in told.columns if column.key not in shown),
        counted.alias(COUNTED),
        reason.alias(REASON),
        (nw.lit(1) if told.weight is None else nw.col(told.weight)).alias(WEIGHT),
        *(group.key for group in told.groups),
        *(
            nw.when(measure.counts).then(_held(value, column)).alias(column.key)
            for column, value in measure.shown.items()
        ),
    )


def account_counts(judged: Frame, told: Told, measure: Measure) -> Frame:
    """Partial of ``accounted``: rows and sums of values per group, part and reason.

    Counts are mergeable. Nothing is summed of rows that are left out.
    """
    added = dict.fromkeys(c.key for c in (measure.numerator, measure.denominator) if c)
    grouped = judged.group_by(*(group.key for group in told.groups), COUNTED, REASON)
    return grouped.agg(
        nw.col(WEIGHT).sum().cast(nw.Int64).alias("rows_n"),
        *(nw.col(key).sum() for key in added),
    )


def in_memory(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
    """Collect frames that are not of the export's engine, but of a report's own few rows."""
    lazy: list[pl.LazyFrame] = [frame.to_native() for frame in frames.values()]
    return dict(zip(frames, pl.collect_all(lazy), strict=True))


def of_column(key: str, source: str | None = None) -> Dimension:
    """The dimension of a section's column that a text column of the rows stands for."""
    named = source or key
    return Dimension(key=key, label=key, source=named, group=nw.col(named))


def _held(value: nw.Expr, column: Column) -> nw.Expr:
    return value.cast(nw.Float64) if column.unit in (Unit.SECONDS, Unit.NUMBER) else value
