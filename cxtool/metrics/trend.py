"""How a figure changed against the compared period, and whether chance alone explains it.

A metric marks each row of its partial with ``period_flag``, counts per group and period, and
``wide`` sets the two periods side by side: a count ``c`` beside its ``c_previous``. The ``*_trend``
functions give, for a figure ``x``, the five columns of the contract: ``x``, ``x_previous``,
``x_change`` (percentage points for a rate), ``x_change_pct`` (of a positive previous value) and
``x_signal``: ``up``, ``down``, ``flat`` (not distinguishable from chance at 95 %), ``new`` (no
data before). Everything is null where nothing is compared or the figure itself is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.metrics.stats import (
    ALPHA,
    Z95,
    poisson_p,
    ratio,
    rounded,
    squared_error,
    two_proportion_z,
    welch_p,
)
from cxtool.period import EPOCH, Period, Request, day_number
from cxtool.report import Column, Role
from cxtool.tables import Frame
from cxtool.units import Unit

CURRENT = "is_current"
FEW_AGENTS = 5


class Wide(Struct, frozen=True):
    """Groups of the current period with both periods' counts; how many exist only before."""

    rows: pl.DataFrame
    gone_n: int


def within(period: Period, *, day: str = "started_d") -> nw.Expr:
    """Whether a local day number lies in the period."""
    number = nw.col(day)
    return (number >= day_number(period.start)) & (number < day_number(period.end))


def of_period(cases: Frame, period: Period) -> Frame:
    """The cases of a period, found by their instants first."""
    return about(cases, day_number(period.start), day_number(period.end)).filter(within(period))


def about(cases: Frame, first: int, end: int) -> Frame:
    """The cases that start about these local day numbers, of whatever zone they are.

    Told from the instant alone, by which a scan passes over files and groups of rows. A condition
    on the local day has to be a filter of its own: Polars takes one with several to the scan as a
    whole, or not at all.
    """
    moment = nw.col("started_at")
    # No zone is further than a day from UTC.
    start, stop = (
        datetime.combine(EPOCH + timedelta(days=day), time.min, tzinfo=UTC)
        for day in (first - 1, end + 1)
    )
    return cases.filter(moment >= start, moment < stop)


def period_flag(request: Request, *, day: str = "started_d") -> nw.Expr:
    """``is_current``: true in the period, false elsewhere."""
    return within(request.period, day=day).alias(CURRENT)


def in_either(request: Request, *, day: str = "started_d") -> nw.Expr:
    """Whether a row lies in the period or the compared one; they need not touch each other."""
    current = within(request.period, day=day)
    return current | within(request.previous, day=day) if request.previous else current


def days_of(request: Request) -> tuple[int, int]:
    """Days of the period and of the compared one (its own length where nothing is compared)."""
    return request.period.days, (request.previous or request.period).days


def wide(partial: pl.DataFrame, keys: Sequence[str], counts: Sequence[str]) -> Wide:
    """Set a partial's two periods side by side.

    ``partial`` has one row a group and period (``is_current``). Rows are the groups that exist in
    the current period; a group without rows before has 0 there. Null keys match each other.
    Without keys there is always exactly one row.

    >>> partial = pl.DataFrame(
    ...     {"queue": ["a", "a", "b"], "is_current": [True, False, False], "cases_n": [3, 2, 9]}
    ... )
    >>> side = wide(partial, ["queue"], ["cases_n"])
    >>> side.rows.rows(), side.gone_n
    ([('a', 3, 2)], 1)
    """
    filled = partial.select(*keys, CURRENT, pl.col(counts).fill_null(0))
    now = filled.filter(pl.col(CURRENT)).drop(CURRENT)
    before = filled.filter(~pl.col(CURRENT)).select(*keys, pl.col(counts).name.suffix("_previous"))
    if not keys:
        return Wide(pl.concat([now.sum(), before.sum()], how="horizontal"), 0)
    rows = now.join(before, on=list(keys), how="left", nulls_equal=True).with_columns(
        pl.col([f"{count}_previous" for count in counts]).fill_null(0)
    )
    gone = before.join(now, on=list(keys), how="anti", nulls_equal=True)
    return Wide(rows, gone.height)


