"""How a figure comes from rows: which rows count, which of them are hits, why the others are out.

An account names every row that a period has. Each is counted, or left out for the first of the
reasons that applies to it, so that counted and left out together are all rows. The conditions are
those of the metric's own module; nothing is judged here a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import narwhals.stable.v2 as nw

from cxtool.metrics.choose import choose
from cxtool.report import Column
from cxtool.tables import Collect, Frame
from cxtool.units import Unit

Kind = Literal["count", "rate", "mean", "quantile", "sum"]
Whole = Literal["own", "all", "largest"]

NUMERATOR, DENOMINATOR = "numerator", "denominator"
COUNTED, REASON, GROUP = "counted_in", "reason", "group"
OTHER = "other"
KEPT = ("case_id", "started_at", "channel", "queue", "agent", "direction")

TIME = Column(key="time_s", label="Time", unit=Unit.SECONDS, drop=1)
RATING = Column(key="rating", label="Rating", unit=Unit.NUMBER, drop=1)
POINTS = Column(key="points", label="Points", unit=Unit.NUMBER, drop=1)
POSSIBLE = Column(key="possible", label="Possible", unit=Unit.NUMBER, drop=1)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The rows behind a figure.

    ``rows``: all rows of the period. ``counts``: whether one is in the denominator (of a count:
    is counted); ``hits``: whether it is in the numerator as well, all where None. ``out`` says why
    others are not, by reason; the first that applies holds. ``shown`` are the values that a row
    adds; ``numerator`` and ``denominator`` name those that are added up in place of counting rows.
    ``group`` parts the figure; ``whole`` says whose denominator a part has. ``collect`` is of rows
    that are not of the export's own engine.
    """

    kind: Kind
    rows: Frame
    counts: nw.Expr
    hits: nw.Expr | None = None
    out: Mapping[str, nw.Expr] = field(default_factory=dict)
    shown: Mapping[Column, nw.Expr] = field(default_factory=dict)
    numerator: Column | None = None
    denominator: Column | None = None
    group: nw.Expr | None = None
    whole: Whole = "own"
    collect: Collect | None = None


def accounted(account: Account) -> Frame:
    """Rows with ``counted_in`` (null: left out), ``reason`` (null: counted), ``group``, values.

    A value is null where its row is left out.
    """
    is_hit = account.counts if account.hits is None else account.counts & account.hits
    counted = choose(
        [(is_hit, nw.lit(NUMERATOR)), (account.counts, nw.lit(DENOMINATOR))],
        nw.lit(None, nw.String()),
    )
    reason = choose(
        [
            (account.counts, nw.lit(None, nw.String())),
            *((applies, nw.lit(words)) for words, applies in account.out.items()),
        ],
        nw.lit(OTHER),
    )
    group = nw.lit(None, nw.String()) if account.group is None else account.group
    return account.rows.select(
        *KEPT,
        counted.alias(COUNTED),
        reason.alias(REASON),
        group.alias(GROUP),
        *(
            nw.when(account.counts).then(value.cast(nw.Float64)).alias(column.key)
            for column, value in account.shown.items()
        ),
    )


def account_counts(rows: Frame, account: Account) -> Frame:
    """Partial of ``accounted``: rows and sums of values per group, part and reason.

    Counts are mergeable. Nothing is summed of rows that are left out.
    """
    sums = (nw.col(column.key).sum().alias(column.key) for column in account.shown)
    grouped = rows.group_by(GROUP, COUNTED, REASON)
    return grouped.agg(nw.len().cast(nw.Int64).alias("rows_n"), *sums)
