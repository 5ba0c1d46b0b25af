"""Contact-centre metrics on literal cases: K1-K5, and the service levels of the definitions."""

from __future__ import annotations

from typing import Any

import pytest

from cxtool.config import CsatSettings, KpiSettings, ServiceLevelSettings, Settings
from cxtool.errors import UsageError
from cxtool.metrics import kpi
from cxtool.metrics.benchmarks import benchmarks
from cxtool.report import Report
from tests.metrics.frames import Row, case, make_tables, request_for

BEFORE = "2026-05-12T10:00:00"
VARIANTS = {
    "abandons-hurt": 81.13,
    "abandons-help": 83.02,
    "abandons-ignored": 86.00,
    "early-abandons-out": 82.69,
    "short-abandons-help": 82.08,
    "short-abandons-out": 81.90,
}


def made(*cases: Row, by: tuple[tuple[str, ...], ...] = (), **settings: Any) -> Report:
    return kpi.report(make_tables(cases), Settings(**settings), by=by)


def metrics(report: Report) -> dict[str, dict[str, Any]]:
    rows = report.section("summary").rows.iter_rows(named=True)
    return {row["metric"]: row for row in rows}


def value(metric: str, *cases: Row, **settings: Any) -> tuple[float | None, int | None]:
    row = metrics(made(*cases, **settings))[metric]
    return row["value"], row["n"]


def rated(*ratings: float | None) -> list[Row]:
    return [case(str(n), csat=csat, first_response_s=1) for n, csat in enumerate(ratings)]


@pytest.mark.parametrize(
    ("scale", "top_steps", "ratings", "expected"),
    [
        ((1.0, 5.0), 2, (5, 4, 3, None), (66.666667, 3)),
        ((1.0, 5.0), 1, (5, 4, 3, None), (33.333333, 3)),
        ((1.0, 10.0), 2, (10, 9, 8, 1), (50.0, 4)),
        ((1.0, 5.0), 2, (None, None), (None, 0)),
        ((1.0, 5.0), 2, (3.5, 4.5), (50.0, 2)),
    ],
)
def test_k1_csat_is_the_top_steps(
    scale: tuple[float, float],
    top_steps: int,
    ratings: tuple[float | None, ...],
    expected: tuple[float | None, int],
) -> None:
    """K1: of ratings, not of cases; no rating is no figure."""
    csat = CsatSettings(scale=scale, top_steps=top_steps)
    assert value("csat_pct", *rated(*ratings), csat=csat) == expected


def test_k1_mean_and_response_rate() -> None:
    found = metrics(made(*rated(5, 4, 3, None)))
    assert (found["csat_mean"]["value"], found["csat_mean"]["n"]) == (4.0, 3)
    assert (found["csat_response_pct"]["value"], found["csat_response_pct"]["n"]) == (75.0, 4)


def test_k3_k4_handle_time_and_its_parts_share_one_denominator() -> None:
    """K3, K4: parts where they exist, else the whole case; together they are the mean."""
    report = made(
        case("1", first_response_s=1, talk_s=100, hold_s=20, acw_s=30, handle_s=999),
        case("2", first_response_s=1, talk_s=60, acw_s=30),
        case("3", first_response_s=1, handle_s=240),
        case("4", first_response_s=1, talk_s=80, handle_s=90),
        case("5", first_response_s=1),
        case("6", handle_s=5000),
    )
    found = metrics(report)
    assert (found["aht_s"]["value"], found["aht_s"]["n"]) == (142.5, 4)
    assert (found["acw_s"]["value"], found["acw_s"]["n"]) == (30.0, 2)
    parts = report.section("handling").rows
    assert parts["part_s"].to_list() == [40.0, 5.0, 15.0, 82.5]
    assert parts["part_s"].sum() == found["aht_s"]["value"]
    assert parts["part_n"].to_list() == [4] * 4
    assert "1 of 5 handled cases have no known handle time, left out of AHT." in report.notes


def test_k3_parts_that_no_case_has_are_unknown_not_zero() -> None:
    parts = made(case("1", first_response_s=1, handle_s=240)).section("handling").rows
    assert parts["part_s"].to_list() == [None, None, None, 240.0]
    assert parts["part_share_pct"].to_list() == [None, None, None, 100.0]


def test_k5_speed_of_answer_is_of_answered_inbound_cases() -> None:
    """K5: an outbound response and a call without one are in neither part of the mean."""
    cases = (
        case("1", first_response_s=10),
        case("2", first_response_s=30),
        case("3", direction="outbound", first_response_s=500),
        case("4"),
    )
    assert value("asa_s", *cases) == (20.0, 2)


def test_k5_short_abandons_stand_aside() -> None:
    cases = (
        *(case(str(n), first_response_s=1) for n in range(6)),
        case("a", handle_s=5),
        case("b", handle_s=5.001),
        case("c"),
        case("d", direction="outbound"),
    )
    found = metrics(made(*cases))
    assert (found["abandonment_pct"]["value"], found["abandonment_pct"]["n"]) == (25.0, 8)
    assert found["short_abandons_n"]["value"] == 1
    longer = ServiceLevelSettings(short_abandon=6.0)
    assert value("abandonment_pct", *cases, service_level=longer) == (14.285714, 7)


def test_k5_k7_resolution_and_transfers_leave_the_unknown_out() -> None:
    cases = (
        case("1", first_response_s=1, resolved=True, transfers=2),
        case("2", first_response_s=1, resolved=False, transfers=0),
        case("3", first_response_s=1),
        case("4", resolved=True),
    )
    found = metrics(made(*cases))
    told = {metric: (row["value"], row["n"]) for metric, row in found.items()}
    assert told["resolution_pct"] == (50.0, 2)
    assert told["transfer_pct"] == (50.0, 2)
    assert told["resolved_of_all_pct"] == (50.0, 4)


