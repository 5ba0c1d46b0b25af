"""K9: Erlang B, C and A against the worked examples, their properties, and a simulated queue."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cxtool.metrics.erlang import (
    Floats,
    Service,
    erlang_a,
    erlang_b,
    erlang_c,
    least_agents,
    load_erlangs,
    with_shrinkage,
)

HALF_HOUR, HOUR = 1800.0, 3600.0


def least_for_level(
    calls: float, aht_s: float, *, interval_s: float, level: float, within_s: float
) -> int:
    load = load_erlangs(calls, aht_s=aht_s, interval_s=interval_s)
    return int(
        least_agents(
            lambda n: erlang_c(load, n, aht_s=aht_s, within_s=within_s).level >= level,
            np.floor(load) + 1,
        )
    )


def test_a_hundred_calls_of_three_minutes() -> None:
    """K9: load, waiting, service level, ASA and occupancy of the first worked example."""
    load = load_erlangs(100, aht_s=180, interval_s=HALF_HOUR)
    assert float(load) == 10
    fourteen = erlang_c(load, 14, aht_s=180, within_s=20)
    assert float(fourteen.wait) == pytest.approx(0.174132, abs=5e-7)
    assert float(fourteen.level) == pytest.approx(0.888350, abs=5e-7)
    assert float(fourteen.asa_s) == pytest.approx(7.8359, abs=5e-5)
    assert float(fourteen.occupancy) == pytest.approx(0.714286, abs=5e-7)
    thirteen = erlang_c(load, 13, aht_s=180, within_s=20)
    assert float(thirteen.level) == pytest.approx(0.795595, abs=5e-7)


@pytest.mark.parametrize(
    ("agents", "share", "scheduled"), [(14, 0.3, 20), (14, 0.0, 14), (7, 0.3, 10), (15, 0.3, 22)]
)
def test_shrinkage_rounds_up_but_not_from_nothing(
    agents: int, share: float, scheduled: int
) -> None:
    """K9: 14 / 0.7 is 20, whatever floats make of it."""
    assert int(with_shrinkage(agents, share)) == scheduled


@pytest.mark.parametrize(
    ("calls", "aht_s", "interval_s", "within_s", "agents", "level"),
    [
        (200, 180, HALF_HOUR, 20, 22, 0.5452),
        (200, 180, HALF_HOUR, 20, 23, 0.7021),
        (200, 180, HALF_HOUR, 20, 24, 0.8089),
        (200, 180, HALF_HOUR, 20, 25, 0.8800),
        (250, 330, HOUR, 30, 27, 0.7822),
        (250, 330, HOUR, 30, 28, 0.8569),
    ],
)
def test_service_levels_of_the_table(
    calls: float, aht_s: float, interval_s: float, within_s: float, agents: int, level: float
) -> None:
    """K9: the share answered in time, by Erlang C."""
    load = load_erlangs(calls, aht_s=aht_s, interval_s=interval_s)
    found = erlang_c(load, agents, aht_s=aht_s, within_s=within_s).level
    assert float(found) == pytest.approx(level, abs=5e-5)


def test_a_large_team() -> None:
    """K9: 55 agents for 48 Erlangs."""
    load = load_erlangs(360, aht_s=240, interval_s=HALF_HOUR)
    found = erlang_c(load, 55, aht_s=240, within_s=15)
    assert float(found.wait) == pytest.approx(0.238701, abs=5e-7)
    assert float(found.level) == pytest.approx(0.845883, abs=5e-7)
    assert float(found.asa_s) == pytest.approx(8.184, abs=5e-4)
    assert float(found.occupancy) == pytest.approx(0.872727, abs=5e-7)


@pytest.mark.parametrize(
    ("calls", "aht_s", "agents"),
    [
        (10, 180, 3),
        (50, 180, 8),
        (100, 180, 14),
        (200, 180, 24),
        (100, 300, 21),
        (360, 240, 54),
        (500, 300, 91),
        (1000, 300, 176),
    ],
)
def test_least_agents_for_80_in_20(calls: float, aht_s: float, agents: int) -> None:
    """K9: how many agents the usual target takes."""
    found = least_for_level(calls, aht_s, interval_s=HALF_HOUR, level=0.8, within_s=20)
    assert found == agents


def test_least_agents_for_80_in_30() -> None:
    """K9: 28 agents for 250 calls an hour."""
    assert least_for_level(250, 330, interval_s=HOUR, level=0.8, within_s=30) == 28


@pytest.mark.parametrize(
    ("calls", "interval_s", "aht_s", "patience_s", "agents", "expected"),
    [
        (48, 60, 60, 120, 50, {"abandonment": 0.0309, "occupancy": 0.9303, "level": 0.9430}),
        (
            *(100, HALF_HOUR, 180, 300, 14),
            {"wait": 0.14526, "abandonment": 0.013984, "occupancy": 0.704297, "level": 0.916792},
        ),
    ],
)
def test_erlang_a_of_the_table(
    calls: float,
    interval_s: float,
    aht_s: float,
    patience_s: float,
    agents: int,
    expected: dict[str, float],
) -> None:
    """K9: with callers who hang up; every digit that the table gives."""
    load = load_erlangs(calls, aht_s=aht_s, interval_s=interval_s)
    found = erlang_a(load, agents, aht_s=aht_s, patience_s=patience_s, within_s=20)
    for name, value in expected.items():
        digits = max(len(str(value).partition(".")[2]), 4)
        assert round(float(getattr(found, name)), digits) == value, name


def test_erlang_a_mean_wait_of_the_table() -> None:
    """K9: 3.71 s."""
    found = erlang_a(48, 50, aht_s=60, patience_s=120, within_s=20)
    assert round(float(found.asa_s), 2) == 3.71


def test_erlang_b_of_the_table() -> None:
    """K9: blocking, and the trunks that 10 Erlangs take at 2 %."""
    assert erlang_b([1, 1, 10], [1, 2, 10]).round(5).tolist() == [0.5, 0.2, 0.21458]
    assert int(least_agents(lambda n: erlang_b(10, n) <= 0.02, 1)) == 17


@settings(max_examples=25, deadline=None)
@given(
    load=st.floats(0.05, 400),
    aht_s=st.floats(20, 2000),
    patience_s=st.floats(5, 5000),
    within_s=st.floats(0, 120),
)
def test_more_agents_never_serve_worse(
    load: float, aht_s: float, patience_s: float, within_s: float
) -> None:
    """K9: service level never falls as N grows, waits and abandonment never rise."""
    agents = np.arange(1, int(load) + 40)
    for found in (
        erlang_c(load, agents, aht_s=aht_s, within_s=within_s),
        erlang_a(load, agents, aht_s=aht_s, patience_s=patience_s, within_s=within_s),
    ):
        assert (np.diff(found.level) >= -1e-9).all()
        ends = np.isfinite(found.asa_s)
        assert (np.diff(found.asa_s[ends]) <= 1e-9 * aht_s).all()
        assert (np.diff(found.abandonment) <= 1e-9).all()
        assert (np.diff(found.occupancy) <= 1e-9).all()
        for share in (found.wait, found.level, found.occupancy, found.abandonment):
            assert ((share >= 0) & (share <= 1 + 1e-12)).all()


@settings(max_examples=25, deadline=None)
@given(load=st.floats(0.05, 300), spare=st.integers(1, 30), aht_s=st.floats(20, 1000))
@example(load=232.25, spare=1, aht_s=20.0)
def test_erlang_a_meets_c_as_patience_grows(load: float, spare: int, aht_s: float) -> None:
    """K9: callers with endless patience are those of Erlang C."""
    agents = int(load) + spare
    patient = erlang_a(load, agents, aht_s=aht_s, patience_s=aht_s * 1e9, within_s=20)
    waiting = erlang_c(load, agents, aht_s=aht_s, within_s=20)
    if agents - load > 0.5:  # else even such patience is tried
        assert float(patient.level) == pytest.approx(float(waiting.level), abs=2e-3)
        assert float(patient.wait) == pytest.approx(float(waiting.wait), abs=2e-3)
        assert float(patient.abandonment) < 1e-4
    short = erlang_a(load, agents, aht_s=aht_s, patience_s=aht_s, within_s=20)
    assert float(short.wait) <= float(waiting.wait) + 1e-9


def states(load: float, agents: int, ratio: float, most: int) -> Floats:
    """How often the system holds k calls, by balance of flows; ``ratio`` is AHT over patience."""
    k = np.arange(1, most)
    leaving = np.minimum(k, agents) + np.maximum(k - agents, 0) * ratio
    weights = np.concatenate([[0.0], np.cumsum(np.log(load / leaving))])
    shares = np.exp(weights - weights.max())
    normed: Floats = shares / shares.sum()
    return normed


@pytest.mark.parametrize(
    ("load", "agents", "patience_s"), [(10, 14, 300), (10, 8, 300), (48, 50, 60), (2, 1, 30)]
)
def test_littles_law_holds(load: float, agents: int, patience_s: float) -> None:
    """K9: calls in the queue are arrivals times their mean wait; agents busy are load carried."""
    aht_s = 180.0
    shares = states(load, agents, aht_s / patience_s, 2000)
    held = np.arange(2000)
    found = erlang_a(load, agents, aht_s=aht_s, patience_s=patience_s, within_s=20)
    queued = (np.maximum(held - agents, 0) * shares).sum()
    assert queued == pytest.approx(load / aht_s * float(found.asa_s), rel=1e-9)
    busy = (np.minimum(held, agents) * shares).sum()
    assert busy == pytest.approx(agents * float(found.occupancy), rel=1e-9)
    assert shares[agents:].sum() == pytest.approx(float(found.wait), rel=1e-9)


def test_thousands_of_agents() -> None:
    """K9: no overflow from 1 to 5000 agents, in and beyond their capacity."""
    agents = np.array([1, 10, 500, 4900, 5000, 5000])
    load = np.array([0.9, 40.0, 499.0, 5000.0, 4990.0, 1.0])
    found = erlang_a(load, agents, aht_s=300, patience_s=180, within_s=20)
    for values in (found.wait, found.level, found.asa_s, found.occupancy, found.abandonment):
        assert np.isfinite(values).all()
    assert found.abandonment[1] == pytest.approx(0.75, abs=1e-3)  # a quarter finds an agent
    waiting = erlang_c(load, agents, aht_s=300, within_s=20)
    assert np.isnan(waiting.asa_s).tolist() == [False, True, False, True, False, False]
    assert waiting.level[[1, 3]].tolist() == [0, 0]


def test_a_target_that_no_number_meets_is_told() -> None:
    with pytest.raises(ValueError, match="no number of agents"):
        least_agents(lambda n: np.zeros(np.shape(n), bool), [1, 2])


def simulated(
    *, calls_n: int, load: float, agents: int, aht_s: float, patience_s: float, within_s: float
) -> dict[str, float]:
    """A queue call by call: first come, first served; who waits past patience has gone."""
    draw = np.random.default_rng(20260518)
    arrivals = np.cumsum(draw.exponential(aht_s / load, calls_n)).tolist()
    times = draw.exponential(aht_s, calls_n).tolist()
    patience = (draw.exponential(1.0, calls_n) * patience_s).tolist()
    free = [0.0] * agents  # when each agent is free again
    waited, busy, level, lost, ready = 0.0, 0.0, 0, 0, 0
    for at, takes, bears in zip(arrivals, times, patience, strict=True):
        wait = max(free[0] - at, 0.0)
        ready += wait > 0
        if wait > bears:
            lost += 1
            waited += bears
            continue
        waited += wait
        level += wait <= within_s
        busy += takes
        heapq.heapreplace(free, at + wait + takes)
    return {
        "wait": ready / calls_n,
        "level": level / calls_n,
        "asa_s": waited / calls_n,
        "occupancy": busy / (agents * arrivals[-1]),
        "abandonment": lost / calls_n,
    }


@pytest.mark.parametrize("patience_s", [float("inf"), 120.0])
def test_a_simulated_queue_agrees(patience_s: float) -> None:
    """K9: both formulas against a queue that knows neither."""
    load, agents, aht_s, within_s = 10.0, 12, 180.0, 20.0
    counted = simulated(
        calls_n=300_000,
        load=load,
        agents=agents,
        aht_s=aht_s,
        patience_s=patience_s,
        within_s=within_s,
    )
    found: Service = (
        erlang_c(load, agents, aht_s=aht_s, within_s=within_s)
        if patience_s == float("inf")
        else erlang_a(load, agents, aht_s=aht_s, patience_s=patience_s, within_s=within_s)
    )
    for name in ("wait", "level", "occupancy", "abandonment"):
        assert counted[name] == pytest.approx(float(getattr(found, name)), abs=0.012), name
    assert counted["asa_s"] == pytest.approx(float(found.asa_s), rel=0.06)
