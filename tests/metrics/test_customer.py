"""One customer's page from literal rows (A1 to A10)."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cxtool.errors import CxtoolError
from cxtool.metrics.customer import matches_report, report
from cxtool.report import Report
from tests.metrics.frames import case, make_tables, request_for

CASES = [
    case("1", "2026-05-18T10:00:00", contact_id="P", status="closed", ticket_id="T"),
    case("2", "2026-05-19T10:00:00", contact_id="P", status="open", wait_s=90, skills=["a", "b"]),
    case("3", "2026-05-20T10:00:00", contact_id="P", status=None, first_response_s=7),
    case("4", "2026-05-21T10:00:00", contact_id="Q", status="open"),
]
CONTEXT = [
    {"case_id": "1", "kind": "self_service", "name": "page_visited", "value": "/old", "at": None},
    {
        "case_id": "1",
        "kind": "self_service",
        "name": "page_visited",
        "value": "/a",
        "at": "2026-05-18T09:00:00",
    },
    {
        "case_id": "2",
        "kind": "self_service",
        "name": "article_viewed",
        "value": "B",
        "at": "2026-05-19T09:00:00",
    },
    {"case_id": "2", "kind": "visitor", "name": "Authenticated", "value": "Yes"},
    {"case_id": "4", "kind": "visitor", "name": "browser", "value": "of another one"},
]


def page(**options: Any) -> Report:
    others = options.pop("others", None)
    return report(make_tables(CASES, others=others), kind="contact", id="P", **options)


def ids(found: Report, section: str, key: str = "case_id") -> list[object]:
    return found.section(section).rows[key].to_list()


def test_open_while_the_status_is_known_and_not_closed() -> None:
    """A10: an unknown status is past, and told."""
    found = page()
    assert ids(found, "open") == ["2"]
    assert ids(found, "past") == ["3", "1"]
    assert found.section("past").notes == ("Of unknown status, and shown as past: 1.",)


@pytest.mark.parametrize(("asked", "shown", "wait_s"), [(None, "2", 90.0), ("3", "3", 7.0)])
def test_the_conversation_summed_up(asked: str | None, shown: str, wait_s: float) -> None:
    """A2: the newest open one unless another is asked for; the wait falls back to the response."""
    row = page(case=asked).section("conversation").rows.row(0, named=True)
    assert (row["case_id"], row["wait_s"]) == (shown, wait_s)


def test_a_conversation_of_another_customer_is_refused() -> None:
    """A2: nothing of anybody else is shown."""
    with pytest.raises(CxtoolError, match="no conversation '4' of this customer"):
        page(case="4")


def test_context_is_the_customers_own() -> None:
    """A4: the newest first, without a time last. A5: yes and no are truth values."""
    found = page(others={"context": CONTEXT})
    assert ids(found, "self_service", "value") == ["B", "/a", "/old"]
    assert found.section("visitor").rows["authenticated"].to_list() == [True]
    assert ids(found, "visitor") == ["2"]


def test_a_linked_case_that_the_export_lacks() -> None:
    """A7: told by its number. A8: cases are the customer's, or linked."""
    tickets = [
        {"ticket_id": "U", "created_at": "2026-05-19T10:00:00", "contact_id": "P"},
        {"ticket_id": "V", "created_at": "2026-05-19T11:00:00", "contact_id": "Q"},
    ]
    found = page(case="1", others={"tickets": tickets})
    assert found.section("case").rows.is_empty()
    assert found.section("case").notes == ("Case T is not in the export.",)
    assert ids(found, "recent_cases", "ticket_id") == ["U"]


def test_a_timeline_without_a_record_says_so() -> None:
    """A9: no company is known, and no case is linked."""
    for related, note in (
        ("company", "No company is known."),
        ("case", "No case is linked to the conversation."),
    ):
        timeline = page(related=related).section("timeline")
        assert timeline.rows.is_empty()
        assert timeline.notes == (note,)


def test_the_timeline_holds_no_time_that_is_unknown() -> None:
    """A9: the newest first; a step without a time has no place in it."""
    rows = page(others={"context": CONTEXT}).section("timeline").rows
    assert rows["case_id"].to_list() == ["3", "2", "2", "1", "1"]
    assert rows["at"].null_count() == 0


def test_people_of_cases_go_by_their_names() -> None:
    """A9: of an agent as conversations name it, of a contact as contacts do; else by the id."""
    cases = [case("1", "2026-05-18T10:00:00", contact_id="P", agent_id="a", agent="Ana")]
    tickets = [
        {"ticket_id": "T", "created_at": "2026-05-19T10:00:00", "contact_id": "P", "agent_id": who}
        for who in ("a", "b")
    ]
    contacts = [{"contact_id": "P", "name": "Pia"}]
    tables = make_tables(cases, others={"tickets": tickets, "contacts": contacts})
    rows = report(tables, kind="contact", id="P").section("timeline").rows
    opened = rows.filter(event="case opened")
    assert sorted(opened["author"]) == ["Ana", "b"]
    assert opened["contact"].to_list() == ["Pia", "Pia"]


def test_months_have_no_gap() -> None:
    """A10: a month, or a channel in one, without a conversation counts 0."""
    cases = [case("1", "2026-03-31T23:00:00", contact_id="P", channel="chat")]
    cases += [
        case(str(number), "2026-05-19T10:00:00", contact_id="P", channel="voice")
        for number in range(2, 21)
    ]
    tables = make_tables(cases, request=request_for(("2026-03-01", "2026-06-01"), None))
    found = report(tables, kind="contact", id="P").section("months")
    assert found.rows.rows() == [
        ("2026-03", "chat", 1),
        ("2026-03", "voice", 0),
        ("2026-04", "chat", 0),
        ("2026-04", "voice", 0),
        ("2026-05", "chat", 0),
        ("2026-05", "voice", 19),
    ]
    assert [chart.series for chart in found.charts] == ["channel"]
    few = report(make_tables(cases[1:]), kind="contact", id="P")
    assert "months" not in [section.id for section in few.sections]


def test_nobodys_conversations() -> None:
    """A1, A10: a customer without any has a card all the same; counts are 0, times unknown."""
    contacts = [{"contact_id": "N", "name": "Nora"}]
    tables = make_tables(CASES, others={"contacts": contacts})
    found = report(tables, kind="contact", id="N")
    row = found.section("customer").rows.row(0, named=True)
    assert (row["name"], row["conversations_n"], row["open_n"]) == ("Nora", 0, 0)
    assert (row["last_contact_at"], row["tickets_n"]) == (None, None)
    assert found.section("conversation").rows.is_empty()


def test_matches_are_told_in_the_reports_zone() -> None:
    """A1: what tells those apart whom a name fits."""
    found = pl.DataFrame(
        {
            "kind": ["contact"],
            "id": ["P"],
            **{key: [None] for key in ("name", "company", "email", "phone", "location")},
            "last_contact_at": [None],
        },
        schema_overrides={"last_contact_at": pl.Datetime("us", "UTC")},
    )
    tables = make_tables(CASES)
    made = matches_report("p", found, request=request_for(tz="Asia/Bangkok"), source=tables.source)
    assert made.section("matches").rows["last_contact_at"].dtype == pl.Datetime(
        "us", "Asia/Bangkok"
    )
