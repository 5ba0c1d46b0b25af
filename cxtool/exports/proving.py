"""Proving what ``proof`` keeps: files just written are read carefully once, and compared.

The quick reading of a column is proven where it gives what the careful one gives, in every row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from cxtool.config import Settings
from cxtool.exports.binding import canonical_feed
from cxtool.exports.doubts import unknown_direction
from cxtool.exports.mapped import MappedTable, map_table
from cxtool.exports.proof import FILE, SCHEMA, Entry, Proof, is_sealed, read_entries, sealed
from cxtool.exports.raw import parquet_table
from cxtool.exports.rules import flags
from cxtool.exports.sources import SourceFile, table_of
from cxtool.output import write_file

OF_SETTINGS = "csat_off_scale"  # the one rule that settings decide: its values are kept instead


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
    for name, path in rewritten.items():
        table = table_of(Path(name).parts[0])
        entry = _entry(path, table, batch) if table else None
        if entry is not None:
            kept[name] = entry
    if kept:
        told = {"schema": SCHEMA, "files": dict(sorted(kept.items()))}
        write_file(folder / FILE, (json.dumps(told, indent=1) + "\n").encode())
    else:
        (folder / FILE).unlink(missing_ok=True)


def _entry(path: Path, table: str, batch: int) -> Entry | None:
    """What is to be kept of a file, None where something stands against it."""
    raw = parquet_table([(0, SourceFile(path, path.name, "parquet", table))])
    feed = canonical_feed(table, raw.columns)
    careful, quick = (
        map_table(replace(raw, proof=p), feed, number=0, settings=Settings(), time_zone="UTC")
        for p in (None, Proof())
    )
    if not quick.is_proven:
        return None
    csat = pl.col("csat") if "csat" in raw.columns else pl.lit(None, pl.Float64)
    found = raw.frame.select(
        pl.any_horizontal(_objections(careful, quick)).alias("objected"),
        csat.min().alias("low"),
        csat.max().alias("high"),
    ).collect(engine="streaming")
    objected, low, high = found.row(0)
    if objected:
        return None
    return {**sealed(path), "batch": batch, "csat": None if low is None else (low, high)}


def _objections(careful: MappedTable, quick: MappedTable) -> list[pl.Expr]:
    """Whether a value is read otherwise, or a row breaks a rule, or a direction is unknown."""
    others = [
        careful.cells[name].read.ne_missing(quick.cells[name].read).any().alias(f"other {name}")
        for name in careful.cells
    ]
    others += [
        careful.extra(name).ne_missing(quick.extra(name)).any().alias(f"other {name}")
        for name in careful.extras
    ]
    judged = flags(careful.rules, careful.cells, careful.settings)
    broken = [
        flag.any().alias(f"broken {code}")
        for code, flag in judged.items()
        if careful.rules[code].name != OF_SETTINGS
    ]
    if "direction" in careful.cells:
        unknown = unknown_direction(careful.cells["direction"].read).any()
        broken.append(unknown.alias("unknown"))
    return [*others, *broken]
