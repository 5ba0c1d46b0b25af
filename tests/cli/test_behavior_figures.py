"""Behaviour figures through the command line, from literal exports: index, totals, bands.

Serves B1 to B11.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import Row, done, export, only, report, section
from tests.cli_helper import call

DAY = "2026-05-20"
INDICES = (10, 6, None, 4, 0)


def scored(
    scores: dict[str, float], *, behavior: str = "active_listening", **columns: object
) -> dict[str, list[Row]]:
    """Cases with one score each, as the two tables of an export."""
    cases: list[Row] = [
        {"case_id": name, "started_at": DAY, "channel": "voice", "agent": "Ann"} | columns
        for name in scores
    ]
    rows: list[Row] = [
        {"case_id": name, "behavior": behavior, "score": score} for name, score in scores.items()
    ]
    return {"interactions": cases, "behaviors": rows}


def indices(folder: Path, *arguments: str, key: str = "active_listening") -> dict[str, Any]:
    found = report("behavior", ".", "--interactions", *arguments, cwd=folder)
    return {row["case_id"]: row[f"{key}_index"] for row in section(found, "interactions")}


def distinct(count: int) -> dict[str, float]:
    return {f"c{number:03}": number / 100 for number in range(count)}


def test_twenty_distinct_scores(tmp_path: Path) -> None:
    """B3: 2 rows get 10, 5 get 6, 6 are N/A, 5 get 4, 2 get 0; the best score gets the best."""
    found = indices(export(tmp_path, **scored(distinct(20))))
    assert [list(found.values()).count(index) for index in INDICES] == [2, 5, 6, 5, 2]
    ordered = [found[f"c{number:03}"] for number in range(20)]
    assert ordered == [0] * 2 + [4] * 5 + [None] * 6 + [6] * 5 + [10] * 2


def test_a_negative_behaviour_is_turned_round(tmp_path: Path) -> None:
    """B1, B3: of inappropriate action the lowest score is best; of others where it is set so."""
    folder = export(tmp_path, **scored(distinct(20), behavior="inappropriate_action"))
    found = indices(folder, key="inappropriate_action")
    assert (found["c000"], found["c019"]) == (10, 0)
    folder = export(tmp_path / "own", **scored(distinct(20), behavior="shouting"))
    assert indices(folder, key="shouting")["c000"] == 0
    (folder / "cxtool.toml").write_text('[behavior]\nnegative = ["shouting"]\n', encoding="utf-8")
    assert indices(folder, key="shouting")["c000"] == 10


def test_all_scores_equal_are_all_not_applicable(tmp_path: Path) -> None:
    """B3: no spread, no index; the notes say so, and totals are null."""
    folder = export(tmp_path, **scored(dict.fromkeys(distinct(25), 0.5)))
    found = report("behavior", ".", "--interactions", cwd=folder)
    assert {row["active_listening_index"] for row in section(found, "interactions")} == {None}
    row = only(section(found, "agents"))
    assert (row["active_listening_pct"], row["active_listening_n"], row["overall_pct"]) == (
        None,
        0,
        None,
    )
    assert row["active_listening_band"] is row["overall_band"] is None
    assert any("insufficient spread" in note for note in found["notes"])


def test_few_rows_are_told(tmp_path: Path) -> None:
    """B3: fewer than 20 rows in the reference."""
    found = report("behavior", ".", cwd=export(tmp_path, **scored(distinct(19))))
    assert any("few rows" in note for note in found["notes"])


EDGES = [
    # The middle score's t is (above + same / 2) / 100: the edges are exact.
    (85, 10, 5, 6),  # t = 0.10 is no longer a 10
    (86, 9, 5, 10),
    (65, 10, 25, 6),  # t = 0.30
    (60, 10, 30, None),  # t = 0.35 is N/A already
    (61, 9, 30, 6),
    (30, 10, 60, None),  # t = 0.65 is N/A still
    (30, 9, 61, 4),
    (5, 10, 85, 4),  # t = 0.90 is a 4 still
    (5, 9, 86, 0),
]


@pytest.fixture(scope="module")
def at_the_edges(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """100 cases, of which each of the edges is another behaviour."""
    names = [f"c{number:03}" for number in range(100)]
    tables = scored(dict.fromkeys(names, 0.5))
    tables["behaviors"] = []
    for number, (below, same, above, _) in enumerate(EDGES):
        lower = [0.1 + n / 1000 for n in range(below)]
        upper = [0.8 + n / 1000 for n in range(above)]
        scores = [*lower, *[0.5] * same, *upper]
        tables["behaviors"] += [
            {"case_id": name, "behavior": f"edge_{number}", "score": score}
            for name, score in zip(names, scores, strict=True)
        ]
    folder = export(tmp_path_factory.mktemp("edges"), **tables)
    return section(report("behavior", ".", "--interactions", cwd=folder), "interactions")


@pytest.mark.parametrize("number", range(len(EDGES)))
def test_the_edges_of_the_index_are_exact(number: int, at_the_edges: list[Row]) -> None:
    """B3: 10 below 0.10, 6 below 0.35, N/A to 0.65, 4 to 0.90, else 0."""
    below, same, _, index = EDGES[number]
    cases = {f"c{place:03}" for place in range(below, below + same)}
    found = [row[f"edge_{number}_index"] for row in at_the_edges if row["case_id"] in cases]
    assert found == [index] * same


# The reference: scores of another agent's behaviour, so many that a score chooses its index.
SCORE_OF = {10: 0.999, 6: 0.8, None: 0.5, 4: 0.2, 0: 0.001}
OTHERS_N = 4000
TOTALS: list[tuple[list[int | None], float | None, int, str | None]] = [
    ([10, 6, 0, 0, None, 6], 44.0, 5, "neutral"),
    ([10] * 19 + [0, 0], 90.47619, 21, "moderately_positive"),
    ([10] * 181 + [0] * 19, 90.5, 200, "very_positive"),
    ([10] * 141 + [0] * 59, 70.5, 200, "moderately_positive"),
    ([10] * 7 + [4] * 3 + [6] * 4, 75.714286, 14, "moderately_positive"),
    ([10] * 141 + [0] * 60, 70.149254, 201, "neutral"),
    ([10] * 61 + [0] * 139, 30.5, 200, "neutral"),
    ([10] * 61 + [0] * 140, 30.348259, 201, "moderately_negative"),
    ([10] * 21 + [0] * 179, 10.5, 200, "moderately_negative"),
    ([10] * 21 + [0] * 180, 10.447761, 201, "very_negative"),
    ([0], 0.0, 1, "very_negative"),
    ([None, None], None, 0, None),
]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """The figures of agents who are told by their places, among thousands of rows of another."""
    told = [("Zoe", n / OTHERS_N) for n in range(OTHERS_N)]
    for number, (points, *_) in enumerate(TOTALS):
        told += [(str(number), SCORE_OF[index]) for index in points]
    numbered = list(enumerate(told))
    tables: dict[str, list[Row]] = {
        "interactions": [
            {"case_id": f"c{n}", "started_at": DAY, "channel": "voice", "agent": agent}
            for n, (agent, _) in numbered
        ],
        "behaviors": [
            {"case_id": f"c{n}", "behavior": "be_empathetic", "score": score}
            for n, (_, score) in numbered
        ],
    }
    folder = export(tmp_path_factory.mktemp("graded"), **tables)
    return {row["agent"]: row for row in section(report("behavior", ".", cwd=folder), "agents")}


@pytest.mark.parametrize("number", range(len(TOTALS)))
def test_totals_and_the_edges_of_bands(number: int, graded: dict[str, Row]) -> None:
    """B2, B4, B5: points earned of points possible, N/A in neither; 22 of 50 is 44 %: neutral."""
    points, total, count, band = TOTALS[number]
    row = graded[str(number)]
    assert (row["be_empathetic_pct"], row["be_empathetic_n"]) == (total, count)
    assert row["be_empathetic_band"] == row["overall_band"] == band
    assert (row["overall_pct"], row["overall_n"]) == (total, count)
    assert row["interactions_n"] == len(points)


def test_overall_is_over_the_indices_of_all_behaviours_together(tmp_path: Path) -> None:
    """B2: not a mean of the behaviours' means."""
    listening = scored(distinct(20))
    rapport = scored(dict(list(distinct(20).items())[:10]), behavior="build_rapport")
    folder = export(
        tmp_path,
        interactions=listening["interactions"],
        behaviors=[*listening["behaviors"], *rapport["behaviors"]],
    )
    row = only(section(report("behavior", ".", cwd=folder), "agents"))
    earned = sum(
        row[f"{key}_pct"] * row[f"{key}_n"] for key in ("active_listening", "build_rapport")
    )
    assert row["overall_n"] == row["active_listening_n"] + row["build_rapport_n"] == 14 + 6
    assert row["overall_pct"] == pytest.approx(earned / row["overall_n"], abs=1e-5)


