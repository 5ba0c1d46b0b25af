"""Excel: the report's figures as cells that can be counted with, and text that is never run."""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fastexcel
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.render import RenderOptions, render
from cxtool.render.sheet import sheet_names
from cxtool.render.xlsx import MOST_ROWS
from cxtool.report import Column, Report, Section
from cxtool.units import Unit, sparkline
from tests.helpers_report import NASTY, agents, by_channel, log, metrics, sample, summary

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
WORDS = (Unit.SLA, Unit.SENTIMENT, Unit.LEVEL, Unit.BAND, Unit.SIGNAL)


def written(report: Report | None = None, **options: Any) -> bytes:
    content = render(report or sample(), fmt="xlsx", options=RenderOptions(**options))
    assert isinstance(content, bytes)
    return content


def cells(content: bytes, sheet: str, kind: Any = "string") -> pl.DataFrame:
    reader = fastexcel.read_excel(content)
    return pl.DataFrame(reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=kind))


def one(section: str, *columns: Column, **values: list[Any]) -> Report:
    """A report of one section with these values."""
    return sample(Section(id=section, title="A", columns=columns, rows=pl.DataFrame(values)))


class Package:
    """The parts of a workbook, to see how cells are shown."""

    def __init__(self, content: bytes) -> None:
        self.parts = zipfile.ZipFile(io.BytesIO(content))
        styles = self.tree("xl/styles.xml")
        self.forms = {
            f.get("numFmtId"): f.get("formatCode") for f in styles.iterfind(".//x:numFmt", NS)
        }
        self.forms |= {"0": "", "1": "0", "3": "#,##0", "4": "#,##0.00"}
        self.shown = styles.findall("x:cellXfs/x:xf", NS)
        self.fills = styles.findall("x:fills/x:fill", NS)

    def tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts.read(part))

    def sheet(self, number: int = 1) -> ElementTree.Element:
        return self.tree(f"xl/worksheets/sheet{number}.xml")

    def style(self, cell: str, number: int = 1) -> ElementTree.Element:
        found = self.sheet(number).find(f".//x:c[@r='{cell}']", NS)
        assert found is not None, cell
        return self.shown[int(found.get("s", "0"))]

    def form(self, cell: str) -> str | None:
        return self.forms[self.style(cell).get("numFmtId")]

    def fill(self, cell: str) -> str | None:
        color = self.fills[int(self.style(cell).get("fillId", "0"))].find(".//x:fgColor", NS)
        return None if color is None else color.get("rgb")


def expected(value: Any, column: Column, *, is_duration: bool) -> Any:
    """What a cell of a JSON value is read as, said independently of the writer."""
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if is_duration:
        return timedelta(seconds=value)
    match column.unit:
        case Unit.DATETIME:
            return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}"
        case Unit.DATE:
            return f"{value} 00:00:00"
        case Unit.LIST:
            return "; ".join(value)
        case Unit.SERIES:
            return sparkline(value)
        case unit if unit in WORDS:
            return value.replace("_", " ")
        case _:
            return value


@pytest.mark.parametrize("section", [summary(), by_channel(), log(), agents(), metrics()])
def test_cells_are_the_figures_of_the_report(section: Section) -> None:
    """K12: whatever JSON says, the workbook says."""
    content = written(section=section.id)
    (found,) = json.loads(
        str(render(sample(), fmt="json", options=RenderOptions(section=section.id)))
    )["sections"]
    texts, lengths = cells(content, section.id), cells(content, section.id, "duration")
    assert texts.height == len(found["rows"]) + 1
    for place, column in enumerate(section.columns):
        is_duration = texts[0, place].endswith("(h:mm:ss)")
        read = (lengths if is_duration else texts).to_series(place).to_list()[1:]
        for cell, row in zip(read, found["rows"], strict=True):
            value = expected(row[column.key], column, is_duration=is_duration)
            is_number = isinstance(value, (int, float))
            assert (float(cell) if is_number else cell) == value, column.key


def test_headings_say_what_a_format_cannot() -> None:
    """L8, L9: the zone of times, and what a duration counts."""
    assert cells(written(section="log"), "log").row(0)[:6] == (
        *("Case ID", "Contact", "Started (Asia/Bangkok)", "Day"),
        *("Handle time (h:mm:ss)", "Score"),
    )
    heads = cells(written(section="summary"), "summary").row(0)
    assert "Handle time change (s)" in heads


