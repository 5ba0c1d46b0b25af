"""What stands behind the totals of behaviour: interactions, with the points that each brought.

An interaction counts when it has an index that is not N/A; it may have earned 10 points for each.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.behavior_calibration import reference
from cxtool.metrics.behavior_eligibility import REASONS, verdicts
from cxtool.metrics.behavior_totals import BEST, index_rows
from cxtool.metrics.explained_account import POINTS, POSSIBLE, Account
from cxtool.metrics.explained_cases import Explained
from cxtool.metrics.trend import within
from cxtool.report import Report
from cxtool.schema import BEHAVIORS
from cxtool.tables import Tables

LEFT_OUT = {reason.label: nw.col("reason") == reason.key for reason in REASONS}


def total_of(behavior: str | None) -> Explained:
    """The total of one behaviour; None: of all of them."""

    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        days = within(tables.request.period)
        scored = index_rows(tables, settings, reference(tables, settings), days=days)
        own = scored if behavior is None else scored.filter(nw.col("behavior") == behavior)
        sums = own.group_by("case_id").agg(
            nw.col("index").sum().cast(nw.Int64).fill_null(0).alias(POINTS.key),
            (BEST * nw.col("index").count().cast(nw.Int64)).alias(POSSIBLE.key),
        )
        rows = verdicts(tables, settings, days=days).join(sums, on="case_id", how="left")
        points, possible = nw.col(POINTS.key), nw.col(POSSIBLE.key)
        return Account(
            kind="rate",
            rows=rows,
            counts=possible > 0,
            out={
                **LEFT_OUT,
                "no score of this behaviour": possible.is_null(),
                "index N/A: near the middle of all": possible == 0,
            },
            shown={POINTS: points, POSSIBLE: possible},
            numerator=POINTS,
            denominator=POSSIBLE,
        )

    return Explained(section="team", account=account)


def _scored(tables: Tables, settings: Settings, report: Report) -> Account:
    return Account(
        kind="count",
        rows=verdicts(tables, settings, days=within(tables.request.period)),
        counts=nw.col("reason").is_null(),
        out=LEFT_OUT,
    )


BEHAVIOR: Mapping[str, Explained] = {
    "overall_pct": total_of(None),
    **{f"{behavior}_pct": total_of(behavior) for behavior in BEHAVIORS},
    "interactions_n": Explained(section="team", account=_scored),
}
