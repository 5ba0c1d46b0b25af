"""What was measured, kept in a file of lines, so that an interrupted benchmark can go on.

A line tells the versions it was measured with; lines of other versions do not count.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure import Run

PACKAGES = ("cxtool", "polars", "duckdb", "pandas", "pyarrow", "narwhals")


@dataclass(frozen=True, slots=True)
class Case:
    """One report on one export."""

    report: str
    kind: str
    interactions_n: int

    @property
    def name(self) -> str:
        return f"{self.report}, {self.interactions_n / 1e6:g} million in {self.kind}"


@dataclass(frozen=True, slots=True)
class Median:
    """Medians of a case's runs, and the largest peak."""

    seconds: float
    cpu_s: float
    peak_mb: float
    runs_n: int


@dataclass
class Kept:
    """The lines of this machine and these versions."""

    path: Path
    again: bool = False
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.again:
            self.path.unlink(missing_ok=True)
        if self.path.exists():
            read = map(json.loads, self.path.read_text(encoding="utf-8").splitlines())
            self.lines = [line for line in read if line["machine"] == machine()]

    def add(self, case: Case, who: str, round_n: int, run: Run) -> None:
        """Keep a run; round 0 warms up."""
        self._write({**asdict(case), "who": who, "round": round_n, **asdict(run)})

    def skip(self, case: Case, who: str, reason: str) -> None:
        """Keep why somebody is not measured."""
        self._write({**asdict(case), "who": who, "reason": reason})

    def has(self, case: Case, who: str, round_n: int) -> bool:
        """Whether that round was run."""
        return any(line.get("round") == round_n for line in self._of(case, who))

    def skipped(self, case: Case, who: str) -> str | None:
        """Why somebody is not measured."""
        return next((line["reason"] for line in self._of(case, who) if "reason" in line), None)

    def median(self, case: Case, who: str) -> Median | None:
        """What the counted rounds took; None where there is none."""
        runs = [line for line in self._of(case, who) if line.get("round")]
        if not runs:
            return None
        return Median(
            seconds=statistics.median(run["seconds"] for run in runs),
            cpu_s=statistics.median(run["cpu_s"] for run in runs),
            peak_mb=max(run["peak_mb"] for run in runs),
            runs_n=len(runs),
        )

    def cases(self) -> list[Case]:
        """What was measured, in the order in which it was."""
        found = (Case(n["report"], n["kind"], n["interactions_n"]) for n in self.lines)
        return list(dict.fromkeys(found))

    def _of(self, case: Case, who: str) -> Iterator[dict[str, Any]]:
        wanted = {**asdict(case), "who": who}
        return (line for line in self.lines if wanted.items() <= line.items())

    def _write(self, line: dict[str, Any]) -> None:
        told = {**line, "machine": machine()}
        self.lines.append(told)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")


@cache
def machine() -> dict[str, str]:
    """The machine and the versions, as a table tells them."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "Processor": _processor(),
        "Cores": str(os.cpu_count()),
        "Memory": f"{memory / 2**30:.0f} GB",
        "Python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
