"""``check``: what the export's tables hold, the rows that no report uses, and what else is odd.

The counts are those that every report works with: both come from the same survey.
"""

from __future__ import annotations

import polars as pl

from cxtool.exports import findings
from cxtool.exports.aside import SET_ASIDE_SCHEMA
from cxtool.exports.export import Export
from cxtool.exports.limited import days_of
from cxtool.exports.survey import Survey
from cxtool.period import Request
from cxtool.report import Column, Report, Section
from cxtool.schema import TABLES
from cxtool.units import Unit

SET_ASIDE_COLUMNS = (
    Column(key="table", label="Table", drop=2),
    Column(key="file", label="File", drop=0),
    Column(key="line", label="Line", unit=Unit.COUNT, drop=0),
    Column(key="column", label="Column", drop=0),
    Column(key="value", label="Value", drop=0),
    Column(key="rule", label="Rule", drop=3),
    Column(key="reason", label="Reason", drop=1),
)
TABLE_COLUMNS = (
    Column(key="table", label="Table", drop=0),
    Column(key="files_n", label="Files", unit=Unit.COUNT, drop=3),
    Column(key="rows_n", label="Rows read", unit=Unit.COUNT, drop=0),
    Column(key="used_n", label="Used", unit=Unit.COUNT, drop=0),
    Column(key="set_aside_n", label="Set aside", unit=Unit.COUNT, better="lower", drop=0),
    Column(key="not_counted_n", label="Not counted", unit=Unit.COUNT, drop=2),
    Column(key="repeated_n", label="Repeated", unit=Unit.COUNT, better="lower", drop=1),
    Column(key="columns_n", label="Known columns", unit=Unit.COUNT, drop=4),
    Column(key="other_columns", label="Other columns", unit=Unit.LIST, drop=5),
)
RULE_COLUMNS = (
    Column(key="table", label="Table", drop=0),
    Column(key="column", label="Column", drop=0),
    Column(key="rule", label="Rule", drop=0),
    Column(key="reason", label="Reason", drop=3),
    Column(key="rows_n", label="Rows", unit=Unit.COUNT, better="lower", drop=0),
    Column(key="first_file", label="First file", drop=5),
    Column(key="first_line", label="First line", unit=Unit.COUNT, drop=2),
    Column(key="first_value", label="First value", drop=1),
)


_TYPES: dict[Unit, pl.DataType] = {Unit.COUNT: pl.Int64(), Unit.LIST: pl.List(pl.String)}


def report(export: Export, request: Request, *, with_findings: bool = False) -> Report:
    """Every table of the export: rows used, set aside and repeated; the rows set aside, by rule.

    ``repeated_n`` are exactly repeated rows, each used once. Findings in the rows that are used
    take another pass over every table. Source: the reading rules of the data model.
    """
    days = days_of(request)
    names = [name for name in TABLES if name in export.mapped]
    surveys = {name: export.survey(name, days) for name in names}
    aside = pl.concat(
        [pl.DataFrame(schema=SET_ASIDE_SCHEMA), *(export.set_aside(n, days) for n in names)]
    )
    notes = [f"{name} was not read: it fits no table." for name in export.ignored]
    notes += export.reading_notes(surveys, thorough=True)
    return Report.on(
        request,
        report="check",
        title="Data quality",
        source=export.source(names, days),
        sections=(
            _tables(export, surveys),
            _rules(aside),
            Section(
                id="set_aside",
                title="Rows set aside",
                columns=SET_ASIDE_COLUMNS,
                rows=aside,
                few_by=("table", "column", "rule"),
            ),
            *([findings.section(export, request, days)] if with_findings else []),
        ),
        main="set_aside",
        notes=notes,
    )


def _tables(export: Export, surveys: dict[str, Survey]) -> Section:
    rows = [
        {
            "table": name,
            "files_n": len(export.files([name])),
            "rows_n": found.rows_read,
            "used_n": found.rows_read - found.set_aside_n - found.repeated_n,
            "set_aside_n": found.set_aside_n,
            "not_counted_n": sum(part.not_counted_n for part in export.mapped[name]),
            "repeated_n": found.repeated_n,
            "columns_n": len(export.given(name)),
            "other_columns": export.extras(name),
        }
        for name, found in surveys.items()
    ]
    schema = {column.key: _TYPES.get(column.unit, pl.String()) for column in TABLE_COLUMNS}
    frame = pl.DataFrame(rows, schema=schema)
    return Section(id="tables", title="Tables", columns=TABLE_COLUMNS, rows=frame)


def _rules(aside: pl.DataFrame) -> Section:
    # What makes a row unreadable may be another thing in every row.
    others = (
        pl.when(pl.col("reason").n_unique() > 1).then(pl.lit(", and others")).otherwise(pl.lit(""))
    )
    rows = (
        aside.group_by("table", "column", "rule")
        .agg(
            (pl.col("reason").first() + others).alias("reason"),
            pl.len().cast(pl.Int64).alias("rows_n"),
            *(pl.col(name).first().alias(f"first_{name}") for name in ("file", "line", "value")),
        )
        .sort("rows_n", "table", "column", "rule", descending=[True, False, False, False])
    )
    return Section(id="rules", title="Set aside, by rule", columns=RULE_COLUMNS, rows=rows)