def trend_columns(column: Column) -> tuple[Column, ...]:
    """The column and the four that tell its trend, in the order of the ``*_trend`` functions."""
    difference = Unit.POINTS if column.unit is Unit.PERCENT else column.unit
    parts: tuple[tuple[Role, str, Unit, int], ...] = (
        ("previous", "before", column.unit, 3),
        ("change", "change", difference, 1),
        ("change_pct", "change %", Unit.PERCENT, 4),
        ("signal", "trend", Unit.SIGNAL, 2),
    )
    return (
        column,
        *(
            replace(
                column,
                key=f"{column.key}_{role}",
                label=f"{column.label} {words}",
                unit=unit,
                role=role,
                of=column.key,
                drop=column.drop + further,
            )
            for role, words, unit, further in parts
        ),
    )


def rate_trend(
    key: str, *, hits: str, n: str, compared: bool, scale: float = 100.0
) -> list[pl.Expr]:
    """Trend of ``scale * hits / n``, judged by the two-proportion z-test (pooled).

    >>> counts = pl.DataFrame({"h": [56], "n": [70], "h_previous": [48], "n_previous": [80]})
    >>> counts.select(rate_trend("met_pct", hits="h", n="n", compared=True)).row(0)
    (80.0, 60.0, 20.0, 33.333333, 'up')
    """
    newer, older = _pair(hits), _pair(n)
    z = two_proportion_z(newer[0], older[0], newer[1], older[1])
    return _columns(
        key,
        scale * ratio(newer[0], older[0]),
        scale * ratio(newer[1], older[1]),
        stands_out=z.abs() > Z95,
        compared=compared,
    )


def count_trend(
    key: str,
    *,
    count: str,
    compared: bool,
    data_before: bool = True,
    days: tuple[int, int] = (1, 1),
) -> list[pl.Expr]:
    """Trend of a count, judged as two Poisson counts over ``days`` of the two periods.

    ``data_before`` says whether the compared period has any data at all: then a count of 0 in it
    is a figure, else it is unknown. The change is of the counts themselves, the signal of the
    counts a day.
    """
    now, before = _pair(count)
    chance = poisson_p(now, before, share=days[0] / sum(days))
    return _columns(
        key,
        now,
        pl.when(pl.lit(data_before)).then(before),
        stands_out=chance < ALPHA,
        compared=compared,
        days=days,
        whole=True,
    )


def sum_trend(
    key: str,
    *,
    total: str,
    squares: str,
    compared: bool,
    data_before: bool = True,
    days: tuple[float, float] = (1, 1),
    scale: float = 1.0,
) -> list[pl.Expr]:
    """Trend of ``scale * total``, a sum of durations, judged as two compound Poisson sums.

    z = difference / sqrt(sum of squares now + before), each a day where the periods differ in
    length. ``squares`` are of the same unit as ``total``, as floats.
    """
    now, before = _pair(total)
    squares_now, squares_before = _pair(squares)
    difference = now / days[0] - before / days[1]
    error = (squares_now / days[0] ** 2 + squares_before / days[1] ** 2).sqrt()
    return _columns(
        key,
        scale * now,
        pl.when(pl.lit(data_before)).then(scale * before),
        stands_out=difference.abs() > Z95 * error,
        compared=compared,
        days=days,
    )


def mean_trend(
    key: str, *, n: str, total: str, squares: str, compared: bool, scale: float = 1.0
) -> list[pl.Expr]:
    """Trend of the mean ``scale * total / n``, judged by Welch's t-test.

    ``squares`` is the sum of squares, as a float: squared milliseconds overflow whole numbers.
    """
    n_now, n_before = _pair(n)
    total_now, total_before = _pair(total)
    squares_now, squares_before = _pair(squares)
    mean, mean_before = ratio(total_now, n_now), ratio(total_before, n_before)
    chance = welch_p(
        mean - mean_before,
        squared_error(n_now, total_now, squares_now),
        n_now,
        squared_error(n_before, total_before, squares_before),
        n_before,
    )
    return _columns(
        key, scale * mean, scale * mean_before, stands_out=chance < ALPHA, compared=compared
    )


