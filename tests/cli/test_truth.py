"""A sample whose true figures were counted while it was made: every report has to find them.

Serves S1, S2, B2, B4, B6, B11, C1-C5, C8, C9.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.schema import BEHAVIORS
from tests.cli.exports import DEMO, ROOT, done, only, report, section

PERIODS = [("7d", "current"), ("7d", "previous"), ("30d", "current"), ("30d", "previous")]
VERDICTS = ("met_n", "not_met_n", "pending_n", "na_n")


@pytest.fixture(scope="module", params=["made", "demo"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4,000 cases in 60 days as Parquet, made here; and the demo export, as CSV."""
    if request.param == "demo":
        return ROOT / DEMO
    folder = tmp_path_factory.mktemp("sample")
    arguments = ("--interactions", "4000", "--days", "60", "--seed", "5", "--transcripts", "300")
    written = done("sample", "-o", "made", *arguments, "-q", cwd=folder)
    assert not written.out
    return folder / "made"


@pytest.fixture(scope="module")
def truth(sample: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(params=PERIODS, ids=" ".join)
def period(request: pytest.FixtureRequest, truth: dict[str, Any]) -> dict[str, Any]:
    length, which = request.param
    found: dict[str, Any] = truth["periods"][length][which]
    return found


def days(period: dict[str, Any]) -> tuple[str, ...]:
    """The options that choose the days of a period of the truth."""
    return ("--as-of", period["end"], "-p", f"{period['start']}..", "--max-days", "31")


@pytest.fixture(scope="module")
def behavior(sample: Path) -> dict[str, Any]:
    return report("behavior", ".", cwd=sample)


def test_nothing_is_set_aside(sample: Path, truth: dict[str, Any]) -> None:
    """What the program writes, it reads whole."""
    tables = section(report("check", ".", cwd=sample), "tables")
    assert {row["table"]: row["used_n"] for row in tables} == truth["rows"]


def test_sla(sample: Path, period: dict[str, Any]) -> None:
    """S1, S2: verdicts in all, per channel and per queue."""
    arguments = ("--by", "channel", "--by", "queue", *days(period)[:4])
    found = report("sla", ".", *arguments, cwd=sample)
    row = only(section(found, "summary"))
    assert row["cases_n"] == period["cases_n"]
    assert {key: row[key] for key in VERDICTS} == {key: period["sla"][key] for key in VERDICTS}
    assert row["sla_pct"] == pytest.approx(period["sla"]["sla_pct"], abs=1e-6)
    for dimension in ("channel", "queue"):
        rows = {
            row[dimension] or "": {key: row[key] for key in VERDICTS}
            for row in section(found, f"by_{dimension}")
        }
        true = period[f"sla_by_{dimension}"]
        assert rows == {name: {key: true[name][key] for key in VERDICTS} for name in true}


def test_cel(sample: Path, period: dict[str, Any]) -> None:
    """C1-C5, C8, C9: counts, the mean resolution, and the load of every company."""
    found, true = report("cel", ".", *days(period), cwd=sample), period["cel"]
    row = only(section(found, "summary"))
    for key in ("companies_n", "hotline_n", "campaign_n", "ticket_n", "chat_n"):
        assert row[key] == true[key], key
    assert row["mean_resolution_n"] == true["resolved_n"]
    assert row["mean_resolution_s"] == pytest.approx(true["mean_resolution_s"], abs=1e-5)
    rows = {row["company_id"]: row for row in section(found, "companies")}
    assert set(rows) == {company["company_id"] for company in true["companies"]}
    for company in true["companies"]:
        shown = rows[company["company_id"]]
        for key in company.keys() & shown.keys():
            expected = company[key]
            if isinstance(expected, float):
                expected = pytest.approx(expected, abs=1e-3)
            assert shown[key] == expected, (key, company)
    left_out = next(note for note in found["notes"] if "belong to no company" in note)
    without = true["without_company"]
    # A ticket of nobody is no contact; the truth counts it among those without a company.
    without["ticket_n"] -= unassigned_tickets(sample, period)
    counts = [f"{without[f'{kind}_n']:,} {kind}" for kind in ("hotline", "campaign", "ticket")]
    assert ", ".join(counts) in left_out


def unassigned_tickets(sample: Path, period: dict[str, Any]) -> int:
    files = [str(file) for file in sample.rglob("tickets*") if file.is_file()]
    read = pl.read_parquet if files[0].endswith(".parquet") else pl.read_csv
    tickets = read(files).filter(pl.col("contact_id").is_null(), pl.col("company_id").is_null())
    created = pl.col("created_at").cast(pl.String).str.slice(0, 10)
    return tickets.filter(created >= period["start"], created < period["end"]).height


def test_what_cel_calls_previous_is_the_truth_of_the_period_before(
    sample: Path, truth: dict[str, Any]
) -> None:
    """C7: the figures of a trend are those that the period before had by itself."""
    row = only(section(report("cel", ".", cwd=sample), "summary"))
    for key in ("companies_n", "hotline_n", "campaign_n", "ticket_n", "chat_n"):
        now, before = (
            truth["periods"]["7d"][which]["cel"][key] for which in ("current", "previous")
        )
        assert (row[key], row[f"{key}_previous"]) == (now, before)
        assert row[f"{key}_change"] == now - before


def test_behavior(behavior: dict[str, Any], truth: dict[str, Any]) -> None:
    """B2, B4, B6: totals of the team, of each team and of each agent, and of the period before."""
    true = truth["behavior"]["current"]
    before = truth["behavior"]["previous"]
    assert_totals(only(section(behavior, "team")), true["team"], before["team"])
    for row in section(behavior, "teams"):
        assert_totals(row, true["teams"][row["team"]], before["teams"].get(row["team"]))
    agents = section(behavior, "agents")
    assert {row["agent_id"] for row in agents} == set(true["agents"])
    for row in agents:
        assert row["agent"] == true["agents"][row["agent_id"]]["agent"]
        assert_totals(row, true["agents"][row["agent_id"]], before["agents"].get(row["agent_id"]))


def assert_totals(row: dict[str, Any], true: dict[str, Any], before: dict[str, Any] | None) -> None:
    for key in (*BEHAVIORS, "overall"):
        total = true[key]
        assert row[f"{key}_n"] == total["n"], key
        if total["n"]:
            expected = pytest.approx(100 * total["points"] / (10 * total["n"]), abs=1e-5)
            assert row[f"{key}_pct"] == expected, key
        else:
            assert row[f"{key}_pct"] is None
    if before and before["overall"]["n"]:
        assert row["overall_pct_previous"] == pytest.approx(before["overall"]["pct"], abs=1e-5)


def test_the_planted_changes_show(
    sample: Path, behavior: dict[str, Any], truth: dict[str, Any]
) -> None:
    """S2, B7: a queue that got slower and a team that got better; 4,000 cases make it certain."""
    arguments = ("-p", "30d", "--by", "queue")
    queues = {
        r["queue"]: r for r in section(report("sla", ".", *arguments, cwd=sample), "by_queue")
    }
    slower = queues[truth["planted"]["slower_queue"]]
    assert slower["sla_pct_change"] < 0
    assert slower["sla_pct_signal"] == (
        "down" if truth["order"]["interactions"] >= 4000 else "flat"
    )
    teams = {row["team"]: row for row in section(behavior, "teams")}
    assert teams[truth["planted"]["improving_team"]]["overall_pct_signal"] == "up"
