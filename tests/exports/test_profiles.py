"""Profiles: what each key does, and that the documentation names them all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

import cxtool
from cxtool.exports import profile_form
from cxtool.exports.binding import bound, fits
from cxtool.exports.profiles import builtin_names, load, parse
from cxtool.exports.recognise import recognise
from tests.cli_helper import call
from tests.exports.exports import write

DOCUMENT = Path(cxtool.__file__).parents[1] / "docs" / "profiles.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
STRUCTS = [
    item
    for item in vars(profile_form).values()
    if isinstance(item, type) and issubclass(item, msgspec.Struct) and item is not msgspec.Struct
]
KEYS = sorted({field.encode_name for item in STRUCTS for field in msgspec.structs.fields(item)})


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_documented_and_shown(key: str) -> None:
    assert re.search(rf"^\| `{key}` \|", TEXT, re.MULTILINE), f"{key} has no row in a table"
    assert any(re.search(rf"\b{key}\b( = |\]|\.)", shown) for shown in EXAMPLES), f"{key} unused"


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_profiles(text: str) -> None:
    assert parse(text, name="example").tables


CALLS = """\
Call;Date;Time;Line;Picked up;Wait;Talk;Labels;Site
1;02.05.2026;00:30;Hotline;yes;1500;2;vip, new;north
2;02.05.2026;10:00;Web;no;0;0;;south
3;29.03.2026;02:30;none;yes;0:01:30;1,5;-;-
"""
KEPT = ("case_id", "started_at", "channel", "queue", "first_response_s", "tags", "talk_s", "Site")


def test_the_example_reads_what_it_says(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "desk.toml": EXAMPLES[0],
            "x/calls_1.csv": CALLS,
            "x/tickets.csv": "Ticket;Opened;Closed\n7;02.05.2026 10:00:00;\n",
            "x/notes.csv": "Call;Picked up\n1;yes\n",
        },
    )
    arguments = ("x", "--profile", "desk.toml", "-f", "json")
    log = call("log", *arguments, "--sort", "case_id", "-c", ",".join(KEPT), cwd=tmp_path)
    assert log.report["source"]["profile"] == "desk"
    assert log.report["source"]["files"] == ["x/calls_1.csv"]
    assert [tuple(row[key] for key in KEPT) for row in log.rows("log")] == [
        ("1", "2026-05-01T22:30:00+00:00", "voice", "Hotline", 1.5, ["vip", "new"], 120, "north"),
        ("2", "2026-05-02T08:00:00+00:00", "chat", "Web", None, None, None, "south"),
        ("3", "2026-03-29T01:30:00+00:00", "none", None, 90, ["-"], 90, "-"),
    ]
    check = call("check", *arguments, cwd=tmp_path)
    assert check.code == 0
    assert {row["table"]: row["rows_n"] for row in check.rows("tables")} == {
        "interactions": 3,
        "tickets": 1,
    }
    assert "x/notes.csv was not read: it fits no table." in check.report["notes"]


TYPED = """\
name = "typed"
title = "Typed columns"
[[tables]]
table = "interactions"
[tables.columns]
case_id = { from = ["id"] }
started_at = { from = ["at"], time_zone = "Europe/Berlin" }
channel = { from = ["line"], map = { "1" = "voice", "2" = "chat" } }
queue = { from = ["queue no"], null_values = ["0"] }
first_response_s = { from = ["wait"], unit = "ms", only_when = { "taken" = ["true"] } }
talk_s = { from = ["talk"], unit = "min", zero_is_null = true }
csat = { from = ["stars"], zero_is_null = true }
"""


def test_keys_hold_for_typed_columns_as_for_text(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {
            "id": [1, 2],
            "at": ["2026-05-01T00:30:00", "2026-05-01T10:00:00"],
            "line": [1, 2],
            "queue no": [7, 0],
            "wait": [1500, 900],
            "taken": [True, False],
            "talk": [2.5, 0.0],
            "stars": [5, 0],
        }
    )
    write(
        tmp_path,
        {
            "typed.toml": TYPED,
            "a.csv": rows.write_csv(),
            "a.parquet": rows.with_columns(pl.col("at").str.to_datetime()),
        },
    )
    keys = ("case_id", "started_at", "channel", "queue", "first_response_s", "talk_s", "csat")
    for name in ("a.csv", "a.parquet"):
        arguments = ("--profile", "typed.toml", "-c", ",".join(keys), "-f", "json")
        log = call("log", name, *arguments, cwd=tmp_path)
        assert log.err == ""
        assert [tuple(row[key] for key in keys) for row in log.rows("log")] == [
            ("1", "2026-04-30T22:30:00+00:00", "voice", "7", 1.5, 150, 5),
            ("2", "2026-05-01T08:00:00+00:00", "chat", None, None, None, None),
        ]


@pytest.mark.parametrize("name", builtin_names())
def test_built_in_profiles_recognise_their_own_columns(name: str) -> None:
    profile = load(name, folder=Path())
    assert profile.name == name
    for mapping in profile.tables:
        for some in (mapping.headers, *mapping.headers_any):
            found: Any = recognise(mapping.files[0].replace("*", "x"), [*mapping.headers, *some])
            assert not some or found.name == name


def test_a_file_is_bound_by_name_and_columns() -> None:
    profile = parse(EXAMPLES[0], name="desk")
    columns = ["Call no.", "Call", "Picked up", "Date", "Time", "Line"]
    mapping = profile.tables[0]
    feed = bound(mapping, columns)
    assert feed.table == "interactions"
    assert [part.source for part in feed.columns["case_id"]] == [["Call"]]
    assert "talk_s" not in feed.columns
    assert fits(mapping, file="in/calls_7.csv", columns=columns)
    assert not fits(mapping, file="other.csv", columns=columns)
    assert not fits(mapping, file="calls_7.csv", columns=["Call"])
