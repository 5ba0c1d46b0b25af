"""What lies in the folder: same bytes for the same order, canonical columns, Parquet like CSV."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from cxtool.errors import UsageError
from cxtool.schema import TABLES, Type
from cxtool.synthetic import frames, writer
from cxtool.synthetic.columns import TYPES
from cxtool.synthetic.generate import write_sample
from tests.synthetic.samples import SMALL, Read, reader


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_same_order_gives_the_same_bytes(small_folder: Path, tmp_path: Path) -> None:
    write_sample(SMALL, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(small_folder)


def test_another_seed_gives_other_rows(small: Read, tmp_path: Path) -> None:
    write_sample(replace(SMALL, seed=6), tmp_path / "other")
    assert not reader(tmp_path / "other")("interactions").equals(small("interactions"))


@pytest.mark.parametrize("table", list(TABLES))
def test_columns_are_canonical_and_required_ones_filled(small: Read, table: str) -> None:
    rows = small(table)
    expected = {field.name: TYPES[field.type] for field in TABLES[table].fields}
    assert dict(rows.schema) == expected
    assert rows.height > 0
    assert rows.select(TABLES[table].required).null_count().sum_horizontal().item() == 0
    key = TABLES[table].key
    assert key is None or rows[key].is_unique().all()


@pytest.mark.parametrize("table", list(TABLES))
def test_csv_holds_the_same_rows(small: Read, csv_folder: Path, table: str) -> None:
    text = pl.read_csv(csv_folder / f"{table}.csv", infer_schema=False)
    read = []
    for field in TABLES[table].fields:
        column = pl.col(field.name)
        if field.type is Type.DATETIME:
            column = column.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", time_unit="us")
        elif field.type is Type.LIST:
            column = column.str.split(";")
        elif field.type is Type.BOOL:
            column = column.replace_strict({"true": True, "false": False}, default=None)
        read.append(column.cast(TYPES[field.type]))
    assert text.select(read).equals(small(table))


def test_csv_texts_have_commas_quotes_and_newlines(csv_folder: Path) -> None:
    notes = pl.read_csv(csv_folder / "interactions.csv", infer_schema=False)["notes"].drop_nulls()
    for awkward in (",", '"', "\n"):
        assert notes.str.contains(awkward, literal=True).any(), awkward


@pytest.fixture(scope="module")
def csv_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "csv"
    write_sample(SMALL, folder, fmt="csv")
    return folder


def test_day_files_are_sorted_compressed_and_have_statistics(small_folder: Path) -> None:
    files = sorted((small_folder / "interactions").iterdir())
    assert [file.stem for file in files][:2] == ["2026-05-22", "2026-05-23"]
    assert len(files) == SMALL.days
    for file in files:
        rows = pl.read_parquet(file)
        assert rows["started_at"].is_sorted()
        assert rows["started_at"].dt.date().cast(pl.String).unique().to_list() == [file.stem]
    column = pq.ParquetFile(files[0]).metadata.row_group(0).column(1)
    assert (column.compression, column.is_stats_set) == ("ZSTD", True)


def test_a_wanted_table_does_not_depend_on_the_others(small: Read, tmp_path: Path) -> None:
    write_sample(SMALL, tmp_path / "some", tables=("tickets", "notes"))
    names = sorted(path.name for path in (tmp_path / "some").iterdir())
    assert names == ["_proof.json", "notes.parquet", "tickets.parquet", "truth.json"]
    for table in ("tickets", "notes"):
        assert reader(tmp_path / "some")(table).equals(small(table))


def test_a_large_table_is_written_in_parts(
    small: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PART_ROWS", 1000)
    write_sample(SMALL, tmp_path / "parts")
    assert len(list((tmp_path / "parts" / "behaviors").iterdir())) > 2
    assert reader(tmp_path / "parts")("behaviors").equals(small("behaviors"))


def test_one_case_makes_a_whole_export(tmp_path: Path) -> None:
    rows_n = write_sample(replace(SMALL, interactions=1, days=1), tmp_path / "one")
    assert rows_n["interactions"] == 1
    assert set(rows_n) == set(TABLES)
    assert reader(tmp_path / "one")("behaviors").columns == ["case_id", "behavior", "score"]


def test_a_broken_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(frames, "notes_frame", broken)
    with pytest.raises(KeyboardInterrupt):
        write_sample(SMALL, tmp_path / "half")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_run_keeps_the_older_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(SMALL, interactions=50, days=2)
    write_sample(one, tmp_path / "old")
    before = contents(tmp_path / "old")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(frames, "notes_frame", broken)
    with pytest.raises(Exception, match="No space left on device"):
        write_sample(one, tmp_path / "old", force=True)
    assert contents(tmp_path / "old") == before


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    one = replace(SMALL, interactions=50, days=2)
    (tmp_path / "empty").mkdir()
    write_sample(one, tmp_path / "empty")
    with pytest.raises(UsageError, match="is not empty"):
        write_sample(one, tmp_path / "empty")
    write_sample(replace(one, seed=9), tmp_path / "empty", force=True)

    (tmp_path / "empty" / "thesis.txt").write_text("dear")
    with pytest.raises(UsageError, match=r"other things than a sample: thesis\.txt"):
        write_sample(one, tmp_path / "empty", force=True)
    assert (tmp_path / "empty" / "thesis.txt").read_text() == "dear"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is not a folder"):
        write_sample(SMALL, tmp_path / "file", force=True)
