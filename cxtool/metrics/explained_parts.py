"""A section's figure beside the account of its rows: what was counted, for each of its parts.

What decides: the value is that of the section; the parts of the rows are matched with those of the
section by what a reader sees of them (``Mon``, ``2026-05-18``, an id). A part may be asked for by
that, or by any other text of its row, such as an agent's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.metrics.explained_account import (
    COUNTED,
    JOINED,
    NUMERATOR,
    Measure,
    Told,
    account_counts,
    accounted,
)
from cxtool.metrics.overview import HEADLINE, METRIC, headline_section
from cxtool.report import Report, Section
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

GROUP = "group"
SLACK = 1e-6  # values are rounded


class Value(Struct, frozen=True, kw_only=True):
    """The figure in its section: a row for each part, with ``value``, ``beside`` and its keys."""

    rows: pl.DataFrame
    measure: Measure
    unit: Unit
    is_one: bool  # whether only one of several parts was asked for


class Part(Struct, frozen=True, kw_only=True):
    """A ``Told`` carried out.

    ``values``: a row for each part, with its counts; ``counts`` are all of the parts asked for.
    """

    told: Told
    measure: Measure
    unit: Unit
    values: pl.DataFrame
    counts: pl.DataFrame
    judged: Frame
    is_one: bool

    @property
    def is_parted(self) -> bool:
        return bool(self.told.by or self.told.at)

    def asked(self, rows: Frame) -> Frame:
        """The rows of the parts asked for; none where the section has no part."""
        if not self.told.by or (not self.is_one and not self.values.is_empty()):
            return rows
        names = [group.key for group in self.told.groups]
        parts = [] if self.values.is_empty() else self.counts.select(names).unique().rows()
        none = nw.col(COUNTED).is_null() & ~nw.col(COUNTED).is_null()
        return rows.filter(reduce(or_, (_is(names, raw) for raw in parts), none))


def section_of(home: Report, told: Told) -> Section | None:
    """The section of a figure; that of headline figures is made of the reports they are of."""
    if told.section == HEADLINE:
        return headline_section({home.report: home})
    return next((section for section in home.sections if section.id == told.section), None)


def value_of(key: str, told: Told, home: Report, of: str | None) -> Value:
    """The figure in its report; ``of``: of that part alone. No rows where there is no such part.

    Raises CxtoolError for a figure that the report has not.
    """
    section = section_of(home, told)
    rows, column, unit = _found(key, section)
    for name, text in told.at.items():
        rows = rows.filter(pl.col(name) == text)
    texts = [c.key for c in section.columns if c.unit is Unit.TEXT] if section else []
    named = dict.fromkeys([*(dimension.key for dimension in told.by), *told.at, *texts])
    if of is not None:
        same = [pl.col(name).cast(pl.String) == of for name in named if name in rows.columns]
        rows = rows.filter(pl.any_horizontal(same)) if same else rows.clear()
    beside = [c.key for c in section.columns if c.role == "n" and c.of == key] if section else []
    measure = told.figures[key]
    own = pl.lit(None, pl.Float64) if measure.kind == "listed" else pl.col(column)
    shown = rows.select(
        own.alias("value"),
        (pl.col(beside[0]) if beside else pl.lit(None, pl.Int64)).alias("beside"),
        *(
            pl.col(d.key).cast(pl.String).alias(group.key)
            for d, group in zip(told.by, told.groups, strict=True)
        ),
    )
    if measure.kind == "listed":
        shown = shown.clear(1)  # one row, with no value that is of all
    return Value(rows=shown, measure=measure, unit=unit, is_one=of is not None)


def _found(key: str, section: Section | None) -> tuple[pl.DataFrame, str, Unit]:
    """The rows of the section, the column of the value, and its unit."""
    if section is not None and key in section.rows.columns:
        return section.rows, key, section.column(key).unit
    if section is not None and METRIC in section.rows.columns:
        row = section.rows.filter(pl.col(METRIC) == key)
        if row.height:
            return row, "value", Unit(row["unit"].item())
    raise CxtoolError(f"the export has no {key}", hint="nothing in it is called so")


def taken_apart(
    asked: Sequence[tuple[Told, Value]],
    *,
    home: Report,
    tables: Tables,
    settings: Settings,
) -> list[Part]:
    """Each value beside the counts of its rows; what is of one engine is read together."""
    measures = [_measure(value) for _, value in asked]
    read = {
        rows: rows(tables, settings, home) for rows in dict.fromkeys(told.rows for told, _ in asked)
    }
    judged = [
        accounted(told, measure, read[told.rows])
        for (told, _), measure in zip(asked, measures, strict=True)
    ]
    frames = {
        str(n): account_counts(judged[n], told, measures[n]) for n, (told, _) in enumerate(asked)
    }
    of_engine = {n: f for n, f in frames.items() if asked[int(n)][0].collect is None}
    counts = tables.collect(of_engine) if of_engine else {}
    for n, (told, _) in enumerate(asked):
        if told.collect is not None:
            counts |= told.collect({str(n): frames[str(n)]})
    return [
        _part(told, measures[n], value, counts[str(n)], judged[n])
        for n, (told, value) in enumerate(asked)
    ]


def _measure(value: Value) -> Measure:
    """Of a quantile, the rows up to it are its hits."""
    measure = value.measure
    if measure.kind != "quantile":
        return measure
    (time,) = measure.shown.values()
    at = value.rows["value"].item()
    return replace(measure, hits=time <= (-1.0 if at is None else at + SLACK))


def _part(told: Told, measure: Measure, value: Value, counts: pl.DataFrame, judged: Frame) -> Part:
    names = [group.key for group in told.groups]
    shown = counts.with_columns(
        group.show(pl.col(group.key)).cast(pl.String).alias(f"shown_{group.key}")
        for group in told.groups
    )
    keys = [f"shown_{name}" for name in names]
    totals = _totals(shown.filter(pl.col(COUNTED).is_not_null()), measure, keys)
    own = pl.col("hits_n" if measure.numerator is None else measure.numerator.key)
    totals = totals.with_columns(own.max().alias("largest"))
    if names:
        joined = value.rows.join(
            totals, left_on=names, right_on=keys, how="left", nulls_equal=True,
            maintain_order="left",
        )  # fmt: skip
        if value.is_one:
            asked = value.rows.select(names)
            shown = shown.join(asked, left_on=keys, right_on=names, how="semi", nulls_equal=True)
        name = _label([pl.col(key) for key in names])
    else:
        joined = pl.concat([value.rows, totals], how="horizontal")
        name = pl.lit(told.name, pl.String)
    filled = joined.with_columns(pl.exclude(*names, "value", "beside").fill_null(0))
    return Part(
        told=told,
        measure=measure,
        unit=value.unit,
        values=filled.with_columns(name.alias(GROUP)),
        counts=shown,
        judged=judged,
        is_one=value.is_one,
    )


def _totals(counted: pl.DataFrame, measure: Measure, keys: Sequence[str]) -> pl.DataFrame:
    """Rows, hits and sums per part; of what is not parted always one row."""
    added = dict.fromkeys(c.key for c in (measure.numerator, measure.denominator) if c)
    sums = [
        pl.col("rows_n").filter(pl.col(COUNTED) == NUMERATOR).sum().alias("hits_n"),
        pl.col("rows_n").sum(),
        *(pl.col(key).sum() for key in added),
    ]
    return counted.group_by(keys).agg(sums) if keys else counted.select(sums)


def group_name(told: Told) -> pl.Expr:
    """The part of a collected row in words."""
    if not told.by:
        return pl.lit(told.name, pl.String)
    return _label([group.show(pl.col(group.key)).cast(pl.String) for group in told.groups])


def _label(shown: Sequence[pl.Expr]) -> pl.Expr:
    """One part as it is, several joined; null is a part too."""
    if len(shown) == 1:
        return shown[0]
    return pl.concat_str([part.fill_null("–") for part in shown], separator=JOINED)


def _is(names: Sequence[str], raw: Sequence[object]) -> nw.Expr:
    """Whether a row is of the part with these raw values."""
    same: Mapping[str, nw.Expr] = {
        name: nw.col(name).is_null() if value is None else nw.col(name) == value
        for name, value in zip(names, raw, strict=True)
    }
    return reduce(and_, same.values())
