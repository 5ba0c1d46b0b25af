"""K9: calls, handle times and patience of the past, agents for a target, and what happened."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from msgspec.structs import replace
from polars.testing import assert_frame_equal

from cxtool.config import CostSettings, HoursSettings, Settings, StaffingSettings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics import staffing, staffing_calculator
from cxtool.metrics.staffing import Asked
from cxtool.metrics.staffing_agents import agents_there, edge_counts
from cxtool.metrics.staffing_calls import call_counts
from cxtool.metrics.staffing_demand import with_handle_times
from cxtool.metrics.staffing_need import needed, one_more_or_less, together
from cxtool.metrics.staffing_terms import Terms
from cxtool.report import Report
from tests.metrics.frames import WEEK, Row, case, collect, make_tables, request_for

HALF_HOUR = 1800


def call(case_id: str, started_at: str, **columns: Any) -> Row:
    """An answered inbound call of three minutes unless the columns say otherwise."""
    usual = {"channel": "voice", "first_response_s": 10, "handle_s": 180, "agent_id": "A"}
    return case(case_id, started_at, **{**usual, **columns})


def given_up(case_id: str, started_at: str, waited_s: float | None, **columns: Any) -> Row:
    return call(
        case_id, started_at, first_response_s=None, handle_s=waited_s, agent_id=None, **columns
    )


def rows(report: Report, section: str) -> list[dict[str, Any]]:
    return report.section(section).rows.to_dicts()


def picked(report: Report, *keys: str) -> list[tuple[Any, ...]]:
    return report.section("staffing").rows.select(keys).rows()


def at(report: Report, section: str, **where: Any) -> dict[str, Any]:
    (row,) = (r for r in rows(report, section) if where.items() <= r.items())
    return row


def demand(calls: float, aht_s: float = 180.0) -> pl.DataFrame:
    return pl.DataFrame({"calls": [float(calls)], "aht_s": [aht_s]})


def test_the_worked_example_as_a_plan() -> None:
    """K9: 100 calls of 180 s in 30 minutes: 14 agents, 20 of them scheduled at 30 %."""
    terms = Terms(interval_s=HALF_HOUR, shrinkage=0.3, wage=10.0)
    (row,) = needed(demand(100), terms).to_dicts()
    assert (row["load_erlangs"], row["agents_n"], row["scheduled_n"]) == (10, 14, 20)
    assert row["service_level_pct"] == pytest.approx(88.835, abs=1e-4)
    assert row["cost"] == 100  # twenty for half an hour
    assert row["erlang_a_n"] is None
    assert row["abandonment_pct"] is None


@pytest.mark.parametrize(
    ("changes", "agents"),
    [
        ({"level": None, "asa_s": 10.0}, 14),  # 13: 17.1 s
        ({"level": None, "max_occupancy": 0.65}, 16),  # 10 / 15 is more
        ({"level": 0.8, "max_occupancy": 0.65}, 16),
        ({"model": "erlang-a", "patience_s": 300.0, "level": 0.9}, 14),
        ({"model": "erlang-a", "patience_s": 60.0, "level": None, "max_abandonment": 0.3}, 8),
        ({"level": 0.8, "within_s": 60.0}, 13),
    ],
)
def test_each_target_has_its_least_agents(changes: dict[str, Any], agents: int) -> None:
    """K9: service level, ASA, caps on occupancy and abandonment; some below the load."""
    terms = Terms(interval_s=HALF_HOUR, **changes)
    assert needed(demand(100), terms)["agents_n"].item() == agents


def test_a_target_out_of_reach_is_told() -> None:
    terms = Terms(interval_s=HALF_HOUR, level=None, max_occupancy=0.00001)
    with pytest.raises(CxtoolError, match="no number of agents meets the target"):
        needed(demand(100), terms)


def test_one_agent_less_or_more() -> None:
    """K9: what N - 1, N and N + 1 give; a queue without end has no mean wait."""
    terms = Terms(interval_s=HALF_HOUR, wage=20.0)
    staffed = needed(pl.concat([demand(100), demand(10)]), terms)
    changed = one_more_or_less(staffed, terms).sort("change_n", "load_erlangs", descending=True)
    assert changed["agents_n"].to_list() == [15, 4, 14, 3, 13, 2]
    levels = changed.filter(pl.col("calls") == 100)["service_level_pct"].to_list()
    assert levels == pytest.approx([94.1, 88.8, 79.6], abs=0.06)
    whole = together(changed, ["change_n"], terms).sort("change_n")
    assert whole["agent_hours"].to_list() == [7.5, 8.5, 9.5]
    assert whole["cost"].to_list() == [150, 170, 190]
    short = needed(demand(1), terms)  # one agent, so that one less is nobody
    (nobody, *_) = one_more_or_less(short, terms).to_dicts()
    assert (nobody["agents_n"], nobody["service_level_pct"]) == (0, 0)
    assert (nobody["asa_s"], nobody["occupancy_pct"]) == (None, None)


def test_intervals_together_are_weighted_by_their_calls() -> None:
    """K9: the level of a day is no mean of levels; a wait without end has no mean."""
    terms = Terms(interval_s=HALF_HOUR)
    staffed = needed(pl.concat([demand(300), demand(10), demand(0)]), terms)
    (whole,) = together(staffed, [], terms).to_dicts()
    levels = staffed["service_level_pct"].to_list()
    assert levels[2] is None
    expected = (300 * levels[0] + 10 * levels[1]) / 310
    assert whole["service_level_pct"] == pytest.approx(expected)
    assert whole["calls"] == 310
    agents = staffed["agents_n"].to_list()
    assert agents[2] == 0
    assert whole["occupancy_pct"] == pytest.approx(100 * 31 / sum(agents))
    flooded = staffed.with_columns(asa_s=pl.Series([5.0, None, None], dtype=pl.Float64))
    assert together(flooded, [], terms)["asa_s"].item() is None


def counts_of(**columns: list[int]) -> pl.DataFrame:
    days = len(next(iter(columns.values())))
    return pl.DataFrame({"day_d": range(4, 4 + days), "slot_t": [36_000] * days, **columns})


def test_handle_time_of_the_interval_only_where_enough_calls_tell_it() -> None:
    """K9, K3: else of the time of day on all days, of the group, of all calls."""
    counts = counts_of(aht_ms=[20 * 60_000, 19 * 90_000, 0], aht_n=[20, 19, 0])
    plan = pl.DataFrame({"place": [0, 1, 2, 0], "slot_t": [36_000, 36_000, 36_000, 0]})
    timed = with_handle_times(plan, counts, [], per="weekday")
    whole_s = (20 * 60 + 19 * 90) / 39
    assert timed["aht_s"].to_list() == pytest.approx([60, whole_s, whole_s, whole_s])
    assert timed["aht_n"].to_list() == [20, 39, 39, 39]
    nothing = with_handle_times(plan, counts_of(aht_ms=[0], aht_n=[0]), [], per="weekday")
    assert nothing["aht_s"].null_count() == 4


# Two Mondays and a Tuesday: 10:00 twice and once, 11:00 once; what is no call beside them.
CASES = [
    call("1", "2026-05-18T10:00:00"),
    call("2", "2026-05-18T10:29:59", first_response_s=30, handle_s=300),
    call("3", "2026-05-18T11:10:00", first_response_s=20),
    given_up("4", "2026-05-25T10:05:00", 60),
    given_up("5", "2026-05-25T10:06:00", 3),
    given_up("6", "2026-05-26T10:06:00", None),
    call("7", "2026-05-26T10:06:00", direction="outbound", first_response_s=None, talk_s=5),
    case("8", "2026-05-26T10:06:00", channel="chat", first_response_s=5),
]
TWO_WEEKS = request_for(("2026-05-18", "2026-06-01"), None)
SETTINGS = Settings(staffing=StaffingSettings(target="80/20"))


def test_calls_of_the_past_are_the_mean_of_their_weekday() -> None:
    """K9: every offered call counts, on days without any as well, and no other case."""
    report = staffing.report(make_tables(CASES, request=TWO_WEEKS), SETTINGS)
    assert report.main == "staffing"
    plan = [
        (r["weekday"], r["slot"], r["offered_n"], r["days_n"]) for r in rows(report, "staffing")
    ]
    assert plan == [
        ("Mon", "10:00", 2.0, 2),
        ("Mon", "10:30", 0.0, 2),
        ("Mon", "11:00", 0.5, 2),
        ("Tue", "10:00", 0.5, 2),
        ("Tue", "10:30", 0.0, 2),
        ("Tue", "11:00", 0.0, 2),
    ]
    empty = at(report, "staffing", weekday="Mon", slot="10:30")
    assert (empty["agents_n"], empty["service_level_pct"], empty["asa_s"]) == (0, None, None)
    (inputs,) = rows(report, "inputs")
    assert inputs == {
        "calls_n": 6,
        "all_aht_s": 220.0,
        "all_aht_n": 3,
        "patience_s": 61.5,  # (10 + 30 + 20 + 60 + 3) / 2
        "patience_n": 2,
    }
    schedule = {r["slot"]: (r["on_mon_n"], r["on_wed_n"]) for r in rows(report, "schedule")}
    assert schedule["10:30"] == (0, None)
    assert "Erlang C assumes that nobody hangs up" in " ".join(report.notes)


def test_holidays_and_days_to_come_are_no_part_of_the_mean() -> None:
    """K9: neither their calls nor the days themselves."""
    hours = HoursSettings(holidays=["2026-05-25"])
    request = replace(TWO_WEEKS, as_of=request_for(("2026-05-18", "2026-05-26")).as_of)
    report = staffing.report(make_tables(CASES, request=request), Settings(hours=hours))
    plan = [
        (r["weekday"], r["slot"], r["offered_n"], r["days_n"]) for r in rows(report, "staffing")
    ]
    assert plan == [("Mon", "10:00", 2.0, 1), ("Mon", "10:30", 0.0, 1), ("Mon", "11:00", 1.0, 1)]


def test_calls_outside_opening_hours_are_not_staffed_for() -> None:
    """K9: they are counted in a note, and explained as such."""
    hours = HoursSettings(spans={"mon": ["10:00-11:00"]})
    tables = make_tables(CASES, request=TWO_WEEKS)
    report = staffing.report(tables, Settings(hours=hours))
    assert picked(report, "weekday", "slot", "offered_n") == [("Mon", "10:00", 2.0)]
    assert "Outside opening hours, and left out: 2 of the period's calls." in report.notes


def test_day_by_day_and_by_queue() -> None:
    """K9: dates instead of weekdays; groups with most calls first, each with its own hours."""
    cases = [
        *(call(f"a{n}", "2026-05-18T10:00:00", queue="care") for n in range(3)),
        call("b", "2026-05-19T22:10:00", queue="sales"),
    ]
    tables = make_tables(cases, request=request_for(WEEK, None))
    asked = Asked(per="date", by=("queue",), interval_s=900)
    report = staffing.report(tables, SETTINGS, asked=asked)
    plan = [
        (r["queue"], str(r["date"]), r["slot"], r["offered_n"]) for r in rows(report, "staffing")
    ]
    assert plan == [("care", "2026-05-18", "10:00", 3.0), ("sales", "2026-05-19", "22:00", 1.0)]
    assert [r["queue"] for r in rows(report, "summary")] == ["care", "sales"]
    assert rows(report, "happened")[0]["there_n"] is None


def test_what_happened_has_its_own_counts() -> None:
    """K9, K5: service level, ASA and abandonment as they were, short abandons aside."""
    report = staffing.report(make_tables(CASES, request=TWO_WEEKS), SETTINGS)
    ten = at(report, "happened", weekday="Mon", slot="10:00")
    assert ten["calls_n"] == 4
    assert (ten["real_service_level_pct"], ten["real_service_level_n"]) == (25, 4)
    assert (ten["real_asa_s"], ten["real_asa_n"]) == (20, 2)
    assert ten["real_abandonment_n"] == 3
    assert ten["real_abandonment_pct"] == pytest.approx(100 / 3, abs=1e-5)
    assert (ten["there_n"], ten["gap_n"]) == (None, None)
    none = at(report, "happened", weekday="Mon", slot="10:30")
    assert none["real_service_level_pct"] is None


def state(agent_id: str, kind: str, started_at: str, ended_at: str) -> Row:
    return {
        "agent_id": agent_id,
        "state": kind,
        "started_at": started_at,
        "ended_at": ended_at,
    }


def test_agents_who_were_there() -> None:
    """K9, K5: each for as long as it lasted, over quarters, intervals and the year 9999."""
    states = [
        state("A", "Available", "2026-05-18T09:50:00", "2026-05-18T10:20:00"),
        state("A", "on_contact", "2026-05-18T10:20:00", "2026-05-18T10:45:00"),
        state("A", "break", "2026-05-18T10:45:00", "2026-05-18T12:00:00"),
        state("B", "after_contact", "2026-05-18T10:10:00", "2026-05-18T10:12:00"),
        state("C", "available", "2026-05-18T09:00:00", "2026-05-18T12:00:00"),
        state("A", "available", "2026-05-24T23:50:00", "9999-12-31T00:00:00"),
    ]
    cases = [
        call("1", "2026-05-18T10:01:00"),
        call("2", "2026-05-18T10:31:00", agent_id="B"),
        call("3", "2026-05-18T11:31:00", agent_id="B"),
        case("4", "2026-05-18T10:01:00", channel="chat", first_response_s=1, agent_id="C"),
    ]
    request = request_for(("2026-05-18", "2026-05-19"), None)
    tables = make_tables(cases, others={"agent_states": states}, request=request)
    report = staffing.report(tables, SETTINGS)
    there = {r["slot"]: (r["there_n"], r["gap_n"]) for r in rows(report, "happened")}
    assert there == {
        "10:00": (pytest.approx(1 + 2 / 30, abs=1e-6), pytest.approx(1 / 15, abs=1e-6)),
        "10:30": (0.5, -0.5),
        "11:00": (0.0, 0.0),
        "11:30": (0.0, -1.0),
    }
    late = at(report, "happened", slot="11:30")
    assert late["expected_level_pct"] == 0


def test_intervals_are_of_the_local_clock() -> None:
    """K9: hours of a zone that is off by half an hour."""
    states = [state("A", "available", "2026-05-18T10:00:00", "2026-05-18T10:45:00")]
    request = request_for(("2026-05-18", "2026-05-19"), None, tz="Asia/Kolkata")
    cases = [call("1", "2026-05-18T10:01:00")]
    tables = make_tables(cases, others={"agent_states": states}, request=request)
    report = staffing.report(tables, SETTINGS, asked=Asked(interval_s=3600))
    assert [(r["slot"], r["there_n"]) for r in rows(report, "happened")] == [("10:00", 0.75)]


def test_agents_nowhere() -> None:
    """No state at all leaves no quarters."""
    nothing = pl.DataFrame(schema={"quarter": pl.Int64, "agents_n": pl.Int64, "rest_ms": pl.Int64})
    days = pl.DataFrame({"day_d": [0], "weekday": [3]})
    found = agents_there(
        {"started": nothing, "ended": nothing},
        days,
        place="weekday",
        interval_s=HALF_HOUR,
        time_zone="UTC",
    )
    assert found.is_empty()


def test_a_plan_from_a_forecast_is_by_date() -> None:
    """K9: calls to expect, with the handle time and patience of the past."""
    cases = [
        call(f"{day}-{n}", f"2026-05-{day:02}T10:0{n}:00") for day in range(4, 25) for n in range(5)
    ]
    request = request_for(("2026-05-04", "2026-05-25"), None)
    tables = make_tables(cases, request=request)
    report = staffing.report(tables, SETTINGS, asked=Asked(source="forecast", days=2))
    (first, second) = rows(report, "staffing")
    assert [str(first["date"]), str(second["date"])] == ["2026-05-25", "2026-05-26"]
    assert first["offered_n"] == pytest.approx(5, abs=0.01)
    assert (first["slot"], first["aht_s"], first["aht_n"]) == ("10:00", 180, 105)
    assert {s.id for s in report.sections}.isdisjoint({"happened", "schedule"})
    weekly = Asked(source="forecast", days=7, per="weekday")
    assert staffing.report(tables, SETTINGS, asked=weekly).section("schedule").rows.height == 1


def test_a_period_without_calls_has_an_empty_plan() -> None:
    request = request_for(WEEK, None)
    report = staffing.report(make_tables([case("1")], request=request), SETTINGS)
    assert rows(report, "staffing") == []
    assert rows(report, "inputs")[0]["calls_n"] == 0


@pytest.mark.parametrize(
    ("settings", "asked", "said"),
    [
        ({"target": "none"}, Asked(), "a plan needs a target"),
        ({"max_abandonment": 3.0}, Asked(), "Erlang C assumes that nobody hangs up"),
        ({"model": "erlang-a"}, Asked(), "how long callers bear to wait"),
        ({}, Asked(by=("hour",)), "by interval already"),
        ({}, Asked(), "no answered inbound call of the period has a handle time"),
    ],
)
def test_what_cannot_be_planned_is_told(settings: dict[str, Any], asked: Asked, said: str) -> None:
    cases = [call("1", "2026-05-18T10:01:00", handle_s=None)]
    tables = make_tables(cases, request=request_for(WEEK, None))
    with pytest.raises(CxtoolError, match=said):
        staffing.report(tables, Settings(staffing=StaffingSettings(**settings)), asked=asked)


def test_the_calculator_needs_no_export() -> None:
    """K9: one interval by its numbers; N - 1, N and N + 1 with the cost of an hour."""
    settings = Settings(
        staffing=StaffingSettings(shrinkage=30.0, patience=300.0), cost=CostSettings(wage=25.0)
    )
    request = request_for(("2026-05-31", "2026-06-01"), None)
    report = staffing_calculator.report(
        request, settings, calls=100, aht_s=180, interval_s=HALF_HOUR
    )
    (plan,) = rows(report, "staffing")
    assert (plan["agents_n"], plan["scheduled_n"], plan["erlang_a_n"]) == (14, 20, 13)
    assert plan["abandonment_pct"] == pytest.approx(1.3984, abs=1e-4)
    costs = [(r["change_n"], r["hourly_cost"]) for r in rows(report, "one_more_or_less")]
    assert costs == [(-1, 475), (0, 500), (1, 550)]
    with pytest.raises(UsageError, match="no calls"):
        staffing_calculator.report(request, settings, calls=0, aht_s=180, interval_s=HALF_HOUR)


def test_another_engine_counts_the_same() -> None:
    """K9: calls and edges of states, on DuckDB as on Polars."""
    states = [
        state("A", "available", "2026-05-18T09:50:00", "2026-05-18T10:20:00"),
        state("A", "offline", "2026-05-18T10:20:00", "2026-05-18T10:45:00"),
    ]
    tables = make_tables(CASES, others={"agent_states": states}, request=TWO_WEEKS)
    connection = duckdb.connect()
    frames = {"cases": tables.cases, "states": tables.others["agent_states"]}
    for name, frame in frames.items():
        connection.register(name, frame.collect().to_native().to_arrow())
    other: dict[str, Any] = {n: nw.from_native(connection.table(n)) for n in frames}
    moved = replace(tables, cases=other["cases"], others={"agent_states": other["states"]})

    def partials(of: Any) -> dict[str, Any]:
        counts = call_counts(of.cases, TWO_WEEKS, SETTINGS, (), interval_s=HALF_HOUR, within_s=20.0)
        return {"calls": counts, **edge_counts(of, of.cases)}

    mine = collect(partials(tables))
    for name, theirs in partials(moved).items():
        found = pl.from_arrow(theirs.to_native().arrow())
        assert isinstance(found, pl.DataFrame)
        assert_frame_equal(
            mine[name], found, check_row_order=False, check_column_order=False, check_dtypes=False
        )
