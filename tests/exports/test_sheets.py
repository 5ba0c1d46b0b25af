"""Spreadsheets read as text: what people see in a cell, not the number that stands for it."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.errors import CxtoolError
from cxtool.exports.sheets import Sheet, sheets, to_csv
from tests.cli_helper import call

Write = Callable[[Any, Callable[[str], Any]], None]


def workbook(path: Path, write: Write, **options: object) -> Path:
    """A workbook of one sheet, filled by ``write(sheet, number_format)``."""
    with xlsxwriter.Workbook(path, options) as book:
        write(book.add_worksheet("Calls"), lambda form: book.add_format({"num_format": form}))
    return path


def column(path: Path, cells: list[tuple[Any, str]], **options: object) -> list[str | None]:
    """What a column of numbers shown in these formats is read as."""

    def write(sheet: Any, number_format: Callable[[str], Any]) -> None:
        sheet.write_row(0, 0, ["id", "value"])
        for row, (value, form) in enumerate(cells, start=1):
            sheet.write_number(row, 0, row)
            sheet.write_number(row, 1, value, number_format(form))

    (sheet,) = sheets(workbook(path, write, **options), "calls.xlsx")
    return sheet.rows["value"].to_list()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.xlsx"


@pytest.mark.parametrize("options", [{}, {"date_1904": True}])
@pytest.mark.parametrize(
    ("days", "form", "text"),
    [
        (0.3840046296296296, "h:mm:ss", "09:12:58"),
        (0.0016550925925925926, "h:mm:ss", "00:02:23"),
        (0.5, "h:mm AM/PM", "12:00:00"),
        (224 / 86_400, "mm:ss", "00:03:44"),
        (0.0, "h:mm:ss", "00:00:00"),
        (1.25, "[h]:mm:ss", "30:00:00"),
        (61.5, "[h]:mm:ss", "1476:00:00"),
        (3652.0, "[h]:mm:ss", "87648:00:00"),
        (0.5 / 86_400, "mm:ss.0", "00:00:00.500"),
        (-0.25, "[h]:mm:ss", "-06:00:00"),
    ],
)
def test_times_of_day_and_durations(
    path: Path, days: float, form: str, text: str, options: dict[str, object]
) -> None:
    """L9, L10: a duration is not a day of the year 1900, whatever day the file counts from."""
    assert column(path, [(days, form)], **options) == [text]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (724_000_000_001, "0.00E+00", "724000000001"),
        (7.24e11, "0", "724000000000"),
        (123_456_789_012_345, "General", "123456789012345"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (-2.5, "0", "-2.5"),
        (0.813, "0.0%", "0.813"),
        (12.5, '#,##0.0" s"', "12.5"),
        (5, '[Red]0" days"', "5"),
    ],
)
def test_numbers_are_neither_rounded_nor_shortened(
    path: Path, number: float, form: str, text: str
) -> None:
    """L1: a case number that the spreadsheet shows as 7.24E+11 keeps all its digits."""
    assert column(path, [(number, form)]) == [text]


def test_a_column_of_dates_and_one_of_times(path: Path) -> None:
    """L8: midnight in a column of times stays a time."""
    serial = 46_143  # 2026-05-01
    days = [(serial, "yyyy-mm-dd"), (serial + 1, "dd.mm.yyyy")]
    assert column(path, days) == ["2026-05-01", "2026-05-02"]
    times = [(serial, "yyyy-mm-dd hh:mm"), (serial + 1 / 3, "m/d/yy h:mm AM/PM")]
    assert column(path, times) == ["2026-05-01 00:00:00", "2026-05-01 08:00:00"]


def test_days_counted_from_1904_are_the_same_days(path: Path) -> None:
    def write(sheet: Any, number_format: Callable[[str], Any]) -> None:
        sheet.write_row(0, 0, ["day", "at"])
        sheet.write_datetime(1, 0, date(2026, 5, 1), number_format("yyyy-mm-dd"))
        sheet.write_datetime(1, 1, datetime(2026, 5, 1, 9, 30), number_format("hh:mm"))

    (sheet,) = sheets(workbook(path, write, date_1904=True), "calls.xlsx")
    assert sheet.rows.row(0) == ("2026-05-01", "2026-05-01 09:30:00")


def test_cells_of_every_other_kind(path: Path) -> None:
    def write(sheet: Any, number_format: Callable[[str], Any]) -> None:
        sheet.write_row(0, 0, ["text", "true", "error", "formula", "mixed", "stamp"])
        texts = ("007", " two\nlines ", "1/2/2026", "=1+1")
        for row, text in enumerate(texts, start=1):
            sheet.write_string(row, 0, text)
            sheet.write_boolean(row, 1, row % 2 == 1)
            sheet.write_formula(row, 2, "=NA()", None, "#N/A" if row > 1 else "#DIV/0!")
            sheet.write_formula(row, 3, "=A1&1", None, f"v{row}")
        sheet.write_number(1, 4, 12)
        sheet.write_string(2, 4, "unknown")
        sheet.write_datetime(3, 4, date(2026, 5, 1), number_format("d mmm"))
        # Text that looks like what a duration is stored as is no duration.
        sheet.write_string(1, 5, "1899-12-31 09:09:14")
        sheet.write_number(2, 5, 0.5, number_format("h:mm"))

    (sheet,) = sheets(workbook(path, write), "calls.xlsx")
    assert sheet.rows.to_dict(as_series=False) == {
        "text": ["007", " two\nlines ", "1/2/2026", "=1+1"],
        "true": ["true", "false", "true", "false"],
        "error": [None] * 4,
        "formula": ["v1", "v2", "v3", "v4"],
        "mixed": ["12", "unknown", "2026-05-01", None],
        "stamp": ["1899-12-31 09:09:14", "12:00:00", None, None],
    }


def test_header_is_the_first_row_with_a_value_and_empty_rows_are_left_out(path: Path) -> None:
    """Row numbers are those that people see, so that a row set aside can be found."""

    def write(sheet: Any, number_format: Callable[[str], Any]) -> None:
        sheet.write_row(2, 0, ["id ", "queue", "", "queue"])
        sheet.write_row(4, 0, ["1", "sales", "x", "a"])
        sheet.write_row(5, 0, ["", " ", "", ""])
        sheet.write_row(7, 0, ["2", "", "", "b"])
        sheet.write_blank(7, 9, None, number_format("0"))

    (sheet,) = sheets(workbook(path, write), "calls.xlsx")
    assert sheet.rows.columns == ["id", "queue", "column_3", "queue_4"]
    assert sheet.rows.rows() == [("1", "sales", "x", "a"), ("2", None, None, "b")]
    assert sheet.row_numbers.to_list() == [5, 8]


def test_rows_before_the_header_can_be_skipped(path: Path) -> None:
    def write(sheet: Any, number_format: Callable[[str], Any]) -> None:
        sheet.write_string(0, 0, "Calls of May, exported for Ann")
        sheet.write_row(2, 0, ["id", "queue"])
        sheet.write_row(3, 0, ["1", "sales"])

    (sheet,) = sheets(workbook(path, write), "calls.xlsx", skip_rows=1)
    assert sheet.rows.to_dicts() == [{"id": "1", "queue": "sales"}]
    assert sheet.row_numbers.to_list() == [4]


def test_every_sheet_that_holds_anything_in_its_order(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name in ("Calls", "Nothing", "Contacts"):
            sheet = book.add_worksheet(name)
            if name != "Nothing":
                sheet.write_row(0, 0, ["id", name])
        book.get_worksheet_by_name("Contacts").hide()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Calls!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
    found = sheets(path, "calls.xlsx")
    assert [sheet.name for sheet in found] == ["Calls", "Contacts"]
    assert [sheet.rows.height for sheet in found] == [0, 0]
    assert capfd.readouterr().err == ""


def test_csv_has_the_same_cells_and_the_row_numbers(path: Path, tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": ["1", "2"], "notes": ['a "b", c\r\nd', None]})
    sheet = Sheet(name="Calls", rows=rows, row_numbers=pl.Series([2, 7]))
    to_csv(sheet, tmp_path / "calls.csv")
    with (tmp_path / "calls.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["id", "notes", "__line"],
            ["1", 'a "b", c\r\nd', "2"],
            ["2", "", "7"],
        ]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=9),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=12, deadline=None)
def test_text_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("sheets") / "any.xlsx"

    def write(sheet: Any, number_format: Callable[[str], Any]) -> None:
        sheet.write_row(0, 0, ["id", "text"])
        for row, text in enumerate(texts, start=1):
            sheet.write_number(row, 0, row)
            sheet.write_string(row, 1, text)

    (sheet,) = sheets(workbook(path, write), "any.xlsx")
    assert sheet.rows["text"].to_list() == [text if text.strip() else None for text in texts]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is no spreadsheet, whatever its name says$"),
        (b"id,queue\n1,sales\n", "this is no spreadsheet, whatever its name says$"),
        (b"PK\x03\x04 and no more", r"not a readable spreadsheet \("),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"not a readable spreadsheet \("),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_told_in_one_line(
    path: Path, content: bytes, said: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(CxtoolError, match=rf"^calls\.xlsx: {said}") as caught:
        sheets(path, "calls.xlsx")
    assert "\n" not in caught.value.message
    assert caught.value.hint is not None


def test_a_spreadsheet_without_a_value_is_told(path: Path) -> None:
    workbook(path, lambda sheet, number_format: None)
    with pytest.raises(CxtoolError, match=r"^calls\.xlsx: no sheet holds anything$"):
        sheets(path, "calls.xlsx")


def test_without_the_package_the_way_out_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    with pytest.raises(CxtoolError, match="needs the package fastexcel") as caught:
        sheets(path, "calls.xlsx")
    assert caught.value.hint == "pip install 'cxtool[xlsx]'"


def test_the_package_is_imported_only_when_a_spreadsheet_is_read() -> None:
    code = "import sys, cxtool.exports.sheets; print('fastexcel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_workbook_is_an_export(tmp_path: Path) -> None:
    """A sheet per table, other sheets aside, rows told by the numbers the spreadsheet shows."""
    with xlsxwriter.Workbook(tmp_path / "may.xlsx") as book:
        cases = book.add_worksheet("interactions")
        clock = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        length = book.add_format({"num_format": "[h]:mm:ss"})
        cases.write_row(0, 0, ["case_id", "started_at", "channel", "handle_s", "contact_id"])
        cases.write_row(1, 0, ["a", None, "voice", 60, "1"])
        cases.write_datetime(1, 1, datetime(2026, 5, 1, 10), clock)
        cases.write_row(3, 0, ["b", "soon", "chat", 5, "2"])
        cases.write_row(4, 0, ["c", None, "voice", None, "1"])
        cases.write_datetime(4, 1, datetime(2026, 5, 1, 11), clock)
        cases.write_number(4, 3, 240 / 86_400, length)
        contacts = book.add_worksheet("contacts")
        contacts.write_row(0, 0, ["contact_id", "name"])
        contacts.write_row(1, 0, ["1", "Ann"])
        book.add_worksheet("remarks").write(0, 0, "made by hand")
    log = call("log", ".", "-f", "csv", "-c", "case_id,contact,handle_s", cwd=tmp_path)
    assert log.text == "case_id,contact,handle_s\na,Ann,60.0\nc,Ann,240.0\n"
    aside = call("check", "may.xlsx", "-f", "json", cwd=tmp_path).rows("set_aside")
    told = [(row["file"], row["line"], row["value"]) for row in aside]
    assert told == [("may.xlsx, sheet interactions", 4, "soon")]


def test_a_single_sheet_of_any_name_is_read_like_a_file(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "calls.xlsx") as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, ["Case ID", "Started at", "Channel"])
        sheet.write_row(1, 0, [12345678901, "2026-05-01 10:00", "voice"])
    done = call("log", "calls.xlsx", "-f", "csv", "-c", "case_id", "-q", cwd=tmp_path)
    assert done.text == "case_id\n12345678901\n"
    drafted = call("profile", "infer", "calls.xlsx", cwd=tmp_path)
    assert 'case_id = { from = ["Case ID"] }' in drafted.text
