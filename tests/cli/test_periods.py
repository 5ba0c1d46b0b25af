"""Periods through the command line: defaults, limits, every form, as-of, zones, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.exports import DEMO, ROOT, Row, export, only, report, section
from tests.cli_helper import call

QUIET = """
    case_id,started_at,channel,company_id
    first,2026-04-02T12:00:00Z,voice,o1
    last,2026-05-31T12:00:00Z,voice,o1
"""
SCORES = """
    case_id,behavior,score
    first,build_rapport,0.5
    last,build_rapport,0.5
"""


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases, on the first and the last of the days that the demo has."""
    return export(tmp_path_factory.mktemp("quiet"), interactions=QUIET, behaviors=SCORES)


def days(found: dict[str, Any], which: str = "period") -> tuple[str, str] | None:
    """The half-open days of a report's period."""
    return (found[which]["start"], found[which]["end"]) if found[which] else None


@pytest.mark.parametrize(
    ("command", "period", "previous"),
    [
        ("log", ("2026-04-02", "2026-06-01"), None),
        ("sla", ("2026-05-25", "2026-06-01"), ("2026-05-18", "2026-05-25")),
        ("cel", ("2026-05-25", "2026-06-01"), ("2026-05-18", "2026-05-25")),
        ("behavior", ("2026-05-02", "2026-06-01"), ("2026-04-02", "2026-05-02")),
        ("check", ("2026-04-02", "2026-06-01"), None),
    ],
)
def test_default_periods(
    command: str, period: tuple[str, str], previous: tuple[str, str] | None, quiet: Path
) -> None:
    """C7, B7: log all, behaviour 30 days, the rest 7; compared with as many days before."""
    found = report(command, ".", cwd=quiet)
    assert (days(found), days(found, "previous")) == (period, previous)


@pytest.mark.parametrize(
    ("expression", "start", "end", "before"),
    [
        ("7d", "2026-05-25", "2026-06-01", "2026-05-18"),
        ("2w", "2026-05-18", "2026-06-01", "2026-05-04"),
        ("yesterday", "2026-05-31", "2026-06-01", "2026-05-30"),
        ("last-week", "2026-05-25", "2026-06-01", "2026-05-18"),
        ("this-month", "2026-05-01", "2026-06-01", "2026-04-01"),
        ("last-month", "2026-05-01", "2026-06-01", "2026-04-01"),
        ("last-quarter", "2026-01-01", "2026-04-01", "2025-10-01"),
        ("2026-05-20", "2026-05-20", "2026-05-21", "2026-05-19"),
        ("2026-05", "2026-05-01", "2026-06-01", "2026-04-01"),
        ("2026-03", "2026-03-01", "2026-04-01", "2026-02-01"),
        ("2026-W21", "2026-05-18", "2026-05-25", "2026-05-11"),
        ("2026-Q2", "2026-04-01", "2026-07-01", "2026-01-01"),
        ("2026", "2026-01-01", "2027-01-01", "2025-01-01"),
        ("2026-05-01..2026-05-31", "2026-05-01", "2026-06-01", "2026-03-31"),
        ("2026-04..2026-05", "2026-04-01", "2026-06-01", "2026-01-30"),
        ("2026-05-30..", "2026-05-30", "2026-06-01", "2026-05-28"),
        ("..2026-04-03", "2026-04-02", "2026-04-04", "2026-03-31"),
    ],
)
def test_every_form_of_a_period(
    expression: str, start: str, end: str, before: str, quiet: Path
) -> None:
    """S1: both days included; a calendar unit is compared with the unit before it."""
    found = report("sla", ".", "--period", expression, cwd=quiet)
    assert days(found) == (start, end)
    assert days(found, "previous") == (before, start)


def test_all_has_no_preceding_period(quiet: Path) -> None:
    found = report("sla", ".", "-p", "all", cwd=quiet)
    assert days(found) == ("2026-04-02", "2026-06-01")
    assert found["previous"] is None
    assert only(section(found, "summary"))["cases_n"] == 2


