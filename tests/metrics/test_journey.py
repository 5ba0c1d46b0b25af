"""Journeys: threads across channels (K6), queues and transfers (K7), self-service (K8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from cxtool.config import FcrSettings, JourneySettings, Settings
from cxtool.metrics.journey import days_needed, report
from cxtool.metrics.journey_threads import journeys
from cxtool.report import Report, Section
from tests.metrics.frames import WEEK, Row, case, make_tables, request_for

LATER = request_for(as_of="2026-06-10")  # every window of the week is over
THREE = [
    case("1", "2026-05-18T10:00", contact_id="a", channel="bot"),
    case("2", "2026-05-19T10:00", contact_id="a", channel="voice", topic="x", agent="Ada"),
    case("3", "2026-05-28T10:00", contact_id="a", channel="voice", topic="x"),
]


def made(rows: Sequence[Row], **options: Any) -> Report:
    settings = options.pop("settings", Settings())
    options.setdefault("request", LATER)
    return report(make_tables(rows, **options), settings)


def figures(section: Section, *keys: str) -> list[tuple[Any, ...]]:
    return section.rows.select(keys).rows()


def summary(rows: Sequence[Row], *keys: str, **options: Any) -> tuple[object, ...]:
    (row,) = figures(made(rows, **options).section("summary"), *keys)
    return row


def threads_n(rows: Sequence[Row], settings: Settings) -> int:
    """How many threads the cases make, without the report on them."""
    tables = make_tables(rows, request=LATER)
    links = journeys(tables, settings).select("continues")
    return int((~tables.collect({"links": links})["links"]["continues"]).sum())


def test_worked_example() -> None:
    """K6, K8: bot on Monday, call on Tuesday, call nine days later: two threads."""
    whole = request_for(("2026-05-18", "2026-06-01"), None, as_of="2026-06-10")
    found = made(THREE, request=whole)
    keys = ("cases_n", "threads_n", "cases_per_thread", "cross_channel_pct", "cross_channel_n")
    assert figures(found.section("summary"), *keys) == [(3, 2, 1.5, 50.0, 2)]
    changes = found.section("changes")
    assert figures(changes, "from", "to", "threads_n", "share_pct", "share_n", "gap_s") == [
        ("bot", "voice", 1, 50.0, 2, 86_400.0)
    ]
    contained = found.section("self_service")
    told = ("entry", "channel", "cases_n", "containment_pct", "unassisted_pct", "came_back_n")
    assert figures(contained, *told) == [("bot", "bot", 1, 0.0, 100.0, 1)]


@pytest.mark.parametrize(
    ("columns", "second", "expected_n"),
    [
        ({"topic": "x"}, {"topic": "x"}, 1),
        ({"topic": "x"}, {"topic": "y"}, 2),
        ({"topic": "x"}, {}, 1),  # of unknown subject: that of the case before
        ({}, {"topic": "x"}, 1),
        ({}, {}, 1),
        ({"ticket_id": "T1"}, {"ticket_id": "T1"}, 1),
        ({"ticket_id": "T1"}, {"ticket_id": "T2"}, 2),
        ({"contact_id": "b"}, {}, 2),
        ({"contact_id": None}, {"contact_id": None}, 0),
    ],
)
def test_one_contact_and_one_subject_make_a_thread(
    columns: dict[str, Any], second: dict[str, Any], expected_n: int
) -> None:
    """K6: topic, else ticket."""
    rows = [
        case("1", **{"contact_id": "a", **columns}),
        case("2", "2026-05-19T10:00", **{"contact_id": "a", **second}),
    ]
    assert threads_n(rows, Settings()) == expected_n


@pytest.mark.parametrize(("hours", "expected_n"), [(24, 1), (23, 2)])
def test_the_window_is_a_setting_and_its_end_counts(hours: int, expected_n: int) -> None:
    """K6: each case at most the window after the one before."""
    settings = Settings(journey=JourneySettings(window=hours * 3600.0))
    rows = [case("1", contact_id="a"), case("2", "2026-05-19T10:00", contact_id="a")]
    assert threads_n(rows, settings) == expected_n


def test_a_thread_goes_on_over_the_start_of_a_period() -> None:
    """K6: a change is of the period in which its later case starts, in both periods alike."""
    rows = [
        case("1", "2026-05-10T23:00", contact_id="a", channel="chat"),
        case("2", "2026-05-11T01:00", contact_id="a", channel="voice"),
        case("3", "2026-05-17T23:00", contact_id="b", channel="email"),
        case("4", "2026-05-18T01:00", contact_id="b", channel="voice"),
        case("5", "2026-05-19T01:00", contact_id="b", channel="voice"),
    ]
    found = made(rows)
    keys = ("threads_n", "threads_n_previous", "cross_channel_pct", "cross_channel_pct_previous")
    assert figures(found.section("summary"), *keys) == [(1, 2, 100.0, 50.0)]
    assert figures(found.section("changes"), "from", "to", "threads_n_previous") == [
        ("email", "voice", 0)
    ]
    channels = found.section("channels")
    told = ("channel", "cases_n", "threads_n", "left_n", "arrived_n", "moved_on_pct")
    assert figures(channels, *told) == [("voice", 2, 0, 0, 1, None)]


def test_where_a_thread_begins_and_moves_on() -> None:
    """K6: per channel the threads that began there, and those of them that left."""
    rows = [
        case("1", contact_id="a", channel="chat"),
        case("2", "2026-05-18T12:00", contact_id="a", channel="voice"),
        case("3", "2026-05-18T13:00", contact_id="a", channel="chat"),
        case("4", "2026-05-18T13:00", contact_id="b", channel="chat"),
        case("5", "2026-05-18T14:00", contact_id="b", channel="chat", direction="internal"),
    ]
    found = made(rows)
    keys = ("channel", "cases_n", "threads_n", "left_n", "arrived_n", "moved_on_pct", "moved_on_n")
    assert figures(found.section("channels"), *keys) == [
        ("chat", 3, 2, 1, 1, 50.0, 2),
        ("voice", 1, 0, 0, 1, None, 0),
    ]
    assert figures(found.section("changes"), "from", "to", "threads_n", "share_pct") == [
        ("chat", "voice", 1, 50.0),
        ("voice", "chat", 1, 50.0),
    ]


def test_queues_and_changes_of_queue() -> None:
    """K7: a contact who has to go to another queue on the same topic."""
    rows = [
        case("1", contact_id="a", topic="x", queue="care", first_response_s=20, transfers=1),
        case("2", "2026-05-19T10:00", contact_id="a", topic="x", queue="billing", resolved=True),
        case("3", "2026-05-19T10:00", queue="care", first_response_s=40, handle_s=100, transfers=0),
    ]
    found = made(rows)
    keys = ("queue", "cases_n", "handled_n", "asa_s", "asa_n", "transfer_pct", "transfer_n")
    assert figures(found.section("queues"), *keys) == [
        ("care", 2, 2, 30.0, 2, 50.0, 2),
        ("billing", 1, 0, None, 0, None, 0),
    ]
    changes = found.section("queue_changes")
    assert figures(changes, "from", "to", "threads_n") == [("care", "billing", 1)]


def test_a_case_counts_under_each_of_its_skills() -> None:
    """K7: skills."""
    rows = [
        case("1", skills=["en", "billing"], first_response_s=10),
        case("2", skills=["en"], first_response_s=30),
    ]
    skills = made(rows).section("skills")
    assert figures(skills, "skills", "cases_n", "asa_s") == [("en", 2, 20.0), ("billing", 1, 10.0)]


def test_transfers_and_what_they_take() -> None:
    """K7: handled cases by how often they were transferred."""
    times = {0: 60, 1: 120, 3: 300, 5: 500}
    rows = [
        case(str(n), transfers=n, handle_s=seconds, first_response_s=5)
        for n, seconds in times.items()
    ]
    untold = [case("x", first_response_s=5, handle_s=9), case("y", transfers=1)]
    found = made([*rows, *untold])
    keys = ("transfers", "handled_n", "share_pct", "share_n", "aht_s", "aht_n")
    assert figures(found.section("transfers"), *keys) == [
        ("0", 1, 25.0, 4, 60.0, 1),
        ("1", 1, 25.0, 4, 120.0, 1),
        ("3 or more", 2, 50.0, 4, 400.0, 2),
    ]
    assert figures(found.section("summary"), "transfer_pct", "transfer_n") == [(75.0, 4)]


ENTRIES = [
    case("1", contact_id="a", channel="ivr"),  # contained
    case("2", contact_id="b", channel="ivr"),  # came back
    case("3", "2026-05-20T10:00", contact_id="b", channel="voice", agent="Ada"),
    case("4", contact_id="c", channel="chatbot", agent="Ada"),  # an agent took it
    case("5", channel="portal"),  # nobody knows
    case("6", contact_id="d", channel="voice"),  # given up, not self-service
    case("7", contact_id="e", channel="ivr", direction="outbound"),
]


@pytest.fixture(scope="module")
def entered() -> Report:
    return made(ENTRIES)


def test_containment_by_entry(entered: Report) -> None:
    """K8: never reached an agent, and did not come back."""
    keys = ("channel", "cases_n", "containment_pct", "containment_n", "unassisted_pct")
    more = ("came_back_n", "not_judged_n")
    assert figures(entered.section("self_service"), "entry", *keys, *more) == [
        ("ivr", "ivr", 2, 50.0, 2, 100.0, 1, 0),
        ("bot", "chatbot", 1, 0.0, 1, 0.0, 0, 0),
        ("portal", "portal", 1, None, 0, 100.0, 0, 1),
    ]
    whole = ("containment_pct", "containment_n", "unassisted_pct", "unassisted_n")
    (row,) = figures(entered.section("summary"), *whole)
    assert row == (pytest.approx(100 / 3, abs=1e-6), 3, 75.0, 4)


def test_containment_waits_for_its_window(entered: Report) -> None:
    """K8: also for a case that an agent took, else only those of the young would be judged."""
    found = made(ENTRIES, request=request_for())
    (row,) = figures(found.section("summary"), "containment_pct", "containment_n", "unassisted_n")
    assert row == (None, 0, 4)
    assert any("cases from 2026-05-18 on are not judged yet" in note for note in found.notes)
    assert not any("not judged yet" in note for note in entered.notes)


def test_channels_of_self_service_are_settings() -> None:
    """K8: a centre's own names, in any case of letters; a shorter window."""
    settings = Settings(
        journey=JourneySettings(ivr=[], bot=["Lena"]), fcr=FcrSettings(window=3600.0)
    )
    rows = [
        case("1", contact_id="a", channel="lena"),
        case("2", "2026-05-18T11:00:01", contact_id="a", channel="ivr"),
    ]
    found = made(rows, settings=settings)
    keys = ("entry", "channel", "containment_pct")
    assert figures(found.section("self_service"), *keys) == [("bot", "lena", 100.0)]


