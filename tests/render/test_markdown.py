"""Markdown: tables that a cell cannot break, with the terminal table's words."""

from __future__ import annotations

from itertools import pairwise

from cxtool.render import RenderOptions, render
from cxtool.render.layout import lay_out
from cxtool.render.markdown import escaped
from cxtool.report import Section
from tests.helpers_report import agents, by_channel, empty, log, metrics, sample, summary


def markdown(*sections: Section) -> str:
    written = render(sample(*sections), fmt="markdown")
    assert isinstance(written, str)
    return written


def bars(line: str) -> int:
    return line.replace(r"\|", "").count("|")


def test_every_table_has_as_many_cells_in_each_line() -> None:
    lines = markdown().splitlines()
    tables = [(a, b) for a, b in pairwise(lines) if a.startswith("|") and b.startswith("|")]
    assert len(tables) > 20
    assert all(bars(first) == bars(second) for first, second in tables)


def test_cells_cannot_become_markup() -> None:
    written = markdown(log())
    assert "<script>" not in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written
    assert r"\[red\]not red\[/x\]" in written
    assert r"two↵lines␉and \| a pipe" in written


def test_escaping_leaves_plain_words_alone() -> None:
    assert escaped("Ann O'Neil, 81.3 % (78.1–84.2)") == "Ann O'Neil, 81.3 % (78.1–84.2)"


def test_numbers_are_aligned_right() -> None:
    lines = markdown(by_channel()).splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("| Channel"))
    assert lines[head : head + 3] == [
        "| Channel | Cases | SLA | Change | Level | Day by day |",
        "| :--- | ---: | ---: | ---: | :--- | :--- |",
        "| voice | 700 | 90.0 % (87.6–92.0) | ▲ +5.0 pp | low | ▁▃ █ |",
    ]


def test_words_are_those_of_the_terminal_table() -> None:
    for section in (summary(), by_channel(), agents(), metrics()):
        written = markdown(section)
        table = render(sample(section), fmt="table")
        for field in lay_out(section, time_zone="Asia/Bangkok", options=RenderOptions()):
            for text in field.texts:
                assert escaped(text) in written
                assert text in str(table)


def test_notes_and_empty_sections_are_told() -> None:
    written = markdown(summary(), empty())
    assert "- Internal cases are n/a." in written
    assert "## Breaches\n\nno rows\n" in written
    assert written.endswith(
        "\n\n- = marks a change that chance may explain (at 95 %).\n- Times are local.\n"
    )
