"""CSV: nothing in it runs in a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from cxtool.render import RenderOptions, render
from cxtool.report import Column, Section
from cxtool.units import Unit
from tests.helpers_report import sample


def written(rows: pl.DataFrame, **options: Any) -> str:
    columns = tuple(Column(key=key, label=key) for key in rows.columns)
    report = sample(Section(id="rows", title="Rows", columns=columns, rows=rows))
    content = render(report, fmt="csv", options=RenderOptions(**options))
    assert isinstance(content, str)
    return content


def cells(rows: pl.DataFrame, **options: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written(rows, **options))))[1:]


FORMULAS = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "＝1", "－1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_are_defused_unless_raw(formula: str) -> None:
    rows = pl.DataFrame({"a": [formula], "b": [[formula, "x"]]})
    assert written(rows).count(f"'{formula}") == 2
    assert "'" not in written(rows, raw=True)


def test_other_text_and_numbers_are_untouched() -> None:
    rows = pl.DataFrame({"a": ["a=1", "'x"], "b": [-1.5, 2.0], "c": [-3, 4]})
    assert cells(rows) == [["a=1", "-1.5", "-3"], ["'x", "2.0", "4"]]


def test_a_column_name_is_defused_too() -> None:
    rows = pl.DataFrame({"=cmd()": ["a"]})
    assert written(rows).startswith("'=cmd()\n")
    assert written(rows, raw=True).startswith("=cmd()\n")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (["a", "b"], "a;b"),
        (["a;b", "c"], '["a;b","c"]'),
        (["[a", "c"], '["[a","c"]'),
        (["a", None], '["a",null]'),
        (['say "x"; y'], '["say \\"x\\"; y"]'),
        ([], ""),
        (None, ""),
    ],
)
def test_lists_are_joined_or_written_as_json(value: list[str | None] | None, cell: str) -> None:
    rows = pl.DataFrame(
        {"case_id": ["C1"], "tags": [value]}, schema_overrides={"tags": pl.List(pl.String)}
    )
    assert cells(rows) == [["C1", cell]]


def test_times_have_their_offset_in_the_reports_zone_and_naive_ones_are_utc() -> None:
    at = datetime(2026, 5, 1, 20, 30, 0, 250_000)
    rows = pl.DataFrame(
        {"zoned": [at.replace(tzinfo=UTC)], "naive": [at], "day": [date(2026, 5, 1)]}
    )
    local = "2026-05-02T03:30:00.250+07:00"
    assert cells(rows) == [[local, local, "2026-05-01"]]


def test_null_text_and_no_header() -> None:
    rows = pl.DataFrame({"a": ["x", None], "b": [None, 1.0]})
    assert written(rows, header=False, null="NULL") == "x,NULL\nNULL,1.0\n"


def test_quotes_and_line_breaks_come_back() -> None:
    nasty = ['a "quoted", cell', "two\nlines", " padded "]
    assert [row[0] for row in cells(pl.DataFrame({"a": nasty}))] == nasty


def test_columns_of_rarer_types_are_written() -> None:
    rows = pl.DataFrame(
        {
            "took": pl.Series([90_500], dtype=pl.Duration("ms")),
            "kind": pl.Series(["x"], dtype=pl.Categorical),
            "both": [{"a": 1}],
        }
    )
    assert cells(rows) == [["90.5", "x", '{"a":1}']]


def test_unit_of_a_column_does_not_change_its_csv() -> None:
    section = Section(
        id="rows",
        title="Rows",
        columns=(Column(key="a_pct", label="A", unit=Unit.PERCENT),),
        rows=pl.DataFrame({"a_pct": [81.25]}),
    )
    assert render(sample(section), fmt="csv") == "a_pct\n81.25\n"


@pytest.mark.parametrize("rows_n", [0, 1, 2, 5])
def test_rows_in_slices_are_the_same_text(rows_n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pl.DataFrame({"=a": ["=1", "x", None, "", "-2"], "b": [[";"], ["x"], [], None, ["y"]]})
    whole = written(rows.head(rows_n), null="?")
    assert whole.count("\n") == rows_n + 1
    monkeypatch.setattr("cxtool.render.csv.SLICE_N", 2)
    assert written(rows.head(rows_n), null="?") == whole
