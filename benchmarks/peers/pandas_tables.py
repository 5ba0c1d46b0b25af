"""What the pandas peers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from benchmarks.peers.export import AS_OF, DAYS_N, END, SLA_S, START

Read = Callable[[str], pd.DataFrame]
DAYS = pd.date_range(START.date(), END, inclusive="left", name="day")


def verdict(cases: pd.DataFrame) -> pd.Series:
    """The SLA's verdict of each case."""
    response, inbound = cases["first_response_s"], cases["direction"] == "inbound"
    waited_s = (pd.Timestamp(AS_OF) - cases["started_at"]).dt.total_seconds()
    conditions = [response <= SLA_S, response > SLA_S, ~inbound, waited_s <= SLA_S]
    words = ["met", "not_met", "n/a", "pending"]
    return pd.Series(np.select(conditions, words, "not_met"), index=cases.index)


def side_by_side(rows: pd.DataFrame, keys: Sequence[str], before: Sequence[str]) -> pd.DataFrame:
    """Current rows, the named figures of the compared period beside them as ``x_previous``."""
    now = rows[rows["is_current"]].drop(columns="is_current")
    earlier = rows.loc[~rows["is_current"], [*keys, *before]]
    earlier = earlier.rename(columns={name: f"{name}_previous" for name in before})
    return (
        now.merge(earlier, on=list(keys), how="left") if keys else now.merge(earlier, how="cross")
    )


def percent(hits: pd.Series, n: pd.Series) -> pd.Series:
    """Hits in percent of n; missing of none."""
    return 100 * hits / n.where(n > 0)


def with_days(
    rows: pd.DataFrame,
    daily: pd.DataFrame,
    keys: list[str],
    figure: str,
    *,
    nothing: float = np.nan,
) -> pd.DataFrame:
    """Rows with ``x_days``: a figure ``x_...`` of each day of the period, in a list."""
    place = (daily["day"] - DAYS[0]).dt.days.to_numpy()
    name = f"{figure.rpartition('_')[0]}_days"
    if not keys:
        values = np.full(DAYS_N, nothing)
        values[place] = daily[figure]
        return rows.assign(**{name: [values.tolist()]})
    number = daily.groupby(keys, dropna=False).ngroup()
    groups = daily[keys].assign(number=number).drop_duplicates().sort_values("number")
    # Placed at once: a grid of all groups and days need not be merged.
    grid = np.full((len(groups), DAYS_N), nothing)
    grid[number.to_numpy(), place] = daily[figure]
    return rows.merge(groups[keys].assign(**{name: grid.tolist()}), on=keys, how="left")
