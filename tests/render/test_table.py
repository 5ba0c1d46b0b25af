"""Tables: whole cells within the terminal's width, data shown as data, trends told in words."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from cxtool.render import RenderOptions, render
from cxtool.render.table import fold
from cxtool.report import Column, Section
from cxtool.units import Unit, show, show_change
from tests.helpers_report import NASTY, agents, by_channel, empty, log, metrics, sample, summary


def table(*sections: Section, **options: Any) -> str:
    written = render(sample(*sections), fmt="table", options=RenderOptions(**options))
    assert isinstance(written, str)
    return written


def texts(**columns: list[Any]) -> Section:
    return Section(
        id="rows",
        title="Rows",
        columns=tuple(Column(key=key, label=key, drop=1) for key in columns),
        rows=pl.DataFrame(columns),
    )


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 200])
@pytest.mark.parametrize("sentiment", ["percent", "icons"])
def test_no_line_is_wider_than_the_terminal(width: int, sentiment: str) -> None:
    for line in table(width=width, sentiment=sentiment).splitlines():
        assert cell_len(line) <= width


def test_cells_shown_at_80_are_whole() -> None:
    written = table(log(), width=80)
    for cell in ("<script>alert(1)</script>", "[red]not red[/x]", "สวัสดีครับ 客戶服務", "=1+1"):
        assert cell in written
    assert written.count("2026-05-02 03:30:00") == len(NASTY) - 1
    assert "not shown at this width: day, score, tags, answered (--columns or" in written


def test_piped_text_has_every_column_and_every_row_whole() -> None:
    long = "x" * 500
    written = table(texts(a=[long] * 60, b=["end"] * 60))
    assert written.count(long) == written.count("end") == 60
    assert "not shown" not in written


def test_columns_line_up_under_wide_and_combining_letters() -> None:
    lines = table(texts(a=["客戶", "ก็ได้", "plain"], b=["1", "2", "3"])).splitlines()
    assert {cell_len(line) for line in lines[-5:-2]} == {cell_len("plain  1")}


def test_data_cannot_steer_the_terminal() -> None:
    written = table(color=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", written)
    assert "␛[31mescape␛[0m" in written
    assert "two↵lines␉and | a pipe" in written
    assert r"\u202eright to left" in written


def test_colour_adds_codes_and_changes_no_text() -> None:
    plain, colored = table(width=80), table(width=80, color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert colored != plain


def test_a_terminal_shows_the_first_rows_and_says_how_many_there_are() -> None:
    written = table(texts(a=[f"row{n}" for n in range(1234)]), width=80, max_rows=50)
    assert "row49" in written
    assert "row50" not in written
    assert "first 50 of 1,234 rows; --limit N for more" in written


def test_no_rows_is_said() -> None:
    assert "Breaches\nno rows\n" in table(summary(), empty())


def test_head_names_periods_zone_as_of_and_source() -> None:
    head = table().splitlines()[:2]
    assert head == [
        "SLA compliance",
        "last 7 days (2026-05-01 to 2026-05-07) · compared with 2026-04-24 to 2026-04-30"
        " · Asia/Bangkok · as of 2026-05-08 · interactions.csv: 1,234 rows read, 5 set aside",
    ]


def line_of(written: str, start: str) -> str:
    return next(line for line in written.splitlines() if line.startswith(start))


def test_one_row_is_set_upright_with_its_trend_beside() -> None:
    """S1: compliance and its change."""
    written = table(summary(), width=80)
    assert line_of(written, "SLA  ").split()[1:] == [
        *("81.3", "%", "(78.1–84.2)"),
        *("▲", "+2.1", "pp"),
        *("79.2", "%"),
        "1,000",
    ]
    assert "= −7.5s (−2.0 %)" in line_of(written, "Handle time")
    assert "813" in line_of(written, "Met")


@pytest.mark.parametrize(
    ("channel", "change"),
    [
        ("voice", "▲ +5.0 pp"),
        ("chat", "▼ −7.8 pp"),
        ("email", "= −0.5 pp"),
        ("sms", "new"),
        ("ticket", "–"),
    ],
)
def test_each_trend_has_its_sign_and_word(channel: str, change: str) -> None:
    """C7: + up, - down; a change that chance explains is marked."""
    assert f"  {change}  " in line_of(table(by_channel()), channel)


def test_the_sign_for_chance_is_explained_where_it_stands() -> None:
    said = "• = marks a change that chance may explain (at 95 %).\n"
    assert said in table(by_channel())
    assert said not in table(log())


def test_a_section_named_like_its_report_is_not_titled_twice() -> None:
    same = replace(summary(), title="SLA compliance")
    assert table(same).count("SLA compliance") == 1


def test_trends_are_coloured_by_what_is_better() -> None:
    """Up is green where higher is better; what chance explains is dim."""
    colored = table(by_channel(), color=True)
    assert "\x1b[32m▲ +5.0 pp\x1b[0m" in colored
    assert "\x1b[31m▼ −7.8 pp\x1b[0m" in colored
    assert "\x1b[2m= −0.5 pp\x1b[0m" in colored
    neutral = table(metrics(), color=True)
    assert re.search(r"(?<!m)▲ \+34", neutral)


def test_figures_are_those_of_show() -> None:
    section = by_channel()
    written = table(section)
    for channel, pct, change in section.rows.select("channel", "sla_pct", "sla_pct_change").rows():
        line = line_of(written, channel)
        assert show(pct, Unit.PERCENT) in line
        assert show_change(change, Unit.PERCENT) in line or change is None


def test_intervals_show_where_there_is_room() -> None:
    assert "90.0 % (87.6–92.0)" in table(by_channel(), width=80)
    narrow = table(by_channel(), width=60)
    assert "90.0 %" in narrow
    assert "(87.6" not in narrow


def test_previous_values_show_with_verbose() -> None:
    assert "85.0 %" not in table(by_channel())
    assert "85.0 %" in table(by_channel(), verbose=True)


def test_bands_can_be_told_apart_without_colour() -> None:
    """B5, B10: percentages with an icon each, or icons alone, and a legend."""
    percent, icons = table(agents()), table(agents(), sentiment="icons")
    assert line_of(percent, "Ann").split()[1:4] == ["95.0", "%", "●"]
    assert line_of(icons, "Ann").split() == ["Ann", "●", "●", "●"]
    assert line_of(icons, "Eve").split() == ["Eve", "–", "–", "–"]
    for written in (percent, icons):
        assert "● very positive  ◕ moderately positive  ◑ neutral" in written
    assert (
        len({line_of(icons, name).split()[1] for name in ("Ann", "Bo", "Chi", "Dee", "Eve")}) == 5
    )


def test_headings_above_icons_become_numbers_where_words_do_not_fit() -> None:
    """B10: all behaviours of an agent in one look."""
    wide, narrow = (table(agents(), width=width, sentiment="icons") for width in (80, 24))
    assert "listening" in line_of(wide, "Agent  Active")
    assert line_of(narrow, "Agent ").split() == ["Agent", "1", "2", "3"]
    assert line_of(narrow, "Ann").split() == ["Ann", "●", "●", "●"]
    assert "1 Active listening" in narrow
    assert "3 Overall" in narrow


def test_indices_show_as_numbers_or_icons() -> None:
    """B3, B9: 10, 6, N/A, 4, 0."""
    section = Section(
        id="interactions",
        title="Interactions",
        columns=(Column(key="be_empathetic_index", label="Empathy", unit=Unit.INDEX),),
        rows=pl.DataFrame({"be_empathetic_index": [10, 6, None, 4, 0]}),
    )
    assert [line.strip() for line in table(section, header=False).splitlines()[:5]] == [
        *("10", "6", "–", "4", "0")
    ]
    icons = table(section, header=False, sentiment="icons")
    assert [line.strip() for line in icons.splitlines()[:5]] == ["●", "◕", "–", "◔", "○"]


def test_a_metrics_own_unit_shows() -> None:
    """K1-K5: a row per metric, each in its unit."""
    written = table(metrics())
    assert "71.0 %" in line_of(written, "fcr_pct")
    assert "6m 04s" in line_of(written, "aht_s")
    assert "▼ −10s" in line_of(written, "aht_s")
    assert "Unit" not in written


def test_no_header_and_null_text() -> None:
    written = table(texts(a=["x", None], b=["y", "z"]), header=False, null="NULL")
    assert written.splitlines()[:2] == ["x     y", "NULL  z"]


def test_text_folds_only_where_nothing_more_can_be_left_out() -> None:
    section = Section(
        id="rows",
        title="Rows",
        columns=(Column(key="a", label="A", drop=0), Column(key="b", label="B", drop=0)),
        rows=pl.DataFrame({"a": ["some words that are long"], "b": ["y" * 30]}).vstack(
            pl.DataFrame({"a": ["short"], "b": ["z"]})
        ),
    )
    written = table(section, width=24)
    body = written[written.index("─") :].split("• ")[0]
    assert "".join(body.split()).count("y") == 30
    for word in ("some", "words", "that", "are", "long", "short"):
        assert word in body


@pytest.mark.parametrize("text", ["客戶服務客戶服務", "one two three four", "x" * 40])
def test_fold_loses_nothing(text: str) -> None:
    lines = fold(text, 7)
    assert max(map(cell_len, lines)) <= 7
    assert "".join("".join(lines).split()) == "".join(text.split())
