"""``check``: what was set aside and why, what it may be, and what is odd about the rest."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.exports import findings_pairs
from tests.cli.exports import DEMO, done, export, only, report, section
from tests.cli.made import on_demo
from tests.cli_helper import Result, call, failure

MESSY = """
    case_id,started_at,channel,handle_s,first_response_s,csat,notes
    k1,2026-05-01T10:00:00Z,voice,60,5,5,"two
    lines"
    k2,soon,voice,60,5,5,"said ""soon"",
    and more"
    k3,2026-05-02T10:00:00Z,chat,-4,5,5,
    k4,2026-05-02T11:00:00Z,chat,60,5,99,=1+1
    k4,2026-05-02T11:00:00Z,chat,60,5,4,
    k4,2026-05-02T11:00:00Z,chat,60,5,4,
    k5,2026-05-03T11:00:00Z,chat,60
    k6,2026-05-03T12:00:00Z,chat,-9,5,,
    k7,2026-05-04T12:00:00Z,chat,-9,5,,
    k8,2026-05-04T12:30:00Z,chat,-8,5,,
    ,2026-05-04T13:00:00Z,chat,60,5,,
    k1,2026-05-05T13:00:00Z,chat,60,5,,
"""
HEADER = "case_id,started_at,channel,handle_s,first_response_s,csat,notes"
READ, ASIDE, REPEATED = 12, 9, 1


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    return export(tmp_path / "messy", interactions=MESSY)


def findings(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The findings of an export in which nothing is set aside."""
    return section(report("check", ".", *arguments, cwd=folder), "findings")


def found(rows: Sequence[dict[str, Any]], kind: str) -> list[tuple[Any, ...]]:
    """Table, column, rows, first line and first value of the findings of a kind."""
    keys = ("table", "column", "rows_n", "first_line", "first_value")
    return [tuple(row[key] for key in keys) for row in rows if row["finding"] == kind]


def of_kind(rows: Sequence[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one finding of a kind."""
    return only([row for row in rows if row["finding"] == kind])


def test_rules_count_what_was_set_aside_and_show_the_first_of_each(messy: Path) -> None:
    checked = call("check", "-f", "json", cwd=messy)
    assert checked.code == 1
    rows = checked.rows("rules")
    keys = ("column", "rule", "reason", "rows_n", "first_line", "first_value")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("handle_s", "negative_duration", "a duration below zero", 4, 6, "-4"),
        (
            *(None, "unreadable_row", "4 cells where the header has 7", 1),
            *(10, "k5,2026-05-03T11:00:00Z,chat,60"),
        ),
        (
            *("case_id", "duplicate_id", "another row has this case_id; the first one is kept", 1),
            *(15, "k1"),
        ),
        ("case_id", "missing_value", "required and empty", 1, 14, None),
        ("csat", "csat_off_scale", "outside the scale of 1 to 5", 1, 7, "99"),
        ("started_at", "unreadable_value", "not a time", 1, 4, "soon"),
    ]
    assert {(row["table"], row["first_file"]) for row in rows} == {
        ("interactions", "./interactions.csv")
    }
    assert sum(row["rows_n"] for row in rows) == len(checked.rows("set_aside")) == ASIDE
    table = only(checked.rows("tables"))
    assert (table["rows_n"], table["set_aside_n"], table["repeated_n"]) == (READ, ASIDE, REPEATED)
    assert table["other_columns"] == []


def test_reasons_of_unreadable_rows_are_one_rule(tmp_path: Path) -> None:
    rows = "case_id,started_at,channel\nk1,2026-05-01,chat\nk2\nk3,2026-05-01,chat,,x\n"
    rule = only(call("check", "-f", "json", cwd=export(tmp_path, interactions=rows)).rows("rules"))
    assert (rule["rows_n"], rule["reason"]) == (2, "1 cells where the header has 3, and others")


@pytest.mark.parametrize(
    ("arguments", "shown"), [((), 3), (("-v",), 4), (("--section", "set_aside"), 4)]
)
def test_a_terminal_shows_a_few_rows_of_each_rule(
    arguments: tuple[str, ...], shown: int, messy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxtool.output.is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "160")
    text = call("check", "--no-pager", *arguments, cwd=messy).text
    rows = text.partition("Rows set aside")[2] or text
    assert sum("negative_duration" in line for line in rows.splitlines()) == shown
    remark = f"8 of {ASIDE} rows, the first of each kind; --section set_aside or -v for more"
    assert (remark in text) == (shown == 3)


def rejected(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of rejects."""
    match path.suffix:
        case ".csv":
            return pl.read_csv(path).to_dicts()
        case ".parquet":
            return pl.read_parquet(path).to_dicts()
        case _:
            return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".ndjson"])
