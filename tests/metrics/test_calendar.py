"""Business time (S5): opening hours, holidays, queues, and days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.calendar import calendars, opening_days, with_business_ms
from cxtool.config import HoursSettings, QueueHours
from cxtool.errors import UsageError
from tests.metrics.frames import case, collect, epoch_ms, make_tables, request_for

OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
WARSAW = ZoneInfo("Europe/Warsaw")


def business_s(
    hours: HoursSettings,
    started_at: str,
    responded_at: str | None,
    *,
    tz: str = "UTC",
    as_of: str = "2026-05-30T00:00",
    queue: str | None = None,
) -> tuple[float | None, float]:
    """Business seconds from the start to the response, and from the start to as-of."""
    response = None if responded_at is None else epoch_ms(responded_at, tz) / 1000
    row = case(
        started_at=started_at,
        queue=queue,
        first_response_s=response and response - epoch_ms(started_at, tz) / 1000,
    )
    zone = hours.time_zone or tz
    tables = make_tables([row], request=request_for(tz=tz), calendar_zone=zone, limit=False)
    opened = opening_days(
        hours,
        time_zone=tz,
        first=date.fromisoformat(started_at[:10]) - timedelta(days=2),
        last=date.fromisoformat((responded_at or started_at)[:10]) + timedelta(days=20),
        as_of_ms=epoch_ms(as_of, tz),
    )
    timed = with_business_ms(tables.cases, opened)
    response_ms, waited_ms = (
        collect({"cases": timed})["cases"].select("business_ms", "business_waited_ms").row(0)
    )
    return (None if response_ms is None else response_ms / 1000, waited_ms / 1000)


@pytest.mark.parametrize(
    ("started_at", "responded_at", "seconds"),
    [
        ("2026-05-22T16:30", "2026-05-25T09:30", 3600),  # Friday, target 1 h: due Monday 9:30
        ("2026-05-21T16:00", "2026-05-22T12:00", 4 * 3600),  # target 4 h: due 12:00 the next day
        ("2026-05-22T16:00", "2026-05-25T12:00", 4 * 3600),
        ("2026-05-20T10:00:00", "2026-05-20T10:00:01", 1),
        ("2026-05-20T08:00", "2026-05-20T08:59", 0),
        ("2026-05-20T08:00", "2026-05-20T09:01", 60),
        ("2026-05-20T17:00", "2026-05-21T09:00", 0),
        ("2026-05-16T10:00", "2026-05-17T10:00", 0),  # a weekend
        ("2026-05-18T00:00", "2026-05-25T00:00", 40 * 3600),
    ],
)
def test_elapsed_counts_only_opening_hours(
    started_at: str, responded_at: str, seconds: float
) -> None:
    """S5: the worked examples of the business clock, and the edges of a span."""
    elapsed, _ = business_s(HoursSettings(spans=OFFICE), started_at, responded_at)
    assert elapsed == seconds


def test_lunch_is_closed() -> None:
    """S5: several spans a day."""
    hours = HoursSettings(spans={"wed": ["09:00-12:00", "13:00-17:00"]})
    assert business_s(hours, "2026-05-20T11:59", "2026-05-20T13:01")[0] == 120
    assert business_s(hours, "2026-05-20T12:10", "2026-05-20T12:50")[0] == 0


def test_holidays_are_closed_and_a_queue_adds_its_own() -> None:
    """S5: holidays out; a queue without spans keeps the centre's hours."""
    hours = HoursSettings(
        spans=OFFICE,
        holidays=["2026-05-20"],
        queues={
            "night": QueueHours(spans={"wed": ["22:00-24:00"], "thu": ["00:00-06:00"]}),
            "parts": QueueHours(holidays=["2026-05-21"]),
        },
    )
    span = ("2026-05-19T16:00", "2026-05-22T10:00")
    assert business_s(hours, *span)[0] == (1 + 8 + 1) * 3600
    assert business_s(hours, *span, queue="parts")[0] == (1 + 1) * 3600
    assert business_s(hours, *span, queue="night")[0] == 6 * 3600
    assert business_s(hours, *span, queue="elsewhere")[0] == 10 * 3600


