"""SLA figures through the command line, from literal exports: the rule, settings, clocks.

Serves L17 and S1 to S6.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import Row, done, export, only, report, section
from tests.cli_helper import failure

EXAMPLE = """
    case_id,started_at,channel,direction,first_response_s
    c1,2026-05-18T10:00:00Z,voice,inbound,30
    c2,2026-05-18T10:00:00Z,voice,inbound,600
    c3,2026-05-18T10:00:00Z,voice,inbound,601
    c4,2026-05-18T10:00:00Z,voice,inbound,
    c5,2026-05-18T10:00:00Z,voice,outbound,
"""
OFFICE = """
[sla]
clock = "business"
threshold = "{threshold}"
[hours]
time_zone = "Europe/Warsaw"
holidays = {holidays}
[hours.spans]
mon = {spans}
tue = {spans}
wed = {spans}
thu = {spans}
fri = {spans}
"""


def settings(folder: Path, text: str) -> None:
    (folder / "cxtool.toml").write_text(text, encoding="utf-8")


def verdicts(folder: Path, *arguments: str) -> dict[str, str]:
    logged = section(report("log", ".", *arguments, cwd=folder), "log")
    return {row["case_id"]: row["sla"] for row in logged}


def summary(folder: Path, *arguments: str) -> dict[str, Any]:
    return only(section(report("sla", ".", *arguments, cwd=folder), "summary"))


def test_the_worked_example(tmp_path: Path) -> None:
    """L17, S1: 30, 600, 601 s, none inbound, none outbound: met 2, not met 2, n/a 1: 50 %."""
    folder = export(tmp_path, interactions=EXAMPLE)
    row = summary(folder)
    counts = ("cases_n", "met_n", "not_met_n", "pending_n", "na_n", "sla_n", "sla_pct")
    assert [row[key] for key in counts] == [5, 2, 2, 0, 1, 4, 50.0]
    assert (row["sla_pct_previous"], row["sla_pct_change"], row["sla_pct_signal"]) == (
        None,
        None,
        "new",
    )
    assert verdicts(folder) == {
        "c1": "met",
        "c2": "met",
        "c3": "not_met",
        "c4": "not_met",
        "c5": "n/a",
    }


@pytest.mark.parametrize(
    ("started_at", "verdict"),
    [
        ("2026-05-20T23:49:59Z", "not_met"),
        ("2026-05-20T23:50:00Z", "pending"),
        ("2026-05-20T23:59:59Z", "pending"),
        ("2026-05-22T12:00:00Z", "pending"),
    ],
)
def test_pending_at_as_of(started_at: str, verdict: str, tmp_path: Path) -> None:
    """L17: without a response, not met once the threshold has passed at the as-of moment."""
    rows = [
        {"case_id": "c1", "started_at": started_at, "channel": "chat", "direction": "inbound"},
        {"case_id": "c2", "started_at": started_at, "channel": "chat", "direction": "internal"},
    ]
    folder = export(tmp_path, interactions=rows)
    assert verdicts(folder, "--as-of", "2026-05-21") == {"c1": verdict, "c2": "n/a"}
    if started_at < "2026-05-21":
        row = summary(folder, "--as-of", "2026-05-21")
        assert row["pending_n"] == (verdict == "pending")
        assert row["sla_pct"] == (None if verdict == "pending" else 0.0)


def test_nothing_answered_is_0_percent_and_nothing_judged_is_null(tmp_path: Path) -> None:
    """S1: compliance is met / (met + not met); no case to judge is null, not 0 or 100 %."""
    text = "case_id,started_at,channel,direction\nc1,2026-05-18,voice,{direction}\n"
    unanswered = export(tmp_path / "in", interactions=text.format(direction="inbound"))
    assert summary(unanswered)["sla_pct"] == 0.0
    outbound = export(tmp_path / "out", interactions=text.format(direction="outbound"))
    assert summary(outbound)["sla_pct"] is None


def days_of(counts: dict[str, tuple[int, int]]) -> list[Row]:
    """Met and not met cases of each day."""
    return [
        {
            "case_id": f"{day}-{number}",
            "started_at": f"{day}T12:00:00Z",
            "channel": "voice",
            "first_response_s": 30 if number < met else 900,
        }
        for day, (met, missed) in counts.items()
        for number in range(met + missed)
    ]


@pytest.mark.parametrize(
    ("now", "before", "change", "relative", "signal"),
    [
        ((56, 14), (48, 32), 20.0, 33.333333, "up"),
        ((48, 32), (56, 14), -20.0, -25.0, "down"),
        ((88, 12), (86, 14), 2.0, 2.325581, "flat"),
        ((5, 5), (0, 0), None, None, "new"),
        ((5, 5), (0, 10), 50.0, None, "up"),
    ],
)
def test_the_trend_against_the_preceding_period(
    now: tuple[int, int],
    before: tuple[int, int],
    change: float | None,
    relative: float | None,
    signal: str,
    tmp_path: Path,
) -> None:
    """S1: percentage points, percent of a previous value above 0, and what chance may explain."""
    rows = days_of({"2026-05-30": now, "2026-05-23": before})
    row = summary(export(tmp_path, interactions=rows), "--as-of", "2026-06-01")
    assert row["sla_pct_change"] == change
    assert row["sla_pct_change_pct"] == relative
    assert row["sla_pct_signal"] == signal


def test_thresholds_of_channel_queue_and_label(tmp_path: Path) -> None:
    """S3: a label's threshold goes before a queue's, that before a channel's, that before all."""
    folder = export(
        tmp_path,
        interactions="""
            case_id,started_at,channel,queue,contact_id,contact_labels,first_response_s
            all,2026-05-18T10:00:00Z,voice,,,,600
            channel,2026-05-18T10:00:00Z,Email,,,,3600
            channel over,2026-05-18T10:00:00Z,email,,,,3601
            queue,2026-05-18T10:00:00Z,email,billing,,,121
            label,2026-05-18T10:00:00Z,email,billing,,VIP,60
            label over,2026-05-18T10:00:00Z,email,billing,,new;VIP,61
            strictest,2026-05-18T10:00:00Z,email,,,VIP;gold,31
            by contact,2026-05-18T10:00:00Z,email,,p1,,31
        """,
        contacts="contact_id,name,labels\np1,Ann,gold\n",
    )
    settings(
        folder,
        """
        [sla.channels]
        email = "1h"
        [sla.queues]
        billing = "0:02:00"
        [sla.labels]
        VIP = 60
        gold = "30s"
        """,
    )
    assert verdicts(folder) == {
        "all": "met",
        "channel": "met",
        "channel over": "not_met",
        "queue": "not_met",
        "label": "met",
        "label over": "not_met",
        "strictest": "not_met",
        "by contact": "not_met",
    }
    row = summary(folder)
    assert (row["met_n"], row["not_met_n"]) == (3, 5)
    breaches = section(report("sla", ".", "--breaches", cwd=folder), "breaches")
    assert {row["case_id"]: row["over_s"] for row in breaches}["label over"] == 1.0