def test_rejects_are_the_rows_set_aside_with_their_whole_records(suffix: str, messy: Path) -> None:
    target = messy / f"rejects{suffix}"
    target.write_text("an older file")
    checked = call("check", ".", "--rejects", target.name, "--raw", "-f", "json", cwd=messy)
    rows = rejected(target)
    assert [{k: v for k, v in row.items() if k != "record"} for row in rows] == checked.rows(
        "set_aside"
    )
    records = {row["line"]: row["record"] for row in rows}
    assert len(records) == ASIDE
    assert records[4] == 'k2,soon,voice,60,5,5,"said ""soon"",\nand more"'
    assert records[7] == "k4,2026-05-02T11:00:00Z,chat,60,5,99,=1+1"
    assert records[10] == "k5,2026-05-03T11:00:00Z,chat,60"
    assert records[15] == "k1,2026-05-05T13:00:00Z,chat,60,5,,"
    assert [path.name for path in messy.iterdir() if path.name.startswith(".")] == []


def test_rejects_can_be_mended_and_read_again(messy: Path) -> None:
    call("check", "--rejects", "rejects.ndjson", cwd=messy)
    rows = rejected(messy / "rejects.ndjson")
    text = "\n".join([HEADER, *(row["record"] for row in rows)])
    for wrong, right in (
        *((",soon,", ",2026-05-01T09:00:00Z,"), (",-", ","), (",99,", ",3,")),
        *(("chat,60\n", "chat,60,,,\n"), ("\n,", "\nk9,"), ("k1,", "k10,")),
    ):
        text = text.replace(wrong, right)
    again = export(messy / "again", interactions=text)
    assert report("check", cwd=again)["source"]["rows_read"] == ASIDE
    assert section(report("check", cwd=again), "rules") == []


def test_rejects_of_a_file_that_had_to_be_repaired(tmp_path: Path) -> None:
    """Quotes that do not pair: the text is the file's, not what was made of it."""
    rows = (
        'case_id,started_at,channel,notes\nk1,2026-05-01,chat,"a\nb"\nk2,2026-05-01,"chat"x,\n'
        'k3,never,chat,"c\n""d"""\n\nk4,2026-05-01,chat,\n'
    )
    folder = export(tmp_path, interactions=rows)
    assert call("check", "--rejects", "r.ndjson", cwd=folder).code == 1
    assert [(row["line"], row["record"]) for row in rejected(folder / "r.ndjson")] == [
        (4, 'k2,2026-05-01,"chat"x,'),
        (5, 'k3,never,chat,"c\n""d"""'),
    ]


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("calls.ndjson", '{"case_id":"k1","started_at":"never","channel":"chat"}'),
        ("calls.json", '{"case_id":"k1","started_at":"never","channel":"chat"}'),
        ("calls.xlsx", "k1,never,chat"),
        ("calls.parquet", None),
        ("calls-utf16.csv", "k1,never,chat"),
    ],
)
def test_records_of_other_formats(name: str, record: str | None, tmp_path: Path) -> None:
    good = {"case_id": "k2", "started_at": "2026-05-01", "channel": "chat"}
    calls = pl.DataFrame([{**good, "case_id": "k1", "started_at": "never"}, good])
    path = tmp_path / name
    match path.suffix:
        case ".xlsx":
            calls.write_excel(path)
        case ".parquet":
            calls.write_parquet(path)
        case ".ndjson":
            calls.write_ndjson(path)
        case ".json":
            calls.write_json(path)
        case _:
            path.write_text(calls.write_csv(), encoding="utf-16")
    assert call("check", name, "--rejects", "out.ndjson", cwd=tmp_path).code == 1
    said = only(rejected(tmp_path / "out.ndjson"))["record"]
    assert (said and said.replace(", ", ",").replace(": ", ":")) == record


