"""K11: what plans cost, by hand; where they cost the same; what moves a total."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cxtool.config import CostSettings, Settings
from cxtool.metrics import cost
from cxtool.metrics.cost_compare import QUANTITIES, break_evens, crossings, moved
from cxtool.metrics.cost_plans import (
    INPUTS,
    LIKELY,
    PAY_AS_YOU_GO,
    PLANS,
    TIERED,
    Inputs,
    inputs_of,
    lines,
    total,
)
from cxtool.metrics.cost_prices import parse_prices
from cxtool.metrics.cost_volumes import Volumes, months_of, usage_counts
from cxtool.period import Period
from cxtool.report import Report
from tests.metrics.frames import Row, case, make_tables, request_for

JUNE, MAY = ("2026-06-01", "2026-07-01"), ("2026-05-01", "2026-06-01")
PRICES = """
    currency = "EUR"
    [price]
    voice = { low = 0.5, likely = 1, high = 2, source = "s" }
    message = { likely = 0.1, source = "s" }
    social = { likely = 30, source = "s" }
    storage = { likely = 120, source = "s" }
    transfer = { likely = 0.5, free = 1, source = "s" }
    seat = { likely = 0, source = "s" }
    [[tier]]
    name = "small"
    likely = 20
    high = 25
    minutes = 10
    messages = 5
    source = "s"
    [[tier]]
    name = "large"
    likely = 90
    minutes = 1000
    source = "s"
    [assumption]
    messages_per_case = { low = 2, likely = 10, high = 20, source = "s" }
    recording_kbit_s = { likely = 1e5, source = "s" }
    [channels]
    message = ["sms"]
    social = ["social"]
