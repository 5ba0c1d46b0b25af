"""Reports on large exports: cxtool against DuckDB SQL, pandas, Polars by hand, and a bare scan.

    python -m benchmarks.reports [--interactions N]... [--format parquet|csv]... [--only REPORT]...
                                 [--against PEER]... [--repeat N] [--data FOLDER] [--again]

Whole processes, in turns; before any of it counts, each peer's figures are compared with cxtool's,
and a figure that differs ends the benchmark. What was measured is kept, so that a run that was
interrupted goes on where it stood; RESULTS.md and its pictures are written from all that is kept.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.kept import Case, Kept
from benchmarks.measure import NotMeasuredError, measured
from benchmarks.samples import CXTOOL, DATA, FORMATS, PERIOD, sample

REPORTS = {
    "log": ("log",),
    "sla": ("sla", "--by", "agent", "--by", "day"),
    "behavior": ("behavior",),
    "cel": ("cel",),
    "kpi": ("kpi",),
    "report": ("report",),
}
PEERS = ("duckdb", "polars", "pandas", "scan")
SUFFIXES = {"log": "parquet", "report": "html"}  # as people would have them; JSON of the others
SIZES = (1_000_000, 10_000_000)
MOST_MEMORY = 0.8  # of the machine's, before a run is stopped
MOST_S = 3_600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, and return 1 where figures differ."""
    asked = _parser().parse_args(arguments)
    kept = Kept(asked.data / "runs.jsonl", again=asked.again)
    for interactions_n in asked.interactions or SIZES:
        for kind in asked.format or FORMATS:
            folder = sample(kind, interactions_n, data=asked.data)
            for report in asked.only or REPORTS:
                case = Case(report, kind, interactions_n)
                if not _measure(case, folder, asked.against or PEERS, asked.repeat, kept):
                    return 1
                order = [sys.executable, "-m", "benchmarks.results", str(kept.path)]
                subprocess.run(order, check=True)
    return 0


def _measure(case: Case, folder: Path, peers: Sequence[str], rounds: int, kept: Kept) -> bool:
    """One report on one export: compare figures, then measure in turns."""
    target = folder.parent / "out" / folder.name
    target.mkdir(parents=True, exist_ok=True)
    (target / "cxtool-report.json").unlink(missing_ok=True)
    commands = {"cxtool": ours(case.report, folder, target)}
    commands |= {peer: theirs(peer, case.report, folder, target) for peer in peers}
    for round_n in range(rounds + 1):
        for who, command in commands.items():
            if kept.skipped(case, who) or kept.has(case, who, round_n):
                continue
            try:
                run = measured(command, most_mb=MOST_MEMORY * memory_mb(), most_s=MOST_S)
            except NotMeasuredError as problem:
                if who == "cxtool":
                    raise
                print(f"{case.name} {who}: left out, {problem}", flush=True)
                kept.skip(case, who, str(problem))
                continue
            if round_n == 0 and who not in ("cxtool", "scan"):
                order = (case.report, str(folder), str(target), who)
                module = (sys.executable, "-m", "benchmarks.agreement")
                if subprocess.run([*module, *order], check=False).returncode:
                    print(f"{case.name} {who}: other figures, see above", flush=True)
                    return False
            # The first round fills the caches, and is not counted.
            kept.add(case, who, round_n, run)
            print(
                f"{case.name} {who}, {f'round {round_n}' if round_n else 'warming up'}:"
                f" {run.seconds:.2f} s, processor {run.cpu_s:.2f} s, {run.peak_mb:.0f} MB",
                flush=True,
            )
    return True


def ours(report: str, folder: Path, target: Path) -> list[str]:
    """cxtool's command."""
    output = target / f"cxtool-{report}.{SUFFIXES.get(report, 'json')}"
    return [CXTOOL, *REPORTS[report], str(folder), *PERIOD, "-q", "-o", str(output)]


def theirs(peer: str, report: str, folder: Path, target: Path) -> list[str]:
    """A peer's command, which writes its figures."""
    module = [sys.executable, "-m", "benchmarks.peers"]
    return [*module, peer, report, str(folder), str(target / f"{peer}-{report}")]


def memory_mb() -> float:
    """The memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reports",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--interactions", type=int, action="append", metavar="N")
    parser.add_argument("--format", choices=FORMATS, action="append")
    parser.add_argument("--only", choices=REPORTS, action="append")
    parser.add_argument("--against", choices=PEERS, action="append")
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER")
    parser.add_argument("--again", action="store_true", help="forget what was measured before")
    return parser


if __name__ == "__main__":
    sys.exit(main())
