"""Companies' contacts and their Customer Engagement Load: C1-C11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cxtool.config import CelSettings, Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.canonical import with_company_names, with_contact_companies
from cxtool.metrics.cel import report
from cxtool.report import Report
from cxtool.tables import Tables
from tests.metrics.frames import Row, case, make_tables, request_for

BEFORE = "2026-05-12T10:00:00"
NOW = "2026-05-18T10:00:00"


def call(case_id: str, company_id: str | None, talk_s: float | None, **columns: Any) -> Row:
    """An answered inbound call unless the columns say otherwise."""
    columns = {"direction": "inbound", "answered": True, **columns}
    return case(
        case_id,
        columns.pop("started_at", NOW),
        channel=columns.pop("channel", "voice"),
        company_id=company_id,
        company=columns.pop("company", company_id),
        talk_s=talk_s,
        **columns,
    )


def ticket(ticket_id: str, company_id: str | None, **columns: Any) -> Row:
    columns = {"created_at": NOW, "company": company_id, "contact_id": None, **columns}
    return {"ticket_id": ticket_id, "company_id": company_id, "resolved_at": None, **columns}


def tables_of(cases: Sequence[Row], tickets: Sequence[Row] | None = ()) -> Tables:
    others = {} if tickets is None else {"tickets": [*tickets, ticket("unassigned", None)]}
    return make_tables(cases, others=others)


def example() -> Tables:
    """The worked example: A to D, tickets resolved in an hour on average."""
    return tables_of(
        [
            call("1", "A", 1800),
            call("2", "A", 600, direction="outbound"),
            call("3", "A", 1200, channel="chat"),
            call("4", "B", 2214),
            call("5", "C", 1872, channel="chat"),
            call("6", "D", 2213),
        ],
        [
            ticket("1", "A", resolved_at="2026-05-18T10:30:00"),
            ticket("2", "A", resolved_at="2026-05-18T11:30:00"),
            ticket("3", "C"),
        ],
    )


def companies(found: Report) -> dict[str, dict[str, Any]]:
    rows = found.section("companies").rows
    return {row["company_id"]: row for row in rows.iter_rows(named=True)}


def summary(found: Report) -> dict[str, Any]:
    return found.section("summary").rows.row(0, named=True)


def shares(found: Report, key: str = "share_pct") -> dict[str, Any]:
    return dict(found.section("shares").rows.select("channel", key).iter_rows())


def test_the_worked_example() -> None:
    """C8, C9, C10: loads, CEL rounded half up (20.5 is 21, 20.49 is 20), levels."""
    found = report(example(), Settings())
    rows = found.section("companies").rows.select("company_id", "load_s", "cel", "level").rows()
    assert rows == [
        ("A", 10800.0, 100, "critical"),
        ("C", 5472.0, 51, "high"),
        ("B", 2214.0, 21, "medium"),
        ("D", 2213.0, 20, "low"),
    ]
    first = companies(found)["A"]
    parts = ("inbound_talk_s", "outbound_talk_s", "chat_s", "tickets_n", "chats_n")
    assert [first[part] for part in parts] == [1800.0, 600.0, 1200.0, 2, 1]
    assert first["load_days"] == [10800.0, *[0.0] * 6]


def test_counts_of_the_summary_and_shares() -> None:
    """C1-C6: companies, contacts of each channel, and what part of all each one is."""
    found = report(example(), Settings())
    counts = summary(found)
    names = ("companies_n", "hotline_n", "campaign_n", "ticket_n", "chat_n")
    assert [counts[name] for name in names] == [4, 3, 1, 3, 2]
    assert (counts["mean_resolution_s"], counts["mean_resolution_n"]) == (3600.0, 2)
    assert counts["load_s"] == 10800 + 5472 + 2214 + 2213
    assert shares(found, "contacts_n") == {"hotline": 3, "campaign": 1, "ticket": 3, "chat": 2}
    assert shares(found)["hotline"] == pytest.approx(100 / 3, abs=1e-6)
    assert set(shares(found, "share_n").values()) == {9}


@pytest.mark.parametrize(
    "columns",
    [
        {"answered": False},
        {"direction": "internal"},
        {"channel": "email"},
        {"channel": "chat", "answered": False},
        {"channel": "chat", "direction": "internal"},
        {"direction": "outbound", "answered": False},
        {"started_at": BEFORE},
    ],
)
def test_what_is_not_a_contact(columns: Mapping[str, Any]) -> None:
    """C2, C3, C5: unanswered, internal, other channels and other days count for nobody."""
    found = report(tables_of([call("1", "A", 60), call("2", "B", 60, **columns)]), Settings())
    assert list(companies(found)) == ["A"]
    assert summary(found)["companies_n"] == 1
    assert sum(shares(found, "contacts_n").values()) == 1


def test_contacts_and_tickets_without_a_company_are_left_out_and_told() -> None:
    """C4: a customer's ticket without a company is counted in a note, an unassigned one nowhere."""
    cases = [call("1", "A", 60), call("2", None, 60), call("3", None, 5, channel="chat")]
    found = report(tables_of(cases, [ticket("1", None, contact_id="p")]), Settings())
    assert sum(shares(found, "contacts_n").values()) == 1
    said = "Contacts left out, for they belong to no company: 1 hotline, 1 ticket, 1 chat."
    assert said in found.notes


