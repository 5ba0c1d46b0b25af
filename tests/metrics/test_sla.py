"""SLA compliance: the rule (L17), S1 to S6."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cxtool.config import HoursSettings, Settings, SlaSettings
from cxtool.errors import UsageError
from cxtool.metrics.dimensions import DIMENSIONS
from cxtool.metrics.sla import report
from cxtool.metrics.sla_compliance import COUNTS, sla_counts
from cxtool.metrics.sla_rule import with_sla
from cxtool.report import Section
from tests.metrics.frames import Row, case, collect, make_tables, request_for

EXAMPLE = [
    case("1", first_response_s=30),
    case("2", first_response_s=600),
    case("3", first_response_s=601),
    case("4"),
    case("5", direction="outbound"),
]
OFFICE = HoursSettings(spans={day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")})
BUSINESS = Settings(sla=SlaSettings(clock="business", threshold=3600), hours=OFFICE)


def verdicts(
    rows: list[Row], settings: Settings | None = None, *, as_of: str | None = None
) -> dict[str, str]:
    tables = make_tables(rows, request=request_for(as_of=as_of))
    judged = with_sla(tables.cases, settings or Settings(), tables.request)
    return dict(collect({"cases": judged})["cases"].sort("case_id").select("case_id", "sla").rows())


def section_of(rows: list[Row], section: str = "summary", **options: Any) -> Section:
    settings = options.pop("settings", Settings())
    request = options.pop("request", None)
    return report(make_tables(rows, request=request), settings, **options).section(section)


def first(section: Section, *keys: str) -> tuple[object, ...]:
    return section.rows.select(keys).row(0)


def test_worked_example() -> None:
    """L17, S1: 30, 600, 601 s, none inbound, none outbound: met 2, not met 2, n/a 1, 50 %."""
    assert verdicts(EXAMPLE) == {"1": "met", "2": "met", "3": "not_met", "4": "not_met", "5": "n/a"}
    summary = section_of(EXAMPLE)
    assert first(summary, *COUNTS, "sla_pct", "sla_n") == (5, 2, 2, 0, 1, 50.0, 4)
    low, high = first(summary, "sla_low_pct", "sla_high_pct")
    assert (low, high) == pytest.approx((15.0039, 84.9961), abs=1e-4)


@pytest.mark.parametrize(
    ("started_at", "verdict"),
    [
        ("2026-05-20T23:49:59", "not_met"),
        ("2026-05-20T23:50:00", "pending"),  # exactly the threshold: still in time
        ("2026-05-20T23:59:59", "pending"),
        ("2026-05-21T12:00:00", "pending"),  # after as-of
    ],
)
def test_no_response_is_pending_until_the_threshold_has_passed(
    started_at: str, verdict: str
) -> None:
    """L17: judged at the as-of moment, midnight after the last complete day."""
    rows = [case("1", started_at), case("2", started_at, direction="internal")]
    assert verdicts(rows, as_of="2026-05-21") == {"1": verdict, "2": "n/a"}


def test_outbound_with_a_response_is_judged() -> None:
    """L17: n/a is only for outbound and internal cases without a first response."""
    rows = [
        case("1", direction="outbound", first_response_s=20),
        case("2", direction="internal", first_response_s=700),
    ]
    assert verdicts(rows) == {"1": "met", "2": "not_met"}


def test_thresholds_label_before_queue_before_channel_before_all() -> None:
    """S3: the strictest of several labels; what has no own threshold keeps the default."""
    settings = Settings(
        sla=SlaSettings(
            threshold=600,
            channels={"email": 500, "sms": 500},
            queues={"billing": 400},
            labels={"VIP": 300, "gold": 200, "slow": 1000},
        )
    )
    rows = [
        case("a", channel="chat", first_response_s=600),
        case("b", channel="chat", first_response_s=601),
        case("c", first_response_s=500),
        case("d", first_response_s=501, queue="other"),
        case("e", first_response_s=400, queue="billing"),
        case("f", first_response_s=401, queue="billing"),
        case("g", first_response_s=300, queue="billing", contact_labels=["new", "VIP"]),
        case("h", first_response_s=301, queue="billing", contact_labels=["VIP"]),
        case("i", first_response_s=201, contact_labels=["slow", "gold", "VIP"]),
        case("j", first_response_s=1000, queue="billing", contact_labels=["slow"]),
        case("k", first_response_s=600, channel="chat", contact_labels=[]),
    ]
    met = {case_id for case_id, sla in verdicts(rows, settings).items() if sla == "met"}
    assert met == set("acegjk")


def test_channel_names_of_the_settings_in_any_case() -> None:
    """S3: exports are read with channels in small letters."""
    settings = Settings(sla=SlaSettings(channels={"E-Mail": 60}))
    assert verdicts([case(channel="e-mail", first_response_s=61)], settings) == {"1": "not_met"}


def test_a_column_of_the_export_called_sla_gives_way() -> None:
    """L17: the verdict is always the one of the settings."""
    rows = [case(first_response_s=601, sla="yes", business_ms="x")]
    assert verdicts(rows) == {"1": "not_met"}
    assert verdicts(rows, BUSINESS) == {"1": "met"}


def test_business_clock() -> None:
    """S5: created Friday 16:30, target 1 h, Mon-Fri 9-17: due Monday 9:30."""
    friday = "2026-05-15T16:30"
    to_monday = 65 * 3600
    rows = [
        case("1", friday, first_response_s=to_monday),
        case("2", friday, first_response_s=to_monday + 1),
        case("3", friday),
        case("4", "2026-05-17T10:00"),
        case("5", "2026-05-18T02:00", first_response_s=8 * 3600),
    ]
    assert verdicts(rows, BUSINESS, as_of="2026-05-18") == {
        "1": "met",
        "2": "not_met",
        "3": "pending",  # half an hour of business time has passed
        "4": "pending",
        "5": "met",
    }
    assert verdicts(rows[2:4], BUSINESS, as_of="2026-05-19") == {"3": "not_met", "4": "not_met"}


def test_business_clock_four_hours() -> None:
    """S5: created 16:00, target 4 h, 9-17: due 12:00 on the next working day."""
    settings = Settings(sla=SlaSettings(clock="business", threshold=4 * 3600), hours=OFFICE)
    rows = [
        case("1", "2026-05-20T16:00", first_response_s=20 * 3600),
        case("2", "2026-05-20T16:00", first_response_s=20 * 3600 + 1),
    ]
    assert verdicts(rows, settings) == {"1": "met", "2": "not_met"}


def test_business_clock_needs_opening_hours() -> None:
    """S5: without them no time would ever pass; an error, not 100 %."""
    with pytest.raises(UsageError, match="no opening hours"):
        report(make_tables(EXAMPLE), Settings(sla=SlaSettings(clock="business")))


def test_compliance_against_the_preceding_period() -> None:
    """S1: the change, and whether it stands out."""
    before = [
        case(f"b{n}", "2026-05-12T09:00", first_response_s=60 if n < 48 else 900) for n in range(80)
    ]
    now = [
        case(f"n{n}", "2026-05-19T09:00", first_response_s=60 if n < 56 else 900) for n in range(70)
    ]
    summary = section_of(before + now)
    trend = [f"sla_pct{part}" for part in ("", "_previous", "_change", "_change_pct", "_signal")]
    assert first(summary, *trend) == (80.0, 60.0, 20.0, 33.333333, "up")
    assert first(summary, "sla_days") == ([None, 80.0, None, None, None, None, None],)
    assert first(section_of(now), *trend) == (80.0, None, None, None, "new")
    alone = section_of(before + now, request=request_for(previous=None))
    assert first(alone, *trend) == (80.0, None, None, None, None)


def test_nothing_to_judge_is_null() -> None:
    """S1, S6: no case is no figure, neither 0 nor 100 %."""
    made = report(make_tables([]), Settings(), by=[("channel",)], breaches=True)
    figures = ("sla_pct", "sla_low_pct", "sla_high_pct", "sla_pct_signal")
    assert first(made.section("summary"), *COUNTS, *figures) == (0,) * 5 + (None,) * 4
    assert made.section("by_channel").rows.height == 0
    assert made.section("breaches").rows.height == 0
    assert made.section("distribution").rows.row(0) == (None, None, None, None, 0)
    only_outbound = section_of([case(direction="outbound")])
    assert first(only_outbound, "cases_n", "na_n", "sla_pct") == (1, 1, None)


MIXED = [
    case(
        "1",
        "2026-05-18T09:05",
        queue="billing",
        agent="Ada",
        team="red",
        contact_labels=["VIP", "new", "VIP"],
        company="Acme",
        disposition="resolved",
        first_response_s=30,
    ),
    case(
        "2",
        "2026-05-18T17:59:59",
        channel="chat",
        queue="sales",
        agent="Bo",
        team="blue",
        contact_labels=["VIP"],
        company="Bolt",
        disposition="unresolved",
        first_response_s=900,
    ),
    case("3", "2026-05-24T23:59", direction="outbound", agent="Ada", first_response_s=60),
]


@pytest.mark.parametrize(
    ("dimension", "groups"),
    [
        ("channel", [("email", 2, 100.0), ("chat", 1, 0.0)]),
        ("queue", [("billing", 1, 100.0), ("sales", 1, 0.0), (None, 1, 100.0)]),
        ("agent", [("Ada", 2, 100.0), ("Bo", 1, 0.0)]),
        ("team", [("blue", 1, 0.0), ("red", 1, 100.0), (None, 1, 100.0)]),
        ("label", [("VIP", 2, 50.0), ("new", 1, 100.0), (None, 1, 100.0)]),
        ("company", [("Acme", 1, 100.0), ("Bolt", 1, 0.0), (None, 1, 100.0)]),
        ("disposition", [("resolved", 1, 100.0), ("unresolved", 1, 0.0), (None, 1, 100.0)]),
        ("direction", [("inbound", 2, 50.0), ("outbound", 1, 100.0)]),
        ("day", [(date(2026, 5, 18), 2, 50.0), (date(2026, 5, 24), 1, 100.0)]),
        ("week", [("2026-W21", 3, 66.666667)]),
        ("weekday", [("Mon", 2, 50.0), ("Sun", 1, 100.0)]),
        ("hour", [(9, 1, 100.0), (17, 1, 0.0), (23, 1, 100.0)]),
    ],
)
def test_every_dimension(dimension: str, groups: list[tuple[object, int, float]]) -> None:
    """S2: the largest group first, time in its own order, unknown kept as null."""
    section = section_of(MIXED, f"by_{dimension}", by=[(dimension,)])
    assert section.rows.select(dimension, "cases_n", "sla_pct").rows() == groups
    assert ("sla_days" in section.rows.columns) == (not DIMENSIONS[dimension].in_time)


def test_the_listed_dimensions_are_all_there() -> None:
    """S2: the twelve of the specification."""
    assert set(DIMENSIONS) == {
        "channel",
        "queue",
        "agent",
        "team",
        "label",
        "company",
        "disposition",
        "direction",
        "day",
        "week",
        "weekday",
        "hour",
    }


def test_local_days_and_hours() -> None:
    """S2: 22:30 UTC on Sunday is Monday 00:30 in Warsaw."""
    request = request_for(tz="Europe/Warsaw")
    rows = [case(started_at="2026-05-17T22:30+00:00", first_response_s=1)]
    crossed = section_of(rows, "by_day_hour", by=[("day", "hour")], request=request)
    assert crossed.rows.select("day", "hour").rows() == [(date(2026, 5, 18), 0)]


def test_days_are_compared_by_position() -> None:
    """S1, S2: the second day with the second day; a compared day beyond the period is left out."""
    request = request_for(("2026-05-18", "2026-05-20"), ("2026-05-11", "2026-05-14"))
    days = ["2026-05-18", "2026-05-19", "2026-05-12", "2026-05-13"]
    rows = [
        case(day, f"{day}T10:00", first_response_s=900 if day == "2026-05-12" else 1)
        for day in days
    ]
    by_day = section_of(rows, "by_day", by=[("day",)], request=request)
    assert by_day.rows.select("day", "sla_pct_previous", "sla_pct_signal").rows() == [
        (date(2026, 5, 18), None, "new"),
        (date(2026, 5, 19), 0.0, "flat"),
    ]
    assert any("same place" in note for note in by_day.notes)
    by_week = section_of(rows, "by_week", by=[("week",)], request=request)
    assert first(by_week, "week", "sla_n", "sla_pct_previous") == ("2026-W21", 2, 0.0)


def test_crossed_dimensions_and_own_columns() -> None:
    """S2: `--by agent,day`, `--by language`, `--by tags`; several sections in one report."""
    rows = [{**row, "language": "pl", "tags": ["a", "b"]} for row in MIXED]
    made = report(
        make_tables(rows), Settings(), by=[("agent", "day"), ("language",), ("tags",), ("label",)]
    )
    assert [section.id for section in made.sections] == [
        "summary",
        "by_agent_day",
        "by_language",
        "by_tags",
        "by_label",
        "distribution",
    ]
    assert made.main == "by_agent_day"
    assert made.section("by_agent_day").rows.select("agent", "day", "cases_n").rows() == [
        ("Ada", date(2026, 5, 18), 1),
        ("Ada", date(2026, 5, 24), 1),
        ("Bo", date(2026, 5, 18), 1),
    ]
    assert made.section("by_tags").rows.select("tags", "cases_n").rows() == [("a", 3), ("b", 3)]
    assert any("several values" in note for note in made.section("by_label").notes)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("quue",), "did you mean 'queue'"),
        (("csat",), "cannot break down by 'csat'"),
        (("day", "day"), "crossed with itself"),
    ],
)
def test_unknown_dimension(names: tuple[str, ...], message: str) -> None:
    """S2: a usage error with the nearest name."""
    with pytest.raises(UsageError, match=message):
        report(make_tables(EXAMPLE), Settings(), by=[names])


def test_notes_of_a_breakdown() -> None:
    """S2: what is only in the compared period, what no case has, what leans on one agent."""
    rows = [case("1", agent="Ada"), case("2", "2026-05-12T10:00", agent="Bo")]
    made = report(make_tables(rows), Settings(), by=[("agent",), ("queue",)])
    agent_notes = made.section("by_agent").notes
    assert "Only in the compared period, and not listed: 1." in agent_notes
    assert any("leans on one agent" in note for note in agent_notes)
    assert "No case has a value for queue." in made.section("by_queue").notes
    assert any("lean on one agent" in note for note in made.section("summary").notes)


def test_breaches_worst_first() -> None:
    """S4: by how much; who waits in vain is measured to as-of, who has gone is listed last."""
    rows = [
        *EXAMPLE,
        case("6", "2026-05-19T08:00", first_response_s=4000, queue="billing", agent="Ada"),
        case("7", "2026-05-24T23:00"),
        case("8", "2026-05-19T09:00", channel="voice"),
        case("9", "2026-05-19T08:00", status="closed"),
        case("a", "2026-05-19T08:30", ended_at="2026-05-19T08:40"),
        case("b", "2026-05-12T08:30", first_response_s=9999),
    ]
    made = report(make_tables(rows), Settings(), breaches=True)
    section = made.section("breaches")
    week_s = 6 * 86_400 + 14 * 3600
    assert made.main == "breaches"
    assert section.rows.select("case_id", "first_response_s", "over_s").rows() == [
        ("4", None, week_s - 600.0),
        ("6", 4000.0, 3400.0),
        ("7", None, 3000.0),
        ("3", 601.0, 1.0),
        ("9", None, None),
        ("a", None, None),
        ("8", None, None),
    ]
    assert section.rows["sla_threshold_s"].unique().to_list() == [600.0]
    assert section.notes == ("Without a response, and nobody waits any more: 3, listed last.",)


def test_breaches_in_business_time_and_the_report_zone() -> None:
    """S4, S5: over counts opening hours only; the start is shown in the report's zone."""
    request = request_for(tz="Europe/Warsaw")
    rows = [case(started_at="2026-05-22T16:30", first_response_s=65 * 3600 + 60)]
    section = section_of(rows, "breaches", breaches=True, settings=BUSINESS, request=request)
    assert first(section, "first_response_s", "over_s") == (65 * 3600 + 60.0, 60.0)
    (started_at,) = section.rows["started_at"].to_list()
    assert started_at.isoformat() == "2026-05-22T16:30:00+02:00"


