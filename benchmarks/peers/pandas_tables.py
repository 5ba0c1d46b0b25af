"""What the pandas peers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from benchmarks.peers.export import AS_OF, SLA_S

Read = Callable[[str], pd.DataFrame]


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
