"""What stands behind columns with a value for each row: the rows that have one.

Such a figure is not made of others. Its account says how many rows have a value, why others have
none, and which they are: of the log, of breaches, of the interactions of behaviour, of findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics import log
from cxtool.metrics.explained_account import (
    Make,
    Measure,
    Told,
    in_memory,
    of_column,
)
from cxtool.report import Column, Report
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

NO_VALUE = "no value in the export"


def listed(
    section: str,
    columns: Sequence[Column],
    names: Sequence[Column],
    *,
    why: Mapping[str, str] | None = None,
    make: Make | None = None,
) -> Told:
    """A section with a value for each row; ``names`` tell the rows, ``why`` what null means."""
    reasons = why or {}

    def rows(tables: Tables, settings: Settings, home: Report) -> Frame:
        return nw.from_native(home.section(section).rows.lazy())

    def measure(column: Column) -> Measure:
        value = nw.col(column.key)
        return Measure(
            kind="listed",
            counts=~value.is_null(),
            out={reasons.get(column.key, NO_VALUE): value.is_null()},
            shown={column: value},
        )

    return Told(
        section=section,
        figures={column.key: measure(column) for column in columns},
        rows=rows,
        columns=tuple(names),
        make=make,
        collect=in_memory,
    )


# The canonical columns that a column of the log is made of, where not of its own alone.
COLUMNS_OF: Mapping[str, Sequence[str]] = {
    "contact": ("contact", "contact_id"),
    "contact_labels": ("contact_labels", "contact_id"),
    "agent": ("agent", "agent_id"),
    "handle_s": ("handle_s", "started_at", "ended_at"),
    "recording": ("recording", "channel"),
    "sla": ("first_response_s", "direction", "started_at"),
}
LOG = (
    listed(
        "log",
        log.COLUMNS,
        [column for column in log.COLUMNS if column.key in ("case_id", "started_at", "channel")],
        why={
            "handle_s": "no duration, and no end to tell it",
            "first_response_s": "no agent answered, or no time is told",
            "recording": "no recording, or not voice",
        },
    ),
)

# What a row of the export became, as ``check`` counts it.
USED, ASIDE, REPEATED, NOT_COUNTED = "used_n", "set_aside_n", "repeated_n", "not_counted_n"
WORDS = {
    USED: "used",
    ASIDE: "set aside",
    REPEATED: "repeated exactly, used once",
    NOT_COUNTED: "not counted: a total, a footer, a blank line",
}
ROWS = Column(key="rows_n", label="Rows", unit=Unit.COUNT, drop=0)
PLACES = tuple(
    Column(key=key, label=key.capitalize(), unit=unit, drop=drop)
    for key, unit, drop in (
        ("table", Unit.TEXT, 0),
        ("file", Unit.TEXT, 1),
        ("line", Unit.COUNT, 1),
        ("column", Unit.TEXT, 2),
        ("value", Unit.TEXT, 2),
        ("rule", Unit.TEXT, 3),
    )
)


def fates(tables: Tables, settings: Settings, home: Report) -> Frame:
    """What became of the rows read: each that is set aside, of others one row with their number."""
    counts = home.section("tables").rows.unpivot(
        [USED, REPEATED, NOT_COUNTED], index="table", variable_name="fate", value_name="number"
    )
    aside = home.section("set_aside").rows.with_columns(
        fate=pl.lit(ASIDE), number=pl.lit(1, pl.Int64)
    )
    return nw.from_native(pl.concat([aside, counts], how="diagonal").lazy())


def _fate(*wanted: str) -> Measure:
    fate = nw.col("fate")
    return Measure(
        kind="count",
        counts=fate.is_in(list(wanted)),
        out={words: fate == name for name, words in WORDS.items() if name not in wanted},
        shown={ROWS: nw.col("number")},
    )


def _fates(section: str, figures: Mapping[str, Measure], *by: str) -> Told:
    return Told(
        section=section,
        figures=figures,
        rows=fates,
        by=tuple(of_column(key) for key in by),
        columns=PLACES,
        weight="number",
        collect=in_memory,
    )


_FOUND = (
    Column(key="rows_n", label="Rows", unit=Unit.COUNT),
    Column(key="median_s", label="Median difference", unit=Unit.SECONDS),
)
CHECK = (
    _fates(
        "tables",
        {"rows_n": _fate(USED, ASIDE, REPEATED), **{name: _fate(name) for name in WORDS}},
        "table",
    ),
    _fates("rules", {"rows_n": _fate(ASIDE)}, "table", "column", "rule"),
    listed(
        "findings",
        _FOUND,
        [
            Column(key=key, label=key.replace("_", " ").capitalize(), unit=unit, drop=1)
            for key, unit in (
                ("table", Unit.TEXT),
                ("finding", Unit.TEXT),
                ("column", Unit.TEXT),
                ("first_file", Unit.TEXT),
                ("first_line", Unit.COUNT),
            )
        ],
        why={"median_s": "no durations are compared"},
    ),
)
