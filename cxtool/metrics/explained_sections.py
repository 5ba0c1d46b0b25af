"""The sections of a figure taken apart: definition, figure, exclusions, rows."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.explained_account import COUNTED, POINTS, POSSIBLE, REASON
from cxtool.metrics.explained_parts import GROUP, Part, group_name
from cxtool.metrics.stats import rounded
from cxtool.report import Column, Report, Section
from cxtool.tables import Tables
from cxtool.units import Unit

ROWS_N = Column(key="rows_n", label="Rows", unit=Unit.COUNT, drop=0)
OF = Column(key="of", label="Of", drop=2)
REASON_COLUMN = Column(key="reason", label="Why not counted", drop=0)
DEFINITION_COLUMNS = (
    Column(key="fact", label="Fact", drop=0),
    Column(key="text", label="Text", drop=0),
)
GROUP_COLUMN = Column(key=GROUP, label="Of", drop=2)
COUNTED_COLUMN = Column(key=COUNTED, label="Counted in", drop=1)


def definition_section(facts: Sequence[tuple[str, str]]) -> Section:
    """The card of the metric, one fact a row."""
    schema = {column.key: pl.String for column in DEFINITION_COLUMNS}
    return Section(
        id="definition",
        title="Definition",
        columns=DEFINITION_COLUMNS,
        rows=pl.DataFrame(facts, schema=schema, orient="row"),
    )


def figure_section(key: str, parts: Sequence[Part], home: Report) -> Section:
    """The value as its report has it, beside what the rows add up to, a row for each part.

    ``value`` is null for a figure with one for each row, ``numerator`` for that one too and for a
    count of what is not known, ``denominator`` for counts and sums, which have none.
    """
    numerator, denominator = _columns(parts[0])
    rows = [
        part.values.select(
            pl.lit(key).alias("metric"),
            pl.col(GROUP).alias("of"),
            pl.col("value").cast(pl.Float64),
            pl.lit(part.unit.value).alias("unit"),
            _in_unit(_numerator(part), numerator.unit).alias(numerator.key),
            _in_unit(_denominator(part), denominator.unit).alias(denominator.key),
            pl.col("rows_n").cast(pl.Int64),
            pl.lit(home.period.label).alias("period"),
        )
        for part in parts
    ]
    columns = (
        Column(key="metric", label="Metric", drop=3),
        *((OF,) if any(part.is_parted for part in parts) else ()),
        Column(key="value", label="Value", unit=Unit.NUMBER, drop=0),
        Column(key="unit", label="Unit", drop=6),
        numerator,
        denominator,
        ROWS_N,
        Column(key="period", label="Period", drop=4),
    )
    return Section(
        id="figure",
        title="Figure",
        columns=columns,
        rows=pl.concat(rows).select(column.key for column in columns),
    )


def exclusions_section(parts: Sequence[Part]) -> Section:
    """Rows of the period that the figure leaves out, by the first reason that applies."""
    left_out = pl.concat(
        [
            part.counts.filter(pl.col(COUNTED).is_null())
            .group_by(REASON)
            .agg(pl.col("rows_n").sum().cast(pl.Int64))
            .select(pl.lit(part.told.name, pl.String).alias("of"), REASON, "rows_n")
            for part in parts
        ]
    )
    columns = (*((OF,) if len(parts) > 1 else ()), REASON_COLUMN, ROWS_N)
    order = ["of", "rows_n", REASON]
    return Section(
        id="exclusions",
        title="Not counted",
        columns=columns,
        rows=left_out.filter(pl.col("rows_n") > 0)
        .sort(order, descending=[False, True, False], maintain_order=True)
        .select(column.key for column in columns),
        notes=() if left_out.height else ("Every row of the period counts.",),
    )


def rows_section(parts: Sequence[Part], tables: Tables) -> Section:
    """The rows that count, in order of time, with the part they have and what they add."""
    first = parts[0]
    values = tuple(first.measure.shown)
    shown = {column.key for column in values}
    own = tuple(column for column in first.told.columns if column.key not in shown)
    grouped = (GROUP_COLUMN,) if any(part.is_parted for part in parts) else ()
    columns = (*own, *grouped, COUNTED_COLUMN, *values)
    found = pl.concat([_rows(part, tables) for part in parts])
    times = [column.key for column in columns if column.unit is Unit.DATETIME]
    order = [*times[:1], *(column.key for column in own if column.unit is not Unit.LIST)]
    exact = [column.key for column in values if found.schema[column.key].is_float()]
    return Section(
        id="rows",
        title="Rows behind the figure",
        columns=columns,
        rows=found.sort(*dict.fromkeys([*order, *(column.key for column in grouped)]))
        .with_columns(
            *(pl.col(key).dt.convert_time_zone(tables.request.time_zone) for key in times),
            *(rounded(pl.col(key)) for key in exact),
        )
        .select(column.key for column in columns),
    )


def _rows(part: Part, tables: Tables) -> pl.DataFrame:
    counted = part.judged.filter(~nw.col(COUNTED).is_null())
    found = (part.told.collect or tables.collect)({"rows": part.asked(counted)})["rows"]
    return found.with_columns(group_name(part.told).alias(GROUP))


def _columns(part: Part) -> tuple[Column, Column]:
    """The columns of numerator and denominator: counts, or sums, of a rate in their own unit."""
    measure = part.measure
    own = Unit.NUMBER  # as the unit of the value, which stands beside it

    def unit(added: Column | None) -> Unit:
        if added is None or added.unit is Unit.COUNT or added in (POINTS, POSSIBLE):
            return Unit.COUNT
        return added.unit if measure.kind == "rate" else own

    below = measure.numerator if measure.whole == "largest" else measure.denominator
    return (
        Column(key="numerator", label="Numerator", unit=unit(measure.numerator), drop=1),
        Column(key="denominator", label="Denominator", unit=unit(below), drop=1),
    )


def _in_unit(value: pl.Expr, unit: Unit) -> pl.Expr:
    return value.cast(pl.Int64) if unit is Unit.COUNT else rounded(value.cast(pl.Float64))


def _numerator(part: Part) -> pl.Expr:
    measure = part.measure
    if measure.kind == "listed":
        return pl.lit(None)
    counted = pl.col("hits_n" if measure.numerator is None else measure.numerator.key)
    if measure.kind in ("count", "sum"):  # what nobody knows of is not 0
        return pl.when(pl.col("value").is_not_null()).then(counted)
    return counted


def _denominator(part: Part) -> pl.Expr:
    measure = part.measure
    if measure.kind in ("count", "sum", "listed"):
        return pl.lit(None)
    if measure.whole != "own":
        return pl.col(measure.whole)
    return pl.col("rows_n" if measure.denominator is None else measure.denominator.key)
