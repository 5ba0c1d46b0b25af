"""``cxtool kpi`` and ``cxtool agents`` from the command line, on the demo and on the public calls.

Serves K1-K5, K7. The truth of the demo was counted while it was made. The public data are not part
of the project; without them their tests are skipped.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import DEMO, ROOT, export, report, section
from tests.cli.made import call_on_demo, on_demo
from tests.cli_helper import failure

FOLDER = ROOT.parent / "shared" / "data" / "pwc_call_center"
RENDERINGS = sorted([*FOLDER.glob("*.csv"), *FOLDER.glob("*.xlsx")])
MAY_AGENTS = ("agents", DEMO, "-p", "2026-05", "--by", "team")
public = pytest.mark.skipif(not RENDERINGS, reason="the data set is not there")
AGENTS = {
    "Becky": (631, 517, 462),
    "Dan": (633, 523, 471),
    "Diane": (633, 501, 452),
    "Greg": (624, 502, 455),
    "Jim": (666, 536, 485),
    "Joe": (593, 484, 436),
    "Martha": (638, 514, 461),
    "Stewart": (582, 477, 424),
}


def metrics(*arguments: str, cwd: Path = ROOT) -> dict[str, dict[str, Any]]:
    rows = section(report("kpi", *arguments, cwd=cwd), "summary")
    return {row["metric"]: row for row in rows}


@pytest.mark.parametrize(("length", "which"), [("7d", "current"), ("30d", "previous")])
def test_the_demo_has_its_true_figures(length: str, which: str) -> None:
    """K1, K5: counted while the demo was made."""
    truth = json.loads((ROOT / DEMO / "truth.json").read_text(encoding="utf-8"))
    period = truth["periods"][length][which]
    found = metrics(DEMO, "--as-of", period["end"], "-p", f"{period['start']}..")
    csat = period["csat"]
    assert found["csat_pct"]["n"] == csat["n"]
    assert found["csat_pct"]["value"] == pytest.approx(100 * csat["top_two_n"] / csat["n"])
    assert found["csat_mean"]["value"] == pytest.approx(csat["mean"])
    assert found["cases_n"]["value"] == period["cases_n"]
    assert found["inbound_n"]["value"] == period["inbound_n"]
    short = period["short_abandons_n"]
    assert found["short_abandons_n"]["value"] == short
    assert found["abandoned_n"]["value"] == period["abandoned_n"] - short
    assert found["abandonment_pct"]["n"] == period["inbound_n"] - short


def test_previous_is_the_period_before() -> None:
    now = metrics(DEMO, "-p", "2026-05-18..2026-05-24")
    before = metrics(DEMO, "-p", "2026-05-11..2026-05-17")
    for name, row in now.items():
        if row["value"] is not None:
            assert row["previous"] == before[name]["value"], name


def test_k2_days_after_the_period_are_looked_at(tmp_path: Path) -> None:
    """K2: the contact comes back after the last day, by a channel that --where leaves out."""
    cases = """
        case_id,started_at,channel,contact_id,first_response_s
        1,2026-05-10T10:00:00Z,voice,P1,5
        2,2026-05-12T10:00:00Z,chat,P1,5
        3,2026-05-31T10:00:00Z,voice,P2,5
    """
    folder = export(tmp_path / "export", interactions=cases)
    row = metrics(str(folder), "-p", "2026-05-10", "--where", "channel = voice", cwd=tmp_path)
    assert (row["fcr_pct"]["value"], row["fcr_pct"]["n"]) == (0.0, 1)


def test_gates_name_metrics_in_their_units() -> None:
    """K1, K3: minutes and percent; what is missed is said."""
    arguments = ("kpi", DEMO, "-p", "2026-05", "-q")
    kept = call_on_demo(*arguments, "--fail-under", "csat_pct=50 %", "--fail-over", "aht_s=10m")
    assert kept.code == 0
    missed = call_on_demo(*arguments, "--fail-over", "aht_s=1m")
    assert missed.code == 3
    assert "aht_s" in missed.err


def test_settings_that_cannot_be_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cxtool.toml").write_text("[csat]\ntop_steps = 5\n", encoding="utf-8")
    code, said = failure("kpi", str(ROOT / DEMO), cwd=tmp_path)
    assert code == 2
    assert said.startswith("csat.top_steps is 5 (")


def agents() -> list[dict[str, Any]]:
    """The agents of the demo in May."""
    return section(json.loads(on_demo(*MAY_AGENTS).output("json")), "agents")


def test_k5_agents_are_sorted_by_name_unless_asked() -> None:
    assert agents() == sorted(agents(), key=lambda row: (row["team"], row["agent"]))
    by_time = ("--section", "agents", "--sort", "-aht_s", "-f", "json")
    slowest = call_on_demo(*MAY_AGENTS, *by_time)
    times = [row["aht_s"] for row in slowest.rows("agents")]
    assert times == sorted(times, reverse=True)


def test_k5_states_give_utilisation() -> None:
    """K5: never above 100 %, and occupancy leaves out breaks."""
    assert len(agents()) == 14
    for row in agents():
        assert 0 < row["utilisation_pct"] < row["occupancy_pct"] < 100


@public
@pytest.mark.parametrize("file", RENDERINGS[:1] + RENDERINGS[-1:], ids=lambda file: file.suffix)
def test_the_public_calls_have_their_known_figures(file: Path, tmp_path: Path) -> None:
    """K1, K3: zeros are in no mean, and no month is lost at its ends.

    Of text and of a workbook; ``test_shared_data`` tells that all texts give the same cases.
    """
    found = report("kpi", str(file), "-p", "all", "--by", "day", cwd=tmp_path)
    rows = {row["metric"]: row for row in section(found, "summary")}
    known = {
        "csat_mean": (3.403552, 4054),
        "csat_pct": (49.901332, 4054),
        "aht_s": (224.922792, 4054),
        "asa_s": (67.520720, 4054),
        "abandonment_pct": (18.92, 5000),
        "service_level_pct": (7.48, 5000),
        "resolved_of_all_pct": (72.92, 5000),
        "resolution_pct": (89.935866, 4054),
        "fcr_pct": (None, 0),
        "acw_s": (None, 0),
    }
    for metric, expected in known.items():
        assert (rows[metric]["value"], rows[metric]["n"]) == expected, metric
    for metric, count in {"handled_n": 4054, "abandoned_n": 946, "resolved_n": 3646}.items():
        assert rows[metric]["value"] == count
    levels = {row["variant"]: row["service_level_pct"] for row in section(found, "service_level")}
    assert levels["abandons-ignored"] == pytest.approx(9.2255, abs=5e-5)
    times = {row["measure"]: row for row in section(found, "percentiles")}["first_response"]
    assert (times["p50_s"], times["min_s"], times["max_s"]) == (68.0, 10.0, 125.0)
    days = section(found, "by_day")
    months = [sum(d["cases_n"] for d in days if d["day"][5:7] == m) for m in ("01", "02", "03")]
    assert months == [1772, 1616, 1612]


@public
@pytest.mark.parametrize("file", RENDERINGS[:1] + RENDERINGS[-1:], ids=lambda file: file.suffix)
def test_the_public_calls_have_their_known_agents(file: Path, tmp_path: Path) -> None:
    """K5: calls, answered and resolved of each agent."""
    rows = section(report("agents", str(file), "-p", "all", cwd=tmp_path), "agents")
    keys = ("cases_n", "handled_n", "resolved_n")
    assert {row["agent"]: tuple(row[key] for key in keys) for row in rows} == AGENTS


def test_formats_show_the_same_figures() -> None:
    """K1: CSV and JSON, value by value."""
    may = on_demo("kpi", DEMO, "-p", "2026-05")
    text = may.output("csv").decode()
    shown = {row["metric"]: row["value"] for row in csv.DictReader(io.StringIO(text))}
    told = section(json.loads(may.output("json")), "summary")
    assert {row["metric"]: row["value"] for row in told} == {
        metric: float(value) for metric, value in shown.items()
    }