def median_trend(
    key: str, *, median: str, n: str, above: str, compared: bool, scale: float = 1.0
) -> list[pl.Expr]:
    """Trend of ``scale * median``, judged by the median test.

    ``above`` of the ``n`` values are larger than the median of both periods together: if chance
    alone divided the values, the two shares would agree (two-proportion z-test).

    >>> medians = pl.DataFrame({"m": [9.0], "n": [40], "a": [8], "m_previous": [20.0],
    ...                         "n_previous": [40], "a_previous": [30]})
    >>> medians.select(median_trend("wait_s", median="m", n="n", above="a", compared=True)).row(0)
    (9.0, 20.0, -11.0, -55.0, 'down')
    """
    now, before = _pair(median)
    observed, larger = _pair(n), _pair(above)
    z = two_proportion_z(larger[0], observed[0], larger[1], observed[1])
    return _columns(key, scale * now, scale * before, stands_out=z.abs() > Z95, compared=compared)


def ratio_trend(
    key: str,
    *,
    n: str,
    earned: str,
    possible: str,
    earned_squares: str,
    possible_squares: str,
    products: str,
    compared: bool,
    scale: float = 100.0,
) -> list[pl.Expr]:
    """Trend of ``scale * earned / possible`` where one observation brings some of both.

    Points of one interaction hang together, so the interaction is the observation: the variance of
    the ratio R is that of the residuals ``earned - R * possible`` (delta method), from the sums of
    squares and of ``earned * possible`` over the ``n`` observations; then Welch's test.
    """
    observed = _pair(n)
    points, room = _pair(earned), _pair(possible)
    sums = (_pair(earned_squares), _pair(products), _pair(possible_squares))
    shares = [ratio(points[side], room[side]) for side in (0, 1)]
    errors = [
        pl.when((observed[side] > 1) & (room[side] > 0)).then(
            (sums[0][side] - 2 * share * sums[1][side] + share**2 * sums[2][side]).clip(0.0)
            * observed[side]
            / (observed[side] - 1)
            / room[side] ** 2
        )
        for side, share in enumerate(shares)
    ]
    chance = welch_p(shares[0] - shares[1], errors[0], observed[0], errors[1], observed[1])
    return _columns(
        key,
        scale * shares[0],
        scale * shares[1],
        stands_out=chance < ALPHA,
        compared=compared,
    )


def few_agents_note(agents_n: int) -> str | None:
    """A caution where a trend leans on few agents, for their rows are not independent."""
    if not 0 < agents_n < FEW_AGENTS:
        return None
    who = "one agent" if agents_n == 1 else f"{agents_n} agents"
    return (
        f"Signals lean on {who}: rows of one agent or day are not independent, "
        "so chance explains more than the test allows for."
    )


def _pair(count: str) -> tuple[pl.Expr, pl.Expr]:
    # Floats, so that squares and products never overflow a whole number.
    return pl.col(count).cast(pl.Float64), pl.col(f"{count}_previous").cast(pl.Float64)


def _columns(
    key: str,
    now: pl.Expr,
    before: pl.Expr,
    *,
    stands_out: pl.Expr,
    compared: bool,
    days: tuple[float, float] = (1, 1),
    whole: bool = False,
) -> list[pl.Expr]:
    known = pl.when(now.is_not_null() if compared else pl.lit(False))
    previous = known.then(before)
    change = now - before if compared else previous
    rises = now > before if days[0] == days[1] else now / days[0] > before / days[1]
    signal = known.then(
        pl.when(before.is_null())
        .then(pl.lit("new"))
        .when(~stands_out.fill_null(False))
        .then(pl.lit("flat"))
        .when(rises)
        .then(pl.lit("up"))
        .otherwise(pl.lit("down"))
    )
    figures = [now, previous, change]
    figures = [f.cast(pl.Int64) if whole else rounded(f) for f in figures]
    change_pct = rounded(100 * ratio(change, before))
    names = (key, *(f"{key}_{part}" for part in ("previous", "change", "change_pct", "signal")))
    return [
        figure.alias(name)
        for figure, name in zip([*figures, change_pct, signal], names, strict=True)
    ]