"""
CHARGED = parse_prices(PRICES, name="prices")


def call(
    case_id: str, talk_s: int, agent: str = "Ada", at: str = "2026-06-10", **columns: Any
) -> Row:
    row = {"channel": "voice", "agent_id": agent, "answered": True, "talk_s": talk_s}
    return case(case_id, f"{at}T10:00", **{**row, **columns})


# 50 minutes of calls by two agents, of which 36 s are recorded: 36 s x 1e5 kbit/s are 0.45 GB.
ROWS = [
    call("1", 1200, hold_s=300, resolved=True),
    call("2", 1464, agent="Bo", resolved=False),
    call("3", 36, recording="r.ogg", resolved=True),
    case("4", "2026-06-11T10:00", channel="sms", answered=True, agent_id="Ada", handle_s=1500),
    case("5", "2026-06-11T11:00", channel="sms"),
    case("6", "2026-06-12T10:00", channel="social", answered=True, agent_id="Bo", handle_s=1500),
    call("7", 600, direction="internal"),
]
BEFORE = [call("8", 600, at="2026-05-10")]


def report(rows: list[Row] = ROWS, **changes: Any) -> Report:
    tables = make_tables(rows, request=request_for(JUNE, MAY))
    wage = changes.pop("wage", None)
    return cost.report(tables, Settings(cost=CostSettings(wage=wage)), prices=CHARGED, **changes)


def rows_of(found: Report, section: str) -> list[dict[str, Any]]:
    return found.section(section).rows.to_dicts()


def costs(found: Report, plan: str) -> dict[str, float | None]:
    return {row["item"]: row["cost"] for row in rows_of(found, "items") if row["plan"] == plan}


def test_a_month_by_hand() -> None:
    """K11: two seats, 50 minutes, two cases of ten messages, a social channel, 0.45 GB.

    The small tier: 2 x 20, 50 - 20 minutes, 20 - 10 messages at 0.1, 30, 2/12 x 120: 121.
    """
    found = report()
    shared = {"Social media": 30.0, "Storage": 20.0, "Data transfer": 0.0}
    assert costs(found, TIERED) == {"Seats": 40.0, "Voice": 30.0, "SMS and MMS": 1.0, **shared}
    assert costs(found, PAY_AS_YOU_GO) == {
        "Seats": 0.0,
        "Voice": 50.0,
        "SMS and MMS": 2.0,
        **shared,
    }
    tiered, paid = rows_of(found, "summary")
    keys = ("tier", "total_low", "total", "total_high", "per_month", "per_year", "currency")
    # Low: 15 for minutes, no message past the included; high: 50, 60, 3 and 50.
    assert [tiered[key] for key in keys] == ["small", 105.0, 121.0, 163.0, 121.0, 1452.0, "EUR"]
    assert [paid[key] for key in keys] == [None, 75.4, 102.0, 154.0, 102.0, 1224.0, "EUR"]
    assert (paid["per_contact"], paid["contacts_n"]) == (20.4, 5)
    assert (paid["per_resolution"], paid["resolutions_n"]) == (pytest.approx(30.6), 2)
    assert any("pay-as-you-go costs 19.00 EUR less than tiered" in note for note in found.notes)
    assert any("cost no minutes: 1." in note for note in found.notes)


def test_volumes_of_the_period_and_the_one_before() -> None:
    """K11: calls are answered, not internal, and last as long as talk and hold."""
    (row,) = rows_of(report([*ROWS, *BEFORE]), "volumes")
    keys = ("calls_n", "calls_n_previous", "voice_s", "voice_s_previous", "recorded_s", "agent_s")
    assert [row[key] for key in keys] == [3, 1, 3000.0, 600.0, 36.0, 6000.0]
    keys = ("months", "seats_n", "seat_months", "message_cases_n", "social_months")
    assert [row[key] for key in keys] == [1.0, 2, 2.0, 2, 1.0]


def test_volumes_are_the_same_on_every_engine() -> None:
    """K11: DuckDB counts what Polars counts, by month, channel and agent."""
    tables = make_tables([*ROWS, *BEFORE], request=request_for(JUNE, MAY))
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("cases", tables.cases.collect("polars").to_native().to_arrow())
        cases: Any = nw.from_native(connection.sql("select * from cases"))
        one, other = (
            usage_counts(replace(tables, cases=rows)).collect("polars").to_native()
            for rows in (tables.cases, cases)
        )
    keys = ["is_current", "month", "channel", "agent_id"]
    assert one["month"].n_unique() == 2
    assert other.sort(keys, nulls_last=True).equals(one.sort(keys, nulls_last=True))


def test_totals_are_compared_at_the_same_prices() -> None:
    """K11, C7: the month before had one seat and 10 minutes; without cases it is unknown."""
    tiered, paid = rows_of(report([*ROWS, *BEFORE]), "summary")
    assert (tiered["total_previous"], tiered["total_change"]) == (30.0, 91.0)
    assert (paid["total_previous"], paid["total_signal"]) == (20.0, "up")
    first, _ = rows_of(report(), "summary")
    assert (first["total_previous"], first["total_signal"]) == (None, "new")


def test_what_a_fixed_price_changes_by_is_no_chance() -> None:
    """K11: an agent more is an agent more, and the same agents are the same."""

    def month(number: int, *agents: str) -> list[Row]:
        return [call(f"{number}{name}", 60, name, f"2026-0{number}-10") for name in agents]

    more, _ = rows_of(report([*month(5, "Ada"), *month(6, "Ada", "Bo")]), "summary")
    assert (more["total_change"], more["total_signal"]) == (30.0, "up")
    same, _ = rows_of(report([*month(5, "Ada"), *month(6, "Ada")]), "summary")
    assert (same["total_change"], same["total_signal"]) == (0.0, "flat")


def test_items_are_shared_out_to_the_channels_that_cause_them() -> None:
    """K11: a channel's parts add up to the plan's total; agents' time is 50, 25 and 25 of 100."""
    found = report()
    rows = {row["channel"]: row for row in rows_of(found, "channels")}
    assert {name: row["payg_cost"] for name, row in rows.items()} == {
        "voice": 50.0 + 10.0,
        "sms": 2.0 + 5.0,
        "social": 30.0 + 5.0,
    }
    for plan, stem in zip(PLANS, ("tiered", "payg"), strict=True):
        (row,) = (row for row in rows_of(found, "summary") if row["plan"] == plan)
        assert sum(row[f"{stem}_cost"] for row in rows.values()) == pytest.approx(row["total"])
    voice, sms = rows["voice"], rows["sms"]
    assert (voice["payg_per_contact"], voice["payg_per_resolution"]) == (20.0, 30.0)
    assert (sms["payg_per_contact"], sms["payg_per_resolution"]) == (7.0, None)


def test_without_times_seats_are_shared_by_contacts() -> None:
    """K11: a channel without any time would else seem to be free."""
    rows = [*ROWS[:4], case("6", "2026-06-12", channel="social", answered=True, agent_id="Bo")]
    found = report(rows)
    channels = {row["channel"]: row["tiered_cost"] for row in rows_of(found, "channels")}
    assert channels["social"] == pytest.approx(30 + (40 + 20) / 5)
    assert any("shared by contacts" in note for note in found.notes)


