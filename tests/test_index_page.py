"""``--index``: the index of a folder of pages, made of what the pages say of themselves."""

from __future__ import annotations

from datetime import date
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cxtool.errors import CxtoolError
from cxtool.index_page import keep_index, past_pages
from cxtool.period import days_between
from cxtool.render import RenderOptions, render
from cxtool.render.page_mark import mark_of, read_mark
from cxtool.report import Report
from tests.cli.exports import DEMO, ROOT
from tests.cli_helper import call, failure
from tests.helpers_report import log, sample, summary

OPTIONS = RenderOptions()


def page_as_of(day: date, **figures: Any) -> Report:
    """A report with one row of headline figures, of the week before a day."""
    section = summary()
    rows = section.rows.with_columns(**figures)
    made = sample(replace(section, rows=rows.cast(dict(section.rows.schema))), log())
    period = days_between(date.fromordinal(day.toordinal() - 7), day)
    return replace(made, period=period, as_of=day)


def written(folder: Path, day: date, **figures: Any) -> Report:
    """That report's page, written and brought into the index."""
    report = page_as_of(day, **figures)
    page = folder / f"cx-{day}.html"
    page.write_text(str(render(report, fmt="html", options=OPTIONS)), encoding="utf-8")
    keep_index(page, report, OPTIONS)
    return report


def a_page(mark: str) -> str:
    return f'<html><head><meta name="cxtool:report" content="{escape(mark)}"></head></html>'


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and not address.startswith("#"):
            self.addresses.append(address)


def index_of(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_days_are_listed_newest_first_with_their_figures(tmp_path: Path) -> None:
    """K12: each page is a row with a relative link; the newest one's figures stand on top."""
    for day, share in ((1, 70.0), (3, 90.0), (2, 80.0)):
        written(tmp_path, date(2026, 6, day), sla_pct=share)
    index = index_of(tmp_path)
    assert Links(index).addresses == [f"./cx-2026-06-0{day}.html" for day in (3, 2, 1)]
    assert "The newest page, as of 2026-06-03" in index
    places = [index.index(f"{share}.0 %", index.index("cx-2026-06-03")) for share in (90, 80, 70)]
    assert places == sorted(places)


def test_a_day_made_again_replaces_its_row_and_a_page_gone_takes_its_row(tmp_path: Path) -> None:
    written(tmp_path, date(2026, 6, 1), sla_pct=11.0)
    written(tmp_path, date(2026, 6, 2), sla_pct=22.0)
    written(tmp_path, date(2026, 6, 1), sla_pct=33.0)
    assert Links(index_of(tmp_path)).addresses == ["./cx-2026-06-02.html", "./cx-2026-06-01.html"]
    assert "33.0 %" in index_of(tmp_path)
    assert "11.0 %" not in index_of(tmp_path)
    (tmp_path / "cx-2026-06-02.html").unlink()
    written(tmp_path, date(2026, 6, 3))
    assert Links(index_of(tmp_path)).addresses == ["./cx-2026-06-03.html", "./cx-2026-06-01.html"]


def test_the_same_pages_give_the_same_index(tmp_path: Path) -> None:
    for _ in range(2):
        report = written(tmp_path, date(2026, 6, 1))
    first = index_of(tmp_path)
    keep_index(tmp_path / "cx-2026-06-01.html", report, OPTIONS)
    assert index_of(tmp_path) == first


def test_what_is_no_page_is_named_and_passed_over(tmp_path: Path) -> None:
    (tmp_path / "foreign.html").write_text("<h1>Menu</h1>", encoding="utf-8")
    (tmp_path / "torn.html").write_bytes(b"\xff\x00<meta name='cxtool:report' content='{")
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "notes.txt").write_text("no page at all", encoding="utf-8")
    sla = replace(page_as_of(date(2026, 6, 1)), report="other")
    (tmp_path / "other.html").write_text(a_page(mark_of(sla)), encoding="utf-8")
    report = written(tmp_path, date(2026, 6, 2))
    pages, foreign = past_pages(tmp_path, report=report.report)
    assert [page.name for page in pages] == ["cx-2026-06-02.html"]
    assert foreign == ("folder.html", "foreign.html", "torn.html")
    assert Links(index_of(tmp_path)).addresses == ["./cx-2026-06-02.html"]


