"""Numbers as spreadsheets and people write them: signs between thousands, decimal commas (K3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_helper import call
from tests.exports.exports import set_aside, write

# The values of one column together, as one may show how the others are meant; None: not read.
COLUMNS: dict[str, list[tuple[str, float | None]]] = {
    "spaces": [("1 234", 1234.0), ("1\u00a0234\u00a0567", 1234567.0), ("12\u202f345,5", 12345.5)],
    "apostrophes": [("1'234", 1234.0), ("1’234.5", 1234.5)],
    "commas that one number proves": [("1,234", 1234.0), ("1,234,567", 1234567.0)],
    "commas beside a decimal point": [("1,234.5", 1234.5), ("2,000", 2000.0), ("12.5", 12.5)],
    "dots beside a decimal comma": [("1.234,5", 1234.5), ("2.000", 2000.0), ("12,5", 12.5)],
    "dots that one number proves": [("1.234.567", 1234567.0), ("1.234", 1234.0)],
    "a decimal comma": [("1,234", 1.234), ("12,5", 12.5), ("7", 7.0)],
    "a comma that proves nothing": [("1,234", None), ("7", 7.0)],
    "a decimal point": [("1.234", 1.234), ("7", 7.0)],
    "groups that are none": [("1 23", None), ("12 34 567", None), ("1,23,456", None), ("7", 7.0)],
    "a clock beside thousands": [("0:01:30", 90.0), ("1 234", 1234.0), ("1h 5m", 3900.0)],
}


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("name", COLUMNS)
def test_durations(name: str, delimiter: str, tmp_path: Path) -> None:
    values = COLUMNS[name]
    lines = [delimiter.join(["case_id", "started_at", "channel", "handle_s"])]
    lines += [
        delimiter.join([str(number), "2026-05-01T09:00:00Z", "voice", text])
        for number, (text, _) in enumerate(values)
    ]
    write(tmp_path, {"calls.csv": "\n".join(lines) + "\n"})
    log = call("log", "calls.csv", "-c", "case_id,handle_s", "-f", "json", cwd=tmp_path)
    found = {int(row["case_id"]): row["handle_s"] for row in log.rows("log")}
    assert found == {n: seconds for n, (_, seconds) in enumerate(values) if seconds is not None}
    aside = [text for text, seconds in values if seconds is None]
    assert log.report["source"]["rows_set_aside"] == len(aside)
    if aside:
        assert [value for _, _, _, value, _, _ in set_aside("calls.csv", cwd=tmp_path)] == aside


def test_ratings_and_counts(tmp_path: Path) -> None:
    """K1, K5"""
    header = "case_id;started_at;channel;csat;transfers\n"
    write(tmp_path, {"calls.csv": header + "1;2026-05-01T09:00:00Z;voice;4,5;1 000\n"})
    log = call(
        "log", "calls.csv", "-c", "csat", "--where", "transfers = 1000", "-f", "json", cwd=tmp_path
    )
    assert [row["csat"] for row in log.rows("log")] == [4.5]
