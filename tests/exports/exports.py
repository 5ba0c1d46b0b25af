"""The same made-up cases written in every way in which exports come."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from tests.cli_helper import Result, call

Row = Mapping[str, str | None]

COLUMNS = (
    "case_id",
    "started_at",
    "channel",
    "direction",
    "queue",
    "agent",
    "handle_s",
    "first_response_s",
    "tags",
    "notes",
    "csat",
    "site",
)
# As text, the way a CSV file has them; "-" is unknown here. ``site`` is not a canonical column.
CELLS = """
C1^2026-05-01T09:00:00Z^voice^inbound^Sales^Ada^300^12.5^vip;new^said "yes", then\\nmore^5^north
C2^2026-05-01T10:30:00Z^chat^inbound^Support^Bo^601^601^-^café, naïve^3.5^south
C3^2026-05-02T23:59:59Z^email^inbound^-^Ada^-^-^late^-^-^south
C4^2026-05-03T08:15:00Z^voice^outbound^Sales^Zoë^45.25^-^vip^Straße; 5|6\t7^1^-
C5^2026-05-03T08:20:00Z^voice^inbound^Sales^-^90^600^-^plain^4^north
"""
ROWS: tuple[dict[str, str | None], ...] = tuple(
    {
        name: None if cell == "-" else cell.replace("\\n", "\n")
        for name, cell in zip(COLUMNS, line.split("^"), strict=True)
    }
    for line in CELLS.strip().split("\n")
)


def written(rows: Sequence[Row] = ROWS, *, delimiter: str = ",", end: str = "\n") -> str:
    """The rows as CSV text; cells are quoted where they must be."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*rows[0]], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def frame(rows: Sequence[Row] = ROWS) -> pl.DataFrame:
    """The rows with the types that a program would give them."""
    texts = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    return texts.with_columns(
        pl.col("started_at").str.to_datetime("%+", time_zone="UTC", time_unit="us"),
        pl.col("handle_s", "first_response_s", "csat").cast(pl.Float64),
        pl.col("tags").str.split(";"),
    )


def ndjson(rows: Sequence[Row] = ROWS, *, nulls: bool = False) -> str:
    """The rows as NDJSON: numbers as numbers, lists as lists, unknown ones left out or null."""
    records = (
        {k: v if v is None else _json(k, v) for k, v in row.items() if nulls or v is not None}
        for row in rows
    )
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _json(column: str, value: str) -> Any:
    if column in ("handle_s", "first_response_s", "csat"):
        return float(value)
    return value.split(";") if column == "tags" else value


def zipped(data: bytes, kind: str) -> bytes:
    """Bytes compressed as ``gz`` or ``zst``."""
    if kind == "gz":
        return gzip.compress(data)
    packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return packed


def write(folder: Path, files: Mapping[str, str | bytes | pl.DataFrame]) -> Path:
    """Files below a folder, by relative path."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pl.DataFrame):
            content.write_parquet(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def figures(result: Result) -> dict[str, Any]:
    """A report without the names of its files."""
    assert result.code == 0, result.err
    report = result.report
    del report["source"]["files"]
    return report


def set_aside(*arguments: str, cwd: Path) -> list[tuple[Any, ...]]:
    """File, line, column, value, rule and reason of what ``check`` sets aside."""
    result = call("check", *arguments, "-f", "json", cwd=cwd)
    keys = ("file", "line", "column", "value", "rule", "reason")
    rows = [tuple(row[key] for key in keys) for row in result.rows("set_aside")]
    assert result.code == (1 if rows else 0), result.err
    assert len(rows) == result.report["source"]["rows_set_aside"]
    return rows
