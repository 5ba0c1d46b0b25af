"""The report on agents' behaviour: totals, trends, sections, notes: B1, B2, B4-B10."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.behavior import report
from cxtool.schema import BEHAVIORS
from cxtool.tables import Tables
from cxtool.units import Unit
from tests.metrics.frames import Row, case, make_tables, request_for

# Twenty scores of others, 0 to 19, give the reference of the source's example: its six
# interactions score so that their indices are 10, 6, 0, 0, N/A and 6.
EXAMPLE = (30.0, 14.0, -3.0, -2.0, 9.0, 13.5)
TREND = ("score_pct_previous", "score_pct_change", "score_pct_change_pct", "score_pct_signal")


def score(case_id: str, value: float, behavior: str = "be_empathetic") -> Row:
    return {"case_id": case_id, "behavior": behavior, "score": value}


def scored_cases(
    agent: str, values: Sequence[float], day: str = "2026-05-18", **columns: object
) -> tuple[list[Row], list[Row]]:
    """One interaction of the agent for each score, and the score rows."""
    ids = [f"{agent}-{day}-{i}" for i in range(len(values))]
    cases = [case(i, f"{day}T10:00:00", agent=agent, **columns) for i in ids]
    return cases, [score(i, value) for i, value in zip(ids, values, strict=True)]


def tables_of(*parts: tuple[list[Row], list[Row]]) -> Tables:
    return make_tables(
        [row for cases, _ in parts for row in cases],
        others={"behaviors": [row for _, scores in parts for row in scores]},
    )


def example() -> Tables:
    return tables_of(
        scored_cases("Ana", EXAMPLE), scored_cases("Bo", [float(i) for i in range(20)])
    )


def test_the_source_example() -> None:
    """B4, B5: indices 10, 6, 0, 0, N/A, 6 are 22 of 50 points: 44 %, neutral."""
    found = report(example(), Settings(), agent="Ana", interactions=True)
    indices = found.section("interactions").rows.sort("case_id")["be_empathetic_index"].to_list()
    assert indices == [10, 6, 0, 0, None, 6]
    row = found.section("agents").rows.row(0, named=True)
    assert row["interactions_n"] == 6
    assert (row["be_empathetic_pct"], row["be_empathetic_n"]) == (44.0, 5)
    assert row["be_empathetic_band"] == "neutral"
    assert (row["overall_pct"], row["overall_n"], row["overall_band"]) == (44.0, 5, "neutral")


def test_all_nine_behaviours_have_columns_then_the_centres_own() -> None:
    """B1: the nine in their order, null without data; own behaviours follow by name."""
    cases, _ = scored_cases("Ana", [1.0])
    scores = [score("Ana-2026-05-18-0", 1.0, own) for own in ("upsell", "greeting")]
    section = report(tables_of((cases, scores)), Settings()).section("agents")
    shown = [column.key for column in section.columns if column.key.endswith("_band")]
    assert shown == [f"{b}_band" for b in (*BEHAVIORS, "greeting", "upsell", "overall")]
    row = section.rows.row(0, named=True)
    assert (row["build_rapport_pct"], row["build_rapport_n"], row["build_rapport_band"]) == (
        None,
        0,
        None,
    )


def test_nothing_but_na_has_no_total() -> None:
    """B4: all N/A is no total, not 0 %."""
    row = report(tables_of(scored_cases("Ana", [1.0] * 30)), Settings()).section("team").rows
    assert row["overall_pct"].item() is None
    assert row["overall_band"].item() is None
    assert row["overall_n"].item() == 0
    assert row["interactions_n"].item() == 30


def test_overall_is_over_the_indices_of_all_behaviours() -> None:
    """B2: the overall total weighs every index that is not N/A alike."""
    cases, scores = scored_cases("Ana", [float(i) for i in range(20)])
    best = cases[-1]["case_id"]
    scores += [score(row["case_id"], 1.0, "build_rapport") for row in cases]
    scores += [score(best, 5.0, "upsell"), score(best, 5.0, "upsell")]
    row = report(tables_of((cases, scores)), Settings()).section("team").rows.row(0, named=True)
    assert row["be_empathetic_n"] == 14
    assert row["build_rapport_n"] == row["upsell_n"] == 0
    assert (row["overall_pct"], row["overall_n"]) == (50.0, 14)


def test_inappropriate_action_is_good_when_absent() -> None:
    """B1: the negative behaviour turns the order round, and a note says so."""
    low, high = scored_cases("Ana", [0.0] * 5), scored_cases("Bo", [1.0] * 5)
    swapped = [
        (cases, [{**row, "behavior": "inappropriate_action"} for row in scores])
        for cases, scores in (low, high)
    ]
    found = report(tables_of(*swapped), Settings())
    totals = dict(found.section("agents").rows.select("agent", "overall_pct").iter_rows())
    assert totals == {"Ana": 60.0, "Bo": 40.0}
    assert any(note.startswith("Inappropriate action is negative") for note in found.notes)


def improving() -> Tables:
    """Ana goes from the lower half to the upper, Bo the other way, thirty interactions each."""
    low, high = [i / 100 for i in range(30)], [1 + i / 100 for i in range(30)]
    return tables_of(
        scored_cases("Ana", low, "2026-05-12", team="north"),
        scored_cases("Ana", high, "2026-05-19", team="south"),
        scored_cases("Bo", high, "2026-05-12", team="south"),
        scored_cases("Bo", low, "2026-05-19", team="south"),
    )


def test_agents_are_compared_with_their_preceding_period() -> None:
    """B7: an agent's change stands out, though the team as a whole stays where it was."""
    found = report(improving(), Settings())
    rows = {row["agent"]: row for row in found.section("agents").rows.iter_rows(named=True)}
    assert rows["Ana"]["overall_pct_signal"] == "up"
    assert rows["Bo"]["overall_pct_signal"] == "down"
    assert rows["Ana"]["overall_pct_change"] == -rows["Bo"]["overall_pct_change"]
    assert found.section("team").rows["overall_pct_signal"].item() == "flat"


