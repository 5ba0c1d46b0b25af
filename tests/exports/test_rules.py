"""Nothing is dropped in silence: each rule with file, line, column, value, reason (check)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli_helper import call, failure
from tests.exports.exports import set_aside, write

HEADER = "case_id,started_at,channel,handle_s,ended_at,answered,transfers,sentiment,csat,notes"
GOOD = "C1,2026-05-01T10:00:00Z,voice,60,2026-05-01T10:01:00Z,yes,0,positive,5,fine"


def row(**cells: str) -> str:
    """The good row with other cells."""
    named = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {"case_id": "C2"} | cells
    return ",".join(named.values())


BROKEN: list[tuple[dict[str, str], str, str | None, str, str]] = [
    ({"case_id": ""}, "case_id", None, "missing_value", "required and empty"),
    ({"case_id": "  "}, "case_id", None, "missing_value", "required and empty"),
    ({"started_at": ""}, "started_at", None, "missing_value", "required and empty"),
    ({"channel": ""}, "channel", None, "missing_value", "required and empty"),
    ({"started_at": "soon"}, "started_at", "soon", "unreadable_value", "not a time"),
    ({"started_at": "2026-02-30"}, "started_at", "2026-02-30", "unreadable_value", "not a time"),
    ({"started_at": "0000-00-00"}, "started_at", "0000-00-00", "unreadable_value", "not a time"),
    ({"ended_at": "later"}, "ended_at", "later", "unreadable_value", "not a time"),
    ({"handle_s": "long"}, "handle_s", "long", "unreadable_value", "not a duration"),
    ({"handle_s": "inf"}, "handle_s", "inf", "unreadable_value", "not a duration"),
    ({"handle_s": "-1"}, "handle_s", "-1", "negative_duration", "a duration below zero"),
    ({"answered": "maybe"}, "answered", "maybe", "unreadable_value", "not yes or no"),
    ({"transfers": "1.5"}, "transfers", "1.5", "unreadable_value", "not a whole number"),
    ({"csat": "good"}, "csat", "good", "unreadable_value", "not a number"),
    ({"csat": "6"}, "csat", "6", "csat_off_scale", "outside the scale of 1 to 5"),
    ({"csat": "0"}, "csat", "0", "csat_off_scale", "outside the scale of 1 to 5"),
    (
        {"sentiment": "meh"},
        "sentiment",
        "meh",
        "unknown_sentiment",
        "not positive, neutral, negative",
    ),
    (
        {"ended_at": "2026-05-01T09:59:59Z"},
        "ended_at",
        "2026-05-01T09:59:59Z",
        "end_before_start",
        "earlier than started_at",
    ),
    (
        {"case_id": "C1"},
        "case_id",
        "C1",
        "duplicate_id",
        "another row has this case_id; the first one is kept",
    ),
]


def calls(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    return write(tmp_path, {"calls.csv": "\n".join([header, *rows]) + "\n"})


def test_each_rule_names_the_cell(tmp_path: Path) -> None:
    """One row for each way to be broken, and nothing else is set aside."""
    rows = [
        row(**{"case_id": f"B{n}", "notes": "x"} | cells) for n, (cells, *_) in enumerate(BROKEN)
    ]
    found = set_aside("calls.csv", cwd=calls(tmp_path, GOOD, *rows, row()))
    expected = [
        ("calls.csv", line, column, value, rule, reason)
        for line, (_, column, value, rule, reason) in enumerate(BROKEN, start=3)
    ]
    assert found == expected


def test_a_row_is_set_aside_once_under_the_first_rule(tmp_path: Path) -> None:
    folder = calls(tmp_path, GOOD, row(csat="9", handle_s="-1", sentiment="meh"))
    assert [found[4] for found in set_aside("calls.csv", cwd=folder)] == ["negative_duration"]


def test_values_at_the_edge_are_kept(tmp_path: Path) -> None:
    folder = calls(tmp_path, row(csat="1", handle_s="0", ended_at="2026-05-01T10:00:00Z"))
    assert set_aside("calls.csv", cwd=folder) == []


def test_the_scale_of_csat_is_a_setting(tmp_path: Path) -> None:
    folder = calls(tmp_path, row(csat="6"))
    write(folder, {"cxtool.toml": "[csat]\nscale = [1, 10]\n"})
    assert set_aside("calls.csv", cwd=folder) == []


LINES: dict[str, tuple[list[str], list[tuple[int, str | None, str]]]] = {
    "after a quoted line end": (
        ['1,2026-05-01,voice,"a\nb, c\n""d"""', "2,soon,voice,e"],
        [(5, "soon", "not a time")],
    ),
    "a short record": (
        ["1,2026-05-01,voice,a", "2,2026-05-01", "3,soon,voice,c"],
        [(3, "2,2026-05-01", "2 cells where the header has 4"), (4, "soon", "not a time")],
    ),
    "a long record": (
        ["1,2026-05-01,voice,a", "2,2026-05-01,voice,b,c", "3,soon,voice,c"],
        [
            (3, "2,2026-05-01,voice,b,c", "5 cells where the header has 4"),
            (4, "soon", "not a time"),
        ],
    ),
    "a long record after a quoted line end": (
        ['1,2026-05-01,voice,"a\n\nb"', "2,2026-05-01,voice,b,c", "3,soon,voice,c"],
        [
            (5, "2,2026-05-01,voice,b,c", "5 cells where the header has 4"),
            (6, "soon", "not a time"),
        ],
    ),
    "blank lines are no records": (
        ["1,2026-05-01,voice,a", "", "  ", "2,soon,voice,b", ""],
        [(5, "soon", "not a time")],
    ),
    "empty records are none": (
        ["1,2026-05-01,voice,a", ",,,", '"","","",""', "2,soon,voice,b"],
        [(5, "soon", "not a time")],
    ),
    "text after a quoted cell": (
        ["1,2026-05-01,voice,a", '2,2026-05-01,voice,"b"c', "3,soon,voice,c"],
        [(3, None, "text after a closing quote"), (4, "soon", "not a time")],
    ),
    "a quote in a cell that is not quoted is text": (
        ['1,2026-05-01,voice,12" screen', "2,soon,voice,b"],
        [(3, "soon", "not a time")],
    ),
    "a short record with a quote in a cell": (
        ['1,2026-05-01,voice,the "best"', '2,2026-05-01,the "best, one" x', "3,soon,voice,c"],
        [(4, "soon", "not a time")],
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", LINES)
def test_lines_are_those_of_an_editor(case: str, end: str, tmp_path: Path) -> None:
    rows, expected = LINES[case]
    text = "\n".join(["case_id,started_at,channel,notes", *rows]).replace("\n", end)
    folder = write(tmp_path, {"calls.csv": text})
    found = set_aside("calls.csv", cwd=folder)
    assert [(line, value, reason) for _, line, _, value, _, reason in found] == expected


def test_line_numbers_count_skipped_lines_and_the_header(tmp_path: Path) -> None:
    text = 'Calls of May\n\ncase_id,started_at,"channel\n(own)",channel\n1,soon,x,voice\n'
    folder = write(tmp_path, {"calls.csv": text})
    found = set_aside("calls.csv", "--skip-lines", "1", cwd=folder)
    assert [(line, value) for _, line, _, value, _, _ in found] == [(5, "soon")]


def test_a_quote_that_is_never_closed_is_one_error_with_its_line(tmp_path: Path) -> None:
    folder = calls(tmp_path, GOOD, '"C2,2026-05-01T10:00:00Z', GOOD, GOOD)
    code, message = failure("check", "calls.csv", cwd=folder)
    assert code == 1
    assert message.startswith("calls.csv: line 3: a quoted cell that begins here is never closed")


def test_lines_that_are_no_json_objects(tmp_path: Path) -> None:
    record = '{"case_id": "%s", "started_at": "%s", "channel": "voice"}'
    lines = [
        record % ("1", "2026-05-01"),
        '{"case_id": ',
        "",
        "[1, 2]",
        record % ("2", "soon"),
        '{"case_id": NaN}',
        record % ("3", "2026-05-01") + "}",
    ]
    folder = write(tmp_path, {"calls.jsonl": "\n".join(lines)})
    assert set_aside("calls.jsonl", cwd=folder) == [
        (
            "calls.jsonl",
            2,
            None,
            '{"case_id":',
            "unreadable_row",
            "not JSON: Expecting value at character 13",
        ),
        ("calls.jsonl", 4, None, "[1, 2]", "unreadable_row", "not a JSON object"),
        ("calls.jsonl", 5, "started_at", "soon", "unreadable_value", "not a time"),
        ("calls.jsonl", 6, None, '{"case_id": NaN}', "unreadable_row", "not JSON: NaN"),
        (
            "calls.jsonl",
            7,
            None,
            lines[6],
            "unreadable_row",
            "not JSON: Extra data at character 65",
        ),
    ]


def test_rows_of_parquet_are_numbered_from_1_in_each_file(tmp_path: Path) -> None:
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    parts = [
        pl.DataFrame({"case_id": ids, "started_at": [at, at], "channel": channels, "csat": csat})
        for ids, channels, csat in (
            (["1", "2"], ["voice", None], [5.0, float("nan")]),
            (["3", "4"], ["voice", "chat"], [7.0, 1.0]),
        )
    ]
    folder = write(tmp_path, {f"x/interactions/{n}.parquet": part for n, part in enumerate(parts)})
    assert set_aside("x", cwd=folder) == [
        ("x/interactions/0.parquet", 2, "channel", None, "missing_value", "required and empty"),
        (
            "x/interactions/1.parquet",
            1,
            "csat",
            "7.0",
            "csat_off_scale",
            "outside the scale of 1 to 5",
        ),
    ]


def tables(folder: Path, *arguments: str) -> dict[str, Any]:
    (found,) = call("check", *arguments, "-f", "json", cwd=folder).rows("tables")
    return found


def test_an_exactly_repeated_row_is_kept_once_and_counted(tmp_path: Path) -> None:
    folder = calls(tmp_path, GOOD, GOOD, row(), GOOD)
    assert set_aside("calls.csv", cwd=folder) == []
    found = tables(folder, "calls.csv")
    assert (found["rows_n"], found["used_n"], found["repeated_n"]) == (4, 2, 2)
    log = call("log", "calls.csv", "-f", "json", cwd=folder)
    assert [case["case_id"] for case in log.rows("log")] == ["C1", "C2"]
    assert "Exactly repeated rows, counted once: 2." in log.report["notes"]


def test_rows_that_read_the_same_are_repeated_however_they_are_written(tmp_path: Path) -> None:
    other = GOOD.replace("10:00:00Z", "12:00:00+02:00").replace(",60,", ",1m,").replace("yes", "T")
    folder = calls(tmp_path, GOOD, other)
    assert tables(folder, "calls.csv")["repeated_n"] == 1


def test_of_two_rows_with_one_id_the_later_in_file_order_is_set_aside(tmp_path: Path) -> None:
    # The two Parquet files share one scan; the CSV file lies between them.
    at = datetime(2026, 5, 1, 10, tzinfo=UTC)

    def part(ids: list[str], queue: str) -> pl.DataFrame:
        columns = {"case_id": ids, "queue": [queue] * len(ids)}
        return pl.DataFrame(columns).with_columns(started_at=pl.lit(at), channel=pl.lit("voice"))

    folder = write(
        tmp_path,
        {
            "1.parquet": part(["A"], "first"),
            "2.csv": "case_id,started_at,channel,queue\nA,2026-05-01T10:00Z,voice,second\n"
            "B,2026-05-01T10:00Z,voice,second\n",
            "3.parquet": part(["C", "B"], "third"),
        },
    )
    files = ("1.parquet", "2.csv", "3.parquet")
    reason = "another row has this case_id; the first one is kept"
    assert set_aside(*files, cwd=folder) == [
        ("2.csv", 2, "case_id", "A", "duplicate_id", reason),
        ("3.parquet", 2, "case_id", "B", "duplicate_id", reason),
    ]
    kept = call("log", *files, "-f", "json", cwd=folder).rows("log")
    assert [(case["case_id"], case["queue"]) for case in kept] == [
        ("A", "first"),
        ("B", "second"),
        ("C", "third"),
    ]
    swapped = call("log", *reversed(files), "-f", "json", cwd=folder).rows("log")
    assert [case["queue"] for case in swapped] == ["second", "third", "third"]


def test_a_broken_row_does_not_push_out_the_good_one_with_its_id(tmp_path: Path) -> None:
    folder = calls(tmp_path, row(case_id="C1", csat="9"), GOOD)
    assert [found[4] for found in set_aside("calls.csv", cwd=folder)] == ["csat_off_scale"]


DIRTY = [
    GOOD,
    GOOD,
    row(case_id="C1", notes="other"),
    row(csat="9"),
    row(case_id="C3", started_at="2026-05-02T10:00:00Z", ended_at=""),
    row(case_id="C4", started_at="2026-05-02T10:00:00Z", handle_s="-1"),
    row(case_id="C5", started_at=""),
    "C6,short",
]


@pytest.mark.parametrize(
    ("period", "read", "aside"),
    [("all", 8, 5), ("2026-05-01", 6, 4), ("2026-05-02", 4, 3), ("2026-04", 2, 2)],
)
@pytest.mark.parametrize("name", ["calls.csv", "calls.jsonl"])
def test_check_counts_what_every_report_counts(
    name: str, period: str, read: int, aside: int, tmp_path: Path
) -> None:
    folder = calls(tmp_path, *DIRTY)
    if name == "calls.jsonl":
        good = pl.read_csv("\n".join([HEADER, *DIRTY[:-1]]).encode(), infer_schema=False)
        good.write_ndjson(folder / name)
        with (folder / name).open("a", encoding="utf-8") as out:
            out.write("[]\n")
    for command in ("check", "log", "sla"):
        compare = ("--compare", "none") if command == "sla" else ()
        result = call(command, name, "-p", period, *compare, "-f", "json", cwd=folder)
        source = result.report["source"]
        assert (source["rows_read"], source["rows_set_aside"]) == (read, aside), command


def test_reports_tell_what_was_set_aside_and_go_on(tmp_path: Path) -> None:
    folder = calls(tmp_path, *DIRTY)
    result = call("log", "calls.csv", "-f", "json", cwd=folder)
    assert result.code == 0
    assert [case["case_id"] for case in result.rows("log")] == ["C1", "C3"]
    assert result.err == "cxtool: warning: 5 of 8 rows were set aside; 'cxtool check' says why\n"


def test_strict_stops_at_the_first_row_set_aside(tmp_path: Path) -> None:
    folder = calls(tmp_path, GOOD, row(case_id="C2", csat="9"), row(case_id="C3", sentiment="meh"))
    assert failure("log", "calls.csv", "--strict", cwd=folder) == (
        1,
        "calls.csv: line 3, column csat, value '9': outside the scale of 1 to 5 (and 1 more)"
        " ('cxtool check' lists them all)",
    )
    assert call("log", "calls.csv", "--strict", "-p", "2026-04-30", cwd=folder).code == 0


def test_a_late_way_of_writing_is_read_like_an_early_one(tmp_path: Path) -> None:
    """What the first thousand rows show of how values are written is not the last word."""
    header = "case_id,started_at,channel,handle_s,csat,tags"
    rows = [f"{n},2026-05-01T10:00:00Z,voice,60,5,a;b" for n in range(1500)]
    rows += ['x,2026-05-01 10:00,voice,0:01:30,"4,5","[""a;b""]"', 'y,2026-05-01,voice,"12,5",5,']
    folder = calls(tmp_path, *rows, header=header)
    log = call("log", "calls.csv", "-f", "json", cwd=folder)
    last = {case["case_id"]: case for case in log.rows("log")}
    assert (last["x"]["handle_s"], last["x"]["csat"], last["x"]["tags"]) == (90, 4.5, ["a;b"])
    assert last["y"]["handle_s"] == 12.5
    assert log.err == ""


CLOCKS = (
    "case_id,started_at,channel\n1,2026-03-29T02:30,voice\n2,2026-10-25T02:30,voice\n3,{},chat\n"
)


def test_times_that_a_clock_change_skips_or_doubles_are_counted(tmp_path: Path) -> None:
    """Skipped: forward; doubled: the earlier."""
    folder = write(tmp_path, {"calls.csv": CLOCKS.format("2026-10-25T02:30:00+01:00")})
    at = pl.Series(["2026-03-29T02:30", "2026-10-25T02:30", "2026-10-25T01:30"]).str.to_datetime()
    frame = pl.DataFrame({"case_id": ["1", "2", "4"], "started_at": at, "channel": ["voice"] * 3})
    write(folder, {"calls.parquet": frame})
    for name in ("calls.csv", "calls.parquet"):
        log = call("log", name, "--tz", "Europe/Berlin", "-f", "json", cwd=folder)
        starts = {case["case_id"]: case["started_at"] for case in log.rows("log")}
        assert starts["1"] == "2026-03-29T03:30:00+02:00"
        assert starts["2"] == "2026-10-25T02:30:00+02:00"
        skipped, doubled = (note for note in log.report["notes"] if "clock change" in note)
        assert skipped.startswith("1 rows have a time that the clock change in Europe/Berlin skips")
        assert doubled.startswith("1 rows have a time that the clock change in Europe/Berlin doubl")
        utc = call("log", name, "-f", "json", cwd=folder)
        assert not [note for note in utc.report["notes"] if "clock change" in note]
