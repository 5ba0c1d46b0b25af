"""What the command line answers: help, exit codes, suggestions, gates, messages, interruptions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cxtool import __version__
from cxtool.cli import COMMANDS
from tests.cli.exports import DEMO, ROOT, done, export
from tests.cli_helper import call, failure

TWO = """
    case_id,started_at,channel,first_response_s
    c1,2026-05-01T10:00:00Z,voice,5
    c2,2026-05-02T10:00:00Z,voice,700
"""
BROKEN = """
    case_id,started_at,channel,first_response_s
    c1,2026-05-01T10:00:00Z,voice,5
    c2,soon,voice,5
    ,2026-05-01T10:00:00Z,voice,5
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("two"), interactions=TWO)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("broken"), interactions=BROKEN)


def test_version() -> None:
    assert done("--version", cwd=ROOT).text == f"cxtool {__version__}\n"


def test_no_command_is_help_and_exit_2(tmp_path: Path) -> None:
    result = call(cwd=tmp_path)
    assert (result.code, result.out) == (2, b"")
    assert result.err.startswith("Usage: cxtool")


@pytest.mark.parametrize("command", ["log", "sla", "behavior", "cel", "check"])
def test_no_file_and_nothing_piped_is_help_and_exit_2(command: str, tmp_path: Path) -> None:
    result = call(command, cwd=tmp_path)
    assert (result.code, result.out) == (2, b"")
    assert result.err.startswith(f"Usage: cxtool {command}")
    assert "Examples:" in result.err.split("Options of this command:")[0]


def test_help_of_the_program_starts_with_examples_and_lists_the_commands(tmp_path: Path) -> None:
    shown = done("--help", cwd=tmp_path).text
    assert shown.index("Examples:") < shown.index("Options:") < shown.index("Commands:")
    assert all(f"\n  {command} " in shown for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_before_options(command: str, tmp_path: Path) -> None:
    shown = done(*command.split(), "--help", cwd=tmp_path).text
    assert shown == done(*command.split(), "-h", cwd=tmp_path).text
    assert shown.index("Usage:") < shown.index("Example") < shown.index("--help")


def test_current_folder_and_pipe_are_read_without_being_named(two: Path, tmp_path: Path) -> None:
    """The current folder, standard input and ``-`` give what the named file gives."""
    named = done("sla", str(two), "-f", "csv", cwd=two).out
    assert done("sla", "-f", "csv", cwd=two).out == named
    piped = (two / "interactions.csv").read_bytes()
    assert done("sla", "-f", "csv", cwd=tmp_path, stdin=piped).out == named
    assert done("sla", "-", "-f", "csv", cwd=tmp_path, stdin=piped).out == named


@pytest.mark.parametrize(
    ("arguments", "guess"),
    [
        (("slaa",), "did you mean 'sla'?"),
        (("behaviour",), "did you mean 'behavior'?"),
        (("sla", "--fail-undr", "sla_pct=80"), "--fail-under"),
        (("sla", "--by", "chanel"), "did you mean 'channel'?"),
        (("sla", "--section", "sumary"), "did you mean 'summary'?"),
        (("sla", "-c", "sla_pc"), "did you mean 'sla_pct'?"),
        (("sla", "--sort", "-case_n"), "did you mean 'cases_n'?"),
        (("sla", "--fail-under", "sla_pc=1"), "did you mean 'sla_pct'?"),
        (("sla", "--where", "chanel = voice"), "did you mean 'channel'?"),
        (("log", "-c", "case"), "did you mean 'case_id'?"),
        (("log", "-f", "jsn"), "did you mean 'json'?"),
        (("log", "-p", "last-mont"), "did you mean 'last-month'?"),
        (("sla", "--compare", "previus"), "did you mean 'previous'?"),
        (("log", "--compare", "previus"), "did you mean 'previous'?"),
        (("log", "--tz", "Europe/Warsav"), "did you mean 'Europe/Warsaw'?"),
        (("log", "--color", "allways"), "'always'"),
    ],
)
def test_a_typo_is_answered_with_the_nearest(
    arguments: tuple[str, ...], guess: str, two: Path
) -> None:
    """Commands, options, dimensions, sections, columns, formats, periods, zones: exit 2."""
    code, said = failure(*arguments, cwd=two)
    assert code == 2
    assert guess in said


def test_a_typo_in_the_settings_is_answered_with_the_nearest(two: Path, tmp_path: Path) -> None:
    (tmp_path / "cxtool.toml").write_text("[sla]\ntreshold = 300\n", encoding="utf-8")
    code, said = failure("sla", str(two), cwd=tmp_path)
    assert code == 2
    assert "unknown key 'sla.treshold'; did you mean 'sla.threshold'?" in said


def test_several_problems_of_the_settings_are_a_line_each(two: Path, tmp_path: Path) -> None:
    text = "[sla]\ntreshold = 300\nclock = 'busines'\n[cel]\nticket_time = -1\n"
    (tmp_path / "cxtool.toml").write_text(text, encoding="utf-8")
    result = call("sla", str(two), cwd=tmp_path)
    lines = result.err.splitlines()
    assert (result.code, len(lines)) == (2, 3)
    assert all(line.startswith("cxtool: error: cxtool.toml: ") for line in lines)
    for key, line in zip(("treshold", "clock", "ticket_time"), lines, strict=True):
        assert key in line
    logged = call("sla", str(two), "--log-format", "json", cwd=tmp_path).err.splitlines()
    assert {json.loads(line)["level"] for line in logged} == {"error"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("sla", "nowhere.csv"), 1, "no such file or folder"),
        (("sla", "*.nothing"), 1, "no file matches"),
        (("behavior",), 1, "no 'behaviors' table"),
        (("cel",), 1, "which company a contact belongs to"),
        (("behavior", "--calibration", "none.json"), 1, "cannot read calibration"),
        (("behavior", "--from-transcripts"), 1, "no 'transcripts' table"),
        (("behavior", "--from-transcripts", "--calibration", "a"), 2, "--calibration holds"),
        (("behavior", "--language", "en"), 2, "--language is for --from-transcripts only"),
        (("behavior", "--evidence", "3"), 2, "--evidence is for --from-transcripts only"),
        (("sla", "-o", "nowhere/out.csv"), 1, "there is no folder"),
        (("sla", "-o", "out.doc"), 2, "no format belongs to the suffix '.doc'"),
        (("sla", "--limit", "-1"), 2, "not in the range"),
        (("sla", "--by", "agent,agent"), 2, "crossed with itself"),
        (("sla", "--where", "channel"), 2, "expected COLUMN OP VALUE"),
        (("log", "--where", "first_response_s > soon"), 2, "'soon' is not a duration"),
        (("sla", "-p", "0d"), 2, "no day in it"),
        (("sla", "-p", "2026-02-30"), 2, "in the calendar"),
        (("sla", "--as-of", "soon"), 2, "'soon' is not a day"),
        (("sla", "--fail-under", "sla_pct"), 2, "not METRIC=VALUE"),
        (("sla", "--fail-under", "sla_pct=high"), 2, "'high' is not a number"),
        (("log", "-c", "case_id,case_id"), 2, "twice"),
    ],
)
def test_problems_are_one_line_and_an_exit_code(
    arguments: tuple[str, ...], code: int, said: str, two: Path
) -> None:
    """1: data and files, 2: usage; nothing on standard output, no traceback."""
    found, line = failure(*arguments, cwd=two)
    assert (found, said in line) == (code, True), line


