"""``cxtool config``: every setting, its value, and where that came from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxtool.commands.params import HELP

if TYPE_CHECKING:
    from cxtool.config import Loaded


@click.command(
    name="config",
    short_help="Show the settings that hold and where they came from.",
    context_settings=HELP,
)
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read this configuration file instead of looking for cxtool.toml.",
)
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table to read, or a JSON array.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(config_file: Path | None, output_format: str, as_json: bool) -> None:
    """Show the settings that hold and where they came from.

    \b
    Examples:
      cxtool config
      cxtool config --config night/cxtool.toml
      CXTOOL_TZ=Europe/Warsaw cxtool config --format json

    An option wins over the environment (CXTOOL_TZ, CXTOOL_SLA_THRESHOLD, ...), that over
    cxtool.toml, that over the default. The file is looked for in the current folder and the
    folders above it, then in the user's configuration folder; the first one found is read.
    """
    from cxtool.config import load_settings

    cwd = Path.cwd()
    loaded = load_settings(config_file=config_file, options={}, environ=os.environ, cwd=cwd)
    click.echo(
        as_array(loaded) if as_json or output_format == "json" else as_table(loaded, cwd=cwd)
    )


def as_table(loaded: Loaded, *, cwd: Path) -> str:
    """Key, value in TOML form and origin of each setting, then the files that were looked for."""
    from cxtool.setting_types import to_toml
    from cxtool.settings_sources import show_path
    from cxtool.units import MISSING

    rows = [("SETTING", "VALUE", "FROM")]
    for key, origin in loaded.origins.items():
        rows.append((key, to_toml(loaded.value(key)) or MISSING, origin))
    key_width, value_width = (max(len(row[i]) for row in rows) for i in (0, 1))
    lines = [f"{key:{key_width}}  {value:{value_width}}  {origin}" for key, value, origin in rows]
    lines += ["", "Configuration files looked for:"]
    for path in loaded.looked_for:
        lines.append(
            f"  {show_path(path, cwd)}  ({'read' if path == loaded.file else 'not there'})"
        )
    return "\n".join(lines)


def as_array(loaded: Loaded) -> str:
    """The settings as a JSON array of ``key``, ``value`` and ``origin``; null: not set."""
    import msgspec

    rows = [
        {"key": key, "value": loaded.value(key), "origin": origin}
        for key, origin in loaded.origins.items()
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