def test_rejects_are_written_where_nothing_was_set_aside(tmp_path: Path) -> None:
    folder = export(tmp_path, interactions="case_id,started_at,channel\nk1,2026-05-01,chat\n")
    done("check", "--rejects", "none.csv", cwd=folder)
    assert (folder / "none.csv").read_text() == (
        "table,file,line,column,value,rule,reason,record\n"
    )


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("-", 2, "needs the name of a file"),
        ("rejects.doc", 2, "no format belongs to the suffix '.doc'"),
        ("nowhere/rejects.csv", 1, "there is no folder"),
    ],
)
def test_rejects_that_cannot_be_written(target: str, code: int, said: str, messy: Path) -> None:
    found_code, line = failure("check", "--rejects", target, cwd=messy)
    assert (found_code, said in line) == (code, True), line


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--strict",), 1),
        (("--max-bad", "8"), 1),
        (("--max-bad", "9"), 0),
        (("--max-bad", "74.9%"), 1),
        (("--max-bad", "75%"), 0),
        (("--max-bad", "0", "-p", "2026-05-01"), 1),
        (("--max-bad", "2", "-p", "2026-05-01"), 0),
    ],
)
def test_how_many_rows_may_be_set_aside(arguments: tuple[str, ...], code: int, messy: Path) -> None:
    """9 of 12 rows; of the first day the 2 rows of unknown day. ``check`` allows none."""
    checked = call("check", *arguments, "-f", "json", cwd=messy)
    assert (checked.code, checked.err) == (code, "")
    assert checked.rows("set_aside")


