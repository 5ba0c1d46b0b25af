"""Companies' contacts and load through the command line, from literal exports.

Serves C1 to C11.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import DEMO, Row, export, only, report, section
from tests.cli.made import call_on_demo
from tests.cli_helper import call

EXAMPLE = """
    case_id,started_at,channel,direction,first_response_s,talk_s,handle_s,company_id
    a1,2026-05-18T10:00:00Z,voice,inbound,5,1800,9999,A
    a2,2026-05-18T10:00:00Z,voice,outbound,,600,,A
    a3,2026-05-19T10:00:00Z,chat,inbound,5,,1200,A
    b1,2026-05-18T10:00:00Z,voice,inbound,5,2214,,B
    c1,2026-05-18T10:00:00Z,chat,inbound,5,1872,,C
    d1,2026-05-18T10:00:00Z,voice,inbound,5,2213,,D
    n1,2026-05-18T10:00:00Z,voice,inbound,5,9999,,
    n2,2026-05-18T10:00:00Z,voice,inbound,,9999,,E
    n3,2026-05-18T10:00:00Z,voice,outbound,,0,9999,E
    n4,2026-05-18T10:00:00Z,chat,inbound,,9999,,E
    n5,2026-05-18T10:00:00Z,email,inbound,5,9999,,E
    n6,2026-05-18T10:00:00Z,voice,internal,5,9999,,E
"""
TICKETS = """
    ticket_id,created_at,resolved_at,company_id,contact_id
    t1,2026-05-18T10:00:00Z,2026-05-18T10:30:00Z,A,
    t2,2026-05-18T10:00:00Z,2026-05-18T11:30:00Z,A,
    t3,2026-05-18T10:00:00Z,,C,
    t4,2026-05-18T10:00:00Z,2026-05-18T11:00:00Z,,
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("cel"), interactions=EXAMPLE, tickets=TICKETS)


def companies(found: dict[str, Any], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in section(found, "companies")]


def test_the_worked_example(example: Path) -> None:
    """C8, C9, C10: A 100 Critical, C 51 High, B 20.5 is 21 Medium, D 20.49 is 20 Low."""
    found = report("cel", ".", cwd=example)
    assert companies(found, "company_id", "load_s", "cel", "level") == [
        ("A", 10800.0, 100, "critical"),
        ("C", 5472.0, 51, "high"),
        ("B", 2214.0, 21, "medium"),
        ("D", 2213.0, 20, "low"),
    ]
    parts = ("inbound_talk_s", "outbound_talk_s", "chat_s", "tickets_n", "chats_n")
    assert companies(found, *parts)[0] == (1800.0, 600.0, 1200.0, 2, 1)


def test_counts_and_shares(example: Path) -> None:
    """C1-C6: only answered calls, handled chats and assigned tickets count; shares are of them."""
    found = report("cel", ".", cwd=example)
    row = only(section(found, "summary"))
    counts = ("companies_n", "hotline_n", "campaign_n", "ticket_n", "chat_n")
    assert [row[key] for key in counts] == [4, 3, 1, 3, 2]
    assert (row["mean_resolution_s"], row["mean_resolution_n"]) == (3600.0, 3)
    assert [(r["channel"], r["contacts_n"], r["share_n"]) for r in section(found, "shares")] == [
        ("hotline", 3, 9),
        ("campaign", 1, 9),
        ("ticket", 3, 9),
        ("chat", 2, 9),
    ]
    assert any("belong to no company: 1 hotline" in note for note in found["notes"])


def test_one_company_keeps_the_load_it_has_among_all(example: Path) -> None:
    """C11: by id, in any case of letters; one that made no contact is an error."""
    found = report("cel", ".", "--company", "b", cwd=example)
    assert companies(found, "company_id", "cel") == [("B", 21)]
    assert only(section(found, "summary"))["companies_n"] == 1
    assert call("cel", ".", "--company", "E", cwd=example).code == 2


def loads(seconds: dict[str, int]) -> list[Row]:
    """One answered call of each company."""
    return [
        {
            "case_id": name,
            "started_at": "2026-05-18",
            "channel": "voice",
            "first_response_s": 1,
            "talk_s": talk_s,
            "company_id": name,
        }
        for name, talk_s in seconds.items()
    ]


@pytest.mark.parametrize(
    ("talk_s", "cel", "level"),
    [
        (0, 0, "low"),
        (49, 0, "low"),
        (50, 1, "low"),
        (2049, 20, "low"),
        (2050, 21, "medium"),
        (5049, 50, "medium"),
        (5050, 51, "high"),
        (8049, 80, "high"),
        (8050, 81, "critical"),
        (10000, 100, "critical"),
    ],
)
def test_the_edges_of_rounding_and_levels(
    talk_s: int, cel: int, level: str, tmp_path: Path
) -> None:
    """C10: rounded half up, then 0-20 Low, 21-50 Medium, 51-80 High, 81-100 Critical."""
    folder = export(tmp_path, interactions=loads({"most": 10000, "x": talk_s}))
    found = report("cel", ".", "--company", "x", cwd=folder)
    assert companies(found, "cel", "level") == [(cel, level)]


def test_no_load_at_all_is_cel_0(tmp_path: Path) -> None:
    """C9: the largest load is 0."""
    found = report("cel", ".", cwd=export(tmp_path, interactions=loads({"x": 0, "y": 0})))
    assert companies(found, "company_id", "cel", "level") == [("x", 0, "low"), ("y", 0, "low")]


