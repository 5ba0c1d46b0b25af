"""Every way in which an export comes gives the same log and the same figures (L1-L17, S1)."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli_helper import call
from tests.exports.exports import COLUMNS, ROWS, figures, frame, ndjson, write, written, zipped

DECIMAL_COMMA = [
    {
        name: value.replace(".", ",") if value and name.endswith(("_s", "csat")) else value
        for name, value in row.items()
    }
    for row in ROWS
]
RENAMED = {"case_id": "Case ID", "started_at": "Started At", "first_response_s": "FIRST-RESPONSE-S"}
LATIN = written().encode("windows-1252")
PARTS = (ROWS[:2], ROWS[2:3], ROWS[3:])
DAYS = ("2026-05-01", "2026-05-02", "2026-05-03")

Files = dict[str, str | bytes | pl.DataFrame]
WAYS: dict[str, tuple[Files, tuple[str, ...]]] = {
    "folder": ({"export/interactions.csv": written()}, ("export",)),
    "folder with a slash": ({"export/interactions.csv": written()}, ("export/",)),
    "file": ({"calls.csv": written()}, ("calls.csv",)),
    "files": (
        {f"{n}.csv": written(part) for n, part in enumerate(PARTS)},
        ("0.csv", "1.csv", "2.csv"),
    ),
    "glob": ({f"in/{n}.csv": written(part) for n, part in enumerate(PARTS)}, ("in/*.csv",)),
    "glob from here": ({f"{n}.csv": written(part) for n, part in enumerate(PARTS)}, ("./?.csv",)),
    "named parts": (
        {f"x/interactions-{n}.csv": written(part) for n, part in enumerate(PARTS)},
        ("x",),
    ),
    "the same file twice": ({"calls.csv": written()}, ("calls.csv", "./calls.csv")),
    "semicolons": ({"calls.csv": written(delimiter=";")}, ("calls.csv",)),
    "tabs": ({"calls.tsv": written(delimiter="\t")}, ("calls.tsv",)),
    "pipes": ({"calls.txt": written(delimiter="|")}, ("calls.txt",)),
    "named delimiter": (
        {"calls.csv": written(delimiter="^")},
        ("calls.csv", "--delimiter", "^"),
    ),
    "delimiter line": ({"calls.csv": "sep=;\r\n" + written(delimiter=";")}, ("calls.csv",)),
    "skipped lines": (
        {"calls.csv": 'Report, of "calls\n\n' + written()},
        ("calls.csv", "--skip-lines", "2"),
    ),
    "blank lines": ({"calls.csv": "\n" + written() + "\n  \n"}, ("calls.csv",)),
    "no line end at the end": ({"calls.csv": written().rstrip("\n")}, ("calls.csv",)),
    "byte-order mark": ({"calls.csv": written().encode("utf-8-sig")}, ("calls.csv",)),
    "UTF-16": ({"calls.csv": written().encode("utf-16")}, ("calls.csv",)),
    "UTF-16 without a mark": ({"calls.csv": written().encode("utf-16-le")}, ("calls.csv",)),
    "Windows-1252": ({"calls.csv": LATIN}, ("calls.csv", "--encoding", "windows-1252")),
    "named encoding": (
        {"calls.csv": written().encode("cp850")},
        ("calls.csv", "--encoding", "cp850"),
    ),
    "decimal comma": ({"calls.csv": written(DECIMAL_COMMA, delimiter=";")}, ("calls.csv",)),
    "gzip": ({"interactions.csv.gz": zipped(written().encode(), "gz")}, ("interactions.csv.gz",)),
    "zstd": ({"calls.csv.zst": zipped(written().encode(), "zst")}, ("calls.csv.zst",)),
    "gzip without its suffix": ({"calls.csv": zipped(written().encode(), "gz")}, ("calls.csv",)),
    "UTF-16 in gzip": (
        {"calls.csv.gz": zipped(written().encode("utf-16"), "gz")},
        ("calls.csv.gz",),
    ),
    "Parquet": ({"calls.parquet": frame()}, ("calls.parquet",)),
    "Parquet of text": (
        {"calls.parquet": pl.DataFrame(ROWS, schema=dict.fromkeys(COLUMNS, pl.String))},
        ("calls.parquet",),
    ),
    "Parquet with categories and local times": (
        {
            "calls.parquet": frame().with_columns(
                pl.col("channel", "queue").cast(pl.Categorical),
                pl.col("started_at").dt.replace_time_zone(None).dt.cast_time_unit("ns"),
                pl.col("handle_s").mul(1000).cast(pl.Duration("ms")),
                pl.col("csat").cast(pl.Decimal(6, 2)),
            )
        },
        ("calls.parquet",),
    ),
    "folder of Parquet parts": (
        {f"x/interactions/{d}.parquet": frame(p) for d, p in zip(DAYS, PARTS, strict=True)},
        ("x",),
    ),
    "NDJSON": ({"calls.jsonl": ndjson()}, ("calls.jsonl",)),
    "NDJSON in gzip": ({"calls.ndjson.gz": zipped(ndjson().encode(), "gz")}, ("calls.ndjson.gz",)),
    "NDJSON with a mark": ({"calls.jsonl": ndjson().encode("utf-8-sig")}, ("calls.jsonl",)),
    "formats mixed": (
        {
            "x/interactions-1.csv": written(PARTS[0]),
            "x/interactions-2.parquet": frame(PARTS[1]),
            "x/interactions-3.jsonl": ndjson(PARTS[2]),
        },
        ("x",),
    ),
    "another order": (
        {"calls.csv": written([dict(reversed(row.items())) for row in ROWS])},
        ("calls.csv",),
    ),
    "names in another case": (
        {"calls.csv": written([{RENAMED.get(k, k): v for k, v in row.items()} for row in ROWS])},
        ("calls.csv",),
    ),
    "parts with different columns": (
        {
            "x/interactions-1.csv": written(ROWS[:2]),
            "x/interactions-2.csv": written(
                [
                    {k: v for k, v in row.items() if k not in ("queue", "first_response_s")}
                    for row in ROWS[2:3]
                ]
            ),
            "x/interactions-3.parquet": frame(ROWS[3:])
            .drop("tags")
            .with_columns(tags=pl.Series(["vip", None])),
        },
        ("x",),
    ),
}
COMMANDS: tuple[tuple[str, ...], ...] = (
    (
        "log",
        "-c",
        "case_id,started_at,channel,queue,agent,handle_s,first_response_s,tags,notes,csat,site",
    ),
    (
        *("sla", "-p", "2026-05-01..2026-05-03", "--compare", "none"),
        *("--by", "queue,site", "--where", "site in north,south"),
    ),
)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = write(tmp_path_factory.mktemp("plain"), {"calls.csv": written()})
    return [figures(call(*command, "calls.csv", "-f", "json", cwd=folder)) for command in COMMANDS]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_gives_the_same_figures(
    way: str, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    files, arguments = WAYS[way]
    write(tmp_path, files)
    for command, figure in zip(COMMANDS, expected, strict=True):
        assert figures(call(*command, *arguments, "-f", "json", cwd=tmp_path)) == figure


PIPED: dict[str, bytes] = {
    "CSV": written().encode(),
    "semicolons in UTF-16": written(delimiter=";").encode("utf-16"),
    "CSV in gzip": zipped(written().encode(), "gz"),
    "NDJSON": ndjson().encode(),
    "NDJSON in zstd": zipped(ndjson().encode(), "zst"),
}


@pytest.mark.parametrize("arguments", [("-",), ()], ids=["dash", "nothing"])
@pytest.mark.parametrize("piped", PIPED)
def test_standard_input_gives_the_same_figures(
    piped: str, arguments: tuple[str, ...], expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    for command, figure in zip(COMMANDS, expected, strict=True):
        result = call(*command, *arguments, "-f", "json", cwd=tmp_path, stdin=PIPED[piped])
        assert result.report["source"]["files"] == ["standard input"]
        assert figures(result) == figure


def test_parquet_may_be_piped_in(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    write(tmp_path, {"calls.parquet": frame()})
    data = (tmp_path / "calls.parquet").read_bytes()
    assert figures(call(*COMMANDS[1], "-", "-f", "json", cwd=tmp_path, stdin=data)) == expected[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_named_pipe_is_read_once(expected: list[dict[str, Any]], tmp_path: Path) -> None:
    """As a shell gives it for ``cxtool log <(command)``."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(written(),))
    writer.start()
    assert figures(call(*COMMANDS[1], "pipe", "-f", "json", cwd=tmp_path)) == expected[1]
    writer.join()


