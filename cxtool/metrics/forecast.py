"""How many cases to expect: per interval of the days after the history, with their uncertainty."""

from __future__ import annotations

from cxtool.config import Settings
from cxtool.metrics import forecast_sections as sections
from cxtool.metrics.forecast_history import forecast_dimensions, history_of, offered_counts
from cxtool.metrics.forecast_notes import notes
from cxtool.metrics.forecast_volumes import Asked, forecast_of
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.report import Report
from cxtool.tables import Tables

DEFAULT_PERIOD = "13w"
DEFAULT_DAYS = 14
DEFAULT_INTERVAL_S = 1800


def report(
    tables: Tables,
    settings: Settings,
    *,
    interval_s: int = DEFAULT_INTERVAL_S,
    days: int = DEFAULT_DAYS,
    by: str | None = None,
    asked: Asked = "auto",
) -> Report:
    """Offered inbound cases to expect in the days after the period, which is the history.

    Sections: ``summary``, ``course``, ``days``, ``backtest``, ``forecast``. Raises CxtoolError
    where there is nothing to forecast from. Source: K9.
    """
    planned = plan(tables, settings, interval_s=interval_s, days=days, by=by, asked=asked)
    return carried_out(planned, tables)


def plan(
    tables: Tables,
    settings: Settings,
    *,
    interval_s: int = DEFAULT_INTERVAL_S,
    days: int = DEFAULT_DAYS,
    by: str | None = None,
    asked: Asked = "auto",
) -> Plan:
    """What ``report`` reads and makes."""
    request = tables.request
    dimensions = forecast_dimensions(by, tables)
    counts = offered_counts(tables.cases, request, dimensions, interval_s=interval_s)

    def finish(small: Small) -> Report:
        history = history_of(
            small["offered"], request, settings, dimensions, interval_s=interval_s, days=days
        )
        forecast = forecast_of(history, asked=asked)
        return Report.on(
            request,
            report="forecast",
            title="Forecast",
            source=tables.source,
            sections=(
                sections.summary_section(forecast),
                sections.course_section(forecast),
                sections.days_section(forecast),
                sections.backtest_section(forecast),
                sections.forecast_section(forecast),
            ),
            main="forecast",
            notes=(*tables.notes, *notes(forecast)),
            compared=False,
        )

    return Plan(frames={"offered": counts}, finish=finish)
