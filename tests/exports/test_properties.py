"""What must hold for any export: order, parting and form of its files change no figure (S1, L1)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli_helper import call
from tests.exports.exports import COLUMNS, figures, frame, ndjson, write, written

Row = dict[str, str | None]

WORDS = st.sampled_from(["a", "Zoë", "x, y", 'say "so"', "one\ntwo", "2026", "-", "#"])
FIELDS: dict[str, st.SearchStrategy[str | None]] = {
    "case_id": st.integers(0, 30).map(str),
    "started_at": st.integers(0, 95).map(
        lambda n: f"2026-05-{1 + n // 24:02d}T{n % 24:02d}:00:00Z"
    ),
    "channel": st.sampled_from(["voice", "chat", "email"]),
    "direction": st.sampled_from(["inbound", "outbound", "internal", None]),
    "queue": st.none() | WORDS,
    "agent": st.none() | WORDS,
    "handle_s": st.none() | st.sampled_from(["0", "1.5", "600"]),
    "first_response_s": st.none() | st.sampled_from(["0", "599.5", "600", "601"]),
    "tags": st.none() | st.sampled_from(["vip", "vip;new"]),
    "notes": st.none() | WORDS,
    "csat": st.none() | st.sampled_from(["1", "4.5", "5"]),
    "site": st.none() | WORDS,
}
GUARD = re.compile("'+[\t\n]")
assert tuple(FIELDS) == COLUMNS
# One id, one row: which of two rows with one id is used does depend on their order.
EXPORTS = st.lists(
    st.fixed_dictionaries(FIELDS), min_size=1, max_size=12, unique_by=lambda row: row["case_id"]
)
QUIET = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, *names: str) -> list[dict[str, Any]]:
    """The reports of these files, as far as they do not stand on the order of rows."""
    sla = ("sla", "-p", "all", "--compare", "none", "--by", "queue", "--breaches")
    log = ("log", "--sort", "case_id", "-c", "case_id,agent,handle_s,tags,notes,csat,site,sla")
    return [figures(call(*command, *names, "-f", "json", cwd=folder)) for command in (sla, log)]


@QUIET
@given(
    rows=EXPORTS,
    random=st.randoms(use_true_random=False),
    at=st.integers(0, 12),
    other=st.integers(0, 12),
)
def test_the_order_of_rows_and_the_parting_of_a_file_change_nothing(
    rows: list[Row], random: Any, at: int, other: int, folder: Path
) -> None:
    shuffled = random.sample(rows, len(rows))
    first, last = sorted((at, other))
    parts = [part for part in (shuffled[:first], shuffled[first:last], shuffled[last:]) if part]
    names = [f"part-{number}.csv" for number, _ in enumerate(parts)]
    write(folder, {"whole.csv": written(rows)})
    write(folder, {name: written(part) for name, part in zip(names, parts, strict=True)})
    assert read(folder, "whole.csv") == read(folder, *names)


@QUIET
@given(rows=EXPORTS)
def test_csv_parquet_and_ndjson_say_the_same(rows: list[Row], folder: Path) -> None:
    write(
        folder,
        {
            "a.csv": written(rows),
            "a.parquet": frame(rows),
            "a.jsonl": ndjson(rows, nulls=True),
        },
    )
    assert read(folder, "a.csv") == read(folder, "a.parquet") == read(folder, "a.jsonl")


@QUIET
@given(rows=EXPORTS, repeats=st.lists(st.integers(0, 11), max_size=6))
def test_repeating_rows_changes_counts_of_rows_alone(
    rows: list[Row], repeats: list[int], folder: Path
) -> None:
    again = [rows[number % len(rows)] for number in repeats]
    write(folder, {"a.csv": written(rows), "b.csv": written([*rows, *again])})
    (table,) = call("check", "b.csv", "-f", "json", cwd=folder).rows("tables")
    assert (table["used_n"], table["repeated_n"]) == (len(rows), len(again))
    for once, twice in zip(read(folder, "a.csv"), read(folder, "b.csv"), strict=True):
        assert once["sections"] == twice["sections"]


@QUIET
@given(
    cells=st.lists(
        st.tuples(
            # An apostrophe before a tab or a line end guards a formula, and is no part of a cell.
            st.text("ab,;\"'|\t \n", max_size=5).filter(lambda text: not GUARD.match(text)),
            st.text('ab"\n,', max_size=5),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_text_in_a_cell_is_read_as_it_was_written(
    cells: list[tuple[str, str]], folder: Path
) -> None:
    rows: list[Row] = [
        {
            "case_id": str(number),
            "notes": notes,
            "started_at": "2026-05-01",
            "channel": "chat",
            "site": site,
        }
        for number, (notes, site) in enumerate(cells)
    ]
    write(folder, {"a.csv": written(rows)})
    log = call(
        "log", "a.csv", "-c", "case_id,notes,site", "--sort", "case_id", "-f", "json", cwd=folder
    )
    shown = pl.DataFrame(log.rows("log"), schema=["case_id", "notes", "site"], orient="row").rows()
    expected = [(str(n), a.strip() or None, b.strip() or None) for n, (a, b) in enumerate(cells)]
    assert shown == expected
