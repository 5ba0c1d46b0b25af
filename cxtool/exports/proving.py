"""Proving what ``proof`` keeps: files just written are read carefully once, and compared.

The quick reading of a column is proven where it gives what the careful one gives, in every row. Of
text that repeats, each one is asked once.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.exports import canonical, native
from cxtool.exports.binding import canonical_feed
from cxtool.exports.convert import WHITESPACE
from cxtool.exports.doubts import unknown_direction
from cxtool.exports.mapped import LOWERED, MappedTable, map_table
from cxtool.exports.proof import FILE, SCHEMA, Proof, Told, is_sealed, read_entries, sealed
from cxtool.exports.raw import RawTable
from cxtool.exports.raw_files import parquet_table
from cxtool.exports.rules import flags
from cxtool.exports.sources import SourceFile, table_of
from cxtool.exports.spreadsheet import shortened
from cxtool.schema import Type
from cxtool.stopping import scratch_folder

OF_SETTINGS = "csat_off_scale"  # the one rule that settings decide: its values are kept instead
OF_READING = "negative_duration"  # left to the reading of durations
LONGEST_S = 2.0**53 / 1000  # a float does not hold every whole millisecond beyond
GLANCE_ROWS = 1_000
FEW_N = 900  # different texts in a glance; where there are more, hardly any repeats
TOGETHER_ROWS = 4_000_000  # of files that are read as one: some 2 GB


class _OfValues(Struct, frozen=True):
    """Objections to values of one column. ``values`` are asked of, each different one once."""

    column: str
    values: pl.Expr
    objections: Sequence[pl.Expr]

    def objects(self, found: pl.DataFrame) -> bool:
        """Whether an objection holds of one of the values found."""
        values: pl.Series = found[f"of {self.column}"].item()
        frame = values.alias(self.column).to_frame()
        return bool(frame.select(_any(self.objections)).item())


def prove(folder: Path, written: Sequence[Path]) -> None:
    """Keep what holds of the files just written to a folder, beside what was kept of others.

    No key may repeat among the written files of a table.
    """
    older = read_entries(folder)
    rewritten = {path.relative_to(folder).as_posix(): path for path in written}
    kept = {
        name: entry
        for name, entry in older.items()
        if name not in rewritten and is_sealed(folder / name, entry)
    }
    batch = 1 + max((entry["batch"] for entry in older.values()), default=0)
    for (table, *_), files in _alike(rewritten).items():
        for name, found in _found(files, table).items():
            kept[name] = {**sealed(folder / name), "batch": batch, **found}
    if kept:
        told = {"schema": SCHEMA, "files": dict(sorted(kept.items()))}
        with scratch_folder(folder, prefix=".proof-") as scratch:
            (scratch / FILE).write_bytes((json.dumps(told, indent=1) + "\n").encode())
            os.replace(scratch / FILE, folder / FILE)
    else:
        (folder / FILE).unlink(missing_ok=True)


def _alike(written: Mapping[str, Path]) -> dict[tuple[str, str, int], dict[str, Path]]:
    """The files by their table and columns, by which they can be read together: so many rows."""
    groups: dict[tuple[str, str, int], dict[str, Path]] = {}
    rows_n: Counter[tuple[str, str]] = Counter()
    for name, path in written.items():
        table = table_of(Path(name).parts[0])
        if table is not None:
            kind = table, str(pl.read_parquet_schema(path))
            groups.setdefault((*kind, rows_n[kind] // TOGETHER_ROWS), {})[name] = path
            rows_n[kind] += pl.scan_parquet(path).select(pl.len()).collect().item()
    return groups


def _found(files: Mapping[str, Path], table: str) -> dict[str, Told]:
    """What is to be kept of files that are alike; those against which something stands left out.

    They are read as one, and one by one only where something stands against any.
    """
    told = _told(list(files.values()), table)
    if told is not None:
        return dict.fromkeys(files, told)
    if len(files) == 1:
        return {}
    alone = {name: _told([path], table) for name, path in files.items()}
    return {name: told for name, told in alone.items() if told is not None}


def _told(paths: Sequence[Path], table: str) -> Told | None:
    """What is to be kept of some files as a whole, None where something stands against one."""
    raw = parquet_table([(0, SourceFile(path, path.name, "parquet", table)) for path in paths])
    feed = canonical_feed(table, raw.columns)
    try:
        careful, quick = (
            map_table(replace(raw, proof=p), feed, number=0, settings=Settings(), time_zone="UTC")
            for p in (None, Proof())
        )
    except CxtoolError:  # a column of no meaning, as every report on it will say
        return None
    if not quick.is_proven:
        return None
    csat = quick.cells["csat"].read if "csat" in quick.cells else pl.lit(None, pl.Float64)
    of_rows, of_values = _questions(careful, quick)
    found = raw.frame.select(
        _any(of_rows).alias("objected"),
        csat.min().alias("low"),
        csat.max().alias("high"),
        *[asked.values.unique().implode().alias(f"of {asked.column}") for asked in of_values],
    ).collect(engine="streaming")
    if found["objected"].item() or any(asked.objects(found) for asked in of_values):
        return None
    low, high = found["low"].item(), found["high"].item()
    return {"csat": None if low is None else (low, high), "settled": _settled(quick)}


def _questions(careful: MappedTable, quick: MappedTable) -> tuple[list[pl.Expr], list[_OfValues]]:
    """What is asked of each row, and what of each value of a column."""
    repeating = _repeating(quick.raw)
    of_rows: list[pl.Expr] = []
    of_texts: dict[str, list[pl.Expr]] = {}
    for objection in (*_readings(careful, quick), *_judgements(quick)):
        roots = set(objection.meta.root_names())
        alone = roots.pop() if len(roots) == 1 else ""
        asked = of_texts.setdefault(alone, []) if alone in repeating else of_rows
        asked.append(objection)
    of_values = [_OfValues(name, pl.col(name), asked) for name, asked in of_texts.items()]
    for name, cell in quick.cells.items():
        if quick.table.field(name).type is Type.LIST:
            lists = cell.read
            items = lists.filter(lists.list.len() > 0).explode()
            source = lists.meta.output_name()
            of_values.append(
                _OfValues(source, items, [pl.col(source).is_null(), _untrimmed(pl.col(source))])
            )
    return of_rows, of_values


def _readings(careful: MappedTable, quick: MappedTable) -> Iterator[pl.Expr]:
    """Whether a value is read otherwise, lists left out."""
    for name, cell in quick.cells.items():
        field = quick.table.field(name)
        if field.type is Type.SECONDS:  # read without a look at what is no number
            yield cell.raw.is_between(0, LONGEST_S).not_()
        elif field.type is Type.STR and name not in LOWERED:
            yield _untrimmed(cell.raw)
            if field.is_id:
                yield shortened(cell.raw)
        elif field.type is not Type.LIST:
            yield careful.cells[name].read.ne_missing(cell.read)
    yield from (
        _untrimmed(pl.col(name)) for name in quick.extras if quick.raw.schema[name] == pl.String
    )


def _judgements(quick: MappedTable) -> Iterator[pl.Expr]:
    """Whether a row breaks a rule, or its direction is unknown, if nothing is read otherwise."""
    for code, flag in flags(quick.rules, quick.cells, quick.settings).items():
        if quick.rules[code].name not in (OF_SETTINGS, OF_READING):
            yield flag
    if "direction" in quick.cells:
        yield unknown_direction(quick.cells["direction"].read)


def _untrimmed(text: pl.Expr) -> pl.Expr:
    return (text.str.strip_chars(WHITESPACE) != text) | (text == "")


def _repeating(raw: RawTable) -> set[str]:
    """The columns whose texts repeat, as far as the first rows tell."""
    glance = raw.frame.head(GLANCE_ROWS).select(pl.col(pl.String).n_unique())
    return {column.name for column in glance.collect() if column.item() <= FEW_N}


def _settled(quick: MappedTable) -> list[str]:
    """The columns of cases that no fallback changes, see ``canonical``."""
    if quick.table.name != "interactions":
        return []
    rows = canonical.complete(native.as_frame(quick.scan()), quick.table)
    rows = native.with_epoch_ms(rows, {"started_ms": "started_at", "ended_ms": "ended_at"})
    for step in canonical.fallbacks():
        rows = rows.with_columns(**{f"own {name}": nw.col(name) for name in step})
        rows = rows.with_columns(**step)
    names = [name for step in canonical.fallbacks() for name in step]
    same = [pl.col(name).eq_missing(pl.col(f"own {name}")).all() for name in names]
    told = rows.to_native().select(same).collect(engine="streaming")
    return [column.name for column in told if column.item()]


def _any(objections: Sequence[pl.Expr]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *[objection.any() for objection in objections])
