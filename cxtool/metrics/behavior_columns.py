"""Columns of the behaviour report: totals with their count, band, trend and course."""

from __future__ import annotations

from collections.abc import Sequence

from cxtool.metrics.trend import trend_columns
from cxtool.report import Column
from cxtool.units import Unit


def label(behavior: str) -> str:
    """The words for a behaviour's key.

    >>> label("active_listening")
    'Active listening'
    """
    return behavior.replace("_", " ").capitalize()


def total_column(stem: str, words: str, *, drop: int) -> Column:
    """``STEM_pct``: points earned of points possible."""
    return Column(key=f"{stem}_pct", label=words, unit=Unit.PERCENT, better="higher", drop=drop)


def total_columns(behaviors: Sequence[str]) -> tuple[Column, ...]:
    """Of one group: its interactions, each behaviour's total, the overall total and its course."""
    columns = [Column(key="interactions_n", label="Interactions", unit=Unit.COUNT, drop=2)]
    for behavior in behaviors:
        total = total_column(behavior, label(behavior), drop=4)
        columns += [total, n_of(total), band_of(total)]
    overall = total_column("overall", "Overall", drop=1)
    series = Column(
        key="overall_days",
        label="By day",
        unit=Unit.SERIES,
        role="series",
        of=overall.key,
        drop=6,
    )
    return (*columns, *with_band(overall), series)


def with_band(total: Column) -> tuple[Column, ...]:
    """A total with its trend, count and band."""
    return (*trend_columns(total), n_of(total), band_of(total))


def n_of(total: Column) -> Column:
    """How many indices that are not N/A a total rests on."""
    return Column(
        key=total.key.removesuffix("_pct") + "_n",
        label=f"{total.label} n",
        unit=Unit.COUNT,
        role="n",
        of=total.key,
        drop=total.drop + 4,
    )


def band_of(total: Column) -> Column:
    """The colour band of a total."""
    return Column(
        key=total.key.removesuffix("_pct") + "_band",
        label=f"{total.label} band",
        unit=Unit.BAND,
        of=total.key,
        drop=total.drop + 3,
    )
