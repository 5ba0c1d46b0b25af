"""The customer's page from the command line: who is meant, what is shown, what is not (A1-A10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.config import Settings
from cxtool.exports.export import Export, open_export
from cxtool.exports.lookup import matches
from cxtool.exports.text import TextOptions
from cxtool.metrics.customer import USES
from tests.cli.exports import DEMO, done, export, only, report, section
from tests.cli.made import on_demo
from tests.cli_helper import call, failure

CONTACTS = """
    contact_id,name,email,phone,location,language,labels,company_id,loyalty
    P1,Łukasz O'Hara,Lukasz.OHara@example.com,+48 55 123 45 67,Łódź,pl,VIP;new,O1,gold
    P2,Zoë Müller-Lang,zoe@example.org,(020) 7946-0958,London,en,,O1,
    P3,Zoë Müller Lang,z.lang@example.net,0044 161 496 0001,Leeds,en,,,
    P4,สมหญิง ใจดี,som@example.com,02 123 4567,กรุงเทพ,th,,,
    007,Bond,,,London,en,,,
"""
COMPANIES = """
    company_id,name,location,phone,primary_contact_id
    O1,Brightwater Foods Ltd.,Leeds,+44 113 496 0002,P2
    007,Universal Exports,London,,
"""
VOICE_IN = {"channel": "voice", "direction": "inbound", "status": "closed"}
EMAIL = {"channel": "email", "status": "closed", "queue": "care", "agent": "Bo"}
INTERACTIONS: tuple[dict[str, object], ...] = (
    {
        **VOICE_IN,
        "case_id": "c1",
        "started_at": "2026-05-01T10:00:00Z",
        "ended_at": "2026-05-01T10:05:00Z",
        "agent": "Ana",
        "contact_id": "P1",
        "contact": None,
        "company": None,
        "first_response_s": 20,
        "wait_s": 12,
        "notes": "Paid twice",
        "ticket_id": "T1",
    },
    {
        "case_id": "c2",
        "started_at": "2026-05-02T10:00:00Z",
        "channel": "chat",
        "status": "open",
        "queue": "care",
        "skills": "care;pl",
        "contact_id": "P1",
        "first_response_s": 30,
        "ticket_id": "T2",
    },
    {**EMAIL, "case_id": "c3", "started_at": "2026-05-03T10:00:00Z", "contact_id": "P1"},
    {
        **EMAIL,
        "case_id": "c4",
        "started_at": "2026-05-03T12:00:00Z",
        "contact_id": "P2",
        "ticket_id": "T1",
    },
    {**VOICE_IN, "case_id": "c5", "started_at": "2026-05-04T12:00:00Z", "contact": "Nina Nobody"},
    {**VOICE_IN, "case_id": "c6", "started_at": "2026-05-04T13:00:00Z", "company": "Lone Wolf"},
)
TICKETS = """
    ticket_id,created_at,resolved_at,status,priority,subject,product,contact_id,company_id,severity
    T1,2026-05-01T10:04:00Z,2026-05-04T08:00:00Z,solved,High,Paid twice,card,P1,O1,2
    T2,2026-05-02T10:01:00Z,,open,urgent,Cannot sign in,app,P1,,1
    T3,2026-05-02T09:00:00Z,,pending,low,Other,app,P2,O1,3
"""
CONTEXT = """
    case_id,kind,name,value,at
    c2,pre_chat,What is it about?,login,2026-05-02T09:59:00Z
    c2,self_service,page_visited,/sign-in,2026-05-02T09:50:00Z
    c2,self_service,phrase_searched,cannot sign in,2026-05-02T09:55:00Z
    c1,self_service,article_viewed,Your bill,2026-05-01T09:55:00Z
    c2,visitor,authenticated,no,
    c2,visitor,Browser,Firefox,
    c2,visitor,os,Linux,
    c2,visitor,screen,1280,
    c2,additional,loyalty_tier,gold,
    c4,self_service,page_visited,/refund,2026-05-03T11:50:00Z
"""
NOTES = """
    at,text,author,contact_id,company_id,ticket_id,case_id
    2026-05-02T12:00:00Z,Call after five,Ana,P1,,,
    2026-05-03T12:30:00Z,Key account,Bo,,O1,,
    2026-05-04T12:30:00Z,Refunded,Bo,,,T1,
"""
TRANSCRIPTS = """
    case_id,turn,speaker,text,at
    c2,2,customer,I cannot sign in.,2026-05-02T10:01:00Z
    c2,1,agent,Hello.,2026-05-02T10:00:30Z
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(
        tmp_path_factory.mktemp("customers"),
        contacts=CONTACTS,
        companies=COMPANIES,
        interactions=INTERACTIONS,
        tickets=TICKETS,
        context=CONTEXT,
        notes=NOTES,
        transcripts=TRANSCRIPTS,
    )


