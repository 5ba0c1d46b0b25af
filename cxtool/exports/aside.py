"""Rows that no report uses, one by one: file, line, column, value, rule and reason."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cxtool.exports.layout import ROW
from cxtool.exports.mapped import RAW, RULE, VALUE, MappedTable
from cxtool.exports.rules import Rule
from cxtool.exports.scan import scan_some
from cxtool.exports.survey import REPEATED, Survey

SET_ASIDE_SCHEMA = {
    "table": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "reason": pl.String,
}


def set_aside(mapped: Sequence[MappedTable], found: Survey) -> pl.DataFrame:
    """Every row of a table set aside, in order of file and line."""
    table = mapped[0].table
    bad = []
    if found.broken is not None:
        rows = scan_some(mapped, found.broken).collect(engine="streaming")
        bad.append(rows.select(RAW, ROW, RULE, VALUE))
    if found.duplicates is not None:
        later = found.duplicates.filter(~pl.col(REPEATED))
        code = pl.lit(len(mapped[0].rules), pl.Int16)
        bad.append(later.select(RAW, ROW, code.alias(RULE), pl.col(str(table.key)).alias(VALUE)))
    reason = f"another row has this {table.key}; the first one is kept"
    rules = (*mapped[0].rules, Rule("duplicate_id", str(table.key), reason))
    listed = [_damaged(part) for part in mapped]
    if bad:
        listed.append(_placed(mapped, pl.concat(bad), rules))
    return (
        pl.concat(listed, how="vertical_relaxed")
        .with_columns(pl.lit(table.name).alias("table"))
        .select(list(SET_ASIDE_SCHEMA))
        .sort("file", "line", "rule", nulls_last=True)
    )


def _damaged(part: MappedTable) -> pl.DataFrame:
    rows = [
        {
            "table": part.table.name,
            "file": damage.file or part.raw.files[0],
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
