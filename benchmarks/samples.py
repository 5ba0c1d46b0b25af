"""Exports to measure on, made by ``cxtool sample`` and kept for the next time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CXTOOL = str(Path(sys.executable).with_name("cxtool"))
DATA = Path(__file__).parent / "data"
PERIOD = ("-p", "30d", "--as-of", "2026-06-01")
FORMATS = ("parquet", "csv")
TABLES = "interactions,contacts,companies,tickets,behaviors,transcripts"


def sample(kind: str, interactions_n: int, *, data: Path = DATA) -> Path:
    """The folder of a sample, which is made where it is not there yet."""
    folder = data / f"{kind}-{interactions_n}"
    if (folder / "truth.json").exists():
        return folder
    making = data / f"{kind}-{interactions_n}.part"
    shutil.rmtree(making, ignore_errors=True)
    making.parent.mkdir(parents=True, exist_ok=True)
    print(f"making {interactions_n:,} interactions as {kind}", flush=True)
    size = ("--interactions", str(interactions_n), "--days", "60", "--end", "2026-06-01")
    order = ("-o", str(making), "-f", kind, *size, "--seed", "1", "--only", TABLES, "-q")
    subprocess.run([CXTOOL, "sample", *order], check=True)
    making.rename(folder)
    return folder
