"""K12: the page in a real browser, with script and without, in both schemes, wide and narrow."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from cxtool.render import RenderOptions, render
from cxtool.report import Column, Section
from cxtool.units import Unit, show
from tests.browser.conftest import Open, keep
from tests.browser.pdf import words_of_pages
from tests.cli.exports import DEMO
from tests.cli.made import on_demo
from tests.helpers_report import NASTY, sample

Made = Callable[..., Path]
Scheme = Literal["light", "dark"]

DARK = "rgb(14, 18, 23)"

COMMANDS: dict[str, tuple[str, ...]] = {
    "sla": ("sla", DEMO, "--by", "channel", "--breaches"),
    "behavior": ("behavior", DEMO, "-p", "7d", "--interactions"),
    "cel": ("cel", DEMO),
    "report": ("report", DEMO),
}
# Of each section: its tiles, and its table as raw and shown cells by the key of their column.
FIGURES = """() => JSON.stringify(Object.fromEntries(
[...document.querySelectorAll('[data-section]')].map(s => [
  s.dataset.section,
  {
    tiles: [...s.querySelectorAll('.tile')].map(
      t => [t.dataset.key, t.dataset.value, t.querySelector('.figure').textContent]),
    heads: [...s.querySelectorAll('thead th')].map(h => h.dataset.key),
    rows: [...s.querySelectorAll('tbody tr')].map(
      r => [...r.cells].map(c => [c.dataset.value, c.textContent])),
  },
])))"""
SHOWN_ROWS = "rows => rows.filter(r => r.checkVisibility()).map(r => r.cells[0].textContent)"


@cache
def data(name: str) -> dict[str, Any]:
    """The same run as JSON: sections by id."""
    report = json.loads(on_demo(*COMMANDS[name]).output("json"))
    return {section["id"]: section for section in report["sections"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_says_the_figures_of_the_json(opened: Open, made: Made, name: str) -> None:
    """In tiles and tables, raw and in words; every number of the main columns is there."""
    shown = json.loads(opened(made(*COMMANDS[name])).evaluate(FIGURES))
    assert list(shown) == list(data(name))
    compared = 0
    for section_id, section in data(name).items():
        units = {column["key"]: Unit(column["unit"]) for column in section["columns"]}
        for key, raw, text in shown[section_id]["tiles"]:
            row = section["rows"][0]
            assert_says(raw, text, row[key], unit_in(row, units[key]))
            compared += 1
        heads, rows = shown[section_id]["heads"], shown[section_id]["rows"]
        if set(heads) <= set(units):  # an upright table has other heads
            assert len(rows) == (len(section["rows"]) if heads else 0)
            for cells, told in zip(rows, section["rows"], strict=bool(heads)):
                for key, (raw, text) in zip(heads, cells, strict=True):
                    assert_says(raw, text, told[key], unit_in(told, units[key]))
                    compared += 1
    assert compared > 50


def unit_in(row: dict[str, Any], unit: Unit) -> Unit:
    """The unit of a plain number is that of its row, where the row names one."""
    return Unit(row["unit"]) if unit is Unit.NUMBER and row.get("unit") else unit


def size_of(value: float, unit: Unit) -> str:
    """A number as shown, apart from its sign; a change of a rate is in points."""
    return show(abs(value), unit).removesuffix(" %")


def assert_says(raw: str | None, text: str, value: object, unit: Unit) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        assert raw is not None
        assert float(raw) == value
        assert size_of(value, unit) in text
    elif value is None:
        assert raw == ""
    elif isinstance(value, str) and unit is not Unit.DATETIME:
        assert show(value, unit) in text


def names(page: Page, section: str) -> list[str]:
    """The first cell of each row in sight."""
    shown: list[str] = page.locator(f"#s-{section} tbody tr").evaluate_all(SHOWN_ROWS)
    return shown


def test_heads_sort_by_the_raw_value_also_by_keyboard(opened: Open, made: Made) -> None:
    page = opened(made(*COMMANDS["cel"]))
    rows = data("cel")["companies"]["rows"]
    head = page.locator("#s-companies thead th[data-key=inbound_talk_s]")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    largest = sorted(rows, key=lambda row: -row["inbound_talk_s"])
    assert names(page, "companies") == [row["company"] for row in largest]
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert names(page, "companies")[-1] == largest[0]["company"]
    level = page.locator("#s-companies thead th[data-key=level]")
    level.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    ranks = {"low": 0, "medium": 1, "high": 2, "critical": 3}
    by_name = {row["company"]: ranks[row["level"]] for row in rows}
    sorted_ranks = [by_name[name] for name in names(page, "companies")]
    assert sorted_ranks == sorted(sorted_ranks)


def test_text_filters_rows_in_any_script(opened: Open, made: Made) -> None:
    page = opened(made(*COMMANDS["cel"]))
    companies = [row["company"] for row in data("cel")["companies"]["rows"]]
    field = page.locator("#s-companies").get_by_label("Find")
    for word in ("логістика", "ขนส่ง", "LOGIST", "dąbrowa"):
        field.fill(word)
        found = [name for name in companies if word.casefold() in name.casefold()]
        assert found
        assert names(page, "companies") == found
        told = page.locator("#s-companies output").text_content()
        assert told == f"{len(found)} of {len(companies)} rows"
    field.fill("")
    assert names(page, "companies") == companies


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_levels_are_filtered_with_and_without_script(
    opened: Open, made: Made, script: bool
) -> None:
    """C10."""
    page = opened(made(*COMMANDS["cel"]), java_script_enabled=script)
    rows = data("cel")["companies"]["rows"]
    assert names(page, "companies") == [row["company"] for row in rows]
    page.get_by_role("checkbox", name="low").press("Space")
    kept = [row["company"] for row in rows if row["level"] != "low"]
    assert 0 < len(kept) < len(rows)
    assert names(page, "companies") == kept
    assert bool(page.locator("th button").count()) == script


def shown_on(page: Page, scheme: Scheme, width: int) -> None:
    """The page goes to another screen."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize(
    ("script", "screens"),  # each with each of the others
    [(True, (("light", 360), ("dark", 1440))), (False, (("dark", 360), ("light", 1440)))],
    ids=["script", "no-script"],
)
def test_the_page_fits_any_screen(
    opened: Open, made: Made, script: bool, screens: tuple[tuple[Scheme, int], ...]
) -> None:
    """No sideways scrolling of the page, nothing on the console; pictures where they are kept."""
    page = opened(made(*COMMANDS["report"]), java_script_enabled=script)
    for scheme, width in screens:
        shown_on(page, scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == DARK
        assert dark == (scheme == "dark")
        if script:
            keep(page, f"report-{scheme}-{width}")


def test_axe_finds_nothing(opened: Open, made: Made) -> None:
    """axe needs to add its own script, which the policy would forbid; all rows are alike to it.

    The other scheme changes colours alone, the other width what there is to scroll and hit. Of
    elements that are as they should be it need not tell each, which takes most of its time.
    """
    page = opened(made(*COMMANDS["report"]), bypass_csp=True)
    page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+4)').forEach(r => r.remove())")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    changed = ["color-contrast", "scrollable-region-focusable", "target-size"]
    screens: tuple[tuple[Scheme, int, dict[str, Any]], ...] = (
        ("light", 360, {}),
        ("dark", 1440, {"runOnly": changed}),
    )
    for scheme, width, options in screens:
        shown_on(page, scheme, width)
        results = Axe().run(page, options={"resultTypes": ["violations"], **options})
        assert results.response["passes"]
        assert results.violations_count == 0, results.generate_report()


