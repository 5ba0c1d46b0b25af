"""Trends: how two periods are set side by side, and what stands out from chance (S1, B7, C7)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from cxtool.exports import native
from cxtool.metrics.trend import (
    count_trend,
    days_of,
    few_agents_note,
    in_either,
    mean_trend,
    of_period,
    period_flag,
    rate_trend,
    ratio_trend,
    sum_trend,
    trend_columns,
    wide,
    within,
)
from cxtool.period import Period
from cxtool.report import Column
from cxtool.units import Unit
from tests.metrics.frames import case, collect, make_tables, request_for

PARTS = ("", "_previous", "_change", "_change_pct", "_signal")


def one(trend: list[pl.Expr], **columns: float | None) -> tuple[object, ...]:
    frame = pl.DataFrame({name: [number] for name, number in columns.items()})
    row = frame.select(trend)
    assert row.columns == [f"x{part}" for part in PARTS]
    return row.row(0)


def rate(hits: int, n: int, before: int, n_before: int, *, compared: bool = True) -> object:
    return one(
        rate_trend("x", hits="h", n="n", compared=compared),
        h=hits,
        n=n,
        h_previous=before,
        n_previous=n_before,
    )


def test_periods_need_not_touch() -> None:
    """S1: a year-old compared period; what lies between belongs to neither."""
    request = request_for(previous=("2025-05-18", "2025-05-25"))
    days = ["2026-05-17", "2026-05-18", "2026-05-24", "2026-05-25", "2025-05-18", "2025-05-25"]
    tables = make_tables(
        [case(str(n), f"{day}T12:00") for n, day in enumerate(days)], request=request, limit=False
    )
    kept = tables.cases.filter(in_either(request)).with_columns(period_flag(request))
    rows = collect({"cases": kept})["cases"].sort("case_id")
    assert rows.select("case_id", "is_current").rows() == [("1", True), ("2", True), ("4", False)]
    assert days_of(request) == (7, 7)


def test_wide_matches_null_keys_and_fills_what_is_missing() -> None:
    """S1: a group without rows before has 0 there; a group gone now is only counted."""
    partial = pl.DataFrame(
        {
            "queue": ["a", None, None, "gone", "also gone"],
            "is_current": [True, True, False, False, False],
            "cases_n": [1, 2, 3, 4, 5],
        }
    )
    side = wide(partial, ["queue"], ["cases_n"])
    assert side.rows.sort("cases_n").rows() == [("a", 1, 0), (None, 2, 3)]
    assert side.gone_n == 2


def test_wide_without_keys_is_one_row_also_of_nothing() -> None:
    empty = pl.DataFrame(schema={"is_current": pl.Boolean, "cases_n": pl.Int64})
    assert wide(empty, [], ["cases_n"]).rows.rows() == [(0, 0)]


def test_trend_columns_follow_the_contract() -> None:
    """S1, C7: keys, units and roles of a trended figure."""
    columns = trend_columns(Column(key="x", label="X", unit=Unit.PERCENT, better="higher", drop=0))
    assert [column.key for column in columns] == [f"x{part}" for part in PARTS]
    assert [column.unit for column in columns] == [
        Unit.PERCENT,
        Unit.PERCENT,
        Unit.POINTS,
        Unit.PERCENT,
        Unit.SIGNAL,
    ]
    assert [column.of for column in columns] == [None, "x", "x", "x", "x"]
    assert len({column.label for column in columns}) == 5


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (80.0, 60.0, 20.0, 33.333333, "up")),
        ((48, 80, 56, 70), (60.0, 80.0, -20.0, -25.0, "down")),
        ((880, 1000, 860, 1000), (88.0, 86.0, 2.0, 2.325581, "flat")),
        ((5, 10, 0, 10), (50.0, 0.0, 50.0, None, "up")),
        ((10, 10, 10, 10), (100.0, 100.0, 0.0, 0.0, "flat")),
        ((3, 4, 0, 0), (75.0, None, None, None, "new")),
        ((0, 0, 3, 4), (None, None, None, None, None)),
    ],
)
def test_rates(counts: tuple[int, int, int, int], expected: tuple[object, ...]) -> None:
    """S1: points, percent of a positive previous, signal at 95 %; never a division by zero."""
    assert rate(*counts) == expected


def test_nothing_compared() -> None:
    """S1: `--compare none` gives the figure alone."""
    assert rate(3, 4, 0, 0, compared=False) == (75.0, None, None, None, None)


def test_counts() -> None:
    """C7: two Poisson counts; 0 before is a figure where the period has data, else unknown."""

    def count(now: int, before: int, **options: object) -> object:
        trend = count_trend("x", count="c", compared=True, **options)  # type: ignore[arg-type]
        return one(trend, c=now, c_previous=before)

    assert count(120, 100) == (120, 100, 20, 20.0, "flat")
    assert count(140, 100) == (140, 100, 40, 40.0, "up")
    assert count(0, 10) == (0, 10, -10, -100.0, "down")
    assert count(10, 0) == (10, 0, 10, None, "up")
    assert count(10, 0, data_before=False) == (10, None, None, None, "new")
    assert count(310, 280, days=(31, 28)) == (310, 280, 30, 10.714286, "flat")
    assert count(100, 200, days=(7, 30)) == (100, 200, -100, -50.0, "up")


def test_sums() -> None:
    """C7: many short durations move a sum for certain, one long one does not."""

    def total(durations: list[float], before: list[float]) -> object:
        return one(
            sum_trend("x", total="t", squares="q", compared=True, scale=1 / 60),
            t=sum(durations),
            q=sum(d * d for d in durations),
            t_previous=sum(before),
            q_previous=sum(d * d for d in before),
        )

    assert total([60.0] * 140, [60.0] * 100) == (140.0, 100.0, 40.0, 40.0, "up")
    assert total([60.0] * 100 + [2400.0], [60.0] * 100) == (140.0, 100.0, 40.0, 40.0, "flat")


def test_means() -> None:
    """B7: Welch; a mean of one case cannot stand out."""

    def mean(now: list[float], before: list[float]) -> object:
        return one(
            mean_trend("x", n="n", total="t", squares="q", compared=True),
            n=len(now),
            t=sum(now),
            q=sum(v * v for v in now),
            n_previous=len(before),
            t_previous=sum(before),
            q_previous=sum(v * v for v in before),
        )

    assert mean([10.0, 12.0, 11.0], [20.0, 22.0, 21.0]) == (11.0, 21.0, -10.0, -47.619048, "down")
    assert mean([10.0, 42.0, 11.0], [20.0, 22.0, 51.0])[4] == "flat"  # type: ignore[index]
    assert mean([10.0], [99.0, 98.0])[4] == "flat"  # type: ignore[index]
    assert mean([10.0], []) == (10.0, None, None, None, "new")
    assert mean([], [10.0]) == (None, None, None, None, None)


def points(now: list[tuple[int, int]], before: list[tuple[int, int]]) -> dict[str, float]:
    """Counts of ``ratio_trend`` from (earned, possible) of each interaction."""
    return {
        f"{name}{suffix}": sum(function(p, q) for p, q in rows)
        for suffix, rows in (("", now), ("_previous", before))
        for name, function in {
            "n": lambda _p, _q: 1,
            "p": lambda p, _q: p,
            "q": lambda _p, q: q,
            "pp": lambda p, _q: p * p,
            "qq": lambda _p, q: q * q,
            "pq": lambda p, q: p * q,
        }.items()
    }


RATIO = {
    "n": "n",
    "earned": "p",
    "possible": "q",
    "earned_squares": "pp",
    "possible_squares": "qq",
    "products": "pq",
}


def test_ratio_of_points_equals_means_where_all_could_earn_the_same() -> None:
    """B7: with equal room the ratio's test is Welch's test of the shares."""
    from scipy.stats import ttest_ind

    now, before = [60, 40, 100, 60, 80, 70], [10, 40, 0, 60, 30]
    counts = points([(p, 100) for p in now], [(p, 100) for p in before])
    found = one(ratio_trend("x", compared=True, **RATIO), **counts)
    assert found[:3] == pytest.approx((410 / 6, 28.0, 410 / 6 - 28), abs=1e-6)
    significant = ttest_ind(now, before, equal_var=False).pvalue < 0.05
    assert found[4] == ("up" if significant else "flat") == "up"


def test_ratio_of_points_weighs_interactions_by_their_room() -> None:
    """B4: points earned over points possible, not a mean of means."""
    found = one(ratio_trend("x", compared=True, **RATIO), **points([(10, 10), (0, 40)], [(5, 10)]))
    assert found == (20.0, 50.0, -30.0, -60.0, "flat")
    nothing = one(ratio_trend("x", compared=True, **RATIO), **points([(0, 0)], [(5, 10)]))
    assert nothing == (None, None, None, None, None)


@pytest.mark.parametrize(("agents_n", "warned"), [(0, False), (1, True), (4, True), (5, False)])
def test_few_agents_are_told(agents_n: int, warned: bool) -> None:
    """S1: rows of one agent or day are not independent."""
    note = few_agents_note(agents_n)
    assert (note is not None) == warned


def test_request_of_literal_days() -> None:
    request = request_for(("2026-05-01", "2026-06-01"), None)
    assert (request.previous, request.as_of) == (None, date(2026, 6, 1))
    assert days_of(request) == (31, 31)


def test_files_of_other_days_are_passed_over(tmp_path: Path) -> None:
    """Told from their statistics; nothing else in them is read."""
    for day in (1, 20):
        moments = pl.Series([datetime(2026, 5, day, hour, tzinfo=UTC) for hour in range(24)])
        cases = pl.DataFrame({"started_at": moments, "case_id": [str(day)] * 24})
        cases.write_parquet(tmp_path / f"{day}.parquet")
    other = tmp_path / "1.parquet"
    whole = other.read_bytes()
    other.write_bytes(whole[:4] + bytes(100) + whole[104:])
    rows = native.as_frame(pl.scan_parquet(tmp_path / "*.parquet"))
    rows = native.with_epoch_ms(rows, {"started_ms": "started_at"})
    rows = native.with_local_day(rows, "started_d", "started_ms", "UTC")
    asked = Period(start=date(2026, 5, 20), end=date(2026, 5, 21), label="")
    assert of_period(rows, asked).collect().to_native()["case_id"].to_list() == ["20"] * 24
    with pytest.raises(nw.exceptions.ComputeError):
        rows.filter(within(asked)).collect()
