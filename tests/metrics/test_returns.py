"""Whether a contact comes back: the rule that FCR and containment stand on (K2, K8)."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cxtool.metrics.returns import days_around, returns, with_returns
from tests.metrics.frames import Row, case, collect, epoch_ms, make_tables, request_for

WEEK_S = 604_800
AS_OF = "2026-05-25T00:00:00"


def verdicts(rows: list[Row], *, window_s: float = WEEK_S, **options: Any) -> dict[str, object]:
    options.setdefault("as_of_ms", epoch_ms("2026-07-01T00:00:00"))
    cases = make_tables(rows, limit=False).cases
    judged = collect({"cases": returns(cases, window_s=window_s, **options)})["cases"]
    return dict(judged.select("case_id", "returned").sort("case_id").rows())


@pytest.mark.parametrize(
    ("again", "returned"),
    [
        ("2026-05-25T10:00:00", True),  # exactly the window
        ("2026-05-25T10:00:01", False),
        ("2026-05-18T10:00:01", True),
        ("2026-05-18T10:00:00", False),  # together, so neither comes after the other
    ],
)
def test_both_ends_of_the_window_count(again: str, returned: bool) -> None:
    """K2: within 7 days of the start."""
    rows = [case("1", contact_id="a"), case("2", again, contact_id="a", channel="voice")]
    assert verdicts(rows) == {"1": returned, "2": False}


def test_only_inbound_cases_are_a_coming_back() -> None:
    """K2: the centre's own call is none, and does not hide the one after it."""
    rows = [
        case("1", contact_id="a"),
        case("2", "2026-05-19T10:00", contact_id="a", direction="outbound"),
        case("3", "2026-05-20T10:00", contact_id="a", direction="outbound"),
    ]
    assert verdicts(rows) == {"1": False, "2": False, "3": False}
    back = case("4", "2026-05-21T10:00", contact_id="a")
    assert verdicts([*rows, back]) == {"1": True, "2": True, "3": True, "4": False}


def test_contacts_are_known_by_id_else_by_name() -> None:
    """K2: of an unknown contact nothing is known, and two of them are not one."""
    rows = [
        case("1", contact_id="a"),
        case("2", "2026-05-19T10:00", contact="a"),
        case("3", "2026-05-20T10:00"),
        case("4", "2026-05-21T10:00"),
    ]
    assert verdicts(rows) == {"1": True, "2": False, "3": None, "4": None}


def test_a_case_younger_than_the_window_is_not_judged() -> None:
    """K2: not even where the contact has come back already."""
    rows = [
        case("1", "2026-05-18T00:00:00", contact_id="a"),
        case("2", "2026-05-18T00:00:01", contact_id="a"),
        case("3", "2026-05-19T10:00", contact_id="a"),
    ]
    assert verdicts(rows, as_of_ms=epoch_ms(AS_OF)) == {"1": True, "2": None, "3": None}


def test_by_a_topic() -> None:
    """K2: other topics are no return then."""
    rows = [
        case("1", contact_id="a", topic="x"),
        case("2", "2026-05-19T10:00", contact_id="a", topic="y"),
        case("3", "2026-05-20T10:00", contact_id="a", topic="x"),
    ]
    assert verdicts(rows, by=["topic"]) == {"1": True, "2": False, "3": False}
    assert verdicts(rows) == {"1": True, "2": True, "3": False}


def test_a_return_after_the_period_counts() -> None:
    """K2: it is looked for among the cases of the days around."""
    rows = [case("1", contact_id="a"), case("2", "2026-05-25T09:00", contact_id="a")]
    tables = make_tables(rows, request=request_for(as_of="2026-06-10"))
    judged = collect({"cases": with_returns(tables, window_s=WEEK_S)})["cases"]
    assert judged.select("case_id", "returned").rows() == [("1", True)]


def test_days_that_a_window_reaches_into() -> None:
    assert [days_around(seconds) for seconds in (1, 86_400, 86_401, 1e15)] == [1, 1, 2, 36_500]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.integers(0, 20),
            st.sampled_from(["inbound", "outbound"]),
        ),
        max_size=12,
    ),
    st.integers(1, 8),
)
@examples(max_examples=25, deadline=None)
def test_it_is_what_a_search_through_all_pairs_finds(
    cases: list[tuple[str, int, str]], window_s: int
) -> None:
    """K2: whatever the order of the rows."""
    expected = {
        number: any(
            who == contact and how == "inbound" and 0 < at - started <= window_s
            for who, at, how in cases
        )
        for number, (contact, started, _) in enumerate(cases)
    }
    schema: dict[str, Any] = {"contact_id": pl.String, "at": pl.Int64, "direction": pl.String}
    rows = pl.DataFrame(cases, schema=schema, orient="row").with_row_index("case_id")
    shuffled = (
        rows.sample(fraction=1.0, shuffle=True, seed=1)
        .lazy()
        .with_columns(contact=pl.lit(None, pl.String), started_ms=pl.col("at") * 1000)
    )
    judged = returns(nw.from_native(shuffled), window_s=window_s, as_of_ms=10**9).collect()
    assert dict(judged.to_native().select("case_id", "returned").rows()) == expected