@pytest.mark.parametrize(
    "command",
    [
        ("log",),
        ("sla", "-p", "all"),
        ("report", "-p", "all", "--only", "sla", "-f", "json"),
        ("convert", "-o", "ds"),
    ],
    ids=lambda command: str(command[0]),
)
def test_other_commands_stop_where_more_is_set_aside(command: tuple[str, ...], messy: Path) -> None:
    name, *arguments = command
    more = failure(name, ".", *arguments, "--max-bad", "60%", cwd=messy)
    assert more == (
        1,
        "9 of 12 rows were set aside, more than --max-bad 60%: ./interactions.csv: line 4, column"
        " started_at, value 'soon': not a time (and 8 more) ('cxtool check' lists them all)",
    )
    strict = failure(name, ".", *arguments, "--strict", cwd=messy)
    if name == "log":  # the same option, read once for all commands
        assert strict == failure(name, ".", *arguments, "--max-bad", "0", cwd=messy)
    assert strict[1].startswith("./interactions.csv: line 4, column started_at, value 'soon'")
    assert not (messy / "ds").exists()
    assert call(name, ".", *arguments, "--max-bad", "9", "-q", cwd=messy).code == 0


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "101%", "%", "1e3"])
def test_an_allowance_that_is_none(text: str, messy: Path) -> None:
    code, line = failure("log", f"--max-bad={text}", cwd=messy)
    assert (code, f"'{text}' is neither a number of rows" in line) == (2, True), line


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same rows as text, as Parquet and as a dataset."""
    contacts = "contact_id,name\nP1,Ada\nP1,Bo\n,Cy\nP2,Di\nP2,Di\n"
    top = tmp_path_factory.mktemp("kinds")
    text = export(top / "csv", interactions=MESSY, contacts=contacts)
    typed = export(top / "parquet", contacts=contacts)
    lines = [line.strip() for line in MESSY.splitlines() if "k5" not in line]
    calls = pl.read_csv(io.StringIO("\n".join(lines).strip()), infer_schema=False)
    calls.write_parquet(typed / "interactions.parquet")
    done("convert", ".", "-o", "../dataset", cwd=text)
    return {folder.name: folder for folder in (text, typed, top / "dataset")}


PERIODS = ("all", "2026-05-02", "2026-05-02..2026-05-04", "2025")


@pytest.mark.parametrize(
    ("kind", "period"),
    [
        *(("csv", period) for period in PERIODS),
        *(("parquet", period) for period in ("all", "2026-05-02..2026-05-04")),
        *(("dataset", period) for period in ("all", "2026-05-02", "2026-05-02..2026-05-04")),
    ],
)
def test_check_agrees_with_every_report(kind: str, period: str, kinds: dict[str, Path]) -> None:
    """Rows read, set aside and repeated of a period are those of the reports on it."""
    folder = kinds[kind]
    asked = ("-p", period, "-f", "json", "-q")
    checked = call("check", ".", *asked, cwd=folder)
    log = call("log", ".", *asked, cwd=folder)
    sla = call("sla", ".", "--compare", "none", *asked, cwd=folder)
    tables = {row["table"]: row for row in checked.rows("tables")}
    for made, names in ((log, ["interactions", "contacts"]), (sla, ["interactions"])):
        read, aside, repeated = (
            sum(tables[name][key] for name in names)
            for key in ("rows_n", "set_aside_n", "repeated_n")
        )
        source = made.report["source"]
        assert (source["rows_read"], source["rows_set_aside"]) == (read, aside)
        notes = [note for note in made.report["notes"] if note.startswith("Exactly")]
        said = f"Exactly repeated rows, counted once: {repeated}."
        assert notes == ([said] if repeated else [])
        assert made.report["period"] == checked.report["period"]
    assert log.report["source"] == {**checked.report["source"]}
    assert len(log.rows("log")) == tables["interactions"]["used_n"]


def test_only_the_days_of_the_period_are_read(messy: Path) -> None:
    """2 rows have no known day, which no period can leave out."""
    checked = call("check", "-p", "2026-05-04", "-f", "json", cwd=messy)
    assert checked.report["previous"] is None
    assert only(checked.rows("tables"))["rows_n"] == 3 + 2


def test_tickets_alone_have_days(tmp_path: Path) -> None:
    tickets = "ticket_id,created_at\nT1,2026-05-01\nT2,2026-05-04\nT3,2026-05-04\n"
    folder = export(tmp_path, tickets=tickets)
    checked = report("check", "tickets.csv", cwd=folder)
    assert checked["period"]["label"] == "2026-05-01 to 2026-05-04 (all data)"
    assert checked["as_of"] == "2026-05-05"
    days = found(section(checked, "findings"), "day_without_data")
    assert days == [
        ("tickets", "created_at", 1, None, "2026-05-02"),
        ("tickets", "created_at", 1, None, "2026-05-03"),
    ]
    assert "Other columns  –" in done("check", "tickets.csv", cwd=folder).text


def test_findings_of_the_demo() -> None:
    """An export that is as it should be, but for agents who take a second call on the first."""
    result = on_demo("check", DEMO)
    row = only(section(json.loads(result.output("json")), "findings"))
    assert (result.code, row["finding"], row["rows_n"]) == (0, "overlapping_calls", 56)
    assert (row["first_line"], row["first_value"]) == (13, "A00004")


REPEATS = {
    "interactions": "case_id,started_at,channel\n" + "k1,2026-05-01,chat\n" * 3,
    "notes": "at,text\n2026-05-01,b\n2026-05-01,a\n2026-05-01,a\n2026-05-01,b\n2026-05-01,a\n",
    "behaviors": "case_id,behavior,score\nk1,x,0.1\nk1,x,0.2\n",
}


@pytest.mark.parametrize("part_rows", [1, 4_000_000])
def test_exactly_repeated_rows(
    part_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Used once in a table with ids, each time in one without; a large table in parts."""
    monkeypatch.setattr(findings_pairs, "PART_ROWS", part_rows)
    rows = findings(export(tmp_path, **REPEATS))
    assert found(rows, "repeated_row") == [
        ("interactions", "case_id", 2, 3, "k1"),
        ("notes", None, 3, 4, None),
    ]
    said = [row["what"] for row in rows if row["finding"] == "repeated_row"]
    assert [what.partition("; ")[2] for what in said] == ["used once", "used each time"]


