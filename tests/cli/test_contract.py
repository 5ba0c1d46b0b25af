"""The sections and keys of the documented interface, word for word, with their types.

Serves L1-L17, S1, S2, S4, S6, B6-B11, C1-C11, K1-K5.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import DEMO, ROOT, done, export, report, section
from tests.cli.made import on_demo

BEHAVIORS = [
    "demonstrate_ownership",
    "active_listening",
    "be_empathetic",
    "build_rapport",
    "set_expectations",
    "effective_questioning",
    "promote_self_service",
    "inappropriate_action",
    "acknowledge_loyalty",
]
TREND = ("previous", "change", "change_pct", "signal")
AGENT_KEYS = (
    "interactions_n, BEHAVIOR_pct, BEHAVIOR_n, BEHAVIOR_band, overall_pct*, overall_n, overall_band"
)

# Report, section, keys in their order; * marks a trended key, BEHAVIOR each of the nine.
CONTRACT = (
    (
        "log",
        "log",
        "case_id, contact, contact_labels, channel, queue, agent, direction, started_at, handle_s, "
        "first_response_s, recording, disposition, tags, notes, sentiment, csat, sla",
    ),
    ("sla", "summary", "cases_n, met_n, not_met_n, pending_n, na_n, sla_pct*"),
    ("sla", "by_channel", "channel, cases_n, met_n, not_met_n, pending_n, na_n, sla_pct*"),
    ("sla", "by_agent_day", "agent, day, cases_n, met_n, not_met_n, pending_n, na_n, sla_pct*"),
    (
        "sla",
        "breaches",
        "case_id, started_at, channel, queue, agent, first_response_s, over_s",
    ),
    (
        "sla",
        "distribution",
        "first_response_p50_s, first_response_p90_s, first_response_p95_s, first_response_max_s, "
        "responses_n",
    ),
    ("behavior", "agents", f"team, agent_id, agent, {AGENT_KEYS}"),
    ("behavior", "team", AGENT_KEYS),
    (
        "behavior",
        "interactions",
        "case_id, started_at, channel, agent, recording, BEHAVIOR_index, overall_pct, overall_band",
    ),
    ("behavior", "trend", "agent, date, overall_pct, overall_n, period"),
    ("behavior", "left_out", "reason, interactions_n"),
    (
        "cel",
        "summary",
        "companies_n*, hotline_n*, campaign_n*, ticket_n*, chat_n*, mean_resolution_s",
    ),
    ("cel", "shares", "channel, contacts_n, share_pct*"),
    (
        "cel",
        "companies",
        "company_id, company, inbound_talk_s, outbound_talk_s, chat_s, tickets_n, chats_n, "
        "load_s*, cel*, level",
    ),
    ("kpi", "summary", "metric, value, unit, n, previous, change, signal, benchmark"),
    (
        "agents",
        "agents",
        "agent, cases_n, handled_n, aht_s, acw_s, asa_s, fcr_pct, resolution_pct, csat_pct, "
        "utilisation_pct, occupancy_pct",
    ),
    ("check", "set_aside", "table, file, line, column, value, rule, reason"),
)
# The rate or mean of a section -> the count beside it.
COUNT_BESIDE = {
    "sla_pct": "sla_n",
    "first_response_p50_s": "responses_n",
    "share_pct": "share_n",
    "mean_resolution_s": "mean_resolution_n",
    "overall_pct": "overall_n",
    **{f"{figure}_pct": f"{figure}_n" for figure in ("csat", "fcr", "resolution", "utilisation")},
    **{f"{figure}_s": f"{figure}_n" for figure in ("aht", "acw", "asa")},
    **{f"{behavior}_pct": f"{behavior}_n" for behavior in BEHAVIORS},
}
WORDS = {
    "sla": {"met", "not_met", "pending", "n/a"},
    "sentiment": {"positive", "neutral", "negative"},
    "level": {"low", "medium", "high", "critical"},
    "signal": {"up", "down", "flat", "new"},
    "band": {
        "very_positive",
        "moderately_positive",
        "neutral",
        "moderately_negative",
        "very_negative",
    },
}
COMMANDS = {
    "log": ("log", DEMO, "-p", "2026-05-26"),
    "sla": ("sla", DEMO, "--by", "channel", "--by", "label", "--by", "agent,day", "--breaches"),
    "behavior": ("behavior", DEMO, "--interactions", "-p", "7d"),
    "cel": ("cel", DEMO),
    "kpi": ("kpi", DEMO, "-p", "2026-05", "--by", "channel"),
    "agents": ("agents", DEMO, "-p", "2026-05", "--by", "team"),
    "check": ("check", DEMO),
    "report": ("report", DEMO),
}


@cache
def demo(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(on_demo(*COMMANDS[name]).output("json"))
    return found


def keys_of(words: str) -> Iterator[str]:
    """The keys that a line of the contract stands for."""
    for own, group in groupby(words.split(", "), key=lambda word: "BEHAVIOR" in word):
        listed = list(group)
        for behavior in BEHAVIORS if own else [""]:
            for word in listed:
                key = word.removesuffix("*").replace("BEHAVIOR", behavior)
                yield key
                if word.endswith("*"):
                    yield from (f"{key}_{part}" for part in TREND)


def is_of_unit(value: object, unit: str) -> bool:
    """Whether a JSON value is what its column's unit says; null is unknown in any."""
    if value is None:
        return True
    match unit:
        case "count" | "index":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number" | "s" | "pct" | "pp":
            return isinstance(value, (int, float)) and math.isfinite(value)
        case "bool":
            return isinstance(value, bool)
        case "list" | "series":
            return isinstance(value, list)
        case _ if unit in WORDS:
            return value in WORDS[unit]
        case _:
            return isinstance(value, str)


