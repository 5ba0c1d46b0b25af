"""Every report through every format: the same figures everywhere.

Data formats are read back and compared with the report's own frames; Markdown and tables are
compared by the text that each figure has for people.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.render.frames import plain
from cxtool.render.layout import UNIT_COLUMN
from cxtool.render.markdown import escaped
from cxtool.report import Column, Report, Section
from cxtool.units import MISSING, Unit, show, show_change
from tests.cli.exports import DEMO, export
from tests.cli.made import Made, call_on_demo, make, on_demo

SLA = ("sla", DEMO, "--by", "channel", "--by", "label", "--by", "agent,day", "--breaches")
REPORTS = {
    "log": ("log", DEMO, "-p", "2026-05-26"),
    "sla": SLA,
    "behavior": ("behavior", DEMO, "-p", "7d", "--interactions"),
    "agent": ("behavior", DEMO, "--agent", "Wit Zaremba", "-p", "7d"),
    "cel": ("cel", DEMO),
    "company": ("cel", DEMO, "--company", "O000002"),
    "check": ("check", "broken"),
    "report": ("report", DEMO),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with rows to set aside, whose values would break a careless table."""
    return export(
        tmp_path_factory.mktemp("broken"),
        interactions="""
            case_id,started_at,channel,handle_s,sentiment,extra
            c1,2026-05-01,voice,=1+1,positive,a
            c2,2026-05-01,voice,-5,positive,a
            c3,2026-05-01,voice,5,"so | so",a
            c4,2026-05-01,voice,5,neutral,a
            c4,2026-05-02,voice,6,neutral,a
        """,
    )


@cache
def made(name: str, broken: Path) -> Made:
    folder, *_ = command = REPORTS[name][1:]
    if folder == "broken":
        return make(REPORTS[name][0], ".", cwd=broken)
    return on_demo(REPORTS[name][0], *command)


@pytest.fixture(params=REPORTS)
def one(request: pytest.FixtureRequest, broken: Path) -> Made:
    return made(request.param, broken)


def rows_of(section: Section, report: Report) -> list[dict[str, Any]]:
    """The frame's rows as JSON has to say them."""
    found: list[dict[str, Any]] = json.loads(plain(section.rows, report.time_zone).write_json())
    return found


@pytest.mark.parametrize("fmt", ["ndjson", "csv", "parquet"])
def test_one_table_formats_give_the_main_section(one: Made, fmt: str) -> None:
    assert one.output(fmt) == one.output(fmt, section=one.report.main)


def test_json_and_ndjson_say_the_frames(one: Made) -> None:
    told = json.loads(one.output("json"))
    by_id = {part["id"]: part["rows"] for part in told["sections"]}
    assert list(by_id) == [section.id for section in one.report.sections]
    for section in one.report.sections:
        rows = rows_of(section, one.report)
        assert len(rows) == section.rows.height
        assert [list(row) for row in by_id[section.id]] == [list(row) for row in rows]
        assert [without_times(r) for r in by_id[section.id]] == [without_times(r) for r in rows]
        lines = one.output("ndjson", section=section.id).decode().splitlines()
        assert [json.loads(line) for line in lines] == by_id[section.id]


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    """Times apart, which two writers may print with more or fewer zeros."""
    return {key: value for key, value in row.items() if not key.endswith("_at")}


def test_parquet_reads_back_as_the_frames(one: Made) -> None:
    for section in one.report.sections:
        read = pl.read_parquet(io.BytesIO(one.output("parquet", section=section.id)))
        assert read.equals(plain(section.rows, one.report.time_zone), null_equal=True), section.id


def test_csv_says_the_frames(one: Made) -> None:
    for section in one.report.sections:
        text = one.output("csv", section=section.id, raw=True).decode()
        told = list(csv.DictReader(io.StringIO(text)))
        assert len(told) == section.rows.height
        for cells, row in zip(told, rows_of(section, one.report), strict=True):
            for key, value in row.items():
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    assert float(cells[key]) == value, (section.id, key)
                elif value is None:
                    assert cells[key] == "", (section.id, key)
                elif isinstance(value, str) and not key.endswith("_at"):
                    assert cells[key] == value, (section.id, key)