CALLS = """
    case_id,started_at,ended_at,channel,direction,agent_id,first_response_s
    k1,2026-05-01T10:00:00Z,2026-05-01T10:10:00Z,voice,inbound,A,0
    k2,2026-05-01T10:05:00Z,2026-05-01T10:20:00Z,voice,inbound,A,300
    k3,2026-05-01T10:05:00Z,2026-05-01T10:20:00Z,voice,inbound,A,
    k4,2026-05-01T10:06:00Z,2026-05-01T10:07:00Z,chat,inbound,A,0
    k5,2026-05-01T10:06:00Z,2026-05-01T10:07:00Z,voice,inbound,B,0
    k6,2026-05-01T10:12:00Z,2026-05-01T10:13:00Z,voice,inbound,A,10
    k7,2026-05-01T10:19:58Z,2026-05-01T10:25:00Z,voice,outbound,A,
    k8,2026-05-01T10:24:59Z,2026-05-01T10:26:00Z,voice,inbound,A,0
    k9,2026-05-01T10:30:00Z,,voice,inbound,A,0
"""


@pytest.mark.parametrize("part_rows", [2, 4_000_000])
def test_an_agent_on_two_calls_at_a_time(
    part_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """k6 and k7 begin on k2; k2 waited for k1 to end, k8 overlaps by a second, k3 nobody took."""
    monkeypatch.setattr(findings_pairs, "PART_ROWS", part_rows)
    rows = findings(export(tmp_path, interactions=CALLS))
    assert found(rows, "overlapping_calls") == [("interactions", "agent_id", 2, 7, "A")]


def test_own_voice_channels_and_agents_known_by_name_overlap_too(tmp_path: Path) -> None:
    rows = (
        "case_id,started_at,handle_s,channel,agent\nk1,2026-05-01T10:00:00Z,60,Phone,Ada\n"
        "k2,2026-05-01T10:00:30Z,60,phone,Ada\n"
    )
    folder = export(tmp_path, interactions=rows)
    assert found(findings(folder), "overlapping_calls") == []
    (folder / "cxtool.toml").write_text('[channels]\nvoice = ["Phone"]\n')
    rows_found = findings(folder)
    assert found(rows_found, "overlapping_calls") == [("interactions", "agent", 1, 3, "Ada")]
    assert found(rows_found, "unknown_value") == []


def test_states_that_overlap(tmp_path: Path) -> None:
    states = (
        "agent_id,state,started_at,ended_at\nA,available,2026-05-01T09:00:00Z,2026-05-01T10:00:00Z\n"
        "A,break,2026-05-01T10:00:00Z,2026-05-01T10:10:00Z\n"
        "A,offline,2026-05-01T10:05:00Z,2026-05-01T11:00:00Z\n"
        "B,offline,2026-05-01T10:05:00Z,2026-05-01T11:00:00Z\n"
    )
    rows = findings(export(tmp_path, agent_states=states))
    assert found(rows, "overlapping_states") == [("agent_states", "agent_id", 1, 4, "A")]


DURATIONS = """
    case_id,started_at,ended_at,channel,handle_s,wait_s,talk_s,hold_s,acw_s,first_response_s
    k1,2026-05-01T10:00:00Z,2026-05-01T10:01:00Z,chat,61,10,40,10,900,10
    k2,2026-05-01T10:00:00Z,2026-05-01T10:01:00Z,chat,75.5,10,40,10,,10
    k3,2026-05-01T10:00:00Z,2026-05-01T10:01:00Z,chat,40,,41,,,10
    k4,2026-05-01T10:00:00Z,2026-05-01T10:01:00Z,chat,60,20,40,10,,10
    k5,2026-05-01T10:00:00Z,2026-05-01T10:01:00Z,chat,,20,40,30,,10
    k6,2026-05-01T10:00:00Z,2026-05-01T10:01:00Z,chat,90,,,,,95
    k7,2026-05-01T10:00:00Z,,chat,90,,,,,
"""


def test_durations_longer_than_what_they_are_part_of(tmp_path: Path) -> None:
    """k4 by 10 s, k5, without handle time, by 30 s; the first response of k6 by 5 s."""
    rows = findings(export(tmp_path, interactions=DURATIONS))
    assert found(rows, "parts_over_whole") == [
        ("interactions", "handle_s", 2, 5, "60"),
        ("interactions", "first_response_s", 1, 7, "95"),
    ]
    parts = [row for row in rows if row["finding"] == "parts_over_whole"]
    assert [(row["what"], row["median_s"]) for row in parts] == [
        ("wait_s + talk_s + hold_s longer than the case", 20),
        ("first_response_s longer than the case", 5),
    ]


def test_durations_that_differ_from_the_times_given(tmp_path: Path) -> None:
    """k2 by 15.5, k3 by -20 and k6 by 30 s; k1 by one second, which is no finding."""
    row = of_kind(findings(export(tmp_path, interactions=DURATIONS)), "clock_skew")
    assert (row["column"], row["rows_n"], row["first_line"]) == ("handle_s", 3, 3)
    assert (row["first_value"], row["median_s"]) == ("75.5", 16)
    assert row["what"] == "over 1 s from ended_at − started_at"


def test_a_first_response_that_differs_from_the_time_given(tmp_path: Path) -> None:
    cases = """
        case_id,started_at,channel,first_response_s,first_response_at
        k1,2026-05-01T10:00:00Z,chat,60,2026-05-01T10:01:00Z
        k2,2026-05-01T10:00:00Z,chat,60,2026-05-01T10:02:00Z
        k3,2026-05-01T10:00:00Z,chat,60,2026-05-01 10:04:00
        k4,2026-05-01T10:00:00Z,chat,,2026-05-01T10:02:00Z
        k5,2026-05-01T10:00:00Z,chat,60,later
    """
    row = of_kind(findings(export(tmp_path, interactions=cases)), "clock_skew")
    assert (row["column"], row["rows_n"], row["median_s"]) == ("first_response_s", 2, -120)
    assert (row["first_line"], row["first_value"]) == (3, "60")


def test_handle_time_that_is_work_alone_is_no_skew(tmp_path: Path) -> None:
    cases = """
        id,at,end,kind,work,talk,after
        k1,2026-05-01T10:00:00Z,2026-05-01T11:00:00Z,chat,60,40,20
        k2,2026-05-01T10:00:00Z,2026-05-01T11:00:00Z,chat,60,40,30
    """
    names = ("case_id", "started_at", "ended_at", "channel", "handle_s", "talk_s", "acw_s")
    columns = dict(zip(names, cases.split(maxsplit=1)[0].split(","), strict=True))
    folder = export(tmp_path, calls=cases)
    (folder / "own.toml").write_text(
        'name = "own"\ntitle = "Own"\n[[tables]]\ntable = "interactions"\nhandle_time = "work"\n'
        "[tables.columns]\n"
        + "".join(f'{name} = {{ from = ["{column}"] }}\n' for name, column in columns.items())
    )
    rows = findings(folder, "--profile", "own.toml")
    assert found(rows, "clock_skew") == []
    row = of_kind(rows, "parts_over_whole")
    assert (row["rows_n"], row["first_line"], row["median_s"]) == (1, 3, 10)
    assert row["what"] == "talk_s + acw_s longer than the work on it"


ORPHANS = {
    "interactions": """
        case_id,started_at,channel,contact_id,company_id,ticket_id,agent_id
        k1,2026-05-01,chat,P1,O1,T1,A1
        k2,2026-05-02,chat,P9,O8,,A9
        k3,2026-05-03,chat,P9,O9,T9,A9
        k4,2026-05-03,chat,,,,
    """,
    "contacts": "contact_id,company_id\nP1,O1\nP2,O7\n",
    "companies": "company_id,primary_contact_id\nO1,P1\nO2,P7\nO3,\n",
    "tickets": "ticket_id,created_at,contact_id\nT1,2026-05-01,P1\nT2,2026-05-01,P6\n",
    "behaviors": "case_id,behavior,score\nk1,x,1\nk7,x,1\nk7,y,1\n",
    "notes": "at,text,case_id,ticket_id\n2026-05-01,a,k1,\n2026-05-01,b,k5,T5\n",
    "agent_states": "agent_id,state,started_at,ended_at\n"
    "A1,break,2026-05-01T10:00,2026-05-01T11:00\nA1,offline,2026-05-01T11:00,2026-05-01T12:00\n",
}


def test_ids_of_nobody(tmp_path: Path) -> None:
    rows = findings(export(tmp_path, **ORPHANS))
    assert found(rows, "orphan_key") == [
        ("interactions", "contact_id", 2, 3, "P9"),
        ("interactions", "company_id", 2, 3, "O8"),
        ("interactions", "ticket_id", 1, 4, "T9"),
        ("interactions", "agent_id", 2, 3, "A9"),
        ("contacts", "company_id", 1, 3, "O7"),
        ("companies", "primary_contact_id", 1, 3, "P7"),
        ("tickets", "contact_id", 1, 3, "P6"),
        ("behaviors", "case_id", 2, 3, "k7"),
        ("notes", "case_id", 1, 3, "k5"),
        ("notes", "ticket_id", 1, 3, "T5"),
    ]
    names = {row["what"] for row in rows if row["finding"] == "orphan_key"}
    assert "not in agent_states" in names


def test_what_belongs_to_other_days_is_no_orphan(tmp_path: Path) -> None:
    """Tables without days are looked at whole, against the cases of all days."""
    folder = export(tmp_path, **ORPHANS)
    rows = findings(folder, "-p", "2026-05-03")
    assert found(rows, "orphan_key")[:3] == [
        ("interactions", "contact_id", 1, 4, "P9"),
        ("interactions", "company_id", 1, 4, "O9"),
        ("interactions", "ticket_id", 1, 4, "T9"),
    ]
    assert ("behaviors", "case_id", 2, 3, "k7") in found(rows, "orphan_key")


def test_words_that_nobody_knows(tmp_path: Path) -> None:
    cases = """
        case_id,started_at,channel,direction,status
        k1,2026-05-01,Voice,Inbound,closed
        k2,2026-05-01,fax,sideways,pending
        k3,2026-05-01,letter,,open
        k4,2026-05-01,FAX,outbound,
    """
    turns = "case_id,turn,speaker,text\nk1,1,agent,a\nk1,2,robot,b\n"
    rows = findings(export(tmp_path, interactions=cases, transcripts=turns))
    assert found(rows, "unknown_value") == [
        ("interactions", "channel", 3, 3, "fax"),
        ("interactions", "direction", 1, 3, "sideways"),
        ("interactions", "status", 1, 3, "pending"),
        ("transcripts", "speaker", 1, 3, "robot"),
    ]
    said = [row["what"] for row in rows if row["finding"] == "unknown_value"]
    assert said[0] == "not voice or chat by the settings: 'fax' 2, 'letter' 1"


DAYS = "case_id,started_at,channel\n" + "".join(
    f"k{day},2026-05-{day:02d}T10:00:00Z,chat\n" for day in (1, 4, 5, 7, 8, 11, 12, 13, 14)
)


def test_days_without_data(tmp_path: Path) -> None:
    """1 May 2026 is a Friday; the days before the first and after the last case do not count."""
    rows = findings(export(tmp_path, interactions=DAYS))
    days = [row for row in rows if row["finding"] == "day_without_data"]
    assert [(row["what"], row["rows_n"], row["first_value"]) for row in days] == [
        ("1 of 2 Wednesdays: 2026-05-06", 1, "2026-05-06"),
        ("2 of 2 Saturdays: 2026-05-02, 2026-05-09", 2, "2026-05-02"),
        ("2 of 2 Sundays: 2026-05-03, 2026-05-10", 2, "2026-05-03"),
    ]


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2026-05-04..2026-05-06", ["1 of 1 Wednesday: 2026-05-06"]),
        ("2026-05-13..2026-05-20", []),
        ("2026-05-02", ["1 of 1 Saturday: 2026-05-02"]),
    ],
)
def test_days_without_data_inside_the_period(period: str, days: list[str], tmp_path: Path) -> None:
    rows = findings(export(tmp_path, interactions=DAYS), "-p", period)
    assert [row["what"] for row in rows if row["finding"] == "day_without_data"] == days


