"""Running a Polars peer: its partials collected together on the streaming engine."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import polars as pl

from benchmarks.peers.export import Export, written


def run(report: str, export: Export, output: Path) -> None:
    """Write the figures of a report as JSON; the log as Parquet."""
    module = import_module(f"benchmarks.peers.polars_{report}")
    if report == "log":
        module.write(export, output)
        return
    # Parts ask for different columns of a table: text would be parsed for each of them.
    plan = module.plan(replace(export, keeps=report == "report"))
    small = dict(zip(plan, pl.collect_all(plan.values(), engine="streaming"), strict=True))
    figures = module.figures(small)
    written({name: rows.write_json() for name, rows in figures.items()}, output)
