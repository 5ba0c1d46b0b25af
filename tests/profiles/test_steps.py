"""What the steps of a profile make of small files: each key, its limits, and what is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli_helper import Result, call
from tests.exports.exports import write

HEAD = 'name = "own"\ntitle = "Own"\n'
TABLE = HEAD + '[[tables]]\ntable = "interactions"\n'
REQUIRED = """
case_id = { from = ["id"] }
started_at = { from = ["at"] }
channel = { value = "chat" }
"""
COLUMNS = "[tables.columns]" + REQUIRED
AT = "2026-05-01T10:00:00Z"


def read(folder: Path, profile: str, files: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    """These columns of the cases that a profile makes of files, in order of their ids."""
    write(folder, {"own.toml": profile} | {f"x/{name}": text for name, text in files.items()})
    keys = ("case_id", *columns)
    arguments = ("--profile", "own.toml", "--sort", "case_id", "-c", ",".join(keys), "-f", "json")
    log = call("log", "x", *arguments, cwd=folder)
    assert log.code == 0, log.err
    return [tuple(row[key] for key in keys) for row in log.rows("log")]


def checked(folder: Path) -> Result:
    """What ``check`` says of the files that were read."""
    return call("check", "x", "--profile", "own.toml", "-f", "json", cwd=folder)


def counts(result: Result) -> dict[str, tuple[int, int, int]]:
    """Rows used, set aside and not counted, by table."""
    return {
        row["table"]: (row["used_n"], row["set_aside_n"], row["not_counted_n"])
        for row in result.rows("tables")
    }


CELLS = f"""\
id,at,state,who,name,rang,taken,moves,phone,length,money
1,{AT},done,7,Ada,2026-05-01 10:00:00,2026-05-01 10:01:30,3,"""
CELLS += f"""<+48 22>,PT4M10S,"1,5"
2,{AT},lost,8,,2026-05-01 10:00:00,,0,none,PT1H,"2,0"
3,{AT},,0,,,,,,,
"""
VALUES: dict[str, tuple[str, list[Any]]] = {
    "the first map that gives a value": (
        'agent = [{ from = ["name"] }, { from = ["who"], when = ["who != 0"] }]',
        ["Ada", "8", None],
    ),
    "else, for what the map does not name": (
        'status = { from = ["state"], map = { "done" = "closed" }, else = "open" }',
        ["closed", "open", None],
    ),
    "else as unknown": (
        'queue = { from = ["state"], map = { "done" = "fine" }, else = "" }',
        ["fine", None, None],
    ),
    "filled or not": (
        'answered = { from = ["taken"], filled = ["true", "false"] }',
        [True, False, False],
    ),
    "a default": ('transfers = { from = ["moves"], default = "9" }', [3, 0, 9]),
    "less one, never below 0": ('transfers = { from = ["moves"], minus = 1 }', [2, 0, None]),
    "between two times": ('first_response_s = { between = ["rang", "taken"] }', [90, None, None]),
    "the group of a pattern": (
        'contact = { from = ["phone"], extract = "<([^>]+)>" }',
        ["+48 22", None, None],
    ),
    "all that a pattern matches": (
        'contact = { from = ["phone"], extract = "[0-9]+|none" }',
        ["48", "none", None],
    ),
    "durations of ISO 8601": ('talk_s = { from = ["length"] }', [250, 3600, None]),
    "conditions that all hold": (
        'queue = { from = ["state"], when = ["moves > 2", "name ~ ^A"] }',
        ["done", None, None],
    ),
    "a value among several": (
        'queue = { value = "kept", when = ["state in done,other"] }',
        ["kept", None, None],
    ),
    "an empty value": ('queue = { value = "none", when = ["name ="] }', [None, "none", "none"]),
}


@pytest.mark.parametrize("case", VALUES)
def test_values(case: str, tmp_path: Path) -> None:
    """Of each row: none is set aside."""
    line, expected = VALUES[case]
    column = line.split()[0]
    found = read(tmp_path, TABLE + COLUMNS + line, {"a.csv": CELLS}, column)
    assert found == list(zip("123", expected, strict=True))


def test_epochs_and_fractions(tmp_path: Path) -> None:
    at = 'case_id = { from = ["id"] }\nchannel = { value = "chat" }\nstarted_at = { from = ["at"], '
    text = "id,at\n1,1777629600\n2,1777629600500\n3,2026/05/01 10:00:00.500\n4,soon\n"
    formats = 'formats = ["%Y/%m/%d %H:%M:%S.%f", "epoch_ms"] }'
    found = read(
        tmp_path, TABLE + "[tables.columns]\n" + at + formats, {"a.csv": text}, "started_at"
    )
    assert found == [
        ("1", "1970-01-21T13:47:09.600+00:00"),
        ("2", "2026-05-01T10:00:00.500+00:00"),
        ("3", "2026-05-01T10:00:00.500+00:00"),
    ]
    (aside,) = checked(tmp_path).rows("set_aside")
    assert (aside["line"], aside["rule"]) == (5, "unreadable_value")


def test_rows_that_do_not_count_are_counted(tmp_path: Path) -> None:
    text = f"id,at,kind\n1,{AT},call\n2,never,test\n3,{AT},\n4,never,call\n"
    profile = TABLE + 'where = ["kind != test"]\n' + COLUMNS
    assert read(tmp_path, profile, {"a.csv": text}) == [("1",), ("3",)]
    result = checked(tmp_path)
    assert counts(result) == {"interactions": (2, 1, 1)}
    assert result.rows("set_aside")[0]["line"] == 5
    assert "1 rows of interactions do not count, as the profile says." in result.report["notes"]


def test_the_newest_version_counts_wherever_it_lies(tmp_path: Path) -> None:
    profile = TABLE + 'dedupe = { key = ["id"], newest = "version" }\n' + COLUMNS
    profile += 'queue = { from = ["queue"] }\n'
    files = {
        "a.csv": f"id,at,version,queue\n1,{AT},9,old\n1,{AT},10,new\n2,{AT},1,only\n",
        "b.csv": f"id,at,version,queue\n2,{AT},0,older\n3,bad,1,x\n",
    }
    assert read(tmp_path, profile, files, "queue") == [("1", "new"), ("2", "only")]
    result = checked(tmp_path)
    assert counts(result) == {"interactions": (2, 1, 2)}
    assert [(row["file"], row["line"]) for row in result.rows("set_aside")] == [("x/b.csv", 3)]


JOINS = """
[[tables.joins]]
files = ["people*"]
on = { who = "id" }
columns = { name = "name" }
newest = "changed"
[[tables.joins]]
files = ["labels*"]
where = ["state = on"]
on = { who = "person" }
columns = { labels = "label" }
collect = true
[[tables.joins]]
files = ["absent*"]
on = { who = "id" }
columns = { team = "team" }
"""


def test_columns_of_other_files(tmp_path: Path) -> None:
    profile = TABLE + 'files = ["calls*"]\n' + JOINS + COLUMNS
    profile += 'agent = { from = ["name"] }\ntags = { from = ["labels"] }\n'
    profile += 'team = { from = ["team"] }\n'
    files = {
        "calls.csv": f"id,at,who\n1,{AT},7\n2,{AT},8\n3,{AT},\n",
        "people.jsonl": '{"id": 7, "name": "Ada", "changed": 10}\n'
        '{"id": 7, "name": "Old", "changed": 9}\n{"id": null, "name": "Nobody"}\n',
        "labels.csv": "person,label,state\n7,vip,on\n7,new,on\n7,vip,on\n7,gone,off\n",
    }
    assert read(tmp_path, profile, files, "agent", "tags", "team") == [
        ("1", "Ada", ["vip", "new"], None),
        ("2", None, None, None),
        ("3", None, None, None),
    ]
    result = checked(tmp_path)
    assert counts(result) == {"interactions": (3, 0, 0)}
    assert not [note for note in result.report["notes"] if "was not read" in note]


EVENTS = """
[tables.events]
key = "id"
time = "at"
event = "what"
needs = ["opened"]
[tables.columns]
case_id = { from = ["id"], pick = "first" }
started_at = { from = ["at"], pick = "first" }
channel = { value = "ticket" }
"""
HISTORY = """\
id,at,what,who,seconds
1,2026-05-01T10:02:00Z,replied,Bo,30
1,2026-05-01T10:00:00Z,opened,,
2,2026-05-01T11:00:00Z,opened,,
1,2026-05-01T10:05:00Z,assigned,Cy,
1,2026-05-01T10:05:00Z,assigned,Di,
1,2026-05-01T10:09:00Z,solved,Di,12.5
1,2026-05-01T10:09:00Z,solved,Di,12.5
3,2026-05-01T09:00:00Z,solved,Ed,1
4,when,opened,,
4,2026-05-01T09:00:00Z,solved,,long
2,2026-05-01T11:01:00Z,solved,Ed,
2,2026-05-01T11:02:00Z,opened again,,
"""
PICKS: dict[str, tuple[str, list[Any]]] = {
    "first of a kind": (
        'first_agent = { from = ["who"], pick = "first_of", of = ["assigned"] }',
        ["Cy", None],
    ),
    "the last, of one moment the later row": (
        'agent = { from = ["who"], pick = "last_of", of = ["assigned"] }',
        ["Di", None],
    ),
    "the last under a condition": (
        'agent = { from = ["who"], pick = "last", when = ["who !="] }',
        ["Di", "Ed"],
    ),
    "undone later": (
        'ended_at = { from = ["at"], pick = "last_of", of = ["solved"],'
        ' undone_by = ["opened again"] }',
        ["2026-05-01T10:09:00+00:00", None],
    ),
    "seconds since the first": (
        'first_response_s = { since = "first", at = "first_of", of = ["replied"] }',
        [120, None],
    ),
    "counted, less one": (
        'transfers = { pick = "count_of", of = ["assigned"], minus = 1 }',
        [1, 0],
    ),
    "any of a kind": ('answered = { pick = "any_of", of = ["replied"] }', [True, False]),
    "a sum, exact repeats once": ('talk_s = { from = ["seconds"], pick = "sum" }', [42.5, None]),
    "a column by event": (
        'talk_s = { pick = "sum", by_event = { "solved" = "seconds" } }',
        [12.5, None],
    ),
    "the greatest": ('queue = { from = ["who"], pick = "max" }', ["Di", "Ed"]),
}


@pytest.mark.parametrize("case", PICKS)
def test_events_become_cases(case: str, tmp_path: Path) -> None:
    line, expected = PICKS[case]
    found = read(tmp_path, TABLE + EVENTS + line, {"a.csv": HISTORY}, line.split()[0])
    assert found == list(zip("12", expected, strict=True))
    result = checked(tmp_path)
    assert counts(result)["interactions"][:2] == (2, 1)
    # Of the events' columns none is left over, and nothing that a step has made.
    assert {tuple(row["other_columns"]) for row in result.rows("tables")} == {()}
    # The case whose first time cannot be read is told by the line of its first row.
    assert [(row["line"], row["value"]) for row in result.rows("set_aside")] == [(10, "when")]


PEOPLE = [
    {"kind": "bot", "name": "B", "talk": [{"n": "hold", "v": 1}, {"n": "talk", "v": 2}]},
    {"kind": "agent", "name": "Ada", "talk": [{"n": "talk", "v": 2.5}]},
    {"kind": "agent", "name": "Bo", "talk": []},
]
RECORDS = [
    {"id": 1, "at": AT, "people": PEOPLE, "who": {"name": {"full": "Eve"}}},
    {"id": 2, "at": AT, "people": None, "who": None},
    {"id": 3, "at": AT},
]
PATHS: dict[str, tuple[str, list[Any]]] = {
    "a field of a field": ('contact = { from = ["who.name.full"] }', ["Eve", None, None]),
    "an element": ('agent = { from = ["people[1].name"] }', ["Ada", None, None]),
    "the first": ('agent = { from = ["people[*].name"] }', ["B", None, None]),
    "the last that has a value": (
        "agent = { from = [\"people[?(@.kind=='agent')].name\"], combine = 'last' }",
        ["Bo", None, None],
    ),
    "who has any such": (
        "agent = { from = [\"people[?(@.talk[*].n=='talk')].name\"], combine = 'last' }",
        ["Ada", None, None],
    ),
    "a sum of all": (
        "talk_s = { from = [\"people[*].talk[?(@.n=='talk')].v\"], combine = 'sum' }",
        [4.5, None, None],
    ),
    "the different ones": (
        "tags = { from = ['people[*].kind'], combine = 'distinct' }",
        [["bot", "agent"], None, None],
    ),
    "the first spelling that a record has": (
        'contact = { from = ["who.nick", "who.name.full", "id"] }',
        ["Eve", "2", "3"],
    ),
}


@pytest.mark.parametrize("case", PATHS)
def test_paths(case: str, tmp_path: Path) -> None:
    line, expected = PATHS[case]
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
    for name, text in {"a.jsonl": lines, "a.json": json.dumps(RECORDS, indent=1)}.items():
        folder = tmp_path / name
        folder.mkdir()
        found = read(folder, TABLE + COLUMNS + line, {name: text}, line.split()[0])
        assert found == list(zip("123", expected, strict=True))


def test_elements_are_rows(tmp_path: Path) -> None:
    columns = 'queue = { from = ["$.page.name"] }\ntopic = { from = ["$index"] }\n'
    columns += 'campaign = { from = ["$file"] }\n'
    page = {"page": {"name": "P"}, "items": [*RECORDS[:2], {"id": 9, "at": "never"}]}
    empty = {"page": {"name": "Q"}, "items": []}
    profile = TABLE + 'explode = "items"\n' + COLUMNS + columns
    found = read(
        tmp_path,
        profile,
        {"a.json": json.dumps(page, indent=2), "b.json": json.dumps(empty)},
        "queue",
        "topic",
        "campaign",
    )
    assert found == [("1", "P", "1", "a.json"), ("2", "P", "2", "a.json")]
    assert [(row["file"], row["line"]) for row in checked(tmp_path).rows("set_aside")] == [
        ("x/a.json", 3)
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_documents_are_piped_in(indent: int | None, tmp_path: Path) -> None:
    profile = TABLE + 'files = ["page*.json"]\nexplode = "items"\n' + COLUMNS
    write(tmp_path, {"own.toml": profile})
    text = json.dumps({"items": RECORDS}, indent=indent).encode()
    arguments = ("check", "-", "--profile", "own.toml", "-f", "json")
    assert counts(call(*arguments, cwd=tmp_path, stdin=text)) == {"interactions": (3, 0, 0)}


def test_a_file_without_header_and_quotes(tmp_path: Path) -> None:
    dialect = '[dialect]\ndelimiter = "|"\nquote = ""\nheader = ["id", "at", "queue", "money"]\n'
    dialect += "skip_lines = 1\nragged = true\ndecimal_comma = true\n"
    profile = TABLE.replace("[[", dialect + "[[", 1) + COLUMNS
    profile += 'queue = { from = ["queue"] }\ncsat = { from = ["money"] }\n'
    text = f'a log\n1|{AT}|"Sales|4,125\n2|{AT}\n3|{AT}|x|y|too many\n4|never\n'
    found = read(tmp_path, profile, {"a.txt": text}, "queue", "csat")
    assert found == [("1", '"Sales', 4.125), ("2", None, None)]
    lines = [(row["line"], row["rule"]) for row in checked(tmp_path).rows("set_aside")]
    assert lines == [(4, "unreadable_row"), (5, "unreadable_value")]


def test_handle_time_of_active_work_is_told(tmp_path: Path) -> None:
    profile = TABLE + 'handle_time = "work"\n' + COLUMNS + 'handle_s = { from = ["s"] }\n'
    read(tmp_path, profile, {"a.csv": f"id,at,s\n1,{AT},5\n"})
    notes = checked(tmp_path).report["notes"]
    assert "Handle time is active work alone, not the whole case." in notes


WRONG: dict[str, tuple[str, str]] = {
    "a key with a slip": (
        TABLE + 'wehre = ["a = b"]\n' + COLUMNS,
        "unknown key 'wehre' at tables[0]; did you mean 'where'?",
    ),
    "a pick with a slip": (
        TABLE + EVENTS + 'queue = { from = ["q"], pick = "lst" }',
        "unknown value 'lst' at tables[0].columns[...].pick; did you mean 'last'?",
    ),
    "a pick without events": (
        TABLE + COLUMNS + 'queue = { from = ["q"], pick = "last" }',
        "table 'interactions', column 'queue': 'pick' needs [tables.events]",
    ),
    "events without a pick": (
        TABLE + EVENTS + 'queue = { from = ["q"] }',
        "table 'interactions', column 'queue': say with 'pick' which of the events",
    ),
    "a kind that is not said": (
        TABLE + EVENTS + 'queue = { from = ["q"], pick = "last_of" }',
        "table 'interactions', column 'queue': pick = 'last_of' needs 'of'",
    ),
    "a condition that is none": (
        TABLE + 'where = ["kind"]\n' + COLUMNS,
        "table 'interactions': 'kind' is not a condition, such as 'Status != test'",
    ),
    "a pattern that is none": (
        TABLE + COLUMNS + 'queue = { from = ["q"], extract = "(" }',
        "table 'interactions', column 'queue': '(' is not a pattern",
    ),
    "one word for filled": (
        TABLE + COLUMNS + 'queue = { from = ["q"], filled = ["x"] }',
        "table 'interactions', column 'queue': filled takes two words",
    ),
    "else without a map": (
        TABLE + COLUMNS + 'queue = { from = ["q"], else = "x" }',
        "table 'interactions', column 'queue': else needs a map",
    ),
    "one time of two": (
        TABLE + COLUMNS + 'wait_s = { between = ["q"] }',
        "table 'interactions', column 'wait_s': between takes two columns",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_profiles_that_cannot_be_used(case: str, tmp_path: Path) -> None:
    profile, expected = WRONG[case]
    write(tmp_path, {"own.toml": profile, "x/a.csv": CELLS})
    result = checked(tmp_path)
    assert result.code == 1
    assert expected in result.err


UNFITTING: dict[str, tuple[str, str, str]] = {
    "a condition on no column": (
        TABLE + 'where = ["stat = done"]\n' + COLUMNS,
        CELLS,
        "'where' of the profile asks for a column 'stat'; did you mean 'state'?",
    ),
    "a join on no column": (
        TABLE + JOINS + COLUMNS,
        CELLS.replace("who,", "whom,"),
        "a join of the profile asks for a column 'who'; did you mean 'whom'?",
    ),
    "a key of no column": (
        TABLE + 'dedupe = { key = ["no"] }\n' + COLUMNS,
        CELLS,
        "'dedupe' of the profile asks for a column 'no'",
    ),
    "no event column": (
        TABLE + EVENTS,
        CELLS,
        "no column 'what' to group events by",
    ),
}


@pytest.mark.parametrize("case", UNFITTING)
def test_files_that_do_not_fit(case: str, tmp_path: Path) -> None:
    profile, text, expected = UNFITTING[case]
    write(tmp_path, {"own.toml": profile, "x/a.csv": text})
    result = checked(tmp_path)
    assert result.code == 1
    assert expected in result.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"id": 1}}', "line 1 is not JSON"),
        ('[{"id": 1},\n 7]', "the JSON document holds no objects"),
        ('[{"id": NaN}]', "NaN is no number"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_documents_that_are_no_records(text: str, expected: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.json": text})
    result = call("check", "a.json", cwd=tmp_path)
    assert result.code == 1
    assert result.err.startswith("cxtool: error: a.json: ")
    assert expected in result.err