@pytest.mark.parametrize(
    ("unit", "value", "form"),
    [
        (Unit.COUNT, 1234, "#,##0"),
        (Unit.NUMBER, 1234.5, "#,##0.00"),
        (Unit.NUMBER, 100, "#,##0"),
        (Unit.INDEX, 6, "0"),
        (Unit.SECONDS, 250.0, "[h]:mm:ss"),
        (Unit.SECONDS, -250.0, '#,##0.0" s"'),
        (Unit.PERCENT, 81.25, '0.0" %"'),
        (Unit.PERCENT, 100.0, '0.0" %"'),
        (Unit.PERCENT, 0.0, '0.0" %"'),
        (Unit.PERCENT, 99.96, '"99.9 %"'),
        (Unit.PERCENT, 0.01, '"0.1 %"'),
        (Unit.POINTS, 2.5, '0.0" pp"'),
        (Unit.DATE, date(2026, 5, 1), "yyyy-mm-dd"),
        (Unit.DATETIME, datetime(2026, 5, 1, 12), "yyyy-mm-dd hh:mm:ss"),
        (Unit.TEXT, "1234", ""),
    ],
)
def test_each_unit_has_its_number_format(unit: Unit, value: Any, form: str) -> None:
    report = one("a", Column(key="x", label="X", unit=unit), x=[value])
    assert Package(written(report, section="a")).form("A2") == form


def test_changes_have_a_sign() -> None:
    """S1, C7: + up, - down."""
    package = Package(written(section="by_channel"))
    assert package.form("E2") == '+0.0" pp";-0.0" pp";0.0" pp"'
    assert Package(written(section="summary")).form("L2") == '+#,##0.0" s";-#,##0.0" s";#,##0.0" s"'


def test_rows_with_a_unit_of_their_own_are_shown_in_it() -> None:
    """K1-K5: one column of percentages, seconds and counts; seconds stay what the row says."""
    package = Package(written(section="metrics"))
    assert [package.form(f"B{row}") for row in (2, 3, 4)] == ['0.0" %"', '#,##0.0" s"', "#,##0"]


def test_bands_levels_and_changes_are_coloured_as_in_every_other_format() -> None:
    """B5, B10, C10."""
    package = Package(written(section="agents"))
    totals = [package.fill(f"B{row}") for row in (2, 3, 4, 5)]
    assert len(set(totals)) == 4
    assert totals == [package.fill(f"D{row}") for row in (2, 3, 4, 5)]
    channels = Package(written(section="by_channel"))
    low, medium, high, critical = (channels.fill(f"J{row}") for row in (2, 3, 4, 5))
    better, worse, chance = (channels.fill(f"E{row}") for row in (2, 3, 4))
    assert (low, medium, critical) == (totals[1], totals[2], "FFF2A99D")
    assert (better, worse, chance) == (low, high, None)


def test_text_is_never_a_formula_a_link_or_markup() -> None:
    texts = [
        *NASTY[:-1],
        "=HYPERLINK(1)",
        "@SUM(1)",
        "https://a.example",
        "<r><t>x</t></r>",
        "_x0041_",
    ]
    report = one("a", Column(key="x", label="=1+1"), x=texts)
    content = written(report)
    assert cells(content, "a").to_series().to_list() == [
        "=1+1",
        *(f"{text} " if text.startswith("<r>") else text for text in texts),
    ]
    package = Package(content)
    assert package.sheet(2).find(".//x:f", NS) is None
    assert package.sheet(2).find(".//x:hyperlink", NS) is None
    quoted = [package.style(f"A{row}", 2).get("quotePrefix") for row in (2, 4)]
    assert quoted == [None, "1"]


def test_headings_stay_in_sight_and_can_be_filtered() -> None:
    package = Package(written(section="by_channel"))
    pane = package.sheet().find(".//x:pane", NS)
    assert pane is not None
    assert (pane.get("state"), pane.get("xSplit"), pane.get("ySplit")) == ("frozen", "1", "1")
    chosen = package.sheet().find("x:autoFilter", NS)
    assert chosen is not None
    assert chosen.get("ref") == "A1:K6"
    font = package.style("A1").get("fontId")
    fonts = package.tree("xl/styles.xml").findall("x:fonts/x:font", NS)
    assert fonts[int(font or 0)].find("x:b", NS) is not None


