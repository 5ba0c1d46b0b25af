"""Findings about rows beside each other: exact repeats, and one person in two places at a time.

Both need more of the rows than a count, so a large table is gone through in parts, each with the
rows of some ids or contents alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from cxtool.config import Settings
from cxtool.exports.findings_flags import TOLERANCE_MS
from cxtool.exports.layout import ROW
from cxtool.exports.mapped import RAW, MappedTable
from cxtool.exports.scan import scan_some
from cxtool.exports.survey import PLACES

PART_ROWS = 4_000_000  # rows of which a part holds some numbers at once
START, END = "__start", "__end"


def parts_of(rows_n: int) -> int:
    """Into how many parts a table of so many rows is divided."""
    return 1 + rows_n // PART_ROWS


def repeated(mapped: Sequence[MappedTable], rows: pl.LazyFrame, rows_n: int) -> pl.DataFrame:
    """``RAW, ROW`` of rows that are the same as an earlier one in every column."""
    content = [name for name in rows.collect_schema() if name not in PLACES]
    hashed = rows.select(RAW, ROW, pl.struct(content).hash().alias("hash"))
    found = [_repeats(mapped, part) for part in _parted(hashed, pl.col("hash"), parts_of(rows_n))]
    return pl.concat(found)


def _repeats(mapped: Sequence[MappedTable], hashed: pl.LazyFrame) -> pl.DataFrame:
    same = hashed.group_by("hash").len().filter(pl.col("len") > 1).select("hash")
    places = hashed.join(same, on="hash", how="semi").select(RAW, ROW)
    candidates = places.collect(engine="streaming")
    if candidates.is_empty():
        return candidates
    # Equal hashes prove nothing: the rows themselves are compared.
    rows = scan_some(mapped, candidates).collect(engine="streaming").sort(RAW, ROW)
    content = pl.struct(name for name in rows.columns if name not in PLACES)
    return rows.select(pl.col(RAW, ROW).filter(content.is_first_distinct().not_()))


def call_spans(
    mapped: Sequence[MappedTable],
    rows: pl.LazyFrame,
    given: Collection[str],
    *,
    who: str,
    settings: Settings,
) -> pl.LazyFrame | None:
    """From when to when agents were on each voice case; None where the export does not tell.

    A call begins for its agent when it is answered: before, its customer waits, often for that
    very agent to be done with another. Calls that nobody answered are left out.
    """
    if who not in given or not {"ended_at", "handle_s"} & {*given}:
        return None
    is_work = pl.col(RAW).is_in([p.number for p in mapped if p.feed.handle_time == "work"])
    started_ms = pl.col("started_at").dt.epoch("ms")
    ends = [pl.col("ended_at").dt.epoch("ms")] if "ended_at" in given else []
    if "handle_s" in given:
        ends.append(pl.when(~is_work).then(started_ms + pl.col("handle_ms")))
    waits = [pl.col(f"{name}_ms") for name in ("first_response", "wait") if f"{name}_s" in given]
    answered = pl.lit(True)
    if "answered" in given:
        answered = pl.col("answered").fill_null(True)
    elif "first_response_s" in given:
        outbound = pl.col("direction") == "outbound" if "direction" in given else pl.lit(False)
        answered = pl.col("first_response_ms").is_not_null() | outbound.fill_null(False)
    voice = pl.col("channel").is_in([name.lower() for name in settings.channels.voice])
    return rows.filter(voice & answered).select(
        who,
        RAW,
        ROW,
        (started_ms + pl.coalesce(*waits, pl.lit(0, pl.Int64))).alias(START),
        pl.coalesce(ends).alias(END),
    )


def state_spans(rows: pl.LazyFrame) -> pl.LazyFrame:
    """From when to when agents were in each state."""
    times = [pl.col(name).dt.epoch("ms") for name in ("started_at", "ended_at")]
    return rows.select("agent_id", RAW, ROW, times[0].alias(START), times[1].alias(END))


def overlapping(spans: pl.LazyFrame, *, who: str, rows_n: int) -> pl.DataFrame:
    """``RAW, ROW`` of spans that begin before an earlier one of the same person has ended.

    ``spans`` has ``who, START, END, RAW, ROW``; those without an end are left out.
    """
    timed = spans.drop_nulls([who, START, END]).filter(pl.col(END) > pl.col(START))
    busy_until = pl.col(END).cum_max().shift().over(who)
    found = [
        part.sort(who, START, END, RAW, ROW)
        .with_columns(busy_until.alias("busy_until"))
        .filter(pl.col(START) + TOLERANCE_MS < pl.col("busy_until"))
        .select(RAW, ROW)
        .collect(engine="streaming")
        for part in _parted(timed, pl.col(who).hash(), parts_of(rows_n))
    ]
    return pl.concat(found)


def _parted(rows: pl.LazyFrame, number: pl.Expr, parts_n: int) -> list[pl.LazyFrame]:
    if parts_n == 1:
        return [rows]
    return [rows.filter(number % parts_n == part) for part in range(parts_n)]