def test_distribution() -> None:
    """S6: median, p90, p95 and worst over responses of the period, linear."""
    rows = [case(str(n), first_response_s=n * 10) for n in range(11)]
    rows += [case("none"), case("before", "2026-05-12T10:00", first_response_s=9999)]
    section = section_of(rows, "distribution")
    assert section.rows.row(0) == (50.0, 90.0, 95.0, 100.0, 11)


LITERALS = st.lists(
    st.builds(
        lambda day, response, direction, labels: {
            "started_at": f"2026-05-{day:02d}T10:00",
            "first_response_s": response,
            "direction": direction,
            "contact_labels": labels,
        },
        st.integers(11, 24),
        st.sampled_from([None, 30, 600, 601]),
        st.sampled_from(["inbound", "outbound"]),
        st.sampled_from([None, ["VIP"], ["VIP", "new"]]),
    ),
    min_size=1,
    max_size=12,
)


@examples(max_examples=4, deadline=None)
@given(rows=LITERALS, queues=st.lists(st.sampled_from(["a", "b", None]), min_size=12))
def test_breakdowns_asked_for_together_are_those_asked_for_alone(
    rows: list[dict[str, Any]], queues: list[str | None]
) -> None:
    """S2: whichever of them the others are rolled up from."""
    cases = [case(str(n), queue=queues[n], **row) for n, row in enumerate(rows)]
    groups = [("queue",), ("day",), ("queue", "channel"), ("week", "queue"), ("label",)]
    groups += [("label", "queue"), ("hour",), ("weekday", "label")]
    tables = make_tables(cases)
    whole = report(tables, Settings(), by=groups)
    for group in groups:
        alone = report(tables, Settings(), by=[group])
        for section in alone.sections:
            assert section.rows.equals(whole.section(section.id).rows), (group, section.id)


