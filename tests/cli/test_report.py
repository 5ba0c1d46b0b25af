"""``cxtool report``: the parts that an export allows on one page, by nobody at half past three."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cxtool.metrics.dimensions import WEEKDAYS
from cxtool.render.page_mark import read_mark
from tests.cli.exports import DEMO, MAY, ROOT, done, export, only, report, section
from tests.cli.made import call_on_demo, on_demo
from tests.cli_helper import call, failure

WEEK = ("-p", "2026-05-18..2026-05-24", "--as-of", "2026-05-25")
BEHAVIOR = ("behavior", "--interactions", "-p", "7d")
ONE_PART = ("--only", "sla")  # where the parts make no difference
NIGHT = ("--as-of", "2026-05-25", "-q", "--index", "-o", "out/cx-{date}.html")
CASES = """
    case_id,started_at,channel,direction,first_response_s,agent_id
    c1,2026-05-18T10:00:00Z,voice,inbound,600,a1
    c2,2026-05-18T23:30:00Z,voice,inbound,600.001,a1
    c3,2026-05-20T10:00:00Z,chat,inbound,5,a2
    c4,2026-05-24T00:00:00Z,chat,outbound,,a2
    p1,2026-05-11T09:00:00Z,voice,inbound,30,a1
    p2,2026-05-13T09:00:00Z,email,inbound,90000,a1
    p3,2026-05-13T10:00:00Z,email,inbound,20,a1
