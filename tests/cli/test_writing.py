"""What is written where: formats, files, views, colour, and the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

from cxtool.report import Report
from tests.cli.exports import DEMO, ROOT, done, export
from tests.cli.made import call_on_demo, reports_made_once
from tests.cli_helper import call

ODD = """
    case_id,started_at,channel,first_response_s,agent,notes,tags
    c1,2026-05-01T10:00:00Z,voice,5,=1+1,"two
    lines",a;b
    c2,2026-05-02T10:00:00Z,chat,,,,
    c3,2026-05-02T11:00:00Z,chat,30,Bo,@note,
"""
SUFFIXES = {
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".parquet": "parquet",
    ".md": "markdown",
    ".txt": "table",
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("odd"), interactions=ODD)


@pytest.fixture(scope="module")
def made() -> dict[tuple[str, ...], Report]:
    return {}


@pytest.fixture
def _made_once(made: dict[tuple[str, ...], Report]) -> Iterator[None]:
    """One report is written in many ways."""
    with reports_made_once(made):
        yield


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Standard output is a terminal of 80 columns."""
    monkeypatch.setattr("cxtool.output.is_terminal", lambda stream: True)
    monkeypatch.setattr("cxtool.progress.is_terminal", lambda stream: False)
    for name, value in (("COLUMNS", "80"), ("LINES", "24"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("_made_once")
@pytest.mark.parametrize(("suffix", "fmt"), SUFFIXES.items())
def test_a_suffix_means_a_format(suffix: str, fmt: str, odd: Path) -> None:
    """``-o`` writes what standard output would have got, in the format of the name."""
    name = f"out{suffix}"
    assert done("log", "-o", name, cwd=odd).out == b""
    assert (odd / name).read_bytes() == done("log", "-f", fmt, cwd=odd).out
    (odd / name).unlink()


@pytest.mark.usefixtures("_made_once")
def test_the_as_of_day_stands_for_date_in_a_name(odd: Path) -> None:
    done("sla", "-o", "sla-{date}.csv", cwd=odd)
    (odd / "sla-2026-05-03.csv").unlink()


@pytest.mark.usefixtures("_made_once")
def test_a_format_goes_before_the_suffix_and_a_bare_name_is_a_table(odd: Path) -> None:
    for name, given in (("figures", ()), ("figures.txt", ("-f", "json"))):
        done("sla", "-o", name, *given, cwd=odd)
        written = (odd / name).read_text(encoding="utf-8")
        assert written.startswith("{" if given else "SLA compliance\n")
        (odd / name).unlink()


@pytest.mark.parametrize(
    ("command", "fmt"),
    [(("sla", "--by", "agent", "--breaches"), "json"), (("cel",), "parquet")],
)
def test_the_same_command_gives_the_same_bytes(command: tuple[str, ...], fmt: str) -> None:
    """Also where the engine's threads finish in another order."""
    arguments = (command[0], DEMO, *command[1:], "-f", fmt)
    assert len({done(*arguments, cwd=ROOT).out for _ in range(3)}) == 1


@pytest.mark.usefixtures("_made_once")
def test_limit_sort_and_columns(odd: Path) -> None:
    """Sorted, then limited, then reduced; unknown values come last in both directions."""
    arguments = ("log", "-f", "csv", "-c", "case_id,first_response_s")
    for sort, cases in (("first_response_s", "c1 c3 c2"), ("-first_response_s", "c3 c1 c2")):
        rows = list(csv.DictReader(io.StringIO(done(*arguments, "--sort", sort, cwd=odd).text)))
        assert [row["case_id"] for row in rows] == cases.split()
        assert list(rows[0]) == ["case_id", "first_response_s"]
    limited = done(*arguments, "--sort", "channel,-case_id", "--limit", "2", cwd=odd).text
    assert limited.splitlines()[1:] == ["c3,30.0", "c2,"]
    assert len(done(*arguments, "--limit", "0", cwd=odd).text.splitlines()) == 1


def test_a_column_that_the_log_does_not_show_can_be_asked_for(odd: Path) -> None:
    folder = export(
        odd / "more", interactions="case_id,started_at,channel,shift\n1,2026-05-01,x,A\n"
    )
    assert (
        done("log", "-c", "case_id,shift", "-f", "csv", cwd=folder).text == "case_id,shift\n1,A\n"
    )


@pytest.mark.usefixtures("_made_once")
def test_a_limit_is_told_where_people_read(odd: Path) -> None:
    assert "First 2 of 3 rows." in done("log", "--limit", "2", cwd=odd).text
    found = done("log", "--limit", "2", "-f", "json", cwd=odd).report
    assert found["sections"][0]["notes"][0] == "First 2 of 3 rows."


@pytest.mark.usefixtures("_made_once")
def test_section_chooses_what_one_table_formats_give(odd: Path) -> None:
    """By default the main section: the first breakdown, or the breaches where asked for."""
    header = done("sla", "--by", "channel", "-f", "csv", cwd=odd).text.split("\n")[0]
    assert header.startswith("channel,cases_n")
    arguments = ("sla", "--by", "channel", "--breaches", "-f", "csv")
    assert done(*arguments, cwd=odd).text.startswith("case_id,started_at")
    for name, start in (("summary", "cases_n,met_n"), ("distribution", "first_response_p50_s")):
        assert done(*arguments, "--section", name, cwd=odd).text.startswith(start)
    alone = done("sla", "--by", "channel", "--section", "by_channel", "-f", "json", cwd=odd).report
    assert [part["id"] for part in alone["sections"]] == ["by_channel"]


@pytest.mark.usefixtures("_made_once")
def test_no_header_and_null(odd: Path) -> None:
    arguments = (
        "log",
        "-c",
        "case_id,first_response_s,agent",
        "--limit",
        "2",
        "-f",
        "csv",
        "--raw",
    )
    with_header = done(*arguments, cwd=odd).text
    assert with_header == "case_id,first_response_s,agent\nc1,5.0,=1+1\nc2,,\n"
    assert done(*arguments, "--no-header", cwd=odd).text == with_header.split("\n", 1)[1]
    told = done(*arguments, "--null", "NA", "--no-header", cwd=odd).text
    assert told == "c1,5.0,=1+1\nc2,NA,NA\n"
    table = done("log", "--null", "unknown", "--no-header", cwd=odd).text
    assert "Interaction log" not in table
    assert "unknown" in table
    assert "–" not in table


@pytest.mark.usefixtures("_made_once")
def test_formulas_are_defused_unless_raw(odd: Path) -> None:
    arguments = ("log", "-c", "agent,notes", "-f", "csv")
    assert [row[0] for row in csv.reader(io.StringIO(done(*arguments, cwd=odd).text))] == [
        "agent",
        "'=1+1",
        "",
        "Bo",
    ]
    raw = list(csv.DictReader(io.StringIO(done(*arguments, "--raw", cwd=odd).text)))
    assert [row["notes"] for row in raw] == ["two\nlines", "", "@note"]
    assert raw[0]["agent"] == "=1+1"


def test_piped_tables_are_whole_and_plain(odd: Path) -> None:
    """Never cut to a width, all rows, no colour."""
    text = done("log", DEMO, "-p", "2026-05", cwd=ROOT, environ={"COLUMNS": "40"}).text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) > 200
    assert len(text.splitlines()) > 1000


@pytest.mark.usefixtures("_made_once")
@pytest.mark.parametrize(
    ("arguments", "environ", "coloured"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        (("--color", "auto"), {"NO_COLOR": ""}, False),
    ],
)
def test_colour_of_piped_output(
    arguments: tuple[str, ...], environ: dict[str, str], coloured: bool, odd: Path
) -> None:
    """``--color`` over NO_COLOR over FORCE_COLOR over the terminal."""
    plain = {"NO_COLOR": "", "FORCE_COLOR": ""} | environ
    assert ("\x1b[" in done("sla", *arguments, cwd=odd, environ=plain).text) == coloured


@pytest.mark.usefixtures("terminal", "_made_once")
@pytest.mark.parametrize(
    ("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_on_a_terminal(environ: dict[str, str], coloured: bool, odd: Path) -> None:
    text = done("sla", "--no-pager", cwd=odd, environ=environ).text
    assert ("\x1b[" in text) == coloured


@pytest.mark.usefixtures("terminal")
def test_a_terminal_table_fits_and_says_what_is_left_out() -> None:
    """80 columns: whole columns are dropped with a note; 50 rows unless a limit is given."""
    text = call_on_demo("log", DEMO, "--no-pager", "--no-color").text
    assert max(map(cell_len, text.splitlines())) <= 80
    assert "first 50 of 3,000 rows" in text.lower()
    assert "not shown" in text.lower() or "left out" in text.lower()
    more = call_on_demo("log", DEMO, "--no-pager", "--no-color", "--limit", "60").text
    assert len(more.splitlines()) == len(text.splitlines()) + 10


@pytest.mark.usefixtures("terminal")
def test_all_icons_fit_on_a_narrow_terminal() -> None:
    """B10: nine behaviours and the overall total of each agent, side by side in 80 columns."""
    arguments = ("--icons", "--section", "agents", "--no-pager", "--no-color")
    text = call_on_demo("behavior", DEMO, *arguments).text
    assert max(map(cell_len, text.splitlines())) <= 80
    (header,) = [line for line in text.splitlines() if line.split()[-1:] == ["Change"]]
    assert header.split()[-11:] == [*map(str, range(1, 11)), "Change"]
    assert "10 Overall" in text


@pytest.mark.usefixtures("terminal")
def test_parquet_is_not_written_to_a_terminal(odd: Path) -> None:
    result = call("log", "-f", "parquet", cwd=odd)
    assert (result.code, result.out) == (2, b"")
    assert "-o FILE.parquet" in result.err


@pytest.mark.usefixtures("_made_once")
def test_parquet_into_a_pipe(odd: Path) -> None:
    """Typed: times as times in the report's zone, lists as lists."""
    written = done("log", "-f", "parquet", "--tz", "Asia/Bangkok", cwd=odd).out
    rows = pl.read_parquet(io.BytesIO(written))
    assert rows["tags"].to_list() == [["a", "b"], None, None]
    assert rows.schema["started_at"] == pl.Datetime("us", "Asia/Bangkok")
    assert rows["first_response_s"].to_list() == [5.0, None, 30.0]


def test_standard_error_has_all_that_is_not_data(tmp_path: Path) -> None:
    export(tmp_path, interactions="case_id,started_at,channel\nc1,2026-05-01,x\nc2,,x\n")
    result = done("log", "-f", "json", cwd=tmp_path)
    assert json.loads(result.out)["source"]["rows_set_aside"] == 1
    assert result.err.startswith("cxtool: warning: 1 of 2 rows")


def test_a_file_is_replaced_whole_or_not_at_all(odd: Path) -> None:
    target = odd / "figures.csv"
    target.write_text("before", encoding="utf-8")
    assert call("sla", "-o", "figures.csv", "--by", "nothing", cwd=odd).code == 2
    assert target.read_text(encoding="utf-8") == "before"
    assert call("sla", "-o", "figures.csv", "--fail-under", "sla_pct=101", cwd=odd).code == 3
    assert target.read_text(encoding="utf-8").startswith("cases_n,")
    target.unlink()