@pytest.fixture(scope="module")
def opened(folder: Path) -> Iterator[Export]:
    """The same, open."""
    with open_export(
        ["."],
        settings=Settings(),
        folder=folder,
        time_zone="UTC",
        profile=None,
        text=TextOptions(),
        uses=USES,
    ) as export:
        yield export


@pytest.fixture(scope="module")
def page(folder: Path) -> dict[str, Any]:
    """The page of the contact P1."""
    return report("customer", "P1", ".", cwd=folder)


@pytest.mark.parametrize(
    ("asked", "customer_id"),
    [
        ("P1", "P1"),
        ("lukasz ohara", "P1"),
        ("O’HARA,  Łukasz", "P1"),
        ("LUKASZ.OHARA@EXAMPLE.COM ", "P1"),
        ("0048 551234567", "P1"),
        ("055/123-45-67", "P1"),
        ("551234567", "P1"),
        ("+44 (0)20 7946 0958", "P2"),
        ("0161 4960001", "P3"),
        ("+6621234567", "P4"),
        ("สมหญิง ใจดี", "P4"),
        ("brightwater foods ltd", "O1"),
        ("0113 4960002", "O1"),
        ("nina nobody", "Nina Nobody"),
        ("LONE-WOLF", "Lone Wolf"),
    ],
)
def test_a_customer_is_found_however_the_name_is_written(
    asked: str, customer_id: str, opened: Export
) -> None:
    """A1: ids exactly; names, addresses and numbers loosely."""
    assert matches(opened, asked)["id"].to_list() == [customer_id]


@pytest.mark.parametrize(
    ("asked", "customer_id", "conversations_n"),
    [
        ("+44 (0)20 7946 0958", "P2", 1),
        ("สมหญิง ใจดี", "P4", 0),
        ("brightwater foods ltd", "O1", 4),
        ("nina nobody", "Nina Nobody", 1),
        ("LONE-WOLF", "Lone Wolf", 1),
    ],
)
def test_the_page_is_of_whom_the_name_finds(
    asked: str, customer_id: str, conversations_n: int, folder: Path
) -> None:
    """A1: with all conversations, also where cases know no id."""
    row = only(section(report("customer", asked, ".", cwd=folder), "customer"))
    assert row[f"{row['kind']}_id"] == customer_id
    assert row["conversations_n"] == conversations_n


@pytest.mark.parametrize(
    "asked", ["p1", "+33 55 123 45 67", "123 45 67", "Łukasz", "example.com", "+44 7946 0958"]
)
def test_what_fits_nobody_is_not_guessed(asked: str, folder: Path) -> None:
    """A1: an id is exact, another country is another number, a part of a name no name."""
    code, message = failure("customer", asked, ".", cwd=folder)
    assert code == 1
    assert message.startswith(f"no customer '{asked}'")


def test_the_nearest_names_are_told(folder: Path) -> None:
    """A1: nobody is found."""
    _, message = failure("customer", "lukas ohara", ".", cwd=folder)
    assert "did you mean 'Łukasz O'Hara'" in message
    _, message = failure("customer", "Brightwater", ".", cwd=folder)
    assert "did you mean 'Brightwater Foods Ltd.'?" in message


def test_several_matches_are_listed_with_what_tells_them_apart(folder: Path) -> None:
    """A1: exit code 1, the latest in contact first."""
    result = call("customer", "zoe muller lang", ".", "-f", "json", cwd=folder)
    assert result.code == 1
    assert "fits 2 customers, and none was chosen (give one of the ids)" in result.err
    rows = result.rows("matches")
    assert [(row["id"], row["company"], row["email"], row["last_contact_at"]) for row in rows] == [
        ("P2", "Brightwater Foods Ltd.", "zoe@example.org", "2026-05-03T12:00:00+00:00"),
        ("P3", None, "z.lang@example.net", None),
    ]


def test_one_id_of_a_contact_and_of_a_company(folder: Path) -> None:
    """A1: --kind says which is meant."""
    result = call("customer", "007", ".", cwd=folder)
    assert result.code == 1
    assert "or --kind" in result.err
    for kind, name in (("contact", "Bond"), ("company", "Universal Exports")):
        found = report("customer", "007", ".", "--kind", kind, cwd=folder)
        assert found["title"] == name


