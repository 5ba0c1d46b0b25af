"""The interaction log: every case of the period, with the seventeen columns L1 to L17.

Nothing is counted or left out here; each row is a case as the export tells it, with its SLA
verdict. The recording is shown for voice alone; the queue for every channel that has one, since
chats and e-mails are queued as well. Source: L1-L17.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import UsageError, nearest
from cxtool.metrics.in_order import as_they_come, first_cases, ordered, per_hour
from cxtool.metrics.sla_rule import rule_notes, with_sla
from cxtool.metrics.stats import rounded
from cxtool.metrics.trend import of_period
from cxtool.report import Column, Report, Section
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

COLUMNS = (
    Column(key="case_id", label="Case ID", drop=0),
    Column(key="contact", label="Contact", drop=2),
    Column(key="contact_labels", label="Contact label", unit=Unit.LIST, drop=7),
    Column(key="channel", label="Channel", drop=1),
    Column(key="queue", label="Queue", drop=5),
    Column(key="agent", label="Agent", drop=2),
    Column(key="direction", label="Direction", drop=4),
    Column(key="started_at", label="Start", unit=Unit.DATETIME, drop=0),
    Column(key="handle_s", label="Handle time", unit=Unit.SECONDS, drop=3),
    Column(
        key="first_response_s",
        label="First response time",
        unit=Unit.SECONDS,
        better="lower",
        drop=3,
    ),
    Column(key="recording", label="Recording", drop=9),
    Column(key="disposition", label="Disposition", drop=5),
    Column(key="tags", label="Tags", unit=Unit.LIST, drop=8),
    Column(key="notes", label="Notes", drop=9),
    Column(key="sentiment", label="Sentiment", unit=Unit.SENTIMENT, drop=6),
    Column(key="csat", label="CSAT", unit=Unit.NUMBER, better="higher", drop=6),
    Column(key="sla", label="SLA", unit=Unit.SLA, drop=1),
)


ID = "log"
KEYS = tuple(column.key for column in COLUMNS)


class Reading(Struct, frozen=True):
    """How cases are read a piece at a time: what reads a frame, and what ``hours`` gave of them."""

    read: Callable[[Frame], Iterator[pl.DataFrame]]
    hours: pl.DataFrame


def hours(tables: Tables) -> Frame:
    """The cases of the log, counted by the hour in which they start."""
    return per_hour(_of_period(tables))


def count(tables: Tables) -> Frame:
    """How many cases the log has: one row, ``cases_n``."""
    return _of_period(tables).select(cases_n=nw.len().cast(nw.Int64))


def first(tables: Tables) -> Tables:
    """The tables with only as many cases of the log as are asked for, which are its first."""
    if tables.first_n is None:
        return tables
    return replace(tables, cases=first_cases(_of_period(tables), tables.first_n))


def report(
    tables: Tables,
    settings: Settings,
    *,
    extra: Sequence[str] = (),
    all_n: int | None = None,
    reading: Reading | None = None,
) -> Report:
    """Section ``log``: one row per case of the period, in order of ``started_at``, ``case_id``.

    ``extra`` names further columns of the export to show after the seventeen. ``all_n``: the cases
    are the first of so many (``first``). ``reading``: the section's rows come in pieces, which are
    read while they are taken, so the export must be open until then. ``started_at`` is in the
    report's time zone; null is unknown. Raises ``UsageError`` for an unknown extra column. Source:
    L1-L17.
    """
    request = tables.request
    added = [name for name in dict.fromkeys(extra) if name not in KEYS]
    columns = (*COLUMNS, *_extra_columns(added, tables))
    voice_only = nw.when(nw.col("is_voice")).then(nw.col("recording")).alias("recording")
    stored = {column.key: _stored(column.key, tables) for column in columns}
    judged = with_sla(_of_period(tables), settings, request).with_columns(voice_only)
    shown = judged.select(*stored.values())

    def finished(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(
            pl.col("started_at").dt.convert_time_zone(request.time_zone),
            *(rounded(pl.col(ms) / 1000).alias(s) for s, ms in stored.items() if s != ms),
        ).select(column.key for column in columns)

    if reading is None:
        rows = ordered(tables.collect({"log": shown}).pop("log"))
        log = Section(
            id=ID,
            title="Interaction log",
            columns=columns,
            rows=finished(rows),
            all_n=all_n,
        )
    else:
        none = tables.collect({"none": shown.head(0)})["none"]
        pieces = as_they_come(reading.read(shown), reading.hours, advance=tables.advance)
        log = Section(
            id=ID,
            title="Interaction log",
            columns=columns,
            rows=finished(none),
            pieces=map(finished, pieces),
        )
    return Report.on(
        request,
        report="log",
        title="Interaction log",
        compared=False,
        source=tables.source,
        sections=(log,),
        main=ID,
        notes=(*tables.notes, *rule_notes(settings)),
    )


def _of_period(tables: Tables) -> Frame:
    period = tables.request.period
    return tables.cases if period.kind == "all" else of_period(tables.cases, period)


def _stored(key: str, tables: Tables) -> str:
    """The column of cases behind a key: durations ``x_s`` are held as ``x_ms``."""
    held = f"{key.removesuffix('_s')}_ms"
    return held if key.endswith("_s") and held in tables.cases.collect_schema() else key


def _extra_columns(names: Sequence[str], tables: Tables) -> tuple[Column, ...]:
    schema = tables.cases.collect_schema()
    for name in names:
        if _stored(name, tables) not in schema:
            guess = nearest(name, [*KEYS, *schema])
            raise UsageError(
                f"the log has no column '{name}'" + (f"; did you mean '{guess}'?" if guess else ""),
                hint="columns: " + ", ".join(KEYS),
            )
    return tuple(
        Column(
            key=name,
            label=name.removesuffix("_s").replace("_", " ").capitalize(),
            unit=Unit.SECONDS if name not in schema else _unit(schema[name]),
        )
        for name in names
    )


def _unit(dtype: object) -> Unit:
    if isinstance(dtype, nw.List):
        return Unit.LIST
    if isinstance(dtype, nw.Datetime):
        return Unit.DATETIME
    if dtype == nw.Boolean:
        return Unit.BOOL
    is_number = isinstance(dtype, nw.dtypes.DType) and dtype.is_numeric()
    return Unit.NUMBER if is_number else Unit.TEXT
