"""The options that all reports share, packed into one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeVar

import click

from cxtool.messages import Messages

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the shared options say; None and empty mean not given."""

    export: tuple[str, ...]
    period: str | None
    compare: str | None
    as_of: str | None
    tz: str | None
    where: tuple[str, ...]
    max_days: int | None
    profile: str | None
    config: str | None
    delimiter: str | None
    encoding: str | None
    skip_lines: int
    strict: bool
    format: str | None
    output: str | None
    section: str | None
    columns: str | None
    sort: str | None
    limit: int | None
    no_header: bool
    null: str | None
    raw: bool
    color: str | None
    no_pager: bool
    fail_under: tuple[str, ...]
    fail_over: tuple[str, ...]
    quiet: bool
    verbose: bool


def _set_message_option(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    messages = ctx.find_root().obj
    if isinstance(messages, Messages) and value is not None and value is not False:
        setattr(messages, str(param.name), value)
    return value


_OPTIONS = [
    click.argument("export", nargs=-1, metavar="[EXPORT]..."),
    click.option(
        "-p", "--period", metavar="EXPR", help="Days to report: 7d, 2026-05, last-week, all ..."
    ),
    click.option(
        "--compare", metavar="EXPR", help="previous (default), previous-year, none, a period."
    ),
    click.option("--as-of", metavar="DATE", help="First day that is not complete, or today."),
    click.option("--tz", metavar="NAME", help="Time zone of the report (default UTC)."),
    click.option("--where", multiple=True, metavar="'COL OP VALUE'", help="Keep only such cases."),
    click.option(
        "--max-days", type=click.IntRange(min=1), metavar="N", help="Allow a longer period."
    ),
    click.option("--profile", metavar="NAME|FILE", help="How to read another system's export."),
    click.option("--config", metavar="FILE", help="Settings instead of cxtool.toml."),
    click.option("--delimiter", metavar="CHAR", help="Of CSV; found by looking."),
    click.option("--encoding", metavar="NAME", help="Of text files; found by looking."),
    click.option(
        "--skip-lines",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Lines before the header.",
    ),
    click.option("--strict", is_flag=True, help="Stop where a row would be set aside."),
    click.option(
        "-f", "--format", metavar="NAME", help="table, json, ndjson, csv, parquet, markdown."
    ),
    click.option(
        "-o", "--output", metavar="FILE", help="Write to a file; {date} is the as-of day."
    ),
    click.option("--section", metavar="ID", help="Section of one-table formats."),
    click.option("-c", "--columns", metavar="A,B", help="Columns to show."),
    click.option("--sort", metavar="KEY", help="Sort by a column; -KEY from the largest."),
    click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Rows to show."),
    click.option("--no-header", is_flag=True, help="Leave out headers in text."),
    click.option("--null", metavar="TEXT", help="Text for unknown values."),
    click.option("--raw", is_flag=True, help="Do not defuse formulas in CSV cells."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours."),
    click.option("--no-color", "color", flag_value="never", help="Same as --color never."),
    click.option("--no-pager", is_flag=True, help="Do not page long tables."),
    click.option("--fail-under", multiple=True, metavar="METRIC=VALUE", help="Exit 3 if below."),
    click.option("--fail-over", multiple=True, metavar="METRIC=VALUE", help="Exit 3 if above."),
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        is_eager=True,
        callback=_set_message_option,
        help="No warnings.",
    ),
    click.option("-v", "--verbose", is_flag=True, help="Intervals, counts and earlier values too."),
    click.option(
        "--debug",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_set_message_option,
        help="Show tracebacks.",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        is_eager=True,
        expose_value=False,
        callback=_set_message_option,
        help="Of messages.",
    ),
]


def shared(command: Command) -> Command:
    """Give a command the shared options, as one argument ``options``."""
    names = {field.name for field in fields(Shared)}

    @wraps(command)
    def packed(**values: Any) -> Any:
        own = {name: value for name, value in values.items() if name not in names}
        options = Shared(**{name: values[name] for name in names})
        return command(options=options, **own)

    for option in reversed(_OPTIONS):
        packed = option(packed)
    return packed  # type: ignore[return-value]
