"""``cxtool convert``: the canonical dataset says what its sources said, day by day."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxtool import dataset
from tests.cli.exports import part_of_demo
from tests.cli_helper import Result, call

HEADER = "case_id,started_at,channel,direction,queue,handle_s,first_response_s,own\n"
MAY_1 = "a,2026-05-01T10:00:00Z,voice,inbound,x,60,5,one\nb,2026-05-01T23:30:00Z,chat,,y,1.5,,\n"
MAY_2 = "c,2026-05-02T10:00:00Z,voice,outbound,x,60,5,two\n"


def convert(folder: Path, *, rows: str, name: str = "calls.csv", code: int = 0) -> Result:
    (folder / name).write_text(HEADER + rows, encoding="utf-8")
    result = call("convert", name, "-o", "dataset", cwd=folder)
    assert result.code == code, result.err
    return result


def log(folder: Path, export: str = "dataset") -> str:
    return call("log", export, "-f", "csv", "-c", "case_id,queue,handle_s,own", cwd=folder).text


def manifest(folder: Path) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads((folder / "dataset/_manifest.json").read_text())["runs"]
    return runs


@pytest.fixture(scope="module")
def days_of_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last days of the demo, with some to compare them with, and the dataset of them."""
    folder = tmp_path_factory.mktemp("demo")
    part_of_demo(folder / "source", since="2026-05-26")
    assert call("convert", "source", "-o", "dataset", cwd=folder).code == 0
    return folder


@pytest.mark.parametrize(
    "command",
    [
        "log",
        "sla --by agent --by day -p 3d",
        "behavior --interactions -p 3d",
        "cel -p 30d",
        "sla --tz Asia/Tokyo -p 3d",
    ],
)
def test_reports_on_the_dataset_are_those_on_the_source(command: str, days_of_demo: Path) -> None:
    name, *options = command.split()
    source = call(name, "source", *options, "-f", "json", cwd=days_of_demo).report
    converted = call(name, "dataset", *options, "-f", "json", cwd=days_of_demo).report
    assert converted["sections"] == source["sections"]
    assert converted["notes"] == source["notes"]


def test_own_columns_unknown_directions_and_fractions_are_kept(tmp_path: Path) -> None:
    convert(tmp_path, rows=MAY_1)
    assert (
        log(tmp_path)
        == log(tmp_path, "calls.csv")
        == ("case_id,queue,handle_s,own\na,x,60.0,one\nb,y,1.5,\n")
    )
    told = call("sla", "dataset", "-p", "all", cwd=tmp_path).text
    assert "1 cases of unknown direction count as inbound" in told


def test_later_days_are_added_and_a_day_converted_again_is_replaced(tmp_path: Path) -> None:
    convert(tmp_path, rows=MAY_1)
    convert(tmp_path, rows=MAY_2)
    assert [line.split(",")[0] for line in log(tmp_path).splitlines()[1:]] == ["a", "b", "c"]
    convert(tmp_path, rows=MAY_1.replace("x,60", "z,61").splitlines()[0] + "\n")
    assert log(tmp_path).splitlines()[1:] == ["a,z,61.0,one", "c,x,60.0,two"]
    days = sorted(path.name for path in (tmp_path / "dataset/interactions").iterdir())
    assert days == ["day=2026-05-01", "day=2026-05-02"]


