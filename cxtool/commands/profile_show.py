"""``cxtool profile show``."""

from __future__ import annotations

import click

from cxtool.commands.params import HELP


@click.command("show", short_help="A mapping profile as TOML.", context_settings=HELP)
@click.argument("profile", metavar="NAME|FILE")
def command(profile: str) -> None:
    """A mapping profile as TOML, checked: a start for one of your own.

    \b
    Example:
      cxtool profile show pwc > my.toml
    """
    from pathlib import Path

    from cxtool.exports.profiles import load, text_of

    folder = Path.cwd()
    load(profile, folder=folder)
    click.echo(text_of(profile, folder=folder), nl=False)
