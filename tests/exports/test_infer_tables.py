"""Which table an unknown file feeds, told by its columns: contacts, tickets, transcripts, ..."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_helper import call, failure
from tests.exports.drafts import columns, comments, drafted, table, written

FILES: dict[str, tuple[str, str, list[str]]] = {
    "tickets": (
        "export.csv",
        """
        Ticket ID,Created,Resolved,Status,Priority,Subject,Requester ID
        7,2026-05-01 10:00,2026-05-02 09:00,solved,high,Printer,c1
        8,2026-05-01 11:00,,new,low,Phone,c2
        """,
        ["ticket_id", "created_at", "resolved_at", "status", "priority", "subject", "contact_id"],
    ),
    "contacts": (
        "klienci.csv",
        """
        ID klienta;Imię i nazwisko;Email;Telefon;Miasto;ID firmy
        c1;Anna Nowak;a@example.org;601;Łódź;f1
        c2;Jan Kowal;j@example.org;602;Gdynia;f1
        """,
        ["contact_id", "name", "email", "phone", "location", "company_id"],
    ),
    "companies": (
        "export.csv",
        """
        Company ID,Company name,City,Phone
        f1,Northwind,Oslo,1
        f2,Tailspin,Lviv,2
        """,
        ["company_id", "name", "location", "phone"],
    ),
    "behaviors": (
        "export.csv",
        """
        Call ID,Behavior,Score
        1,Active Listening,0.7
        1,Empathy,0.2
        2,Active Listening,0.9
        """,
        ["case_id", "behavior", "score"],
    ),
    "transcripts": (
        "export.jsonl",
        """
        {"conversationId": "1", "turn": 1, "speaker": "Rep", "text": "Hello"}
        {"conversationId": "1", "turn": 2, "speaker": "Client", "text": "Hi"}
        """,
        ["case_id", "turn", "speaker", "text"],
    ),
    "agent_states": (
        "export.csv",
        """
        Agent ID,State,Start time,End time
        a1,Ready,2026-05-01 08:00,2026-05-01 09:00
        a1,Lunch,2026-05-01 09:00,2026-05-01 09:30
        """,
        ["agent_id", "state", "started_at", "ended_at"],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_the_table_is_told_by_the_columns(tmp_path: Path, name: str) -> None:
    file, text, expected = FILES[name]
    found = table(drafted(tmp_path, text, name=file))
    assert found["table"] == name
    assert sorted(found["columns"]) == sorted(expected)


def test_words_of_tables_are_mapped(tmp_path: Path) -> None:
    file, text, _ = FILES["behaviors"]
    mapped = columns(drafted(tmp_path, text, name=file))["behavior"]["map"]
    assert mapped == {"Active Listening": "active_listening", "Empathy": "be_empathetic"}
    file, text, _ = FILES["transcripts"]
    mapped = columns(drafted(tmp_path, text, name=file))["speaker"]["map"]
    assert mapped == {"Rep": "agent", "Client": "customer"}
    file, text, _ = FILES["agent_states"]
    assert columns(drafted(tmp_path, text, name=file))["state"]["map"] == {
        "Lunch": "break",
        "Ready": "available",
    }


def test_another_table_that_would_do_is_named(tmp_path: Path) -> None:
    """A help desk's tickets are cases as well; the user says which."""
    text = """
        Ticket ID,Created at,Status,Priority,Topic,Assignee,First response time
        7,2026-05-01 10:00,solved,high,Printer,Ann,60
        8,2026-05-01 11:00,new,low,Phone,Bo,90
        """
    draft = drafted(tmp_path, text, name="tickets.csv")
    assert table(draft)["table"] == "tickets"
    assert "table 'interactions' too: --table interactions" in comments(draft)
    other = drafted(tmp_path, text, name="tickets.csv", table="interactions")
    assert columns(other)["channel"] == {"value": "ticket"}
    assert columns(other)["first_response_s"]["from"] == ["First response time"]


def test_an_unknown_table(tmp_path: Path) -> None:
    file = written(tmp_path, FILES["companies"][1])
    code, message = failure("profile", "infer", file, "--table", "ticket", cwd=tmp_path)
    assert (code, "did you mean 'tickets'?" in message) == (2, True)


def test_two_drafts_read_a_conversation(tmp_path: Path) -> None:
    """K10: a transcript's draft reads it as a table of its own."""
    file, text, _ = FILES["transcripts"]
    written(tmp_path, text, name=file)
    assert call("profile", "infer", file, "-o", "t.toml", cwd=tmp_path).code == 0
    tested = call("profile", "test", "t.toml", file, "-f", "json", cwd=tmp_path)
    assert tested.code == 0, tested.err
    speakers = next(row for row in tested.rows("columns") if row["column"] == "speaker")
    assert speakers["examples"] == ["agent", "customer"]