def test_contacts_of_a_companys_people_count_for_it() -> None:
    """C5: a person's contact carries the company it was found to belong to."""
    cases = [call("1", "A", 60, contact_id="p1"), call("2", "A", 40, contact_id="p2")]
    assert companies(report(tables_of(cases), Settings()))["A"]["inbound_talk_s"] == 100.0


def test_a_company_known_by_id_or_by_name_alone() -> None:
    """C1: an id without a name shows the id; a name takes the id that it has elsewhere."""
    cases = [
        call("1", "c1", 60, company="Acme"),
        call("2", None, 30, company="Acme"),
        call("3", "Acme", 10, company="Acme"),
        call("4", "c2", 5, company=None),
        call("5", None, 4, company="Bolt"),
    ]
    found = companies(report(tables_of(cases), Settings()))
    assert {key: row["company"] for key, row in found.items()} == {
        "c1": "Acme",
        "c2": "c2",
        "Bolt": "Bolt",
    }
    assert found["c1"]["inbound_talk_s"] == 100.0


def test_a_name_with_two_ids_is_not_guessed() -> None:
    """C1: where a name belongs to two companies, the nameless rows stay by themselves."""
    cases = [
        call("1", "c1", 1, company="Acme"),
        call("2", "c2", 2, company="Acme"),
        call("3", "Acme", 3, company="Acme"),
    ]
    assert set(companies(report(tables_of(cases), Settings()))) == {"c1", "c2", "Acme"}


def test_talk_time_else_handling_time_else_none() -> None:
    """C8: a contact without any time counts, adds nothing and is told."""
    cases = [
        call("1", "A", 100, handle_s=500),
        call("2", "B", None, handle_s=50),
        call("3", "C", None),
    ]
    found = report(tables_of(cases), Settings())
    assert [row["inbound_talk_s"] for row in companies(found).values()] == [100.0, 50.0, 0.0]
    assert companies(found)["C"]["level"] == "low"
    said = "Contacts without talk or handling time, which add no load: 1."
    assert said in found.notes


def test_mean_resolution_is_of_all_customers_and_exact() -> None:
    """C9: of resolved tickets created in the period, whoever's; a third of a second is kept."""
    tickets = [
        ticket("1", "A", resolved_at="2026-05-18T10:00:01"),
        ticket("2", None, resolved_at="2026-05-18T10:00:00"),
        ticket("3", None, contact_id="p", resolved_at=NOW),
        ticket("4", "B", created_at=BEFORE, resolved_at=NOW),
    ]
    found = report(tables_of([call("1", "B", 0)], tickets), Settings())
    assert summary(found)["mean_resolution_s"] == pytest.approx(1 / 3, abs=1e-6)
    assert companies(found)["A"]["load_s"] == pytest.approx(1 / 3, abs=1e-6)
    assert (companies(found)["A"]["cel"], companies(found)["B"]["cel"]) == (100, 0)