@pytest.mark.parametrize(
    ("compare", "previous"),
    [
        ("previous", ("2026-05-01", "2026-06-01")),
        ("previous-year", ("2025-06-01", "2025-07-01")),
        ("none", None),
        ("2026-04", ("2026-04-01", "2026-05-01")),
        ("2025", ("2025-01-01", "2026-01-01")),
        ("2026-04-10..2026-04-20", ("2026-04-10", "2026-04-21")),
    ],
)
def test_every_form_of_compare(compare: str, previous: tuple[str, str] | None, quiet: Path) -> None:
    """S1, C7: compared with the period before, the year before, nothing, or any other period."""
    found = report("sla", ".", "-p", "2026-06", "--compare", compare, cwd=quiet)
    assert days(found, "previous") == previous


def test_periods_that_share_days_are_not_compared(quiet: Path) -> None:
    result = call("sla", ".", "--compare", "2026-05-28", cwd=quiet)
    assert result.code == 2
    assert "share days" in result.err


def test_as_of_is_the_first_day_that_is_not_complete(quiet: Path) -> None:
    """C: the newest day shown is the one before as-of; by default the day after the newest case."""
    assert report("sla", ".", cwd=quiet)["as_of"] == "2026-06-01"
    set_back = report("sla", ".", "--as-of", "2026-04-10", cwd=quiet)
    assert days(set_back) == ("2026-04-03", "2026-04-10")
    assert report("sla", ".", "--as-of", "today", cwd=quiet)["as_of"] == "2026-06-15"
    early = report("sla", ".", "--as-of", "today", "--tz", "Pacific/Kiritimati", cwd=quiet)
    assert early["as_of"] == "2026-06-16"


def test_a_case_of_today_is_not_yet_in_the_last_seven_days(tmp_path: Path) -> None:
    """As-of is the earlier of today and the day after the newest start."""
    rows = [case("ahead", "2026-07-15T00:00:00Z"), case("of today", "2026-06-15T00:00:00Z")]
    rows += [case("of yesterday", "2026-06-14T23:59:59Z")]
    found = report("sla", ".", cwd=export(tmp_path, interactions=rows))
    assert found["as_of"] == "2026-06-15"
    assert only(section(found, "summary"))["cases_n"] == 1


@pytest.mark.parametrize(
    ("command", "limit", "period"), [("cel", 31, "2026-Q2"), ("behavior", 90, "2026-Q2")]
)
def test_the_longest_period_and_the_option_that_lifts_it(
    command: str, limit: int, period: str, quiet: Path
) -> None:
    """B11: up to 90 days. C: up to 31 days. The error names the option."""
    refused = call(command, ".", "-p", period, cwd=quiet)
    assert refused.code == 2
    assert f"91 days, {limit} are the limit; --max-days 91" in refused.err
    first = date(2026, 5, 31) - timedelta(days=limit - 1)
    longest = report(command, ".", "-p", f"{first}..2026-05-31", cwd=quiet)
    assert days(longest) == (str(first), "2026-06-01")
    lifted = report(command, ".", "-p", period, "--max-days", "91", cwd=quiet)
    assert days(lifted) == ("2026-04-01", "2026-07-01")
    assert any("period is not complete" in note for note in lifted["notes"])


def case(name: str, started_at: str, **values: object) -> Row:
    return {"case_id": name, "started_at": started_at, "channel": "voice"} | values


