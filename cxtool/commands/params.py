"""The options that reports share, in groups, packed into one value.

A command takes only the groups that mean something to it: no option is accepted and ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass  # help and completion load no msgspec
from functools import wraps
from typing import Any, Literal, cast

import click

from cxtool.allowance import NOTHING, Allowance, parse_allowance
from cxtool.messages import Messages

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the shared options say; None, empty and False mean not given."""

    export: tuple[str, ...] = ()
    profile: str | None = None
    config: str | None = None
    tz: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    skip_lines: int | None = None
    date_order: Literal["day-first", "month-first"] | None = None
    period: str | None = None
    as_of: str | None = None
    compare: str | None = None
    max_days: int | None = None
    where: tuple[str, ...] = ()
    max_bad: Allowance | None = None
    format: str | None = None
    output: str | None = None
    section: str | None = None
    columns: str | None = None
    sort: str | None = None
    limit: int | None = None
    no_header: bool = False
    null: str | None = None
    raw: bool = False
    color: str | None = None
    no_pager: bool = False
    template: str | None = None
    verbose: bool = False
    fail_under: tuple[str, ...] = ()
    fail_over: tuple[str, ...] = ()
    engine: str | None = "polars"  # None where a command leaves it to the settings
    spark_url: str | None = None


WORDS = "cxtool.words"  # in a context's ``meta``: the command line, word by word

# click keeps the help option of a command's first call, so a command says for itself what it is.
HELP = {"help_option_names": ["-h", "--help"]}


class GroupedOption(click.Option):
    """An option that help lists under the heading of its group."""

    heading = "Other options"


class GroupedCommand(click.Command):
    """A command whose help lists options under headings."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"context_settings": HELP, **settings})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[WORDS] = (*ctx.command_path.split(), *args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                # click adds --help itself, after all others.
                usual = "Messages" if "--help" in param.opts else "Options of this command"
                groups.setdefault(getattr(param, "heading", usual), []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class AllowanceType(click.ParamType[Allowance]):
    """A number of rows, or a share of them."""

    name = "allowance"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Allowance:
        try:
            return value if isinstance(value, Allowance) else parse_allowance(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _tell(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Hand an option about messages to the run's ``Messages``."""
    messages = ctx.find_root().obj
    if isinstance(messages, Messages) and value:
        setattr(messages, str(param.name), value)
    return value


def _group(heading: str, *options: tuple[tuple[str, ...], dict[str, Any]]) -> list[Function]:
    kind = type("Option", (GroupedOption,), {"heading": heading})
    return [click.option(*names, cls=kind, **settings) for names, settings in options]


