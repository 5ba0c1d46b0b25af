"""What a reader of a forecast must know: from which days, by which method, and how good it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from cxtool.metrics.forecast_backtest import LEAST_HISTORY_D, origins
from cxtool.metrics.forecast_history import History
from cxtool.metrics.forecast_volumes import Forecast, least_wrong
from cxtool.units import Unit, show

NAMED = 5  # days that a note names


def notes(forecast: Forecast) -> tuple[str, ...]:
    """The notes of a forecast, the most important first."""
    history = forecast.history
    return (_days_note(history), *_method_notes(forecast), *_left_out_notes(history))


def _days_note(history: History) -> str:
    first, coming = history.slots.first, history.slots.first + timedelta(days=history.past_n)
    return (
        f"Offered inbound cases, answered or not, of {first} to {coming - timedelta(days=1)}"
        f" ({_days(history.past_n)}); forecast for {_days(history.days_n)} from {coming}."
    )


def _method_notes(forecast: Forecast) -> list[str]:
    history, errors = forecast.history, forecast.errors
    if not errors:
        return [
            f"Less than {LEAST_HISTORY_D} days of history: no backtest, so the method"
            f" {forecast.method} is taken on trust, and how uncertain it is is not known."
        ]
    best = least_wrong(errors)
    own = errors[forecast.method]
    if own.wape_pct is None:
        return [f"No case came in the days of the backtest: the method is {forecast.method}."]
    others = [
        (name, e.wape_pct - own.wape_pct)
        for name, e in errors.items()
        if name != forecast.method and e.wape_pct is not None
    ]
    said = [
        f"Method {forecast.method}: WAPE {_pct(own.wape_pct)} on the interval, "
        + ", ".join(_against(name, points) for name, points in others)
        + f"; chance alone leaves {_pct(errors['profile'].floor_pct)}."
    ]
    if best != forecast.method:
        said.append(f"The backtest prefers {best}; {forecast.method} was asked for.")
    said.append(
        "Four of five counts of an interval or a day fall between low and high"
        + (
            f"; in the backtest {_pct(own.coverage_pct)} of the intervals did."
            if own.coverage_pct is not None
            else "."
        )
    )
    _, days = origins(history.past_n, history.days_n)
    if days < history.days_n:
        said.append(f"For so short a history the backtest looks but {_days(days)} ahead.")
    return said


def _left_out_notes(history: History) -> list[str]:
    said = []
    if history.missing:
        said.append(f"Days without data, not learned from: {_named(history.missing)}.")
    if history.left_out:
        said.append(f"Left out by forecast.leave_out: {_named(history.left_out)}.")
    if history.closed:
        said.append(f"Holidays, not learned from: {_named(history.closed)}.")
    if history.low:
        said.append(
            f"Far below their weekday, but learned from: {_named(history.low)}; hours.holidays or"
            " forecast.leave_out would leave them out."
        )
    if history.outside_n:
        said.append(
            "Cases outside opening hours or on holidays, which are not forecast:"
            f" {history.outside_n:,}."
        )
    return said


def _against(name: str, points: float) -> str:
    how = "less" if points >= 0 else "more"
    return f"{show(abs(points), Unit.POINTS)} {how} than {name}"


def _named(days: Sequence[date]) -> str:
    more = f" and {len(days) - NAMED} more" if len(days) > NAMED else ""
    return ", ".join(map(str, days[:NAMED])) + more


def _days(count: int) -> str:
    return f"{count} day" + "s" * (count != 1)


def _pct(value: float | None) -> str:
    return show(value, Unit.PERCENT)