def markdown_tables(text: str) -> Iterator[list[list[str]]]:
    """The tables of a Markdown text, cells as they are written."""
    table: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            table.append([cell.strip() for cell in cells])
        elif table:
            yield [row for number, row in enumerate(table) if number != 1]
            table = []


def upright(section: Section) -> bool:
    return section.rows.height == 1


def told_columns(section: Section) -> list[Column]:
    """Columns that a reader has to find under their own label."""
    return [
        column
        for column in section.columns
        if column.role == "value"
        and not (column.unit is Unit.BAND and column.of)
        and column.key != UNIT_COLUMN
    ]


def test_markdown_says_the_figures_in_words(one: Made) -> None:
    """Each value stands under its label, as ``show`` puts it; changes have their sign."""
    tables = markdown_tables(one.output("markdown").decode())
    for section in one.report.sections:
        if section.rows.is_empty():
            continue
        header, *lines = next(tables)
        rows = plain(section.rows, one.report.time_zone).to_dicts()
        if upright(section):
            by_label = {line[0]: line[1:] for line in lines}
            for column in told_columns(section):
                text = by_label[escaped(column.label)][0]
                assert_says(text, rows[0][column.key], column, section)
                change = rows[0].get(f"{column.key}_change")
                if change is not None:
                    assert show_change(change, column.unit) in " ".join(by_label[column.label])
            continue
        assert len(lines) == len(rows)
        for column in told_columns(section):
            place = header.index(escaped(column.label))
            for line, row in zip(lines, rows, strict=True):
                assert_says(line[place], row[column.key], in_unit_of(row, column), section)
                change = row.get(f"{column.key}_change")
                if change is not None:
                    assert header[place + 1] == "Change"
                    assert show_change(change, column.unit) in line[place + 1]
    assert next(tables, None) is None


def in_unit_of(row: dict[str, Any], column: Column) -> Column:
    """The column, a plain number in the row's own unit where rows have one."""
    if column.unit is Unit.NUMBER and "unit" in row:
        return replace(column, unit=Unit(row["unit"]))
    return column


def assert_says(text: str, value: object, column: Column, section: Section) -> None:
    expected = escaped(show(value, column.unit))
    assert text == expected or text.startswith(f"{expected} "), (section.id, column.key, text)


def test_the_table_has_the_words_of_the_markdown(one: Made) -> None:
    """Piped, a table holds every row and every cell, in the same words and order."""
    markdown = list(markdown_tables(one.output("markdown").decode()))
    lines = iter(one.output("table").decode().splitlines())
    for table in markdown:
        for row in table[1:]:
            words = [re.sub(r"\\(.)", r"\1", cell) for cell in row if cell not in ("", MISSING)]
            words = [word.replace("&lt;", "<").replace("&gt;", ">") for word in words]
            assert any(has_in_order(line, words) for line in lines), words


def has_in_order(line: str, words: list[str]) -> bool:
    place = 0
    for word in words:
        found = line.find(word, place)
        if found < 0:
            return False
        place = found + len(word)
    return True


def test_icons_stand_for_the_bands_of_the_figures() -> None:
    """B10: in the icon view each icon is that of the band in the data."""
    command = ("behavior", DEMO, "--section", "agents")
    data = call_on_demo(*command, "-f", "json").rows("agents")
    (table,) = markdown_tables(call_on_demo(*command, "-f", "markdown", "--icons").text)
    header, *lines = table
    icons = {
        "very_positive": "●",
        "moderately_positive": "◕",
        "neutral": "◑",
        "moderately_negative": "◔",
        "very_negative": "○",
        None: MISSING,
    }
    place = header.index("Overall")
    assert [line[place] for line in lines] == [icons[row["overall_band"]] for row in data]
    place = header.index("Be empathetic")
    assert [line[place] for line in lines] == [icons[row["be_empathetic_band"]] for row in data]