def test_the_day_is_that_of_the_time_zone(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(HEADER + MAY_1, encoding="utf-8")
    call("convert", "calls.csv", "-o", "dataset", "--tz", "Europe/Warsaw", cwd=tmp_path)
    days = sorted(path.name for path in (tmp_path / "dataset/interactions").iterdir())
    assert days == ["day=2026-05-01", "day=2026-05-02"]


def test_tables_of_a_case_lie_in_its_day_and_orphans_are_not_lost(tmp_path: Path) -> None:
    (tmp_path / "interactions.csv").write_text(HEADER + MAY_1 + MAY_2, encoding="utf-8")
    scores = (
        "case_id,behavior,score\na,be_empathetic,1\nc,be_empathetic,2\nnobody,be_empathetic,3\n"
    )
    (tmp_path / "behaviors.csv").write_text(scores, encoding="utf-8")
    call("convert", ".", "-o", "dataset", cwd=tmp_path)
    days = sorted(path.name for path in (tmp_path / "dataset/behaviors").iterdir())
    assert days == ["day=2026-05-01", "day=2026-05-02", "day=__HIVE_DEFAULT_PARTITION__"]
    rows = pl.read_parquet(tmp_path / "dataset/behaviors/**/*.parquet", hive_partitioning=False)
    assert sorted(rows["case_id"]) == ["a", "c", "nobody"]


def test_rows_of_a_company_and_its_people_lie_together(tmp_path: Path) -> None:
    """A1: few row groups hold one customer's cases, and none of them is lost or changed."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "contacts.csv").write_text("contact_id,company_id\n1,O2\n2,O1\n3,\n4,O2\n")
    people = ["3,", "4,O2", ",", "2,", "1,O2", "4,", "2,O1", "1,"]
    cases = pl.DataFrame(
        {
            "case_id": list("abcdefgh"),
            "started_at": ["2026-05-01T10:00:00Z"] * 4 + ["2026-05-01T09:00:00Z"] * 4,
            "channel": ["chat"] * 8,
            "contact_id": [row.split(",")[0] or None for row in people],
            "company_id": [row.split(",")[1] or None for row in people],
        }
    )
    cases.write_csv(folder / "interactions.csv")
    call("convert", "export", "-o", "dataset", cwd=tmp_path)
    (path,) = (tmp_path / "dataset/interactions").rglob("*.parquet")
    rows = pl.read_parquet(path, hive_partitioning=False)
    assert rows["case_id"].str.join().item() == "cadgehbf"
    known = ["case_id", "contact_id", "company_id"]
    assert rows.select(known).sort("case_id").equals(cases.select(known))


def test_newer_contacts_replace_those_of_the_same_id(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "interactions.csv").write_text(HEADER + MAY_1, encoding="utf-8")
    (export / "contacts.csv").write_text("contact_id,name\n1,Ann\n2,Bea\n", encoding="utf-8")
    call("convert", "export", "-o", "dataset", cwd=tmp_path)
    (export / "contacts.csv").write_text(
        "contact_id,name,email\n2,Bo,b@x\n3,Cy,\n", encoding="utf-8"
    )
    call("convert", "export", "-o", "dataset", cwd=tmp_path)
    rows = pl.read_parquet(tmp_path / "dataset/contacts/part-0.parquet").sort("contact_id")
    assert rows.rows() == [("1", "Ann", None), ("2", "Bo", "b@x"), ("3", "Cy", None)]


def test_the_manifest_accounts_for_every_row(tmp_path: Path) -> None:
    bad = "d,soon,voice,inbound,x,1,1,\na,2026-05-01T10:00:00Z,voice,inbound,x,60,5,one\n"
    result = convert(tmp_path, rows=MAY_1 + bad)
    assert "1 of 4 rows were set aside" in result.err
    (run,) = manifest(tmp_path)
    assert run["tables"] == [
        {
            "table": "interactions",
            "rows_in": 4,
            "set_aside": 1,
            "repeated": 1,
            "rows_out": 2,
            "days": 1,
        }
    ]
    assert run["inputs"][0]["file"] == "calls.csv"
    assert len(run["inputs"][0]["sha256"]) == 64
    convert(tmp_path, rows=MAY_2)
    assert [run["run"] for run in manifest(tmp_path)] == [1, 2]


def test_strict_refuses_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(HEADER + "d,soon,voice,,,,,\n", encoding="utf-8")
    result = call("convert", "calls.csv", "-o", "dataset", "--strict", cwd=tmp_path)
    assert result.code == 1
    assert "line 2, column started_at, value 'soon': not a time" in result.err
    assert not (tmp_path / "dataset").exists()


def test_an_interrupted_run_leaves_whole_days_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(tmp_path, rows=MAY_1 + MAY_2)
    replaced = 0

    def stop_after_one(source: str, target: str) -> None:
        nonlocal replaced
        if replaced:
            raise KeyboardInterrupt
        replaced += 1
        os.rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(dataset.os, "replace", stop_after_one)
        newer = (MAY_1 + MAY_2).replace(",x,60", ",z,61")
        convert(tmp_path, rows=newer, code=130)
    assert log(tmp_path).splitlines()[1:] == ["a,z,61.0,one", "b,y,1.5,", "c,x,60.0,two"]
    assert len(manifest(tmp_path)) == 1


def test_what_a_killed_run_left_behind_is_never_read_and_goes_away(tmp_path: Path) -> None:
    convert(tmp_path, rows=MAY_1)
    left = tmp_path / "dataset" / f"{dataset.STAGE}dead" / "interactions"
    left.mkdir(parents=True)
    (left / "part-0.parquet").write_bytes(b"half a file")
    assert log(tmp_path).count("\n") == 3
    convert(tmp_path, rows=MAY_2)
    assert not left.exists()


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    convert(tmp_path, rows=MAY_1)
    with dataset._locked(tmp_path / "dataset"):
        result = convert(tmp_path, rows=MAY_2, code=1)
    assert "another conversion is writing to this dataset" in result.err


def test_a_target_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "dataset").write_text("", encoding="utf-8")
    result = convert(tmp_path, rows=MAY_1, code=1)
    assert "cannot write dataset" in result.err
