"""Gates: ``--fail-under METRIC=VALUE`` and ``--fail-over METRIC=VALUE``, for use in cron and CI.

METRIC is a column's key or ``section.key``; in a section with a row per metric (``kpi``), the
metric's name. A key alone means the report's first section, else its main one, else the only one
that has it; in several others it is ambiguous. Every row must hold. No data is a missed gate: a
figure that is not known has not been shown to be good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import polars as pl

from cxtool.errors import UsageError, nearest
from cxtool.report import Report, Section
from cxtool.units import NUMERIC, Unit, parse_duration

Side = Literal["under", "over"]

NAMED = 40  # metrics that a message lists
METRIC_COLUMN, VALUE_COLUMN, UNIT_COLUMN = "metric", "value", "unit"


class _Figures(NamedTuple):
    """What a gate judges: one value a row, and the rows' own names."""

    metric: str
    unit: Unit
    values: pl.Series
    names: pl.Series | None


def check_gates(
    report: Report, *, under: Sequence[str] = (), over: Sequence[str] = ()
) -> list[str]:
    """One message for each gate that the report misses, none if all hold.

    A value at the limit holds. Raises UsageError for a gate that cannot be read, or whose metric
    the report does not have.
    """
    gates: list[tuple[Side, str]] = [("under", text) for text in under]
    gates += [("over", text) for text in over]
    messages = (_missed(report, side, text) for side, text in gates)
    return [message for message in messages if message is not None]


def _missed(report: Report, side: Side, text: str) -> str | None:
    name, limit_text = _parsed(text, side)
    figures = _find(report, name, side)
    limit = _limit(limit_text, figures.unit, text, side)
    values = figures.values.cast(pl.Float64).fill_nan(None)
    judged = pl.DataFrame({"value": values}).with_row_index("row")
    beyond = pl.col("value") < limit if side == "under" else pl.col("value") > limit
    missed = judged.filter(beyond | pl.col("value").is_null()).sort(
        "value", descending=side == "over", nulls_last=True, maintain_order=True
    )
    if values.is_empty():
        return f"{figures.metric}: no data to compare with {limit_text}"
    if missed.is_empty():
        return None
    row, worst = missed.row(0)
    whose = f" ({figures.names[row]})" if figures.names is not None and values.len() > 1 else ""
    if worst is None:
        said = f"{figures.metric}: no data{whose} to compare with {limit_text}"
    else:
        said = f"{figures.metric} = {worst:.10g}{whose} is {side} {limit_text}"
    if values.len() == 1:
        return said
    return f"{said}; missed by {missed.height:,} of {values.len():,} rows"


def _parsed(text: str, side: Side) -> tuple[str, str]:
    name, equals, limit = (part.strip() for part in text.partition("="))
    if not (name and equals and limit):
        raise UsageError(
            f"--fail-{side}: '{text}' is not METRIC=VALUE", hint=f"such as --fail-{side} sla_pct=80"
        )
    return name, limit


def _find(report: Report, name: str, side: Side) -> _Figures:
    for section in report.sections:
        prefix = f"{section.id}."
        if name.startswith(prefix) and name.removeprefix(prefix) in _keys(section):
            return _in_section(section, name.removeprefix(prefix), name, side)
    having = [section for section in report.sections if name in _keys(section)]
    first, main = report.sections[0], report.section(report.main)
    meant = next((section for section in (first, main) if section in having), None)
    if meant is None and len(having) > 1:
        raise UsageError(
            f"--fail-{side}: '{name}' stands in several sections of report '{report.report}'",
            hint="name one: " + ", ".join(f"{section.id}.{name}" for section in having),
        )
    if having:
        return _in_section(meant or having[0], name, name, side)
    known = list(dict.fromkeys(key for section in report.sections for key in _metrics(section)))
    section_id, dot, key = name.partition(".")
    guess = nearest(key if dot else section_id, known)
    raise UsageError(
        f"--fail-{side}: report '{report.report}' has no metric '{name}'"
        + (f"; did you mean '{guess}'?" if guess else ""),
        hint="metrics: " + ", ".join(known[:NAMED]) + (", ..." if len(known) > NAMED else ""),
    )


def _in_section(section: Section, key: str, name: str, side: Side) -> _Figures:
    column = next((column for column in section.columns if column.key == key), None)
    if column is not None:
        if column.unit not in NUMERIC:
            raise UsageError(f"--fail-{side}: '{name}' is not a number but {column.unit.value}")
        return _Figures(name, column.unit, section.rows[key], _row_names(section))
    row = section.rows.filter(pl.col(METRIC_COLUMN) == key)
    return _Figures(name, Unit(row[UNIT_COLUMN][0]), row[VALUE_COLUMN], None)


def _keys(section: Section) -> list[str]:
    return [column.key for column in section.columns] + _row_metrics(section)


def _metrics(section: Section) -> list[str]:
    keys = [column.key for column in section.columns if column.unit in NUMERIC]
    return keys + _row_metrics(section)


def _row_metrics(section: Section) -> list[str]:
    if not {METRIC_COLUMN, VALUE_COLUMN, UNIT_COLUMN} <= set(section.rows.columns):
        return []
    return section.rows[METRIC_COLUMN].to_list()


def _row_names(section: Section) -> pl.Series | None:
    key = next((c.key for c in section.columns if c.unit not in NUMERIC), None)
    return None if key is None else section.rows[key]


def _limit(text: str, unit: Unit, gate: str, side: Side) -> float:
    try:
        if unit is Unit.SECONDS:
            return parse_duration(text)
        if unit in (Unit.PERCENT, Unit.POINTS):
            text = text.removesuffix("%").rstrip()
        limit = float(text)
    except ValueError as problem:
        reason = problem if unit is Unit.SECONDS else f"'{text}' is not a number"
        raise UsageError(f"--fail-{side} {gate}: {reason}") from None
    if not math.isfinite(limit):
        raise UsageError(f"--fail-{side} {gate}: '{text}' is not a number")
    return limit