def two_periods() -> dict[str, list[Row]]:
    """Everybody's scores rise from one week to the next; Bo has another team by then."""
    cases: list[Row] = []
    scores: list[Row] = []
    for week, (day, lift) in enumerate((("2026-05-12", 0.0), ("2026-05-19", 0.1))):
        for number in range(40):
            name = f"{week}-{number:02}"
            agent = "Ann" if number % 2 else "Bo"
            team = "North" if agent == "Ann" or not week else "South"
            cases.append(
                {
                    "case_id": name,
                    "started_at": f"{day}T{number % 24:02}:00:00Z",
                    "channel": "voice",
                    "agent": agent,
                    "team": team,
                    "recording": f"{name}.ogg",
                    "handle_s": 60,
                }
            )
            scores.append(
                {"case_id": name, "behavior": "build_rapport", "score": number / 100 + lift}
            )
    return {"interactions": cases, "behaviors": scores}


def test_a_change_of_the_whole_team_shows(tmp_path: Path) -> None:
    """B7, B8: ranked over both periods together, so that everybody can get better at once."""
    folder = export(tmp_path, **two_periods())
    found = report("behavior", ".", "-p", "7d", cwd=folder)
    team = only(section(found, "team"))
    assert team["overall_pct"] > 50 > team["overall_pct_previous"]
    assert team["overall_pct_signal"] == "up"
    agents = section(found, "agents")
    assert [(row["team"], row["agent"], row["interactions_n"]) for row in agents] == [
        ("North", "Ann", 20),
        ("South", "Bo", 20),
    ]
    assert all(row["overall_pct_change"] > 0 for row in agents)
    points = {(p["agent"], p["date"], p["period"]) for p in section(found, "trend")}
    assert points == {
        (agent, day, period)
        for agent in ("Ann", "Bo")
        for day, period in (("2026-05-12", "previous"), ("2026-05-19", "current"))
    }


