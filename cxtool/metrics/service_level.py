"""Service level of voice queues: six definitions in use, each by its name.

Vendors disagree on what abandoned calls do to the share answered within T, so a report names its
variant. Exclusions are counted as what they are, never subtracted from a finished rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.errors import UsageError, nearest
from cxtool.metrics.stats import ratio
from cxtool.tables import Frame

WITHIN_S = 20.0
SHORT_S = 5.0
DEFAULT_VARIANT = "abandons-hurt"
COUNTS = ("answered_n", "abandoned_n", "answered_within_n", "abandoned_within_n", "short_n")


def variants(column: Callable[[str], Any]) -> dict[str, tuple[Any, Any]]:
    """Hits and of how many by variant, of ``COUNTS`` as columns of whatever engine."""
    answered, abandoned, in_time, left_early, short = map(column, COUNTS)
    return {
        "abandons-hurt": (in_time, answered + abandoned),
        "abandons-help": (in_time + left_early, answered + abandoned),
        "abandons-ignored": (in_time, answered),
        "early-abandons-out": (in_time, answered + abandoned - left_early),
        "short-abandons-help": (in_time + short, answered + abandoned),
        "short-abandons-out": (in_time, answered + abandoned - short),
    }


VARIANTS: Mapping[str, tuple[pl.Expr, pl.Expr]] = variants(pl.col)


def service_level(variant: str = DEFAULT_VARIANT) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Percent, hits and n of a variant from the columns ``COUNTS``; null percent for n 0.

    >>> calls = pl.DataFrame([[1000, 60, 860, 20, 10]], schema=COUNTS, orient="row")
    >>> calls.select(service_level("abandons-help")[0].round(2)).item()
    83.02
    """
    if variant not in VARIANTS:
        guess = nearest(variant, list(VARIANTS))
        raise UsageError(
            f"unknown service level '{variant}'" + (f"; did you mean '{guess}'?" if guess else ""),
            hint="variants: " + ", ".join(VARIANTS),
        )
    hits, n = VARIANTS[variant]
    return 100 * ratio(hits, n), hits, n


def call_flags(*, within_s: float = WITHIN_S, short_s: float = SHORT_S) -> dict[str, nw.Expr]:
    """Whether an inbound voice case counts in each of ``COUNTS``; never null.

    An abandoned call is one that no agent answered; it lasted ``handle_ms`` (else ``wait_ms``),
    and one of unknown length is neither early nor short. Both limits are inclusive.
    """
    within_ms, short_ms = round(within_s * 1000), round(short_s * 1000)
    lasted = nw.coalesce(nw.col("handle_ms"), nw.col("wait_ms"))
    answered = nw.col("answered")
    flags = (
        answered,
        ~answered,
        answered & (nw.col("first_response_ms") <= within_ms),
        ~answered & (lasted <= within_ms),
        ~answered & (lasted <= short_ms),
    )
    return {
        name: nw.when(flag).then(nw.lit(True)).otherwise(nw.lit(False))
        for name, flag in zip(COUNTS, flags, strict=True)
    }


def service_level_counts(
    cases: Frame, *, keys: Sequence[str] = (), within_s: float = WITHIN_S, short_s: float = SHORT_S
) -> Frame:
    """Count inbound voice cases as ``COUNTS`` by ``call_flags``, per ``keys`` of cases."""
    flags = call_flags(within_s=within_s, short_s=short_s)
    calls = cases.filter(nw.col("is_voice") & (nw.col("direction") == "inbound")).select(
        *keys,
        *(nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()),
    )
    totals = [nw.col(name).sum().cast(nw.Int64) for name in COUNTS]
    return calls.group_by(*keys).agg(*totals) if keys else calls.select(*totals)
