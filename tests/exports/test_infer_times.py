"""Times of unknown files: the order of day and month is proved by a value, or asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli_helper import call, failure
from tests.exports.drafts import columns, comments, drafted, log, written


def starts(folder: Path, *values: str, **options: Any) -> dict[str, Any]:
    """The draft's ``started_at`` for these values."""
    return started(folder, values, **options)[0]


def started(folder: Path, values: tuple[str, ...], **options: Any) -> tuple[dict[str, Any], str]:
    lines = [f'{number},"{value}"' for number, value in enumerate(values, start=1)]
    draft = drafted(folder, "\n".join(["Call ID,Started", *lines]), **options)
    return columns(draft)["started_at"], comments(draft)


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (("2026-05-01T10:00:00Z",), None),
        (("2026-05-01 10:00", "2026-05-01"), None),
        (("2026-05-01T10:00:00.123+02:00",), None),
        (("2026-05-01T10:00:00+0200",), ["%Y-%m-%dT%H:%M:%S%z"]),
        (("2026/05/01 10:00",), ["%Y/%m/%d %H:%M"]),
        (("13/05/2026 10:00", "01/02/2026 11:00"), ["%d/%m/%Y %H:%M"]),
        (("1/2/2026 9:05 AM", "5/31/2026 9:05 PM"), ["%m/%d/%Y %I:%M %p"]),
        (("13.05.26 10.00.59", "14.05.26 10.01.59"), ["%d.%m.%y %H.%M.%S"]),
        (("5 Jan 2026 10:00", "31 May 2026 11:00"), ["%d %b %Y %H:%M"]),
        (("Jan 5, 2026 10:00",), ["%b %d, %Y %H:%M"]),
        (("20260513 10:15:00",), ["%Y%m%d %H:%M:%S"]),
        (("20260513101500",), ["%Y%m%d%H%M%S"]),
        (("1777600000", "1777600001"), ["epoch"]),
        (("1777600000123",), ["epoch_ms"]),
        (("2026年5月1日 10:00",), ["%Y年%m月%d日 %H:%M"]),
        (("25/12/26 10:00", "24/12/26 10:00", "23/12/26 10:00"), ["%d/%m/%y %H:%M"]),
        (("26-12-25 10:00", "26-12-24 10:00", "26-12-23 10:00"), ["%y-%m-%d %H:%M"]),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_ways_of_writing_times(
    tmp_path: Path, values: tuple[str, ...], formats: list[str] | None
) -> None:
    assert starts(tmp_path, *values).get("formats") == formats


@pytest.mark.parametrize("order", ["day-first", "month-first"])
def test_dates_that_prove_nothing_are_asked_for(tmp_path: Path, order: str) -> None:
    """Where both orders fit every value nothing is guessed."""
    file = written(tmp_path, "Call ID,Date\n1,03/04/2026 10:00\n2,05/06/2026 11:00\n")
    code, message = failure("profile", "infer", file, cwd=tmp_path)
    assert code == 2
    assert "column 'Date': day-first and month-first fit every date alike" in message
    assert "--date-order day-first|month-first" in message
    said = call("profile", "infer", file, "--date-order", order, cwd=tmp_path)
    day_first = "%d/%m/%Y %H:%M" in said.text
    assert (said.code, day_first) == (0, order == "day-first")


def test_the_proof_may_be_the_last_of_many_values(tmp_path: Path) -> None:
    """All values are looked at, not a sample of them."""
    values = ["03/04/2026 10:00"] * 5000 + ["03/13/2026 10:00"]
    found, said = started(tmp_path, tuple(values))
    assert found["formats"] == ["%m/%d/%Y %H:%M"]
    assert "month first: line 5,002 has '03/13/2026 10:00'" in said


def test_a_named_order_that_a_value_disproves(tmp_path: Path) -> None:
    file = written(tmp_path, "Call ID,Date\n1,03/04/2026\n2,13/04/2026\n")
    code, message = failure("profile", "infer", file, "--date-order", "month-first", cwd=tmp_path)
    assert code == 2
    assert "--date-order month-first does not fit" in message
    assert "line 3 has '13/04/2026'" in message


def test_two_orders_in_one_column(tmp_path: Path) -> None:
    file = written(tmp_path, "Call ID,Date\n1,13/04/2026\n2,05/16/2026\n")
    code, message = failure("profile", "infer", file, cwd=tmp_path)
    assert code == 1
    assert "line 2 has '13/04/2026', but line 3 has '05/16/2026'" in message


@pytest.mark.parametrize(
    ("value", "calendar"), [("13/05/2569", "Buddhist"), ("115/05/13", "Minguo")]
)
def test_years_of_other_calendars(tmp_path: Path, value: str, calendar: str) -> None:
    file = written(tmp_path, f"Call ID,Date\n1,{value} 10:00\n")
    code, message = failure("profile", "infer", file, cwd=tmp_path)
    assert code == 1
    assert f"{calendar} calendar" in message


def test_start_and_end_in_two_columns_each(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        Call ID,Start Date,Start Time,End Date,End Time
        1,13.05.2026,23:59,14.05.2026,00:10
        2,14.05.2026,08:00,14.05.2026,08:01
        """,
    )
    rows = log(tmp_path, file, keys="case_id,handle_s")
    assert sorted((row["case_id"], row["handle_s"]) for row in rows) == [("1", 660.0), ("2", 60.0)]


def test_some_values_that_are_no_times_are_told(tmp_path: Path) -> None:
    found, said = started(tmp_path, ("13/05/2026 10:00", "14/05/2026 10:00", "soon"))
    assert found["formats"] == ["%d/%m/%Y %H:%M"]
    assert "1 rows have no such time: 'soon'" in said


def test_typed_times_of_parquet_need_no_format(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Call ID": [1, 2], "Started": ["2026-05-01 10:00", "2026-05-02 10:00"]})
    typed = frame.with_columns(pl.col("Started").str.to_datetime("%Y-%m-%d %H:%M"))
    typed.write_parquet(tmp_path / "calls.parquet")
    rows = log(tmp_path, "calls.parquet", keys="case_id,started_at")
    assert sorted(row["case_id"] for row in rows) == ["1", "2"]
