"""The comparison with DuckDB SQL, pandas and Polars by hand is honest: the figures are the same."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.agreement import Told, check
from benchmarks.figures import compared
from benchmarks.measure import NotMeasuredError, measured
from benchmarks.peers.export import Export
from benchmarks.reports import ours
from benchmarks.samples import FORMATS, TABLES
from tests.cli_helper import call

# The report holds all other parts; the benchmark itself checks whatever it measures.
TOLD = {"log": "csv", "sla": "csv", "report": "parquet"}
PEERS = ("duckdb", "pandas", "polars")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sample as Parquet and as CSV, and beside them what cxtool tells of it."""
    target = tmp_path_factory.mktemp("benchmarks")
    for kind in FORMATS:
        size = ("--interactions", "1000", "--days", "36", "--end", "2026-06-01", "--only", TABLES)
        order = ("sample", "-o", kind, "--format", kind, *size, "-q")
        assert call(*order, cwd=target).code == 0
    for report in TOLD:
        order = ours(report, target / "parquet", target)[1:]
        if report == "report":
            order = [*order[:-1], str(target / "cxtool-report.json")]
        assert call(*order, cwd=target).code == 0
    return target


@pytest.mark.parametrize("peer", PEERS)
def test_peers_tell_the_figures_of_cxtool(folder: Path, peer: str) -> None:
    """L1-L17, S1-S6, B1-B11, C1-C11, K1-K5: of Parquet and of CSV, to the last figure."""
    pytest.importorskip(peer)
    runner = import_module(f"benchmarks.peers.{peer}_run")
    for report, kind in TOLD.items():
        output = folder / f"{peer}-{report}"
        runner.run(report, Export(folder / kind), output)
        assert check(Told.of(report, folder / kind, folder), output, report) == []


@pytest.mark.parametrize(
    ("peer", "problems_n"),
    [
        ([{"agent": "a", "sla_pct": 50.0000001}, {"agent": None, "sla_pct": None}], 0),
        ([{"agent": "a", "sla_pct": 50.001}, {"agent": None, "sla_pct": None}], 1),
        ([{"agent": "a", "sla_pct": 50.0}, {"agent": None, "sla_pct": 0.0}], 1),
        ([{"agent": "a", "sla_pct": 50.0}], 1),
    ],
)
def test_other_figures_are_found(peer: list[dict[str, object]], problems_n: int) -> None:
    """S2: beyond rounding, unknown against none, and a row that is missing."""
    told = [{"agent": "a", "sla_pct": 50.0}, {"agent": None, "sla_pct": None}]
    found = compared({"by_agent": told}, {"by_agent": peer}, report="sla")
    assert len(found.problems) == problems_n


@pytest.mark.parametrize(
    ("days", "problems_n"),
    [
        ([50.0000001, None, 0.0], 0),
        ([50.0, float("nan"), 0.0], 0),
        ([50.0, 0.0, None], 1),
        ([50.0, None], 1),
        (None, 1),
    ],
)
def test_courses_are_compared_day_by_day(days: list[float | None] | None, problems_n: int) -> None:
    """S2: a day of which nothing is known is not one of 0, and none may be left out."""
    told = [{"agent": "a", "sla_days": [50.0, None, 0.0]}]
    peer = [{"agent": "a", "sla_days": days}]
    found = compared({"by_agent": told}, {"by_agent": peer}, report="sla")
    assert len(found.problems) == problems_n


def test_a_command_that_takes_too_much_is_stopped_and_says_why() -> None:
    """A peer that does not fit is left out with a reason, and never measured."""
    with pytest.raises(NotMeasuredError, match="takes longer than 0 s"):
        measured([sys.executable, "-c", "import time; time.sleep(20)"], most_s=0.1)
    with pytest.raises(NotMeasuredError, match="exit code 3: no"):
        measured([sys.executable, "-c", "import sys; sys.stderr.write('no'); sys.exit(3)"])
