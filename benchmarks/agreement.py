"""Whether what a peer wrote is what cxtool tells of an export.

    python -m benchmarks.agreement REPORT FOLDER TARGET PEER

A process of its own: a child's peak memory counts from that of the process that started it, so the
one that measures must stay small.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.figures import Sections, compared, told_figures
from benchmarks.samples import CXTOOL, PERIOD


@dataclass(frozen=True, slots=True)
class Told:
    """A report's sections, or the file of the log."""

    sections: Sections
    log: Path | None = None

    @classmethod
    def of(cls, report: str, folder: Path, target: Path) -> Told:
        """What the measured run wrote; a page is made once more as JSON."""
        if report == "log":
            return cls({}, target / "cxtool-log.parquet")
        path = target / f"cxtool-{report}.json"
        if report == "report" and not path.exists():
            order = ("report", str(folder), *PERIOD, "-q", "-o", str(path))
            subprocess.run([CXTOOL, *order], check=True)
        return cls(told_figures(path))


def check(told: Told, output: Path, report: str) -> list[str]:
    """Where a peer's output differs; nothing where all agrees."""
    if told.log is not None:
        return _logs(told.log, output)
    peer = json.loads(output.read_text(encoding="utf-8"))
    found = compared(told.sections, peer, report=report)
    return list(found.problems) or ([] if found.figures_n else ["no figure was compared"])


def _logs(ours: Path, theirs: Path) -> list[str]:
    """Columns of the log that differ in any row, read one at a time."""
    schema = pl.read_parquet_schema(ours)
    known = pl.read_parquet_schema(theirs)
    if missing := schema.keys() - known.keys():
        return [f"no column {name}" for name in sorted(missing)]
    return [
        f"column {name} differs"
        for name, dtype in schema.items()
        if not pl.read_parquet(ours, columns=[name])[name].equals(
            pl.read_parquet(theirs, columns=[name])[name].cast(dtype)
        )
    ]


if __name__ == "__main__":
    report_name, export, outputs, peer_name = sys.argv[1:]
    told = Told.of(report_name, Path(export), Path(outputs))
    differing = check(told, Path(outputs) / f"{peer_name}-{report_name}", report_name)
    if differing:
        print("\n".join(differing))
    sys.exit(1 if differing else 0)
