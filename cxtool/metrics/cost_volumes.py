"""What there is to pay for: the volumes of both periods, counted from the cases of the export.

What decides: an internal case is no contact and costs no minutes, but its agent needs a seat. A
call is an answered case on a voice channel and lasts from answer to end: talk and hold where talk
is known, else its handle time. An agent takes a seat in each calendar month in which the agent
answers a case, for the share of that month's days that lie in the period. Source: K11.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.calendar_units import unit_bounds
from cxtool.metrics.cost_prices import Channels
from cxtool.metrics.handling import AHT_MS, with_handle_parts
from cxtool.metrics.trend import CURRENT, in_either, period_flag
from cxtool.period import Period, Request, day_number
from cxtool.tables import Frame, Tables

MONTH = "month"
FLAGS = (
    *("cases_n", "contacts_n", "outcomes_n", "resolutions_n", "calls_n", "timed_n"),
    *("recorded_n", "handled_n", "internal_n", "seated_n"),
)
SUMS = ("call_ms", "recorded_ms", "agent_ms")
MS_PER_MINUTE, MS_PER_HOUR = 60_000, 3_600_000


class Volumes(Struct, frozen=True, kw_only=True):
    """The volumes of one period; None is unknown, which is not 0.

    ``months`` and ``seat_months`` are shares of calendar months. Squares are sums over cases, of
    minutes and hours.
    """

    months: float
    seats_n: int | None
    seat_months: float | None
    minutes: float | None
    message_cases: float
    social_months: float
    recorded_h: float | None
    agent_h: float | None
    minutes_squares: float = 0.0
    recorded_squares: float = 0.0
    agent_squares: float = 0.0


def months_of(period: Period) -> Iterator[tuple[int, float]]:
    """Each calendar month of a period: the number of its first day, the share in the period.

    >>> from datetime import date
    >>> period = Period(date(2026, 4, 16), date(2026, 6, 1), "")
    >>> [(number - day_number(date(2026, 4, 1)), share) for number, share in months_of(period)]
    [(0, 0.5), (30, 1.0)]
    """
    day = period.start
    while day < period.end:
        start, end = unit_bounds("month", day)
        yield day_number(start), (min(end, period.end) - day) / (end - start)
        day = end


def usage_counts(tables: Tables) -> Frame:
    """Partial: ``FLAGS``, and ``SUMS`` with their squares, per period, month, channel and agent.

    ``month`` is the number of the month's first day. Counts are mergeable.
    """
    request = tables.request
    answered, voice = nw.col("answered"), nw.col("is_voice")
    customer = nw.col("direction") != "internal"
    contact, known = customer & answered, ~nw.col("resolved").is_null()
    length = connected_ms()
    call, recorded = contact & voice, customer & ~nw.col("recording").is_null()
    flags = {
        "cases_n": customer,
        "contacts_n": contact,
        "outcomes_n": contact & known,
        "resolutions_n": contact & nw.col("resolved"),
        "calls_n": call,
        "timed_n": call & ~length.is_null(),
        "recorded_n": recorded & ~length.is_null(),
        "handled_n": contact & ~nw.col(AHT_MS).is_null(),
        "internal_n": ~customer,
        "seated_n": answered,
    }
    sums = {
        "call_ms": nw.when(call).then(length),
        "recorded_ms": nw.when(recorded).then(length),
        "agent_ms": nw.when(contact).then(nw.col(AHT_MS)),
    }
    keys = (CURRENT, MONTH, "channel", "agent_id")
    cases = with_handle_parts(tables.cases.filter(in_either(request)))
    rows = cases.with_columns(period_flag(request), _month(request).alias(MONTH)).select(
        *keys,
        *(nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()),
        *(value.alias(name) for name, value in sums.items()),
        *((value.cast(nw.Float64) ** 2).alias(f"{name}_squares") for name, value in sums.items()),
    )
    return rows.group_by(*keys).agg(
        *(nw.col(name).sum().cast(nw.Int64) for name in (*FLAGS, *SUMS)),
        *(nw.col(f"{name}_squares").sum() for name in SUMS),
    )


def connected_ms() -> nw.Expr:
    """How long a case was connected: talk and hold where talk is known, else its handle time."""
    talk = nw.col("talk_ms")
    parts = talk + nw.col("hold_ms").fill_null(0)
    return nw.when(~talk.is_null()).then(parts).otherwise(nw.col("handle_ms"))


def volumes_of(
    counts: pl.DataFrame, period: Period, channels: Channels, *, knows_recordings: bool
) -> Volumes:
    """The volumes of one period from its rows of ``usage_counts``.

    Unknown: seats where a case was answered and none names its agent; minutes where there are
    calls and no length of any; agents' hours likewise; recordings where the export has no column
    for them.
    """
    share = dict(months_of(period))
    totals = counts.select(pl.col(*FLAGS, *SUMS, *(f"{name}_squares" for name in SUMS)).sum()).row(
        0, named=True
    )
    agents = counts.filter(pl.col("seated_n") > 0).drop_nulls("agent_id")
    seats = agents.select(MONTH, "agent_id").unique().get_column(MONTH)
    is_social = pl.col("channel").is_in(channels.social) & (pl.col("cases_n") > 0)
    social = counts.filter(is_social).select(MONTH, "channel").unique().get_column(MONTH)
    is_message = pl.col("channel").is_in(channels.message)
    knows_seats = agents.height > 0 or not totals["seated_n"]
    return Volumes(
        months=sum(share.values()),
        seats_n=agents["agent_id"].n_unique() if knows_seats else None,
        seat_months=sum(share[month] for month in seats) if knows_seats else None,
        minutes=_known(totals, "call_ms", "timed_n", "calls_n", MS_PER_MINUTE),
        message_cases=float(counts.filter(is_message)["cases_n"].sum()),
        social_months=float(sum(share[month] for month in social)),
        recorded_h=totals["recorded_ms"] / MS_PER_HOUR if knows_recordings else None,
        agent_h=_known(totals, "agent_ms", "handled_n", "contacts_n", MS_PER_HOUR),
        minutes_squares=totals["call_ms_squares"] / MS_PER_MINUTE**2,
        recorded_squares=totals["recorded_ms_squares"] / MS_PER_HOUR**2,
        agent_squares=totals["agent_ms_squares"] / MS_PER_HOUR**2,
    )


def _known(
    totals: dict[str, int], total: str, known_n: str, all_n: str, scale: int
) -> float | None:
    """A sum of times; None where there are cases and the time of none is known."""
    return None if totals[all_n] and not totals[known_n] else totals[total] / scale


def _month(request: Request) -> nw.Expr:
    """The number of the first day of the month in which a case of either period started."""
    periods = [request.period, *([request.previous] if request.previous else [])]
    firsts = sorted({first for first, _ in chain.from_iterable(map(months_of, periods))})
    steps = [
        nw.when(nw.col("started_d") >= later).then(later - earlier).otherwise(0)
        for earlier, later in pairwise(firsts)
    ]
    return nw.sum_horizontal(nw.lit(firsts[0]), *steps).cast(nw.Int64)