def test_paper_repeats_heads_and_has_no_controls(opened: Open, made: Made) -> None:
    page = opened(made(*COMMANDS["sla"]))
    pages = words_of_pages(page.pdf(prefer_css_page_size=True))
    cases = {row["case_id"] for row in data("sla")["breaches"]["rows"]}
    listing = [words for words in pages if cases & set(words)]
    assert len(listing) > 1
    assert cases <= {word for words in pages for word in words}
    for words in listing:
        assert {"Started", "Threshold"} <= set(words)
    assert "Find" not in {word for words in pages for word in words}
    page.emulate_media(media="print")
    keep(page, "sla-print")


def test_thousands_of_companies_stay_usable(opened: Open, tmp_path: Path) -> None:
    count = 2_000
    rows = pl.DataFrame(
        {
            "company": [f"Firm-{number}" for number in range(count)],
            "load_s": [float(number * 7919 % 100_003) for number in range(count)],
            "level": [("low", "medium", "high", "critical")[n % 4] for n in range(count)],
            "load_days": [[float(n % 5), 2.0, None, float(n % 3)] for n in range(count)],
        }
    )
    units = {"load_s": Unit.SECONDS, "level": Unit.LEVEL, "load_days": Unit.SERIES}
    columns = tuple(
        Column(key=key, label=key, unit=units.get(key, Unit.TEXT)) for key in rows.columns
    )
    section = Section(id="companies", title="Companies", columns=columns, rows=rows)
    path = tmp_path / "many.html"
    path.write_text(str(render(sample(section), fmt="html")), encoding="utf-8")
    assert path.stat().st_size < 1_000_000
    page = opened(path)
    took_ms = page.evaluate(
        """() => {
          const start = performance.now();
          document.querySelector('th[data-key=load_s] button').click();
          const field = document.querySelector('input[type=search]');
          field.value = 'firm-19';
          field.dispatchEvent(new Event('input'));
          document.querySelector('input[data-tag=low]').click();
          document.body.getBoundingClientRect();
          return performance.now() - start;
        }"""
    )
    found = [row for row in rows.iter_rows(named=True) if row["company"].startswith("Firm-19")]
    kept = sorted((r for r in found if r["level"] != "low"), key=lambda row: -row["load_s"])
    assert names(page, "companies") == [row["company"] for row in kept]
    assert took_ms < 1_000


def test_hostile_names_do_nothing(opened: Open, tmp_path: Path) -> None:
    texts = [*NASTY, '"><img src=x onerror=alert(1)>', "{{7*7}}", "</script><script>alert(1)"]
    rows = pl.DataFrame({"contact": texts, "other": texts})
    columns = tuple(Column(key=key, label="<script>alert(2)</script>") for key in rows.columns)
    section = Section(id="log", title="<img src=x>", columns=columns, rows=rows)
    path = tmp_path / "hostile.html"
    options = RenderOptions(title="</title><script>alert(3)</script>")
    path.write_text(str(render(sample(section), fmt="html", options=options)), encoding="utf-8")
    page = opened(path)
    page.locator("input[type=search]").fill("<script>")
    assert names(page, "log") == ["<script>alert(1)</script>", "</script><script>alert(1)"]
    assert page.locator("img").count() == 0
    assert page.title().startswith("</title><script>")


def test_the_keyboard_reaches_the_figures(opened: Open, made: Made) -> None:
    page = opened(made(*COMMANDS["cel"]))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    assert page.locator("#s-companies .scroll").get_attribute("tabindex") == "0"


def test_the_page_of_the_demo_export_is_light(made: Made) -> None:
    assert made(*COMMANDS["report"]).stat().st_size < 1_500_000