def test_one_agent_alone(tmp_path: Path) -> None:
    """B6, B7: the agent's totals per behaviour with their trends, and the interactions."""
    folder = export(tmp_path, **two_periods())
    found = report("behavior", ".", "-p", "7d", "--agent", "ann", "--interactions", cwd=folder)
    assert only(section(found, "agents"))["agent"] == "Ann"
    assert {row["agent"] for row in section(found, "interactions")} == {"Ann"}
    assert {row["agent"] for row in section(found, "trend")} == {"Ann"}
    scores = {row["behavior"]: row for row in section(found, "behaviors")}
    assert scores["build_rapport"]["score_pct_signal"] in ("up", "flat")
    assert scores["build_rapport"]["score_pct_change"] > 0
    assert scores["active_listening"]["score_pct"] is None
    assert only(section(found, "team"))["interactions_n"] == 40
    unknown = call("behavior", ".", "-p", "7d", "--agent", "Anne", cwd=folder)
    assert unknown.code == 2
    assert "did you mean 'Ann'?" in unknown.err


def test_a_row_per_interaction_with_the_recording_to_replay(tmp_path: Path) -> None:
    """B6, B9: channel, time and index per behaviour; newest first."""
    folder = export(tmp_path, **two_periods())
    rows = section(
        report("behavior", ".", "-p", "7d", "--interactions", cwd=folder), "interactions"
    )
    assert len(rows) == 40
    assert rows[0]["started_at"] == "2026-05-19T23:00:00+00:00"
    assert [row["started_at"] for row in rows] == sorted(
        (row["started_at"] for row in rows), reverse=True
    )
    assert all(row["recording"] == f"{row['case_id']}.ogg" for row in rows)
    assert {row["channel"] for row in rows} == {"voice"}


def test_frozen_cut_points(tmp_path: Path) -> None:
    """B3: cut points made from one period rank the next, which rises above its half."""
    folder = export(tmp_path, **two_periods())
    week = "2026-05-12..2026-05-18"
    done("behavior", "calibrate", ".", "-p", week, "-o", "cuts.json", cwd=folder)
    cuts = json.loads((folder / "cuts.json").read_text(encoding="utf-8"))
    assert (cuts["schema"], cuts["start"], cuts["end"]) == (
        "cxtool.calibration/1",
        "2026-05-12",
        "2026-05-19",
    )

    def total(period: str) -> float:
        arguments = ("-p", period, "--compare", "none", "--calibration", "cuts.json")
        found = report("behavior", ".", *arguments, cwd=folder)
        assert any("frozen cut points of 2026-05-12 to 2026-05-18" in n for n in found["notes"])
        return float(only(section(found, "team"))["overall_pct"])

    assert total(week) == 50.0
    assert total("2026-05-19..2026-05-25") > 60


def test_icons_or_percentages(tmp_path: Path) -> None:
    """B10: the same totals to read as percentages, or to scan as icons; data keep the figures."""
    folder = export(tmp_path, **two_periods())
    percentages = done("behavior", ".", "-p", "7d", "--section", "agents", cwd=folder).text
    icons = done("behavior", ".", "-p", "7d", "--section", "agents", "--icons", cwd=folder).text
    assert "%" in percentages.split("Agents")[1]
    figures = icons.split("Agents")[1].split("very positive")[0]
    assert "%" not in figures
    assert any(icon in figures for icon in "●◕◑◔○")
    arguments = ("behavior", ".", "-p", "7d", "-f", "json")
    assert done(*arguments, cwd=folder).out == done(*arguments, "--icons", cwd=folder).out