def test_an_agent_stands_under_the_team_of_the_newest_day() -> None:
    """B6: who changed teams is one row; the teams' totals stay with the interactions."""
    found = report(improving(), Settings())
    assert found.section("agents").rows.select("team", "agent").rows() == [
        ("south", "Ana"),
        ("south", "Bo"),
    ]
    assert found.section("teams").rows.select("team", "interactions_n").rows() == [("south", 60)]


def test_one_agents_behaviours_with_their_trends() -> None:
    """B7: one line per behaviour for the agent asked for, found by name in any case."""
    section = report(improving(), Settings(), agent="aNA").section("behaviors")
    assert section.rows["behavior"].to_list() == list(BEHAVIORS)
    rows = {row["behavior"]: row for row in section.rows.iter_rows(named=True)}
    assert rows["be_empathetic"]["score_pct_signal"] == "up"
    assert rows["be_empathetic"]["score_n"] == 21
    assert rows["build_rapport"]["score_n"] == 0
    assert [rows["build_rapport"][key] for key in TREND] == [None] * 4


def test_trend_has_a_point_a_day_of_both_periods() -> None:
    """B8: the course of one agent, period by period; the sparkline has every day."""
    found = report(improving(), Settings(), agent="Ana")
    points = found.section("trend").rows
    assert points.select("agent", "date", "period").rows() == [
        ("Ana", date(2026, 5, 12), "previous"),
        ("Ana", date(2026, 5, 19), "current"),
    ]
    days = found.section("agents").rows["overall_days"].to_list()[0]
    assert len(days) == 7
    assert days[1] == points["overall_pct"][1]
    assert [day for i, day in enumerate(days) if i != 1] == [None] * 6


