"""python -m benchmarks.peers duckdb|pandas|polars REPORT FOLDER OUTPUT."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.peers.export import Export

if __name__ == "__main__":
    peer, report, folder, output = sys.argv[1:]
    runner = import_module(f"benchmarks.peers.{peer}_run")
    runner.run(report, Export(Path(folder)), Path(output))
