"""Tables for metric tests from small literal rows, with every canonical column filled.

A row names only what the test is about: ``case(case_id="1", first_response_s=30)``. Times are ISO
texts in the report's zone, durations are seconds; the derived columns of ``cxtool.tables`` are
computed here with the standard library, independently of how exports are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.period import Period, Request, day_number
from cxtool.report import Source
from cxtool.schema import TABLES, Type
from cxtool.tables import Frame, Tables

Row = Mapping[str, Any]

# A Monday-to-Sunday week, and the day after it as the first incomplete day.
WEEK = ("2026-05-18", "2026-05-25")
WEEK_BEFORE = ("2026-05-11", "2026-05-18")

DTYPES: dict[Type, Any] = {
    Type.STR: pl.String,
    Type.DATETIME: pl.Datetime("us", "UTC"),
    Type.SECONDS: pl.Int64,
    Type.BOOL: pl.Boolean,
    Type.LIST: pl.List(pl.String),
    Type.INT: pl.Int64,
    Type.FLOAT: pl.Float64,
}
DERIVED: dict[str, dict[str, Any]] = {
    "interactions": {
        "started_ms": pl.Int64,
        "ended_ms": pl.Int64,
        "started_d": pl.Int32,
        "started_t": pl.Int32,
        "is_voice": pl.Boolean,
        "is_chat": pl.Boolean,
        "started_cal_d": pl.Int32,
        "responded_cal_d": pl.Int32,
    },
    "tickets": {"created_ms": pl.Int64, "created_d": pl.Int32, "resolved_ms": pl.Int64},
    "transcripts": {"at_ms": pl.Int64},
    "agent_states": {"started_ms": pl.Int64, "ended_ms": pl.Int64},
    "context": {"at_ms": pl.Int64},
    "notes": {"at_ms": pl.Int64},
}


def case(case_id: str = "1", started_at: str = "2026-05-18T10:00:00", **columns: Any) -> Row:
    """One interaction: an inbound e-mail unless the columns say otherwise."""
    return {"channel": "email", "case_id": case_id, "started_at": started_at, **columns}


def request_for(
    period: tuple[str, str] = WEEK,
    previous: tuple[str, str] | None = WEEK_BEFORE,
    *,
    tz: str = "UTC",
    as_of: str | None = None,
) -> Request:
    """A request of ISO days, ends excluded; as-of is the period's end unless given."""
    return Request(
        _period(period),
        _period(previous) if previous else None,
        tz,
        date.fromisoformat(as_of or period[1]),
    )


def make_tables(
    cases: Iterable[Row] = (),
    *,
    others: Mapping[str, Sequence[Row]] | None = None,
    reference: Iterable[Row] | None = None,
    request: Request | None = None,
    calendar_zone: str | None = None,
    voice: Sequence[str] = ("voice",),
    chat: Sequence[str] = ("chat",),
    limit: bool = True,
) -> Tables:
    """Tables of these rows; ``limit`` keeps only cases of the compared periods, as exports do.

    ``around_cases`` has them all.

    ``given`` is what the rows name. ``reference`` is for ``reference_cases`` (default: the cases).
    """
    request = request or request_for()
    tz = request.time_zone
    cases = list(cases)
    rows = {"interactions": cases, **{k: list(v) for k, v in (others or {}).items()}}
    kinds = {"voice": voice, "chat": chat}

    def filled(literal: Iterable[Row]) -> list[dict[str, Any]]:
        return [_filled_case(row, tz, calendar_zone or tz, kinds) for row in literal]

    def asked_for(around: list[dict[str, Any]]) -> Frame:
        kept = [row for row in around if not limit or _asked_for(row["started_d"], request)]
        return _frame("interactions", kept)

    around = filled(cases)
    limited = asked_for(around)
    return Tables(
        cases=limited,
        reference_cases=limited if reference is None else asked_for(filled(reference)),
        around_cases=_frame("interactions", around) if limit else limited,
        others={
            name: _frame(name, [_timed(name, row, tz) for row in table])
            for name, table in rows.items()
            if name != "interactions"
        },
        given={
            name: frozenset(TABLES[name].required).union(*(row.keys() for row in table))
            for name, table in rows.items()
        },
        request=request,
        source=Source(files=("literal",), profile=None, rows_read=len(cases), rows_set_aside=0),
        collect=collect,
        rows_n={name: len(table) for name, table in rows.items()},
    )