def test_what_answers_is_not_always_an_agent() -> None:
    """K8: an IVR that calls its cases answered took them without an agent."""
    rows = [case("1", contact_id="a", channel="ivr", answered=True, agent=None)]
    assert summary(rows, "unassisted_pct") == (100.0,)
    told_by_nothing_else = [case("1", contact_id="a", channel="ivr", answered=True)]
    assert summary(told_by_nothing_else, "unassisted_pct") == (0.0,)


def test_deflection_by_article_and_page() -> None:
    """K8: what was seen before a case that no agent had to take."""
    rows = [
        case("1", contact_id="a"),
        case("2", contact_id="b", agent="Ada"),
        case("3", contact_id="c"),
        case("4", "2026-05-19T10:00", contact_id="c"),
    ]
    seen = [("1", "article_viewed", "Fees"), ("1", "article_viewed", "Fees")]
    seen += [("2", "article_viewed", "Fees"), ("3", "page_visited", "/fees")]
    seen += [("1", "phrase_searched", "fees")]
    context = [
        {"case_id": case_id, "kind": "self_service", "name": name, "value": value}
        for case_id, name, value in seen
    ]
    visitor = {"case_id": "4", "kind": "visitor", "name": "page", "value": "/"}
    found = made(rows, others={"context": [*context, visitor]})
    keys = ("action", "item", "cases_n", "deflection_pct", "deflection_n", "came_back_n")
    assert figures(found.section("articles"), *keys) == [
        ("article_viewed", "Fees", 2, 50.0, 2, 0),
        ("page_visited", "/fees", 1, 0.0, 1, 1),
    ]
    (row,) = figures(found.section("summary"), "deflection_pct", "deflection_n")
    assert row == (pytest.approx(100 / 3, abs=1e-6), 3)


