"""Random tables, written in random dialects, are read back as they were (L1)."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli_helper import call

COLUMNS = ("case_id", "started_at", "channel", "agent", "handle_s", "csat", "notes", "site")
FIRST = datetime(2026, 1, 31, 9, 0, 5, tzinfo=UTC)
GUARD = re.compile(r"^'(?='*[=+\-@\t\r\n])")
MARKS = {
    "utf-8": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
# How a time is written, and what must be said to read it.
TIMES: dict[str, tuple[str, ...]] = {
    "%Y-%m-%dT%H:%M:%SZ": (),
    "%Y-%m-%d %H:%M:%S": (),
    "%Y-%m-%dT%H:%M:%S+0000": (),
    "%d.%m.%Y %H:%M:%S": ("--date-order", "day-first"),
    "%d/%m/%y %H:%M:%S": ("--date-order", "day-first"),
    "%m/%d/%Y %I:%M:%S %p": ("--date-order", "month-first"),
}
PREAMBLES = ((), ("Interactions of May",), ("Interactions of May", "Made by: Ada", ""))


@dataclass(frozen=True, slots=True)
class Row:
    """One case; ``minutes`` after the first start, numbers in hundredths."""

    minutes: int
    handle: int | None
    csat: int | None
    agent: str
    notes: str
    site: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a table."""

    delimiter: str
    line_end: str
    encoding: str
    quotes_all: bool
    decimal: str
    time: str
    blank_after: frozenset[int]  # numbers of the records that a blank line follows
    preamble: tuple[str, ...]
    ends_last_line: bool

    @property
    def options(self) -> tuple[str, ...]:
        return TIMES[self.time]


TEXTS = st.text("abŻ漢🎧 ,;|\t\"'=+-@#.0\n", max_size=8)
ROWS = st.builds(
    Row,
    minutes=st.integers(0, 500_000),
    handle=st.none() | st.integers(0, 10_000_00),
    csat=st.none() | st.integers(100, 500),
    agent=st.text("AdaŻółć ", max_size=6),
    notes=TEXTS,
    site=TEXTS,
)
DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(list(MARKS)),
    quotes_all=st.booleans(),
    decimal=st.sampled_from(".,"),
    time=st.sampled_from(list(TIMES)),
    blank_after=st.frozensets(st.integers(0, 7), max_size=3),
    preamble=st.sampled_from(PREAMBLES),
    ends_last_line=st.booleans(),
)


def hundredths(number: int | None, decimal: str) -> str:
    return "" if number is None else f"{number / 100:.2f}".replace(".", decimal)


def cells_of(number: int, row: Row, dialect: Dialect) -> list[str]:
    start = FIRST + timedelta(minutes=row.minutes)
    return [
        f"C{number}",
        start.strftime(dialect.time),
        "voice",
        row.agent,
        hundredths(row.handle, dialect.decimal),
        hundredths(row.csat, dialect.decimal),
        row.notes,
        row.site,
    ]


def written(rows: list[Row], dialect: Dialect) -> bytes:
    out = io.StringIO(newline="")
    # The writer leaves LF without quotes where lines end in CR.
    quotes_all = dialect.quotes_all or dialect.line_end == "\r"
    quoting = csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(
        out, delimiter=dialect.delimiter, lineterminator=dialect.line_end, quoting=quoting
    )
    for line in dialect.preamble:
        out.write(line + dialect.line_end)
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows):
        writer.writerow(cells_of(number, row, dialect))
        if number in dialect.blank_after:
            out.write(dialect.line_end)
    text = out.getvalue()
    if not dialect.ends_last_line:
        text = text.removesuffix(dialect.line_end)
    return MARKS[dialect.encoding] + text.encode(dialect.encoding.removesuffix("-sig"))


def meant(text: str) -> str | None:
    """A cell's text as it is read: without the guard of a formula, trimmed, empty as unknown."""
    return GUARD.sub("", text).strip() or None


def expected(rows: list[Row]) -> list[tuple[object, ...]]:
    return [
        (
            f"C{number}",
            (FIRST + timedelta(minutes=row.minutes)).isoformat(),
            "voice",
            meant(row.agent),
            None if row.handle is None else row.handle / 100,
            None if row.csat is None else row.csat / 100,
            meant(row.notes),
            meant(row.site),
        )
        for number, row in enumerate(rows)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, min_size=1, max_size=8), dialect=DIALECTS)
def test_a_table_in_any_dialect_is_read_as_it_was(
    rows: list[Row], dialect: Dialect, folder: Path
) -> None:
    (folder / "calls.csv").write_bytes(written(rows, dialect))
    columns = ("-c", ",".join(COLUMNS), "--sort", "case_id")
    log = call("log", "calls.csv", *dialect.options, *columns, "-f", "json", cwd=folder)
    assert log.code == 0, log.err
    assert log.report["source"]["rows_set_aside"] == 0
    found = [tuple(row[name] for name in COLUMNS) for row in log.rows("log")]
    assert found == expected(rows)
