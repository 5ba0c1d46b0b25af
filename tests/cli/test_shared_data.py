"""A public set of 5,000 calls in four renderings, where it lies beside the project: L17, S1, S6.

The data are not part of the project; without them these tests are skipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import ROOT, only, report, section

FOLDER = ROOT.parent / "shared" / "data" / "pwc_call_center"
RENDERINGS = sorted(FOLDER.glob("*.csv"))

pytestmark = pytest.mark.skipif(not RENDERINGS, reason="the data set is not there")


def figures(file: Path, tmp_path: Path) -> dict[str, Any]:
    arguments = ("-p", "all", "--by", "agent", "--by", "week", "--breaches")
    found = report("sla", str(file), *arguments, cwd=tmp_path)
    return {part["id"]: part["rows"] for part in found["sections"]}


@pytest.mark.parametrize("file", RENDERINGS, ids=lambda file: file.stem)
def test_the_known_figures(file: Path, tmp_path: Path) -> None:
    """L17, S1: answered within ten minutes 4,054; not answered, so not met, 946."""
    found = report("sla", str(file), "-p", "all", cwd=tmp_path)
    row = only(section(found, "summary"))
    counts = ("cases_n", "met_n", "not_met_n", "pending_n", "na_n")
    assert [row[key] for key in counts] == [5000, 4054, 946, 0, 0]
    assert found["source"]["profile"] == "pwc"
    assert (found["source"]["rows_read"], found["source"]["rows_set_aside"]) == (5000, 0)
    times = only(section(found, "distribution"))
    assert times["responses_n"] == 4054
    assert times["first_response_p50_s"] == 68.0
    assert times["first_response_max_s"] <= 125.0


def test_all_renderings_give_the_same(tmp_path: Path) -> None:
    """S1, S2, S4: the whole report, agent by agent and case by case."""
    first, *others = (figures(file, tmp_path) for file in RENDERINGS)
    agents = {row["agent"]: (row["cases_n"], row["met_n"]) for row in first["by_agent"]}
    assert agents == {
        "Jim": (666, 536),
        "Martha": (638, 514),
        "Dan": (633, 523),
        "Diane": (633, 501),
        "Becky": (631, 517),
        "Greg": (624, 502),
        "Joe": (593, 484),
        "Stewart": (582, 477),
    }
    assert others
    for other in others:
        assert other == first


def test_the_log_is_the_same_too(tmp_path: Path) -> None:
    """L1-L17: case by case."""
    first, *others = (section(report("log", str(file), cwd=tmp_path), "log") for file in RENDERINGS)
    assert len(first) == 5000
    for other in others:
        assert other == first
