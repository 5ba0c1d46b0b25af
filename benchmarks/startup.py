"""Start-up: ``cxtool --help`` against importing click, a small ``log`` against bare Polars.

The peer writes the same bytes, which is checked first; it knows the columns and trusts the file.

python -m benchmarks.startup [ROUNDS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ENVIRON, compared

CASES = 10_000
BARE_SCRIPT = """
from datetime import UTC, datetime, time, timedelta
import polars as pl

texts = ["contact", "contact_labels", "recording", "disposition", "tags", "notes", "sentiment"]
shown = (
    "case_id,contact,contact_labels,channel,queue,agent,direction,started_at,handle_s,"
    "first_response_s,recording,disposition,tags,notes,sentiment,csat,sla"
)
cases = pl.scan_csv({path!r}, try_parse_dates=True).with_columns(
    pl.col("handle_s", "first_response_s", "csat").cast(pl.Float64),
    *(pl.lit(None, pl.String).alias(name) for name in texts),
)
last_day = cases.select(pl.col("started_at").max().dt.date()).collect().item()
as_of = datetime.combine(last_day + timedelta(days=1), time(), UTC)
elapsed = pl.coalesce("first_response_s", (pl.lit(as_of) - pl.col("started_at")).dt.total_seconds())
log = (
    cases.filter(pl.col("channel") == "voice")
    .with_columns(
        pl.when(elapsed > 600).then(pl.lit("not_met"))
        .when(pl.col("first_response_s").is_not_null()).then(pl.lit("met"))
        .otherwise(pl.lit("pending")).alias("sla")
    )
    .collect()
    .sort("started_at", "case_id")
    .with_columns(pl.col("started_at").dt.to_string("%Y-%m-%dT%H:%M:%S%:z"))
)
print(log.select(shown.split(",")).write_csv(), end="")
"""


def main(rounds: int = 15) -> int:
    """Measure both pairs, print the ratios, and return 1 where one is over its limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "interactions.csv"
        path.write_text(export_text(), encoding="utf-8")
        cxtool = str(Path(sys.executable).with_name("cxtool"))
        log = [cxtool, "log", str(path), "--where", "channel = voice", "-f", "csv"]
        bare = [sys.executable, "-c", BARE_SCRIPT.format(path=str(path))]
        if output(log) != output(bare):
            raise SystemExit("the log and its peer differ")
        click = [sys.executable, "-c", "import click"]
        held = [
            compared("--help", [cxtool, "--help"], click, rounds=rounds, limit=2.0),
            compared("log, 10,000 rows", log, bare, rounds=rounds, limit=1.3),
        ]
    return 0 if all(held) else 1


def output(command: list[str]) -> bytes:
    """What a command writes."""
    return subprocess.run(command, check=True, capture_output=True, env=ENVIRON).stdout


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
