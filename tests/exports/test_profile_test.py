"""``profile test``: where every column comes from, how full it is, and what does not fit."""

from __future__ import annotations

from pathlib import Path

from tests.cli_helper import call, failure
from tests.exports.drafts import written

PROFILE = """
    name = "mine"
    title = "Mine"

    [[tables]]
    table = "interactions"

    [tables.columns]
    case_id = { from = ["Call"] }
    started_at = { parts = ["Day", "Clock"] }
    channel = { value = "voice" }
    handle_s = { from = ["Took"], unit = "min" }
    tags = { from = ["Labels"], separator = "|" }
    """
CALLS = """
    Call,Day,Clock,Took,Labels
    1,2026-05-01,10:00,1.5,a|b
    2,2026-05-01,11:00,,a
    3,2026-05-02,12:00,2,
    """


def test_sources_shares_and_examples(tmp_path: Path) -> None:
    written(tmp_path, PROFILE, name="my.toml")
    file = written(tmp_path, CALLS)
    result = call("profile", "test", "my.toml", file, "-f", "json", cwd=tmp_path)
    assert result.code == 0, result.err
    rows = [tuple(row.values()) for row in result.rows("columns")]
    shared = 200 / 3
    assert rows == [
        ("interactions", "case_id", "Call", 100.0, 3, ["1", "2", "3"]),
        ("interactions", "started_at", "Day + Clock", 100.0, 3,
         ["2026-05-01 10:00:00", "2026-05-01 11:00:00", "2026-05-02 12:00:00"]),
        ("interactions", "channel", '"voice"', 100.0, 3, ["voice"]),
        ("interactions", "handle_s", "Took", shared, 3, ["90 s", "120 s"]),
        ("interactions", "tags", "Labels", shared, 3, ["a;b", "a"]),
    ]  # fmt: skip
    assert result.report["report"] == "profile"
    assert [part["id"] for part in result.report["sections"]][:2] == ["columns", "tables"]


def test_a_row_set_aside_is_told_by_rule(tmp_path: Path) -> None:
    written(tmp_path, PROFILE, name="my.toml")
    file = written(tmp_path, CALLS + "    4,soon,12:00,2,\n")
    result = call("profile", "test", "my.toml", file, "-f", "json", cwd=tmp_path)
    assert result.code == 1
    (rule,) = result.rows("rules")
    assert (rule["column"], rule["rule"], rule["rows_n"]) == ("started_at", "unreadable_value", 1)
    (aside,) = result.rows("set_aside")
    assert (aside["line"], aside["value"]) == (5, "soon 12:00")


def test_a_mapped_column_that_no_file_has(tmp_path: Path) -> None:
    text = PROFILE.replace("Labels", "Marks")
    written(tmp_path, text, name="my.toml")
    file = written(tmp_path, CALLS)
    result = call("profile", "test", "my.toml", file, "-f", "json", cwd=tmp_path)
    assert result.code == 1
    tags = next(row for row in result.rows("columns") if row["column"] == "tags")
    assert tags["source"] == "(no such column)"
    assert (tags["filled_pct"], tags["examples"]) == (None, None)


def test_a_built_in_profile_and_other_formats(tmp_path: Path) -> None:
    file = written(tmp_path, CALLS)
    code, message = failure("profile", "test", "pwc", file, cwd=tmp_path)
    assert (code, "fits none of the files" in message) == (1, True)
    written(tmp_path, PROFILE, name="my.toml")
    text = call("profile", "test", "my.toml", file, "-f", "csv", cwd=tmp_path).text
    assert text.splitlines()[0] == "table,column,source,filled_pct,rows_n,examples"
