"""What the command-line tests share: the demo export, and exports written from literal rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl

from tests.cli_helper import Result, call

ROOT = Path(__file__).parents[2]
DEMO = "sample_data/demo"
MAY = ("-p", "2026-05-25..2026-05-31")

TIMES = {"agent_states": "started_at", "notes": "at", "tickets": "created_at"}

Row = Mapping[str, object]


def export(folder: Path, **tables: str | Iterable[Row]) -> Path:
    """A folder with a CSV file for each table, from dedented text or from rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        text = dedent(rows).lstrip("\n") if isinstance(rows, str) else to_csv(rows)
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def part_of_demo(folder: Path, *, one_in: int = 1, since: str = "") -> Path:
    """The demo export with one case in so many, and nothing before that day; all its people."""
    folder.mkdir(parents=True)
    tables = {
        file.stem: pl.read_csv(file, infer_schema=False) for file in (ROOT / DEMO).glob("*.csv")
    }
    cases = tables["interactions"].filter(pl.col("started_at") >= since).gather_every(one_in)
    for name, rows in tables.items():
        if "case_id" in rows.columns and name != "notes":
            rows = rows.join(cases, on="case_id", how="semi", maintain_order="left")
        elif name in TIMES:
            rows = rows.filter(pl.col(TIMES[name]) >= since)
        rows.write_csv(folder / f"{name}.csv")
    return folder


def to_csv(rows: Iterable[Row]) -> str:
    """Rows as CSV; columns in the order in which they first appear, None as an empty cell."""
    listed = list(rows)
    names = list(dict.fromkeys(name for row in listed for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def done(*arguments: str, cwd: Path, **options: Any) -> Result:
    """The result of a command that has to succeed."""
    result = call(*arguments, cwd=cwd, **options)
    assert result.code == 0, result.err
    return result


def report(*arguments: str, cwd: Path, **options: Any) -> dict[str, Any]:
    """The JSON report of a command that has to succeed."""
    return done(*arguments, "-f", "json", cwd=cwd, **options).report


def section(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of a section of a JSON report."""
    by_id = {part["id"]: part for part in found["sections"]}
    rows: list[dict[str, Any]] = by_id[name]["rows"]
    return rows


def only(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The one row that there has to be."""
    (row,) = rows
    return row
