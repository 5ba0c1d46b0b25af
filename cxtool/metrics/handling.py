"""What is counted of each case for the contact-centre metrics: handled, timed, rated, given up.

A case is handled when it was answered, in whatever direction. Every metric is a pair of counts or
sums that add up over cases, so that a figure is derived once, from totals. A value that is not
known is in neither part of a pair. Source: K1, K3-K5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.dimensions import Dimension, exploded
from cxtool.metrics.service_level import call_flags
from cxtool.metrics.sla_compliance import in_position
from cxtool.metrics.trend import CURRENT, period_flag, within
from cxtool.period import Request
from cxtool.tables import Frame

# Parts of the handle time: they add up to it, over the same cases.
PARTS = ("talk", "hold", "after", "unsplit")
TIMES = ("aht", *PARTS, "acw", "asa")

COUNTS = (
    *("cases_n", "inbound_n", "outbound_n", "internal_n", "handled_n", "split_n"),
    *("rated_n", "top_n", "rated_handled_n"),
    *("given_up_n", "offered_n", "short_abandons_n"),
    *("known_n", "resolved_n", "resolved_all_n", "routed_n", "transferred_n"),
    *("answered_n", "abandoned_n", "answered_within_n", "abandoned_within_n", "short_n"),
)
SUMS = ("csat", *TIMES)  # each with its n, total and sum of squares

AHT_MS = "aht_ms"


def columns_of_counts() -> tuple[str, ...]:
    """The names of all that ``case_counts`` counts and sums, in order."""
    return (*COUNTS, *(f"{name}_{part}" for name in SUMS for part in ("count", "total", "squares")))


def with_handle_parts(cases: Frame) -> Frame:
    """Add the handle time ``aht_ms`` and its parts ``PARTS``, null where a case has none.

    A case has parts where its talk time is known and hold or after-call work as well; a part that
    it does not name took no time. Then the handle time is their sum; else it is ``handle_s``
    (else the talk time), which is ``unsplit``. Source: K3.

    >>> import polars as pl
    >>> times = {"talk_ms": [60, 60, None], "hold_ms": [5, None, None], "acw_ms": [None] * 3,
    ...          "handle_ms": [90, 90, None], "answered": [True] * 3}
    >>> rows = nw.from_native(pl.LazyFrame(times, schema_overrides={"acw_ms": pl.Int64}))
    >>> with_handle_parts(rows).collect().to_native().select("aht_ms", "talk_part_ms").rows()
    [(65, 60), (90, 0), (None, None)]
    """
    talk, hold, after = (nw.col(f"{part}_ms") for part in ("talk", "hold", "acw"))
    whole = nw.coalesce(nw.col("handle_ms"), talk)
    has_parts = _has_parts()
    timed = nw.col("answered") & (has_parts | ~whole.is_null())

    def part(value: nw.Expr, *, of_parts: bool) -> nw.Expr:
        counts = has_parts if of_parts else ~has_parts
        taken = nw.when(counts).then(value.fill_null(0)).otherwise(0)
        return nw.when(timed).then(taken).cast(nw.Int64)

    parts = {
        "talk": part(talk, of_parts=True),
        "hold": part(hold, of_parts=True),
        "after": part(after, of_parts=True),
        "unsplit": part(whole, of_parts=False),
    }
    split = cases.with_columns(**{f"{name}_part_ms": value for name, value in parts.items()})
    total = nw.col("talk_part_ms")
    for name in PARTS[1:]:
        total = total + nw.col(f"{name}_part_ms")
    return split.with_columns(total.alias(AHT_MS))


def timings() -> dict[str, nw.Expr]:
    """Times of a case of ``with_handle_parts`` in milliseconds, null where it is not counted.

    ``aht`` and its parts; ``acw`` of handled cases that tell it; ``asa`` of answered inbound
    cases. Source: K3, K4, K5.
    """
    answered, inbound = nw.col("answered"), nw.col("direction") == "inbound"
    return {
        "aht": nw.col(AHT_MS),
        **{part: nw.col(f"{part}_part_ms") for part in PARTS},
        "acw": nw.when(answered).then(nw.col("acw_ms")),
        "asa": nw.when(answered & inbound).then(nw.col("first_response_ms")),
    }


def case_counts(
    cases: Frame, dimensions: Sequence[Dimension], settings: Settings, request: Request
) -> Frame:
    """Count and sum ``columns_of_counts`` per group and compared period.

    Totals of times are milliseconds, of ratings steps; squares are floats. Counts are mergeable.
    """
    if dimensions:
        keys = [*(dimension.key for dimension in dimensions), CURRENT]
        rows = placed(cases, dimensions, request)
        return _counted(rows, settings, keys=keys).group_by(*keys).agg(*_totals())
    # Sums over the rows of each period take half the time of a grouping by period.
    periods = {True: request.period, False: request.previous}
    sides = [
        _counted(cases.filter(within(period)), settings)
        .select(nw.lit(is_current).alias(CURRENT), *_totals())
        .filter(nw.col("cases_n") > 0)
        for is_current, period in periods.items()
        if period is not None
    ]
    return nw.concat(sides)


def _counted(cases: Frame, settings: Settings, *, keys: Sequence[str] = ()) -> Frame:
    """What ``_totals`` add up of each case, beside the keys."""
    values = {"csat": nw.col("csat"), **timings()}
    counted = with_handle_parts(cases).select(
        *keys,
        *(flag.alias(name) for name, flag in case_flags(settings).items()),
        *(value.alias(name) for name, value in values.items()),
    )
    # Several columns in one expression: each alone takes as long to say as all of them.
    ones = nw.col(*COUNTS).fill_null(False).cast(nw.Int8)
    squares = (nw.col(*SUMS).cast(nw.Float64) ** 2).name.suffix("_squares")
    return counted.with_columns(ones, squares)


def _totals() -> tuple[nw.Expr, ...]:
    return (
        nw.col(*COUNTS).sum().cast(nw.Int64),
        nw.col(*SUMS).count().cast(nw.Int64).name.suffix("_count"),
        nw.col(*SUMS).sum().cast(nw.Float64).name.suffix("_total"),
        nw.col(*(f"{name}_squares" for name in SUMS)).sum().cast(nw.Float64),
    )


def placed(cases: Frame, dimensions: Sequence[Dimension], request: Request) -> Frame:
    """Cases with their period and the values of the dimensions, lists taken apart."""
    rows = cases.with_columns(period_flag(request))
    if request.previous and any(dimension.by_position for dimension in dimensions):
        rows = in_position(rows, request)
    return exploded(rows, dimensions)


def _has_parts() -> nw.Expr:
    talk, hold, after = (nw.col(f"{part}_ms").is_null() for part in ("talk", "hold", "acw"))
    return ~talk & ~(hold & after)


def case_flags(settings: Settings) -> Mapping[str, nw.Expr]:
    """Whether a case counts in each of ``COUNTS``; an unknown flag does not."""
    handled, rated = nw.col("answered"), ~nw.col("csat").is_null()
    inbound = nw.col("direction") == "inbound"
    top = settings.csat.scale[1] - settings.csat.top_steps + 1
    level = settings.service_level
    calls = call_flags(within_s=level.within, short_s=level.short_abandon)
    short = inbound & calls["short_n"]
    known, resolved = ~nw.col("resolved").is_null(), nw.col("resolved")
    routed = handled & ~nw.col("transfers").is_null()
    voice = inbound & nw.col("is_voice")
    return {
        "cases_n": nw.lit(True),
        **{
            f"{name}_n": nw.col("direction") == name for name in ("inbound", "outbound", "internal")
        },
        "handled_n": handled,
        "split_n": handled & _has_parts(),
        "rated_n": rated,
        "top_n": rated & (nw.col("csat") >= top),
        "rated_handled_n": rated & handled,
        "given_up_n": inbound & ~handled & ~short,
        "offered_n": inbound & ~short,
        "short_abandons_n": short,
        "known_n": handled & known,
        "resolved_n": handled & resolved,
        "resolved_all_n": resolved,
        "routed_n": routed,
        "transferred_n": routed & (nw.col("transfers") > 0),
        **{name: voice & flag for name, flag in calls.items()},
    }
