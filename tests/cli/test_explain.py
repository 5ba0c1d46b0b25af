"""``cxtool explain METRIC EXPORT``: a figure taken apart, and its rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cxtool.errors import UsageError
from cxtool.metrics.explained import asked_for
from tests.cli.exports import DEMO, ROOT, done, export, only, report, section
from tests.cli.made import make
from tests.cli_helper import call, failure

PERIOD = ("-p", "2026-05-11..2026-05-24")


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


def test_every_format() -> None:
    """Without rows the figure is the table of formats that have one; one run, written in each."""
    made = make("explain", "sla_pct", DEMO, *PERIOD, cwd=ROOT)
    for fmt in ("table", "json", "ndjson", "csv", "markdown", "html"):
        text = made.output(fmt).decode()
        assert "sla_pct" in text.replace("\\_", "_"), fmt
        assert "C000000" not in text.replace("interactions.csv", ""), fmt


def test_only_rows_asked_for_by_their_section() -> None:
    text = done("explain", "sla_pct", DEMO, "--section", "rows", "-f", "csv", cwd=ROOT).text
    assert text.startswith("case_id,started_at,channel,queue,agent,direction,counted_in\n")


@pytest.mark.parametrize(
    ("key", "home", "figure", "others"),
    [
        ("share_pct", "volume", "share_pct", ("sla", "cel", "journey")),
        ("sla_pct_signal", "sla", "sla_pct", ()),
        ("sla_low_pct", "sla", "sla_pct", ()),
        ("aht_n", "kpi", "aht_s", ("agents", "journey")),
        ("active_listening_band", "behavior", "active_listening_pct", ()),
        ("level", "cel", "cel", ()),
        ("gap_s", "journey", "gap_s", ()),
        ("humour_pct", "behavior", None, ()),
    ],
)
def test_whose_rows_explain_a_key(
    key: str, home: str, figure: str | None, others: tuple[str, ...]
) -> None:
    """S1, B5, C7, C10: of several reports the first; a signal, an interval, a band by its figure.

    A behaviour of the centre's own is one only where the report is named.
    """
    if figure is None:
        assert asked_for(key).figure is None
        assert asked_for(key, report=home).figure == key
        return
    asked = asked_for(key)
    assert (asked.report, asked.figure) == (home, figure)
    assert set(asked.others) >= set(others)


def test_other_reports_and_sections_are_named() -> None:
    """The first that has it unless one is chosen; a wrong name is answered with the nearest."""
    first = report("explain", "share_pct", DEMO, cwd=ROOT)
    assert first["title"] == "share_pct of volume"
    said = "As the report volume has it; other reports have it too: --report sla, --report cel, "
    assert any(note.startswith(said) for note in first["notes"])
    second = report("explain", "load_s_signal", DEMO, "--report", "cel", cwd=ROOT)
    assert only(section(second, "figure"))["metric"] == "load_s"
    assert {
        "load_s_signal is made of load_s, whose value and rows these are.",
        "As the section summary has it; other sections have it too: --of companies, --of days.",
    } <= set(second["notes"])
    with pytest.raises(UsageError, match=r"'journy' has no metric 'gap_s'; did you mean 'journey'"):
        asked_for("gap_s", report="journy")
    assert failure("explain", "load_s", DEMO, "--of", "Nobody", cwd=ROOT) == (
        2,
        "load_s has no part 'Nobody' (sections: summary, companies, days)",
    )


def test_a_breakdown_and_one_part_of_it() -> None:
    """S2, K5: each queue with its own rows; one alone; what cannot be broken down says so."""
    words = ("explain", "sla_pct", DEMO, *PERIOD, "--by", "queue")
    found = report(*words, cwd=ROOT)
    sales = report(*words, "--of", "sales", "--rows", cwd=ROOT)
    own = only(section(sales, "figure"))
    assert own == next(row for row in section(found, "figure") if row["of"] == "sales")
    assert {row["queue"] for row in section(sales, "rows")} == {"sales"}
    assert len(section(sales, "rows")) == own["rows_n"] == own["denominator"]
    assert failure("explain", "load_s", DEMO, "--by", "queue", cwd=ROOT) == (
        2,
        "load_s of cel cannot be broken down",
    )


def test_a_column_of_the_log_tells_where_it_comes_from() -> None:
    """L9, L10: source columns, how many rows have a value, and why others have none."""
    found = report("explain", "handle_s", DEMO, "--report", "log", cwd=ROOT)
    facts = [row["text"] for row in section(found, "definition") if row["fact"] == "From"]
    assert facts[0] == "handle_s: handle_s"
    figure, excluded = only(section(found, "figure")), only(section(found, "exclusions"))
    assert figure["value"] is None
    lines = (ROOT / DEMO / "interactions.csv").read_text(encoding="utf-8").count("\nC")
    assert figure["rows_n"] + excluded["rows_n"] == lines


def test_rows_set_aside_by_rule(tmp_path: Path) -> None:
    """The figures of check: rows read, used and set aside, with their places."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,csat
            c1,2026-05-01T10:00:00Z,chat,5
            c2,2026-05-01T11:00:00Z,chat,9
            c2,2026-05-01T11:00:00Z,chat,9
            ,2026-05-01T12:00:00Z,chat,
            c4,2026-05-01T13:00:00Z,chat,3
        """,
    )
    found = report("explain", "set_aside_n", str(folder), "--rows", cwd=tmp_path)
    figure = only(section(found, "figure"))
    assert (figure["of"], figure["value"], figure["numerator"]) == ("interactions", 3, 3)
    assert section(found, "exclusions") == [{"reason": "used", "rows_n": 2}]
    assert [(row["line"], row["column"]) for row in section(found, "rows")] == [
        (3, "csat"),
        (4, "csat"),
        (5, "case_id"),
    ]


def test_what_has_no_rows_says_so() -> None:
    """K3: a figure that is not the export's has its definition, a reason, and no rows to list."""
    found = report("explain", "benchmark", DEMO, cwd=ROOT)
    assert [part["id"] for part in found["sections"]] == ["definition"]
    said = "No rows are told of benchmark: it is the industry's, not the export's."
    assert said in found["notes"]
    code, message = failure("explain", "benchmark", DEMO, "--rows", cwd=ROOT)
    assert (code, message) == (1, "no rows are told of benchmark (leave out --rows)")


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
        (("--of", "x"), "--of needs a METRIC and an EXPORT"),
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
