"""Ids and phone numbers as they were meant: all digits, zeros, signs or none at all (L1, A1)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool.schema import TABLES
from tests.cli_helper import call
from tests.exports.exports import ndjson, set_aside, write

pytest.importorskip("fastexcel")
xlsxwriter = pytest.importorskip("xlsxwriter")

AT = "2026-05-01T10:00:00Z"
REASON = "shortened by a spreadsheet, other ids may look the same; export the column as text"
NOTE = (
    "{n} values of {column} in interactions count as unknown: a spreadsheet shortened them, as in"
    " {example}. Export the column as text."
)


def calls(folder: Path, *ids: str, column: str = "case_id", delimiter: str = ",") -> Path:
    """A CSV file of calls with these values in one column, and good ones in the others."""
    header = ["case_id", "started_at", "channel", *([column] if column != "case_id" else [])]
    lines = [delimiter.join(header)]
    for number, value in enumerate(ids):
        own = value if column == "case_id" else str(number)
        lines.append(delimiter.join([own, AT, "voice", *([value] * (column != "case_id"))]))
    return write(folder, {"calls.csv": "\n".join(lines) + "\n"})


def shown(folder: Path, *names: str, columns: str = "case_id") -> list[Any]:
    log = call("log", *names, "-c", columns, "-f", "json", cwd=folder)
    assert log.code == 0, log.err
    rows = [tuple(row[key] for key in columns.split(",")) for row in log.rows("log")]
    return [row[0] for row in rows] if "," not in columns else rows


def test_a_row_whose_own_id_was_shortened_is_set_aside(tmp_path: Path) -> None:
    """Each time, also where two rows have the same."""
    mangled = ["7.24E+11", "7,24E+11", "1E+15", "7.24e+11", "1.23456789012345E+19", "-7.2E+11"]
    folder = calls(tmp_path, "1", *mangled, mangled[0], delimiter=";")
    assert set_aside("calls.csv", cwd=folder) == [
        ("calls.csv", line, "case_id", value, "mangled_id", REASON)
        for line, value in enumerate([*mangled, mangled[0]], start=3)
    ]
    assert shown(folder, "calls.csv") == ["1"]


def test_ids_that_only_look_a_little_like_it_are_kept(tmp_path: Path) -> None:
    good = ["724E11", "7E11", "7.24E-11", "C7.24E+11", "12E+5", "7.24", "1E5", "E+11", "+4812"]
    assert shown(calls(tmp_path, *good), "calls.csv") == sorted(good)


IDS = [(t, f.name) for t, table in TABLES.items() for f in table.fields if f.required and f.is_id]


def test_the_ids_that_a_row_cannot_do_without() -> None:
    assert dict(IDS) == {
        "interactions": "case_id",
        "contacts": "contact_id",
        "companies": "company_id",
        "tickets": "ticket_id",
        "behaviors": "case_id",
        "transcripts": "case_id",
        "agent_states": "agent_id",
        "context": "case_id",
    }


OWN = {"direction": "inbound", "sentiment": "neutral", "csat": "4", "behavior": "x", "score": "1"}
VALUES = {"datetime": AT, "seconds": "1", "int": "1", "float": "1", "bool": "yes", "list": "a"}


@pytest.mark.parametrize(("table", "column"), IDS)
def test_every_table_has_the_rule(table: str, column: str, tmp_path: Path) -> None:
    fields = [field for field in TABLES[table].fields if field.required]
    cells = [OWN.get(field.name, VALUES.get(field.type, "x")) for field in fields]
    cells[[field.name for field in fields].index(column)] = "7.24E+11"
    rows = [",".join(field.name for field in fields), ",".join(cells)]
    write(tmp_path, {f"x/{table}.csv": "\n".join(rows) + "\n"})
    if table != "interactions":
        write(tmp_path, {"x/interactions.csv": f"case_id,started_at,channel\n1,{AT},voice\n"})
    found = set_aside("x", cwd=tmp_path)
    assert [(line, name, value, rule) for _, line, name, value, rule, _ in found] == [
        (2, column, "7.24E+11", "mangled_id")
    ]


OPTIONAL = ("contact_id", "agent_id", "company_id", "ticket_id", "contact", "agent", "company")


@pytest.mark.parametrize("column", OPTIONAL)
def test_another_id_that_was_shortened_is_unknown_and_told(column: str, tmp_path: Path) -> None:
    folder = calls(tmp_path, "7.24E+11", "A7", "8.00E+11", column=column)
    note = NOTE.format(n=2, column=column, example="7.24E+11")
    check = call("check", "calls.csv", "-f", "json", cwd=folder)
    assert check.rows("set_aside") == []
    assert note in check.report["notes"]
    log = call("log", "calls.csv", "-f", "json", cwd=folder)
    assert note in log.report["notes"]
    assert "E+11" not in "".join(map(str, log.rows("log")))
    found = call("log", "calls.csv", "--where", f"{column} = A7", "-f", "json", cwd=folder)
    assert len(found.rows("log")) == 1


def test_large_tables_are_counted_where_their_beginning_shows_such_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxtool.exports.mangled.SURELY_COUNTED_ROWS", 0)
    monkeypatch.setattr("cxtool.exports.raw.SAMPLE_ROWS", 2)
    note = (
        "1 value of agent_id in interactions counts as unknown: a spreadsheet shortened it to"
        " 7.24E+11. Export the column as text."
    )
    for ids, is_told in ((["7.24E+11", "a", "b"], True), (["a", "b", "7.24E+11"], False)):
        folder = calls(tmp_path, *ids, column="agent_id")
        notes = call("log", "calls.csv", "-f", "json", cwd=folder).report["notes"]
        assert (note in notes) is is_told
        assert note in call("check", "calls.csv", "-f", "json", cwd=folder).report["notes"]


def parquet(folder: Path, ids: pl.Series, column: str = "case_id") -> Path:
    frame = pl.DataFrame({"case_id": [str(n) for n in range(ids.len())]})
    at = pl.lit(datetime(2026, 5, 1, tzinfo=UTC))
    frame = frame.with_columns(started_at=at, channel=pl.lit("voice")).with_columns(
        ids.alias(column)
    )
    return write(folder, {"calls.parquet": frame})


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (pl.Series([7.24e11, 2.0**53 - 1, 2.0**53, 1e17]), ["724000000000", "9007199254740991"]),
        (pl.Series([1.0, 2.0**24], dtype=pl.Float32), ["1"]),
        (pl.Series([2**53 + 1, 2**63 - 1]), ["9007199254740993", "9223372036854775807"]),
        (pl.Series(["007", "7.24E+11"]), ["007"]),
        (
            pl.Series([Decimal("12345678901234567891")], dtype=pl.Decimal(38, 2)),
            ["12345678901234567891"],
        ),
    ],
)
def test_numbers_of_parquet_that_lost_digits_are_no_ids(
    ids: pl.Series, kept: list[str], tmp_path: Path
) -> None:
    folder = parquet(tmp_path, ids)
    rules = [rule for *_, rule, _ in set_aside("calls.parquet", cwd=folder)]
    assert rules == ["mangled_id"] * (len(ids) - len(kept))
    assert shown(folder, "calls.parquet") == kept
    folder = parquet(tmp_path, ids, "contact_id")
    known = shown(folder, "calls.parquet", columns="contact_id")
    assert [value for value in known if value] == kept


def test_numbers_of_a_spreadsheet_that_lost_digits_are_no_ids(tmp_path: Path) -> None:
    """Text of any length is kept, and so are numbers that have all their digits."""
    ids: list[Any] = [724123456789, 9007199254740991, 12345678901234567890, "12345678901234567890"]
    with xlsxwriter.Workbook(tmp_path / "calls.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["case_id", "started_at", "channel", "contact_id"])
        for number, value in enumerate([*ids, "007", "+48", "7.24E+11"], start=1):
            write_cell = sheet.write_string if isinstance(value, str) else sheet.write_number
            write_cell(number, 0, value)
            sheet.write_row(number, 1, [AT, "voice"])
            write_cell(number, 3, value)
    kept = ["724123456789", "9007199254740991", "12345678901234567890", "007", "+48"]
    found = [
        (line, value, rule) for _, line, _, value, rule, _ in set_aside("calls.xlsx", cwd=tmp_path)
    ]
    assert found == [(4, "1.23456789012345E+19", "mangled_id"), (8, "7.24E+11", "mangled_id")]
    found = shown(tmp_path, "calls.xlsx", columns="case_id,contact_id")
    assert sorted(found) == [(i, i) for i in sorted(kept)]


PHONES = ("007", "+48221230001", "0048221230001", "000", "+1 (555) 010-0199")


def test_leading_zeros_and_a_leading_plus_are_kept_everywhere(tmp_path: Path) -> None:
    rows = [
        {
            "case_id": phone,
            "started_at": AT,
            "channel": "voice",
            "contact_id": phone,
            "agent": phone,
        }
        for phone in PHONES
    ]
    text = "".join(";".join(row.values()) + "\n" for row in [dict.fromkeys(rows[0], ""), *rows])
    text = ";".join(rows[0]) + text[text.index("\n") :]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
    write(tmp_path, {"a.csv": text, "a.jsonl": ndjson(rows), "a.parquet": pl.DataFrame(rows)})
    for name in ("a.csv", "a.xlsx", "a.jsonl", "a.parquet"):
        assert call("convert", name, "-o", f"{name}.dataset", cwd=tmp_path).code == 0
        for export in (name, f"{name}.dataset"):
            found = shown(tmp_path, export, "--sort=case_id", columns="case_id,contact_id,agent")
            assert found == [(phone,) * 3 for phone in sorted(PHONES)], export


def test_a_drafted_profile_keeps_them_too(tmp_path: Path) -> None:
    lines = ["Case No;Start time;Channel;Contact ID;Agent ID"]
    lines += [
        f"{number:04};2026-05-{13 + number:02} 10:00:00;voice;{phone};0{number}"
        for number, phone in enumerate(PHONES)
    ]
    write(tmp_path, {"calls.csv": "\n".join(lines) + "\n"})
    assert call("profile", "infer", "calls.csv", "-o", "my.toml", cwd=tmp_path).code == 0
    columns = "case_id,contact_id,agent_id"
    found = shown(tmp_path, "calls.csv", "--profile=my.toml", columns=columns)
    assert found == [(f"{n:04}", phone, f"0{n}") for n, phone in enumerate(PHONES)]


GUARDS = [
    ("'+48123", "+48123"),
    ("'=1+1", "=1+1"),
    ("'-5", "-5"),
    ("'@x", "@x"),
    ("'＝1", "＝1"),
    ("''=1", "'=1"),
    ("'tis", "'tis"),
    ("'", "'"),
    ("o'-x", "o'-x"),
    ("=1", "=1"),
    ("'7", "'7"),
]


@pytest.mark.parametrize(("cell", "meant"), GUARDS)
def test_an_apostrophe_before_a_formula_is_no_part_of_the_value(
    cell: str, meant: str, tmp_path: Path
) -> None:
    """L1: ids, names, lists, other columns and conditions all see the value that was meant."""
    text = (
        f'case_id,started_at,channel,tags,notes,site\n{cell},{AT},voice,"{cell};b",{cell},{cell}\n'
    )
    write(tmp_path, {"calls.csv": text})
    columns = "case_id,tags,notes,site"
    (found,) = shown(tmp_path, "calls.csv", columns=columns)
    assert found == (meant, [meant, "b"], meant, meant)
    kept = shown(tmp_path, "calls.csv", "--where", f"site = {meant}", columns=columns)
    assert kept == [found]


def test_guarded_numbers_are_numbers(tmp_path: Path) -> None:
    text = f"case_id,started_at,channel,handle_s\n1,{AT},voice,'+5\n2,{AT},voice,'-5\n"
    write(tmp_path, {"calls.csv": text})
    found = [
        (line, value, rule) for _, line, _, value, rule, _ in set_aside("calls.csv", cwd=tmp_path)
    ]
    assert found == [(3, "-5", "negative_duration")]


def test_apostrophes_of_files_that_nobody_guards_are_kept(tmp_path: Path) -> None:
    row = {"case_id": "'+1", "started_at": AT, "channel": "voice", "notes": "'=1"}
    write(tmp_path, {"a.jsonl": ndjson([row]), "a.parquet": pl.DataFrame([row])})
    for name in ("a.jsonl", "a.parquet"):
        assert shown(tmp_path, name, columns="case_id,notes") == [("'+1", "'=1")]


TEXTS = [cell for pair in GUARDS for cell in pair] + ["-", "+", "@", "'''-", '="x"', "a;b", "[1]"]


def test_our_own_csv_gives_back_what_went_in(tmp_path: Path) -> None:
    """L1: every text that is defused for spreadsheets is read as it was."""
    rows = [
        {
            "case_id": f"{number:02}",
            "started_at": AT,
            "channel": "voice",
            "notes": text,
            "tags": [text, "b"],
            "site": text,
        }
        for number, text in enumerate(TEXTS)
    ]
    write(tmp_path, {"a.parquet": pl.DataFrame(rows)})
    columns = "case_id,started_at,channel,tags,notes,site"
    assert call("log", "a.parquet", "-c", columns, "-o", "b.csv", cwd=tmp_path).code == 0
    before, after = (shown(tmp_path, name, columns=columns) for name in ("a.parquet", "b.csv"))
    assert after == before
    assert [row[-1] for row in before] == TEXTS
