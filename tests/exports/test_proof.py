"""What cxtool wrote itself is proven on writing: a proof saves work and never changes a figure."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from cxtool.exports import proving
from cxtool.exports.proof import FILE, SCHEMA, Told, proofs_of, read_entries
from cxtool.exports.proving import GLANCE_ROWS, prove
from cxtool.synthetic.generate import write_sample
from cxtool.synthetic.plan import Order
from tests.cli_helper import call
from tests.exports.opened import opened

AT, LATER = datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 5, 1, 10, tzinfo=UTC)
GOOD: dict[str, list[Any]] = {
    "case_id": ["C1", "724E11", "C3"],
    "started_at": [AT, AT, LATER],
    "ended_at": [LATER, None, LATER],
    "channel": ["chat", "voice", "čhat"],
    "direction": ["inbound", "outbound", "internal"],
    "agent": ["Zoë", None, "邱雅婷"],
    "handle_s": [1.5, None, 0.0],
    "transfers": [0, None, 3],
    "resolved": [True, None, False],
    "csat": [2.0, 4.5, None],
    "sentiment": ["neutral", None, "positive"],
    "tags": [["vip", "said  twice"], [], None],
    "site": ["north wing", None, "south"],
    "weight": [float("nan"), 1.0, None],
}
HEADER = (
    "case_id,started_at,channel,direction,queue,agent,handle_s,first_response_s,csat,labels,site\n"
)
MESSY = (
    HEADER
    + """\
 a ,2026-05-01T09:00:00Z, Voice ,INBOUND,Sales,Ada,300,40,5, vip; new,  north
b,2026-05-01T10:00:00Z,chat,outbound,,Bo,,,3.5,,
c,2026-05-02T09:00:00+02:00,chat,inbound,Sales,,60,601,,late,
c,2026-05-02T09:00:00+02:00,chat,inbound,Sales,,60,601,,late,
d,soon,voice,inbound,Sales,Ada,1,1,,,
e,2026-05-02T11:00:00Z,voice,inbound,Sales,Ada,-5,1,9,,
"""
)
REPORTS = {
    "sample": (
        "log -p all",
        "sla --by label --by day -p all",
        "kpi -p 3d",
        "cel -p 6d",
        "behavior --interactions -p 6d",
        "check",
    ),
    "dataset": ("log -p all", "sla --by label -p all", "kpi -p all", "check"),
}


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sample and a dataset made of a messy file."""
    folder = tmp_path_factory.mktemp("proven")
    write_sample(Order(interactions=300, days=6, seed=5), folder / "sample")
    (folder / "messy.csv").write_text(MESSY, encoding="utf-8")
    assert call("convert", "messy.csv", "-o", "dataset", cwd=folder).code == 0
    return folder