"""


@cache
def demo() -> dict[str, Any]:
    """The last week of May, which is what every report on the demo is of unless asked."""
    found: dict[str, Any] = json.loads(on_demo("report", DEMO).output("json"))
    return found


@cache
def theirs(*command: str) -> dict[str, Any]:
    """What another command says of the same days."""
    found = call_on_demo(command[0], DEMO, *command[1:], "-f", "json").report
    assert found["period"]["start"] == demo()["period"]["start"]
    assert found["previous"] == demo()["previous"]
    return found


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with an export of seven cases, and a folder for pages."""
    export(tmp_path / "export", interactions=CASES)
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a week of the seven cases."""
    folder = export(tmp_path_factory.mktemp("week") / "export", interactions=CASES)
    return report("report", "export", *WEEK, cwd=folder.parent)


def ids(found: dict[str, Any]) -> list[str]:
    return [part["id"] for part in found["sections"]]


def test_k12_everything_that_the_demo_allows_is_on_the_page() -> None:
    """K12: all parts, the headline first, no section twice."""
    assert ids(demo()) == [
        "headline",
        *("sla_summary", "sla_days", "first_response", "distribution", "breaches"),
        *("volume_summary", "channels", "volume_days", "heat"),
        *("kpi_summary", "handling", "percentiles", "service_level"),
        *("agents", "team", "teams", "trend", "left_out"),
        *("cel_summary", "shares", "companies", "cel_days"),
        *("tables", "rules", "set_aside"),
    ]
    assert demo()["notes"] == []


@pytest.mark.parametrize(
    ("command", "there", "ours"),
    [
        (("sla", "--breaches"), "summary", "sla_summary"),
        (("sla", "--breaches"), "breaches", "breaches"),
        (BEHAVIOR, "agents", "agents"),
        (BEHAVIOR, "team", "team"),
        (BEHAVIOR, "trend", "trend"),
        (BEHAVIOR, "left_out", "left_out"),
        (("cel",), "summary", "cel_summary"),
        (("cel",), "shares", "shares"),
        (("cel",), "companies", "companies"),
        (("kpi",), "summary", "kpi_summary"),
        (("kpi",), "handling", "handling"),
        (("kpi",), "percentiles", "percentiles"),
        (("kpi",), "service_level", "service_level"),
    ],
)
def test_figures_are_those_of_the_other_commands(
    command: tuple[str, ...], there: str, ours: str
) -> None:
    """S1, S4, B4, B6, B8, B11, C1-C10: each figure has one home."""
    assert section(demo(), ours) == section(theirs(*command), there)


def test_compliance_by_day_is_that_of_the_breakdown() -> None:
    """S2: a day here is a day there, compared with the day at the same place."""
    by_day = section(theirs("sla", "--by", "day"), "by_day")
    days = section(demo(), "sla_days")
    assert [row.pop("date") for row in days] == [row.pop("day") for row in by_day]
    assert [row.pop("date_previous") for row in days] == [f"2026-05-{d}" for d in range(18, 25)]
    assert days == by_day
    assert [row["sla_pct"] for row in days] == only(section(demo(), "sla_summary"))["sla_days"]


def test_s6_percentiles_are_those_of_the_sla_command() -> None:
    there = only(section(theirs("sla", "--breaches"), "distribution"))
    here = only(section(demo(), "distribution"))
    assert {key: here[key] for key in there} == there
    assert here["first_response_p50_s_change"] == pytest.approx(
        here["first_response_p50_s"] - here["first_response_p50_s_previous"]
    )


@pytest.mark.parametrize(
    ("key", "home"),
    [
        ("cases_n", "volume_summary"),
        ("sla_pct", "sla_summary"),
        ("first_response_p50_s", "distribution"),
        ("overall_pct", "team"),
        ("companies_n", "cel_summary"),
        ("load_s", "cel_summary"),
    ],
)
def test_a_headline_figure_has_the_trend_of_its_home_and_a_course(key: str, home: str) -> None:
    """S1, B4, C1, C7: value, before, change and signal; a point for each day."""
    row, there = only(section(demo(), "headline")), only(section(demo(), home))
    for part in ("", "_previous", "_change", "_change_pct", "_signal"):
        assert row[key + part] == there[key + part]
    (columns,) = [part["columns"] for part in demo()["sections"] if part["id"] == "headline"]
    names = [column["key"] for column in columns]
    later = columns[names.index(f"{key}_signal") :]
    course = next(column["key"] for column in later if column["unit"] == "series")
    assert len(row[course]) == 7


def test_sums_of_days_are_the_headline() -> None:
    row = only(section(demo(), "headline"))
    assert sum(row["cases_days"]) == row["cases_n"]
    assert sum(day["cases_n"] for day in section(demo(), "volume_days")) == row["cases_n"]
    assert sum(hour["cases_n"] for hour in section(demo(), "heat")) == row["cases_n"]
    assert sum(channel["cases_n"] for channel in section(demo(), "channels")) == row["cases_n"]
    assert sum(row["load_days"]) == pytest.approx(row["load_s"], abs=1e-3)
    heavy = [c for c in section(demo(), "companies") if c["level"] in ("high", "critical")]
    assert row["heavy_n"] == len(heavy) > 0


def test_l8_cases_stand_at_their_local_weekday_and_hour() -> None:
    """L8: counted again from the file, in a zone of half hours."""
    zone = ZoneInfo("Asia/Kolkata")
    found = report("report", DEMO, *MAY, "--tz", zone.key, "--only", "volume", cwd=ROOT)
    started = pl.read_csv(ROOT / DEMO / "interactions.csv", columns=["started_at"])["started_at"]
    local = [datetime.fromisoformat(text).astimezone(zone) for text in started]
    may = [moment for moment in local if "2026-05-25" <= f"{moment:%F}" <= "2026-05-31"]
    expected = Counter((f"{moment:%a}", moment.hour) for moment in may)
    heat = section(found, "heat")
    assert len(heat) == 7 * 24
    assert [row["weekday"] for row in heat[::24]] == list(WEEKDAYS)
    counted = {(row["weekday"], row["hour"]): row["cases_n"] for row in heat}
    assert {place: n for place, n in counted.items() if n} == expected


def test_a_weekday_counts_as_often_as_the_period_has_it(small: Path) -> None:
    period = ("-p", "2026-05-18..2026-05-25", "--as-of", "2026-05-26", "--only", "volume")
    rows = section(report("report", "export", *period, cwd=small), "heat")
    monday = [row for row in rows if row["weekday"] == "Mon"]
    assert {row["days_n"] for row in monday} == {2}
    assert [row["day_mean"] for row in monday if row["hour"] in (10, 23)] == [0.5, 0.5]
    assert {row["weekday"] for row in section(one_day(small), "heat")} == {"Wed"}


def one_day(folder: Path) -> dict[str, Any]:
    return report("report", "export", "-p", "2026-05-20", "--only", "volume", cwd=folder)


def test_every_day_is_listed_and_one_without_verdicts_has_no_share(week: dict[str, Any]) -> None:
    """S1: days without cases; compared with the days at the same place."""
    days = section(week, "sla_days")
    assert [day["date"] for day in days] == [f"2026-05-{number}" for number in range(18, 25)]
    assert [day["cases_n"] for day in days] == [2, 0, 1, 0, 0, 0, 1]
    assert [day["sla_pct"] for day in days] == [50.0, None, 100.0, None, None, None, None]
    assert [day["sla_pct_previous"] for day in days][:3] == [100.0, None, 50.0]
    assert days[0]["sla_n"] == 2


def test_a_shorter_compared_period_ends_before(small: Path) -> None:
    period = (*WEEK, *ONE_PART, "--compare", "2026-05-13..2026-05-14")
    days = section(report("report", "export", *period, cwd=small), "sla_days")
    assert [day["date_previous"] for day in days] == ["2026-05-13", "2026-05-14", *[None] * 5]
    assert [day["sla_pct_previous"] for day in days] == [50.0, *[None] * 6]


def test_channels_with_their_share_and_trend(week: dict[str, Any]) -> None:
    """L4: new ones, and a note of those that are gone."""
    chat, voice = section(week, "channels")
    told = {key: chat[key] for key in ("channel", "cases_n", "share_pct", "share_n")}
    assert told == {"channel": "chat", "cases_n": 2, "share_pct": 50.0, "share_n": 4}
    assert (chat["cases_n_previous"], chat["share_pct_previous"]) == (0, 0.0)
    assert (voice["cases_n_previous"], voice["share_pct_previous"]) == (1, 33.333333)
    assert chat["cases_days"] == [0, 0, 1, 0, 0, 0, 1]
    (part,) = [part for part in week["sections"] if part["id"] == "channels"]
    assert part["notes"] == ["Only in the compared period, and not listed: 1."]


def test_s3_responses_are_counted_up_to_each_threshold_inclusive(small: Path) -> None:
    """S3, S6: exactly ten minutes is met; a threshold of the settings is an end of its own."""
    keys = ("wait", "sla", "responses_n")

    def waits(*options: str, **environ: str) -> list[tuple[Any, ...]]:
        found = report("report", "export", *WEEK, *ONE_PART, *options, cwd=small, environ=environ)
        rows = section(found, "first_response")
        assert sum(row["responses_n"] for row in rows) == 3
        assert sum(row["share_pct"] for row in rows) == pytest.approx(100)
        return [tuple(row[key] for key in keys) for row in rows if row["responses_n"]]

    assert waits() == [("≤ 10s", "met", 1), ("≤ 10m", "met", 1), ("≤ 20m", "not_met", 1)]
    assert waits(CXTOOL_SLA_CHANNELS="chat=4s,voice=11m") == [
        ("≤ 10s", "not_met", 1),
        ("≤ 10m", "met", 1),
        ("≤ 11m", "met", 1),
    ]


def test_what_the_export_does_not_allow_is_left_out_and_named(week: dict[str, Any]) -> None:
    assert not {"agents", "companies"} & set(ids(week))
    behavior, companies = [note for note in week["notes"] if "left out" in note]
    assert behavior.startswith("Behaviour left out: the export has no 'behaviors' table")
    assert companies.startswith("Companies left out: nothing in the export says which company")
    assert "overall_pct" not in only(section(week, "headline"))


def test_a_part_asked_for_by_name_is_not_left_out_in_silence(small: Path) -> None:
    code, message = failure("report", "export", *WEEK, "--only", "sla,behavior", cwd=small)
    assert code == 1
    assert message.startswith("the export has no 'behaviors' table")


def test_a_period_too_long_for_a_part_says_what_lifts_it() -> None:
    """B11, C9: at most 31 days of companies, 90 of behaviour."""
    long = ("report", DEMO, "-p", "2026-04-02..2026-05-31", "--compare", "none")
    found = report(*long, cwd=ROOT)
    assert "agents" in ids(found)
    assert "companies" not in ids(found)
    (note,) = [note for note in found["notes"] if "left out" in note]
    assert note.startswith("Companies left out: ")
    assert "--max-days 60 lifts it" in note
    assert "companies" in ids(report(*long, "--max-days", "60", "--only", "cel", cwd=ROOT))


def test_only_the_parts_named_in_the_order_of_the_page() -> None:
    asked = ("report", DEMO, *MAY, "--only", "quality, volume", "--only", "volume")
    found = report(*asked, cwd=ROOT)
    assert ids(found) == [
        *("headline", "volume_summary", "channels", "volume_days", "heat"),
        *("tables", "rules", "set_aside"),
    ]
    assert section(found, "tables")[0]["table"] == "interactions"
    assert ids(report("report", DEMO, "--only", "quality", cwd=ROOT))[0] == "tables"


def test_an_unknown_part_is_answered_with_the_nearest() -> None:
    code, message = failure("report", DEMO, "--only", "sla,behaviour", cwd=ROOT)
    assert code == 2
    assert message.startswith("--only: no part 'behaviour'; did you mean 'behavior'?")


def test_rows_set_aside_are_on_the_page(small: Path) -> None:
    broken = CASES + "    c9,soon,voice,inbound,5,a1\n"
    export(small / "export", interactions=broken)
    found = report("report", "export", *WEEK, "--only", "quality", cwd=small)
    (row,) = section(found, "set_aside")
    assert (row["value"], row["rule"]) == ("soon", "unreadable_value")


def test_without_a_case_nothing_is_a_share(small: Path) -> None:
    """No data is null, never 0 or 100 %."""
    period = ("-p", "2026-01-05..2026-01-11", "--as-of", "2026-01-12")
    found = report("report", "export", *period, cwd=small)
    row = only(section(found, "headline"))
    assert (row["cases_n"], row["sla_pct"], row["first_response_p50_s"]) == (0, None, None)
    assert section(found, "channels") == section(found, "first_response") == []
    assert any(note.startswith("No case starts in the period") for note in found["notes"])


def test_without_comparison_there_is_no_trend(small: Path) -> None:
    found = report("report", "export", *WEEK, "--compare", "none", cwd=small)
    row = only(section(found, "headline"))
    told = {value for key, value in row.items() if key.endswith(("_previous", "_signal"))}
    assert told == {None}
    assert {day["date_previous"] for day in section(found, "sla_days")} == {None}


def test_the_page_is_html_unless_another_format_is_asked_for(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = ("report", "export", *WEEK, *ONE_PART)
    page = done(*week, "--title", "Nachtbericht <1>", cwd=small).text
    assert page.startswith("<!doctype html>")
    assert "Nachtbericht &lt;1&gt;" in page
    assert done(*week, "-f", "csv", cwd=small).text.startswith("sla_pct,")
    monkeypatch.setattr("cxtool.output.is_terminal", lambda stream: True)
    code, message = failure(*week, cwd=small)
    assert code == 2
    assert message == (
        "html is for a browser and is not written to a terminal (-o FILE.html, or a pipe)"
    )


def test_a_night_without_trouble_is_silent_and_a_second_makes_the_same_page(
    small: Path, week: dict[str, Any]
) -> None:
    """The page says its headline to programs."""
    pages = []
    for _ in range(2):
        result = done("report", "export", *NIGHT, cwd=small)
        assert (result.out, result.err) == (b"", "")
        assert names(small) == ["cx-2026-05-25.html", "index.html"]
        pages.append((small / "out" / "cx-2026-05-25.html").read_bytes())
    assert pages[0] == pages[1]
    mark = read_mark(pages[0].decode())
    assert mark is not None
    assert (mark.report, f"{mark.as_of}", f"{mark.start}") == ("report", "2026-05-25", "2026-05-18")
    row = only(section(week, "headline"))
    told = {k: v for k, v in row.items() if v is not None and not isinstance(v, list)}
    assert mark.figures == told


def test_a_missed_gate_ends_with_3_and_the_page_is_there(small: Path) -> None:
    night = ("report", "export", *NIGHT, *ONE_PART)
    result = call(*night, "--fail-under", "sla_pct=80", cwd=small)
    assert result.code == 3
    assert result.err == "cxtool: error: sla_pct = 66.666667 is under 80\n"
    assert names(small) == ["cx-2026-05-25.html", "index.html"]
    assert call(*night, "--fail-under", "sla_pct=60", cwd=small).code == 0


def test_a_gate_that_several_sections_could_mean_is_refused(small: Path) -> None:
    night = ("report", "export", *NIGHT, "--only", "sla,volume")
    code, message = failure(*night, "--fail-under", "share_pct=1", cwd=small)
    assert code == 2
    assert "first_response.share_pct, channels.share_pct" in message
    assert names(small) == []


def test_after_a_failure_the_old_page_and_index_are_left(small: Path) -> None:
    night = ("report", "export", *NIGHT, *ONE_PART)
    done(*night, cwd=small)
    before = {name: (small / "out" / name).read_bytes() for name in names(small)}
    (small / "export" / "interactions.csv").write_text("something,else\n1,2\n", encoding="utf-8")
    code, _ = failure(*night, cwd=small)
    assert code == 1
    assert {name: (small / "out" / name).read_bytes() for name in names(small)} == before


def test_a_folder_that_is_not_there_is_not_made(small: Path) -> None:
    (small / "out").rmdir()
    code, message = failure("report", "export", *NIGHT, *ONE_PART, cwd=small)
    assert code == 1
    assert "there is no folder" in message
    assert not (small / "out").exists()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir())
