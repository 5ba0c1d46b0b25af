"""``cxtool forecast``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import EXPORT, OUTPUT, PERIOD, ROWS, GroupedCommand, Shared, shared
from cxtool.errors import UsageError

if TYPE_CHECKING:
    from cxtool.metrics.forecast_volumes import Asked

INTERVALS_S = {"15m": 900, "30m": 1800, "1h": 3600, "1d": 86_400}
METHODS = ("auto", "profile", "mean-4", "seasonal-naive", "statsforecast")
MOST_DAYS = 366


@click.command("forecast", cls=GroupedCommand)
@click.option(
    "--interval",
    type=click.Choice(list(INTERVALS_S)),
    default="30m",
    show_default=True,
    help="Length of an interval.",
)
@click.option(
    "--horizon", metavar="DAYS", default="14d", show_default=True, help="Days ahead: 14d, 4w."
)
@click.option(
    "--by", metavar="DIM[,DIM]", help="For each queue, channel, team or other text column."
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="auto",
    show_default=True,
    help="auto: the one that was least wrong about the past. statsforecast needs cxtool[forecast].",
)
@shared(*EXPORT, *PERIOD, *ROWS, *OUTPUT)
def command(options: Shared, interval: str, horizon: str, by: str | None, method: Asked) -> None:
    """Volumes to expect: inbound cases per interval of the days ahead.

    The period is the history that is learned from: the last 13 weeks unless --period says
    otherwise. Answered or not, every inbound case counts. Each method forecasts the past from
    earlier days first; the least wrong one is used, and its errors say how sure it is: four of
    five counts fall between low and high. Opening hours and holidays come from cxtool.toml.

    \b
    Examples:
      cxtool forecast export/
      cxtool forecast export/ --by queue --interval 15m --horizon 7d -f csv -o volumes.csv
      cxtool forecast export/ -p 26w --horizon 4w --interval 1d
      cxtool forecast export/ --section backtest
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import forecast

    days = horizon_days(horizon)
    named = names_people(by or "", *options.where)
    run(
        options,
        Needs(
            people=lambda settings: named,
            default_period=forecast.DEFAULT_PERIOD,
            compares=False,
        ),
        lambda tables, settings: forecast.report(
            tables, settings, interval_s=INTERVALS_S[interval], days=days, by=by, asked=method
        ),
    )


def horizon_days(text: str) -> int:
    """The days of ``14``, ``14d`` or ``2w``; UsageError for anything else.

    >>> horizon_days("14d"), horizon_days("2w")
    (14, 14)
    """
    found = re.fullmatch(r"(\d{1,4})([dw]?)", text.strip().lower(), re.ASCII)
    days = int(found[1]) * (7 if found[2] == "w" else 1) if found else 0
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(
            f"--horizon: '{text}' is not 1 to {MOST_DAYS} days", hint="write 14d or 4w"
        )
    return days
