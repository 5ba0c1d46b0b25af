"""Every figure that ``explain`` tells, taken apart on the demo export: it follows from its rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property, partial
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.exports import quality
from cxtool.exports.export import Export, open_export
from cxtool.exports.text import TextOptions
from cxtool.metrics.explained import HOMES, Asked
from cxtool.metrics.explained_account import CASE_COLUMNS, COUNTED, OTHER, REASON, in_memory
from cxtool.metrics.explained_parts import Part, taken_apart, value_of
from cxtool.metrics.explained_report import report
from cxtool.metrics.explained_sections import figure_section
from cxtool.period import EPOCH, resolve
from cxtool.report import Report
from cxtool.schema import BEHAVIORS, TABLES
from cxtool.tables import Frame, Tables
from tests.cli.exports import DEMO, ROOT, export

FIRST, LAST = date(2026, 5, 11), date(2026, 5, 24)
# Told as others are, by the same code: a few stand for all.
ALIKE = {
    *(f"{name}_{end}" for name in BEHAVIORS[1:] for end in ("pct", "index")),
    *("p50_s", "p95_s", "min_s", "first_response_p50_s", "first_response_p95_s"),
    *("queue_changes", "skills", "teams"),
}
Figure = tuple[str, str]  # report and key


@dataclass(frozen=True)
class Centre:
    """The demo export on two weeks of May, opened once."""

    export: Export
    settings: Settings

    @cached_property
    def tables(self) -> Tables:
        first, last = (EPOCH + timedelta(days=number) for number in self.export.span() or (0, 0))
        request = resolve(
            period=f"{FIRST}..{LAST}",
            compare="previous",
            as_of_option=None,
            time_zone="UTC",
            today=last + timedelta(days=1),
            span=(first, last),
            default_period="7d",
        )
        return self.export.tables(request, uses=tuple(TABLES), people=True, days_around=8)

    def home(self, name: str) -> Report:
        make = HOMES[name].make
        if make is None:
            return quality.report(self.export, self.tables.request, with_findings=True)
        return make(self.tables, self.settings, ())


@contextmanager
def opened(folder: str, cwd: Path) -> Iterator[Centre]:
    settings = Settings()
    with open_export(
        (folder,),
        settings=settings,
        folder=cwd,
        time_zone="UTC",
        profile=None,
        text=TextOptions(),
        uses=tuple(TABLES),
    ) as opened_export:
        yield Centre(opened_export, settings)


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    with opened(DEMO, ROOT) as demo:
        yield demo


@cache
def days(table: str, day: str, *, before: bool = False) -> int:
    """Rows of a table in the period, by a plain reading of the file."""
    rows = pl.read_csv(ROOT / DEMO / f"{table}.csv", infer_schema=False)
    first = FIRST - timedelta(days=14) if before else FIRST
    dates = rows[day].str.slice(0, 10)
    return int(dates.is_between(pl.lit(f"{first}"), pl.lit(f"{LAST}")).sum())


@pytest.mark.parametrize("name", HOMES)
def test_every_figure_follows_from_its_rows(centre: Centre, name: str) -> None:
    """S1-S6, L4, B2, B11, C1-C10, K1-K8: value, rows and those left out agree with each other."""
    home = centre.home(name)
    for key, part in all_parts(centre, name, home):
        follows_from_its_rows(key, part, home)
        accounts_for_all_rows(name, part)


@pytest.mark.parametrize("name", ["journey", "cel"])
def test_what_a_thin_export_does_not_know_is_null(tmp_path: Path, name: str) -> None:
    """C4, K6-K8: no contacts, queues, tickets or context: no figure fails, nothing is made up."""
    export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,first_response_s,company
            c1,2026-05-12T10:00:00Z,chat,30,Alder
            c2,2026-05-12T11:00:00Z,voice,,Alder
        """,
    )
    with opened(".", tmp_path) as thin:
        home = thin.home(name)
        parts = all_parts(thin, name, home)
        figures = [figure_section(key, [part], home).rows for key, part in parts]
    unknown = [
        row
        for rows in figures
        for row in rows.filter(pl.col("value").is_null()).iter_rows(named=True)
    ]
    assert {row["metric"] for row in unknown} >= UNKNOWN[name]
    assert not any(row["numerator"] for row in unknown)


UNKNOWN = {
    "journey": {"threads_n", "repeat_pct", "repeat_s", "deflection_pct", "transfer_pct"},
    "cel": {"ticket_n", "tickets_n", "mean_resolution_s"},
}


