"""Only the days and columns that a report needs are read.

What must not be read is overwritten on disk: a report that touched it could not be made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from tests.cli_helper import call, failure
from tests.exports.exports import write

ROWS_A_DAY = 300
DAYS = (18, 19, 20, 21)
ASKED = 20
ONE_DAY = ("-p", "2026-05-20", "--compare", "none", "-f", "json")


def day_of(day: int) -> pl.DataFrame:
    first = datetime(2026, 5, day, tzinfo=UTC)
    rows = range(ROWS_A_DAY)
    return pl.DataFrame(
        {
            "case_id": [f"{day}-{n}" for n in rows],
            "started_at": [first + timedelta(minutes=n) for n in rows],
            "channel": ["voice"] * ROWS_A_DAY,
            "direction": ["inbound"] * ROWS_A_DAY,
            "first_response_s": [float(n * 7 % 900) for n in rows],
            "notes": [f"note {n * 7919 % 1000}" for n in rows],
        }
    )


def spoil(path: Path, wanted: Callable[[int, str], bool]) -> None:
    """Overwrite the column chunks of a Parquet file that are not wanted."""
    data = bytearray(path.read_bytes())
    footer = pq.read_metadata(path)
    for group in range(footer.num_row_groups):
        for number in range(footer.num_columns):
            chunk = footer.row_group(group).column(number)
            if not wanted(group, chunk.path_in_schema):
                begin = chunk.dictionary_page_offset or chunk.data_page_offset
                size = chunk.total_compressed_size
                data[begin : begin + size] = b"\xff" * size
    path.write_bytes(data)


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A folder with a Parquet file a day."""
    days = {f"x/interactions/2026-05-{day}.parquet": day_of(day) for day in DAYS}
    return write(tmp_path, days)


@pytest.fixture
def grouped(tmp_path: Path) -> Path:
    """One Parquet file with a row group a day."""
    pl.concat(day_of(day) for day in DAYS).write_parquet(
        tmp_path / "calls.parquet", row_group_size=ROWS_A_DAY
    )
    return tmp_path


def only_starts(group: int, column: str) -> bool:
    return column == "started_at"


def no_notes(group: int, column: str) -> bool:
    return column != "notes"


def test_files_of_other_days_are_not_read(parts: Path) -> None:
    expected = call("sla", "x", *ONE_DAY, cwd=parts).report
    assert expected["source"]["rows_read"] == ROWS_A_DAY
    for day in DAYS:
        path = parts / f"x/interactions/2026-05-{day}.parquet"
        spoil(path, no_notes if day == ASKED else only_starts)
    assert call("sla", "x", *ONE_DAY, cwd=parts).report == expected


def test_row_groups_of_other_days_are_not_read(grouped: Path) -> None:
    expected = call("sla", "calls.parquet", *ONE_DAY, cwd=grouped).report
    assert expected["source"]["rows_read"] == ROWS_A_DAY
    asked = DAYS.index(ASKED)
    spoil(
        grouped / "calls.parquet",
        lambda group, column: column == "started_at" or (group == asked and column != "notes"),
    )
    assert call("sla", "calls.parquet", *ONE_DAY, cwd=grouped).report == expected


def test_ids_of_a_large_table_are_looked_at_in_its_first_records_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxtool.exports.mangled.SURELY_COUNTED_ROWS", 1)
    monkeypatch.setattr("cxtool.exports.raw.SAMPLE_ROWS", 10)
    path = tmp_path / "calls.parquet"
    days = pl.concat(day_of(day) for day in DAYS).with_columns(pl.lit("T-1").alias("ticket_id"))
    days.write_parquet(path, row_group_size=ROWS_A_DAY)
    expected = call("sla", "calls.parquet", *ONE_DAY, cwd=tmp_path).report
    spoil(path, lambda group, column: group == 0 or column not in ("ticket_id", "notes"))
    assert call("sla", "calls.parquet", *ONE_DAY, cwd=tmp_path).report == expected


def test_the_log_reads_its_days_whole(parts: Path) -> None:
    expected = call("log", "x", *ONE_DAY, cwd=parts).report
    for day in DAYS:
        if day != ASKED:
            spoil(parts / f"x/interactions/2026-05-{day}.parquet", only_starts)
    assert call("log", "x", *ONE_DAY, cwd=parts).report == expected


def test_damage_that_is_met_is_an_error_in_one_line(parts: Path) -> None:
    spoil(parts / "x/interactions/2026-05-20.parquet", no_notes)
    assert failure("log", "x", *ONE_DAY, cwd=parts) == (
        1,
        "a Parquet file of the export is damaged",
    )
    spoil(parts / "x/interactions/2026-05-20.parquet", only_starts)
    assert failure("sla", "x", *ONE_DAY, cwd=parts) == (
        1,
        "x/interactions/2026-05-20.parquet: the Parquet file is damaged",
    )


def test_tables_that_a_report_does_not_use_are_not_opened(parts: Path) -> None:
    write(parts, {"x/transcripts.parquet": b"no Parquet", "x/tickets.csv": b""})
    assert call("sla", "x", *ONE_DAY, cwd=parts).code == 0