def _option(*names: str, **settings: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return names, settings


EXPORT: list[Function] = [
    click.argument("export", nargs=-1, metavar="[EXPORT]..."),
    *_group(
        "Reading",
        _option("--profile", metavar="NAME|FILE", help="How to read another system's export."),
        _option("--config", metavar="FILE", help="Settings file instead of cxtool.toml."),
        _option(
            "--tz", metavar="NAME", help="Time zone of days and of times without offset (UTC)."
        ),
        _option("--delimiter", metavar="CHAR", help="Of CSV files; found by looking."),
        _option("--encoding", metavar="NAME", help="Of text files; found by looking."),
        _option(
            "--skip-lines",
            type=click.IntRange(min=0),
            metavar="N",
            help="Lines before the header; found by looking.",
        ),
        _option(
            "--date-order",
            type=click.Choice(["day-first", "month-first"]),
            help="Of dates such as 1/5/2026; without it only ISO dates are read.",
        ),
    ),
]
PERIOD = _group(
    "Which days and cases",
    _option(
        "-p",
        "--period",
        metavar="EXPR",
        help="7d, yesterday, last-week, this-month, 2026-05, 2026-W21, 2026-Q2, 2026,"
        " 2026-05-01..2026-05-31, all.",
    ),
    _option("--as-of", metavar="DATE", help="First day that is not complete, or 'today'."),
)
COMPARE = _group(
    "Which days and cases",
    _option(
        "--compare", metavar="EXPR", help="previous (default), previous-year, none or a period."
    ),
)
MAX_DAYS = _group(
    "Which days and cases",
    _option("--max-days", type=click.IntRange(min=1), metavar="N", help="Allow a longer period."),
)
MAX_BAD = _group(
    "Which days and cases",
    _option(
        "--max-bad",
        type=AllowanceType(),
        metavar="N|N%",
        help="Exit 1 where more rows are set aside.",
    ),
    _option(
        "--strict",
        "max_bad",
        type=AllowanceType(),
        flag_value=NOTHING,
        help="Same as --max-bad 0.",
    ),
)
ROWS = [
    *_group(
        "Which days and cases",
        _option(
            "--where",
            multiple=True,
            metavar="'COLUMN OP VALUE'",
            help="Only such cases; OP is = != < <= > >= in ~. Repeatable.",
        ),
    ),
    *MAX_BAD,
]
OUTPUT = _group(
    "Writing",
    _option(
        "-f",
        "--format",
        metavar="NAME",
        help="table, json, ndjson, csv, parquet, markdown, xlsx or html.",
    ),
    _option("-o", "--output", metavar="FILE", help="Format by suffix; {date} is the as-of day."),
    _option("--section", metavar="ID", help="Section that is written, or viewed, on its own."),
    _option("-c", "--columns", metavar="KEY,KEY", help="Columns to show."),
    _option("--sort", metavar="KEY,-KEY", help="Sort rows; - from the largest."),
    _option("--limit", type=click.IntRange(min=0), metavar="N", help="Rows to show."),
    _option("--no-header", is_flag=True, help="Leave out headers of text."),
    _option("--null", metavar="TEXT", help="Text for unknown values."),
    _option("--raw", is_flag=True, help="Leave formulas in CSV cells as they are."),
    _option("--template", metavar="DIR", help="Folder whose templates and styles pages use."),
    _option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours."),
    _option("--no-color", "color", flag_value="never", help="Same as --color never."),
    _option("--no-pager", is_flag=True, help="Do not page long tables."),
    _option("-v", "--verbose", is_flag=True, help="Intervals and earlier values in tables."),
    _option(
        "--fail-under", multiple=True, metavar="METRIC=VALUE", help="Exit 3 if below. Repeatable."
    ),
    _option(
        "--fail-over", multiple=True, metavar="METRIC=VALUE", help="Exit 3 if above. Repeatable."
    ),
)
_MESSAGES = _group(
    "Messages",
    *(
        _option(*names, is_eager=True, expose_value=False, callback=_tell, **settings)
        for names, settings in (
            (("-q", "--quiet"), {"is_flag": True, "help": "No warnings."}),
            (("--debug",), {"is_flag": True, "help": "Show where an error comes from."}),
            (("--log-format",), {"type": click.Choice(["text", "json"]), "help": "Of messages."}),
        )
    ),
)
ENGINE = _group(
    "Where it runs",
    _option(
        "--engine",
        type=click.Choice(["polars", "spark"]),
        help="polars on this machine (default), or spark on a dataset made by convert.",
    ),
    _option(
        "--spark-url", metavar="URL", help="local[*] (default), spark://HOST:PORT, sc://HOST:PORT."
    ),
)
BY = click.option(
    "--by",
    multiple=True,
    metavar="DIM[,DIM]",
    help="Break down by channel, queue, agent, team, label, company, disposition, direction,"
    " day, week, weekday, hour or any text column; repeatable.",
)
REPORT = [*EXPORT, *PERIOD, *COMPARE, *ROWS, *OUTPUT]


def crossed(by: Sequence[str]) -> list[tuple[str, ...]]:
    """The dimensions of each ``--by``; those that commas separate are crossed.

    >>> crossed(["channel", "agent, day"])
    [('channel',), ('agent', 'day')]
    """
    return [tuple(name.strip() for name in text.split(",")) for text in by]


def shared(*options: Function) -> Callable[[Function], Function]:
    """Give a command these shared options (and those of messages) as one ``options`` argument."""

    def decorate(command: Function) -> Function:
        @wraps(command)
        def packed(**values: Any) -> Any:
            fields = Shared.__dataclass_fields__
            given = {name: value for name, value in values.items() if name in fields}
            own = {name: value for name, value in values.items() if name not in fields}
            return command(options=Shared(**given), **own)

        decorated = cast("Function", packed)
        for option in reversed([*options, *_MESSAGES]):
            decorated = option(decorated)
        return decorated

    return decorate
