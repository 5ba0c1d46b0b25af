"""Partials are written once for every engine: DuckDB must count what Polars counts (S1, S2, S4)."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.config import FcrSettings, Settings, SlaSettings
from cxtool.metrics import fcr, kpi
from cxtool.metrics.dimensions import DIMENSIONS, find_dimensions
from cxtool.metrics.handling import case_counts as performance_counts
from cxtool.metrics.service_level import service_level_counts
from cxtool.metrics.sla_breaches import breaches_frame
from cxtool.metrics.sla_compliance import sla_counts
from cxtool.metrics.sla_responses import counts_of_waits, wait_counts
from cxtool.metrics.sla_rule import with_sla
from cxtool.metrics.trend import in_either
from cxtool.metrics.volume import case_counts, hour_counts
from cxtool.tables import Frame
from tests.metrics.frames import case, make_tables

SETTINGS = Settings(
    sla=SlaSettings(channels={"chat": 60}, queues={"billing": 20}, labels={"VIP": 300, "new": 40}),
    fcr=FcrSettings(window=3 * 86_400.0),
)
ROWS = [
    case(
        "1",
        contact_id="P1",
        queue="billing",
        agent="Ada",
        contact_labels=["VIP", "new"],
        first_response_s=30,
    ),
    case(
        "2",
        "2026-05-24T23:59:59",
        contact_id="P1",
        channel="chat",
        company="Acme",
        first_response_s=61,
    ),
    case("3", "2026-05-12T09:00", queue="sales", disposition="resolved", contact_labels=[]),
    case("4", "2026-05-20T00:00", direction="outbound", team="red", status="closed"),
    case("5", "2026-05-17T12:00", channel="voice", handle_s=4),
    case(
        "6", "2026-05-19T12:00", contact_id="P1", channel="voice", first_response_s=12, agent="Bo"
    ),
]
TABLES = make_tables(ROWS)


@pytest.fixture(scope="module")
def other_cases() -> Any:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("cases", TABLES.cases.collect("polars").to_native().to_arrow())
    yield nw.from_native(connection.sql("select * from cases"))
    connection.close()


def collected(frame: Frame) -> pl.DataFrame:
    rows = frame.collect("polars").to_native()
    times = pl.selectors.datetime()
    return rows.with_columns(times.dt.convert_time_zone("UTC")).sort(rows.columns, nulls_last=True)


@pytest.mark.parametrize("dimension", [None, *DIMENSIONS])
def test_compliance(other_cases: Frame, dimension: str | None) -> None:
    """S1, S2: verdict counts of the summary and of every dimension."""

    def counts(cases: Frame) -> pl.DataFrame:
        judged = with_sla(cases.filter(in_either(TABLES.request)), SETTINGS, TABLES.request)
        dimensions = find_dimensions([dimension] if dimension else [], cases)
        return collected(sla_counts(judged, dimensions, TABLES.request))

    expected = counts(TABLES.cases)
    assert expected["cases_n"].sum() >= len(ROWS)
    assert counts(other_cases).equals(expected)


def test_breaches(other_cases: Frame) -> None:
    """S4: the same cases, over by the same time."""

    def breaches(cases: Frame) -> pl.DataFrame:
        return collected(breaches_frame(with_sla(cases, SETTINGS, TABLES.request)))

    expected = breaches(TABLES.cases)
    assert expected["case_id"].to_list() == ["2", "3", "5"]
    assert breaches(other_cases).equals(expected)


def test_service_level(other_cases: Frame) -> None:
    """K5: the same calls."""
    expected = collected(service_level_counts(TABLES.cases))
    assert expected.row(0) == (1, 1, 1, 1, 1)
    assert collected(service_level_counts(other_cases)).equals(expected)


@pytest.mark.parametrize("dimension", [None, "label", "day", "hour", "queue"])
def test_performance(other_cases: Frame, dimension: str | None) -> None:
    """K1-K5: the same counts, sums and times."""

    def counts(cases: Frame) -> list[pl.DataFrame]:
        rows = cases.filter(in_either(TABLES.request))
        dimensions = find_dimensions([dimension] if dimension else [], cases)
        counted = performance_counts(rows, dimensions, SETTINGS, TABLES.request)
        return [
            collected(frame) for frame in (counted, *kpi.histograms(rows, nw.lit(True)).values())
        ]

    expected = counts(TABLES.cases)
    assert expected[0]["cases_n"].sum() >= len(ROWS)
    for one, other in zip(expected, counts(other_cases), strict=True):
        assert other.equals(one)


def test_first_contact_resolution(other_cases: Frame) -> None:
    """K2: the same contacts come back."""

    def counts(cases: Frame, reference: Frame) -> list[pl.DataFrame]:
        tables = replace(TABLES, cases=cases, reference_cases=reference, around_cases=cases)
        cases_judged = fcr.fcr_cases(tables, SETTINGS)
        visits_judged = fcr.judged_visits(fcr.visits(tables), tables, SETTINGS)
        both = (cases_judged, visits_judged)
        return [collected(fcr.fcr_counts(judged, (), tables)) for judged in both]

    expected, *others = (
        found
        for cases in (TABLES.cases, other_cases)
        for reference in (cases, TABLES.reference_cases)
        for found in counts(cases, reference)
    )
    assert expected.select(pl.col(fcr.COUNTS).sum()).row(0) == (1, 2, 1, 0)
    assert [found.rows() for found in others] == [expected.rows()] * 7


def test_volume(other_cases: Frame) -> None:
    """L4, L7, L8: the same cases by channel, day and hour."""
    expected = collected(case_counts(TABLES.cases, TABLES.request))
    assert expected["cases_n"].sum() == len(ROWS)
    assert collected(case_counts(other_cases, TABLES.request)).equals(expected)
    hours = set(hour_counts(expected).select("weekday", "hour").rows())
    assert {(6, 23), (2, 0)} <= hours
    assert (1, 9) not in hours, "a case of the compared period"


def test_waits(other_cases: Frame) -> None:
    """S6: the same responses, each with its verdict; they give the counts of the summary, too."""

    def waits(cases: Frame) -> pl.DataFrame:
        judged = with_sla(cases, SETTINGS, TABLES.request)
        return collected(wait_counts(judged, TABLES.request))

    expected = waits(TABLES.cases)
    answered = expected.drop_nulls("first_response_ms")["first_response_ms"]
    assert answered.sort().to_list() == [12_000, 30_000, 61_000]
    assert waits(other_cases).equals(expected)
    judged = with_sla(TABLES.cases, SETTINGS, TABLES.request)
    counts = collected(sla_counts(judged, (), TABLES.request))
    assert counts_of_waits(expected).sort(counts.columns).equals(counts)
