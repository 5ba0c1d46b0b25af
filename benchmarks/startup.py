"""Start-up: ``cxtool --help`` against importing click, a small ``log`` against bare Polars.

Runs alternate, so that a busy machine slows both sides alike; medians are compared.

    python -m benchmarks.startup [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CASES = 10_000
LIMITS = {"help": 2.0, "log": 1.5}
# Installed packages are compiled; a working copy is too, once it may keep what it compiled.
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
BARE_SCRIPT = """
import polars as pl
cases = pl.read_csv({path!r}, try_parse_dates=True)
print(cases.filter(pl.col("channel") == "voice").write_csv())
"""


def main(rounds: int = 15) -> int:
    """Measure both pairs, print the ratios, and return 1 where one is over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "interactions.csv")
        Path(path).write_text(export_text(), encoding="utf-8")
        cxtool = str(Path(sys.executable).with_name("cxtool"))
        log = [cxtool, "log", path, "--where", "channel = voice", "-f", "csv"]
        pairs = {
            "help": ([cxtool, "--help"], [sys.executable, "-c", "import click"]),
            "log": (log, [sys.executable, "-c", BARE_SCRIPT.format(path=path)]),
        }
        ratios = {name: compared(name, *pair, rounds=rounds) for name, pair in pairs.items()}
    return int(any(ratio > LIMITS[name] for name, ratio in ratios.items()))


def compared(name: str, ours: list[str], peer: list[str], *, rounds: int) -> float:
    """The ratio of the medians, printed with what it was made of."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for command, measured in zip((ours, peer), times, strict=True):
            measured.append(seconds(command))
    # The first round fills the caches.
    medians = [statistics.median(measured[1:]) for measured in times]
    ratio = medians[0] / medians[1]
    print(
        f"{name:5} {medians[0] * 1000:6.0f} ms against {medians[1] * 1000:6.0f} ms"
        f"  ratio {ratio:.2f} (at most {LIMITS[name]})"
    )
    return ratio


def seconds(command: list[str]) -> float:
    """Wall time of a command."""
    begin = time.perf_counter()
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=ENVIRON, check=True
    )
    return time.perf_counter() - begin


def export_text() -> str:
    """An interactions table of 10,000 cases."""
    lines = ["case_id,started_at,channel,direction,queue,agent,handle_s,first_response_s,csat"]
    lines += [
        f"C{number},2026-05-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00Z,"
        f"{('voice', 'chat', 'email')[number % 3]},inbound,Queue {number % 7},"
        f"Agent {number % 40},{number % 900},{number % 1200 if number % 9 else ''},"
        f"{number % 5 + 1 if number % 4 == 0 else ''}"
        for number in range(CASES)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
