"""``--where``: every operator on every kind of column, and what unknown values do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.errors import UsageError
from cxtool.exports.export import Export
from cxtool.exports.filters import predicate
from cxtool.exports.grammar import parse_where
from cxtool.period import Period, Request
from tests.cli_helper import call
from tests.exports.exports import write
from tests.exports.opened import opened

ROWS = """\
case_id,started_at,channel,direction,queue,handle_s,answered,transfers,tags,csat,site,level
1,2026-05-01T00:30:00Z,Voice,inbound,Sales,60,yes,0,vip;new,5,north,9
2,2026-05-01T22:30:00Z,chat,inbound,Support,600,no,1,vip,4.5,south,10
3,2026-05-02T10:00:00Z,email,outbound,"Sales, EU",601,,2,,1,,11
4,2026-05-03T10:00:00Z,voice,,,,yes,,late,,north,x
"""
ALL = ["1", "2", "3", "4"]
MAY = Request(Period(date(2026, 5, 1), date(2026, 6, 1), "May"), None, "UTC", date(2026, 6, 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("where"), {"calls.csv": ROWS})


@pytest.fixture(scope="module")
def export(folder: Path) -> Iterator[Export]:
    """The same, opened once for all conditions."""
    with opened(folder, "calls.csv") as export:
        yield export


def kept(folder: Path, *conditions: str, time_zone: str = "UTC") -> list[str]:
    where = [part for condition in conditions for part in ("--where", condition)]
    result = call("log", "calls.csv", *where, "--tz", time_zone, "-f", "json", cwd=folder)
    assert result.code == 0, result.err
    return sorted(row["case_id"] for row in result.rows("log"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("queue = Sales", "1"),
        ("queue=Sales", "1"),
        ("  queue   =   Sales  ", "1"),
        ("queue = 'Sales, EU'", "3"),
        ('queue = "Sales, EU"', "3"),
        ("queue != Sales", "2 3 4"),
        ("queue =", "4"),
        ("queue != ''", "1 2 3"),
        ("queue in Sales,Support", "1 2"),
        ("queue in Sales, Support", "1 2"),
        ("queue in ,Sales", "1 4"),
        ("queue ~ ^Sales", "1 3"),
        ("queue ~ (?i)SUPP", "2"),
        ("queue < Support", "1 3"),
        ("queue >= Support", "2"),
        ("queue = sales", ""),
        ("channel = voice", "1 4"),
        ("channel = Voice", "1 4"),
        ("direction = inbound", "1 2 4"),  # unknown counts as inbound
        ("handle_s > 600", "3"),
        ("handle_s >= 10m", "2 3"),
        ("handle_s < 0:10:00", "1"),
        ("handle_s <= 600s", "1 2"),
        ("handle_s = 1m", "1"),
        ("handle_s != 60", "2 3 4"),
        ("handle_s =", "4"),
        ("handle_s in 60,10m", "1 2"),
        ("transfers > 0", "2 3"),
        ("transfers = 1", "2"),
        ("csat >= 4.5", "1 2"),
        ("csat =", "4"),
        ("answered = yes", "1 4"),
        ("answered = FALSE", "2 3"),  # by its fallback: no response
        ("answered != true", "2 3"),
        ("started_at = 2026-05-01", "1 2"),
        ("started_at != 2026-05-01", "3 4"),
        ("started_at < 2026-05-02", "1 2"),
        ("started_at <= 2026-05-02", "1 2 3"),
        ("started_at > 2026-05-02", "4"),
        ("started_at >= 2026-05-02T10:00", "3 4"),
        ("started_at = 2026-05-02T12:00:00+02:00", "3"),
        ("started_at in 2026-05-02,2026-05-03", "3 4"),
        ("tags = vip", "1 2"),
        ("tags != vip", "3 4"),
        ("tags =", "3"),
        ("tags != ", "1 2 4"),
        ("tags in new,late", "1 4"),
        ("tags in ,late", "3 4"),
        ("tags ~ ^v", "1 2"),
        ("tags > vap", "1 2"),
        ("site = north", "1 4"),  # a column of the export's own
        ("site != north", "2 3"),
        ("site =", "3"),
        ("level > 9", "2 3"),  # numbers where the value is one
        ("level = 9", "1"),
        ("level < a", "1 2 3"),  # else texts
    ],
)
def test_each_operator(condition: str, expected: str, export: Export) -> None:
    tables = export.tables(MAY, uses=("interactions",), people=False, where=(condition,))
    cases = tables.collect({"cases": tables.cases})["cases"]
    assert sorted(cases["case_id"]) == expected.split()


def test_dates_are_days_of_the_reports_zone(folder: Path) -> None:
    assert kept(folder, "started_at = 2026-05-02", time_zone="Europe/Berlin") == ["2", "3"]
    assert kept(folder, "started_at < 2026-05-01T02:31", time_zone="Europe/Berlin") == ["1"]


def test_conditions_hold_together(folder: Path) -> None:
    assert kept(folder, "queue ~ Sales", "handle_s > 60", "tags =") == ["3"]
    assert kept(folder, "queue = Sales", "queue = Support") == []


@pytest.mark.parametrize(
    ("text", "column", "op", "value"),
    [
        ("a=b=c", "a", "=", "b=c"),
        ("Case ID = 1", "Case ID", "=", "1"),
        ("inbound in x", "inbound", "in", "x"),
        ("a <= 1", "a", "<=", "1"),
        ("a ~ x<y", "a", "~", "x<y"),
        ("a = '", "a", "=", "'"),
    ],
)
def test_conditions_are_parted_at_the_first_operator(
    text: str, column: str, op: str, value: str
) -> None:
    found = parse_where(text)
    assert (found.column, found.op, found.value) == (column, op, value)


TYPED = pl.DataFrame(
    {
        "day": [date(2026, 5, 1), date(2026, 5, 2), None],
        "at": [datetime(2026, 5, 1, 10), datetime(2026, 5, 2, 10), None],
        "ring_s": [1.5, 90.0, None],
        "talk": [timedelta(seconds=30), timedelta(minutes=2), None],
        "codes": [[1, 2], [], None],
        "kind": pl.Series(["a", "b", None], dtype=pl.Categorical),
        "pair": [{"x": 1}, {"x": 2}, None],
    }
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("day > 2026-05-01", [1]),
        ("at = 2026-05-01", [0]),
        ("at >= 2026-05-02T10:00", [1]),
        ("at < 2026-05-01T08:00:01Z", [0]),
        ("ring_s = 1.5", [0]),
        ("talk > 1m", [1]),
        ("codes = 2", [0]),
        ("codes =", [1, 2]),
        ("kind != a", [1, 2]),
    ],
)
def test_columns_of_a_typed_file(condition: str, expected: list[int]) -> None:
    parsed = parse_where(condition)
    rows = TYPED.with_row_index("n").lazy()
    expr = predicate(parsed, TYPED.schema, table="interactions", time_zone="Europe/Berlin")
    assert rows.filter(expr).collect()["n"].to_list() == expected


def test_a_structure_has_nothing_to_compare() -> None:
    with pytest.raises(UsageError, match="has nothing to compare"):
        predicate(parse_where("pair = 1"), TYPED.schema, table="interactions", time_zone="UTC")


CELLS: dict[str, Any] = {
    "queue": st.sampled_from(["Sales", "a,b", "=", "é", "null", "x y"]),
    "handle_ms": st.integers(0, 3).map(lambda n: n * 1000),
    "csat": st.sampled_from([1.0, 2.5]),
    "answered": st.booleans(),
    "tags": st.lists(st.sampled_from(["vip", "new"]), max_size=2),
}
DTYPES = {
    "queue": pl.String,
    "handle_ms": pl.Int64,
    "csat": pl.Float64,
    "answered": pl.Boolean,
    "tags": pl.List(pl.String),
}
VALUES = {
    "queue": ["Sales", "a,b", "=", "é", "null", "", "other"],
    "handle_s": ["0", "1", "2s", "", "9"],
    "csat": ["1", "2.5", "", "7"],
    "answered": ["yes", "no", ""],
    "tags": ["vip", "new", "", "other"],
}
CONDITIONS = [(column, value) for column, values in VALUES.items() for value in values]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries({name: st.none() | cell for name, cell in CELLS.items()}), max_size=8
    ),
    asked=st.sampled_from(CONDITIONS),
)
def test_equal_and_unequal_part_the_rows(
    rows: list[dict[str, Any]], asked: tuple[str, str]
) -> None:
    column, value = asked
    frame = pl.DataFrame(rows, schema=DTYPES).with_row_index("n")
    sides = [
        frame.filter(
            predicate(
                parse_where(f"{column} {op} {json.dumps(value, ensure_ascii=False)}"),
                frame.schema,
                table="interactions",
                time_zone="UTC",
            )
        )["n"].to_list()
        for op in ("=", "!=")
    ]
    assert sorted(sides[0] + sides[1]) == frame["n"].to_list()
