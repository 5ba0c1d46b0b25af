"""``cxtool explain METRIC EXPORT``: a figure taken apart, and its rows."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.metrics.explained import FIGURES
from cxtool.schema import BEHAVIORS
from tests.cli.exports import DEMO, ROOT, done, export, only, report, section
from tests.cli_helper import call, failure

PERIOD = ("-p", "2026-05-11..2026-05-24")
ALIKE = {f"{behavior}_pct" for behavior in BEHAVIORS[2:]}  # they differ in nothing but a name
# Some are made of the accounts of others, for each agent or direction: a few stand for all.
SOME = {
    "agents": {"cases_n", "aht_s", "csat_pct"},
    "volume": {"inbound_n", "share_pct"},
    "sla": {"sla_pct", "pending_n", "first_response_p90_s"},
    "cel": {"campaign_n", "load_s", "mean_resolution_s", "share_pct", "cel"},
}
EVERY = [
    (name, key)
    for name, keys in FIGURES.items()
    for key in keys
    if key not in ALIKE and (name not in SOME or key in SOME[name])
]


def taken_apart(name: str, key: str) -> dict[str, Any]:
    return report("explain", key, DEMO, "--report", name, "--rows", *PERIOD, cwd=ROOT)


@cache
def counted(table: str, day: str) -> int:
    """Rows of a table in the period, by a plain reading of the file."""
    rows = pl.read_csv(ROOT / DEMO / f"{table}.csv", infer_schema=False)
    dates = rows[day].str.slice(0, 10)
    return int(dates.is_between(pl.lit("2026-05-11"), pl.lit("2026-05-24")).sum())


@cache
def home(name: str) -> dict[str, Any]:
    """The report that figures are taken from."""
    if name == "volume":
        return report("report", DEMO, "--only", "volume", *PERIOD, cwd=ROOT)
    return report(name, DEMO, *PERIOD, cwd=ROOT)


@pytest.mark.parametrize(("name", "key"), EVERY, ids=[f"{name}-{key}" for name, key in EVERY])
def test_every_figure_is_told_whole(name: str, key: str) -> None:
    """S1, S6, B2, B11, C2-C5, C9, K1-K8: value, rows and those left out agree with each other."""
    found = taken_apart(name, key)
    follows_from_its_rows(found, key)
    accounts_for_all_rows(found, name, key)
    is_the_value_of_the_report(found, name, key)


def follows_from_its_rows(found: dict[str, Any], key: str) -> None:
    """The value is what the numerator and denominator beside it make."""
    figures, rows = section(found, "figure"), section(found, "rows")
    assert figures
    for figure in figures:
        own = [row for row in rows if row.get("group") == figure.get("of")]
        value, over, under = (figure[part] for part in ("value", "numerator", "denominator"))
        assert figure["rows_n"] == len(own)
        if under == 0:
            assert value is None
        elif key == "cel":
            assert value == math.floor(100 * over / under + 0.5)
        elif over is None:
            times = sorted(row["time_s"] for row in own)
            assert times[0] <= value <= times[-1]
        elif figure["unit"] == "pct":
            assert value == pytest.approx(100 * over / under, abs=1e-5)
        else:
            assert value == pytest.approx(over / (1 if under is None else under), rel=1e-6)


def accounts_for_all_rows(found: dict[str, Any], name: str, key: str) -> None:
    """Counted and left out are all rows of the period, and each left out has a reason."""
    excluded = section(found, "exclusions")
    cases, tickets = counted("interactions", "started_at"), counted("tickets", "created_at")
    of_both = tickets if key == "mean_resolution_s" else cases + tickets
    rows_n = len(section(found, "rows"))
    assert rows_n + sum(row["rows_n"] for row in excluded) == (of_both if name == "cel" else cases)
    assert "other" not in {row["reason"] for row in excluded}
    assert len({row["case_id"] for row in section(found, "rows")}) == rows_n


def is_the_value_of_the_report(found: dict[str, Any], name: str, key: str) -> None:
    told = [row for part in home(name)["sections"] for row in part["rows"]]
    if name == "kpi":
        told = [{key: row["value"]} for row in told if row.get("metric") == key]
    known = {row[key] for row in told if key in row}
    assert {row["value"] for row in section(found, "figure")} <= known


def test_an_sla_taken_apart(tmp_path: Path) -> None:
    """S1, L17: 30, 600, 601 s, none (inbound, long ago), none (outbound): 2 of 4, and one out."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,direction,first_response_s
            c1,2026-05-01T10:00:00Z,chat,inbound,30
            c2,2026-05-01T11:00:00Z,chat,inbound,600
            c3,2026-05-01T12:00:00Z,chat,inbound,601
            c4,2026-05-01T13:00:00Z,chat,inbound,
            c5,2026-05-01T14:00:00Z,chat,outbound,
        """,
    )
    found = report(
        "explain", "sla_pct", str(folder), "--rows", "-p", "2026-05-01..2026-05-01", cwd=tmp_path
    )
    figure = only(section(found, "figure"))
    assert (figure["value"], figure["numerator"], figure["denominator"]) == (50, 2, 4)
    assert section(found, "exclusions") == [
        {"reason": "n/a: outbound, without a response", "rows_n": 1}
    ]
    rows = {row["case_id"]: row["counted_in"] for row in section(found, "rows")}
    both, below = "numerator", "denominator"
    assert rows == {"c1": both, "c2": both, "c3": below, "c4": below}
    facts = {row["fact"]: row["text"] for row in section(found, "definition")}
    assert facts["Formula"] == "100 × met_n / (met_n + not_met_n)"


@pytest.mark.parametrize("fmt", ["table", "json", "ndjson", "csv", "markdown", "html"])
def test_every_format(fmt: str) -> None:
    """Without rows the figure is the table of formats that have one."""
    text = done("explain", "sla_pct", DEMO, "-f", fmt, *PERIOD, cwd=ROOT).text
    assert "sla_pct" in text.replace("\\_", "_")
    assert "C000000" not in text.replace("interactions.csv", "")


def test_only_rows_asked_for_by_their_section() -> None:
    text = done("explain", "csat_pct", DEMO, "--section", "rows", "-f", "csv", cwd=ROOT).text
    assert text.startswith("case_id,started_at,channel,queue,agent,direction,counted_in\n")


def test_a_key_of_several_reports_names_the_others() -> None:
    """The first that has it unless one is chosen; a wrong name is answered with the nearest."""
    first = report("explain", "share_pct", DEMO, cwd=ROOT)
    assert first["title"] == "share_pct of volume"
    said = "As the report volume has it; other reports have it too: --report cel."
    assert said in first["notes"]
    second = report("explain", "share_pct", DEMO, "--report", "cel", cwd=ROOT)
    assert {row["of"] for row in section(second, "figure")} == {
        *("hotline", "campaign", "ticket", "chat")
    }
    assert failure("explain", "share_pct", DEMO, "--report", "cell", cwd=ROOT) == (
        2,
        "report 'cell' has no metric 'share_pct'; did you mean 'cel'? "
        "(reports: volume, cel, report, journey)",
    )


@pytest.mark.parametrize(
    ("key", "figure"),
    [
        ("sla_pct_signal", "sla_pct"),
        ("sla_low_pct", "sla_pct"),
        ("aht_n", "aht_s"),
        ("active_listening_band", "active_listening_pct"),
    ],
)
def test_what_goes_with_a_figure_is_explained_by_it(key: str, figure: str) -> None:
    """S1, B5, C7: a signal, an interval, an n, a band; and it is said."""
    found = report("explain", key, DEMO, *PERIOD, cwd=ROOT)
    assert only(section(found, "figure"))["metric"] == figure
    assert f"{key} is made of {figure}, whose value and rows these are." in found["notes"]


def test_what_has_no_rows_says_so() -> None:
    """C10: a figure made of other figures has its definition, and no rows to list."""
    found = report("explain", "heavy_n", DEMO, cwd=ROOT)
    assert [part["id"] for part in found["sections"]] == ["definition"]
    assert any(note.startswith("No rows are told of heavy_n") for note in found["notes"])
    code, message = failure("explain", "heavy_n", DEMO, "--rows", cwd=ROOT)
    assert (code, message) == (1, "no rows are told of heavy_n (leave out --rows)")


def test_no_rate_of_nothing() -> None:
    """K2: nobody can be judged on the last days: null of 0, and the reason stands beside it."""
    found = report("explain", "fcr_pct", DEMO, "-p", "3d", cwd=ROOT)
    figure = only(section(found, "figure"))
    assert (figure["value"], figure["numerator"], figure["denominator"]) == (None, 0, 0)
    reasons = {row["reason"] for row in section(found, "exclusions")}
    assert "the time to come back is not over" in reasons


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--rows",), "--rows needs a METRIC and an EXPORT"),
        (("-p", "7d"), "--period needs a METRIC and an EXPORT"),
        (
            ("-f", "csv"),
            "a definition alone cannot be written as 'csv' "
            "(formats: table, json, markdown; with an EXPORT all others too)",
        ),
    ],
)
def test_without_an_export_its_options_mean_nothing(words: tuple[str, ...], message: str) -> None:
    assert failure("explain", "sla_pct", *words, cwd=ROOT) == (2, message)


def test_without_an_export_a_report_can_be_chosen() -> None:
    (told,) = json.loads(
        done("explain", "share_pct", "--report", "cel", "-f", "json", cwd=ROOT).text
    )
    assert told["name"] == "Share of contacts"


def test_an_export_that_does_not_allow_the_figure(tmp_path: Path) -> None:
    """B1: the problem is the one that the report itself has."""
    folder = export(
        tmp_path, interactions="case_id,started_at,channel\nc1,2026-05-01T10:00:00Z,chat\n"
    )
    result = call("explain", "overall_pct", str(folder), cwd=tmp_path)
    assert result.code == 1
    assert "no 'behaviors' table" in result.err


def test_a_behaviour_of_the_centre_s_own(tmp_path: Path) -> None:
    """B3, B4: 20 scores: 2 rows 10, 5 rows 6, 6 rows N/A, 5 rows 4, 2 rows 0; one has no score."""
    cases = [
        {"case_id": f"c{n}", "started_at": "2026-05-01T10:00:00Z", "channel": "chat", "agent": "A"}
        for n in range(21)
    ]
    scores = [{"case_id": f"c{n}", "behavior": "humour", "score": n / 20} for n in range(20)]
    folder = export(tmp_path, interactions=cases, behaviors=scores)
    words = ("humour_pct", str(folder), "--report", "behavior", "-p", "2026-05-01..2026-05-01")
    found = report("explain", *words, "--rows", cwd=tmp_path)
    figure = only(section(found, "figure"))
    assert (figure["numerator"], figure["denominator"], figure["rows_n"]) == (70, 140, 14)
    assert figure["value"] == 50
    assert section(found, "exclusions") == [
        {"reason": "index N/A: near the middle of all", "rows_n": 6},
        {"reason": "no behaviour scores", "rows_n": 1},
    ]


def test_first_contact_resolution_as_the_export_tells_it(tmp_path: Path) -> None:
    """K2: the export's own column decides; a case where it is empty is left out."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,first_response_s,resolved_on_first_contact
            c1,2026-05-01T10:00:00Z,chat,30,yes
            c2,2026-05-01T11:00:00Z,chat,60,no
            c3,2026-05-01T12:00:00Z,chat,60,
            c4,2026-05-01T13:00:00Z,chat,,yes
        """,
    )
    found = report("explain", "fcr_pct", str(folder), "-p", "all", "--rows", cwd=tmp_path)
    assert only(section(found, "figure"))["value"] == 50
    assert {row["case_id"] for row in section(found, "rows")} == {"c1", "c2"}
    assert {row["reason"]: row["rows_n"] for row in section(found, "exclusions")} == {
        "contact or outcome not known": 1,
        "not answered by an agent": 1,
    }