def test_hours_have_a_zone_of_their_own() -> None:
    """S5: the centre's time zone decides, not the report's."""
    hours = HoursSettings(spans=OFFICE, time_zone="Europe/Warsaw")
    assert business_s(hours, "2026-05-20T06:00", "2026-05-20T08:00", tz="UTC")[0] == 3600


def test_without_response_the_wait_runs_to_as_of() -> None:
    """S5: nothing is known of a response; the wait so far is in business time."""
    hours = HoursSettings(spans=OFFICE)
    waited = business_s(hours, "2026-05-20T16:00", None, as_of="2026-05-21T00:00")
    assert waited == (None, 3600)


def test_response_after_the_last_day_is_late_rather_than_unknown() -> None:
    opened = opening_days(
        HoursSettings(spans=OFFICE),
        time_zone="UTC",
        first=date(2026, 5, 18),
        last=date(2026, 5, 22),
        as_of_ms=epoch_ms("2026-05-23"),
    )
    tables = make_tables([case(first_response_s=60 * 86_400)])
    timed = collect({"cases": with_business_ms(tables.cases, opened)})["cases"]
    assert timed["business_ms"].to_list() == [39 * 3_600_000]


@pytest.mark.parametrize(
    ("hours", "where"),
    [
        (HoursSettings(), r"\[hours\]"),
        (
            HoursSettings(spans=OFFICE, queues={"parts": QueueHours(spans={"mon": []})}),
            r"\[hours.queues.parts\]",
        ),
    ],
)
def test_a_calendar_must_open_some_time(hours: HoursSettings, where: str) -> None:
    """S5: without opening hours no time would pass, and every case would be met."""
    with pytest.raises(UsageError, match=where + " has no opening hours"):
        calendars(hours)


SPANS = {
    "mon": ["09:00-12:00", "13:00-17:30"],
    "thu": ["00:00-24:00"],
    "sat": ["08:15-11:45", "20:00-24:00"],
    "sun": ["00:00-05:00", "10:00-10:01"],
}
OPEN = {
    (day, minute)
    for day, texts in SPANS.items()
    for start, end in (text.split("-") for text in texts)
    for minute in range(
        int(start[:2]) * 60 + int(start[3:]),
        int(end[:2]) * 60 + int(end[3:]),
    )
}
HOLIDAY = date(2026, 4, 2)


def minutes_open(start_ms: int, minutes: int) -> int:
    """Minute by minute: is the local wall clock inside a span?"""
    moments = (
        datetime.fromtimestamp(start_ms / 1000 + 60 * n, UTC).astimezone(WARSAW)
        for n in range(minutes)
    )
    return sum(
        moment.date() != HOLIDAY
        and (moment.strftime("%a").lower(), moment.hour * 60 + moment.minute) in OPEN
        for moment in moments
    )


@settings(max_examples=25, deadline=None)
@given(
    around=st.sampled_from(["2026-03-26T00:00", "2026-10-22T00:00"]),
    start=st.integers(0, 6 * 1440),
    length=st.integers(0, 5 * 1440),
)
def test_closed_form_equals_a_minute_loop(around: str, start: int, length: int) -> None:
    """S5: exact over both changes of the clock (29 March and 25 October 2026, Sundays)."""
    started = datetime.fromisoformat(around) + timedelta(minutes=start)
    responded = started + timedelta(minutes=length)
    hours = HoursSettings(spans=SPANS, holidays=[HOLIDAY.isoformat()], time_zone="Europe/Warsaw")
    elapsed, _ = business_s(hours, started.isoformat(), responded.isoformat())
    assert elapsed == 60 * minutes_open(epoch_ms(started.isoformat()), length)
