"""Broken exports, profiles and arguments: one clear line, the right exit code, no traceback."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from tests.cli_helper import call, failure
from tests.exports.exports import ROWS, frame, ndjson, write, written, zipped

READS = "cxtool reads *.csv"
CSV = written().encode()
NO_CHANNEL = [{"Case": row["case_id"], "Started": row["started_at"]} for row in ROWS]
LISTED = frame().with_columns(pl.col("tags").alias("case_id"))

EXPORTS: dict[str, tuple[str, bytes | str | pl.DataFrame, str]] = {
    "empty file": ("a.csv", b"", "a.csv: the file is empty"),
    "blank file": ("a.csv", b"\n\n \r\n", "a.csv: the file is empty"),
    "empty NDJSON": ("a.jsonl", b"", "a.jsonl: the file is empty"),
    "empty gzip": ("a.csv.gz", zipped(b"", "gz"), "a.csv.gz: the file is empty"),
    "required columns missing": (
        "a.csv",
        written(NO_CHANNEL),
        "a.csv: table 'interactions' lacks required columns: case_id, started_at, channel"
        " ('Case' looks like case_id; 'Started' looks like started_at; the file has Case, Started;"
        " name a mapping with --profile)",
    ),
    "one column": (
        "a.csv",
        "case_id\n1\n",
        "a.csv: table 'interactions' lacks required columns: started_at, channel (the file has"
        " case_id; name a mapping with --profile)",
    ),
    "a header that never ends": (
        "a.csv",
        'case_id,"started_at,channel\n1,2026-05-01,voice\n',
        "a.csv: table 'interactions' lacks required columns: started_at, channel",
    ),
    "unknown suffix": ("a.doc", CSV, "a.doc: cannot tell the format from the file's name"),
    "Parquet in gzip": ("a.parquet.gz", b"", "a.parquet.gz: cannot tell the format"),
    "no Parquet": ("a.parquet", b"text" * 100, "a.parquet: not a readable Parquet file"),
    "empty Parquet": ("a.parquet", b"", "a.parquet: not a readable Parquet file"),
    "no gzip": ("a.csv.gz", CSV, "a.csv.gz: not a .gz file"),
    "no zstd": ("a.csv.zst", CSV, "a.csv.zst: not a .zst file"),
    "gzip cut off": (
        "a.csv.gz",
        zipped(CSV * 50, "gz")[:60],
        "a.csv.gz: the compressed file is damaged",
    ),
    "zstd cut off": (
        "a.csv.zst",
        zipped(CSV * 50, "zst")[:60],
        "a.csv.zst: the compressed file is damaged",
    ),
    "bytes of no encoding": (
        "a.csv",
        CSV.replace(b"plain", b"\x81\x8d"),
        "a.csv: line 7, byte 54 (hex 81) is not utf-8, though most of the file is (export it again,"
        " or leave such bytes out: iconv -c -f utf-8 -t utf-8 'a.csv')",
    ),
    "noise": (
        "a.csv",
        bytes(range(1, 256)) * 9,
        "a.csv: line 2, byte 118 (hex 80) is not utf-8, and its letters make words in no encoding"
        " that cxtool knows of (if it is a text file, name its encoding with --encoding)",
    ),
    "no JSON": ("a.jsonl", "[1]\ntext\n", "a.jsonl: no JSON objects, one to a line, were found"),
    "a JSON array": (
        "a.jsonl",
        "[" + ",".join(ndjson().splitlines()) + "]",
        "a.jsonl: no JSON objects, one to a line, were found (jq -c '.[]' writes an array so)",
    ),
    "a list as an id": (
        "a.parquet",
        LISTED,
        "a.parquet: column 'case_id' holds List(String), which cannot be read as text (map it"
        " with a profile, or export it in another type)",
    ),
    "a number as a time": (
        "a.parquet",
        frame().with_columns(started_at=5),
        "a.parquet: column 'started_at' holds Int32, which cannot be read as a time",
    ),
}


@pytest.mark.parametrize("command", ["check", "sla"])
@pytest.mark.parametrize("case", EXPORTS)
def test_exports_that_cannot_be_read(case: str, command: str, tmp_path: Path) -> None:
    name, content, expected = EXPORTS[case]
    code, message = failure(command, name, cwd=write(tmp_path, {name: content}))
    assert (code, message[: len(expected)]) == (1, expected)


ARGUMENTS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "no such file": (("gone.csv",), 1, "gone.csv: no such file or folder"),
    "no match": (("*.parquet",), 1, "*.parquet: no file matches"),
    "a folder without tables": (
        ("empty",),
        1,
        "empty: no export files in this folder (looked for *.csv",
    ),
    "a folder without interactions": (
        ("people",),
        1,
        "the export has no interactions table (one row per case, with case_id, started_at and"
        " channel)",
    ),
    "a folder of other tables": (
        ("others",),
        1,
        "the export has no table that this command needs: others/transcripts.csv",
    ),
    "standard input and files": (
        ("-", "calls.csv"),
        2,
        "'-' (standard input) cannot be combined with other exports",
    ),
    "nothing in standard input": (("-",), 1, "standard input: the file is empty"),
    "an unknown encoding": (
        ("calls.csv", "--encoding", "utf-9"),
        2,
        "unknown encoding 'utf-9' (for example utf-8, utf-16, windows-1250, windows-1251,"
        " windows-1252, tis-620, big5)",
    ),
    "an encoding without text": (
        ("calls.csv", "--encoding", "base64"),
        2,
        "unknown encoding 'base64' (for example utf-8, utf-16,",
    ),
    "the wrong encoding": (
        ("calls.csv", "--encoding", "ascii"),
        1,
        "calls.csv: line 4, byte 62 (hex C3) is not ascii; it looks like utf-8"
        " (try --encoding utf-8)",
    ),
    "a delimiter of two characters": (
        ("calls.csv", "--delimiter", "::"),
        2,
        "--delimiter takes one character, not '::'",
    ),
    "a delimiter of two bytes": (
        ("calls.csv", "--delimiter", "§"),
        2,
        "--delimiter takes one character, not '§'",
    ),
    "more lines skipped than there are": (
        ("calls.csv", "--skip-lines", "99"),
        1,
        "calls.csv: no header line after 99 lines",
    ),
    "an unknown profile": (
        ("calls.csv", "--profile", "pvc"),
        2,
        "unknown profile 'pvc'; did you mean 'pwc'? (built-in profiles: ",
    ),
    "a profile file that is not there": (
        ("calls.csv", "--profile", "./own.toml"),
        2,
        "profile ./own.toml: no such file",
    ),
    "a profile that fits nothing": (
        ("calls.csv", "--profile", "pwc"),
        1,
        "profile 'pwc' fits none of the files: calls.csv (their names and columns do not match",
    ),
    "a condition without an operator": (
        ("calls.csv", "--where", "queue"),
        2,
        "--where 'queue': expected COLUMN OP VALUE (OP is one of = != < <= > >= in ~",
    ),
    "a condition without a column": (
        ("calls.csv", "--where", "= Sales"),
        2,
        "--where '= Sales': expected COLUMN OP VALUE",
    ),
    "an unknown column": (
        ("calls.csv", "--where", "quue = Sales"),
        2,
        "--where 'quue = Sales': no column 'quue'; did you mean 'queue'? (columns: case_id,",
    ),
    "a word for a duration": (
        ("calls.csv", "--where", "handle_s > long"),
        2,
        "--where 'handle_s > long': 'long' is not a duration",
    ),
    "a word for a number": (
        ("calls.csv", "--where", "csat > good"),
        2,
        "--where 'csat > good': 'good' is not a number",
    ),
    "a word for a time": (
        ("calls.csv", "--where", "started_at > monday"),
        2,
        "--where 'started_at > monday': 'monday' is not a time, such as 2026-05-31 or"
        " 2026-05-31T10:00",
    ),
    "a word for a truth": (
        ("calls.csv", "--where", "answered = perhaps"),
        2,
        "--where 'answered = perhaps': 'perhaps' is not yes or no",
    ),
    "a broken pattern": (
        ("calls.csv", "--where", "queue ~ ("),
        2,
        "--where 'queue ~ (': not a pattern",
    ),
    "a pattern of another dialect": (
        ("calls.csv", "--where", "queue ~ (?=S)"),
        2,
        "--where 'queue ~ (?=S)': not a pattern",
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_arguments_that_cannot_be_followed(case: str, tmp_path: Path) -> None:
    arguments, expected_code, expected = ARGUMENTS[case]
    write(
        tmp_path,
        {
            "calls.csv": written(),
            "people/contacts.csv": "contact_id\nP1\n",
            "others/transcripts.csv": "case_id,turn,speaker,text\n1,1,agent,hello\n",
        },
    )
    (tmp_path / "empty").mkdir()
    code, message = failure("sla", *arguments, cwd=tmp_path)
    assert (code, message[: len(expected)]) == (expected_code, expected)


MAPPED = 'name = "own"\ntitle = "Own"\n[[tables]]\ntable = "interactions"\n[tables.columns]\n'
REQUIRED = (
    'case_id = { from = ["id"] }\nstarted_at = { from = ["at"] }\nchannel = { value = "chat" }\n'
)
PROFILES: dict[str, tuple[str, str]] = {
    "no TOML": ("name = ", "not TOML: "),
    "an unknown key": (
        MAPPED + REQUIRED + "queue = { form = [] }",
        "unknown key 'form' at tables[0].columns",
    ),
    "a missing key": ('name = "own"\ntables = []', "Object missing required field `title`"),
    "a wrong type": (MAPPED + REQUIRED + 'queue = { from = "q" }', "Expected `array`, got `str`"),
    "an unknown unit": (
        MAPPED + REQUIRED + 'handle_s = { from = ["h"], unit = "days" }',
        "unknown value 'days' at tables[0].columns",
    ),
    "an unknown table": (
        MAPPED.replace("interactions", "interaction") + REQUIRED,
        "table 'interaction' is not known; did you mean 'interactions'?",
    ),
    "an unknown column": (
        MAPPED + REQUIRED + 'que = { from = ["q"] }',
        "table 'interactions' has no column 'que'; did you mean 'queue'?",
    ),
    "two sources": (
        MAPPED + REQUIRED + 'queue = { from = ["q"], value = "x" }',
        "table 'interactions', column 'queue': give one of from, parts, between and value",
    ),
    "no source": (
        MAPPED + REQUIRED + "queue = { }",
        "table 'interactions', column 'queue': give one of from, parts, between and value",
    ),
    "formats of a text": (
        MAPPED + REQUIRED + 'queue = { from = ["q"], formats = ["%Y"] }',
        "table 'interactions', column 'queue': formats are for times, this is str",
    ),
    "a unit of a text": (
        MAPPED + REQUIRED + 'queue = { from = ["q"], unit = "ms" }',
        "table 'interactions', column 'queue': unit is for durations, this is str",
    ),
    "a separator of a text": (
        MAPPED + REQUIRED + 'queue = { from = ["q"], separator = "," }',
        "table 'interactions', column 'queue': separator is for lists, this is str",
    ),
    "a zone of a text": (
        MAPPED + REQUIRED + 'queue = { from = ["q"], time_zone = "Europe/Berlin" }',
        "table 'interactions', column 'queue': time_zone is for times, this is str",
    ),
    "zero of a text": (
        MAPPED + REQUIRED + 'queue = { from = ["q"], zero_is_null = true }',
        "table 'interactions', column 'queue': zero_is_null is for numbers and durations, this is"
        " str",
    ),
    "an unknown zone": (
        MAPPED + REQUIRED.replace('["at"]', '["at"], time_zone = "Europe/Berln"'),
        "table 'interactions', column 'started_at': 'Europe/Berln' is not a time zone",
    ),
    "a format without a day": (
        MAPPED + REQUIRED.replace('["at"]', '["at"], formats = ["%H:%M"]'),
        "table 'interactions', column 'started_at': the format '%H:%M' has no date",
    ),
    "a format that is none": (
        MAPPED + REQUIRED.replace('["at"]', '["at"], formats = ["%Y-%m-%d %Q"]'),
        "table 'interactions', column 'started_at': the format '%Y-%m-%d %Q' is not one",
    ),
    "required columns without a source": (
        MAPPED + 'case_id = { from = ["id"] }',
        "table 'interactions': required columns have no source: started_at, channel",
    ),
    "no tables": ('name = "own"\ntitle = "Own"\ntables = []', "it maps no table"),
}


@pytest.mark.parametrize("case", PROFILES)
def test_profiles_that_are_none(case: str, tmp_path: Path) -> None:
    text, expected = PROFILES[case]
    write(tmp_path, {"calls.csv": "id,at,q\n1,2026-05-01,x\n", "own.toml": text})
    code, message = failure("sla", "calls.csv", "--profile", "own.toml", cwd=tmp_path)
    assert code == 1
    assert message.startswith("profile own.toml: ")
    assert expected in message


def test_a_profile_that_is_no_text(tmp_path: Path) -> None:
    write(tmp_path, {"calls.csv": written(), "own.toml": b"\xff\xfe"})
    assert failure("sla", "calls.csv", "--profile", "own.toml", cwd=tmp_path) == (
        1,
        "profile own.toml: not UTF-8 text",
    )


def test_a_profile_whose_file_lacks_a_required_column(tmp_path: Path) -> None:
    write(tmp_path, {"calls.csv": "id,time\n1,2026-05-01\n", "own.toml": MAPPED + REQUIRED})
    assert failure("sla", "calls.csv", "--profile", "own.toml", cwd=tmp_path) == (
        1,
        "calls.csv: profile 'own' finds no column for started_at of table 'interactions' (the file"
        " has id, time)",
    )


@pytest.mark.parametrize("name", ["calls.csv", "calls.parquet"])
@pytest.mark.parametrize("command", ["log", "sla", "check", "behavior", "cel"])
def test_an_export_without_rows_gives_a_report_or_one_message(
    command: str, name: str, tmp_path: Path
) -> None:
    header = written().splitlines()[0]
    write(tmp_path, {"calls.csv": header, "calls.parquet": frame().clear()})
    result = call(command, name, "-p", "2026-05", "-f", "json", cwd=tmp_path)
    if command in ("behavior", "cel"):
        assert result.code == 1
        assert re.fullmatch(r"cxtool: error: [^\n]+\n", result.err)
    else:
        assert result.code == 0, result.err
        assert result.report["source"]["rows_read"] == 0
    if command == "sla":
        (summary,) = result.rows("summary")
        assert (summary["cases_n"], summary["sla_pct"]) == (0, None)


def test_no_export_at_all_is_help_and_exit_2(tmp_path: Path) -> None:
    result = call("sla", cwd=tmp_path)
    assert (result.code, result.out) == (2, b"")
    assert result.err.startswith("Usage: cxtool sla")
