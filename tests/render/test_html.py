"""K12: the report as a page: complete, inert, readable without colour, and the same each time."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.render import PAGE_ROWS, RenderOptions, render
from cxtool.render.page_table import FILTERS, UNKNOWN
from cxtool.render.templates import home
from cxtool.report import Column, Section
from cxtool.units import Unit, show
from tests.helpers_report import NASTY, agents, by_channel, empty, log, metrics, sample, summary
from tests.render.pages import Element, page, read, written

CHARTED = [f"series-{n}" for n in range(1, 7)] + [f"heat-{n}" for n in range(7)]
BANDS = ["very-positive", "positive", "neutral", "negative", "very-negative"]
NAMES = [*CHARTED, *(f"band-{b}" for b in BANDS), "before", "grid", "text", "quiet", "surface"]
MARKUP = (
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "{{7*7}}",
    "{% include 'x' %}",
    "' onmouseover='alert(1)",
    "<!-- &amp; -->",
)
HOSTILE = (*(text for text in NASTY if text), *MARKUP)


def test_only_its_own_style_and_script_may_run() -> None:
    """The policy names the hash of exactly what stands in the page."""
    read_page = page(sample())
    (policy,) = [
        meta.attributes["content"]
        for meta in read_page.all("meta")
        if meta.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    style, script = read_page.one("style").text, read_page.one("script").text
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_fetched_and_nothing_styled_in_place() -> None:
    read_page = page(sample())
    for element in read_page.inside():
        for name, value in element.attributes.items():
            assert name != "style", element
            assert not name.startswith("on"), element
            if name in ("href", "src", "xlink:href", "action", "srcset"):
                assert value.startswith(("#", "data:")), element
    style = read_page.one("style").text
    assert "url(" not in style
    assert "@import" not in style
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", written(sample())))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def hostile() -> Section:
    rows = pl.DataFrame({"case_id": [str(n) for n in range(len(HOSTILE))], "contact": HOSTILE})
    columns = tuple(Column(key=key, label=f"<{key}>") for key in rows.columns)
    return Section(id="log", title="<b>log</b>", columns=columns, rows=rows, notes=HOSTILE)


def test_names_are_only_ever_text() -> None:
    report = replace(sample(hostile()), title="</title><script>", notes=HOSTILE)
    read_page = page(report, RenderOptions(command="cxtool log '<img>'"))
    assert len(read_page.all("script")) == len(read_page.all("style")) == 1
    assert not read_page.all("img")
    assert not read_page.all("b")
    isolated = {element.text for element in read_page.all("bdi")}
    assert {"<script>alert(1)</script>", *MARKUP} <= isolated


def test_text_that_would_turn_its_surroundings_round_is_made_visible() -> None:
    text = written(sample(hostile()))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", text)
    assert "<bdi>\\u202eright to left</bdi>" in text


def test_only_the_time_of_making_differs_between_two_pages() -> None:
    night = datetime(2026, 5, 8, 3, 30, tzinfo=UTC)
    first, second = (
        written(sample(), RenderOptions(generated_at=night.replace(minute=minute)))
        for minute in (30, 31)
    )
    assert first == written(sample(), RenderOptions(generated_at=night))
    assert first.count("2026-05-08 10:30") == 1
    assert first.replace("2026-05-08 10:30", "2026-05-08 10:31") == second


def test_head_states_periods_zone_and_source() -> None:
    read_page = page(sample())
    facts = [
        (t.text, d.text) for t, d in zip(read_page.all("dt"), read_page.all("dd"), strict=True)
    ]
    for fact in (
        ("Period", "last 7 days (2026-05-01 to 2026-05-07)"),
        ("Compared with", "2026-04-24 to 2026-04-30"),
        ("Time zone", "Asia/Bangkok"),
        ("As of", "2026-05-08"),
        ("Source", "interactions.csv"),
        ("Rows read", "1,234"),
        ("Rows set aside", "5"),
    ):
        assert fact in facts
    assert "5 rows were set aside" in read_page.one("p", class_="callout").text
    assert read_page.one("html").attributes["lang"] == "en"
    assert read_page.one("h1").text == "SLA compliance"


def words(element: Element) -> str:
    return " ".join(element.text.split())


def test_a_tile_says_value_sign_word_verdict_course_and_count() -> None:
    """S1: never colour alone."""
    tile = page(sample(summary())).one("li", data_key="sla_pct")
    assert tile.attributes["data-value"] == "81.3"
    assert words(tile.one("p", class_="figure")) == "81.3 %"
    assert words(tile.one("p", class_="trend t-good")) == "▲ up 2.1 points, better"
    assert words(tile.one("p", class_="beside")) == "79.2 % before n = 1,000 95 %: 78.1–84.2"
    flat = page(sample(summary())).one("li", data_key="aht_s")
    assert words(flat.one("p", class_="trend t-quiet")) == "= no clear change (−7.5s)"


def test_a_course_is_a_picture_that_says_its_extremes() -> None:
    column = Column(key="days", label="By day", unit=Unit.SERIES, role="series", of="sla_pct")
    section = summary()
    rows = section.rows.with_columns(pl.Series("days", [[70.0, None, 90.5]]))
    section = replace(section, columns=(*section.columns, column), rows=rows)
    picture = page(sample(section)).one("li", data_key="sla_pct").one("svg")
    assert picture.attributes["aria-label"] == "from 70.0 % to 90.5 %, last 90.5 %"


def test_a_row_of_words_is_a_table_set_upright() -> None:
    section = log()
    read_page = page(sample(replace(section, rows=section.rows.head(1))))
    assert not read_page.all("li", class_="tile")
    heads = [head.text for head in read_page.one("tbody").all("th", scope="row")]
    assert heads[:2] == ["Case ID", "Contact"]


TABLES = (by_channel(), log(), agents(), metrics())


@pytest.mark.parametrize("section", TABLES, ids=lambda section: section.id)
def test_tables_tell_which_cell_belongs_to_what(section: Section) -> None:
    table = page(sample(section)).one("table")
    assert table.one("caption").text == section.title
    heads = table.one("thead").all("th", scope="col")
    rows = table.one("tbody").all("tr")
    assert len(rows) == section.rows.height
    for row in rows:
        assert len(row.all("th", scope="row")) == 1
        assert len(row.children) == len(heads)


@pytest.mark.parametrize("section", TABLES, ids=lambda section: section.id)
def test_cells_say_the_figures_of_the_data(section: Section) -> None:
    """Shown as every format shows them, and raw for sorting as JSON has them."""
    report = sample(section)
    (told,) = json.loads(str(render(report, fmt="json")))["sections"]
    table = page(report).one("table")
    keys = [head.attributes["data-key"] for head in table.one("thead").all("th")]
    units = {column.key: column.unit for column in section.columns}
    checked = 0
    for row, data in zip(table.one("tbody").all("tr"), told["rows"], strict=True):
        for key, cell in zip(keys, row.children, strict=True):
            value = data[key]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                assert float(cell.attributes["data-value"]) == value
                if units[key] is not Unit.NUMBER and not key.endswith("_change"):
                    assert words(cell).startswith(show(value, units[key]))
                checked += 1
            elif value is None:
                assert cell.attributes["data-value"] == ""
    assert checked


def test_a_change_says_its_direction_and_verdict_aloud() -> None:
    body = page(sample(by_channel())).one("table").one("tbody")
    said = [words(row.children[3]) for row in body.all("tr")]
    assert said == ["▲ +5.0 pp up better", "▼ −7.8 pp down worse", "= −0.5 pp flat", "new", "–"]


def test_banded_cells_have_colour_icon_words_and_count() -> None:
    """B10: percentages, or icons alone; the words are there in both."""
    first = page(sample(agents())).one("tbody").all("tr")[0].children[1]
    assert first.attributes["class"] == "band b-very_positive"
    assert words(first) == "95.0 % ● very positive 20"
    icons = page(sample(agents()), RenderOptions(sentiment="icons"))
    assert words(icons.one("tbody").all("tr")[0].children[1]) == "● very positive 20"
    legend = [words(entry) for entry in icons.one("ul", class_="legend").all("li")]
    assert legend[:2] == ["● very positive", "◕ moderately positive"]


def test_rows_are_named_by_the_most_telling_text() -> None:
    rows = pl.DataFrame({"team": ["T"], "agent_id": ["A1"], "agent": ["Ann"], "n": [1]})
    columns = (
        Column(key="team", label="Team", drop=4),
        Column(key="agent_id", label="ID", drop=6),
        Column(key="agent", label="Agent", drop=0),
        Column(key="n", label="n", unit=Unit.COUNT),
    )
    section = Section(id="a", title="A", columns=columns, rows=pl.concat([rows, rows]))
    heads = page(sample(section)).one("thead").all("th")
    assert [head.text for head in heads] == ["Agent", "Team", "ID", "n"]


def test_levels_can_be_chosen_without_script() -> None:
    """C10: every word that a row can have is one that the style sheet can hide."""
    read_page = page(sample(by_channel()))
    choices = [box.attributes["data-tag"] for box in read_page.all("input", type="checkbox")]
    assert choices == ["critical", "high", "medium", "low", "unknown"]
    tags = {row.attributes["data-tag"] for row in read_page.one("tbody").all("tr")}
    assert tags == set(choices)
    style = read_page.one("style").text
    for word in [*(word for order in FILTERS.values() for word in order), UNKNOWN]:
        rule = f'.table:has(input[data-tag="{word}"]:not(:checked)) tr[data-tag="{word}"]'
        assert rule in style


def test_a_long_table_says_where_the_rest_is() -> None:
    count = PAGE_ROWS + 1
    rows = pl.DataFrame({"case_id": [f"C{number}" for number in range(count)]})
    section = Section(
        id="log", title="Log", columns=(Column(key="case_id", label="Case"),), rows=rows
    )
    command = RenderOptions(command="cxtool log export -f html -o log.html")
    read_page = page(sample(section), command)
    assert len(read_page.one("tbody").all("tr")) == PAGE_ROWS
    said = words(read_page.one("p", class_="more"))
    assert said == (
        "These are the first 5,000 of 5,001 rows. All of them: "
        "cxtool log export -f html -o log.html --section log -f csv -o log.csv"
    )
    assert "5,001 rows" in read_page.one("h2", id="h-log").text
    shorter = page(sample(replace(section, rows=rows.head(PAGE_ROWS))), command)
    assert not shorter.all("p", class_="more")


def test_folded_sections_are_closed_and_empty_ones_say_so() -> None:
    read_page = page(sample(replace(by_channel(), folded=True), empty()))
    assert "open" not in read_page.one("details").attributes
    assert read_page.one("details").all("table")
    assert words(read_page.one("p", class_="empty")) == "Nothing to show here."


def test_links_lead_to_what_there_is() -> None:
    read_page = page(sample())
    ids = [element.attributes["id"] for element in read_page.inside() if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    targets = [link.attributes["href"] for link in read_page.all("a")]
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    labelled = [e.attributes.get("aria-labelledby") for e in read_page.inside()]
    assert {name for name in labelled if name} <= set(ids)


def test_every_metric_shown_is_defined_with_its_formula() -> None:
    read_page = page(replace(sample(summary()), report="sla"))
    cards = {
        words(card.one("dt")): words(card.one("dd")) for card in read_page.all("div", class_="card")
    }
    (compliance,) = [text for name, text in cards.items() if name.endswith(" sla_pct")]
    assert "100 × met_n / (met_n + not_met_n)" in compliance


def test_the_page_says_the_command_that_makes_it_again() -> None:
    read_page = page(sample(), RenderOptions(command="cxtool sla 'my export' -f html"))
    assert read_page.one("pre").text.strip() == "cxtool sla 'my export' -f html"


def test_options_change_what_is_written() -> None:
    options: dict[str, Any] = {"section": "by_channel", "null": "?", "header": False}
    read_page = page(sample(), RenderOptions(title="Night <1>", **options))
    assert [section.attributes["id"] for section in read_page.all("section")][:1] == [
        "s-by_channel"
    ]
    assert read_page.one("h1").text == "Night <1>"
    assert "?" in {cell.text for cell in read_page.one("tbody").all("td")}
    assert not read_page.one("header").all("dl")


@pytest.mark.parametrize("name", NAMES)
def test_colours_of_charts_are_named_in_both_schemes(name: str) -> None:
    light, dark = (home() / "style.css").read_text(encoding="utf-8").split("prefers-color-scheme")
    assert f"--cx-{name}:" in light
    assert f"--cx-{name}:" in dark


def test_a_page_without_anything_is_still_a_page() -> None:
    read_page = read(written(replace(sample(empty()), notes=(), previous=None)))
    assert ("nothing") in [fact.text for fact in read_page.all("dd")]
