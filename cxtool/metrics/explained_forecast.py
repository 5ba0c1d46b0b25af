"""What stands behind a forecast: the cases that were offered on the days of its history.

What is expected has no rows; the section ``course`` lists from which days it is learned.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.explained_account import Measure, Told
from cxtool.metrics.explained_cases import DATE, NOT_INBOUND, cases_of_period
from cxtool.metrics.forecast_history import OFFERED
from cxtool.period import day_number
from cxtool.report import Report
from cxtool.tables import Frame, Tables


def _of_history(tables: Tables, settings: Settings, home: Report) -> Frame:
    complete = nw.col("started_d") < day_number(tables.request.as_of)
    return cases_of_period(tables, settings, home).filter(complete)


FORECAST = (
    Told(
        section="course",
        figures={"offered_n": Measure(kind="count", counts=OFFERED, out=NOT_INBOUND)},
        rows=_of_history,
        by=(DATE,),
    ),
)
_LEARNED = (
    "it is learned from the offered cases of the days that section 'course' of 'cxtool forecast'"
    " lists: explain offered_n"
)
_JUDGED = "it judges forecasts of days that were: section 'course' lists them, explain offered_n"
UNTOLD_FORECAST = {
    "expected_n": _LEARNED,
    **dict.fromkeys(
        (
            *("wape_pct", "bias_pct", "floor_pct", "gain_pct", "day_wape_pct", "coverage_pct"),
            *("judged_n", "origins_n"),
        ),
        _JUDGED,
    ),
}