def test_repeat_contacts_by_reason_and_their_time() -> None:
    """K2, K6: what comes again, and the agents' time in it."""
    rows = [
        case("1", "2026-05-17T10:00", contact_id="a", topic="x", first_response_s=1, handle_s=60),
        case("2", contact_id="a", topic="x", first_response_s=1, handle_s=100),
        case("3", contact_id="b", topic="x", first_response_s=1, handle_s=300),
        case("4", contact_id="c", topic="y", first_response_s=1, handle_s=50),
        case("5", "2026-05-19T10:00", contact_id="c", topic="y"),
        case("6", topic="x"),
        case("7", "2026-05-20T10:00", contact_id="c", topic="y", direction="outbound"),
    ]
    found = made(rows)
    keys = ("reason", "cases_n", "repeats_n", "repeat_pct", "repeat_n", "repeat_s")
    assert figures(found.section("reasons"), *keys, "repeat_time_pct", "since_s") == [
        ("x", 3, 1, 50.0, 2, 100.0, 25.0, 86_400.0),
        ("y", 2, 1, 50.0, 2, None, 0.0, 86_400.0),  # no agent took the repeat
    ]
    whole = ("repeats_n", "repeat_pct", "repeat_n", "repeat_s", "repeat_timed_n")
    assert figures(found.section("summary"), *whole) == [(2, 50.0, 4, 100.0, 1)]


