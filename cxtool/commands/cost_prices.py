"""``cxtool cost prices``."""

from __future__ import annotations

from pathlib import Path

import click

from cxtool.commands.params import HELP


@click.command("prices", short_help="The price list, to edit.", context_settings=HELP)
@click.option("-o", "--output", metavar="FILE", help="Where the list goes; else standard output.")
def command(output: str | None) -> None:
    """The built-in price list as TOML, every price with its source: a start for your own.

    \b
    Example:
      cxtool cost prices -o prices.toml
    """
    from cxtool.metrics.cost_prices import built_in_text
    from cxtool.output import write_file

    if output in (None, "-"):
        click.echo(built_in_text(), nl=False)
    else:
        write_file(Path(str(output)), built_in_text().encode())
