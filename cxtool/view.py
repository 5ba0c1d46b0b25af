"""What ``--columns``, ``--sort`` and ``--limit`` make of a report: the same figures, fewer of them.

They apply to one section, the main one unless another is named, in this order: sort, limit,
columns; so a report can be sorted by a column that it does not show.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from cxtool.errors import UsageError
from cxtool.render.head import rows_left
from cxtool.report import Column, Report, Section
from cxtool.units import Unit

# Words that have an order of their own, lowest first.
ORDERS: dict[Unit, tuple[str, ...]] = {
    Unit.BAND: (
        "very_negative",
        "moderately_negative",
        "neutral",
        "moderately_positive",
        "very_positive",
    ),
    Unit.LEVEL: ("low", "medium", "high", "critical"),
    Unit.SENTIMENT: ("negative", "neutral", "positive"),
}
# What a table tells beside the figure it belongs to, and alone only where it is asked for.
_DETAILS = frozenset({"low", "high", "previous", "change_pct", "signal"})


def view(
    report: Report,
    *,
    columns: str | None = None,
    sort: str | None = None,
    limit: int | None = None,
    section: str | None = None,
) -> Report:
    """The report with one section sorted, limited and reduced to some columns.

    ``columns``: keys separated by commas. ``sort``: ``key``, ``-key`` or ``key:desc``, several
    separated by commas; rows without a value come last, equal ones keep their order. A limit that
    cuts rows is told in a note. Raises UsageError for an unknown key or a limit below 0.
    """
    chosen = report.section(section or report.main)
    if sort is not None:
        chosen = _sorted(chosen, sort)
    if limit is not None:
        chosen = _limited(chosen, limit)
    if columns is not None:
        chosen = _selected(chosen, columns)
    return report.with_section(chosen)


def _sorted(section: Section, sort: str) -> Section:
    keys, descending = zip(*map(_direction, _words(sort, "--sort")), strict=True)
    ranks = [_rank(section.column(key), section.rows.schema[key]) for key in keys]
    rows = section.rows.sort(
        ranks, descending=list(descending), nulls_last=True, maintain_order=True
    )
    return replace(section, rows=rows)


def _direction(word: str) -> tuple[str, bool]:
    key, colon, direction = word.partition(":")
    if colon and direction not in ("asc", "desc"):
        raise UsageError(
            f"--sort: '{word}' has no direction '{direction}'", hint="directions: asc, desc"
        )
    if key.startswith("-"):
        if direction:
            raise UsageError(f"--sort: '{word}' has two directions")
        return key[1:], True
    return key, direction == "desc"


def _rank(column: Column, dtype: pl.DataType) -> pl.Expr:
    values = pl.col(column.key)
    if column.unit in ORDERS and dtype == pl.String:
        return values.cast(pl.Enum(ORDERS[column.unit]), strict=False).to_physical()
    if dtype.is_float():
        return values.fill_nan(None)
    if isinstance(dtype, pl.List):
        return values.cast(pl.List(pl.String)).list.join(";", ignore_nulls=True)
    return values


def _limited(section: Section, limit: int) -> Section:
    if limit < 0:
        raise UsageError(f"--limit must not be negative, but is {limit}")
    total = section.rows_n
    if limit >= total:
        return section
    note = rows_left(limit, total) + "."
    return replace(
        section,
        rows=section.rows.head(limit),
        all_n=None,
        notes=(note[0].upper() + note[1:], *section.notes),
    )


def _selected(section: Section, columns: str) -> Section:
    keys = _words(columns, "--columns")
    repeated = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
    if repeated:
        raise UsageError(f"--columns names '{repeated}' twice")
    chosen = section.selected(keys)
    return replace(chosen, columns=tuple(map(_asked_for, chosen.columns)))


def _asked_for(column: Column) -> Column:
    # A column asked for by name shows on its own, however narrow the terminal.
    if column.role in _DETAILS:
        column = replace(column, role="value", of=None)
    return replace(column, drop=0)


def _words(text: str, option: str) -> Sequence[str]:
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise UsageError(f"{option}: an empty name in '{text}'", hint="names are separated by ','")
    return words
