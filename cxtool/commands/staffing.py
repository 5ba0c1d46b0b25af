"""``cxtool staffing``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cxtool.commands.params import EXPORT, OUTPUT, PERIOD, ROWS, GroupedCommand, Shared, shared
from cxtool.config import Settings
from cxtool.errors import UsageError
from cxtool.units import parse_duration

if TYPE_CHECKING:
    from cxtool.metrics.staffing import From
    from cxtool.metrics.staffing_demand import Per

INTERVALS_S = {"15m": 900, "30m": 1800, "1h": 3600}
USUAL_DAYS = "14d"


@click.command("staffing", cls=GroupedCommand)
@click.option(
    "--target", metavar="PERCENT/TIME", help="Service level, such as 80/20; none for no such."
)
@click.option("--asa", metavar="TIME", help="Longest mean wait.")
@click.option("--max-occupancy", metavar="PERCENT", help="Largest share of time that calls fill.")
@click.option("--max-abandonment", metavar="PERCENT", help="Largest share of callers who hang up.")
@click.option(
    "--model",
    type=click.Choice(["erlang-c", "erlang-a"]),
    help="erlang-c: nobody hangs up (default); erlang-a: callers lose their patience.",
)
@click.option("--patience", metavar="TIME", help="Mean patience instead of the export's own.")
@click.option("--shrinkage", metavar="PERCENT", help="Share of paid time that is not for calls.")
@click.option("--wage", metavar="AMOUNT", help="Cost of a paid hour of an agent.")
@click.option(
    "--from",
    "source",
    type=click.Choice(["past", "forecast"]),
    default="past",
    show_default=True,
    help="Calls of the period in the mean, or those to expect after it.",
)
@click.option(
    "--horizon", metavar="DAYS", help=f"Days of a forecast: 14d, 4w.  [default: {USUAL_DAYS}]"
)
@click.option(
    "--per",
    type=click.Choice(["weekday", "date"]),
    help="Plan of a week, or day by day (default of a forecast).",
)
@click.option("--by", metavar="DIM[,DIM]", help="A plan for each queue, or other text column.")
@click.option(
    "--interval",
    type=click.Choice(list(INTERVALS_S)),
    default="30m",
    show_default=True,
    help="Length of an interval.",
)
@click.option("--aht", metavar="TIME", help="Mean handle time instead of the export's own.")
@click.option("--calls", type=click.FloatRange(min=0), help="Calls of one interval; no EXPORT.")
@shared(*EXPORT, *PERIOD, *ROWS, *OUTPUT)
def command(
    options: Shared,
    *,
    source: From,
    horizon: str | None,
    per: Per | None,
    by: str | None,
    interval: str,
    aht: str | None,
    calls: float | None,
    **targets: Any,
) -> None:
    """Agents needed per interval, and what one more or less changes.

    Calls are the inbound cases of voice channels: their mean of each weekday and interval of the
    period, or a forecast. A plan is for the service level 80/20 unless told otherwise, by Erlang C,
    which assumes that nobody hangs up; beside it stand Erlang A and what really happened.

    \b
    Examples:
      cxtool staffing export/ -p 2026-05 --target 80/20 --shrinkage 30
      cxtool staffing export/ --by queue --model erlang-a --max-abandonment 3
      cxtool staffing export/ --from forecast --horizon 2w -f csv -o rota.csv
      cxtool staffing export/ --section happened
      cxtool staffing --calls 100 --aht 180 --interval 30m --target 80/20 --wage 25
    """
    aht_s = None if aht is None else handle_time(aht)
    if calls is not None:
        given = {"EXPORT": options.export, "--by": by, "--per": per, "--horizon": horizon}
        given |= {"--period": options.period, "--where": options.where}
        calculate(options, targets, calls=calls, aht_s=aht_s, interval=interval, given=given)
        return
    from cxtool.commands.forecast import horizon_days
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import forecast, staffing

    if horizon is not None and source == "past":
        raise UsageError("--horizon is of a forecast", hint="--from forecast")
    asked = staffing.Asked(
        source=source,
        by=tuple(name.strip() for name in by.split(",")) if by else (),
        per=per,
        interval_s=INTERVALS_S[interval],
        days=horizon_days(horizon or USUAL_DAYS),
        aht_s=aht_s,
    )
    named = names_people(by or "", *options.where)
    run(
        options,
        Needs(
            uses=staffing.USES,
            people=lambda settings: named,
            default_period=forecast.DEFAULT_PERIOD if source == "forecast" else "7d",
            compares=False,
        ),
        lambda tables, settings: staffing.report(
            tables, with_targets(settings, targets), asked=asked
        ),
    )


def calculate(
    options: Shared,
    targets: dict[str, Any],
    *,
    calls: float,
    aht_s: float | None,
    interval: str,
    given: Mapping[str, object],
) -> None:
    """The plan of one interval without an export. Raises UsageError for what asks for one."""
    from cxtool.commands.opening import settings_of
    from cxtool.commands.run import finish, without_export
    from cxtool.metrics import staffing_calculator

    for name, value in given.items():
        if value:
            raise UsageError(f"--calls are of one interval without an export, and {name} of one")
    if aht_s is None:
        raise UsageError("--calls need their mean handle time", hint="--aht 3m")
    settings = with_targets(settings_of(options), targets)
    made = staffing_calculator.report(
        without_export(options, settings),
        settings,
        calls=calls,
        aht_s=aht_s,
        interval_s=INTERVALS_S[interval],
    )
    finish(made, options, settings)


def with_targets(settings: Settings, targets: dict[str, Any]) -> Settings:
    """The settings with the options of this command over ``[staffing]`` and ``cost.wage``."""
    from msgspec.structs import replace

    from cxtool.config import types_by_key
    from cxtool.setting_types import read_value

    types, problems = types_by_key(), list[str]()
    keys = {name: "cost.wage" if name == "wage" else f"staffing.{name}" for name in targets}
    read = {
        name: read_value(value, types[keys[name]], f"--{name.replace('_', '-')}", problems)
        for name, value in targets.items()
        if value is not None
    }
    if problems:
        raise UsageError("\n".join(problems))
    wage = read.pop("wage", settings.cost.wage)
    return replace(
        settings,
        staffing=replace(settings.staffing, **read),
        cost=replace(settings.cost, wage=wage),
    )


def handle_time(text: str) -> float:
    """The seconds of ``--aht``; UsageError for none."""
    try:
        seconds_s = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--aht: {error}") from None
    if not seconds_s:
        raise UsageError("--aht is above zero")
    return seconds_s
