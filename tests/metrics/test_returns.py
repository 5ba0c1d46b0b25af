"""Whether a contact comes back: the rule that FCR, containment and deflection stand on (K2, K8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cxtool.config import FcrSettings, JourneySettings, Settings
from cxtool.metrics import fcr
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.journey_threads import journeys
from cxtool.metrics.returns import RETURNED, arrivals, days_around, returns, with_contact
from tests.metrics.frames import Row, case, collect, epoch_ms, make_tables, request_for

WEEK_S = 604_800
AS_OF = "2026-05-25T00:00:00"
LATER = request_for(as_of="2026-06-30")
START = "2026-05-18T10:00:00"


def verdicts(
    rows: Sequence[Row], *, window_s: float = WEEK_S, as_of: str = "2026-07-01T00:00:00"
) -> dict[str, bool | None]:
    tables = make_tables(rows, limit=False)
    judged = returns(
        with_contact(tables.cases),
        arrivals(tables.around_cases),
        window_s=window_s,
        as_of_ms=epoch_ms(as_of),
    )
    found = collect({"cases": judged})["cases"]
    return dict(found.select("case_id", RETURNED).sort("case_id").rows())


@pytest.mark.parametrize(
    ("again", "returned"),
    [
        ("2026-05-25T10:00:00", True),  # exactly the window
        ("2026-05-25T10:00:00.001", False),
        ("2026-05-18T10:00:00.001", True),
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
    assert verdicts(rows, as_of=AS_OF) == {"1": True, "2": None, "3": None}


@pytest.mark.parametrize(
    ("first", "second", "returned"),
    [("x", "x", True), ("x", "y", False), ("x", None, True), (None, "x", True), (None, None, True)],
)
def test_topics_matter_where_both_are_known(
    first: str | None, second: str | None, returned: bool
) -> None:
    """K2: the same topic, where known."""
    rows = [
        case("1", contact_id="a", topic=first),
        case("2", "2026-05-19T10:00", contact_id="a", topic=second),
    ]
    assert verdicts(rows) == {"1": returned, "2": False}


def test_another_topic_hides_no_coming_back() -> None:
    """K2: what lies between is looked past."""
    rows = [
        case("1", contact_id="a", topic="x"),
        case("2", "2026-05-19T10:00", contact_id="a", topic="y"),
        case("3", "2026-05-20T10:00", contact_id="a", topic="x"),
    ]
    assert verdicts(rows) == {"1": True, "2": False, "3": False}


def test_days_that_a_window_reaches_into() -> None:
    assert [days_around(seconds) for seconds in (1, 86_400, 86_401, 1e15)] == [1, 1, 2, 36_500]


CASE_ID = Dimension(key="case_id", label="Case", source="case_id", group=nw.col("case_id"))


def both_verdicts(rows: Sequence[Row], settings: Settings) -> dict[str, tuple[Any, Any]]:
    """Of each handled case: whether journeys say returned, and whether FCR says resolved."""
    tables = make_tables(rows, request=LATER)
    judged = fcr.fcr_cases(tables, settings, by={"": (CASE_ID,)})
    resolved = nw.when(nw.col(fcr.JUDGEABLE) == 1).then(nw.col(fcr.HIT) == 1).alias("is_resolved")
    joined = journeys(tables, settings).join(judged.select("case_id", resolved), on="case_id")
    found = collect({"": joined.select("case_id", "returned", "is_resolved")})[""]
    return {case_id: (returned, resolved) for case_id, returned, resolved in found.rows()}


def test_journeys_and_fcr_agree_on_each_case() -> None:
    """K2, K8: on another topic the contact has not come back, in both; of unknown topic in both."""
    columns = {"channel": "bot", "answered": True}
    rows = [
        case("1", contact_id="a", topic="x", **columns),
        case("2", "2026-05-19T10:00", contact_id="a", topic="y", **columns),
        case("3", "2026-05-19T10:00", contact_id="b", topic="x", **columns),
        case("4", "2026-05-20T10:00", contact_id="b", **columns),
        case("5", **columns),
    ]
    assert both_verdicts(rows, Settings()) == {
        "1": (False, True),
        "2": (False, True),
        "3": (True, False),
        "4": (False, True),
        "5": (None, None),
    }


def test_the_exports_own_column_wins_in_both() -> None:
    """K2, K8: where it is silent, journeys look at who comes back; FCR does not mix the two."""
    said = {"1": "yes", "2": "no", "3": None, "4": None}
    days = {"1": "18", "2": "19", "3": "20", "4": "21"}
    rows = [
        case(n, f"2026-05-{days[n]}T10:00", contact_id="a", answered=True, fcr=word)
        for n, word in said.items()
    ]
    assert both_verdicts(rows, Settings()) == {
        "1": (False, True),
        "2": (True, False),
        "3": (True, None),
        "4": (False, None),
    }


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from(["inbound", "outbound"]),
        st.integers(0, 20),
    ),
    max_size=14,
)


@given(ROWS, st.integers(1, 8), st.integers(1, 8))
@examples(max_examples=25, deadline=None)
def test_both_are_what_a_search_through_all_pairs_finds(
    rows: list[tuple[str | None, str | None, str, int]], window: int, thread_window: int
) -> None:
    """K2, K8: whatever the order of the rows, and the window of threads."""
    begin = datetime.fromisoformat(START)
    cases = [
        case(
            str(number),
            (begin + timedelta(hours=at)).isoformat(),
            contact_id=contact,
            topic=topic,
            direction=direction,
            answered=True,
        )
        for number, (contact, topic, direction, at) in enumerate(rows)
    ]
    settings = Settings(
        fcr=FcrSettings(window=window * 3600.0),
        journey=JourneySettings(window=thread_window * 3600.0),
    )

    def returned(contact: str | None, topic: str | None, started: int) -> bool | None:
        return contact and any(
            other == contact
            and direction == "inbound"
            and 0 < at - started <= window
            and (topic is None or about is None or topic == about)
            for other, about, direction, at in rows
        )

    expected = {str(n): returned(who, topic, at) for n, (who, topic, _, at) in enumerate(rows)}
    assert both_verdicts(cases, settings) == {
        number: (found, None if found is None else not found) for number, found in expected.items()
    }