def test_the_card_of_a_contact(page: dict[str, Any]) -> None:
    """A1: the row of contacts with the export's own columns, and the history."""
    row = only(section(page, "customer"))
    assert row == {
        "kind": "contact",
        "contact_id": "P1",
        "name": "Łukasz O'Hara",
        "email": "Lukasz.OHara@example.com",
        "phone": "+48 55 123 45 67",
        "location": "Łódź",
        "language": "pl",
        "labels": ["VIP", "new"],
        "company_id": "O1",
        "company": "Brightwater Foods Ltd.",
        "loyalty": "gold",
        "first_contact_at": "2026-05-01T10:00:00+00:00",
        "last_contact_at": "2026-05-03T10:00:00+00:00",
        "conversations_n": 3,
        "open_n": 1,
        "tickets_n": 2,
    }


def test_the_card_of_a_company(folder: Path) -> None:
    """A1: location, phone and primary contact; conversations are those of its people."""
    found = report("customer", "O1", ".", cwd=folder)
    row = only(section(found, "customer"))
    assert (row["location"], row["phone"]) == ("Leeds", "+44 113 496 0002")
    assert (row["primary_contact_id"], row["primary_contact"]) == ("P2", "Zoë Müller-Lang")
    assert [(r["case_id"], r["contact"]) for r in section(found, "past")] == [
        ("c4", "Zoë Müller-Lang"),
        ("c3", "Łukasz O'Hara"),
        ("c1", "Łukasz O'Hara"),
    ]
    assert row["tickets_n"] == 3


def test_open_and_past_conversations(page: dict[str, Any]) -> None:
    """A10: open ones apart from those that are over, the newest first."""
    assert [row["case_id"] for row in section(page, "open")] == ["c2"]
    assert [row["case_id"] for row in section(page, "past")] == ["c3", "c1"]


def test_the_summary_is_of_the_open_conversation_or_the_one_asked_for(
    folder: Path, page: dict[str, Any]
) -> None:
    """A2: channel, wait (else first response), skills, queue, start. A7: its case."""
    row = only(section(page, "conversation"))
    assert (row["case_id"], row["channel"], row["wait_s"]) == ("c2", "chat", 30.0)
    assert (row["skills"], row["queue"]) == (["care", "pl"], "care")
    assert row["started_at"] == "2026-05-02T10:00:00+00:00"
    assert only(section(page, "case"))["ticket_id"] == "T2"
    asked = report("customer", "P1", ".", "--case", "c1", cwd=folder)
    assert only(section(asked, "conversation"))["wait_s"] == 12.0
    case = only(section(asked, "case"))
    assert (case["ticket_id"], case["severity"]) == ("T1", "2")
    assert failure("customer", "P1", ".", "--case", "c4", cwd=folder)[0] == 1
    assert section(report("customer", "P1", ".", "--case", "c3", cwd=folder), "case") == []


def test_what_came_before_the_conversation(page: dict[str, Any]) -> None:
    """A3: survey. A4: self-service, the newest first. A5: visitor. A6: what is left."""
    survey = only(section(page, "pre_chat"))
    assert (survey["question"], survey["answer"]) == ("What is it about?", "login")
    steps = [(row["at"][:16], row["action"], row["value"]) for row in section(page, "self_service")]
    assert steps == [
        ("2026-05-02T09:55", "phrase_searched", "cannot sign in"),
        ("2026-05-02T09:50", "page_visited", "/sign-in"),
        ("2026-05-01T09:55", "article_viewed", "Your bill"),
    ]
    visitor = only(section(page, "visitor"))
    assert (visitor["authenticated"], visitor["browser"]) == (False, "Firefox")
    assert (visitor["operating_system"], visitor["location"]) == ("Linux", None)
    more = {row["name"]: row["value"] for row in section(page, "additional")}
    assert more == {"loyalty_tier": "gold", "screen": "1280"}


def test_recent_cases_are_coloured(folder: Path, page: dict[str, Any]) -> None:
    """A8: the newest first; priority and status have their tones."""
    assert [row["ticket_id"] for row in section(page, "recent_cases")] == ["T2", "T1"]
    lines = done(
        "customer", "P1", ".", "--section", "recent_cases", "--color", "always", cwd=folder
    ).text.splitlines()
    urgent, high = (next(line for line in lines if word in line) for word in ("T2 ", "T1 "))
    assert "\x1b[1;31murgent" in urgent
    assert "\x1b[33mopen" in urgent
    assert "\x1b[31mHigh" in high
    assert "\x1b[32msolved" in high


CONVERSATION, OPENED, RESOLVED = "conversation", "case opened", "case resolved"


