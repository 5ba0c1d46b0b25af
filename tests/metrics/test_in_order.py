"""L8: the log is in order of start and case, also where it is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.metrics.in_order import as_they_come, ordered, per_hour

START = datetime(2026, 5, 1, tzinfo=UTC)


def cases(*minutes: int) -> pl.DataFrame:
    """Cases that start so many minutes after the first of May, named after that and their place."""
    return pl.DataFrame(
        {
            "case_id": [f"{minute}-{place}" for place, minute in enumerate(minutes)],
            "started_at": [START + timedelta(minutes=minute) for minute in minutes],
            "tags": [[str(minute)] for minute in minutes],
        },
        schema_overrides={"case_id": pl.String, "started_at": pl.Datetime("us", "UTC")},
    )


def hours_of(rows: pl.DataFrame) -> pl.DataFrame:
    counted = rows.with_columns(started_ms=pl.col("started_at").dt.epoch("ms")).lazy()
    counts: pl.DataFrame = per_hour(nw.from_native(counted)).to_native().collect()
    return counts


def in_pieces(rows: pl.DataFrame, size: int) -> list[pl.DataFrame]:
    return list(rows.iter_slices(size))


@pytest.mark.parametrize("minutes", [(), (5,), (1, 2, 2, 9), (9, 2, 1), (1, 1, 1), (1, 3, 2)])
def test_ordered_by_start_then_case(minutes: tuple[int, ...]) -> None:
    rows = cases(*minutes).reverse()
    assert ordered(rows.clone()).equals(rows.sort("started_at", "case_id"))


@given(st.lists(st.integers(0, 300), max_size=40), st.integers(1, 9), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_pieces_of_any_order_give_all_cases_in_order(
    minutes: list[int], size: int, least_n: int
) -> None:
    rows = cases(*minutes)
    given_out = [
        rows.clear(),
        *as_they_come(in_pieces(rows, size), hours_of(rows), least_n=least_n),
    ]
    assert pl.concat(given_out).equals(rows.sort("started_at", "case_id"))


def most_held(rows: pl.DataFrame, size: int) -> int:
    """How many cases were taken and not yet given at any time."""
    taken = given_out = most = 0

    def taking() -> Iterator[pl.DataFrame]:
        nonlocal taken, most
        for piece in in_pieces(rows, size):
            taken += piece.height
            most = max(most, taken - given_out)
            yield piece

    for piece in as_they_come(taking(), hours_of(rows), least_n=1):
        given_out += piece.height
    assert given_out == rows.height
    return most


def test_no_more_is_held_than_has_to_wait() -> None:
    """In order: the hour that is under way. Days in order: one of them. Neither: everything."""
    ten_days = range(0, 10 * 1440, 10)
    in_order = cases(*ten_days)
    assert most_held(in_order, 12) <= 6 + 12
    by_day = cases(*(1440 * (n // 144) + 1430 - 10 * (n % 144) for n in range(1440)))
    assert 144 <= most_held(by_day, 12) <= 144 + 12
    assert most_held(in_order.reverse(), 12) == in_order.height


def test_two_exports_one_after_the_other_are_woven_into_one() -> None:
    """A file of calls and one of chats, each in order: what is known to be first goes out early."""
    both = cases(*range(0, 6000, 10), *range(5, 6005, 10))
    assert most_held(both, 10) < both.height * 3 // 4


def test_progress_is_told_in_cases() -> None:
    told: list[tuple[int, int]] = []
    rows = cases(*range(0, 600, 10))
    pieces: Iterable[pl.DataFrame] = as_they_come(
        in_pieces(rows, 10),
        hours_of(rows),
        least_n=20,
        advance=lambda done, total: told.append((done, total)),
    )
    assert sum(piece.height for piece in pieces) == 60
    assert told == [(30, 60), (60, 60)]
