"""Reading for the Polars peers, and what they share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import polars as pl

from benchmarks.peers.export import AS_OF, DAYS_N, END, START, Export

NUMBERS = (
    *("handle_s", "first_response_s", "talk_s", "hold_s", "acw_s", "wait_s", "csat", "score"),
    *("start_s", "end_s"),
)
UNREAD = {
    "interactions": ("notes", "tags", "skills", "campaign", "contact_labels", "language"),
    "tickets": ("subject", "description", "product"),
    "transcripts": ("text", "start_s", "end_s"),
}
LISTS = ("contact_labels", "tags")
DAYS = pl.date_range(START.date(), END, closed="left", eager=True).alias("day")


def scan(export: Export, table: str) -> pl.LazyFrame:
    """A table, its types known."""
    if not export.is_csv:
        return pl.scan_parquet(export.path(table))
    return loaded(export, table).lazy() if export.keeps else _scan_csv(export, table)


@cache
def loaded(export: Export, table: str) -> pl.DataFrame:
    """A table of CSV without what no part of the report reads."""
    rows = _scan_csv(export, table)
    return rows.drop(UNREAD.get(table, ())).collect(engine="streaming")


def _scan_csv(export: Export, table: str) -> pl.LazyFrame:
    rows = pl.scan_csv(export.path(table), try_parse_dates=True, infer_schema_length=1_000)
    names = rows.collect_schema().names()
    types = {name: pl.Float64() for name in NUMBERS if name in names}
    return pl.scan_csv(
        export.path(table), try_parse_dates=True, infer_schema_length=1_000, schema_overrides=types
    )


def cases(export: Export) -> pl.LazyFrame:
    """The interactions with their day, and whether that is of the period."""
    rows = scan(export, "interactions")
    return rows.with_columns(
        day=pl.col("started_at").dt.date(), is_current=pl.col("started_at") >= START
    )


def verdict() -> pl.Expr:
    """The SLA's verdict of a case."""
    response, inbound = pl.col("first_response_s"), pl.col("direction") == "inbound"
    waited_s = (pl.lit(AS_OF) - pl.col("started_at")).dt.total_seconds()
    return (
        pl.when(response <= 600)
        .then(pl.lit("met"))
        .when(response > 600)
        .then(pl.lit("not_met"))
        .when(inbound & (waited_s <= 600))
        .then(pl.lit("pending"))
        .when(inbound)
        .then(pl.lit("not_met"))
        .otherwise(pl.lit("n/a"))
    )


def percent(hits: str, n: str) -> pl.Expr:
    """Hits in percent of n; null of none."""
    return 100 * ratio(pl.col(hits), pl.col(n))


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def side_by_side(
    rows: pl.DataFrame, keys: Iterable[str], before: Iterable[str] | None = None
) -> pl.DataFrame:
    """Current rows, the named figures of the compared period beside them as ``x_previous``."""
    on = list(keys)
    figures = [name for name in rows.columns if name not in (*on, "is_current")]
    earlier = rows.filter(~pl.col("is_current")).select(
        *on, pl.col(list(before or figures)).name.suffix("_previous")
    )
    current = rows.filter("is_current").drop("is_current")
    if not on:
        return pl.concat([current, earlier], how="horizontal")
    return current.join(earlier, on=on, how="left", nulls_equal=True)


def with_days(
    rows: pl.DataFrame,
    daily: pl.DataFrame,
    keys: list[str],
    figure: str,
    *,
    nothing: float | None = None,
) -> pl.DataFrame:
    """Rows with ``x_days``: a figure ``x_...`` of each day of the period, in a list."""
    place = (pl.col("day") - START.date()).dt.total_days().alias("place")
    told = daily.select(*keys, place, figure)
    lists = told.group_by(keys).agg(pl.all()) if keys else told.select(pl.all().implode())
    numbered = lists.with_row_index("row").explode("place", figure)
    # One after the other in one column: a grid of all groups and days need not be joined.
    values = pl.repeat(nothing, lists.height * DAYS_N, dtype=told.schema[figure], eager=True)
    values = values.scatter(
        numbered["row"].cast(pl.Int64) * DAYS_N + numbered["place"], numbered[figure]
    )
    name = f"{figure.rpartition('_')[0]}_days"
    series = lists.select(*keys, values.reshape((-1, DAYS_N)).arr.to_list().alias(name))
    if not keys:
        return pl.concat([rows, series], how="horizontal")
    return rows.join(series, on=keys, how="left", nulls_equal=True)
