"""``cxtool profile infer``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import HELP

if TYPE_CHECKING:
    from cxtool.exports.infer_times import DateOrder


@click.command("infer", short_help="Draft a mapping profile from a file.", context_settings=HELP)
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", metavar="FILE", help="Where the draft goes, such as my.toml.")
@click.option(
    "--date-order",
    type=click.Choice(["day-first", "month-first", "year-first"]),
    help="Of dates that no value proves the order of.",
)
@click.option("--table", metavar="NAME", help="What a row of the file is; told by its columns.")
@click.option("--delimiter", metavar="CHAR", help="Of a CSV file; found by looking.")
@click.option("--encoding", metavar="NAME", help="Of a text file; found by looking.")
@click.option(
    "--skip-lines",
    type=click.IntRange(min=0),
    metavar="N",
    help="Lines before the header; found by looking.",
)
def command(
    *,
    file: str,
    output: str | None,
    date_order: DateOrder | None,
    table: str | None,
    delimiter: str | None,
    encoding: str | None,
    skip_lines: int | None,
) -> None:
    """Draft a mapping profile from an unknown file, with the evidence for each guess.

    Columns are known by the words of their headers (English, Thai, Ukrainian, Chinese, Polish and
    common systems' own) and by their values. Dates are never guessed: an order that no value
    proves is asked for.

    \b
    Examples:
      cxtool profile infer calls.csv
      cxtool profile infer calls.csv -o my.toml
      cxtool profile infer calls.csv --date-order day-first -o my.toml
      cxtool profile test my.toml calls.csv
    """
    from cxtool.exports.infer import infer_file
    from cxtool.exports.text import TextOptions
    from cxtool.output import write_file

    text = infer_file(
        file,
        folder=Path.cwd(),
        options=TextOptions(delimiter, encoding, skip_lines),
        table=table,
        date_order=date_order,
    )
    if output in (None, "-"):
        click.echo(text, nl=False)
    else:
        write_file(Path(str(output)), text.encode())
