"""``cxtool staffing`` from the command line: the plan of the demo, the calculator, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import DEMO, ROOT, done, only, report, section
from tests.cli_helper import call, failure


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return report(
        *("staffing", DEMO, "-p", "2026-05", "--interval", "1h"),
        *("--shrinkage", "30%", "--wage", "20", "--model", "erlang-a", "--max-abandonment", "5"),
        cwd=ROOT,
    )


def test_a_plan_of_the_demo(plan: dict[str, Any]) -> None:
    """K9: agents, hours and cost of every interval add up; every target is met."""
    assert plan["previous"] is None
    rows = section(plan, "staffing")
    whole = only(section(plan, "summary"))
    assert whole["agent_hours"] == sum(row["agents_n"] for row in rows)
    assert whole["scheduled_hours"] == sum(row["scheduled_n"] for row in rows)
    assert whole["cost"] == 20 * whole["scheduled_hours"]
    assert whole["peak_n"] == max(row["agents_n"] for row in rows)
    busy = [row for row in rows if row["offered_n"]]
    assert busy
    assert all(row["service_level_pct"] >= 80 for row in busy)
    assert all(row["abandonment_pct"] <= 5 for row in busy)
    assert all(row["erlang_c_n"] is None for row in rows)
    days = section(plan, "days")
    assert whole["cost"] == sum(row["cost"] for row in days)
    less, same, more = section(plan, "one_more_or_less")
    assert same["agent_hours"] == whole["agent_hours"]
    assert less["service_level_pct"] < same["service_level_pct"] < more["service_level_pct"]
    assert less["abandonment_pct"] > same["abandonment_pct"] > more["abandonment_pct"]


def test_the_rota_says_what_the_intervals_say(plan: dict[str, Any]) -> None:
    """K9: weekdays across, intervals down."""
    cells = {
        (row["slot"], name): row[f"on_{name.lower()}_n"]
        for row in section(plan, "schedule")
        for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    }
    said = {(r["slot"], r["weekday"]): r["scheduled_n"] for r in section(plan, "staffing")}
    assert cells == said


def test_what_happened_agrees_with_the_kpis(plan: dict[str, Any]) -> None:
    """K9, K5: its calls and abandonment are those of the report on performance."""
    rows = section(plan, "happened")
    calls = ("--where", "channel = voice", "--where", "direction = inbound")
    kpi = report("kpi", DEMO, "-p", "2026-05", *calls, cwd=ROOT)
    figures = {row["metric"]: row for row in section(kpi, "summary")}
    counted = sum(row["real_abandonment_n"] for row in rows)
    assert counted == figures["abandonment_pct"]["n"]
    lost = sum((row["real_abandonment_pct"] or 0) * row["real_abandonment_n"] for row in rows)
    assert lost / counted == pytest.approx(figures["abandonment_pct"]["value"], abs=1e-5)
    inputs = only(section(plan, "inputs"))
    assert inputs["calls_n"] == sum(row["calls_n"] for row in rows)
    assert (inputs["all_aht_s"], inputs["all_aht_n"]) == (
        pytest.approx(figures["aht_s"]["value"], abs=1e-5),
        figures["aht_s"]["n"],
    )
    assert max(row["there_n"] for row in rows) > 5


def test_the_calculator(tmp_path: Path) -> None:
    """K9: no export, not even the one of the settings; options go before them."""
    settings = 'export = "gone"\n[staffing]\nshrinkage = 10\ntarget = "95/5"\n[cost]\nwage = 9\n'
    (tmp_path / "cxtool.toml").write_text(settings, encoding="utf-8")
    words = ("staffing", "--calls", "100", "--aht", "3m", "--as-of", "2026-06-01")
    made = report(*words, "--target", "80/20", "--shrinkage", "30", cwd=tmp_path)
    row = only(section(made, "staffing"))
    assert (row["agents_n"], row["scheduled_n"]) == (14, 20)
    assert [r["agents_n"] for r in section(made, "one_more_or_less")] == [13, 14, 15]
    assert section(made, "one_more_or_less")[1]["hourly_cost"] == 180
    assert made["as_of"] == "2026-06-01"
    held = only(section(report(*words, cwd=tmp_path), "staffing"))
    assert held["service_level_pct"] >= 95
    gate = call(*words, "-q", "--fail-under", "service_level_pct=99.9", cwd=tmp_path)
    assert gate.code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--calls", "9"], "--calls need their mean handle time (--aht 3m)"),
        (["--calls", "9", "--aht", "0"], "--aht is above zero"),
        (["--calls", "9", "--aht", "3m", "--by", "queue"], "--calls are of one interval without"),
        (["--calls", "9", "--aht", "3m", "--shrinkage", "0.3"], "--shrinkage: expected a percent"),
        (
            ["--calls", "9", "--aht", "3m", "--target", "80-20"],
            "--target: expected a service level",
        ),
        (["--horizon", "3d"], "--horizon is of a forecast"),
    ],
)
def test_what_is_refused(words: list[str], said: str) -> None:
    code, message = failure("staffing", *words, cwd=ROOT)
    assert code == 2
    assert message.startswith(said)


def test_explain_tells_the_calls_behind_it() -> None:
    """K9: patience with the calls that it is of; a figure that is worked out says of what."""
    told = report("explain", "patience_s", DEMO, "-p", "2026-05", cwd=ROOT)
    figure = only(section(told, "figure"))
    assert figure["value"] == pytest.approx(figure["numerator"] / figure["denominator"])
    said = done("explain", "agents_n", DEMO, "--report", "staffing", cwd=ROOT).text
    assert "worked out of the calls" in said