@pytest.mark.parametrize(("milliseconds", "cel"), [(203, 21), (202, 20)])
def test_rounding_is_exact_where_the_mean_is_no_whole_number(milliseconds: int, cel: int) -> None:
    """C9: a mean of 1/3 s times three tickets is exactly the second that 20.5 % is taken of."""
    tickets = [ticket(str(i), "A") for i in range(3)]
    tickets += [
        ticket("4", "Z", resolved_at="2026-05-18T10:00:01"),
        ticket("5", "Z", resolved_at=NOW),
        ticket("6", "Z", resolved_at=NOW),
    ]
    cases = [call("1", "B", milliseconds / 1000 + 0.002)]
    rows = companies(report(tables_of(cases, tickets), Settings()))
    assert rows["A"]["cel"] == 100
    assert rows["B"]["cel"] == cel


def test_large_exports_do_not_overflow() -> None:
    """C9: loads times the number of resolved tickets pass 64 bits and stay exact."""
    long = {"created_at": "2026-05-18T00:00:00", "resolved_at": "2086-05-18T00:00:00"}
    tickets = [ticket(str(i), "A", **long) for i in range(3000)]
    cases = [call("1", "B", 1_000_000_000), call("2", "C", 9 * 10**12)]
    rows = companies(report(tables_of(cases, tickets), Settings()))
    days = (60 * 365 + 15) * 86_400
    assert rows["A"]["load_s"] == 3000 * days
    assert rows["C"]["cel"] == 100
    assert rows["A"]["cel"] == round(100 * 3000 * days / (9 * 10**12))


def test_unresolved_tickets_add_nothing_and_warn() -> None:
    """C9: without a resolved ticket there is no mean; tickets still count as contacts."""
    found = report(
        tables_of([call("1", "A", 60)], [ticket("1", "A"), ticket("2", "B")]), Settings()
    )
    assert (companies(found)["A"]["load_s"], companies(found)["B"]["cel"]) == (60.0, 0)
    assert summary(found)["mean_resolution_s"] is None
    assert summary(found)["mean_resolution_n"] == 0
    assert "No ticket of the period is resolved: tickets add nothing to its loads." in found.notes


def test_a_fixed_time_per_ticket() -> None:
    """C9: the configuration's time per ticket replaces the mean, which is still shown."""
    found = report(example(), Settings(cel=CelSettings(ticket_time=600)))
    assert companies(found)["A"]["load_s"] == 3600 + 2 * 600
    assert summary(found)["mean_resolution_s"] == 3600.0
    assert "Each ticket counts as 10m, as configured." in found.notes


def test_without_a_tickets_table_tickets_are_unknown() -> None:
    """C4: null, not 0; the shares are those of the other channels."""
    found = report(tables_of([call("1", "A", 60), call("2", "A", 5)], None), Settings())
    counts = summary(found)
    assert counts["ticket_n"] is None
    assert counts["ticket_n_signal"] is None
    assert counts["mean_resolution_n"] is None
    assert companies(found)["A"]["tickets_n"] is None
    assert shares(found) == {"hotline": 100.0, "campaign": 0.0, "ticket": None, "chat": 0.0}
    assert any(note.startswith("No 'tickets' table") for note in found.notes)


def test_nothing_in_the_period_has_no_shares() -> None:
    """C6: nothing to share out is null, not 0 %."""
    found = report(tables_of([case("1", company_id="A")]), Settings())
    assert found.section("companies").rows.is_empty()
    assert summary(found)["companies_n"] == 0
    assert set(shares(found).values()) == {None}


def test_trends_against_the_preceding_period() -> None:
    """C7: counts, shares, load and CEL stand beside those of the week before."""
    cases = [call(f"n{i}", "A", 100) for i in range(40)]
    cases += [call(f"p{i}", "A", 100, started_at=BEFORE) for i in range(10)]
    cases += [call("top", "T", 2000, started_at=BEFORE), call("c", "A", 50, channel="chat")]
    found = report(tables_of(cases), Settings())
    counts = summary(found)
    assert (counts["hotline_n"], counts["hotline_n_previous"]) == (40, 11)
    assert (counts["hotline_n_change"], counts["hotline_n_signal"]) == (29, "up")
    assert (counts["companies_n"], counts["companies_n_previous"]) == (1, 2)
    assert shares(found, "share_pct_previous")["hotline"] == 100.0
    row = companies(found)["A"]
    assert (row["load_s"], row["load_s_previous"], row["load_s_signal"]) == (4050.0, 1000.0, "up")
    assert (row["cel"], row["cel_previous"], row["cel_change"]) == (100, 50, 50)