def test_a_folder_here_is_read_without_naming_it(
    expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    write(tmp_path, {"interactions.csv": written()})
    assert figures(call(*COMMANDS[1], "-f", "json", cwd=tmp_path)) == expected[1]


@pytest.mark.parametrize("argument", ["x", "x/interactions", "x/interactions/*/*"])
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_hive_partitions_are_columns(form: str, argument: str, tmp_path: Path) -> None:
    """The folders stand for columns: here the channel, and the day."""
    files: dict[str, str | pl.DataFrame] = {}
    for row in ROWS:
        at = f"x/interactions/channel={row['channel']}/day={str(row['started_at'])[:10]}"
        inner = [{name: value for name, value in row.items() if name != "channel"}]
        one = frame(inner) if form == "parquet" else written(inner)
        files[f"{at}/{row['case_id']}.{form}"] = ndjson(inner) if form == "jsonl" else one
    write(tmp_path, files)
    log = call("log", argument, "-c", "case_id,channel", "-f", "json", cwd=tmp_path)
    wanted = [{"case_id": row["case_id"], "channel": row["channel"]} for row in ROWS]
    assert log.rows("log") == wanted, log.err
    days = call("log", argument, "--where", "day = 2026-05-03", "-f", "json", cwd=tmp_path)
    assert [row["case_id"] for row in days.rows("log")] == ["C4", "C5"]


def test_tables_are_told_by_file_and_folder_names(tmp_path: Path) -> None:
    files: dict[str, str | bytes | pl.DataFrame] = {
        "x/interactions.csv": written(),
        "x/contacts-2026.jsonl": '{"contact_id": "P1"}\n',
        "x/agent_states.csv": "agent_id,state,started_at,ended_at\n",
        "x/tickets/2026/05.csv": "ticket_id,created_at\nT1,2026-05-01\n",
        "x/readme.txt": "not,read\n",
        "x/.hidden/interactions.csv": "",
        "x/other/interactions.csv": "",
        "x/_temporary.csv": "",
    }
    check = call("check", "x", "-f", "json", cwd=write(tmp_path, files))
    assert {row["table"]: row["rows_n"] for row in check.rows("tables")} == {
        "interactions": 5,
        "contacts": 1,
        "tickets": 1,
        "agent_states": 0,
    }
    assert check.report["source"]["files"] == [
        "x/interactions.csv",
        "x/contacts-2026.jsonl",
        "x/tickets/2026/05.csv",
        "x/agent_states.csv",
    ]


def test_a_key_that_occurs_late_in_ndjson_is_read(tmp_path: Path) -> None:
    early = '{"case_id": "%d", "started_at": "2026-05-01", "channel": "chat", "pair": {"in": 1}}\n'
    late = '{"case_id": "x", "started_at": "2026-05-01", "channel": "chat", "late": "yes"}\n'
    write(tmp_path, {"calls.jsonl": "".join(early % n for n in range(10_001)) + late})
    log = call("log", "calls.jsonl", "--where", "late = yes", "-f", "json", cwd=tmp_path)
    assert [row["case_id"] for row in log.rows("log")] == ["x"]
