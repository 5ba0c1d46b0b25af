"""Partials of journeys are the same on every engine: DuckDB counts what Polars counts (K6-K8)."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics import journey
from cxtool.metrics.journey_reasons import reason_column
from cxtool.metrics.journey_threads import cases_asked_for
from cxtool.tables import Frame, Tables
from tests.metrics.frames import case, make_tables, request_for

LATER = request_for(as_of="2026-06-10")
ROWS = [
    case("1", contact_id="a", channel="bot"),
    case("2", "2026-05-18T12:00", contact_id="a", topic="x", queue="care", first_response_s=9),
    case("3", "2026-05-19T12:00", contact_id="a", topic="x", queue="sales", skills=["en", "x"]),
    case("4", "2026-05-12T12:00", contact_id="b", channel="ivr"),
    case("5", "2026-05-12T12:00", contact_id="b", channel="ivr", transfers=4, handle_s=7),
    case("6", "2026-05-20T12:00", contact="b", channel="chat", transfers=0, answered=True),
    case("7", "2026-05-20T12:00", channel="chat", direction="internal"),
    case("8", "2026-05-26T12:00", contact_id="a", direction="outbound"),
]
SEEN = [{"case_id": "1", "kind": "self_service", "name": "article_viewed", "value": "Fees"}]
TABLES = make_tables(ROWS, request=LATER, others={"context": SEEN})


@pytest.fixture
def on_duckdb() -> Iterator[Tables]:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")

    def moved(name: str, frame: Frame) -> Frame:
        connection.register(name, frame.collect("polars").to_native().to_arrow())
        return nw.from_native(connection.sql(f"select * from {name}"))

    yield replace(
        TABLES,
        cases=moved("cases", TABLES.cases),
        around_cases=moved("around", TABLES.around_cases),
        others={"context": moved("context", TABLES.others["context"])},
    )
    connection.close()


def test_the_same_partials(on_duckdb: Tables) -> None:
    """K6, K7, K8: threads, changes, entries, articles, reasons; in one go, or kept and sliced."""
    expected, found = partials(TABLES), partials(on_duckdb)
    assert expected.keys() == found.keys() >= {"threads", "reasons", "articles", "queues"}
    for name, rows in expected.items():
        assert rows.height > 0, name
        assert found[name].equals(rows), name


def partials(tables: Tables) -> dict[str, pl.DataFrame]:
    """All that the report is made of, by name."""
    plan = journey.plan(tables, Settings())
    planned = {name: frame.collect("polars").to_native() for name, frame in plan.frames.items()}
    reason = reason_column(tables)
    counted = journey.sliced(tables, Settings(), cases_asked_for(tables), reason).counts(planned)
    others = {name: rows for name, rows in planned.items() if not name.startswith("journey ")}
    return {
        name: rows.sort(rows.columns, nulls_last=True) for name, rows in (others | counted).items()
    }