def test_one_agent_does_not_change_the_ranking_nor_the_team() -> None:
    """B3, B6: totals of one agent are the same alone and among all; the team stays whole."""
    alone, among = report(improving(), Settings(), agent="Ana"), report(improving(), Settings())
    assert alone.section("agents").rows.equals(among.section("agents").rows[:1])
    assert alone.section("team").rows.equals(among.section("team").rows)
    assert alone.section("left_out").notes[0] == "30 of 30 interactions are scored."


def test_filters_do_not_change_the_ranking() -> None:
    """B3: a filtered view is ranked against everyone."""
    everyone = example()
    cases, scores = scored_cases("Ana", EXAMPLE)
    _, others = scored_cases("Bo", [float(i) for i in range(20)])
    filtered = make_tables(
        cases,
        others={"behaviors": scores + others},
        reference=[*cases, *scored_cases("Bo", [0.0] * 20)[0]],
    )
    agent = report(everyone, Settings(), agent="Ana").section("agents").rows
    assert report(filtered, Settings()).section("agents").rows.equals(agent)


def test_interactions_are_of_the_period_and_newest_first() -> None:
    """B9: channel, time, recording and index of each interaction of the agent; B10: its total."""
    early = scored_cases("Ana", [5.0], "2026-05-18", recording="early.mp3", channel="voice")
    late = scored_cases("Ana", [1.0], "2026-05-20", recording="late.mp3", channel="voice")
    before = scored_cases("Ana", [3.0], "2026-05-12", recording="old.mp3", channel="voice")
    tables = tables_of(early, late, before, scored_cases("Bo", [2.0] * 7))
    section = report(tables, Settings(), agent="Ana", interactions=True).section("interactions")
    shown = section.rows.select("recording", "channel", "be_empathetic_index", "overall_pct")
    assert shown.rows() == [("late.mp3", "voice", 0, 0.0), ("early.mp3", "voice", 10, 100.0)]
    units = {column.key: column.unit for column in section.columns}
    assert units["be_empathetic_index"] is Unit.INDEX
    assert (units["overall_pct"], units["overall_band"]) == (Unit.PERCENT, Unit.BAND)


def test_interactions_only_when_asked() -> None:
    """B9: the long table is not made unless wanted."""
    ids = [section.id for section in report(example(), Settings()).sections]
    assert ids == ["agents", "team", "trend", "left_out"]


def test_without_a_preceding_period_there_is_no_trend() -> None:
    """B7: nothing to compare with, no change and no signal."""
    cases, scores = scored_cases("Ana", EXAMPLE)
    tables = make_tables(cases, others={"behaviors": scores}, request=request_for(previous=None))
    row = report(tables, Settings()).section("agents").rows.row(0, named=True)
    assert row["overall_pct"] is not None
    assert {row[f"overall_pct_{part}"] for part in ("previous", "change", "signal")} == {None}


def test_no_data_before_is_new() -> None:
    """B7: an agent without scores before is new, not improved."""
    rows = report(example(), Settings()).section("agents").rows
    assert rows["overall_pct_signal"].to_list() == ["new", "new"]


def test_same_name_of_two_agents_needs_the_id() -> None:
    """B6: two people of one name are two rows, and asking for the name lists their ids."""
    first = scored_cases("x1", [1.0], agent_id="7")
    second = scored_cases("x2", [2.0], agent_id="8")
    cases = [{**row, "agent": "Kim"} for row in (*first[0], *second[0])]
    tables = tables_of((cases, first[1] + second[1]))
    assert report(tables, Settings()).section("agents").rows["agent_id"].to_list() == ["7", "8"]
    assert report(tables, Settings(), agent="8").section("agents").rows.height == 1
    with pytest.raises(UsageError, match="7, 8"):
        report(tables, Settings(), agent="kim")


def test_an_unknown_agent_is_told_with_a_suggestion() -> None:
    """B6: a slip of the pen gets the nearest name."""
    with pytest.raises(UsageError, match="did you mean 'Ana'"):
        report(example(), Settings(), agent="Anna")


