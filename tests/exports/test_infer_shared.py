"""A public set of 5,000 calls in four renderings, drafted and read without an edit: L17, S1.

The data are not part of the project; without them these tests are skipped.
"""

from __future__ import annotations

from math import fsum
from pathlib import Path

import pytest

from tests.cli.exports import ROOT
from tests.cli_helper import call
from tests.exports.drafts import log

FOLDER = ROOT.parent / "shared" / "data" / "pwc_call_center"
RENDERINGS = sorted(FOLDER.glob("*.csv"))
KEYS = "case_id,agent,started_at,handle_s,first_response_s,csat,sla"

pytestmark = pytest.mark.skipif(not RENDERINGS, reason="the data set is not there")


@pytest.mark.parametrize("file", RENDERINGS, ids=lambda file: file.stem)
def test_the_draft_gives_the_known_figures(file: Path, tmp_path: Path) -> None:
    """L17, S1: met 4,054, not met 946; satisfaction 3.403552; speed of answer 67.520720 s."""
    rows = log(tmp_path, str(file), keys=KEYS)
    known = call("log", str(file), "--profile", "pwc", "-c", KEYS, "-f", "json", cwd=tmp_path)
    assert rows == known.rows("log")
    judged = [row["sla"] for row in rows]
    assert (judged.count("met"), judged.count("not_met"), len(judged)) == (4054, 946, 5000)
    ratings = [row["csat"] for row in rows if row["csat"] is not None]
    waits = [row["first_response_s"] for row in rows if row["first_response_s"] is not None]
    assert (len(ratings), len(waits)) == (4054, 4054)
    assert fsum(ratings) / len(ratings) == pytest.approx(3.403552, abs=1e-6)
    assert fsum(waits) / len(waits) == pytest.approx(67.520720, abs=1e-6)
