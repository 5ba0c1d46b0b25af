"""A file's rows made the rows of a table: exploded, joined, limited, the newest kept, grouped.

The steps are taken once, in one streaming query into a temporary Parquet file, and only where a
profile asks for one: what follows reads that file like any other, as often as it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import CxtoolError, nearest
from cxtool.exports.conditions import columns_of, holds
from cxtool.exports.events import grouped
from cxtool.exports.glance import IRREGULAR
from cxtool.exports.joins import joined, newest_last
from cxtool.exports.layout import ROW
from cxtool.exports.nested import Wanted, is_json, opened, opens
from cxtool.exports.profile_form import ColumnMap, Dedupe, TableMap, spellings
from cxtool.exports.raw import FILE, ORIGIN_ROWS, RawTable
from cxtool.exports.repair import LINE, SHOWN

FILES_AT_ONCE = 64


class Shaped(Struct, frozen=True):
    """A table's rows, the mapping over their columns, and how many rows do not count."""

    raw: RawTable
    mapping: TableMap
    not_counted_n: int = 0


def shaped(
    raws: Sequence[RawTable],
    mapping: TableMap,
    *,
    export: Sequence[RawTable],
    scratch: Path,
    time_zone: str,
) -> Shaped:
    """The rows that files have for a table; ``export`` are all its files, for joins.

    Several files are put together, as one may hold newer versions of another one's rows. Raises
    CxtoolError where a step asks for what a file does not have.
    """
    mapping = _with_names(mapping)
    wanted = _wanted(mapping)
    steps = (mapping.explode, mapping.joins, mapping.where, mapping.dedupe, mapping.events)
    if not any(steps) and not opens(raws[0], wanted):
        return Shaped(raws[0], mapping)
    given = Steps(mapping, wanted, export, scratch, time_zone)
    try:
        return _shaped(raws, given)
    except pl.exceptions.ComputeError as error:
        if "JSON" in str(error):
            reason = str(error).splitlines()[0][:SHOWN]
            raise CxtoolError(
                f"{raws[0].files[0]}: a path of the profile does not fit the values ({reason})"
            ) from None
        return _shaped([_repaired(raw, scratch) for raw in raws], given)


def are_parts(mapping: TableMap) -> bool:
    """Whether files are put together: one row may be of several, or each has but a few."""
    return bool(mapping.dedupe or mapping.events or mapping.explode)


class Steps(Struct, frozen=True):
    """What it takes to shape a table."""

    mapping: TableMap
    wanted: Sequence[Wanted]
    export: Sequence[RawTable]
    scratch: Path
    time_zone: str


def _repaired(raw: RawTable, scratch: Path) -> RawTable:
    return raw if raw.text is None or LINE in raw.schema else raw.repaired(scratch)


def _shaped(raws: Sequence[RawTable], given: Steps) -> Shaped:
    mapping = given.mapping
    rows, all_n = _of_one(raws[0], given) if len(raws) == 1 else _of_several(raws, given)
    if mapping.dedupe is not None:
        rows = _newest(rows, mapping.dedupe, given.time_zone, file=raws[0].files[0])
    if mapping.events is not None:
        content = [name for name in rows.collect_schema() if name not in (ROW, LINE)]
        rows = rows.sort(ROW).unique(subset=content, keep="first", maintain_order=True)
    counted_n = rows.select(pl.len())
    if mapping.events is not None:
        file = raws[0].files[0]
        cases = grouped(rows, mapping, mapping.events, file=file, time_zone=given.time_zone)
        rows, mapping = cases.rows, cases.mapping
    frame, (before, after) = _stored(rows, [all_n, counted_n], given.scratch)
    return Shaped(_as_one(raws, frame), mapping, before - after)


def _stored(
    rows: pl.LazyFrame, counts: Sequence[pl.LazyFrame], scratch: Path
) -> tuple[pl.LazyFrame, list[int]]:
    """The rows in a temporary file, and counts that are made on the way."""
    target = scratch / f"shaped-{len(list(scratch.iterdir()))}.parquet"
    sink = rows.sink_parquet(target, lazy=True, compression="lz4")
    _, *found = pl.collect_all([sink, *counts], engine="streaming")
    return pl.scan_parquet(target, glob=False), [count.item() for count in found]


def _of_one(raw: RawTable, given: Steps) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The rows of a file that count, and how many rows it has."""
    rows = _opened(raw, given)
    return _limited(rows, given.mapping, raw), rows.select(pl.len())


def _of_several(raws: Sequence[RawTable], given: Steps) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The same of several files, numbered on from each to the next.

    One query over thousands of files would take longer to plan than to run.
    """
    stored, rows_n = [], 0
    for start in range(0, len(raws), FILES_AT_ONCE):
        found = [_of_one(raw, given) for raw in raws[start : start + FILES_AT_ONCE]]
        rows = pl.concat(
            [
                part.with_columns(pl.col(ROW).cast(pl.Int64) + number * ORIGIN_ROWS)
                for number, (part, _) in enumerate(found, start=start)
            ],
            how="diagonal_relaxed",
        )
        all_n = pl.concat([count for _, count in found]).sum()
        frame, (count,) = _stored(rows, [all_n], given.scratch)
        stored.append(frame.drop(FILE, strict=False))
        rows_n += count
    return pl.concat(stored, how="diagonal_relaxed"), pl.LazyFrame({"len": [rows_n]})


