"""K9: what a forecast learns from, how it is judged, and how sure it is."""

from __future__ import annotations

from datetime import date, timedelta
from math import pi, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from cxtool.config import HoursSettings, QueueHours, Settings
from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.forecast_backtest import backtest, errors_of, origins
from cxtool.metrics.forecast_calendar import slots_of
from cxtool.metrics.forecast_history import History
from cxtool.metrics.forecast_interval import at_most, interval, lies_inside
from cxtool.metrics.forecast_methods import CORE, MethodName, profile
from cxtool.metrics.forecast_volumes import (
    day_rows,
    expected_volumes,
    forecast_of,
    interval_rows,
    least_wrong,
)
from tests.metrics.forecasts import MONDAY, drawn, history
from tests.metrics.frames import case, make_tables, request_for

WEEK = [60, 50, 50, 50, 40, 20, 0]
WARSAW = "Europe/Warsaw"


def by_day(*weeks: list[float]) -> list[list[float]]:
    """Weeks of daily counts as rows of one slot."""
    return [[count] for week in weeks for count in week]


def coming(found: History, method: MethodName = "profile") -> list[float]:
    """Expected cases of each day to come."""
    expected = CORE[method](found, found.past_n, slice(found.past_n, found.slots.days_n))
    return np.round(expected[0].sum(axis=1), 6).tolist()


@pytest.mark.parametrize("method", list(CORE))
def test_a_week_that_repeats_is_forecast_by_every_method(method: MethodName) -> None:
    """K9: a weekday without any case is closed, and none is expected."""
    assert coming(history(by_day(*[WEEK] * 4)), method) == WEEK


def test_methods_of_the_last_weeks() -> None:
    """K9: seasonal naive and the mean of four; less history, the mean of what there is."""
    mondays = [10, 20, 30, 40, 90]
    weeks = [[monday, *WEEK[1:]] for monday in mondays]
    assert coming(history(by_day(*weeks)), "seasonal-naive")[0] == 90
    assert coming(history(by_day(*weeks)), "mean-4")[0] == 45
    assert coming(history(by_day(*weeks[:2])), "mean-4")[0] == 15


def test_the_profile_follows_the_level() -> None:
    """K9: half as much in the last two weeks is expected to stay, in the pattern of the week."""
    weeks = [WEEK] * 8 + [[count / 2 for count in WEEK]] * 2
    found = coming(history(by_day(*weeks)))
    assert found[0] / found[4] == pytest.approx(60 / 40)
    assert 0.5 < sum(found) / sum(WEEK) < 0.7


def test_a_quiet_weekday_shares_the_course_of_all() -> None:
    """K9: where courses differ by chance alone, few cases are divided as all are."""
    luck = np.random.default_rng(1)
    course = np.array([0.0, 0.5, 0.3, 0.2])
    totals = np.array([200, 200, 200, 200, 200, 12, 0])[np.arange(56) % 7]
    found = history(np.stack([luck.multinomial(total, course) for total in totals]))
    saturday = profile(found, 56, slice(56, 63))[0, 5]
    assert saturday / saturday.sum() == pytest.approx(course, abs=0.03)


def test_courses_that_differ_are_kept_apart() -> None:
    """K9: a Saturday that is closed in the afternoon stays closed."""
    weekday, saturday, sunday = [0, 40, 40, 40], [0, 60, 0, 0], [0, 0, 0, 0]
    found = history([*[weekday] * 5, saturday, sunday] * 6)
    expected = profile(found, 42, slice(42, 49))[0]
    assert expected[0] == pytest.approx(weekday, rel=0.05)
    assert expected[5] == pytest.approx(saturday)


def test_days_that_are_not_learned_from() -> None:
    """K9: a day without data, one left out and a holiday are told, and do not lower a forecast."""
    weeks = np.array(by_day(*[WEEK] * 5))
    weeks[28] = 0  # the last Monday: no data
    weeks[29] = 500  # Tuesday: a campaign
    weeks[30] = 3  # Wednesday: a holiday
    found = history(
        weeks,
        forecast={"leave_out": ["2026-02-03"]},
        hours={"holidays": ["2026-02-04", "2026-02-10"]},
    )
    assert (found.missing, found.left_out) == ((date(2026, 2, 2),), (date(2026, 2, 3),))
    assert found.closed == (date(2026, 2, 4),)
    assert found.outside_n == 3
    assert coming(found) == [60, 0, 50, 50, 40, 20, 0]  # the coming Tuesday is a holiday
    assert coming(found, "seasonal-naive") == [60, 0, 50, 50, 40, 20, 0]