def test_a_wage_adds_the_time_of_agents() -> None:
    """K11: 100 minutes at 12 an hour."""
    assert costs(report(wage=12.0), PAY_AS_YOU_GO)["Agents' time"] == 20.0


@pytest.mark.parametrize(
    ("rows", "missing", "tiered", "paid"),
    [
        ([{k: v for k, v in row.items() if k != "recording"} for row in ROWS], "Data", 121, 102),
        ([{k: v for k, v in row.items() if k != "agent_id"} for row in ROWS], "Seats", None, None),
        (
            [{k: v for k, v in row.items() if k not in ("talk_s", "hold_s")} for row in ROWS],
            "Voice",
            None,
            None,
        ),
    ],
    ids=["recordings", "agents", "times"],
)
def test_what_the_export_does_not_tell_is_unknown(
    rows: list[Row], missing: str, tiered: float | None, paid: float | None
) -> None:
    """K11: null, never 0; data transfer alone is left out of a total, and that is said."""
    found = report(rows)
    assert [row["total"] for row in rows_of(found, "summary")] == [tiered, paid]
    assert any(note.startswith(missing) for note in found.notes)
    if tiered is None:
        assert not rows_of(found, "break_even")
        assert {row["tiered_cost"] for row in rows_of(found, "channels")} == {None}


def test_no_cases_cost_nothing_per_contact() -> None:
    """K11: a period without a case has a total of 0 and no cost per contact."""
    for row in rows_of(report([]), "summary"):
        assert (row["total"], row["per_contact"], row["per_resolution"]) == (0.0, None, None)


def test_a_month_is_a_month_and_a_week_its_share() -> None:
    """K11: seats are charged by the calendar month in which their agents work."""
    period = Period(date(2026, 5, 25), date(2026, 6, 4), "")
    assert [share for _, share in months_of(period)] == [7 / 31, 3 / 30]
    days = {"1": ("Ada", "2026-06-02"), "2": ("Ada", "2026-05-26"), "3": ("Bo", "2026-06-02")}
    rows = [call(name, 60, *where) for name, where in days.items()]
    request = request_for(("2026-05-25", "2026-06-04"), None)
    found = cost.report(make_tables(rows, request=request), Settings(), prices=CHARGED)
    (row,) = rows_of(found, "volumes")
    assert row["seats_n"] == 2
    assert row["seat_months"] == pytest.approx(7 / 31 + 2 * 3 / 30, abs=1e-6)


INPUT = inputs_of(
    Volumes(
        months=1.0,
        seats_n=10,
        seat_months=10.0,
        minutes=4000.0,
        message_cases=0.0,
        social_months=1.0,
        recorded_h=None,
        agent_h=None,
    ),
    CHARGED,
    CHARGED.tier[1],
    wage=None,
)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("minutes", [(900.0, PAY_AS_YOU_GO, TIERED)]),  # 10 x 90 = 1 x minutes
        ("seats", [(4000 / 90, TIERED, PAY_AS_YOU_GO)]),  # 90 x seats = 4000
        ("contacts", [(0.225, PAY_AS_YOU_GO, TIERED)]),  # 900 of 4000
        ("voice_price", [(0.225, PAY_AS_YOU_GO, TIERED)]),
        ("tier_price", [(400.0, TIERED, PAY_AS_YOU_GO)]),
    ],
)
def test_break_even_by_hand(key: str, expected: list[tuple[float, str, str]]) -> None:
    """K11: ten seats at 90 with 1,000 minutes each against 4,000 minutes at 1."""
    found = break_evens(QUANTITIES[key], INPUT)
    assert [(one.x, one.below, one.above) for one in found] == [
        (pytest.approx(x), below, above) for x, below, above in expected
    ]


def test_lines_that_do_not_cross_have_no_break_even() -> None:
    """K11: a tier that includes less than it costs never pays."""
    dear = {**INPUT, "tier_minutes": 50.0}
    for key in ("minutes", "seats", "contacts"):
        (one,) = break_evens(QUANTITIES[key], dear)
        assert (one.x, one.below, one.above) == (None, PAY_AS_YOU_GO, PAY_AS_YOU_GO)


