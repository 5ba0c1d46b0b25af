"""A company's load, and its Customer Engagement Load from 0 to 100 (C9).

load = call seconds + chat seconds + tickets x mean ticket resolution seconds, and
CEL = 100 x load / largest load of the period, rounded half up. The mean resolution is a quotient,
so loads are compared as whole numbers, multiplied by the number of resolved tickets: a CEL of
20.5 becomes 21 and one of 20.49 stays 20, whatever the sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec import Struct

from cxtool.metrics.cel_contacts import DAY
from cxtool.metrics.trend import CURRENT


class TicketTime(Struct, frozen=True, kw_only=True):
    """What one ticket adds to a load: ``total_ms / tickets_n``, which stays a quotient.

    ``error_s2`` is the squared standard error of that mean in seconds; 0 for a fixed time.
    """

    total_ms: int
    tickets_n: int
    error_s2: float = 0.0

    @property
    def seconds(self) -> float:
        return self.total_ms / self.tickets_n / 1000


NO_TIME = TicketTime(total_ms=0, tickets_n=1)


def mean_resolutions(resolutions: pl.DataFrame) -> dict[bool, TicketTime]:
    """Mean resolution of the tickets created in the current (True) and the compared period.

    A period without a resolved ticket has none.
    """
    return {
        row[CURRENT]: TicketTime(
            total_ms=row["resolution_ms"],
            tickets_n=row["resolved_n"],
            error_s2=_mean_error(
                row["resolved_n"], row["resolution_ms"] / 1000, row["resolution_squares"]
            ),
        )
        for row in resolutions.iter_rows(named=True)
        if row["resolved_n"]
    }


def load_variance() -> pl.Expr:
    """What chance may make of a load: it is a compound Poisson sum of ``base_squares``.

    A ticket counts there with its mean time; that this mean is itself an estimate, one for all
    tickets, adds tickets squared times its squared standard error.
    """
    return pl.col("base_squares") + pl.col("ticket_n") ** 2 * pl.col("ticket_error")


def company_loads(contacts: pl.DataFrame, ticket_times: Mapping[bool, TicketTime]) -> pl.DataFrame:
    """One row per company and period: contacts and times by channel, load, CEL.

    ``load_s`` and ``cel`` as above; ``load_squares`` (``load_variance``) and ``cel_variance`` are
    what chance may make of them. The latter follows from the variances of a company's load and of
    the largest one (delta method); the largest load keeps its own part, for chance also decides
    which load is the largest.

    Source: C8, C9.
    """
    sums = {
        "hotline_n": _of("hotline", "contacts_n"),
        "campaign_n": _of("campaign", "contacts_n"),
        "chat_n": _of("chat", "contacts_n"),
        "ticket_n": _of("ticket", "contacts_n"),
        "inbound_ms": _of("hotline", "time_ms"),
        "outbound_ms": _of("campaign", "time_ms"),
        "chat_ms": _of("chat", "time_ms"),
        "contacts_n": pl.col("contacts_n"),
        "time_ms": pl.col("time_ms"),
        "squares": pl.col("squares"),
    }
    # Lazily, here and below: a copy of all contacts is what takes the most memory of a report.
    rows = (
        contacts.lazy()
        .drop_nulls("company_id")
        .group_by("company_id", CURRENT)
        .agg(total.sum().alias(name) for name, total in sums.items())
        .collect(engine="streaming")
    )
    return (
        with_load(rows, ticket_times)
        .with_columns(
            base_squares=pl.col("squares") + pl.col("ticket_n") * pl.col("ticket_s") ** 2,
            largest=pl.col("load_units").max().over(CURRENT),
        )
        .with_columns(
            load_squares=load_variance(), cel=_cel(pl.col("load_units"), pl.col("largest"))
        )
        .with_columns(cel_variance=_cel_variance())
        .drop("load_units", "largest", "ticket_s", "squares")
    )


def daily_loads(
    contacts: pl.DataFrame | pl.LazyFrame,
    ticket_times: Mapping[bool, TicketTime],
    *,
    by: Sequence[str] = ("company_id",),
) -> pl.DataFrame:
    """Load in seconds per company and day of the current period; ``by=()``: of all companies."""
    days = (
        contacts.lazy()
        .drop_nulls("company_id")
        .filter(CURRENT)
        .group_by(*by, DAY, CURRENT)
        .agg(pl.col("time_ms").sum(), _of("ticket", "contacts_n").sum().alias("ticket_n"))
        .collect(engine="streaming")
    )
    loads = with_load(days, ticket_times)
    return loads.select(*by, DAY, "load_s")


def with_load(rows: pl.DataFrame, ticket_times: Mapping[bool, TicketTime]) -> pl.DataFrame:
    """Rows with ``load_s``, what a ticket adds to it, and the exact ``load_units``.

    A unit is a millisecond divided by the number of resolved tickets, one size for each period.
    Counts of it pass 64 bits in large exports, and stay far below 128.
    """
    now, before = (ticket_times.get(side, NO_TIME) for side in (True, False))

    def of_period(current: int, previous: int) -> pl.Expr:
        sides = pl.when(CURRENT).then(pl.lit(current, pl.Int128))
        return sides.otherwise(pl.lit(previous, pl.Int128))

    resolved_n = of_period(now.tickets_n, before.tickets_n)
    total_ms = of_period(now.total_ms, before.total_ms)
    talk, tickets = (pl.col(name).cast(pl.Int128) for name in ("time_ms", "ticket_n"))
    units = talk * resolved_n + tickets * total_ms
    return rows.with_columns(
        load_units=units,
        load_s=units.cast(pl.Float64) / resolved_n.cast(pl.Float64) / 1000,
        ticket_s=pl.when(CURRENT).then(now.seconds).otherwise(before.seconds),
        ticket_error=pl.when(CURRENT).then(now.error_s2).otherwise(before.error_s2),
    )


def _of(channel: str, column: str) -> pl.Expr:
    """A column of contacts, 0 in those of other channels."""
    return pl.when(pl.col("channel") == channel).then(pl.col(column)).otherwise(0)


def _cel(load: pl.Expr, largest: pl.Expr) -> pl.Expr:
    half_up = (200 * load + largest) // (2 * largest)
    return pl.when(largest > 0).then(half_up).otherwise(0).cast(pl.Int64)


def _cel_variance() -> pl.Expr:
    load, squares = pl.col("load_s"), pl.col("load_squares")
    is_largest = pl.col("load_units") == pl.col("largest")
    top = load.max().over(CURRENT)
    # Of several equally large loads one stands for all, so that the order of rows cannot matter.
    top_squares = squares.filter(is_largest).min().over(CURRENT)
    of_top = pl.when(is_largest).then(0.0).otherwise(load**2 * top_squares / top**4)
    return pl.when(top > 0).then(100**2 * (squares / top**2 + of_top)).otherwise(0.0)


def _mean_error(n: int, total_s: float, squares: float) -> float:
    """Squared standard error of a mean; one value alone is taken to vary as much as its size."""
    mean = total_s / n
    return max(squares / n - mean**2, 0.0) / (n - 1) if n > 1 else mean**2
