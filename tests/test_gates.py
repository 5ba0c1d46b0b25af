"""--fail-under and --fail-over: exit code 3 rests on these messages."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cxtool.errors import UsageError
from cxtool.gates import check_gates
from cxtool.report import Report
from tests.helpers_report import agents, by_channel, empty, log, metrics, sample, summary


def everything() -> Report:
    return sample(summary(), by_channel(), agents(), metrics(), log(), empty())


@pytest.mark.parametrize("gate", ["sla_pct=80", "sla_pct=81.3", "sla_pct = 81.3 %", "met_n=813"])
def test_a_value_at_or_above_its_least_holds(gate: str) -> None:
    assert check_gates(everything(), under=[gate]) == []


@pytest.mark.parametrize(
    "gate", ["aht_s=372.5", "aht_s=10m", "summary.aht_s=0:06:13", "cases_n=1000"]
)
def test_a_value_at_or_below_its_most_holds(gate: str) -> None:
    assert check_gates(everything(), over=[gate]) == []


def test_each_missed_gate_is_told_with_value_and_limit() -> None:
    messages = check_gates(everything(), under=["sla_pct=90%", "met_n=1"], over=["aht_s=6m"])
    assert messages == ["sla_pct = 81.3 is under 90%", "aht_s = 372.5 is over 6m"]


def test_a_value_is_told_whole_where_rounding_would_hide_the_miss() -> None:
    assert check_gates(everything(), under=["sla_pct=81.30000001"]) == [
        "sla_pct = 81.3 is under 81.30000001"
    ]


def test_every_row_must_hold_and_the_worst_is_named() -> None:
    assert check_gates(everything(), under=["by_channel.sla_pct=80"]) == [
        "by_channel.sla_pct = 50 (email) is under 80; missed by 3 of 5 rows"
    ]


def test_no_data_is_a_miss() -> None:
    assert check_gates(everything(), under=["overall_pct=1"]) == [
        "overall_pct: no data (Eve) to compare with 1; missed by 1 of 5 rows"
    ]
    assert check_gates(everything(), over=["csat_pct=99"]) == [
        "csat_pct: no data to compare with 99"
    ]
    none = replace(by_channel(), rows=by_channel().rows.clear())
    assert check_gates(sample(none), under=["sla_pct=1"]) == ["sla_pct: no data to compare with 1"]


def test_a_row_per_metric_is_judged_in_its_own_unit() -> None:
    """K1-K5: the kpi summary."""
    report = sample(metrics())
    assert check_gates(
        report, under=["fcr_pct=70%"], over=["aht_s=6m", "metrics.cases_n=2000"]
    ) == ["aht_s = 364 is over 6m"]


def test_a_key_alone_means_the_first_section_then_the_main_one() -> None:
    first, others = summary(), (agents(), by_channel(), metrics())
    assert check_gates(sample(first, *others), under=["sla_pct=82"]) == [
        "sla_pct = 81.3 is under 82"
    ]
    main = replace(sample(log(), first, *others), main="by_channel")
    assert check_gates(main, under=["sla_pct=80"]) == [
        "sla_pct = 50 (email) is under 80; missed by 3 of 5 rows"
    ]


def test_a_key_alone_in_several_other_sections_is_ambiguous() -> None:
    report = sample(log(), summary(), by_channel())
    with pytest.raises(UsageError, match="'sla_pct' stands in several sections") as problem:
        check_gates(report, under=["sla_pct=80"])
    assert problem.value.hint == "name one: summary.sla_pct, by_channel.sla_pct"
    assert check_gates(report, under=["summary.sla_pct=80"]) == []


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("sla_pct", "'sla_pct' is not METRIC=VALUE"),
        ("=80", "is not METRIC=VALUE"),
        ("sla_pct=", "is not METRIC=VALUE"),
        ("sla_pct=high", "'high' is not a number"),
        ("sla_pct=nan", "'nan' is not a number"),
        ("met_n=80%", "'80%' is not a number"),
        ("aht_s=soon", "--fail-under aht_s=soon: "),
        ("slapct=80", "no metric 'slapct'; did you mean 'sla_pct'"),
        ("by_channel.sla_pc=80", "did you mean 'sla_pct'"),
        ("channel=80", "'channel' is not a number but text"),
    ],
)
def test_gates_that_cannot_be_judged_are_usage_problems(gate: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_gates(everything(), under=[gate])