LEFT_OUT = """
    case_id,started_at,channel,direction,agent,transfers,recording,handle_s,language
    scored,2026-05-20,voice,inbound,Ann,0,r.ogg,60,en
    internal,2026-05-20,voice,internal,Ann,0,r.ogg,60,en
    several,2026-05-20,voice,inbound,Ann,2,r.ogg,60,en
    silent,2026-05-20,voice,inbound,Ann,0,,60,en
    short,2026-05-20,voice,inbound,Ann,0,r.ogg,4,en
    long enough,2026-05-20,voice,inbound,Ann,0,r.ogg,4.1,en
    chat needs none,2026-05-20,chat,inbound,Ann,0,,60,en
    nobody speaks,2026-05-20,voice,inbound,Ann,0,r.ogg,60,en
    one side,2026-05-20,voice,inbound,Ann,0,r.ogg,60,en
    ivr,2026-05-20,voice,inbound,,0,r.ogg,60,en
    language,2026-05-20,voice,inbound,Ann,0,r.ogg,60,xx
    no score,2026-05-20,voice,inbound,Ann,0,r.ogg,60,en
"""
TRANSCRIPTS = """
    case_id,turn,speaker,text
    scored,1,agent,Hello
    scored,2,customer,Hello
    nobody speaks,1,system,Connected
    one side,1,customer,Hello?
"""


def test_left_out_with_reason_and_count(tmp_path: Path) -> None:
    """B11: each interaction once, under the first reason; scored and left out are all."""
    names = [line.split(",")[0].strip() for line in LEFT_OUT.strip().splitlines()[1:]]
    folder = export(
        tmp_path,
        interactions=LEFT_OUT,
        transcripts=TRANSCRIPTS,
        behaviors=[
            {"case_id": name, "behavior": "be_empathetic", "score": number}
            for number, name in enumerate(names)
            if name != "no score"
        ],
    )
    (folder / "cxtool.toml").write_text('[behavior]\nlanguages = ["en"]\n', encoding="utf-8")
    found = report("behavior", ".", "--interactions", cwd=folder)
    counts = {row["reason"]: row["interactions_n"] for row in section(found, "left_out")}
    assert counts == {
        "internal": 1,
        "several_agents": 1,
        "not_recorded": 1,
        "too_short": 1,
        "no_dialogue": 1,
        "one_sided": 1,
        "no_agent": 1,
        "language_without_model": 1,
        "not_scored": 1,
    }
    kept = {row["case_id"] for row in section(found, "interactions")}
    assert kept == {"scored", "long enough", "chat needs none"}
    assert len(kept) + sum(counts.values()) == len(names)


def test_a_reason_applies_only_where_a_column_shows_it(tmp_path: Path) -> None:
    """B11: an export of nothing but cases and scores leaves nobody out for want of columns."""
    found = report("behavior", ".", cwd=export(tmp_path, **scored(distinct(20))))
    left_out = {part["id"]: part for part in found["sections"]}["left_out"]
    assert {row["reason"]: row["interactions_n"] for row in left_out["rows"]} == {
        "no_agent": 0,
        "not_scored": 0,
    }
    assert any(note.startswith("Not looked at, for want of columns") for note in left_out["notes"])
    assert any("20 of 20 interactions are scored" in note for note in left_out["notes"])


def test_where_does_not_move_the_reference(tmp_path: Path) -> None:
    """B3: a condition shows fewer interactions, with the index that they have among all."""
    folder = export(tmp_path, **two_periods())
    everybody = indices(folder, key="build_rapport")
    some = indices(folder, "--where", "agent = Ann", key="build_rapport")
    assert some == {name: index for name, index in everybody.items() if name in some}
    assert 0 < len(some) < len(everybody)


def test_notes_say_only_what_holds(tmp_path: Path) -> None:
    """B3, B7: nothing leans on agents that nobody named; a lone period is ranked within itself."""
    cases = [
        {k: v for k, v in row.items() if k != "agent"} for row in two_periods()["interactions"]
    ]
    folder = export(tmp_path, interactions=cases, behaviors=two_periods()["behaviors"])
    found = report("behavior", ".", "-p", "7d", cwd=folder)
    team = {part["id"]: part for part in found["sections"]}["team"]
    assert team["notes"] == []
    assert "Scores are ranked within both compared periods together." in found["notes"]
    alone = report("behavior", ".", "-p", "7d", "--compare", "none", cwd=folder)
    assert "Scores are ranked within the period." in alone["notes"]