amounts = st.floats(0, 1000).map(lambda value: round(value, 2))


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(INPUTS, amounts)), st.sampled_from(list(QUANTITIES)))
def test_plans_cost_the_same_at_the_break_even(inputs: dict[str, float], key: str) -> None:
    """K11: whatever the prices; a little below and above it, the plan that is said costs less."""
    quantity, held = QUANTITIES[key], {**inputs, "wage": None}

    def gap(x: float) -> float:
        there: Inputs = quantity.at(held, x)
        tiered, paid = total(TIERED, there), total(PAY_AS_YOU_GO, there)
        assert tiered is not None
        assert paid is not None
        return (paid - tiered) / max(paid, tiered, 1e-9)

    for one in break_evens(quantity, held):
        if one.x is not None:
            assert abs(gap(one.x)) < 1e-6
            assert one.x > 0
            assert {one.below, one.above} == set(PLANS)


def test_crossings_on_a_kink_and_where_lines_touch() -> None:
    """K11: a point on which they meet is a crossing only where they change sides."""
    assert [x for x, _, _ in crossings(lambda x: x - 4, [4])] == [4.0]
    assert crossings(lambda x: abs(x - 4), [4]) == []
    assert [x for x, _, _ in crossings(lambda x: 100 - x, [])] == [100.0]
    assert crossings(lambda x: 0.0, [1, 2]) == []


def test_sensitivity_by_hand() -> None:
    """K11: what 10 % less and more does, and a price's own range."""
    found = {row["input"]: row for row in rows_of(report(), "sensitivity")}
    keys = ("tiered_less", "tiered_more", "payg_less", "payg_more", "tiered_range", "payg_range")
    # The tier includes 20 minutes and 10 messages; 18 or 22 of each with a seat less or more.
    assert [found["Voice minutes"][key] for key in keys] == [-5, 5, -5, 5, None, None]
    assert [found["Price of voice"][key] for key in keys] == [-3, 3, -5, 5, 45, 75]
    assert [found["Seats"][key] for key in keys] == pytest.approx([-3.9, 3.9, -2, 2, None, None])
    swings = [row["swing"] for row in rows_of(report(), "sensitivity")]
    assert swings == sorted(swings, reverse=True)
    assert "Wage" not in found


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(INPUTS, amounts)), st.sampled_from(PLANS))
def test_a_higher_price_never_costs_less(inputs: dict[str, float], plan: Any) -> None:
    """K11: totals rise with every price and are the sum of their lines."""
    ends = {0: inputs, LIKELY: inputs, 2: inputs}
    for key, about in INPUTS.items():
        if about.kind == "price":
            change = moved(plan, key, ends, share=0.1)
            assert change.less is not None
            assert change.more is not None
            assert change.less <= 0 <= change.more
    parts = [line.cost or 0.0 for line in lines(plan, inputs)]
    assert total(plan, inputs) == pytest.approx(sum(parts))


def test_the_tier_that_costs_least_is_taken() -> None:
    """K11: with many minutes the large one, whose minutes are included."""
    found = report([call("1", 100 * 3600)])
    tiers = {row["tier"]: (row["is_taken"], row["total"]) for row in rows_of(found, "tiers")}
    assert tiers == {"small": (False, 20 + 5990 + 10), "large": (True, 90 + 5000 + 10)}


def test_the_source_of_every_price_is_told() -> None:
    """K11: nothing is charged that no row of the prices names."""
    found = report()
    told = rows_of(found, "prices") + rows_of(found, "assumptions")
    assert {row["source"] for row in told} == {"s"}
    assert len(told) == len(CHARGED.tier) + 6 + 2


def test_a_free_amount_a_month() -> None:
    """K11: data transfer is paid past the free gigabytes of the period's months."""
    volumes = Volumes(
        months=2.0,
        seats_n=0,
        seat_months=0.0,
        minutes=0.0,
        message_cases=0.0,
        social_months=0.0,
        recorded_h=1.0,
        agent_h=0.0,
    )
    line = lines(TIERED, inputs_of(volumes, CHARGED, CHARGED.tier[0], wage=None))[5]
    # 1e5 kbit/s for an hour are 45 GB, of which 2 are free.
    assert (line.volume, line.billed, line.cost) == pytest.approx((45.0, 43.0, 21.5))
    none = replace(volumes, recorded_h=None)
    assert lines(TIERED, inputs_of(none, CHARGED, CHARGED.tier[0], wage=None))[5].cost is None
