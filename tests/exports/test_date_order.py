"""``--date-order``: dates that are not ISO are read only in an order that the user names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_helper import call

HEADER = "case_id;started_at;channel\n"


def starts(text: str, order: str, folder: Path) -> list[str]:
    (folder / "calls.csv").write_text(HEADER + f"1;{text};voice\n", encoding="utf-8")
    result = call(
        "log", "calls.csv", "-q", "-f", "csv", "-c", "started_at", *order.split(), cwd=folder
    )
    assert result.code == 0, result.err
    return result.text.splitlines()[1:]


@pytest.mark.parametrize(
    ("written", "order", "meant"),
    [
        ("30.05.2026 10:00", "day-first", "2026-05-30T10:00:00+00:00"),
        ("1/5/2026 9:05:30 PM", "day-first", "2026-05-01T21:05:30+00:00"),
        ("1/5/2026 9:05 PM", "month-first", "2026-01-05T21:05:00+00:00"),
        ("01-05-26", "day-first", "2026-05-01T00:00:00+00:00"),
        ("05/30/2026 10:00:00.5", "month-first", "2026-05-30T10:00:00.500+00:00"),
        ("2026-05-02T10:00:00+02:00", "month-first", "2026-05-02T08:00:00+00:00"),
    ],
)
def test_dates_in_the_named_order(written: str, order: str, meant: str, tmp_path: Path) -> None:
    assert starts(written, f"--date-order {order}", tmp_path) == [meant]


@pytest.mark.parametrize(
    ("written", "option"),
    [("30.05.2026 10:00", ""), ("30.05.2026 10:00", "--date-order month-first")],
)
def test_no_order_is_guessed(written: str, option: str, tmp_path: Path) -> None:
    assert starts(written, option, tmp_path) == []