def test_every_metric_of_nothing_is_null() -> None:
    found = metrics(made())
    for metric, row in found.items():
        expected = 0 if metric.endswith("_n") else None
        assert row["value"] == expected, metric


def calls() -> list[Row]:
    """The example of the definitions, a tenth of it: 100 answered, 86 in time; 6 abandoned."""
    waits = [(86, {"first_response_s": 20}), (14, {"first_response_s": 20.001})]
    gone = [(1, {"handle_s": 5}), (1, {"handle_s": 20}), (4, {"handle_s": 21})]
    return [
        case(f"{place}-{n}", channel="voice", **times)
        for place, (count, times) in enumerate([*waits, *gone])
        for n in range(count)
    ]


def test_k5_k9_the_service_levels_of_the_definitions() -> None:
    report = made(*calls(), case("chat", channel="chat", first_response_s=1))
    rows = report.section("service_level").rows
    found = dict(rows.select("variant", "service_level_pct").iter_rows())
    assert {name: round(level, 2) for name, level in found.items()} == VARIANTS
    assert rows["service_level_n"].to_list() == [106, 106, 100, 104, 106, 105]


@pytest.mark.parametrize("variant", VARIANTS)
def test_k5_the_headline_is_the_variant_of_the_settings(variant: Any) -> None:
    level = ServiceLevelSettings(variant=variant)
    found, _ = value("service_level_pct", *calls(), service_level=level)
    assert found is not None
    assert round(found, 2) == VARIANTS[variant]


def test_rates_carry_n_interval_and_trend() -> None:
    """K1: 45 of 50 against 25 of 50; Wilson's and Newcombe's intervals."""
    cases = [
        case(f"{day}{n}", day, csat=5 if n < top else 1, first_response_s=1)
        for day, top in (("2026-05-18T10:00", 45), (BEFORE, 25))
        for n in range(50)
    ]
    row = metrics(made(*cases))["csat_pct"]
    ends = (row["low"], row["high"])
    assert row["n"] == 50
    assert ends == pytest.approx((78.64, 95.65), abs=0.01)
    assert (row["previous"], row["change"], row["signal"]) == (50.0, 40.0, "up")
    assert row["change_low"] < 40.0 < row["change_high"]


@pytest.mark.parametrize(
    ("industry", "expected"), [("call_center", 71.0), ("retail", 78.0), ("technical_support", 65.0)]
)
def test_k2_k3_industry_figures_stand_beside(industry: Any, expected: float) -> None:
    report = made(kpi=KpiSettings(industry=industry))
    found = metrics(report)
    assert found["fcr_pct"]["benchmark"] == expected
    assert found["aht_s"]["benchmark"] == 360.0
    assert found["csat_pct"]["benchmark"] is None
    assert "a little over six minutes" in report.section("summary").notes[0]


def test_each_industry_figure_has_its_source() -> None:
    assert {known.source for known in benchmarks()} == {"K2", "K3"}


def test_k5_percentiles_tell_what_a_mean_hides() -> None:
    waits = [10, 20, 20, 40, None]
    report = made(*(case(str(n), first_response_s=wait) for n, wait in enumerate(waits)))
    rows = {row["measure"]: row for row in report.section("percentiles").rows.iter_rows(named=True)}
    row = rows["first_response"]
    assert [row[key] for key in ("p50_s", "p90_s", "p95_s", "mean_s", "min_s", "max_s")] == [
        *(20.0, 34.0, 37.0, 22.5, 10.0, 40.0)
    ]
    assert row["times_n"] == 4
    assert (rows["acw"]["p50_s"], rows["acw"]["times_n"]) == (None, 0)


def test_breakdowns_by_dimension_and_time() -> None:
    """K1-K5: a case with two labels counts under both; days are compared by position."""
    report = made(
        case("1", "2026-05-18T10:00", csat=5, first_response_s=9, contact_labels=["a", "b"]),
        case("2", "2026-05-19T11:00", csat=1, first_response_s=9, contact_labels=["a"]),
        case("3", "2026-05-11T10:00", csat=1, first_response_s=9),
        by=(("label",), ("day",), ("hour",)),
    )
    labels = report.section("by_label").rows
    assert labels.select("label", "cases_n", "csat_pct", "csat_n").rows() == [
        ("a", 2, 50.0, 2),
        ("b", 1, 100.0, 1),
    ]
    days = report.section("by_day").rows
    assert days["csat_pct"].to_list() == [100.0, 0.0]
    assert days["csat_pct_previous"].to_list() == [0.0, None]
    assert report.section("by_hour").rows["hour"].to_list() == [10, 11]
    assert report.main == "by_label"


def test_a_mean_is_weighted_by_its_cases() -> None:
    """Not the mean of the days' means, which would be 30."""
    cases = [case("1", "2026-05-18T10:00", first_response_s=50)]
    cases += [case(f"{n}", "2026-05-19T10:00", first_response_s=10) for n in range(2, 5)]
    assert value("asa_s", *cases) == (20.0, 4)


def test_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot break down by 'chanel'; did you mean 'channel'"):
        made(by=(("chanel",),))


def test_nothing_compared_has_no_trend() -> None:
    tables = make_tables(rated(5), request=request_for(previous=None))
    row = metrics(kpi.report(tables, Settings()))["csat_pct"]
    assert [row[key] for key in ("value", "previous", "change", "signal")] == [100.0] + [None] * 3