def test_a_single_contact_more_is_no_signal() -> None:
    """C7: what chance alone explains is flat, in the load and in CEL."""
    cases = [
        *[call(f"t{i}", "T", 1000) for i in range(9)],
        *[call(f"s{i}", "T", 1000, started_at=BEFORE) for i in range(9)],
        *[call(f"a{i}", "A", 1000) for i in range(3)],
        *[call(f"b{i}", "A", 1000, started_at=BEFORE) for i in range(2)],
    ]
    row = companies(report(tables_of(cases), Settings()))["A"]
    assert (row["cel"], row["cel_previous"]) == (33, 22)
    assert (row["load_s_signal"], row["cel_signal"]) == ("flat", "flat")


def test_a_mean_of_few_resolved_tickets_is_not_trusted() -> None:
    """C7, C9: ten tickets at a mean that rests on two are no sure rise, at one of many they are."""

    def load_signal(resolved: Sequence[int]) -> str:
        tickets = [
            ticket(f"n{i}", "A" if i < 10 else None, resolved_at=f"2026-05-18T{10 + hours}:00:00")
            for i, hours in enumerate(resolved)
        ]
        tickets += [ticket(f"n{i}", "A") for i in range(len(resolved), 10)]
        old = [
            ticket(f"o{i}", "A", created_at=BEFORE, resolved_at="2026-05-12T11:00:00")
            for i in range(10)
        ]
        row = companies(report(tables_of([call("1", "A", 0)], [*tickets, *old]), Settings()))["A"]
        assert (row["load_s"], row["load_s_previous"]) == (50 * 3600.0, 10 * 3600.0)
        signal: str = row["load_s_signal"]
        return signal

    assert load_signal([1, 9]) == "flat"
    assert load_signal([1, 9] * 30) == "up"


def test_no_data_before_is_new() -> None:
    """C7: an empty preceding period gives no change; a company absent from a full one had 0."""
    alone = summary(report(tables_of([call("1", "A", 60)]), Settings()))
    assert (alone["hotline_n_previous"], alone["hotline_n_signal"]) == (None, "new")
    both = [call("1", "A", 60), call("2", "B", 60, started_at=BEFORE)]
    row = companies(report(tables_of(both), Settings()))["A"]
    assert (row["cel_previous"], row["load_s_previous"]) == (0, 0.0)
    unanswered = call("2", "B", 60, started_at=BEFORE, answered=False)
    row = companies(report(tables_of([call("1", "A", 60), unanswered]), Settings()))["A"]
    assert (row["cel_previous"], row["load_s_previous"]) == (0, 0.0), "a case that does not count"


def test_nothing_compared_no_trend() -> None:
    """C7: without a compared period everything about change is null."""
    tables = replace(example(), request=request_for(previous=None))
    row = companies(report(tables, Settings()))["A"]
    assert (row["cel"], row["cel_previous"], row["cel_signal"]) == (100, None, None)


@pytest.mark.parametrize("asked", ["C", "c"])
def test_one_company_alone_keeps_its_cel(asked: str) -> None:
    """C11: summary and shares are its own, CEL stays relative to all companies."""
    found = report(example(), Settings(), company=asked)
    assert list(companies(found)) == ["C"]
    assert companies(found)["C"]["cel"] == 51
    assert (summary(found)["companies_n"], summary(found)["hotline_n"]) == (1, 0)
    assert shares(found) == {"hotline": 0.0, "campaign": 0.0, "ticket": 50.0, "chat": 50.0}