def test_an_index_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Welcome</h1>", encoding="utf-8")
    with pytest.raises(CxtoolError, match="is no index of cxtool and is left alone"):
        written(tmp_path, date(2026, 6, 1))
    assert index_of(tmp_path) == "<h1>Welcome</h1>"


@pytest.mark.parametrize(
    "figures",
    [
        '{"sla_pct": "80", "cases_n": []}',
        '{"sla_pct": NaN, "cases_n": 1e400}',
        '{"sla_pct": true, "cases_n": 99999999999999999999}',
        '{"sla_pct_signal": "<script>", "sla_pct": null}',
    ],
)
def test_figures_of_a_wrong_kind_are_unknown(tmp_path: Path, figures: str) -> None:
    """A page may come from anywhere; what it says is checked, and never run."""
    mark = (
        '{"schema": "cxtool.page/1", "report": "sample", "as_of": "2026-06-05",'
        f' "start": "2026-06-01", "end": "2026-06-05", "figures": {figures}}}'
    )
    (tmp_path / "odd.html").write_text(a_page(mark), encoding="utf-8")
    written(tmp_path, date(2026, 6, 1))
    index = index_of(tmp_path)
    assert Links(index).addresses == ["./odd.html", "./cx-2026-06-01.html"]
    assert "<script>" not in index.split("<body>")[1].rsplit("<script>", 1)[0]


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "[]",
        "{}",
        '{"schema": "cxtool.page/2"}',
        '{"schema": "cxtool.page/1", "report": "x", "as_of": "soon"}',
        '{"schema": "cxtool.page/1", "report": "x", "as_of": "2026-06-01", "start": "2026-06-01",'
        ' "end": "2026-06-01", "figures": {}}',
        '{"schema": "cxtool.page/1", "report": "x", "as_of": "2026-06-01", "start": "2026-05-01",'
        ' "end": "2026-06-01", "figures": 5}',
    ],
)
def test_what_is_no_mark_is_not_read_as_one(mark: str) -> None:
    assert read_mark(a_page(mark)) is None


def test_a_mark_is_read_back(tmp_path: Path) -> None:
    report = page_as_of(date(2026, 6, 1))
    mark = read_mark(str(render(report, fmt="html", options=OPTIONS)))
    assert mark is not None
    assert (mark.report, mark.as_of, mark.end) == ("sample", report.as_of, report.period.end)
    assert mark.figures["sla_pct"] == 81.3


@pytest.mark.parametrize("name", ["javascript:alert(1).html", "a b#c?d.html", "'\"><img>.html"])
def test_a_file_name_is_never_more_than_a_name(tmp_path: Path, name: str) -> None:
    report = page_as_of(date(2026, 6, 1))
    page = tmp_path / name
    page.write_text(str(render(report, fmt="html", options=OPTIONS)), encoding="utf-8")
    keep_index(page, report, OPTIONS)
    (address,) = Links(index_of(tmp_path)).addresses
    assert address.startswith("./")
    assert not set(address[2:]) & set(":#?'\"<> ")


def test_a_report_without_headlines_is_indexed_by_its_days(tmp_path: Path) -> None:
    report = replace(page_as_of(date(2026, 6, 1)), main="log")
    page = tmp_path / "log.html"
    page.write_text(str(render(report, fmt="html", options=OPTIONS)), encoding="utf-8")
    keep_index(page, report, OPTIONS)
    assert Links(index_of(tmp_path)).addresses == ["./log.html"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--index needs a page in a file"),
        (("-o", "-"), "--index needs a page in a file"),
        (("-o", "x.json"), "--index needs a page in a file"),
        (("-o", "x.html", "-f", "json"), "--index needs a page in a file"),
        (("-o", "index.html"), "--index writes index.html itself"),
    ],
)
def test_an_index_is_only_beside_a_page(options: tuple[str, ...], message: str) -> None:
    code, told = failure("report", DEMO, "--index", *options, cwd=ROOT)
    assert code == 2
    assert told.startswith(message)


def test_the_command_tells_what_it_passed_over(tmp_path: Path) -> None:
    (tmp_path / "menu.html").write_text("<h1>Menu</h1>", encoding="utf-8")
    page = str(tmp_path / "cx.html")
    result = call("report", DEMO, "--only", "volume", "--index", "-o", page, cwd=ROOT)
    assert result.code == 0
    assert result.err == (
        "cxtool: warning: not in index.html, for they are no pages of cxtool: menu.html\n"
    )