def test_rows_set_aside_are_a_warning_an_error_or_an_exit_code(broken: Path) -> None:
    """``check`` lists them with exit 1, reports warn, ``--strict`` stops, ``-q`` is silent."""
    result = call("sla", cwd=broken)
    assert result.code == 0
    assert result.err == "cxtool: warning: 2 of 3 rows were set aside; 'cxtool check' says why\n"
    assert call("sla", "-q", cwd=broken).err == ""
    code, said = failure("sla", "--strict", cwd=broken)
    assert code == 1
    assert "interactions.csv: line 3, column started_at, value 'soon'" in said
    checked = call("check", "-f", "json", cwd=broken)
    assert checked.code == 1
    assert [(row["line"], row["column"], row["value"]) for row in checked.rows("set_aside")] == [
        (3, "started_at", "soon"),
        (4, "case_id", None),
    ]


def test_nothing_set_aside_is_exit_0(two: Path) -> None:
    assert done("check", cwd=two).err == ""
    assert done("sla", "--strict", cwd=two).err == ""


def test_every_row_set_aside_can_still_be_checked(tmp_path: Path) -> None:
    """An export with no usable row has no days; its rows are listed all the same."""
    export(tmp_path, interactions="case_id,started_at,channel\n,never,voice\n")
    result = call("check", "-f", "json", cwd=tmp_path)
    assert result.code == 1
    assert [row["rule"] for row in result.rows("set_aside")] == ["missing_value"]
    assert result.report["period"]["label"] == "no data"


def test_messages_for_a_log_collector(broken: Path) -> None:
    result = call("sla", "--log-format", "json", "--fail-under", "sla_pct=101", cwd=broken)
    warning, error = map(json.loads, result.err.splitlines())
    assert (warning["level"], error["level"]) == ("warning", "error")
    assert error["message"].startswith("sla_pct = 100 is under 101")