def test_one_company_by_its_name_or_not_at_all() -> None:
    """C11: names are found in any case; a slip of the pen gets the nearest name."""
    tables = tables_of([call("1", "c1", 60, company="Acme"), call("2", "c2", 9, company="Bolt")])
    assert list(companies(report(tables, Settings(), company="ACME"))) == ["c1"]
    with pytest.raises(UsageError, match="did you mean 'Acme'"):
        report(tables, Settings(), company="Acne")


def test_one_company_that_was_there_only_before() -> None:
    """C11: it is known, has no row in the period, and that is said."""
    cases = [call("1", "A", 60), call("2", "B", 60, started_at=BEFORE)]
    found = report(tables_of(cases), Settings(), company="B")
    assert found.section("companies").rows.is_empty()
    assert found.section("companies").notes == ("No counted contact in the period, only before.",)
    assert (summary(found)["companies_n"], summary(found)["companies_n_previous"]) == (0, 1)


def test_an_export_that_names_no_company_is_refused() -> None:
    """C1: what is missing, and what would do."""
    with pytest.raises(CxtoolError, match="which company") as caught:
        report(make_tables([case("1", channel="voice")]), Settings())
    assert caught.value.hint is not None
    assert "interactions.company_id" in caught.value.hint


CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["hotline", "campaign", "ticket", "chat"]),
        st.integers(0, 5000),
    ),
    max_size=25,
)


def built(contacts: Sequence[tuple[str, str, int]]) -> Tables:
    cases = [
        call(
            str(i),
            company,
            seconds,
            channel="chat" if channel == "chat" else "voice",
            direction="outbound" if channel == "campaign" else "inbound",
        )
        for i, (company, channel, seconds) in enumerate(contacts)
        if channel != "ticket"
    ]
    tickets = [
        ticket(str(i), company, resolved_at=f"2026-05-18T10:{seconds % 60:02d}:00")
        for i, (company, channel, seconds) in enumerate(contacts)
        if channel == "ticket"
    ]
    return tables_of(cases or [call("none", "A", None, answered=False)], tickets)


@given(contacts=CONTACTS, seed=st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=15, deadline=None)
def test_properties_of_shares_and_cel(contacts: list[tuple[str, str, int]], seed: Any) -> None:
    """C6, C9: shares add up to 100 %, the largest load is 100, order of rows is nothing."""
    found = report(built(contacts), Settings())
    parts = [share for share in shares(found).values() if share is not None]
    assert sum(parts) == pytest.approx(100 if contacts else 0, abs=1e-5)
    rows = found.section("companies").rows
    assert rows["load_s"].is_sorted(descending=True)
    assert all(0 <= cel <= 100 for cel in rows["cel"])
    if not rows.is_empty() and rows["load_s"][0] > 0:
        assert rows["cel"][0] == 100
    shuffled = list(contacts)
    seed.shuffle(shuffled)
    again = report(built(shuffled), Settings()).section("companies").rows
    assert again.equals(rows)


def test_companies_are_joined_with_sums_or_with_cases() -> None:
    """C1, C9: a company through the contact, by id or by name, with the same loads either way."""
    cases = [
        call("1", None, 60, contact_id="p"),
        call("2", None, 120, contact_id="p", company="Acme"),
        call("3", "b", 240, contact_id="p", company=None),
        call("4", None, 480, contact_id="q"),
        call("5", "a", 960, contact_id=None, company=None),
        call("6", None, 1920, contact_id=None),
    ]
    people = {
        "contacts": [{"contact_id": "p", "company_id": "a"}, {"contact_id": "q"}],
        "companies": [{"company_id": "a", "name": "Acme"}],
    }
    bare = make_tables(cases, others=people)
    contacts, names = (
        partial(rule, frames=bare.others) for rule in (with_contact_companies, with_company_names)
    )
    summed = report(replace(bare, contact_companies=contacts, company_names=names), Settings())
    joined = report(replace(bare, cases=names(contacts(bare.cases))), Settings())
    loads = {key: (row["company"], row["load_s"]) for key, row in companies(summed).items()}
    assert loads == {"a": ("Acme", 1140.0), "b": ("b", 240.0)}
    for section in joined.sections:
        assert summed.section(section.id).rows.equals(section.rows, null_equal=True)
    assert summed.notes == joined.notes
