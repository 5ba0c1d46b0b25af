"""``cxtool profile list``."""

from __future__ import annotations

import click

from cxtool.commands.params import HELP


@click.command("list", short_help="The built-in mapping profiles.", context_settings=HELP)
def command() -> None:
    """The built-in mapping profiles, one to a line: name, system, tables.

    \b
    Example:
      cxtool profile list
    """
    from pathlib import Path

    from cxtool.exports.profiles import builtin_names, load

    for name in builtin_names():
        profile = load(name, folder=Path.cwd())
        tables = ", ".join(dict.fromkeys(mapping.table for mapping in profile.tables))
        click.echo(f"{name}\t{profile.title}\t{tables}")