def test_the_threshold_of_all_by_environment_and_file(tmp_path: Path) -> None:
    """S3: settable for all."""
    folder = export(tmp_path, interactions=EXAMPLE)
    settings(folder, "[sla]\nthreshold = 601\n")
    assert verdicts(folder)["c3"] == "met"
    found = done("log", ".", "-f", "json", cwd=folder, environ={"CXTOOL_SLA_THRESHOLD": "29s"})
    assert {row["sla"] for row in found.rows("log")} == {"not_met", "n/a"}


DUE = [
    # 2026-05-22 is a Friday, 2026-05-25 the Monday after it; times are of Warsaw.
    ("2026-05-22T16:30", "1h", "2026-05-25T09:30"),
    ("2026-05-20T16:00", "4h", "2026-05-21T12:00"),
    ("2026-05-22T16:00", "4h", "2026-05-25T12:00"),
    ("2026-05-23T11:00", "1h", "2026-05-25T10:00"),
    ("2026-05-20T08:00", "1h", "2026-05-20T10:00"),
    # The clocks changed in the night to Sunday, 29 March.
    ("2026-03-27T16:30", "1h", "2026-03-30T09:30"),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cases of each start in one export, each on the channel of its threshold."""
    rows = [
        {**row, "case_id": f"{started_at} {row['case_id']}", "channel": f"within {threshold}"}
        for started_at, threshold, due_at in DUE
        for row in in_warsaw(started_at, due_at)
    ]
    folder = export(tmp_path_factory.mktemp("office"), interactions=rows)
    channels = "".join(f'"within {time}" = "{time}"\n' for time in ("1h", "4h"))
    office = OFFICE.format(threshold="1s", holidays="[]", spans='["09:00-17:00"]')
    settings(folder, f"{office}[sla.channels]\n{channels}")
    return folder


@pytest.fixture(scope="module")
def judged(office: Path) -> list[dict[str, str]]:
    """Verdicts in the zone of the office and in UTC: opening hours have a zone of their own."""
    return [verdicts(office, *zone) for zone in (("--tz", "Europe/Warsaw"), ())]


@pytest.fixture(scope="module")
def over_s(office: Path) -> dict[str, float]:
    """By how much each breach missed its threshold."""
    found = report("sla", ".", "--breaches", "-p", "all", cwd=office)
    return {row["case_id"]: row["over_s"] for row in section(found, "breaches")}


@pytest.mark.parametrize("started_at", [started_at for started_at, _, _ in DUE])
def test_business_hours(
    started_at: str, judged: list[dict[str, str]], over_s: dict[str, float]
) -> None:
    """S5: time counts inside opening hours only; a response when it is due is still in time."""
    for told in judged:
        assert told[f"{started_at} due"] == told[f"{started_at} early"] == "met"
        assert told[f"{started_at} late"] == "not_met"
    missed = {case: over for case, over in over_s.items() if case.startswith(started_at)}
    assert missed == {f"{started_at} late": 1.0}


def in_warsaw(started_at: str, due_at: str) -> list[Row]:
    """Cases answered when due, a second later, and a second earlier."""
    from zoneinfo import ZoneInfo

    start, due = (
        datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Warsaw")).astimezone(UTC)
        for at in (started_at, due_at)
    )
    return [
        {
            "case_id": name,
            "started_at": start.isoformat(),
            "channel": "email",
            "first_response_s": (due - start).total_seconds() + late,
        }
        for name, late in (("due", 0), ("late", 1), ("early", -1))
    ]


def test_lunch_and_holidays_do_not_count(tmp_path: Path) -> None:
    """S5: several spans a day, holidays out, and a queue's own hours."""
    rows = [
        *(
            {**row, "case_id": f"lunch {row['case_id']}"}
            for row in in_warsaw("2026-05-20T11:30", "2026-05-20T13:30")
        ),
        *(
            {**row, "case_id": f"holiday {row['case_id']}"}
            for row in in_warsaw("2026-05-20T16:30", "2026-05-22T09:30")
        ),
        *(
            {**row, "case_id": f"queue {row['case_id']}", "queue": "night"}
            for row in in_warsaw("2026-05-20T22:00", "2026-05-20T23:00")
        ),
    ]
    folder = export(tmp_path, interactions=rows)
    spans = '["09:00-12:00", "13:00-17:00"]'
    settings(
        folder,
        OFFICE.format(threshold="1h", holidays='["2026-05-21"]', spans=spans)
        + '[hours.queues.night.spans]\nwed = ["20:00-24:00"]\n',
    )
    found = verdicts(folder)
    for kind in ("lunch", "holiday", "queue"):
        assert [found[f"{kind} {name}"] for name in ("early", "due", "late")] == [
            "met",
            "met",
            "not_met",
        ], kind


def test_pending_on_the_business_clock(tmp_path: Path) -> None:
    """S5, L17: what came on Friday evening still waits on Monday morning."""
    rows = [
        {"case_id": "friday", "started_at": "2026-05-22T14:30:00Z", "channel": "email"},
        {"case_id": "thursday", "started_at": "2026-05-21T14:30:00Z", "channel": "email"},
    ]
    folder = export(tmp_path, interactions=rows)
    settings(folder, OFFICE.format(threshold="1h", holidays="[]", spans='["09:00-17:00"]'))
    assert verdicts(folder, "--as-of", "2026-05-25") == {"thursday": "not_met", "friday": "pending"}


@pytest.mark.parametrize(
    ("dimension", "rows"),
    [
        ("channel", [("voice", 2, 50.0), ("chat", 1, 100.0), ("email", 1, None)]),
        ("queue", [("care", 2, 50.0), ("sales", 1, 100.0), (None, 1, None)]),
        ("agent", [("Ann", 2, 50.0), ("Bo", 2, 100.0)]),
        ("team", [("North", 2, 50.0), ("South", 2, 100.0)]),
        ("label", [("VIP", 2, 50.0), (None, 2, 100.0), ("new", 1, 0.0)]),
        ("company", [("Orchid", 3, 66.666667), (None, 1, None)]),
        ("disposition", [("resolved", 3, 66.666667), (None, 1, None)]),
        ("direction", [("inbound", 3, 66.666667), ("outbound", 1, None)]),
        ("day", [("2026-05-18", 3, 66.666667), ("2026-05-19", 1, None)]),
        ("week", [("2026-W21", 4, 66.666667)]),
        ("weekday", [("Mon", 3, 66.666667), ("Tue", 1, None)]),
        ("hour", [(9, 1, None), (10, 2, 50.0), (23, 1, 100.0)]),
        ("shift", [("early", 4, 66.666667)]),
    ],
)
def test_breakdowns(
    dimension: str, rows: list[tuple[object, int, float | None]], tmp_path: Path
) -> None:
    """S2: every dimension, also through the contact and its company, and a column of one's own."""
    folder = export(
        tmp_path,
        interactions="""
case_id,started_at,channel,direction,queue,agent,team,contact_id,disposition,shift,first_response_s
c1,2026-05-18T10:59:59Z,voice,inbound,care,Ann,North,p1,resolved,early,5
c2,2026-05-18T10:00:00Z,voice,inbound,care,Ann,North,p2,resolved,early,601
c3,2026-05-18T23:00:00Z,chat,,sales,Bo,South,p3,resolved,early,600
c4,2026-05-19T09:00:00Z,email,outbound,,Bo,South,,,early,
""",
        contacts="contact_id,name,labels,company_id\np1,A,VIP,o1\np2,B,VIP;new,o1\np3,C,,o1\n",
        companies="company_id,name\no1,Orchid\n",
    )
    found = report("sla", ".", "--by", dimension, cwd=folder)
    told = section(found, f"by_{dimension}")
    assert [(row[dimension], row["cases_n"], row["sla_pct"]) for row in told] == rows


def test_crossed_breakdown(tmp_path: Path) -> None:
    """S2: ``--by agent,day`` crosses them, in a section of that name, beside another ``--by``."""
    rows = [
        {"case_id": f"{agent}{day}", "started_at": f"2026-05-{day}", "channel": "x", "agent": agent}
        for agent, day in (("Ann", 18), ("Ann", 19), ("Bo", 19))
    ]
    found = report(
        "sla", ".", "--by", "agent,day", "--by", "channel", cwd=export(tmp_path, interactions=rows)
    )
    assert [part["id"] for part in found["sections"]] == [
        "summary",
        "by_agent_day",
        "by_channel",
        "distribution",
    ]
    assert [(row["agent"], row["day"]) for row in section(found, "by_agent_day")] == [
        ("Ann", "2026-05-18"),
        ("Ann", "2026-05-19"),
        ("Bo", "2026-05-19"),
    ]


def test_breaches_worst_first(tmp_path: Path) -> None:
    """S4: which cases and by how much; who still waits is measured to as-of."""
    start = datetime(2026, 5, 18, 10, tzinfo=UTC)
    rows = [
        {
            "case_id": name,
            "started_at": start.isoformat(),
            "channel": channel,
            "first_response_s": response_s,
            "status": status,
        }
        for name, channel, response_s, status in (
            ("by a second", "voice", 601, "closed"),
            ("by an hour", "voice", 4200, "closed"),
            ("in time", "voice", 600, "closed"),
            ("hung up", "voice", None, "closed"),
            ("still waits", "email", None, "open"),
        )
    ]
    found = report("sla", ".", "--breaches", cwd=export(tmp_path, interactions=rows))
    to_as_of = (datetime(2026, 5, 19, tzinfo=UTC) - start - timedelta(minutes=10)).total_seconds()
    assert [(row["case_id"], row["over_s"]) for row in section(found, "breaches")] == [
        ("still waits", to_as_of),
        ("by an hour", 3600.0),
        ("by a second", 1.0),
        ("hung up", None),
    ]


def test_distribution_of_first_responses(tmp_path: Path) -> None:
    """S6: median, p90, p95 and worst, linear between responses, of all who got one."""
    rows = [
        {"case_id": f"c{n}", "started_at": "2026-05-18", "channel": "voice", "first_response_s": n}
        for n in (*range(1, 21), None)
    ]
    found = report("sla", ".", cwd=export(tmp_path, interactions=rows))
    assert only(section(found, "distribution")) == {
        "first_response_p50_s": 10.5,
        "first_response_p90_s": 18.1,
        "first_response_p95_s": 19.05,
        "first_response_max_s": 20.0,
        "responses_n": 20,
    }


def test_the_seventeen_columns_of_the_log(tmp_path: Path) -> None:
    """L1-L17: what the interaction says itself, else what its contact says; audio of voice only."""
    folder = export(
        tmp_path,
        interactions="""
case_id,started_at,ended_at,channel,queue,agent_id,direction,contact_id,first_response_s,\
recording,disposition,tags,notes,sentiment,csat
c1,2026-05-18T10:00:00Z,2026-05-18T10:05:00Z,voice,care,a1,inbound,p1,9,c1.ogg,callback_scheduled,\
b;a,call back,positive,5
c2,2026-05-18T11:00:00Z,,chat,,,,,,c2.ogg,,,,,
""",
        contacts="contact_id,name,labels\np1,Ann Lee,VIP;new\n",
    )
    first, second = section(report("log", ".", cwd=folder), "log")
    assert first == {
        "case_id": "c1",
        "contact": "Ann Lee",
        "contact_labels": ["VIP", "new"],
        "channel": "voice",
        "queue": "care",
        "agent": "a1",
        "direction": "inbound",
        "started_at": "2026-05-18T10:00:00+00:00",
        "handle_s": 300.0,
        "first_response_s": 9.0,
        "recording": "c1.ogg",
        "disposition": "callback_scheduled",
        "tags": ["b", "a"],
        "notes": "call back",
        "sentiment": "positive",
        "csat": 5.0,
        "sla": "met",
    }
    assert (second["direction"], second["recording"], second["sla"]) == ("inbound", None, "not_met")
    assert second["contact_labels"] is second["handle_s"] is second["csat"] is None


@pytest.mark.parametrize(
    ("conditions", "cases"),
    [
        (("sla = met",), ["c1", "c2"]),
        (("sla != met",), ["c3", "c4", "c5"]),
        (("sla in met,n/a",), ["c1", "c2", "c5"]),
        (("sla = not_met", "first_response_s > 10m"), ["c3"]),
        (("sla ~ met", "sla != met"), ["c3", "c4"]),
    ],
)
def test_the_log_can_be_limited_to_verdicts(
    conditions: tuple[str, ...], cases: list[str], tmp_path: Path
) -> None:
    """L17: the verdict is a column like the others, though no export holds it."""
    arguments = [word for condition in conditions for word in ("--where", condition)]
    found = report("log", ".", *arguments, cwd=export(tmp_path, interactions=EXAMPLE))
    assert [row["case_id"] for row in section(found, "log")] == cases


def test_an_unknown_verdict_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """L17: never an empty log for a typo."""
    folder = export(tmp_path, interactions=EXAMPLE)
    code, said = failure("log", ".", "--where", "sla = not met", cwd=folder)
    assert code == 2
    assert "no verdict 'not met'; did you mean 'not_met'?" in said
