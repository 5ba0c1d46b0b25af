"""Figures of agents on literal cases and states: K5."""

from __future__ import annotations

from typing import Any

import pytest

from cxtool.config import Settings
from cxtool.errors import NotInExportError
from cxtool.metrics import agents
from cxtool.report import Report
from tests.metrics.frames import Row, case, make_tables


def state(agent: str, name: str, start: str, end: str) -> Row:
    return {"agent_id": agent, "state": name, "started_at": start, "ended_at": end}


STATES = [
    state("a1", "available", "2026-05-18T08:00", "2026-05-18T09:00"),
    state("a1", "on_contact", "2026-05-18T09:00", "2026-05-18T11:00"),
    state("a1", "after_contact", "2026-05-18T11:00", "2026-05-18T12:00"),
    state("a1", "break", "2026-05-18T12:00", "2026-05-18T13:00"),
    state("a1", "coaching", "2026-05-18T13:00", "2026-05-18T14:00"),
    state("a1", "offline", "2026-05-18T14:00", "2026-05-19T08:00"),
    state("a2", "available", "2026-05-24T22:00", "2026-05-25T02:00"),
    state("a2", "on_contact", "2026-05-17T23:00", "2026-05-18T01:00"),
    state("a3", "on_contact", "2026-05-10T08:00", "2026-05-10T09:00"),
]
CASES = [
    case("1", agent_id="a1", agent="Zoe", team="red", first_response_s=10, resolved=True),
    case("2", agent_id="a1", agent="Zoe", team="red", first_response_s=30, resolved=False),
    case("3", agent_id="a2", agent="Ana", team="red", first_response_s=5),
    case("4", agent_id="a3", agent="Bo", team="blue"),
    case("5"),
]


def made(
    cases: list[Row] = CASES,
    states: list[Row] | None = STATES,
    by: tuple[tuple[str, ...], ...] = (),
) -> Report:
    others = {} if states is None else {"agent_states": states}
    return agents.report(make_tables(cases, others=others), Settings(), by=by)


def rows(report: Report, section: str = "agents", key: str = "agent") -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in report.section(section).rows.iter_rows(named=True)}


def test_k5_agents_stand_by_team_and_name() -> None:
    """K5: not by a figure; cases without an agent are counted in a note."""
    report = made()
    assert report.section("agents").rows["agent"].to_list() == ["Bo", "Ana", "Zoe"]
    assert "Cases without an agent, left out: 1." in report.notes
    zoe = rows(report)["Zoe"]
    figures = ("cases_n", "handled_n", "resolved_n", "asa_s", "asa_n", "resolution_pct")
    assert [zoe[key] for key in figures] == [2, 2, 1, 20.0, 2, 50.0]


def test_k5_utilisation_and_occupancy() -> None:
    """K5: 3 of 6 hours signed in, 3 of 4 hours ready; what lies outside of the period is cut."""
    found = rows(made())
    assert (found["Zoe"]["utilisation_pct"], found["Zoe"]["occupancy_pct"]) == (50.0, 75.0)
    assert (found["Zoe"]["utilisation_n"], found["Zoe"]["occupancy_n"]) == (5, 3)
    assert found["Ana"]["utilisation_pct"] == pytest.approx(100 / 3, abs=1e-6)
    assert (found["Bo"]["utilisation_pct"], found["Bo"]["utilisation_n"]) == (None, None)


def test_k5_without_states_they_are_null() -> None:
    report = made(states=None)
    for row in rows(report).values():
        assert row["utilisation_pct"] is None
        assert row["occupancy_pct"] is None
    assert "which the export does not have" in " ".join(report.section("agents").notes)


def test_k5_teams_have_the_time_of_their_agents() -> None:
    """K5: 3 and 1 busy of 6 and 3 signed-in hours."""
    report = made(by=(("team",), ("queue",)))
    teams = rows(report, "by_team", "team")
    assert list(teams) == ["blue", "red"]
    assert (teams["red"]["cases_n"], teams["red"]["asa_s"]) == (3, 15.0)
    assert teams["red"]["utilisation_pct"] == pytest.approx(100 * 4 / 9, abs=1e-6)
    assert "utilisation_pct" not in report.section("by_queue").rows.columns
    assert report.main == "by_team"


def test_k5_an_agent_has_the_name_and_team_of_the_newest_case() -> None:
    moved = [
        case("1", "2026-05-18T10:00", agent_id="a1", agent="Zoe", team="red"),
        case("2", "2026-05-20T10:00", agent_id="a1", agent="Zoë", team="blue"),
        case("3", "2026-05-21T10:00", agent_id="a1"),
    ]
    (row,) = made(moved).section("agents").rows.iter_rows(named=True)
    assert (row["agent"], row["team"], row["cases_n"]) == ("Zoë", "blue", 3)


@pytest.mark.parametrize(("handled", "small"), [(29, True), (30, False)])
def test_k5_small_samples_are_marked(handled: int, small: bool) -> None:
    cases = [case(str(n), agent="Zoe", first_response_s=1) for n in range(handled)]
    report = made(cases, None)
    assert rows(report)["Zoe"]["small_sample"] is small
    said = any(note.startswith("Small samples") for note in report.section("agents").notes)
    assert said is small


def test_k5_an_export_without_agents_is_told() -> None:
    with pytest.raises(NotInExportError, match="names no agents"):
        made([case("1")], None)