@pytest.fixture(scope="module")
def unproven(proven: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without what is known of it."""
    folder = tmp_path_factory.mktemp("unproven")
    for name in REPORTS:
        shutil.copytree(proven / name, folder / name)
        (folder / name / FILE).unlink()
    return folder


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """One proven file."""
    path = tmp_path / "interactions.parquet"
    pl.DataFrame(GOOD).write_parquet(path)
    prove(tmp_path, [path])
    return path


def entries(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((path.parent / FILE).read_text())
    return told


def kept(folder: Path, name: str, rows: pl.DataFrame) -> bool:
    """Whether anything is proven of a file just written."""
    path = folder / f"{name}.parquet"
    rows.write_parquet(path)
    prove(folder, [path])
    return proofs_of([path]) != [None]


def is_proven(folder: Path, *names: str) -> bool:
    with opened(folder, *names) as export:
        return all(part.is_proven for part in export.mapped["interactions"])


@pytest.mark.parametrize(
    ("export", "report"), [(export, one) for export, reports in REPORTS.items() for one in reports]
)
def test_reports_are_the_same_without_a_proof(
    export: str, report: str, proven: Path, unproven: Path
) -> None:
    """L3, S4, B1, C7, K1: the same figures, rows, counts and notes."""
    name, *options = report.split()
    assert is_proven(proven, export)
    assert not is_proven(unproven, export)
    with_proof, without = (
        call(name, export, *options, "-f", "json", cwd=folder) for folder in (proven, unproven)
    )
    assert with_proof == without
    assert with_proof.code == 0, with_proof.err
    assert with_proof.report["source"]["rows_read"] > 0


def test_a_proven_file_is_read_as_it_is(proven: Path, unproven: Path) -> None:
    """Nothing is trimmed, judged or compared, in what reports read of it."""
    plans, judged = {}, {}
    for folder in (proven, unproven):
        with opened(folder, "dataset") as export:
            (part,) = export.mapped["interactions"]
            plans[folder], judged[folder] = export.rows("interactions").explain(), part.judged
    assert "strip_chars" not in plans[proven]
    assert "lowercase" not in plans[proven]
    assert "strip_chars" in plans[unproven]
    assert (judged[proven], judged[unproven]) == (frozenset(), None)


def test_a_written_file_is_known_by_its_bytes(written: Path) -> None:
    (proof,) = proofs_of([written])
    assert proof is not None
    assert proof.csat == (2.0, 4.5)
    assert {batch for _, batch in proof.batches} == {1}


@pytest.mark.parametrize(
    "change",
    [
        lambda path: pq.write_table(pq.read_table(path), path),
        lambda path: pl.read_parquet(path).reverse().write_parquet(path),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:-4] + b"none"),
        lambda path: path.write_bytes(b"PAR1"),
        lambda path: path.write_bytes(b"\xff\xff\xff\xffPAR1"),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        lambda path: (path.parent / FILE).unlink(),
    ],
    ids=[
        "pyarrow",
        "polars",
        "truncated",
        "no-ending",
        "ending-alone",
        "longer-than-the-file",
        "empty",
        "gone",
        "no-proof",
    ],
)
def test_another_file_of_the_name_is_not_known(change: Any, written: Path) -> None:
    change(written)
    assert proofs_of([written]) == [None]


def test_a_small_file_of_the_same_footer_is_another_one(written: Path) -> None:
    """The least and the greatest id are the same, and so are all sizes."""
    before = written.read_bytes()
    pl.DataFrame({**GOOD, "case_id": ["C2", "724E11", "C3"]}).write_parquet(written)
    after = written.read_bytes()
    footer = int.from_bytes(after[-8:-4], "little") + 8
    assert (len(after), after[-footer:]) == (len(before), before[-footer:])
    assert proofs_of([written]) == [None]


def test_a_file_that_is_not_named_is_not_known(written: Path) -> None:
    other = written.with_name("interactions-2.parquet")
    shutil.copy(written, other)
    assert [proof is None for proof in proofs_of([other, written])] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema": "\xff", "files": {}}',
        b"[" * 100_000,
        b'{"more": ' + b"[" * 100_000,
        b'{"schema": "cxtool.proof/1"}',
        b'{"schema": "cxtool.proof/1", "files": []}',
        b'{"schema": "cxtool.proof/1", "files": {"interactions.parquet": null}}',
        b'{"schema": 1, "files": {}}',
    ],
)
def test_a_broken_proof_is_none(text: bytes, written: Path) -> None:
    (written.parent / FILE).write_bytes(text)
    assert proofs_of([written]) == [None]
    prove(written.parent, [written])
    assert proofs_of([written]) != [None]


@pytest.mark.parametrize(
    "change",
    [
        {"bytes": None},
        {"bytes": "1"},
        {"footer": 1},
        {"batch": None},
        {"batch": "1"},
        {"batch": True},
        {"csat": [1]},
        {"csat": ["low", "high"]},
        {"csat": 3},
        {"settled": None},
        {"settled": [1]},
    ],
    ids=str,
)
def test_an_entry_of_other_types_is_none(change: dict[str, Any], written: Path) -> None:
    told = entries(written)
    told["files"][written.name] |= change
    (written.parent / FILE).write_text(json.dumps(told))
    assert proofs_of([written]) == [None]
    del told["files"][written.name][next(iter(change))]
    (written.parent / FILE).write_text(json.dumps(told))
    assert proofs_of([written]) == [None]


def test_a_proof_of_another_schema_is_none(written: Path) -> None:
    told = entries(written)
    assert told["schema"] == SCHEMA
    (written.parent / FILE).write_text(json.dumps({**told, "schema": "cxtool.proof/0"}))
    assert proofs_of([written]) == [None]


def test_names_of_no_files_do_not_stay(written: Path) -> None:
    told = entries(written)
    (entry,) = told["files"].values()
    told["files"] |= {"a\0b": entry, "": entry, "gone.parquet": entry}
    (written.parent / FILE).write_text(json.dumps(told))
    prove(written.parent, [])
    assert list(read_entries(written.parent)) == [written.name]


DEFECTS: list[tuple[str, Any]] = [
    ("case_id", ["C1", "C2 ", "C3"]),
    ("case_id", ["C1", "", "C3"]),
    ("case_id", ["C1", None, "C3"]),
    ("case_id", ["C1", "7.24E+11", "C3"]),
    ("case_id", [1, 2, 3]),
    ("started_at", [AT, None, AT]),
    ("started_at", [AT, datetime(1, 1, 1, tzinfo=UTC), AT]),
    ("started_at", [datetime(2026, 5, 1)] * 3),
    ("started_at", pl.Series([AT] * 3, dtype=pl.Datetime("ms", "UTC"))),
    ("ended_at", [LATER, None, AT]),
    ("channel", ["chat", "Voice", "chat"]),
    ("direction", ["inbound", "sideways", "inbound"]),
    ("direction", ["inbound", None, "inbound"]),
    ("agent", ["Ada", "\u00a0Bo", None]),
    ("agent", ["Ada", " ", None]),
    ("agent", ["Ada", "4,8e+12", None]),
    ("handle_s", [1.5, -0.5, None]),
    ("handle_s", [1.5, float("nan"), None]),
    ("handle_s", [1.5, float("inf"), None]),
    ("handle_s", [1.5, 1e300, None]),
    ("handle_s", [1, 2, 3]),
    ("handle_s", ["1", "2", "3"]),
    ("transfers", pl.Series([1, 2, 3], dtype=pl.Int32)),
    ("resolved", [1, 0, 1]),
    ("csat", [2.0, float("nan"), None]),
    ("csat", [2.0, float("inf"), None]),
    ("sentiment", ["neutral", "happy", None]),
    ("sentiment", ["neutral", "Positive", None]),
    ("tags", [["vip", None], [], None]),
    ("tags", [["vip"], [""], None]),
    ("tags", [["vip", "late "], [], None]),
    ("tags", ["vip", "late;new", None]),
    ("tags", [[1], [2], None]),
    ("site", ["north ", None, "south"]),
    ("site", ["", None, "south"]),
]


def test_what_is_written_as_it_is_read_is_kept(tmp_path: Path) -> None:
    assert kept(tmp_path, "interactions", pl.DataFrame(GOOD))
    assert kept(tmp_path, "interactions", pl.DataFrame(GOOD).clear())
    required = pl.DataFrame(GOOD).select("case_id", "started_at", "channel")
    assert kept(tmp_path, "interactions", required)
    assert not kept(tmp_path, "anything", required)


@pytest.mark.parametrize(("column", "values"), DEFECTS, ids=str)
def test_one_defect_is_enough(column: str, values: Any, tmp_path: Path) -> None:
    defective = pl.DataFrame(GOOD).with_columns(pl.Series(column, values))
    assert not kept(tmp_path, "interactions", defective)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("case_id", "C2 "),
        ("case_id", None),
        ("case_id", "7.24E+11"),
        ("channel", "Chat"),
        ("agent", ""),
        ("tags", ["late", None]),
        ("site", " north"),
    ],
)
def test_one_defect_behind_many_texts_is_enough(column: str, value: Any, tmp_path: Path) -> None:
    """Where no text repeats, each row is asked instead of each text."""
    texts = [f"C{number}" for number in range(2 * GLANCE_ROWS)]
    many: dict[str, list[Any]] = {
        **dict.fromkeys(("case_id", "channel", "agent", "site"), texts),
        "started_at": [AT] * len(texts),
        "tags": [[text] for text in texts],
    }
    many["channel"] = [text.lower() for text in texts]
    assert kept(tmp_path, "interactions", pl.DataFrame(many))
    many[column] = [*many[column][:-1], value]
    assert not kept(tmp_path, "interactions", pl.DataFrame(many))


def test_scores_in_a_column_that_is_spelled_otherwise_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "interactions.parquet"
    pl.DataFrame(GOOD).rename({"csat": "CSAT"}).write_parquet(path)
    prove(tmp_path, [path])
    assert entries(path)["files"][path.name]["csat"] == [2.0, 4.5]


def test_a_column_of_no_meaning_is_not_proven_and_no_error(tmp_path: Path) -> None:
    nested = pl.DataFrame(GOOD).with_columns(pl.struct("case_id").alias("handle_s"))
    assert not kept(tmp_path, "interactions", nested)
    extra = pl.DataFrame(GOOD).with_columns(pl.struct("case_id").alias("own"))
    assert kept(tmp_path, "interactions", extra)


def test_the_scale_of_scores_is_a_setting_and_no_part_of_a_proof(
    proven: Path, unproven: Path, tmp_path: Path
) -> None:
    """L15, K5: the same rows are set aside for their scores, proven or not."""
    (tmp_path / "narrow.toml").write_text("[csat]\nscale = [2, 4]\n")
    config = ("--config", str(tmp_path / "narrow.toml"), "-f", "json")
    with_proof, without = (
        call("check", "sample", *config, cwd=folder) for folder in (proven, unproven)
    )
    assert with_proof == without
    assert with_proof.code == 1
    assert {row["rule"] for row in with_proof.rows("set_aside")} == {"csat_off_scale"}


def test_keys_of_two_samples_may_repeat(proven: Path, unproven: Path) -> None:
    shutil.copytree(proven / "sample", unproven / "again")
    shutil.copytree(proven / "sample", unproven / "and-again")
    assert is_proven(unproven, "again", "and-again")
    with opened(unproven, "again", "and-again") as export:
        assert export.survey("interactions").repeated_n == 300
        assert export.rows("interactions").collect().height == 300


def test_days_are_proven_one_by_one_and_keys_only_within_a_conversion(tmp_path: Path) -> None:
    def convert(day: int, *rows: str) -> dict[str, Any]:
        lines = [f"{row},2026-05-0{day}T10:00:00Z,voice,inbound,,,60,5,4,," for row in rows]
        (tmp_path / "calls.csv").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
        assert call("convert", "calls.csv", "-o", "dataset", cwd=tmp_path).code == 0
        told = json.loads((tmp_path / "dataset" / FILE).read_text())["files"]
        return {name.split("/")[1].removeprefix("day=2026-05-"): told[name] for name in told}

    def later_n() -> int:
        assert is_proven(tmp_path, "dataset")
        with opened(tmp_path, "dataset") as export:
            return export.survey("interactions").set_aside_n

    first = convert(1, "a", "b")
    assert later_n() == 0
    second = convert(2, "c", "a")
    assert (second["01"], second["02"]["batch"]) == (first["01"], 2)
    assert later_n() == 1
    third = convert(2, "c", "d")
    assert (third["01"], third["02"]["batch"]) == (first["01"], 3)
    assert later_n() == 0
    shutil.move(tmp_path / "dataset", tmp_path / "elsewhere" / "moved")
    assert is_proven(tmp_path / "elsewhere", "moved")


def test_files_of_many_rows_are_proven_some_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands against one is held against those alone that were read with it."""
    together: list[int] = []

    def found(files: Mapping[str, Path], table: str) -> dict[str, Told]:
        together.append(len(files))
        return told_of(files, table)

    told_of = proving._found
    monkeypatch.setattr(proving, "_found", found)
    monkeypatch.setattr(proving, "TOGETHER_ROWS", 6)
    folder = tmp_path / "interactions"
    folder.mkdir()
    paths = [folder / f"{number}.parquet" for number in range(4)]
    for number, path in enumerate(paths):
        blank = " " if number == 3 else ""
        case_ids = [f"{blank}{number}-{row}" for row in range(3)]
        pl.DataFrame({**GOOD, "case_id": case_ids}).write_parquet(path)
    prove(tmp_path, paths)
    assert together == [2, 2]
    assert [proof is not None for proof in proofs_of(paths)] == [True, True, True, False]


def test_a_proof_tells_nothing_of_columns_that_a_profile_moves(written: Path) -> None:
    """A text of one column is no id, and no channel, of which more is asked."""
    folder = written.parent
    odd = {"site": ["7.24E+11", "b", "c"], "agent": ["Chat", None, "Voice"]}
    pl.DataFrame({**GOOD, **odd}).write_parquet(written)
    prove(folder, [written])
    assert is_proven(folder, written.name)
    (folder / "moved.toml").write_text("""
name = "moved"
title = "columns under other names"
[[tables]]
table = "interactions"
files = ["*.parquet"]
[tables.columns]
case_id = { from = ["site"] }
started_at = { from = ["started_at"] }
channel = { from = ["agent"] }
""")
    moved = ("--profile", "moved.toml", "-f", "json")
    told = call("check", written.name, *moved, cwd=folder)
    assert {row["rule"] for row in told.rows("set_aside")} == {"mangled_id", "missing_value"}
    assert [row["channel"] for row in call("log", ".", *moved, cwd=folder).rows("log")] == ["voice"]
