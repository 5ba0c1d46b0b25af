"""Reading CSV: an export opened and every record judged, against ``polars.scan_csv``.

Ours finds the dialect, checks that each record is whole, reads every known column and judges every
rule, as each report does before it trusts a file. The peer is told all that and only parses the
same columns. A file a tenth as large shows how memory grows; in its time start-up counts for much,
so no limit is set to that.

    python -m benchmarks.reading [GIGABYTES] [ROUNDS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import compared

CASES_PER_GB = 3_110_000
LIMIT = 1.5
OURS = """
from pathlib import Path
from cxtool.config import Settings
from cxtool.exports.export import open_export
from cxtool.exports.text import TextOptions
with open_export([{path!r}], settings=Settings(), folder=Path(), time_zone="UTC", profile=None,
                 text=TextOptions(), uses=("interactions",)) as export:
    found = export.survey("interactions")
    assert found.rows_read and not found.set_aside_n
"""
PEER = """
import polars as pl
cases = pl.scan_csv({path!r}, try_parse_dates=True)
assert cases.select(pl.all().null_count()).collect(engine="streaming").height
"""


def main(gigabytes: float = 1.0, rounds: int = 3) -> int:
    """Measure both sizes, print the ratios, and return 1 where one is over its limit."""
    held = []
    for size in (gigabytes / 10, gigabytes):
        with tempfile.TemporaryDirectory() as folder:
            cases = str(round(size * CASES_PER_GB))
            cxtool = str(Path(sys.executable).with_name("cxtool"))
            sample = [cxtool, "sample", "-f", "csv", "-o", folder, "--interactions", cases, "-q"]
            subprocess.run([*sample, "--seed", "1"], check=True)
            path = Path(folder) / "interactions.csv"
            name = f"{path.stat().st_size / 1e9:.2f} GB of CSV"
            ours, peer = (
                [sys.executable, "-c", script.format(path=str(path))] for script in (OURS, PEER)
            )
            limit = LIMIT if size == gigabytes else None
            held.append(compared(name, ours, peer, rounds=rounds, limit=limit))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(*(float(word) for word in sys.argv[1:2]), *(int(w) for w in sys.argv[2:3])))
