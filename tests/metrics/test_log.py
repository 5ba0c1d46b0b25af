"""The interaction log: seventeen columns, every case, in order (L1 to L17)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

from cxtool.config import Settings
from cxtool.errors import UsageError
from cxtool.metrics.log import Reading, hours, report
from cxtool.period import Period, Request
from cxtool.tables import Frame
from cxtool.units import Unit
from tests.metrics.frames import case, make_tables, request_for

KEYS = [
    "case_id",
    "contact",
    "contact_labels",
    "channel",
    "queue",
    "agent",
    "direction",
    "started_at",
    "handle_s",
    "first_response_s",
    "recording",
    "disposition",
    "tags",
    "notes",
    "sentiment",
    "csat",
    "sla",
]

FULL = case(
    "c-1",
    "2026-05-18T23:30:00+00:00",
    contact="Ada Novak",
    contact_labels=["VIP"],
    channel="voice",
    queue="billing",
    agent="Bo",
    direction="inbound",
    handle_s=250.5,
    first_response_s=12,
    recording="r/1.wav",
    disposition="resolved",
    tags=["refund", "late"],
    notes="called back",
    sentiment="positive",
    csat=4.5,
)


def test_the_seventeen_columns() -> None:
    """L1-L17: each fact of the case under its key, the start in the report's zone."""
    made = report(make_tables([FULL], request=request_for(tz="Europe/Warsaw")), Settings())
    section = made.section("log")
    assert [column.key for column in section.columns] == KEYS
    row = section.rows.row(0, named=True)
    assert row.pop("started_at").isoformat() == "2026-05-19T01:30:00+02:00"
    expected = {key: FULL[key] for key in KEYS if key not in ("started_at", "sla")}
    assert row == {**expected, "sla": "met"}
    assert made.previous is None


def test_unknown_stays_null() -> None:
    """L2-L16: no data is null; only the direction has a default."""
    row = report(make_tables([case()]), Settings()).section("log").rows.row(0, named=True)
    known = {key for key, value in row.items() if value is not None}
    assert known == {"case_id", "channel", "direction", "started_at", "sla"}
    assert row["direction"] == "inbound"


def test_recording_is_for_voice_and_queue_for_all() -> None:
    """L5, L11: a chat has no audio; chats are queued as calls are."""
    rows = [
        case("1", channel="chat", recording="r/1.wav", queue="sales"),
        case("2", channel="phone", recording="r/2.wav"),
    ]
    shown = report(make_tables(rows, voice=["phone"]), Settings()).section("log").rows
    assert shown["recording"].to_list() == [None, "r/2.wav"]
    assert shown["queue"].to_list() == ["sales", None]


def test_handle_time_falls_back_to_the_span() -> None:
    """L9: total duration of the case."""
    rows = [case(ended_at="2026-05-18T10:04:10")]
    shown = report(make_tables(rows), Settings()).section("log").rows
    assert shown["handle_s"].to_list() == [250.0]


def test_order_and_period() -> None:
    """L8: by start, then case; the compared period is not part of the log."""
    rows = [
        case("b"),
        case("a"),
        case("c", "2026-05-18T09:59:59"),
        case("before", "2026-05-12T10:00"),
    ]
    shown = report(make_tables(rows), Settings()).section("log").rows
    assert shown["case_id"].to_list() == ["c", "a", "b"]


def test_rows_in_pieces_are_the_same_rows() -> None:
    """L: a log too large to hold is the log all the same, also where nothing is in order."""
    starts = ["2026-05-18T23:30", "2026-05-18T10:00", "2026-05-20T08:00", "2026-05-12T10:00"]
    rows = [case(f"c{n}", starts[n % 4], handle_s=n / 3) for n in range(12)]
    tables = make_tables(rows, request=request_for(tz="Europe/Warsaw"))
    whole = report(tables, Settings()).section("log")

    def read(frame: Frame) -> Iterator[pl.DataFrame]:
        return tables.collect({"log": frame})["log"].iter_slices(2)

    reading = Reading(read, tables.collect({"hours": hours(tables)})["hours"])
    made = report(tables, Settings(), reading=reading).section("log")
    assert made.rows.is_empty()
    assert pl.concat(made.parts()).equals(whole.rows)
    assert whole.rows.height == 9


def test_period_all_keeps_every_row() -> None:
    """L1: the log of everything leaves out nothing."""
    week = request_for().period
    everything = Request(Period(week.start, week.end, "all", "all"), None, "UTC", week.end)
    rows = [case("old", "2019-01-01T00:00"), case("new"), case("far", "2031-01-01T00:00")]
    tables = make_tables(rows, request=everything, limit=False)
    shown = report(tables, Settings()).section("log").rows
    assert shown["case_id"].to_list() == ["old", "new", "far"]


def test_empty_log() -> None:
    """L1: no case, no row, still all columns."""
    section = report(make_tables([]), Settings()).section("log")
    assert section.rows.columns == KEYS
    assert section.rows.height == 0


def test_extra_columns_of_the_export() -> None:
    """L: columns of the export's own can be shown after the seventeen."""
    rows = [case(talk_s=90, account="A-7", skills=["pl"], answered=True)]
    extra = ["account", "talk_s", "skills", "answered", "case_id"]
    section = report(make_tables(rows), Settings(), extra=extra).section("log")
    assert section.rows.select(extra[:4]).row(0) == ("A-7", 90.0, ["pl"], True)
    units = [column.unit for column in section.columns[17:]]
    assert units == [Unit.TEXT, Unit.SECONDS, Unit.LIST, Unit.BOOL]


def test_unknown_extra_column() -> None:
    """L: a typo is told with the nearest name."""
    with pytest.raises(UsageError, match="no column 'agnt'; did you mean 'agent'"):
        report(make_tables([case()]), Settings(), extra=["agnt"])