@pytest.mark.parametrize(
    ("gates", "missed"),
    [
        (("--fail-under", "sla_pct=50"), None),
        (("--fail-under", "sla_pct=50.1"), "sla_pct = 50 is under 50.1"),
        (("--fail-over", "sla_pct=50"), None),
        (("--fail-over", "sla_pct=49.9%"), "sla_pct = 50 is over 49.9"),
        (("--fail-over", "first_response_max_s=11m40s"), None),
        (("--fail-over", "first_response_max_s=11m39s"), "= 700 is over 11m39s"),
        (("--fail-under", "summary.cases_n=3"), "summary.cases_n = 2 is under 3"),
        (("--fail-under", "cases_n=3", "--fail-over", "cases_n=1"), "under 3; cases_n = 2 is over"),
    ],
)
def test_gates_end_with_exit_3_and_figures_are_still_written(
    gates: tuple[str, ...], missed: str | None, two: Path
) -> None:
    """The limit itself holds; durations and percent signs are understood."""
    result = call("sla", *gates, "-f", "csv", cwd=two)
    assert result.text.startswith("cases_n,met_n,")
    assert len(result.text.splitlines()) == 2
    assert result.code == (3 if missed else 0)
    assert missed is None or missed in result.err


def test_a_gate_on_what_is_not_known_is_missed(two: Path) -> None:
    """No data has not been shown to be good."""
    result = call("sla", "-p", "2020", "--fail-under", "sla_pct=1", cwd=two)
    assert result.code == 3
    assert "sla_pct: no data" in result.err


def test_a_gate_on_rows_names_the_worst(two: Path) -> None:
    result = call("sla", "--by", "day", "--fail-under", "by_day.sla_pct=60", cwd=two)
    assert result.code == 3
    assert "by_day.sla_pct = 0 (2026-05-02) is under 60; missed by 1 of 2 rows" in result.err


def test_debug_shows_where_an_error_comes_from(two: Path) -> None:
    assert "Traceback" not in call("sla", "-p", "0d", cwd=two).err
    with pytest.raises(Exception, match="has no day in it"):
        call("sla", "-p", "0d", "--debug", cwd=two)


def test_interrupted_is_exit_130(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cxtool.commands.run.finish", interrupt)
    result = call("log", cwd=two)
    assert (result.code, result.out, result.err.strip()) == (130, b"", "")


def test_a_reader_that_leaves_is_no_error() -> None:
    """``cxtool log | head -1`` ends quietly."""
    command = [sys.executable, "-m", "cxtool", "log", DEMO, "-f", "csv"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"case_id,")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 0


def test_settings_are_listed_with_their_origin(tmp_path: Path) -> None:
    """S3: what holds, and whether a file, the environment or nobody said so."""
    (tmp_path / "cxtool.toml").write_text('[sla]\nthreshold = "5m"\n', encoding="utf-8")
    environ = {"CXTOOL_TZ": "Europe/Warsaw"}
    listed = json.loads(done("config", "--json", cwd=tmp_path, environ=environ).text)
    by_key = {each["key"]: (each["value"], each["origin"]) for each in listed}
    assert by_key["sla.threshold"] == (300.0, "cxtool.toml")
    assert by_key["tz"] == ("Europe/Warsaw", "CXTOOL_TZ")
    assert by_key["compare"] == ("previous", "default")
    table = done("config", cwd=tmp_path, environ=environ).text
    assert "sla.threshold" in table
    assert "CXTOOL_TZ" in table


def test_an_option_wins_over_the_environment_and_that_over_the_file(two: Path) -> None:
    (two / "cxtool.toml").write_text('tz = "Asia/Bangkok"\n', encoding="utf-8")
    try:
        environ = {"CXTOOL_TZ": "Europe/Warsaw"}
        zones = [
            done("sla", *option, "-f", "json", cwd=two, environ=given).report["time_zone"]
            for option, given in (
                ((), {}),
                ((), environ),
                (("--tz", "Asia/Kathmandu"), environ),
            )
        ]
    finally:
        (two / "cxtool.toml").unlink()
    assert zones == ["Asia/Bangkok", "Europe/Warsaw", "Asia/Kathmandu"]


def test_the_log_says_that_it_compares_nothing(two: Path) -> None:
    """All reports take the same options; one that means nothing is not passed over in silence."""
    told = call("log", "--compare", "previous", "-f", "json", cwd=two)
    assert told.code == 0
    assert "--compare changes nothing" in told.err
    assert not call("log", "--compare", "none", "-f", "json", cwd=two).err
