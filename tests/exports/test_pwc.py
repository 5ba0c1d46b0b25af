"""The profile ``pwc``: four ways in which the same calls are published give one log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli_helper import call
from tests.exports.exports import write

HEADER = (
    "Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,"
    "AvgTalkDuration,Satisfaction rating"
)
ISO = f"""{HEADER}
T01,Ines,2021-02-03,09:05:00,Billing,Y,Y,45,00:02:30,4
T02,Omar,2021-02-03,13:40:30,"Power, water",Y,N,110,00:00:48,2
T03,Ines,2021-02-04,00:10:00,Contract,N,N,,,
T04,Lu,2021-12-31,12:00:00,Contract,Y,Y,9,00:11:05,5
"""
DOTS = f"""{HEADER}
T01,Ines,2021-02-03,09.05.00,Billing,Y,Y,45,00.02.30,4
T02,Omar,2021-02-03,13.40.30,"Power, water",Y,N,110,00.00.48,2
T03,Ines,2021-02-04,00.10.00,Contract,N,N,,,
T04,Lu,2021-12-31,12.00.00,Contract,Y,Y,9,00.11.05,5
"""
AM_PM = f"""{HEADER.replace(",", ";")}
T01;Ines;02/03/2021;9:05:00 AM;Billing;Y;Y;45;00:02:30;4
T02;Omar;02/03/2021;1:40:30 PM;Power, water;Y;N;110;00:00:48;2
T03;Ines;02/04/2021;12:10:00 AM;Contract;N;N;;;
T04;Lu;12/31/2021;12:00:00 PM;Contract;Y;Y;9;00:11:05;5
"""
ZEROS = f"""{HEADER}
T01,Ines,2/3/2021,9:05:00,Billing,Y,Y,45,0:02:30,4
T02,Omar,2/3/2021,13:40:30,"Power, water",Y,N,110,0:00:48,2
T03,Ines,2/4/2021,0:10:00,Contract,N,N,0,0,0
T04,Lu,12/31/2021,12:00:00,Contract,Y,Y,9,0:11:05,5
"""
RENDERINGS = {
    "year first": ISO.encode(),
    "dots for colons": DOTS.encode(),
    "AM and PM": AM_PM.replace("\n", "\r\n").encode("utf-8-sig"),
    "zeros for unanswered": ZEROS.encode(),
}
KEYS = ("case_id", "agent", "started_at", "handle_s", "first_response_s", "csat", "sla", "topic")
LOG = [
    ("T01", "Ines", "2021-02-03T09:05:00+00:00", 150, 45, 4, "met", "Billing"),
    ("T02", "Omar", "2021-02-03T13:40:30+00:00", 48, 110, 2, "met", "Power, water"),
    ("T03", "Ines", "2021-02-04T00:10:00+00:00", None, None, None, "not_met", "Contract"),
    ("T04", "Lu", "2021-12-31T12:00:00+00:00", 665, 9, 5, "met", "Contract"),
]


@pytest.mark.parametrize("arguments", [(), ("--profile", "pwc")], ids=["recognised", "named"])
@pytest.mark.parametrize("rendering", RENDERINGS)
def test_each_rendering_gives_the_same_log(
    rendering: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path, {"calls.csv": RENDERINGS[rendering]})
    log = call("log", "calls.csv", *arguments, "-c", ",".join(KEYS), "-f", "json", cwd=tmp_path)
    assert [tuple(row[key] for key in KEYS) for row in log.rows("log")] == LOG, log.err
    assert log.err == ""
    assert log.report["source"]["profile"] == "pwc"


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_a_zero_of_an_unanswered_call_is_no_response(rendering: str, tmp_path: Path) -> None:
    write(tmp_path, {"calls.csv": RENDERINGS[rendering]})
    report = call("sla", "calls.csv", "-p", "2021", "-f", "json", cwd=tmp_path)
    (summary,) = report.rows("summary")
    counts = {key: summary[key] for key in ("cases_n", "met_n", "not_met_n", "sla_pct")}
    assert counts == {"cases_n": 4, "met_n": 3, "not_met_n": 1, "sla_pct": 75}
    (distribution,) = report.rows("distribution")
    assert distribution["responses_n"] == 3


def test_rules_name_the_files_own_values(tmp_path: Path) -> None:
    broken: list[Any] = ["T05,Lu,2021-02-30,08:00:00,Billing,Y,Y,9,00:11:05,9"]
    write(tmp_path, {"calls.csv": ISO + "\n".join(broken)})
    (row,) = call("check", "calls.csv", "-f", "json", cwd=tmp_path).rows("set_aside")
    assert (row["line"], row["column"], row["value"]) == (6, "started_at", "2021-02-30 08:00:00")