@pytest.mark.parametrize(
    ("related", "events"),
    [
        ("contact", {CONVERSATION: 3, OPENED: 2, RESOLVED: 1, "note": 2, "self-service": 3}),
        ("company", {CONVERSATION: 4, OPENED: 3, RESOLVED: 1, "note": 3, "self-service": 4}),
        ("case", {CONVERSATION: 1, OPENED: 1, "self-service": 2}),
    ],
)
def test_the_timeline_is_switched(related: str, events: dict[str, int], folder: Path) -> None:
    """A9: of the contact, of the company with all its people, of the linked case."""
    rows = section(report("customer", "P1", ".", "--related", related, cwd=folder), "timeline")
    times = [row["at"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert Counter(row["event"] for row in rows) == events


def test_notes_are_of_all_that_is_the_customers(page: dict[str, Any]) -> None:
    """A9: quick notes, also on the company and on cases, and what agents wrote."""
    assert [(row["text"], row["about"], row["about_id"]) for row in section(page, "notes")] == [
        ("Refunded", "case", "T1"),
        ("Key account", "company", "O1"),
        ("Call after five", "contact", "P1"),
        ("Paid twice", "conversation", "c1"),
    ]
    assert [row["text"] for row in section(page, "transcript")] == ["Hello.", "I cannot sign in."]


def test_a_period_limits_the_page(folder: Path) -> None:
    """A9, A10: only what began in it."""
    found = report("customer", "P1", ".", "-p", "2026-05-02", cwd=folder)
    assert only(section(found, "customer"))["conversations_n"] == 1
    assert section(found, "past") == []
    assert {row["at"][:10] for row in section(found, "notes")} == {"2026-05-02"}


def test_missing_tables_shrink_the_page(tmp_path: Path) -> None:
    """A1-A10: what stands on them is not there, and one note says so."""
    alone = export(tmp_path, interactions=INTERACTIONS)
    found = report("customer", "P1", ".", cwd=alone)
    ids = [part["id"] for part in found["sections"]]
    assert ids == ["customer", "open", "past", "conversation", "timeline", "notes"]
    (note,) = [note for note in found["notes"] if note.startswith("Not shown")]
    for table in ("contacts", "companies", "context", "tickets", "notes", "transcripts"):
        assert f"({table})" in note
    card = only(section(found, "customer"))
    assert (card["contact_id"], card["email"], card["tickets_n"]) == ("P1", None, None)


def test_rows_set_aside_are_those_of_the_customer(tmp_path: Path) -> None:
    """A1: rows of others are not judged, and the page says so."""
    cases = (("a", "2026-05-01", "P1"), ("b", "soon", "P1"), ("c", "soon", "P2"))
    rows = [
        {"case_id": case, "started_at": start, "channel": "chat", "contact_id": contact}
        for case, start, contact in cases
    ]
    found = report("customer", "P1", ".", cwd=export(tmp_path, interactions=rows))
    assert (found["source"]["rows_read"], found["source"]["rows_set_aside"]) == (2, 1)
    assert any("Only rows of this customer" in note for note in found["notes"])
    strict = failure("customer", "P1", ".", "--strict", cwd=tmp_path)
    assert strict[1].startswith("./interactions.csv: line 3, column started_at, value 'soon'")


def test_parquet_and_text_give_the_same_page(folder: Path, tmp_path: Path) -> None:
    """A1-A10: whole rows are read of matching row groups alone, padded ids among them."""
    done("convert", ".", "-o", str(tmp_path / "dataset"), cwd=folder)
    for asked in ("P1", "O1", "zoe@example.org", "Nina Nobody"):
        text = report("customer", asked, ".", "--related", "company", cwd=folder)
        parquet = report("customer", asked, "dataset", "--related", "company", cwd=tmp_path)
        assert parquet["sections"] == text["sections"]
    rows = pl.DataFrame(
        {
            "case_id": ["a", "b", "c"],
            "started_at": ["2026-05-01", "2026-05-02", "2026-05-03"],
            "channel": ["chat"] * 3,
            "contact_id": ["P1 ", " P1", "P10"],
        }
    )
    rows.write_parquet(tmp_path / "padded.parquet", row_group_size=1)
    found = report("customer", "P1", "padded.parquet", cwd=tmp_path)
    assert [row["case_id"] for row in section(found, "past")] == ["b", "a"]


@pytest.mark.parametrize("fmt", ["table", "markdown", "html", "csv", "ndjson"])
def test_the_page_in_each_format(fmt: str) -> None:
    """A1-A10: all formats tell the customer's name."""
    assert b"Wendell Eastlake" in on_demo("customer", "P00000052", DEMO).output(fmt)