def test_first_sheet_says_what_the_report_is_about() -> None:
    content = written()
    reader = fastexcel.read_excel(content)
    assert reader.sheet_names == [
        *("Report", "summary", "by_channel", "log", "agents", "metrics", "empty")
    ]
    front = cells(content, "Report")
    facts = dict(front.select(pl.nth(0), pl.nth(1)).rows())
    assert front[0, 0] == "SLA compliance"
    assert facts["Period"] == "last 7 days (2026-05-01 to 2026-05-07)"
    assert facts["Compared with"] == "2026-04-24 to 2026-04-30"
    assert facts["Time zone"] == "Asia/Bangkok"
    assert facts["As of"] == "2026-05-08"
    assert facts["Files"] == "export/interactions.csv"
    assert (facts["Rows read"], facts["Rows set aside"]) == ("1,234", "5")
    assert facts["Notes"] == "Times are local."
    assert "A trend 'flat' is a change that chance may explain (at 95 %)." in front.to_series(1)
    assert front.rows()[-6:-4] == [
        ("summary", "Compliance", "1", "Internal cases are n/a."),
        ("by_channel", "By channel", "5", None),
    ]


def test_nothing_compared_is_said() -> None:
    front = cells(written(replace(sample(summary()), previous=None)), "Report")
    assert ("Compared with", "nothing") in front.select(pl.nth(0), pl.nth(1)).rows()


def test_one_section_is_one_sheet() -> None:
    content = written(section="by_channel")
    assert fastexcel.read_excel(content).sheet_names == ["by_channel"]
    core = zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml").decode()
    assert "last 7 days (2026-05-01 to 2026-05-07)" in core


def test_the_file_bears_the_reports_day_and_no_other() -> None:
    parts = zipfile.ZipFile(io.BytesIO(written()))
    dates = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", parts.read("docProps/core.xml").decode())
    assert set(dates) == {"2026-05-08T00:00:00Z"}
    assert {part.date_time[:3] for part in parts.infolist()} == {(1980, 1, 31)}


def test_missing_values_are_empty_or_what_the_user_says() -> None:
    assert cells(written(section="by_channel"), "by_channel")[5, 2] is None
    assert cells(written(section="by_channel", null="?"), "by_channel")[5, 2] == "?"


def test_what_a_spreadsheet_cannot_hold_as_a_number_is_text() -> None:
    columns = (
        Column(key="id", label="Id"),
        Column(key="day", label="Day", unit=Unit.DATE),
        Column(key="at", label="At", unit=Unit.DATETIME),
    )
    report = one("a", *columns, id=[10**17 + 1], day=[date(1899, 5, 1)], at=[datetime(1900, 2, 1)])
    report = replace(report, time_zone="UTC")
    row = cells(written(report), "a").row(1)
    assert row == ("100000000000000001", "1899-05-01", "1900-02-01 00:00:00")


def test_a_text_too_long_for_a_cell_is_cut_and_that_is_said() -> None:
    texts = ["a" * 32_767, "b" * 32_768, "😀" * 16_384]
    content = written(one("a", Column(key="x", label="X"), x=texts))
    read = cells(content, "a").to_series().to_list()[1:]
    assert read == [texts[0], "b" * 32_766 + "…", "😀" * 16_383 + "…"]
    assert cells(content, "Report").row(-1)[3] == (
        "2 texts are longer than a cell holds; they end with '…'."
    )


def test_more_rows_than_a_sheet_holds_is_an_error_with_a_way_out() -> None:
    rows = pl.select(x=pl.int_range(MOST_ROWS))
    section = Section(id="log", title="Log", columns=(Column(key="x", label="X"),), rows=rows)
    with pytest.raises(
        CxtoolError, match="has 1,048,576 rows, and a sheet holds 1,048,575"
    ) as told:
        written(sample(section))
    assert "csv or parquet" in str(told.value.hint)


def test_without_the_package_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(CxtoolError, match="needs the package xlsxwriter") as told:
        written()
    assert told.value.hint == "pip install 'cxtool[xlsx]'"


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    written()
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.text(max_size=40), max_size=12))
@settings(max_examples=50, deadline=None)
def test_sheet_names_are_valid_and_differ(ids: list[str]) -> None:
    names = sheet_names(ids, taken=["Report"])
    assert len(names) == len(ids)
    assert len({name.lower() for name in (*names, "Report", "History")}) == len(ids) + 2
    for name in names:
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\']", name)
