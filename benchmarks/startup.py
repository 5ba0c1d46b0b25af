"""Start-up: ``cxtool --help`` against importing click, a small ``log`` against bare Polars.

python -m benchmarks.startup [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import compared

CASES = 10_000
BARE_SCRIPT = """
import polars as pl
cases = pl.read_csv({path!r}, try_parse_dates=True)
print(cases.filter(pl.col("channel") == "voice").write_csv())
"""


def main(rounds: int = 15) -> int:
    """Measure both pairs, print the ratios, and return 1 where one is over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "interactions.csv"
        path.write_text(export_text(), encoding="utf-8")
        cxtool = str(Path(sys.executable).with_name("cxtool"))
        log = [cxtool, "log", str(path), "--where", "channel = voice", "-f", "csv"]
        bare = [sys.executable, "-c", BARE_SCRIPT.format(path=str(path))]
        click = [sys.executable, "-c", "import click"]
        held = [
            compared("--help", [cxtool, "--help"], click, rounds=rounds, limit=2.0),
            compared("log, 10,000 rows", log, bare, rounds=rounds, limit=1.5),
        ]
    return 0 if all(held) else 1


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
