"""The first value whose condition holds, as a lazy expression for any engine."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw


def choose(branches: Sequence[tuple[nw.Expr, nw.Expr]], otherwise: nw.Expr) -> nw.Expr:
    """The value of the first branch whose condition is true; an unknown condition is not true.

    >>> import polars as pl
    >>> ages = nw.from_native(pl.DataFrame({"age": [3, 40, None]}))
    >>> kind = choose([(nw.col("age") < 18, nw.lit("child"))], nw.lit("other"))
    >>> ages.select(kind=kind)["kind"].to_list()
    ['child', 'other', 'other']
    """
    result = otherwise
    for condition, value in reversed(branches):
        result = nw.when(condition).then(value).otherwise(result)
    return result
