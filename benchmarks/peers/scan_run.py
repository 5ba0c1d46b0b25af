"""The floor: the columns that a report needs, read and let go."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.export import Export
from benchmarks.peers.needs import columns
from benchmarks.peers.polars_tables import scan

PARTS = ("sla", "behavior", "cel", "kpi", "report")


def run(report: str, export: Export, output: Path) -> None:
    """Read every value; nothing is written."""
    for table, names in columns(PARTS if report == "report" else (report,)).items():
        scan(export, table).select(names).sink_batches(lambda rows: None)