def test_an_agent_without_scores_has_an_empty_table_that_says_so() -> None:
    """B6, B11: known but not scored is no error."""
    cases, scores = scored_cases("Ana", EXAMPLE)
    tables = tables_of((cases, scores), ([case("9", agent="Cy")], []))
    found = report(tables, Settings(), agent="Cy")
    assert found.section("agents").rows.is_empty()
    assert "No scored interaction in the period." in found.section("agents").notes
    assert found.section("left_out").notes[0] == "0 of 1 interactions are scored."


def test_an_export_without_behaviors_is_refused() -> None:
    """B1: the missing table and what it needs are named."""
    with pytest.raises(CxtoolError, match="no 'behaviors' table") as caught:
        report(make_tables([case("1", agent="Ana")]), Settings())
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(
        "add behaviors.csv with the columns case_id, behavior, score"
    )


@pytest.mark.parametrize("name", ["overall", "interactions"])
def test_a_behaviour_cannot_take_a_columns_name(name: str) -> None:
    """B1: an own behaviour that would hide a column is refused with a way out."""
    cases, _ = scored_cases("Ana", [1.0])
    tables = tables_of((cases, [score(cases[0]["case_id"], 1.0, name)]))
    with pytest.raises(CxtoolError, match=f"cannot be called '{name}'"):
        report(tables, Settings())


def test_thin_references_are_told() -> None:
    """B3: few rows and equal scores are named per behaviour."""
    cases, scores = scored_cases("Ana", [1.0, 2.0])
    scores += [score(row["case_id"], 1.0, "build_rapport") for row in cases]
    notes = report(tables_of((cases, scores)), Settings()).notes
    assert "Be empathetic: few rows: 2 in the reference." in notes
    assert "Build rapport: insufficient spread: all scores are equal." in notes


def test_an_empty_period_is_a_report_without_figures() -> None:
    """B11: no interaction at all gives empty tables, never 0 %."""
    found = report(make_tables([], others={"behaviors": []}), Settings(), interactions=True)
    assert found.section("agents").rows.is_empty()
    assert found.section("interactions").rows.is_empty()
    assert found.section("team").rows["overall_pct"].item() is None
    assert found.section("left_out").notes[0] == "0 of 0 interactions are scored."


def test_scores_of_no_interaction_are_told_where_the_whole_export_is_read() -> None:
    """B11: orphan rows are counted, but only a report on everything can tell them."""
    cases, scores = scored_cases("Ana", EXAMPLE)
    scores += [score("gone", 1.0), score("gone", 2.0)]
    week = request_for(previous=None)
    everything = replace(week, period=replace(week.period, kind="all"))
    said = "2 behaviour scores belong to no interaction of the export."
    whole = make_tables(cases, others={"behaviors": scores}, request=everything)
    assert said in report(whole, Settings()).notes
    part = make_tables(cases, others={"behaviors": scores}, request=week)
    assert said not in report(part, Settings()).notes


def test_order_of_rows_does_not_matter() -> None:
    """B4: the same rows in another order give the same report."""
    cases, scores = scored_cases("Ana", EXAMPLE, team="north")
    more, others = scored_cases("Bo", [float(i) for i in range(20)], team="south")
    forth = report(tables_of((cases + more, scores + others)), Settings(), interactions=True)
    back = tables_of(((cases + more)[::-1], (scores + others)[::-1]))
    for one, other in zip(
        forth.sections, report(back, Settings(), interactions=True).sections, strict=True
    ):
        assert one.rows.equals(other.rows), one.id


@pytest.mark.parametrize("rows_n", [1, 7, 65])
def test_slices_of_days_add_up(monkeypatch: pytest.MonkeyPatch, rows_n: int) -> None:
    """B4: collected a few days at a time, the report is the same."""
    whole = report(improving(), Settings(), agent="Ana")
    monkeypatch.setattr("cxtool.metrics.behavior_slices.SLICE_ROWS", rows_n)
    sliced = report(improving(), Settings(), agent="Ana")
    for one, other in zip(whole.sections, sliced.sections, strict=True):
        assert one.rows.equals(other.rows), one.id