# Clocks in Poland went from 2:00 to 3:00 on 29 March and from 3:00 back to 2:00 on 25 October 2026.
WARSAW_CHANGES = [
    ("2026-03-29", 23, ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z")),
    ("2026-10-25", 25, ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z")),
]


@pytest.mark.parametrize(("day", "hours", "ends"), WARSAW_CHANGES)
def test_days_of_23_and_25_hours(
    day: str, hours: int, ends: tuple[str, str], tmp_path: Path
) -> None:
    """S2: a case belongs to the local day on which it started, also when the clock changes."""
    first, last = (datetime.fromisoformat(end) for end in ends)
    assert (last - first).total_seconds() == hours * 3600 - 1
    rows = [
        case("the day before", (first - timedelta(seconds=1)).isoformat(), first_response_s=1),
        case("first", first.isoformat(), first_response_s=1),
        *(
            case(f"hour {n}", (first + timedelta(hours=n, minutes=30)).isoformat())
            for n in range(hours)
        ),
        case("last", last.isoformat()),
        case("the day after", (last + timedelta(seconds=1)).isoformat(), first_response_s=1),
    ]
    folder = export(tmp_path, interactions=rows)
    arguments = ("--tz", "Europe/Warsaw", "-p", day)
    found = report("sla", ".", *arguments, "--by", "day", "--by", "hour", cwd=folder)
    assert only(section(found, "by_day"))["day"] == day
    assert only(section(found, "summary"))["cases_n"] == hours + 2
    by_hour = {row["hour"]: row["cases_n"] for row in section(found, "by_hour")}
    changed = {2: 2} if hours == 25 else {}
    expected = {hour: 1 for hour in range(24) if hours == 25 or hour != 2} | changed
    assert by_hour == expected | {0: 2, 23: 2}
    logged = section(report("log", ".", *arguments, cwd=folder), "log")
    assert logged[0]["case_id"] == "first"
    starts = {row["case_id"]: row["started_at"] for row in logged}
    offsets = ("+01:00", "+02:00") if hours == 23 else ("+02:00", "+01:00")
    assert starts["first"].endswith(f"00:00:00{offsets[0]}")
    assert starts["last"].endswith(f"23:59:59{offsets[1]}")


@pytest.mark.parametrize(("day", "hours", "ends"), WARSAW_CHANGES)
def test_waiting_over_a_clock_change_counts_elapsed_time(
    day: str, hours: int, ends: tuple[str, str], tmp_path: Path
) -> None:
    """L17: at as-of, midnight after the change, a case waits as long as time really passed."""
    rows = [case("c1", ends[0], channel="email")]
    folder = export(tmp_path, interactions=rows)
    next_day = str(date.fromisoformat(day) + timedelta(days=1))
    arguments = ("--tz", "Europe/Warsaw", "-p", day, "--as-of", next_day, "--breaches")
    found = report("sla", ".", *arguments, cwd=folder)
    assert only(section(found, "breaches"))["over_s"] == hours * 3600 - 600


def test_times_without_offset_are_of_the_report_zone(tmp_path: Path) -> None:
    """L8: naive times are local; the hour that spring skips moves forward, of two the earlier."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel
            plain,2026-03-28 12:00:00,voice
            skipped,2026-03-29 02:30:00,voice
            doubled,2026-10-25 02:30:00,voice
        """,
    )
    logged = section(report("log", ".", "--tz", "Europe/Warsaw", cwd=folder), "log")
    assert [datetime.fromisoformat(row["started_at"]).astimezone(UTC).hour for row in logged] == [
        11,
        1,
        0,
    ]


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Auckland", "America/St_Johns"])
def test_unusual_zones_cut_days_at_their_own_midnight(zone: str, tmp_path: Path) -> None:
    """Offsets of quarters and halves of an hour, and of 12 hours and more."""
    midnight = datetime(2026, 5, 20, tzinfo=ZoneInfo(zone))
    rows = [
        case("before", (midnight - timedelta(seconds=1)).astimezone(UTC).isoformat()),
        case("after", midnight.astimezone(UTC).isoformat()),
    ]
    folder = export(tmp_path, interactions=rows)
    found = report("sla", ".", "--tz", zone, "-p", "all", "--by", "day", "--by", "hour", cwd=folder)
    assert [row["day"] for row in section(found, "by_day")] == ["2026-05-19", "2026-05-20"]
    assert [row["hour"] for row in section(found, "by_hour")] == [0, 23]
    assert found["as_of"] == "2026-05-21"


def test_where_limits_cases_before_they_are_counted() -> None:
    """S2: one condition or several, all of which must hold."""

    def count(*conditions: str) -> int:
        arguments = [word for condition in conditions for word in ("--where", condition)]
        found = report("sla", f"{DEMO}/interactions.csv", "-p", "all", *arguments, cwd=ROOT)
        return int(only(section(found, "summary"))["cases_n"])

    everything, voice = count(), count("channel = voice")
    assert count("channel != voice") == everything - voice
    long, short = (
        count("channel = voice", "handle_s > 10m"),
        count("channel=voice", "handle_s<=600"),
    )
    unknown = count("channel = voice", "handle_s =")
    assert long + short + unknown == voice > long > 0
    assert count("channel in voice,chat") == voice + count("channel = chat")
    assert count("started_at >= 2026-05-01", "started_at < 2026-05-02") == count(
        "started_at ~ ^2026-05-01"
    )