def _opened(raw: RawTable, given: Steps) -> pl.LazyFrame:
    """The rows of one file with everything that later steps refer to."""
    rows = opened(raw, given.wanted, explode=given.mapping.explode)
    for join in given.mapping.joins:
        if is_json(raw):
            rows = _with(join.on, rows)
        _need(join.on, rows, raw.files[0], "a join")
        rows = joined(rows, join, given.export)
    return rows


def _with(names: Iterable[str], rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with these columns, empty where no record has the key."""
    schema = rows.collect_schema()
    return rows.with_columns(pl.lit(None, pl.String).alias(n) for n in names if n not in schema)


def _need(names: Iterable[str], rows: pl.LazyFrame, file: str, what: str) -> None:
    """Raise CxtoolError for the first of these columns that the rows lack."""
    have = [name for name in rows.collect_schema().names() if not name.startswith("__")]
    for name in names:
        if name not in have:
            guess = nearest(name, have)
            raise CxtoolError(
                f"{file}: {what} of the profile asks for a column '{name}'"
                + (f"; did you mean '{guess}'?" if guess else "")
            )


def _as_one(raws: Sequence[RawTable], frame: pl.LazyFrame) -> RawTable:
    """The first table with these rows, made of all of them."""
    # What was seen of the text no longer holds of the rows that are made of it.
    text = None if raws[0].text is None else replace(raws[0].text, glance=IRREGULAR)
    table = replace(raws[0], frame=frame, schema=frame.collect_schema(), text=text)
    if len(raws) == 1:
        return table
    return replace(
        table,
        files=tuple(name for raw in raws for name in raw.files),
        paths=table.paths[:1],
        positions=table.positions[:1],
        origins=tuple(raws),
        damages=tuple(replace(damage, file=raw.files[0]) for raw in raws for damage in raw.damages),
    )


def _limited(rows: pl.LazyFrame, mapping: TableMap, raw: RawTable) -> pl.LazyFrame:
    """The rows that count."""
    # Of JSON a key may be absent from all records; a column of a table is there or misspelt.
    if not is_json(raw):
        _need(columns_of(mapping.where), rows, raw.files[0], "'where'")
    schema = rows.collect_schema()
    return rows.filter(holds(mapping.where, schema)) if mapping.where else rows


def _newest(rows: pl.LazyFrame, dedupe: Dedupe, time_zone: str, *, file: str) -> pl.LazyFrame:
    """Of rows with the same key the newest; what a row lacks of the key counts as the same."""
    schema = rows.collect_schema()
    key = [name for name in dedupe.key if name in schema]
    if not key:
        _need(dedupe.key, rows, file, "'dedupe'")
    newest = dedupe.newest if dedupe.newest in schema else None
    order = newest_last(newest, dedupe.formats, time_zone=time_zone)
    numbers = [ROW, FILE] if FILE in schema else [ROW]
    kept = rows.group_by(key).agg(pl.col(numbers).sort_by(*order).last()).select(numbers)
    return rows.join(kept, on=numbers, how="semi")


def _with_names(mapping: TableMap) -> TableMap:
    """The mapping with the column names of paths that reach several values."""
    columns = {name: [_named(part) for part in mapping.maps(name)] for name in mapping.columns}
    return replace(mapping, columns=dict(columns))


def _named(part: ColumnMap) -> ColumnMap:
    if part.combine is None:
        return part
    names = [Wanted(name, part.combine).name for name in part.source]
    return replace(part, source=names)


def _wanted(mapping: TableMap) -> list[Wanted]:
    """Everything that the mapping refers to."""
    parts = [part for name in mapping.columns for part in mapping.maps(name)]
    found = [
        Wanted(name.removesuffix(f" ({part.combine})"), part.combine)
        for part in parts
        for name in part.source
    ]
    names = [name for part in parts for name in _also(part)]
    names += columns_of(mapping.where)
    if mapping.dedupe is not None:
        newest = mapping.dedupe.newest
        names += [*mapping.dedupe.key, *([newest] if newest else [])]
    if mapping.events is not None:
        events = mapping.events
        names += [
            name for some in (events.key, events.time, events.event) for name in spellings(some)
        ]
    new = {name for join in mapping.joins for name in join.columns}
    found += [Wanted(name) for name in names]
    keys = [Wanted(name) for join in mapping.joins for name in join.on]
    return [*dict.fromkeys([*keys, *(item for item in found if item.text not in new)])]


def _also(part: ColumnMap) -> list[str]:
    """The columns that a map refers to beside its source."""
    events = part.by_event.values()
    return [*part.parts, *part.between, *part.only_when, *columns_of(part.when), *events]
