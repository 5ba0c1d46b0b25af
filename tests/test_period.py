"""Periods: every written form, calendar edges, comparisons, the completed request.

Serves S1, C7 and B7 (a period against the equally long one before), and all of C (complete days).
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.calendar_units import CalendarUnit
from cxtool.errors import CxtoolError, UsageError
from cxtool.period import (
    FORMS_HINT,
    RELATIVE,
    Period,
    Request,
    check_length,
    day_number,
    days_between,
    default_as_of,
    parse_as_of,
    parse_compare,
    parse_period,
    resolve,
    unit_of,
)
from cxtool.time_zones import parse_time_zone

DAY = timedelta(days=1)
UNITS: tuple[CalendarUnit, ...] = ("day", "week", "month", "quarter", "year")
SPAN = (date(2026, 4, 1), date(2026, 5, 31))

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2400, 12, 31))
calendar_units = st.builds(unit_of, st.sampled_from(UNITS), days)
day_runs = st.builds(
    lambda start, length: days_between(start, start + length * DAY), days, st.integers(1, 800)
)


def read(expr: str, as_of: str = "2026-06-01") -> Period:
    return parse_period(expr, as_of=date.fromisoformat(as_of), span=SPAN)


def bounds(period: Period) -> tuple[str, str]:
    """First and last day, both included."""
    return str(period.start), str(period.last)


@pytest.mark.parametrize(
    ("expr", "first", "last", "kind", "label"),
    [
        ("7d", "2026-05-25", "2026-05-31", "days", "2026-05-25 to 2026-05-31 (7 days)"),
        ("1d", "2026-05-31", "2026-05-31", "day", "2026-05-31"),
        ("2w", "2026-05-18", "2026-05-31", "days", "2026-05-18 to 2026-05-31 (14 days)"),
        ("yesterday", "2026-05-31", "2026-05-31", "day", "2026-05-31"),
        ("last-week", "2026-05-25", "2026-05-31", "week", "week 22 of 2026"),
        ("last-month", "2026-05-01", "2026-05-31", "month", "May 2026"),
        ("last-quarter", "2026-01-01", "2026-03-31", "quarter", "Q1 2026"),
        ("last-year", "2025-01-01", "2025-12-31", "year", "2025"),
        ("2026-05", "2026-05-01", "2026-05-31", "month", "May 2026"),
        ("2026-12", "2026-12-01", "2026-12-31", "month", "December 2026"),
        ("2024-02", "2024-02-01", "2024-02-29", "month", "February 2024"),
        ("2026-W21", "2026-05-18", "2026-05-24", "week", "week 21 of 2026"),
        ("2026-w5", "2026-01-26", "2026-02-01", "week", "week 5 of 2026"),
        ("2026-W53", "2026-12-28", "2027-01-03", "week", "week 53 of 2026"),
        ("2025-W01", "2024-12-30", "2025-01-05", "week", "week 1 of 2025"),
        ("2026-Q2", "2026-04-01", "2026-06-30", "quarter", "Q2 2026"),
        ("2026-q4", "2026-10-01", "2026-12-31", "quarter", "Q4 2026"),
        ("2026", "2026-01-01", "2026-12-31", "year", "2026"),
        ("2024-02-29", "2024-02-29", "2024-02-29", "day", "2024-02-29"),
        (
            *("2026-05-01..2026-05-31", "2026-05-01", "2026-05-31"),
            *("days", "2026-05-01 to 2026-05-31 (31 days)"),
        ),
        ("2026-05-31..2026-05-31", "2026-05-31", "2026-05-31", "day", "2026-05-31"),
        ("2026-04..2026-05", "2026-04-01", "2026-05-31", "days", None),
        ("2026-05-20..", "2026-05-20", "2026-05-31", "days", None),
        ("..2026-04-10", "2026-04-01", "2026-04-10", "days", None),
        ("all", "2026-04-01", "2026-05-31", "all", "2026-04-01 to 2026-05-31 (all data)"),
        (" Last-Week ", "2026-05-25", "2026-05-31", "week", "week 22 of 2026"),
    ],
)
def test_every_form(expr: str, first: str, last: str, kind: str, label: str | None) -> None:
    period = read(expr)
    assert (*bounds(period), period.kind) == (first, last, kind)
    assert label in (None, period.label)


@pytest.mark.parametrize(
    ("expr", "as_of", "first", "last", "kind"),
    [
        ("last-week", "2026-05-31", "2026-05-18", "2026-05-24", "week"),  # as-of on a Sunday
        ("last-week", "2027-01-04", "2026-12-28", "2027-01-03", "week"),  # week 53
        ("last-month", "2026-05-31", "2026-04-01", "2026-04-30", "month"),
        ("last-month", "2026-01-01", "2025-12-01", "2025-12-31", "month"),
        ("last-month", "2024-03-15", "2024-02-01", "2024-02-29", "month"),
        ("last-quarter", "2026-01-01", "2025-10-01", "2025-12-31", "quarter"),
        ("last-year", "2025-12-31", "2024-01-01", "2024-12-31", "year"),
        ("this-week", "2026-06-01", "2026-05-25", "2026-05-31", "week"),
        ("this-week", "2026-06-02", "2026-06-01", "2026-06-01", "day"),
        ("this-week", "2026-06-04", "2026-06-01", "2026-06-03", "days"),
        ("this-month", "2026-06-01", "2026-05-01", "2026-05-31", "month"),
        ("this-month", "2026-05-31", "2026-05-01", "2026-05-30", "days"),
        ("this-quarter", "2026-06-01", "2026-04-01", "2026-05-31", "days"),
        ("this-quarter", "2026-07-01", "2026-04-01", "2026-06-30", "quarter"),
        ("this-year", "2026-06-01", "2026-01-01", "2026-05-31", "days"),
        ("this-year", "2027-01-01", "2026-01-01", "2026-12-31", "year"),
        ("yesterday", "2024-03-01", "2024-02-29", "2024-02-29", "day"),
        ("7d", "2026-01-03", "2025-12-27", "2026-01-02", "days"),
    ],
)
def test_as_of_on_the_edges_of_units(
    expr: str, as_of: str, first: str, last: str, kind: str
) -> None:
    """C: the newest day is the last complete one, wherever as-of falls."""
    period = read(expr, as_of)
    assert (*bounds(period), period.kind) == (first, last, kind)


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("last-mont", "'last-mont' is not a period; did you mean 'last-month'?"),
        ("yesteday", "'yesteday' is not a period; did you mean 'yesterday'?"),
        ("next", "'next' is not a period"),
        ("", "'' is not a period"),
        ("..", "'..' is not a period"),
        ("2026-5", "'2026-5' is not a period"),
        ("20260501", "'20260501' is not a period"),
        ("-7d", "'-7d' is not a period"),
        ("10000d", "'10000d' is not a period"),
        ("0999-01", "'0999-01' is not a period"),
        ("٢٠٢٦", "'٢٠٢٦' is not a period"),
        ("0d", "period '0d' has no day in it"),
        ("2026-02-30", "there is no day '2026-02-30' in the calendar"),
        ("2025-02-29", "there is no day '2025-02-29' in the calendar"),
        ("2026-W54", "there is no week '2026-W54' in the calendar"),
        ("2025-W53", "there is no week '2025-W53' in the calendar"),
        ("2026-W00", "there is no week '2026-W00' in the calendar"),
        ("2026-13", "there is no month '2026-13' in the calendar"),
        ("2026-Q5", "there is no quarter '2026-Q5' in the calendar"),
        ("2026-Q0", "there is no quarter '2026-Q0' in the calendar"),
        ("2026-05-01..2026-02-30", "there is no day '2026-02-30' in the calendar"),
        ("2026-05-31..2026-05-01", "period '2026-05-31..2026-05-01' ends before it starts"),
        ("2026-06-01..", "period '2026-06-01..' starts after the last complete day, 2026-05-31"),
        ("..2026-03-31", "period '..2026-03-31' ends before the first day with data, 2026-04-01"),
    ],
)
def test_what_is_no_period(expr: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(expr)
    assert caught.value.message == message


def test_an_unknown_form_names_the_forms_and_a_reversed_range_its_right_order() -> None:
    with pytest.raises(UsageError) as caught:
        read("soon")
    assert caught.value.hint == FORMS_HINT
    with pytest.raises(UsageError) as caught:
        read("2026-05-31..2026-05-01")
    assert caught.value.hint == "did you mean 2026-05-01..2026-05-31?"


def test_a_period_that_starts_at_the_data_needs_data() -> None:
    with pytest.raises(CxtoolError, match="needs data, and the export has none") as caught:
        parse_period("..2026-05-31", as_of=date(2026, 6, 1), span=None)
    assert caught.value.exit_code == 1


def test_all_of_no_data_is_a_day_without_data() -> None:
    """An export whose rows are all set aside can still be checked."""
    period = parse_period("all", as_of=date(2026, 6, 1), span=None)
    assert (period.start, period.days, period.kind) == (date(2026, 5, 31), 1, "all")
    assert period.label == "no data"


def test_every_form_in_the_hint_is_one() -> None:
    forms = FORMS_HINT.removeprefix("write ").replace(" or ", ", ").split(", ")
    assert len({read(form).expression for form in forms}) > 8


@pytest.mark.parametrize(
    ("expr", "previous", "previous_year"),
    [
        ("2026-05", "2026-04", "2025-05"),
        ("2026-01", "2025-12", "2025-01"),
        ("2024-02", "2024-01", "2023-02"),
        ("2026-W21", "2026-W20", "2025-W21"),
        ("2027-W01", "2026-W53", "2026-W01"),
        ("2026-W53", "2026-W52", "2025-W52"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("last-month", "2026-04", "2025-05"),
        ("2024-03-01", "2024-02-29", "2023-03-01"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("7d", "2026-05-18..2026-05-24", "2025-05-25..2025-05-31"),
        ("2026-05-01..2026-05-31", "2026-03-31..2026-04-30", "2025-05-01..2025-05-31"),
        ("2024-02-29..2024-03-02", "2024-02-26..2024-02-28", "2023-02-28..2023-03-02"),
        ("2024-02-01..2024-02-29", "2024-01-03..2024-01-31", "2023-02-01..2023-03-01"),
    ],
)
def test_the_periods_before(expr: str, previous: str, previous_year: str) -> None:
    """S1, B7, C7: days compare with as many days before, a calendar unit with the unit before."""
    period = read(expr)
    assert period.previous() == read(previous)
    assert period.previous_year() == read(previous_year)


def test_nothing_lies_before_all() -> None:
    assert read("all").previous() is None


def test_a_period_has_at_least_one_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2026, 5, 1), date(2026, 5, 1), "nothing")


def compared(expr: str, period: str = "2026-05") -> Period | None:
    return parse_compare(expr, period=read(period), as_of=date(2026, 6, 1), span=SPAN)


def test_comparisons() -> None:
    assert compared("previous") == read("2026-04")
    assert compared("Previous-Year") == read("2025-05")
    assert compared("none") is None
    assert compared("2026-02") == read("2026-02")
    assert compared("last-quarter") == read("2026-Q1")
    assert compared("previous", period="all") is None
    assert compared("previous-year", period="all") is None


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("previus", "cannot compare with 'previus'; did you mean 'previous'?"),
        ("previous_year", "cannot compare with 'previous_year'; did you mean 'previous-year'?"),
        ("last-yer", "'last-yer' is not a period; did you mean 'last-year'?"),
        ("7d", "cannot compare May 2026 with 2026-05-25 to 2026-05-31 (7 days): they share days"),
        ("2026", "cannot compare May 2026 with 2026: they share days"),
    ],
)
def test_what_cannot_be_compared_with(expr: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        compared(expr)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("today", "newest", "as_of"),
    [
        ("2026-06-10", "2026-05-31", "2026-06-01"),  # an older export
        ("2026-06-10", "2026-06-09", "2026-06-10"),
        ("2026-06-10", "2026-06-10", "2026-06-10"),  # today is not complete
        ("2026-06-10", "2026-07-01", "2026-06-10"),  # starts in the future
        ("2026-06-10", "9999-12-31", "2026-06-10"),
        ("2026-06-10", None, "2026-06-10"),
    ],
)
def test_default_as_of(today: str, newest: str | None, as_of: str) -> None:
    found = default_as_of(date.fromisoformat(today), date.fromisoformat(newest) if newest else None)
    assert found == date.fromisoformat(as_of)


def test_as_of_option() -> None:
    today = date(2026, 6, 10)
    assert parse_as_of("today", today=today) == today
    assert parse_as_of("2026-06-01", today=today) == date(2026, 6, 1)


@pytest.mark.parametrize("text", ["tomorrow", "2026-06", "2026-02-30", "7d", ""])
def test_what_is_no_as_of_day(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_as_of(text, today=date(2026, 6, 10))
    assert caught.value.message == f"'{text}' is not a day"
    assert "--as-of" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_wrong_time_zone_names_the_nearest(name: str, guess: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_time_zone(name)
    assert caught.value.message == f"'{name}' is not a time zone; did you mean '{guess}'?"


@pytest.mark.parametrize("name", ["", "/etc/localtime", "../UTC", "Europe", "localtime", "a\0b"])
def test_what_is_no_time_zone_anywhere(name: str) -> None:
    with pytest.raises(UsageError, match="is not a time zone"):
        parse_time_zone(name)


def test_length_limit_names_the_option_that_lifts_it() -> None:
    """C: at most 31 days unless the user says so."""
    check_length(read("2026-05"), 31)
    with pytest.raises(UsageError) as caught:
        check_length(read("2026-Q2"), 31)
    assert caught.value.message == (
        "the period 2026-Q2 has 91 days, 31 are the limit; --max-days 91 lifts it"
    )


def resolved(**given: str | None) -> Request:
    asked: dict[str, str | None] = {"period": None, "compare": None, "as_of_option": None}
    asked |= given
    return resolve(
        period=asked["period"],
        compare=asked["compare"],
        as_of_option=asked["as_of_option"],
        time_zone="Europe/Berlin",
        today=date(2026, 6, 10),
        span=SPAN,
        default_period="7d",
    )


def test_a_request_is_completed_from_what_was_given() -> None:
    """S1, C: by default the last 7 complete days of the export against the 7 before."""
    request = resolved()
    assert request.as_of == date(2026, 6, 1)
    assert bounds(request.period) == ("2026-05-25", "2026-05-31")
    assert request.previous is not None
    assert bounds(request.previous) == ("2026-05-18", "2026-05-24")
    assert request.time_zone == "Europe/Berlin"
    assert request.as_of_ms == 1_780_264_800_000  # midnight in Berlin, 22:00 UTC the day before


def test_options_of_a_request_win_over_its_defaults() -> None:
    request = resolved(period="this-month", compare="none", as_of_option="2026-05-16")
    assert bounds(request.period) == ("2026-05-01", "2026-05-15")
    assert request.previous is None
    assert resolved(as_of_option="today").as_of == date(2026, 6, 10)


def test_absurd_dates_in_the_data_are_told_not_crashed_on() -> None:
    absurd = (date(1, 1, 1), date(1, 1, 1))
    with pytest.raises(CxtoolError, match="newest start is on 0001-01-01, which cannot be right"):
        resolve(
            period=None,
            compare=None,
            as_of_option=None,
            time_zone="UTC",
            today=date(2026, 6, 10),
            span=absurd,
            default_period="7d",
        )
    with pytest.raises(CxtoolError, match="newest start is on 9999-12-31"):
        parse_period("all", as_of=date(2026, 6, 1), span=(SPAN[0], date.max))
    early = parse_period("..2026", as_of=date(2026, 6, 1), span=(date(1, 1, 1), SPAN[1]))
    assert early.previous() is None


@settings(max_examples=100, deadline=None)
@given(period=st.one_of(calendar_units, day_runs))
def test_parse_and_print_are_inverses(period: Period) -> None:
    assert parse_period(period.expression, as_of=date(2026, 6, 1), span=None) == period


@settings(max_examples=100, deadline=None)
@given(period=st.one_of(calendar_units, day_runs))
def test_previous_is_adjacent_and_of_equal_length(period: Period) -> None:
    """C7: equally long, directly before; a calendar unit meets the same kind of unit."""
    previous = period.previous()
    assert previous is not None
    assert previous.end == period.start
    assert not previous.overlaps(period)
    assert previous.kind == period.kind
    if period.kind in ("days", "day", "week"):
        assert previous.days == period.days


@settings(max_examples=100, deadline=None)
@given(period=st.one_of(calendar_units, day_runs))
def test_previous_year_keeps_the_kind_and_the_place_in_the_year(period: Period) -> None:
    before = period.previous_year()
    assert before.kind == period.kind
    if period.kind in ("days", "day", "week"):
        assert before.days == period.days
    if period.kind == "week":
        assert (period.start - before.start).days in (357, 364, 371)
    else:
        assert (period.start - before.start).days in (365, 366)


@settings(max_examples=100, deadline=None)
@given(as_of=days, expr=st.sampled_from([*RELATIVE, "yesterday", "7d", "3w", "1d"]))
def test_relative_periods_hold_complete_days_only(as_of: date, expr: str) -> None:
    """C: the newest day shown is a complete one; what runs up to as-of ends right there."""
    period = parse_period(expr, as_of=as_of, span=None)
    assert period.end <= as_of
    if not expr.startswith("last-"):
        assert period.end == as_of


@settings(max_examples=100, deadline=None)
@given(day=days, unit=st.sampled_from(UNITS))
def test_units_cover_the_calendar_without_gaps(day: date, unit: CalendarUnit) -> None:
    period = unit_of(unit, day)
    assert period.start <= day < period.end
    assert unit_of(unit, period.end).start == period.end
    assert unit_of(unit, period.last) == period


def test_day_numbers_count_from_1970() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert day_number(date(2026, 6, 1)) == 20_605
