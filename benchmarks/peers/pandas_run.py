"""Running a pandas peer: tables read with the columns it needs, figures written as JSON.

``report`` makes all parts of tables that are read once, with every column that a part needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd

from benchmarks.peers.export import START, Export, written
from benchmarks.peers.needs import columns

PARTS = ("sla", "behavior", "cel", "kpi", "report")
ALONE = ("by_agent", "by_day")  # sections that the report does not have
TIMES = ("started_at", "created_at", "resolved_at")


def run(report: str, export: Export, output: Path) -> None:
    """Write the figures of a report as JSON; the log as Parquet."""
    parts = PARTS if report == "report" else (report,)
    modules = {part: import_module(f"benchmarks.peers.pandas_{part}") for part in parts}
    needs = columns(parts)

    @cache
    def read(table: str) -> pd.DataFrame:
        return _table(export, table, needs[table])

    if report == "log":
        modules["log"].write(read, output, split=export.is_csv)
        return
    sections: dict[str, pd.DataFrame] = {}
    for part, module in modules.items():
        if part == "report":
            sections |= module.figures(read, sections)
            continue
        for name, rows in module.figures(read).items():
            if len(parts) == 1:
                sections[name] = rows
            elif name not in ALONE:
                sections[f"{part}_{name}" if name == "summary" else name] = rows
    written({name: _json(rows) for name, rows in sections.items()}, output)


def _json(rows: pd.DataFrame) -> str:
    told: str = rows.to_json(orient="records", date_format="iso", date_unit="s")
    return told


def _table(export: Export, table: str, names: Sequence[str]) -> pd.DataFrame:
    if export.is_csv:
        times = [name for name in names if name in TIMES]
        rows = pd.read_csv(export.path(table), usecols=names, parse_dates=times)
    else:
        rows = pd.read_parquet(Path(export.path(table).replace("/*.parquet", "")), columns=names)
    if table == "interactions":
        rows["is_current"] = rows["started_at"] >= START
        rows["day"] = rows["started_at"].dt.tz_localize(None).dt.floor("D")
    return rows
