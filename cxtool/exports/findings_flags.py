"""Findings that a row shows by its own values: durations, references, values that nobody knows.

A ``Flag`` says which rows of a table a finding is about. All flags of a table are counted in one
pass, and nothing is kept of the rows but their number and the first of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.exports.mapped import RAW, MappedTable
from cxtool.exports.times import ISO_FORMATS, parse_times, to_instant
from cxtool.schema import CONTEXT_KINDS, DIRECTIONS, SPEAKERS, STATUSES

TOLERANCE_MS = 1000  # systems round durations and times to whole seconds
CHANNELS = ("voice", "chat", "email", "sms", "social", "video", "messaging", "ticket")
# Table, its column, and the table whose rows the column names.
REFERENCES = (
    ("interactions", "contact_id", "contacts"),
    ("interactions", "company_id", "companies"),
    ("interactions", "ticket_id", "tickets"),
    ("interactions", "agent_id", "agent_states"),
    ("contacts", "company_id", "companies"),
    ("companies", "primary_contact_id", "contacts"),
    ("tickets", "contact_id", "contacts"),
    ("tickets", "company_id", "companies"),
    ("behaviors", "case_id", "interactions"),
    ("transcripts", "case_id", "interactions"),
    ("context", "case_id", "interactions"),
    ("notes", "case_id", "interactions"),
    ("notes", "ticket_id", "tickets"),
    ("notes", "contact_id", "contacts"),
    ("notes", "company_id", "companies"),
)
KEYS = {"primary_contact_id": "contact_id"}  # columns called otherwise than the key they name
RESPONSE_TIMES = ("first_response_at", "answered_at")  # columns that some exports have besides


class Flag(Struct, frozen=True, kw_only=True):
    """One finding about rows of a table. ``rows`` is true for those, never null.

    ``gap_ms`` is how far a given duration lies from what it is compared with. ``lists_values``
    where the values of the column belong to the finding.
    """

    kind: str
    column: str
    what: str
    rows: pl.Expr
    gap_ms: pl.Expr | None = None
    lists_values: bool = False


def case_flags(
    parts: Sequence[MappedTable], given: Collection[str], schema: pl.Schema, time_zone: str
) -> Iterator[Flag]:
    """What the durations of interactions say of each other and of the times beside them."""
    # Handle time that is active work alone need not be as long as the case.
    is_work = pl.col(RAW).is_in([p.number for p in parts if p.feed.handle_time == "work"])
    span = _span() if "ended_at" in given else pl.lit(None, pl.Int64)
    handle = pl.col("handle_ms") if "handle_s" in given else pl.lit(None, pl.Int64)
    if {"handle_s", "ended_at"} <= {*given}:
        yield _skew("handle_s", pl.when(~is_work).then(handle - span), "ended_at − started_at")
    for name in RESPONSE_TIMES:
        if "first_response_s" in given and name in schema:
            waited = _instant(name, schema[name], time_zone) - pl.col("started_at")
            gap_ms = pl.col("first_response_ms") - waited.dt.total_milliseconds()
            yield _skew("first_response_s", gap_ms, f"{name} − started_at")
    whole = pl.coalesce(pl.when(~is_work).then(handle), span)
    column = "handle_s" if "handle_s" in given else "ended_at"
    if {"handle_s", "ended_at"} & {*given}:
        yield from _parts(("wait_s", "talk_s", "hold_s"), given, whole, column, "the case")
        yield from _parts(("first_response_s",), given, whole, "first_response_s", "the case")
    if any(p.feed.handle_time == "work" for p in parts):
        work = pl.when(is_work).then(handle)
        yield from _parts(("talk_s", "hold_s", "acw_s"), given, work, "handle_s", "the work on it")


def value_flags(table: str, given: Collection[str], settings: Settings) -> Iterator[Flag]:
    """Words of a column that has words of its own, and what becomes of others."""
    channels = settings.channels
    own = [name.lower() for name in (*channels.voice, *channels.chat)]
    vocabularies: dict[tuple[str, str], tuple[Sequence[str], str]] = {
        ("interactions", "channel"): ([*CHANNELS, *own], "not voice or chat by the settings"),
        ("interactions", "direction"): (DIRECTIONS, "counted as inbound"),
        ("interactions", "status"): (STATUSES, "neither open nor closed"),
        ("transcripts", "speaker"): (SPEAKERS, f"not {', '.join(SPEAKERS)}"),
        ("context", "kind"): (CONTEXT_KINDS, f"not {', '.join(CONTEXT_KINDS)}"),
    }
    for (of, column), (words, what) in vocabularies.items():
        if of == table and column in given:
            unknown = pl.col(column).is_in(words).not_().fill_null(False)
            yield Flag(
                kind="unknown_value", column=column, what=what, rows=unknown, lists_values=True
            )


def new_column(name: str) -> Flag:
    """A column that is not in the data model, in the rows that fill it."""
    what = "not in the data model"
    return Flag(kind="new_column", column=name, what=what, rows=pl.col(name).is_not_null())


def reference_flags(table: str, given: Mapping[str, Collection[str]]) -> Iterator[tuple[Flag, str]]:
    """Ids that no row of another table has, and that table; see ``with_parent``."""
    for of, column, parent in REFERENCES:
        key = KEYS.get(column, column)
        if of == table and column in given[table] and key in given.get(parent, ()):
            absent = pl.col(column).is_not_null() & pl.col(known(column)).is_null()
            what = f"not in {parent}"
            yield Flag(kind="orphan_key", column=column, what=what, rows=absent), parent


def known(column: str) -> str:
    """The column that is true where the id of a column is one of the other table."""
    return f"__known_{column}"


def with_parent(rows: pl.LazyFrame, column: str, parents: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with ``known(column)``."""
    key = KEYS.get(column, column)
    ids = parents.select(pl.col(key).alias(column)).unique()
    ids = ids.with_columns(pl.lit(True).alias(known(column)))
    # The rows stream by; only the ids are held.
    return rows.join(ids, on=column, how="left", build_side="force_right")


def _span() -> pl.Expr:
    return (pl.col("ended_at") - pl.col("started_at")).dt.total_milliseconds()


def _instant(name: str, dtype: pl.DataType, time_zone: str) -> pl.Expr:
    """A column that is no canonical one as a time, null where it is none."""
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        return to_instant(pl.col(name), time_zone)
    if isinstance(dtype, pl.Datetime):
        return pl.col(name).dt.convert_time_zone("UTC")
    if dtype == pl.String:
        return parse_times(pl.col(name), ISO_FORMATS, time_zone)
    return pl.lit(None, pl.Datetime("us", "UTC"))


def _skew(column: str, gap_ms: pl.Expr, computed: str) -> Flag:
    return Flag(
        kind="clock_skew",
        column=column,
        what=f"over 1 s from {computed}",
        rows=(gap_ms.abs() > TOLERANCE_MS).fill_null(False),
        gap_ms=gap_ms,
    )


def _parts(
    names: Sequence[str], given: Collection[str], whole_ms: pl.Expr, column: str, of: str
) -> Iterator[Flag]:
    """Durations that lie one after the other within another one, and are longer together."""
    parts = [name for name in names if name in given]
    if not parts:
        return
    sum_ms = pl.sum_horizontal(pl.col(f"{name.removesuffix('_s')}_ms") for name in parts)
    gap_ms = sum_ms - whole_ms
    yield Flag(
        kind="parts_over_whole",
        column=column,
        what=f"{' + '.join(parts)} longer than {of}",
        rows=(gap_ms > TOLERANCE_MS).fill_null(False),
        gap_ms=gap_ms,
    )