def all_parts(centre: Centre, name: str, home: Report) -> list[tuple[str, Part]]:
    """Every figure of a report taken apart, its rows read once."""
    tables, settings = centre.tables, centre.settings
    asked = [
        (key, told, value_of(key, told, home, None))
        for told in HOMES[name].told
        for key in told.figures
        if told.make is None and ALIKE.isdisjoint((key, told.section))
    ]
    once = dict.fromkeys(told.rows for _, told, _ in asked)
    read = {rows: in_memory({"": rows(tables, settings, home)})[""] for rows in once}
    rows_of = {rows: partial(lazily, frame) for rows, frame in read.items()}
    parts = taken_apart(
        [(replace(told, rows=rows_of[told.rows], collect=None), value) for _, told, value in asked],
        home=home,
        tables=tables,
        settings=settings,
    )
    assert parts
    return [(key, part) for (key, _, _), part in zip(asked, parts, strict=True)]


def lazily(rows: pl.DataFrame, *_: object) -> Frame:
    return nw.from_native(rows.lazy())


def follows_from_its_rows(key: str, part: Part, home: Report) -> None:
    """The value is what the numerator and denominator beside it make, in each part."""
    rows = figure_section(key, [part], home).rows
    kind = part.measure.kind
    for row in rows.iter_rows(named=True):
        about = (part.told.section, row)
        value, over, under = (row[name] for name in ("value", "numerator", "denominator"))
        if kind == "listed":
            assert value is None
        elif not row["rows_n"]:
            assert value is None or (value == 0 and over == 0), about
            assert value is None or under != 0, about
        elif kind == "quantile":
            at = QUANTILES[key.removeprefix("first_response_")]
            assert math.floor(at * (under - 1)) + 1 <= over <= under, about
        elif key == "cel":
            assert value == math.floor(100 * over / under + 0.5), about
        else:
            quotient = over / (1 if under is None else under)
            scale = 100 if row["unit"] == "pct" else 1
            assert value == pytest.approx(scale * quotient, rel=1e-6, abs=1e-5), about


QUANTILES = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "min_s": 0, "max_s": 1}


def accounts_for_all_rows(name: str, part: Part) -> None:
    """Counted and left out are all rows of the period, and each left out has a reason."""
    told = part.told
    reasons = part.counts.filter(pl.col(COUNTED).is_null())[REASON]
    assert OTHER not in set(reasons), (told.section, reasons)
    if told.columns != CASE_COLUMNS or name not in WHOLE or told.section in REPEATED:
        return
    cases, tickets = days("interactions", "started_at"), days("tickets", "created_at")
    expected = {
        "cel": tickets if part.measure.out.keys() == {"not resolved"} else cases + tickets,
        "behavior trend": days("interactions", "started_at", before=True),
    }
    wanted = expected.get(f"{name} {told.section}", expected.get(name, cases))
    assert part.counts["rows_n"].sum() == wanted, (name, told.section)


WHOLE = ("volume", "sla", "kpi", "agents", "behavior", "cel", "journey")  # of all cases
REPEATED = ("articles",)  # a case counts under each


@pytest.mark.parametrize(
    ("figure", "of", "adds"),
    [
        (("cel", "load_s"), "Alderbrook Logistics", "time_s"),
        (("agents", "occupancy_pct"), "Wit Zaremba", "time_s"),
        (("kpi", "part_share_pct"), "Talk", "time_s"),
        (("sla", "share_pct"), "≤ 10m", None),
        (("journey", "changes_n"), "changes", "changes_n"),
        (("log", "sla"), "log", None),
    ],
    ids=str,
)
def test_the_rows_behind_a_part(centre: Centre, figure: Figure, of: str, adds: str | None) -> None:
    """A part is asked for by what a reader sees of it, or by its section; its rows add up to it."""
    name, key = figure
    asked = Asked(key=key, report=name, figure=key, of=of)
    found = report(
        centre.tables,
        centre.settings,
        asked,
        facts=lambda section: [],
        with_rows=True,
        made=centre.home(name) if HOMES[name].make is None else None,
    )
    figures, rows = found.section("figure").rows, found.section("rows").rows
    assert figures["rows_n"].sum() > 0
    if adds is None:
        assert rows.height == figures["rows_n"].sum()
        assert (rows[COUNTED] == "numerator").sum() == (figures["numerator"].sum() or rows.height)
    else:
        assert rows[adds].sum() == pytest.approx(figures["numerator"].sum())