@pytest.mark.parametrize(
    ("name", "part", "words"), CONTRACT, ids=[f"{name}-{part}" for name, part, _ in CONTRACT]
)
def test_a_section_has_the_keys_of_the_contract(name: str, part: str, words: str) -> None:
    """All keys are there, in the contract's order, in columns and in every row alike.

    L1-L17: the log; S1, S2, S4, S6: SLA; B3-B11: behaviour; C1-C11: companies; K1-K5.
    """
    (found,) = [each for each in demo(name)["sections"] if each["id"] == part]
    declared = [column["key"] for column in found["columns"]]
    wanted = list(keys_of(words))
    assert [key for key in declared if key in wanted] == wanted
    assert all(list(row) == declared for row in found["rows"])
    assert found["rows"] or name == "check"


@pytest.mark.parametrize("name", COMMANDS)
def test_values_are_of_their_unit(name: str) -> None:
    """Raw units, words of the contract, null for unknown, a label and a unit for each column."""
    for part in demo(name)["sections"]:
        for column in part["columns"]:
            assert column["label"]
            assert column["better"] in ("higher", "lower", None)
            wrong = [
                row[column["key"]]
                for row in part["rows"]
                if not is_of_unit(row[column["key"]], column["unit"])
            ]
            assert not wrong, (part["id"], column, wrong[:3])