@pytest.mark.parametrize(
    ("settings", "weekdays"),
    [
        ('[hours]\nholidays = ["2026-05-06"]\n', ["Saturdays", "Sundays"]),
        ("[hours.spans]\n" + "".join(f'{d} = ["09:00-17:00"]\n' for d in ("mon", "wed", "sat")),
         ["Wednesdays", "Saturdays"]),
        ('[hours]\nholidays = [2026-05-06]\n[hours.spans]\nmon = ["09:00-17:00"]\n'
         '[hours.queues.night.spans]\nsun = ["22:00-24:00"]\n', ["Sundays"]),
    ],
)  # fmt: skip
def test_days_that_are_closed_are_not_missed(
    settings: str, weekdays: list[str], tmp_path: Path
) -> None:
    folder = export(tmp_path, interactions=DAYS)
    (folder / "cxtool.toml").write_text(settings)
    rows = findings(folder)
    said = [row["what"].split(":")[0] for row in rows if row["finding"] == "day_without_data"]
    assert [words.split()[-1] for words in said] == weekdays


def test_columns_that_are_empty_or_new(tmp_path: Path) -> None:
    cases = """
        case_id,started_at,channel,queue,topic,site,floor
        k1,2026-05-01,chat,,,,
        k2,2026-05-01,chat,,billing,north,
        k3,2026-05-01,chat, ,,,
    """
    rows = findings(export(tmp_path, interactions=cases))
    assert found(rows, "empty_column") == [
        ("interactions", "queue", 3, None, None),
        ("interactions", "floor", 3, None, None),
    ]
    assert found(rows, "new_column") == [("interactions", "site", 1, 3, "north")]


