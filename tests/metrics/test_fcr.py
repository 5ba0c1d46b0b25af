"""First-contact resolution: who came back, who cannot be judged yet, and in how many slices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cxtool.config import FcrSettings, Settings
from cxtool.errors import UsageError
from cxtool.metrics import contact_slices, fcr, kpi, returns_sorted
from tests.metrics.frames import Row, case, collect, make_tables, request_for

LATER = request_for(as_of="2026-06-30")
START = "2026-05-18T10:00:00"


def handled(case_id: str, started_at: str, contact: str | None = "P1", **columns: Any) -> Row:
    return case(case_id, started_at, contact_id=contact, first_response_s=5, **columns)


def counts(*cases: Row, options: FcrSettings | None = None, request: Any = LATER) -> list[int]:
    """Resolved, judged, young, unknown."""
    tables = make_tables(cases, request=request)
    found = fcr.fcr_cases(tables, Settings(fcr=options or FcrSettings()))
    counted = collect({"fcr": fcr.fcr_counts(found, (), tables)})["fcr"]
    return [counted[name].sum() for name in fcr.COUNTS]


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ({}, [1, 2, 0, 0]),
        ({"contact": "P2"}, [2, 2, 0, 0]),
        ({"direction": "outbound"}, [2, 2, 0, 0]),
        ({"channel": "chat"}, [1, 2, 0, 0]),
        ({"first_response_s": None}, [0, 1, 0, 0]),
        ({"topic": "billing"}, [1, 2, 0, 0]),
    ],
)
def test_k2_what_is_a_coming_back(back: dict[str, Any], expected: list[int]) -> None:
    """K2: an inbound case of the same contact by any channel, answered or not."""
    again = handled("2", "2026-05-20T10:00:00", back.pop("contact", "P1"))
    assert counts(handled("1", START), {**again, **back}) == expected


@pytest.mark.parametrize(
    ("topics", "resolved"),
    [
        (("billing", "billing"), 1),
        (("billing", "delivery"), 2),
        (("billing", None), 1),
        ((None, "billing"), 1),
    ],
)
def test_k2_the_topic_counts_where_both_are_known(
    topics: tuple[str | None, str | None], resolved: int
) -> None:
    first, second = topics
    cases = (
        handled("1", START, topic=first),
        handled("2", "2026-05-20T10:00:00", topic=second),
    )
    assert counts(*cases) == [resolved, 2, 0, 0]


@pytest.mark.parametrize(
    ("second", "resolved"),
    [
        ("2026-05-25T10:00:00", 1),
        ("2026-05-25T10:00:00.001", 2),
        (START, 2),
        ("2026-05-18T10:00:00.001", 1),
    ],
)
def test_k2_the_window_is_inclusive_and_begins_after_the_start(second: str, resolved: int) -> None:
    """K2: seven days to the millisecond; two cases of one moment are no coming back."""
    request = request_for(("2026-05-18", "2026-05-26"), None, as_of="2026-06-30")
    cases = (handled("1", START), handled("2", second))
    assert counts(*cases, request=request) == [resolved, 2, 0, 0]


def test_k2_a_case_is_judged_whatever_the_days_around_it_hold() -> None:
    """K2: an id that recurs there is set aside among them, not among the cases of the period."""
    tables = make_tables([handled("1", START)], request=LATER)
    without = replace(tables, around_cases=tables.around_cases.head(0))
    repeats = fcr.Repeats(tables=without, settings=Settings(), by={"all": ()})
    found = repeats.counts(collect(repeats.frames))["all"]
    assert found.select(fcr.COUNTS).rows() == [(1, 1, 0, 0)]


def test_k2_a_coming_back_after_the_period_counts() -> None:
    cases = (handled("1", "2026-05-24T10:00:00"), handled("2", "2026-05-27T10:00:00"))
    assert counts(*cases) == [0, 1, 0, 0]


def test_k2_an_outbound_case_between_hides_no_coming_back() -> None:
    cases = (
        handled("1", START),
        handled("2", "2026-05-19T10:00:00", direction="outbound"),
        handled("3", "2026-05-20T10:00:00"),
    )
    assert counts(*cases) == [1, 3, 0, 0]


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-05-25", [0, 0, 2, 0]), ("2026-05-26", [0, 1, 1, 0])]
)
def test_k2_young_cases_are_not_judged_but_counted(as_of: str, expected: list[int]) -> None:
    """K2: not even where the contact came back already, for others still can."""
    cases = (handled("1", START), handled("2", "2026-05-20T10:00:00"))
    assert counts(*cases, request=request_for(as_of=as_of)) == expected


def test_k2_without_a_contact_nothing_is_known() -> None:
    cases = (handled("1", START, None), handled("2", "2026-05-20T10:00:00", None))
    assert counts(*cases) == [0, 0, 0, 2]
    row = kpi.report(make_tables(cases, request=LATER), Settings()).section("summary").rows
    assert row.filter(pl.col("metric") == "fcr_pct")["value"].item() is None


def test_k2_a_name_stands_in_for_the_id() -> None:
    cases = [
        case(n, day, contact="Ana", first_response_s=1)
        for n, day in (("1", START), ("2", "2026-05-20T10:00:00"))
    ]
    assert counts(*cases) == [1, 2, 0, 0]


def test_k2_the_window_is_a_setting() -> None:
    cases = (handled("1", START), handled("2", "2026-05-20T10:00:00"))
    assert counts(*cases, options=FcrSettings(window=86_400.0)) == [2, 2, 0, 0]


@pytest.mark.parametrize(
    "column", ["fcr", "resolved_on_first_contact", "Resolved on first contact"]
)
def test_k2_the_exports_own_column_wins(column: str) -> None:
    """K2: also for young cases and those without a contact; empty is unknown."""
    said = ["Yes", "no", "TRUE", "0", None, "perhaps"]
    cases = [handled(str(n), START, None, **{column: word}) for n, word in enumerate(said)]
    assert counts(*cases, request=request_for()) == [2, 4, 0, 2]


def test_k2_a_column_of_the_settings_must_be_there() -> None:
    cases = [handled("1", START, solved="1")]
    assert counts(*cases, options=FcrSettings(column="solved")) == [1, 1, 0, 0]
    with pytest.raises(
        UsageError, match=r"fcr.column: .* no column 'solve'; did you mean 'solved'"
    ):
        counts(*cases, options=FcrSettings(column="solve"))


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "B1", "", None]),
        st.sampled_from(["billing", "delivery", None]),
        st.sampled_from(["inbound", "outbound"]),
        st.integers(0, 20 * 24),
        st.booleans(),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(
    rows=ROWS,
    slice_cases=st.integers(1, 6),
    kept=st.sampled_from([1, 8]),
    number=st.sampled_from([pl.Expr.hash, lambda contact: contact.str.len_chars()]),
)
def test_k2_slices_and_brute_force_agree(
    rows: list[tuple[Any, ...]], slice_cases: int, kept: int, number: Any
) -> None:
    """K2: judged one by one with loops, at once, and in slices of contacts that add up.

    Also where contacts that are not the same have the same number.
    """
    begin = datetime.fromisoformat("2026-05-11T00:00:00")
    cases = [
        case(
            str(n),
            (begin + timedelta(hours=hours)).isoformat(),
            contact_id=contact or None,
            topic=topic,
            direction=direction,
            answered=answered,
        )
        for n, (contact, topic, direction, hours, answered) in enumerate(rows)
    ]
    request = request_for(as_of="2026-05-29")
    tables = make_tables(cases, request=request)
    judged = fcr.fcr_cases(tables, Settings())
    whole = collect({"all": fcr.fcr_counts(judged, (), tables)})["all"]
    repeats = fcr.Repeats(tables=tables, settings=Settings(), by={"all": ()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contact_slices, "SLICE_CASES", slice_cases)
        patch.setattr(contact_slices, "KEPT_SLICES", kept)
        patch.setattr(returns_sorted, "_number", number)
        parts = repeats.counts(collect(repeats.frames))["all"]
    sums = [frame.select(pl.col(fcr.COUNTS).sum()).row(0) for frame in (whole, parts)]
    assert sums[0] == sums[1] == by_hand(rows)


def by_hand(rows: list[tuple[Any, ...]]) -> tuple[int, int, int, int]:
    hits = judged = young = unknown = 0
    for contact, topic, _, hours, answered in rows:
        if not answered or hours >= 14 * 24:
            continue
        if not contact:
            unknown += 1
        elif hours + 168 > 18 * 24:
            young += 1
        else:
            judged += 1
            hits += not any(
                other == contact
                and direction == "inbound"
                and 0 < at - hours <= 168
                and (topic is None or about is None or topic == about)
                for other, about, direction, at, _ in rows
            )
    return hits, judged, young, unknown