def test_a_fixed_time_per_ticket(example: Path) -> None:
    """C9: the configuration can set a fixed time instead of the mean resolution."""
    found = report_with(example, "[cel]\nticket_time = '30m'\n")
    assert companies(found, "company_id", "load_s")[0] == ("A", 1800.0 + 600 + 1200 + 2 * 1800)
    assert any("Each ticket counts as 30m" in note for note in found["notes"])


def report_with(folder: Path, text: str) -> dict[str, Any]:
    """The report under the settings of a file of its own."""
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return report("cel", ".", "--config", "own.toml", cwd=folder)


def test_tickets_that_nobody_resolved_add_nothing(tmp_path: Path) -> None:
    """C9: no resolved ticket in the period: no load of tickets, a null mean, and a warning."""
    folder = export(
        tmp_path,
        interactions=loads({"A": 100}),
        tickets="ticket_id,created_at,resolved_at,company_id\nt1,2026-05-18,,A\n",
    )
    found = report("cel", ".", cwd=folder)
    assert companies(found, "load_s", "tickets_n") == [(100.0, 1)]
    row = only(section(found, "summary"))
    assert (row["mean_resolution_s"], row["mean_resolution_n"]) == (None, 0)
    assert any("No ticket of the period is resolved" in note for note in found["notes"])


def test_without_tickets_they_are_unknown_not_0(tmp_path: Path) -> None:
    """C4: no ``tickets`` table: null, and a note."""
    found = report("cel", ".", cwd=export(tmp_path, interactions=loads({"A": 100})))
    assert only(section(found, "summary"))["ticket_n"] is None
    assert companies(found, "tickets_n") == [(None,)]
    assert any("No 'tickets' table" in note for note in found["notes"])


def test_contacts_of_a_person_are_the_company_s(tmp_path: Path) -> None:
    """C5: through the contact; a call and a ticket of the same person, under the company's name."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,first_response_s,talk_s,contact_id
            1,2026-05-18,chat,1,60,p1
            2,2026-05-18,chat,1,60,p9
        """,
        tickets="""
            ticket_id,created_at,resolved_at,contact_id
            t1,2026-05-18T00:00:00Z,2026-05-18T00:01:00Z,p1
        """,
        contacts="contact_id,company_id\np1,o1\np2,o1\n",
        companies="company_id,name\no1,Orchid\n",
    )
    found = report("cel", ".", cwd=folder)
    keys = ("company_id", "company", "chat_s", "tickets_n", "load_s")
    assert companies(found, *keys) == [("o1", "Orchid", 60.0, 1, 120.0)]
    assert any("belong to no company: 1 chat" in note for note in found["notes"])


def test_an_id_is_not_shown_where_the_name_is_known(tmp_path: Path) -> None:
    """C8: tickets know only the id, calls of the same company also its name."""
    folder = export(
        tmp_path,
        interactions=[{**row, "company": "Orchid"} for row in loads({"o1": 60})],
        tickets="ticket_id,created_at,company_id\nt1,2026-05-18,o1\n",
    )
    assert companies(report("cel", ".", cwd=folder), "company_id", "company") == [("o1", "Orchid")]


@pytest.mark.parametrize(
    ("now", "before", "change", "signal"),
    [(140, 100, 40, "up"), (120, 100, 20, "flat"), (100, 140, -40, "down"), (3, 0, 3, "flat")],
)
def test_trends_of_counts(now: int, before: int, change: int, signal: str, tmp_path: Path) -> None:
    """C7: ``+`` up, ``-`` down; 120 against 100 may be chance, 140 against 100 is not."""
    rows = [
        {**row, "case_id": f"{day}-{number}", "started_at": day}
        for day, count in (("2026-05-30", now), ("2026-05-23", before), ("2026-05-22", 1))
        for number in range(count)
        for row in loads({"A": 60})
    ]
    rows[-1] = {**rows[-1], "channel": "chat"}
    arguments = ("--as-of", "2026-05-30", "-p", "2026-05-24..2026-05-30")
    found = report("cel", ".", *arguments, cwd=export(tmp_path, interactions=rows))
    row = only(section(found, "summary"))
    assert (row["hotline_n"], row["hotline_n_previous"]) == (now, before)
    assert (row["hotline_n_change"], row["hotline_n_signal"]) == (change, signal)
    expected = 100 * change / before if before else None
    assert row["hotline_n_change_pct"] == (expected and pytest.approx(expected, abs=1e-5))


def test_loads_and_cel_of_the_demo_follow_from_their_parts() -> None:
    """C9: the definition, computed again from the shown parts of every company."""
    found = call_on_demo("cel", DEMO, "-f", "json").report
    mean_s = only(section(found, "summary"))["mean_resolution_s"]
    rows = section(found, "companies")
    for row in rows:
        parts = row["inbound_talk_s"] + row["outbound_talk_s"] + row["chat_s"]
        assert row["load_s"] == pytest.approx(parts + row["tickets_n"] * mean_s, abs=1e-3)
        assert abs(row["cel"] - 100 * row["load_s"] / rows[0]["load_s"]) <= 0.5
        assert sum(row["load_days"]) == pytest.approx(row["load_s"], abs=1e-3)
    assert rows[0]["cel"] == 100
    assert [row["load_s"] for row in rows] == sorted((r["load_s"] for r in rows), reverse=True)
