"""The sections of a figure taken apart: definition, figure, exclusions, rows."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.errors import CxtoolError
from cxtool.metrics.explained_account import (
    COUNTED,
    GROUP,
    NUMERATOR,
    POINTS,
    Account,
)
from cxtool.metrics.explained_cases import Explained
from cxtool.metrics.stats import rounded
from cxtool.report import Column, Report, Section
from cxtool.tables import Collect, Frame, Tables
from cxtool.units import Unit

METRIC = "metric"  # the column of a section with a row a metric
ROWS_N = Column(key="rows_n", label="Rows", unit=Unit.COUNT, drop=0)
EXCLUSION_COLUMNS = (
    Column(key="reason", label="Why not counted", drop=0),
    ROWS_N,
)
DEFINITION_COLUMNS = (
    Column(key="fact", label="Fact", drop=0),
    Column(key="text", label="Text", drop=0),
)
ROW_COLUMNS = (
    Column(key="case_id", label="Case", drop=0),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
    Column(key="channel", label="Channel", drop=3),
    Column(key="queue", label="Queue", drop=5),
    Column(key="agent", label="Agent", drop=4),
    Column(key="direction", label="Direction", drop=5),
)
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


def figure_section(
    key: str, home: Report, explained: Explained, account: Account, counts: pl.DataFrame
) -> Section:
    """The value as its report has it, beside what the rows add up to, a row for each part.

    ``numerator`` is null for quantiles, ``denominator`` for counts and sums, which have none.
    """
    value, unit = _value(key, home, explained)
    numerator, denominator = _parts(account)
    parts = counts.filter(pl.col(COUNTED).is_not_null()).group_by(GROUP).agg(
        hits_n=pl.col("rows_n").filter(pl.col(COUNTED) == NUMERATOR).sum(),
        rows_n=pl.col("rows_n").sum(),
        **{column.key: pl.col(column.key).sum() for column in account.shown},
    )  # fmt: skip
    joined = value.join(
        parts, left_on="of", right_on=GROUP, how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(pl.exclude("of", "value").fill_null(0))
    rows = joined.select(
        pl.lit(key).alias("metric"),
        "of",
        pl.col("value").cast(pl.Float64),
        pl.lit(unit.value).alias("unit"),
        _in_unit(_numerator(account), numerator.unit).alias(numerator.key),
        _in_unit(_denominator(account), denominator.unit).alias(denominator.key),
        pl.col("rows_n").cast(pl.Int64),
        pl.lit(home.period.label).alias("period"),
    )
    columns = (
        Column(key="metric", label="Metric", drop=3),
        *((Column(key="of", label="Of", drop=2),) if explained.by else ()),
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
        rows=rows.select(column.key for column in columns),
    )


def exclusions_section(counts: pl.DataFrame) -> Section:
    """Rows of the period that the figure leaves out, by the first reason that applies."""
    left_out = counts.filter(pl.col(COUNTED).is_null())
    rows = left_out.group_by("reason").agg(pl.col("rows_n").sum())
    return Section(
        id="exclusions",
        title="Not counted",
        columns=EXCLUSION_COLUMNS,
        rows=rows.sort("rows_n", "reason", descending=[True, False]),
        notes=() if rows.height else ("Every row of the period counts.",),
    )


def rows_section(judged: Frame, account: Account, collect: Collect, tables: Tables) -> Section:
    """The rows that count, in order of time, with the part they have and what they add."""
    counted = judged.filter(~nw.col(COUNTED).is_null())
    found = collect({"rows": counted})["rows"]
    grouped = (Column(key=GROUP, label="Of", drop=2),) if account.group is not None else ()
    values = tuple(account.shown)
    columns = (*ROW_COLUMNS, *grouped, COUNTED_COLUMN, *values)
    return Section(
        id="rows",
        title="Rows behind the figure",
        columns=columns,
        rows=found.sort("started_at", "case_id")
        .with_columns(
            pl.col("started_at").dt.convert_time_zone(tables.request.time_zone),
            *(rounded(pl.col(column.key)) for column in values),
        )
        .select(column.key for column in columns),
    )


def _value(key: str, home: Report, explained: Explained) -> tuple[pl.DataFrame, Unit]:
    """``of`` and ``value`` of the figure in its report, and its unit."""
    section = home.section(explained.section)
    if METRIC in section.rows.columns:
        row = section.rows.filter(pl.col(METRIC) == key)
        unit = Unit(row["unit"].item())
        return row.select(pl.lit(None, pl.String).alias("of"), "value"), unit
    if key not in section.rows.columns:
        raise CxtoolError(f"the export has no {key}", hint="nothing in it is called so")
    of = pl.lit(None, pl.String) if explained.by is None else pl.col(explained.by)
    rows = section.rows.select(of.alias("of"), pl.col(key).alias("value"))
    return rows, section.column(key).unit


def _parts(account: Account) -> tuple[Column, Column]:
    """The columns of numerator and denominator: counts, or sums in the unit of the value."""
    is_sum = account.numerator not in (None, POINTS)
    summed, counted = Unit.NUMBER, Unit.COUNT
    of_sums = is_sum and account.whole == "largest"
    return (
        Column(key="numerator", label="Numerator", unit=summed if is_sum else counted, drop=1),
        Column(key="denominator", label="Denominator", unit=summed if of_sums else counted, drop=1),
    )


def _in_unit(value: pl.Expr, unit: Unit) -> pl.Expr:
    return value.cast(pl.Int64) if unit is Unit.COUNT else rounded(value.cast(pl.Float64))


def _numerator(account: Account) -> pl.Expr:
    if account.kind == "quantile":
        return pl.lit(None)
    return pl.col("hits_n" if account.numerator is None else account.numerator.key)


def _denominator(account: Account) -> pl.Expr:
    if account.kind in ("count", "sum"):
        return pl.lit(None)
    own = pl.col("rows_n" if account.denominator is None else account.denominator.key)
    if account.whole == "all":
        return own.sum()
    return _numerator(account).max() if account.whole == "largest" else own
