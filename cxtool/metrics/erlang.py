"""Queues of calls: what a number of agents gives an interval, and how many a target takes.

Calls come at random (Poisson), each takes an exponential time with mean ``aht_s``, one agent serves
one call at a time, in the order of arrival. Erlang C: callers wait for ever. Erlang A (M/M/N+M):
each hangs up after an exponential time with mean ``patience_s``. All functions take arrays (or
numbers that spread over them) and are stable from 1 to some thousand agents. Source: K9.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaln

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Meets = Callable[[Counts], NDArray[np.bool_]]

LARGEST_LOG = 700.0  # e to this is still a float
LAST_TERM_LOG = -37.0  # e to this is nothing beside 1
FAR = 25.0  # standard deviations at which the incomplete gamma function is still a float
ENDLESS = 1e6  # handle times of patience, as good as for ever
MOST_AGENTS = 20_000
HAIR = 1e-9  # by which a division may miss the whole number that it is


class Service(Struct, frozen=True, kw_only=True):
    """What callers and agents meet, per interval; shares from 0 to 1, times in seconds.

    ``wait``: share of calls that waits at all. ``level``: share that an agent answers within the
    target's time. ``asa_s``: mean wait of all calls, also of those who hang up; NaN where the queue
    grows without end. ``occupancy``: share of their time that agents are busy. ``abandonment``:
    share that hangs up.
    """

    wait: Floats
    level: Floats
    asa_s: Floats
    occupancy: Floats
    abandonment: Floats


def load_erlangs(calls: ArrayLike, *, aht_s: ArrayLike, interval_s: float) -> Floats:
    """Offered load: calls x AHT / interval, the agents that would be busy if nobody waited.

    >>> float(load_erlangs(100, aht_s=180, interval_s=1800))
    10.0
    """
    calls_n, handling_s = _spread(calls, aht_s)
    return calls_n * handling_s / interval_s


def erlang_b(load: ArrayLike, agents: ArrayLike) -> Floats:
    """Share of calls that find all busy where none may wait: B(k) = A B / (k + A B), B(0) = 1.

    >>> erlang_b([1, 1, 10], [1, 2, 10]).round(5).tolist()
    [0.5, 0.2, 0.21458]
    """
    erlangs, servers = np.broadcast_arrays(np.asarray(load, float), np.asarray(agents))
    blocked = np.ones(erlangs.shape)
    for k in range(1, int(servers.max(initial=0)) + 1):
        carried = erlangs * blocked
        blocked = np.where(servers >= k, carried / (k + carried), blocked)
    return blocked


def erlang_c(load: ArrayLike, agents: ArrayLike, *, aht_s: ArrayLike, within_s: float) -> Service:
    """P(wait) = N B / (N - A (1 - B)), level = 1 - P(wait) exp(-(N - A) T / AHT), ASA = P(wait)
    AHT / (N - A), occupancy A / N. With N <= A all wait, without end: level 0, ASA NaN.

    >>> service = erlang_c(10, 14, aht_s=180, within_s=20)
    >>> float(service.level.round(6)), float(service.asa_s.round(4))
    (0.88835, 7.8359)
    """
    erlangs, servers, handling_s = _spread(load, agents, aht_s)
    blocked = erlang_b(erlangs, servers)
    free = servers - erlangs
    ends = free > 0
    spare = np.where(ends, free, 1.0)
    wait = np.where(ends, servers * blocked / (spare + erlangs * blocked), 1.0)
    late = np.where(ends, wait * np.exp(-spare * within_s / handling_s), 1.0)
    return Service(
        wait=wait,
        level=1 - late,
        asa_s=np.where(ends, wait * handling_s / spare, np.nan),
        occupancy=np.where(ends, erlangs / np.maximum(servers, 1), 1.0),
        abandonment=np.zeros(erlangs.shape),
    )


def erlang_a(
    load: ArrayLike,
    agents: ArrayLike,
    *,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    within_s: float,
) -> Service:
    """M/M/N+M, for loads above 0 and agents from 1, also fewer than the load.

    With c = N patience / AHT, y = A patience / AHT and Q = 1 + y/(c+1) + y^2/((c+1)(c+2)) + ...:
    P(wait) = Q B / (1 + (Q - 1) B); of those who wait 1 - c/y (1 - 1/Q) hang up; the mean wait is
    P(abandon) x patience. Who hangs up within the time is not answered, so no part of the level.

    >>> service = erlang_a(10, 14, aht_s=180, patience_s=300, within_s=20)
    >>> float(service.wait.round(5)), float(service.abandonment.round(6))
    (0.14526, 0.013984)
    """
    erlangs, servers, handling_s = _spread(load, agents, aht_s)
    patience = np.minimum(np.asarray(patience_s, float), ENDLESS * handling_s)
    # In units of patience: how many calls the agents end, how many come.
    ended, come = servers * patience / handling_s, erlangs * patience / handling_s
    left = come * np.exp(-within_s / patience)
    queue_log, later_log = _queue_log(ended, come), _queue_log(ended, left)
    queue, later = (np.exp(np.minimum(log, LARGEST_LOG)) for log in (queue_log, later_log))
    blocked = erlang_b(erlangs, servers)
    wait = queue * blocked / (1 + (queue - 1) * blocked)
    gives_up = np.clip(1 - ended / come * (1 - 1 / queue), 0.0, 1.0)
    abandonment = wait * gives_up
    past_log = come - left - ended * within_s / patience + later_log - queue_log
    late = wait * np.exp(np.minimum(past_log, 0.0)) * servers / erlangs * (1 - 1 / later)
    return Service(
        wait=wait,
        level=np.clip(1 - abandonment - late, 0.0, 1.0),
        asa_s=abandonment * patience,
        occupancy=erlangs * (1 - abandonment) / servers,
        abandonment=abandonment,
    )


def _spread(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(value, float) for value in values)))


def _queue_log(ended: Floats, come: Floats) -> Floats:
    """log of 1 + y/(x+1) + y^2/((x+1)(x+2)) + ..., the weight of waiting against a full house."""
    # Where the agents can hardly keep up the terms rise beyond any float, but the incomplete gamma
    # function has their sum; far from there it is no float itself, and the terms fall.
    rises = come > ended - np.minimum(FAR * np.sqrt(ended), ended / 2)
    x, y = np.where(rises, ended, 1.0), np.where(rises, come, 1.0)
    risen = gammaln(x + 1) + y - x * np.log(y) + np.log(gammainc(x, y))
    share = np.where(rises, 0.0, come / ended)
    highest = share.max(initial=0.0)
    terms_n = math.ceil(LAST_TERM_LOG / math.log(highest)) if highest > 0 else 0
    total = np.ones(come.shape)
    for k in range(terms_n, 0, -1):
        total = 1 + share * ended / (ended + k) * total
    logs: Floats = np.where(rises, risen, np.log(total))
    return logs


def least_agents(meets: Meets, start: ArrayLike) -> Counts:
    """The least number of agents from ``start`` on that meets a target, per interval.

    ``meets`` says of a number for each interval whether it does; what holds for N holds for N + 1.
    Twice as many are tried until all meet it, then halves. Raises ``ValueError`` where not even
    ``MOST_AGENTS`` more would.

    >>> int(least_agents(lambda n: erlang_c(10, n, aht_s=180, within_s=20).level >= 0.8, 11))
    14
    """
    low = np.asarray(start, np.int64)
    step = np.zeros_like(low)
    while not (met := meets(low + step)).all():
        step = np.where(met, step, 2 * step + 1)
        if step.max() > MOST_AGENTS:
            raise ValueError("no number of agents meets the target")
    # The number sought lies in (low + step // 2 - 1, low + step].
    low, high = np.where(step > 0, low + (step - 1) // 2 + 1, low), low + step
    while (low < high).any():
        middle = (low + high) // 2
        met = meets(middle)
        high, low = np.where(met, middle, high), np.where(met, low, np.minimum(middle + 1, high))
    return high


def with_shrinkage(agents: ArrayLike, share: float) -> Counts:
    """Agents to schedule where that share of their paid time is no work on calls: N / (1 - s).

    Rounded up, but not from the hair that dividing floats adds.

    >>> int(with_shrinkage(14, 0.3)), int(with_shrinkage(14, 0))
    (20, 14)
    """
    scheduled: Counts = np.ceil(np.asarray(agents) / (1 - share) - HAIR).astype(np.int64)
    return scheduled