def test_without_contacts_there_are_no_figures_of_them() -> None:
    """K6: null, not 0; and a note."""
    rows = [case("1", channel="ivr", topic="x"), case("2", channel="voice", topic="x")]
    unknown = ("threads_n", "cases_per_thread", "cross_channel_pct", "containment_pct")
    repeats = ("repeats_n", "repeat_pct", "repeat_s")
    found = made(rows)
    (row,) = figures(found.section("summary"), "cases_n", *unknown, *repeats)
    assert row == (2, *[None] * 7)
    assert "The export names no contact: there are no threads, returns or repeats." in found.notes


def test_an_export_of_almost_nothing() -> None:
    """K6, K7, K8: every section is there, and says what is missing."""
    found = made([case("1"), case("2")])
    expected = {
        "queues": "The export has no queue.",
        "skills": "The export has no skills.",
        "transfers": "The export has no transfers.",
        "self_service": "No case is on a channel that the settings",
        "articles": "The export has no 'context' table",
        "reasons": "The export has no topic, disposition or queue",
    }
    for name, note in expected.items():
        section = found.section(name)
        assert any(said.startswith(note) for said in section.notes), name
        assert section.rows.height == (1 if name == "reasons" else 0), name


def test_no_case_at_all() -> None:
    """K6: a period without cases has a summary of counts and nulls."""
    keys = ("cases_n", "threads_n", "cross_channel_pct", "containment_pct", "repeat_pct")
    assert summary([], *keys) == (0, None, None, None, None)
    named = [case("1", "2026-05-12T10:00", contact_id="a")]
    assert summary(named, "cases_n", "threads_n", "cross_channel_pct") == (0, 0, None)


def test_where_leaves_out_cases_but_not_what_they_lead_to() -> None:
    """K6, K8: ``--where channel = ivr`` does not contain what came back by telephone."""
    rows = [
        case("1", contact_id="a", channel="ivr"),
        case("2", "2026-05-18T12:00", contact_id="a", channel="voice"),
    ]
    tables = make_tables(rows, request=LATER)
    filtered = make_tables(rows[:1], request=LATER)
    found = report(replace(tables, cases=filtered.cases), Settings())
    (row,) = figures(found.section("summary"), "cases_n", "containment_pct", "containment_n")
    assert row == (1, 0.0, 1)


def test_row_order_never_matters() -> None:
    """K6: the same figures from the rows turned round."""
    one, other = made(THREE), made(THREE[::-1])
    for section in one.sections:
        assert section.rows.equals(other.section(section.id).rows), section.id


def test_days_around_cover_the_longer_window() -> None:
    settings = Settings(journey=JourneySettings(window=864_000.0))
    assert (days_needed(Settings()), days_needed(settings)) == (7, 10)


def test_an_unequal_comparison_still_has_trends() -> None:
    """K6: against nothing there is none."""
    alone = request_for(WEEK, None, as_of="2026-06-10")
    keys = ("cross_channel_pct_previous", "cross_channel_pct_signal", "cross_channel_low_pct")
    previous, signal, low = summary(THREE, *keys, request=alone)
    assert (previous, signal) == (None, None)
    assert low == pytest.approx(20.654931, abs=1e-6)  # Wilson, 1 of 1