@pytest.mark.parametrize("name", COMMANDS)
def test_percentages_lie_between_0_and_100_and_have_their_count(name: str) -> None:
    """Every rate and mean has its ``_n`` beside it, and is null exactly where that is 0."""
    for part in demo(name)["sections"]:
        if part["id"] == "trend":
            continue
        for column in part["columns"]:
            key, count = column["key"], COUNT_BESIDE.get(column["key"])
            if column["unit"] == "pct" and "_change" not in key:
                values = [row[key] for row in part["rows"] if row[key] is not None]
                assert all(0 <= value <= 100 for value in values), key
            if count:
                for row in part["rows"]:
                    assert (row[key] is None) == (row[count] == 0), (part["id"], key, row)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_head_of_json_names_where_figures_come_from(name: str) -> None:
    """Schema, report, periods half-open, zone, as-of and source; the very keys, in order."""
    head = demo(name)
    assert list(head) == [
        "schema",
        "report",
        "title",
        "period",
        "previous",
        "time_zone",
        "as_of",
        "source",
        "sections",
        "notes",
    ]
    assert (head["schema"], head["report"]) == ("cxtool.report/1", name)
    assert (head["time_zone"], head["as_of"]) == ("UTC", "2026-06-01")
    assert list(head["period"]) == ["start", "end", "label"]
    assert list(head["source"]) == ["files", "profile", "rows_read", "rows_set_aside"]
    assert head["source"]["profile"] is None
    assert all(file.startswith(DEMO) for file in head["source"]["files"])
    assert head["source"]["rows_read"] > 0 == head["source"]["rows_set_aside"]
    for part in head["sections"]:
        assert list(part) == ["id", "title", "columns", "rows", "notes"]
        for column in part["columns"]:
            assert list(column) == ["key", "label", "unit", "better"]


@pytest.mark.parametrize("name", ["log", "sla", "behavior", "cel", "report"])
def test_no_data_is_null_and_never_nan_or_0_percent(name: str, tmp_path: Path) -> None:
    """A period in which nothing happened, after one in which nothing happened: no rate is known."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,company_id
            c1,2026-01-05T10:00:00Z,voice,o1
        """,
        behaviors="case_id,behavior,score\nc1,active_listening,0.5\n",
    )
    arguments = (name, str(folder), "-p", "2026-05-01..2026-05-07", "-f", "json")
    text = done(*arguments, cwd=tmp_path).text
    found = json.loads(text, parse_constant=lambda word: pytest.fail(f"{name} says {word}"))
    for part in found["sections"]:
        for row in part["rows"]:
            assert {v for k, v in row.items() if k.endswith(("_pct", "_s"))} <= {None, 0.0}
            assert row.get("sla_pct") is row.get("overall_pct") is row.get("share_pct") is None
    (note,) = [note for note in found["notes"] if note.startswith("No case starts in the period")]
    assert note.endswith("from 2026-01-05 to 2026-01-05.")


def test_trend_of_the_demo_is_complete() -> None:
    """S1, C7: value, previous, difference, percent and signal agree with each other."""
    row = section(demo("sla"), "summary")[0]
    assert row["sla_pct_change"] == pytest.approx(
        row["sla_pct"] - row["sla_pct_previous"], abs=1e-5
    )
    relative = 100 * row["sla_pct_change"] / row["sla_pct_previous"]
    assert row["sla_pct_change_pct"] == pytest.approx(relative, abs=1e-4)
    for row in section(demo("cel"), "companies"):
        if row["cel_previous"] is not None:
            assert row["cel_change"] == row["cel"] - row["cel_previous"]


def test_the_behaviour_trend_has_a_point_per_day_of_both_periods() -> None:
    """B8: current and preceding period, no day twice for an agent."""
    points = section(demo("behavior"), "trend")
    assert {point["period"] for point in points} == {"current", "previous"}
    days = [(point["agent_id"], point["date"]) for point in points]
    assert len(set(days)) == len(days)
    current = {point["date"] for point in points if point["period"] == "current"}
    assert min(current) >= "2026-05-25" > max(p["date"] for p in points if p["period"] != "current")


@pytest.mark.parametrize("name", ["log", "cel", "sla", "behavior", "report"])
def test_without_a_compared_period_trends_are_null(name: str) -> None:
    found = report(name, DEMO, "--compare", "none", "-p", "7d", cwd=ROOT)
    assert found["previous"] is None
    for part in found["sections"]:
        for row in part["rows"]:
            told = {k: v for k, v in row.items() if k.endswith(("_change", "_signal", "_previous"))}
            assert set(told.values()) <= {None}, told