def collect(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
    """Run several lazy frames together."""
    lazy = [frame.to_native() for frame in frames.values()]
    return dict(zip(frames, pl.collect_all(lazy), strict=True))


def epoch_ms(local: str, tz: str = "UTC") -> int:
    """Epoch milliseconds of an ISO local time."""
    return round(_instant(local, tz).timestamp() * 1000)


def _period(days: tuple[str, str]) -> Period:
    start, end = (date.fromisoformat(day) for day in days)
    return Period(start, end, f"{days[0]} to {days[1]}")


def _instant(local: str, tz: str) -> datetime:
    moment = datetime.fromisoformat(local)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tz))


def _asked_for(day: int, request: Request) -> bool:
    periods = [request.period, *([request.previous] if request.previous else [])]
    return any(day_number(p.start) <= day < day_number(p.end) for p in periods)


def _timed(table: str, row: Row, tz: str) -> dict[str, Any]:
    """The row with instants in UTC, milliseconds beside them, and the local day."""
    timed = dict(row)
    for field in TABLES[table].fields:
        value = row.get(field.name)
        stem = field.name[: field.name.rfind("_")]
        if field.type is Type.SECONDS:
            timed.pop(field.name, None)
            timed[f"{stem}_ms"] = None if value is None else round(value * 1000)
        elif field.type is Type.DATETIME:
            stem = "at" if field.name == "at" else stem
            instant = None if value is None else _instant(value, tz)
            timed[field.name] = instant and instant.astimezone(ZoneInfo("UTC"))
            timed[f"{stem}_ms"] = None if instant is None else round(instant.timestamp() * 1000)
            if instant and stem in ("started", "created"):
                local = instant.astimezone(ZoneInfo(tz))
                timed[f"{stem}_d"] = day_number(local.date())
                timed[f"{stem}_t"] = local.hour * 3600 + local.minute * 60 + local.second
    return timed


def _filled_case(
    row: Row, tz: str, calendar_zone: str, kinds: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    filled = _timed("interactions", row, tz)
    started, response = filled["started_ms"], filled["first_response_ms"]
    filled["direction"] = filled.get("direction") or "inbound"
    filled["agent"] = filled.get("agent") or filled.get("agent_id")
    filled["agent_id"] = filled.get("agent_id") or filled["agent"]
    if filled["handle_ms"] is None and filled["ended_ms"] is not None:
        filled["handle_ms"] = filled["ended_ms"] - started
    if filled["wait_ms"] is None:
        filled["wait_ms"] = response
    if filled.get("answered") is None:
        talked = filled["direction"] == "outbound" and (filled["talk_ms"] or 0) > 0
        filled["answered"] = response is not None or talked
    if filled.get("resolved") is None and filled.get("disposition") is not None:
        filled["resolved"] = filled["disposition"] == "resolved"
    for kind, channels in kinds.items():
        filled[f"is_{kind}"] = filled["channel"] in channels
    filled["started_cal_d"] = _local_day(started, calendar_zone)
    if response is not None:
        filled["responded_cal_d"] = _local_day(started + response, calendar_zone)
    return filled


def _local_day(instant_ms: int, tz: str) -> int:
    return day_number(datetime.fromtimestamp(instant_ms / 1000, ZoneInfo(tz)).date())


def _frame(table: str, rows: Sequence[Row]) -> Frame:
    schema: dict[str, Any] = {}
    for field in TABLES[table].fields:
        stem = field.name[: field.name.rfind("_")]
        name = f"{stem}_ms" if field.type is Type.SECONDS else field.name
        schema[name] = DTYPES[field.type]
    schema |= DERIVED.get(table, {})
    unknown = sorted(set().union(*(row.keys() for row in rows)) - set(schema))
    own = dict.fromkeys(set(unknown) - {"created_t", "started_d", "started_t"}, pl.String)
    columns = {
        name: pl.Series(name, [row.get(name) for row in rows], dtype=dtype)
        for name, dtype in (schema | own).items()
    }
    return nw.from_native(pl.LazyFrame(columns))