@examples(max_examples=10, deadline=None)
@given(rows=LITERALS, data=st.data())
def test_order_of_rows_never_matters(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    """S1-S6: the same cases in any order give the same report."""
    numbered = [case(str(n), **row) for n, row in enumerate(rows)]
    shuffled = data.draw(st.permutations(numbered))
    one, other = (
        report(make_tables(some), Settings(), by=[("label",), ("day",)], breaches=True)
        for some in (numbered, shuffled)
    )
    for section in one.sections:
        assert section.rows.equals(other.section(section.id).rows)


@examples(max_examples=10, deadline=None)
@given(rows=LITERALS, cut=st.integers(0, 12))
def test_counts_of_parts_add_up_to_the_whole(rows: list[dict[str, Any]], cut: int) -> None:
    """S1: partials are mergeable."""
    numbered = [case(str(n), **row) for n, row in enumerate(rows)]

    def counts(some: list[Row]) -> pl.DataFrame:
        tables = make_tables(some)
        judged = with_sla(tables.cases, Settings(), tables.request)
        return collect({"counts": sla_counts(judged, (), tables.request)})["counts"]

    keys = ["is_current", "started_d"]
    parts = pl.concat([counts(numbered[:cut]), counts(numbered[cut:])])
    merged = parts.group_by(keys).agg(pl.col(COUNTS).sum()).sort(keys)
    assert merged.equals(counts(numbered).sort(keys))