def test_the_days_of_a_dataset_are_no_new_column(tmp_path: Path) -> None:
    cases = """
        case_id,started_at,channel,site
        k1,2026-05-01,chat,north
        k2,2026-05-02,chat,south
    """
    export(tmp_path, interactions=cases)
    done("convert", "interactions.csv", "-o", "dataset", cwd=tmp_path)
    rows = findings(tmp_path / "dataset")
    assert [(row["finding"], row["column"]) for row in rows] == [("new_column", "site")]


def test_findings_are_of_rows_that_are_used(tmp_path: Path) -> None:
    """A row set aside is told once, and findings change no exit code."""
    cases = """
        case_id,started_at,channel,csat
        k1,2026-05-01,chat,5
        k2,2026-05-01,fax,99
    """
    folder = export(tmp_path, interactions=cases)
    checked = call("check", "-f", "json", cwd=folder)
    assert (checked.code, checked.rows("findings")) == (1, [])
    assert call("check", "--max-bad", "1", cwd=folder).code == 0


def test_other_reports_make_no_findings(messy: Path) -> None:
    """They cost a pass over every table."""
    made: Result = call("report", ".", "-p", "all", "-f", "json", "-q", cwd=messy)
    assert "findings" not in [part["id"] for part in made.report["sections"]]


def test_damage_that_only_findings_come_upon(tmp_path: Path) -> None:
    """No rule judges the column, so nothing read it before."""
    names = [f"k{number}" for number in range(20_000)]
    calls = pl.DataFrame({"case_id": names, "topic": [name * 9 for name in names]}).with_columns(
        started_at=pl.lit("2026-05-01"), channel=pl.lit("chat")
    )
    calls.select("case_id", "started_at", "channel", "topic").write_parquet(tmp_path / "x.parquet")
    data = bytearray((tmp_path / "x.parquet").read_bytes())
    end = len(data) - 4000
    data[end - 4000 : end] = bytes(4000)
    (tmp_path / "x.parquet").write_bytes(data)
    assert call("log", "x.parquet", "--limit", "1", "-q", cwd=tmp_path).code == 0
    assert failure("check", "x.parquet", cwd=tmp_path) == (
        1,
        "a Parquet file of the export is damaged",
    )
