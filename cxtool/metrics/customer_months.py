"""How often the customer was in contact, month by month and channel by channel. Source: A10."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cxtool.metrics.customer_rows import Customer
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

FEWEST = 20  # fewer conversations are seen at a glance in their own list
COLUMNS = (
    Column(key="month", label="Month", drop=0),
    Column(key="channel", label="Channel", drop=0),
    Column(key="conversations_n", label="Conversations", unit=Unit.COUNT, drop=0),
)
CHART = Chart(
    kind="columns",
    title="Conversations by month and channel",
    x="month",
    y="conversations_n",
    series="channel",
)


def months_section(customer: Customer) -> Iterator[Section]:
    """Section ``months``: conversations of each month, in the report's zone, by channel.

    Every month from the first conversation to the last, 0 where a channel had none. No section
    where there are few, or all were in one month.
    """
    day = pl.col("started_at").dt.convert_time_zone(customer.request.time_zone).dt.date()
    cases = customer.cases.select("channel", month=day.dt.month_start())
    if cases.height < FEWEST or cases["month"].n_unique() == 1:
        return
    first, last = pl.col("month").min(), pl.col("month").max()
    months = cases.select(pl.date_range(first, last, "1mo").alias("month"))
    counts = cases.group_by("month", "channel").agg(pl.len().cast(pl.Int64).alias(COLUMNS[2].key))
    rows = (
        months.join(cases.select("channel").unique(), how="cross")
        .join(counts, on=["month", "channel"], how="left")
        .sort("month", "channel")
        .select(
            pl.col("month").dt.strftime("%Y-%m"),
            "channel",
            pl.col(COLUMNS[2].key).fill_null(0),
        )
    )
    yield Section(
        id="months",
        title="Conversations by month",
        columns=COLUMNS,
        rows=rows,
        folded=True,
        charts=(CHART,),
    )