def test_a_holiday_named_open_is_a_day_as_any_other() -> None:
    """K9: it is learned from, and forecast."""
    named = {"holidays": ["2026-02-01", "2026-02-02", "2026-02-03"]}
    found = history(by_day(*[WEEK] * 4), hours=named, forecast={"open_holidays": ["2026-02-02"]})
    assert coming(found)[:2] == [60, 0]


def test_a_day_far_below_its_weekday_is_told() -> None:
    """K9: it may be a holiday that nobody named; it is learned from, until it is named."""
    weeks = np.array(by_day(*[WEEK] * 5))
    weeks[28] = 10
    found = history(weeks)
    assert (found.low, found.missing) == ((date(2026, 2, 2),), ())
    assert coming(found)[0] < 60


def test_closed_intervals_are_none_and_not_judged() -> None:
    """K9: [hours.spans] close what is outside, lunch included; half open is open."""
    spans = {day: ["08:30-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    busy = np.full((35, 24), 5.0)
    found = history(busy, hours={"spans": spans})
    expected = profile(found, 35, slice(35, 42))[0]
    assert np.flatnonzero(expected[0]).tolist() == [8, 9, 10, 11, 13, 14, 15, 16]
    assert expected[5:].sum() == 0
    (start, *_), days = origins(35, 7)
    errors = backtest(found, CORE)["profile"]
    assert (start, days) == (14, 7)
    assert (errors.intervals_n, errors.wape_pct) == (3 * 5 * 8, pytest.approx(0))


def test_opening_hours_of_another_zone() -> None:
    """K9: a centre in Warsaw, seen in New York: 9 to 17 is 3 to 11."""
    hours = {"spans": {"mon": ["09:00-17:00"]}, "time_zone": WARSAW}
    found = history(np.full((7, 24), 5.0), hours=hours, tz="America/New_York")
    assert np.flatnonzero(found.is_open[0, 0]).tolist() == list(range(3, 11))


@pytest.mark.parametrize(
    ("first", "interval_s", "rows", "doubled"),
    [
        (date(2026, 3, 29), 3600, 23, 0),
        (date(2026, 3, 29), 900, 92, 0),
        (date(2026, 10, 25), 3600, 25, 1),
        (date(2026, 10, 25), 1800, 50, 2),
        (date(2026, 10, 25), 86_400, 1, 0),
    ],
)
def test_days_of_23_and_25_hours(first: date, interval_s: int, rows: int, doubled: int) -> None:
    """K9: slots are of the local clock: skipped ones do not exist, doubled ones begin twice."""
    slots = slots_of(first=first, days_n=1, interval_s=interval_s, time_zone=WARSAW)
    assert slots.starts.height == rows
    assert (slots.exposure == 2).sum() == doubled
    steps = slots.starts["starts_at"].diff().drop_nulls().dt.total_seconds()
    assert (steps == interval_s).all()


def test_a_day_that_begins_at_one() -> None:
    """K9: where the clocks skip midnight, the day begins with what there is of it."""
    slots = slots_of(first=date(2023, 4, 28), days_n=1, interval_s=86_400, time_zone="Africa/Cairo")
    assert slots.starts["starts_at"].dt.hour().to_list() == [1]


def test_a_clock_change_bends_no_forecast() -> None:
    """K9: ten an hour round the clock, learned over both changes, is ten in each real hour."""
    for first in (date(2026, 3, 2), date(2026, 9, 28)):
        exposure = slots_of(first=first, days_n=42, interval_s=3600, time_zone=WARSAW).exposure
        found = history(10 * exposure[:28], days=14, first=first, tz=WARSAW)
        rows = interval_rows(forecast_of(found))
        assert rows["expected_n"].to_list() == pytest.approx([10.0] * rows.height)
        assert rows.height == exposure[28:].sum()


def test_errors_of_the_worked_example() -> None:
    """K9: f = 100 four times, a = 90, 105, 100, 110: 6.17 %; the floor sqrt(2 / (pi N))."""
    forecast, came = np.full((1, 1, 1, 4), 100.0), np.array([[[[90.0, 105, 100, 110]]]])
    errors = errors_of(forecast, came, judged=came > 0)
    assert errors.wape_pct == pytest.approx(6.17, abs=0.005)
    assert errors.bias_pct == pytest.approx(-1.23, abs=0.005)
    assert errors.floor_pct == pytest.approx(100 * sqrt(2 / (pi * 100)))
    assert errors.day_wape_pct == pytest.approx(-(errors.bias_pct or 0))
    assert errors.coverage_pct is None
    nothing = errors_of(0 * came, 0 * came, judged=came > 0)
    assert (nothing.wape_pct, nothing.bias_pct, nothing.floor_pct) == (None, None, None)


def test_a_backtest_knows_nothing_of_the_days_it_forecasts() -> None:
    """K9: what comes after the last origin cannot change a forecast from it."""
    weeks = drawn(3, days=42)
    other = weeks.copy()
    other[28:] = other[28:][::-1]
    days = slice(28, 42)
    for method in CORE.values():
        assert (method(history(weeks), 28, days) == method(history(other), 28, days)).all()


def test_the_least_wrong_method_is_used() -> None:
    """K9: where each Monday differs from the last in turn, the mean of four beats the last one."""
    weeks = [[100 + 50 * (number % 2), *WEEK[1:]] for number in range(10)]
    errors = backtest(history(by_day(*weeks)), CORE)
    wapes = {name: found.wape_pct or 0 for name, found in errors.items()}
    assert wapes["mean-4"] < wapes["seasonal-naive"]
    assert least_wrong(errors) == min(wapes, key=lambda name: wapes[name])
    assert forecast_of(history(by_day(*weeks)), asked="seasonal-naive").method == "seasonal-naive"


def test_four_of_five_counts_fall_into_the_interval() -> None:
    """K9: of days to come that were drawn from a known truth, and of the backtest's own account.

    The lower bound lets chance in, the upper one what small counts add by coming in steps.
    """
    inside, days_inside, told = [], [], []
    for seed in range(12):
        truth = drawn(seed, days=105)
        forecast = forecast_of(history(truth[:91], days=14))
        rows, daily = interval_rows(forecast), day_rows(forecast)
        low, high = (rows[key].to_numpy().reshape(14, 48) for key in ("low_n", "high_n"))
        is_open = forecast.history.is_open[0, 91:]
        inside.append(((truth[91:] >= low) & (truth[91:] <= high))[is_open].mean())
        totals = truth[91:].sum(axis=1)
        days_inside.append(pl.Series(totals).is_between(daily["low_n"], daily["high_n"]).mean())
        assert forecast.own_errors is not None
        told.append(forecast.own_errors.coverage_pct)
    assert 0.75 <= np.mean(inside) <= 0.90
    assert 0.70 <= np.mean(days_inside) <= 0.90
    assert 75 <= np.mean(told) <= 90


def test_the_profile_beats_its_rivals_and_nears_the_floor() -> None:
    """K9: on counts of a steady centre, WAPE is within a tenth of what chance alone leaves."""
    errors = backtest(history(drawn(5, days=91, day_spread=0.01), days=14), CORE)
    profiled = errors["profile"]
    assert least_wrong(errors) == "profile"
    assert profiled.floor_pct is not None
    assert profiled.wape_pct is not None
    assert profiled.floor_pct < profiled.wape_pct < 1.3 * profiled.floor_pct


@given(mean=st.floats(0.01, 3000), dispersion=st.sampled_from([0.0, 0.01, 0.3, 2.0]))
@examples(max_examples=30, deadline=None)
def test_quantiles_are_those_of_the_negative_binomial(mean: float, dispersion: float) -> None:
    """K9: as scipy has them, and a count lies inside just where it is between them."""
    law = poisson(mean)
    if dispersion:
        law = nbinom(1 / dispersion, 1 / (1 + dispersion * mean))
    means, dispersions = np.array([mean]), np.array([dispersion])
    low, high = (float(end[0]) for end in interval(means, dispersions))
    assert (low, high) == (law.ppf(0.1), law.ppf(0.9))
    for count in (low - 1, low, high, high + 1):
        is_inside = lies_inside(np.array([count]), means, dispersions)[0]
        assert is_inside == (low <= count <= high)
    chance = at_most(np.array([low]), means, dispersions)[0]
    assert chance == pytest.approx(law.cdf(low), abs=1e-5)


def test_too_little_history() -> None:
    """K9: below three weeks no backtest and no interval, below one week no forecast."""
    two = forecast_of(history(by_day(WEEK, WEEK)))
    assert (two.method, dict(two.errors)) == ("profile", {})
    assert day_rows(two)["expected_n"].to_list() == WEEK
    assert day_rows(two)["low_n"].null_count() == 7
    with pytest.raises(CxtoolError, match="the history has 6 days; a forecast needs a week"):
        forecast_of(history(by_day(WEEK)[:6]))


def test_expected_volumes_of_queues() -> None:
    """K9: offered is inbound, answered or not; the busiest queue first; as-of ends the history."""
    days = [MONDAY + timedelta(days=n) for n in range(28)]
    rows = [
        case(f"{day}-{number}", f"{day}T09:{number:02}:00", queue=queue, direction=direction)
        for day in days
        for number, (queue, direction) in enumerate(
            [("b", "inbound")] * 3 + [("a", "inbound")] + [("a", "outbound")] * 9
        )
    ]
    period = ("2026-01-05", "2026-02-09")
    tables = make_tables(rows, request=request_for(period, None, as_of="2026-02-02"))
    found = expected_volumes(tables, Settings(), interval_s=3600, days=2, by="queue")
    assert found.columns == ["queue", "starts_at", "expected_n", "low_n", "high_n"]
    assert found.schema["starts_at"] == pl.Datetime("ms", "UTC")
    busy = found.filter(pl.col("expected_n") > 0)
    assert busy.select("queue", "expected_n").rows() == [("b", 3)] * 2 + [("a", 1)] * 2
    assert busy["starts_at"][0].isoformat() == "2026-02-02T09:00:00+00:00"
    assert found.height == 2 * 2 * 24
    with pytest.raises(UsageError, match="not by 'hour'"):
        expected_volumes(tables, Settings(), interval_s=3600, days=2, by="hour")
    outbound = make_tables([case(direction="outbound")], request=request_for())
    with pytest.raises(CxtoolError, match="no inbound case"):
        expected_volumes(outbound, Settings(), interval_s=3600, days=2)


def test_queues_have_their_own_hours() -> None:
    """K9: by queue each keeps its calendar; all together are open while any is."""
    rows = [
        case(
            f"{day}-{queue}-{hour}", f"{MONDAY + timedelta(days=day)}T{hour:02}:30:00", queue=queue
        )
        for day in range(28)
        for queue in ("late", "usual")
        for hour in range(24)
    ]
    own = {"late": QueueHours(spans={"mon": ["15:00-20:00"]})}
    hours = HoursSettings(spans={"mon": ["09:00-17:00"]}, queues=own)
    tables = make_tables(rows, request=request_for(("2026-01-05", "2026-02-02"), None))

    def open_hours(by: str | None) -> pl.DataFrame:
        found = expected_volumes(
            tables, Settings(hours=hours), interval_s=3600, days=1, by=by
        ).filter(pl.col("expected_n") > 0)
        return found.with_columns(hour=pl.col("starts_at").dt.hour())

    by_queue = open_hours("queue")
    assert by_queue.filter(queue="usual")["hour"].to_list() == list(range(9, 17))
    assert by_queue.filter(queue="late")["hour"].to_list() == list(range(15, 20))
    assert open_hours(None)["hour"].to_list() == list(range(9, 20))


def test_statsforecast_divides_daily_totals() -> None:
    """K9: the extra forecasts the days, the profile their course; without it, a plain error."""
    pytest.importorskip("statsforecast")
    found = history(drawn(2, days=56), days=7)
    forecast = forecast_of(found, asked="statsforecast")
    assert set(forecast.errors) == {*CORE, "statsforecast"}
    usual = forecast_of(found, asked="profile").expected.sum()
    assert forecast.expected.sum() == pytest.approx(usual, rel=0.15)
