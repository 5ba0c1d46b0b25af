"""Lists of cases: where an output shows the first rows alone, it is as if all had been made."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from cxtool import output
from cxtool.errors import GateMissedError
from cxtool.metrics import in_order, sla_breaches
from cxtool.render import FORMATS, html, page_table
from cxtool.tables import Frame
from tests.cli.exports import DEMO, ROOT
from tests.cli_helper import Result, call

MADE_AT = re.compile(r"<time[^>]*>.*?</time>")
BREACHES, LOG = ("sla", DEMO, "--breaches"), ("log", DEMO)


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many first rows were made, each time that no more were asked for."""
    made: list[int] = []
    first_cases, first_breaches = in_order.first_cases, sla_breaches.first_breaches

    def cases(rows: Frame, first_n: int) -> Frame:
        made.append(first_n)
        return first_cases(rows, first_n)

    def breaches(rows: Frame, first_n: int | None) -> Frame:
        made.extend([] if first_n is None else [first_n])
        return first_breaches(rows, first_n)

    monkeypatch.setattr("cxtool.metrics.log.first_cases", cases)
    monkeypatch.setattr("cxtool.metrics.sla.first_breaches", breaches)
    return made


def run(*arguments: str) -> Result:
    result = call(*arguments, cwd=ROOT)
    assert result.code in (0, GateMissedError.exit_code), result.err
    return result


@pytest.mark.parametrize(
    ("command", "section", "limit"),
    [(BREACHES, "breaches", 7), (BREACHES, "breaches", 100), (LOG, "log", 7), (LOG, "log", 0)],
)
def test_a_limit_gives_the_first_of_all(
    command: tuple[str, ...], section: str, limit: int, first: list[int]
) -> None:
    """S4, L1: in the same order, and told how many there are; some of 100 are of unknown extent."""
    every = run(*command, "-f", "json").rows(section)
    limited = run(*command, "-f", "json", "--limit", str(limit))
    assert first == [limit]
    assert limited.rows(section) == every[:limit]
    notes = next(s["notes"] for s in limited.report["sections"] if s["id"] == section)
    assert f"First {limit} of {len(every):,} rows." in notes


def test_a_limit_beyond_all_rows_leaves_them_as_they_are(first: list[int]) -> None:
    """S4: nothing is cut, and nothing told."""
    every = run(*BREACHES, "-f", "json")
    assert run(*BREACHES, "-f", "json", "--limit", "9999").report == every.report
    assert first == [9999]


@pytest.mark.parametrize(
    "options",
    [
        (*BREACHES, "--limit", "7", "--sort", "case_id"),
        (*BREACHES, "--limit", "7", "--section", "summary"),
        (*BREACHES, "--limit", "7", "--fail-over", "breaches.over_s=1h"),
        (*LOG, "--limit", "7", "--sort", "-handle_s"),
        (*LOG, "--limit", "7", "--where", "sla = not_met"),
        (*LOG, "--limit", "7", "--fail-under", "csat=1"),
        (*BREACHES,),
        (*LOG,),
        ("report", DEMO, "--only", "sla", "--limit", "7"),
    ],
)
def test_what_needs_all_rows_gets_them(options: tuple[str, ...], first: list[int]) -> None:
    """S4: another order, a gate on what is listed, a verdict, a limit of another section."""
    run(*options, "-f", "json")
    assert first == []


@pytest.mark.parametrize(
    "command", [("report", DEMO, "--only", "sla"), BREACHES, LOG, (*LOG, "--limit", "30")]
)
def test_a_page_of_the_first_rows_is_that_of_all(
    command: tuple[str, ...], first: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4: to the byte, but for when it was made."""
    monkeypatch.setitem(FORMATS, "html", html_of(20))
    monkeypatch.setattr(page_table, "PAGE_ROWS", 20)
    page = run(*command, "-f", "html")
    assert first == [30 if "--limit" in command else 20]
    assert "first 20 of " in page.text
    monkeypatch.setattr(output, "rows_shown", lambda *_, **__: None)
    again = run(*command, "-f", "html")
    assert len(first) == (2 if "--limit" in command else 1)
    assert MADE_AT.sub("", page.text) == MADE_AT.sub("", again.text)


def html_of(rows_n: int) -> Any:
    """Pages that show so many rows."""
    from msgspec.structs import replace

    assert FORMATS["html"].module == html.__name__
    return replace(FORMATS["html"], rows_n=rows_n)


@pytest.mark.parametrize("command", [BREACHES, LOG])
def test_a_terminal_is_shown_the_first_rows_of_all(
    command: tuple[str, ...], first: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4, L1: as many as it shows are made."""
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setattr(output, "TERMINAL_ROWS", 5)
    shown = run(*command, "--no-pager", "--color", "never")
    assert first == [5]
    assert "first 5 of " in shown.text
    monkeypatch.setattr(output, "rows_shown", lambda *_, **__: None)
    assert run(*command, "--no-pager", "--color", "never").out == shown.out


def test_breaches_of_unknown_extent_come_last_though_few_are_asked_for() -> None:
    """S4: the order of the first is that of all; equal ones go by start and case."""
    rows = pl.LazyFrame(
        {
            "case_id": ["d", "b", "a", "c", "e"],
            "started_at": [2, 1, 1, 1, 1],
            "over_ms": [5, None, 5, 5, 7],
        }
    )
    import narwhals.stable.v2 as nw

    for asked, expected in ((1, "e"), (3, "ace"), (4, "acde"), (5, "abcde"), (9, "abcde")):
        found = sla_breaches.first_breaches(nw.from_native(rows), asked).to_native().collect()
        assert sorted(found["case_id"]) == list(expected)
