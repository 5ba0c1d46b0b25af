"""Writes the parts of the documentation whose first home is the code, the tests or a run.

``python docs/build.py`` writes them; with ``--check`` it only names those that are out of date.
Whole files: ``coverage.md`` (ids, commands, tests), ``commands.md`` (help) and ``pictures/``. In
pages written by hand: the output of the commands that they show (see ``console``), and tables
between two ``generated`` comments.
The same code gives the same bytes, whatever the terminal, settings and clock of the machine.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from cxtool import cli
from cxtool.config import Settings, types_by_key
from cxtool.schema import TABLES, Table, Type
from cxtool.setting_types import from_text, to_toml
from cxtool.settings_sources import variable
from docs.cards import chapters_text
from docs.console import replayed
from docs.ids import coverage_page
from docs.terminal import PICTURES, picture

DOCS = Path(__file__).parent
REMARK = "<!-- Made by docs/build.py; change what it is made of, then run `make docs`. -->"

TYPES = {
    Type.STR: "text",
    Type.DATETIME: "time",
    Type.SECONDS: "duration",
    Type.BOOL: "yes or no",
    Type.LIST: "list",
    Type.INT: "whole number",
    Type.FLOAT: "number",
}


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with ``--check`` name it and return 1."""
    made = {path: make() for path, make in documents().items()}
    stale = [path for path, text in made.items() if _read(path) != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path.relative_to(DOCS.parent)} is out of date: run make docs")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
            print(f"wrote {path.relative_to(DOCS.parent)}")
    return 1 if stale and "--check" in arguments else 0


def documents() -> dict[Path, Callable[[], str]]:
    """Every file that has generated parts, and what makes its text."""
    made: dict[Path, Callable[[], str]] = {
        DOCS / "coverage.md": lambda: f"{REMARK}\n\n{coverage_page()}",
        DOCS / "commands.md": lambda: f"{REMARK}\n\n{commands_page()}",
    }
    generated = {
        "data-model.md": _tables,
        "metrics.md": chapters_text,
        "settings.md": _settings,
    }
    for path in (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))):
        if path not in made:
            made[path] = partial(_page, path, generated.get(path.name))
    for name in PICTURES:
        made[DOCS / "pictures" / f"{name}.svg"] = partial(picture, name)
    return made


def commands_page() -> str:
    """The help pages of all commands, as on a terminal of 80 columns."""
    parts = ["# Commands", "", "What `--help` says of each command."]
    for name, command in _commands():
        parts += ["", f"## {name}", "", "```text", _help(name, command).rstrip(), "```"]
    return "\n".join(parts) + "\n"


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield "cxtool", cli.cli
    context = click.Context(cli.cli)
    for name in cli.COMMANDS:
        command = cli.cli.get_command(context, name)
        if command is not None:
            yield f"cxtool {name}", command


def _help(name: str, command: click.Command) -> str:
    return click.Context(
        command,
        info_name=name,
        terminal_width=80,
        max_content_width=80,
        help_option_names=["-h", "--help"],
    ).get_help()


def _tables() -> str:
    said = tomllib.loads(_read(DOCS / "columns.toml"))
    if mismatch := said.keys() - {"rows"} ^ TABLES.keys():
        raise SystemExit(f"docs/columns.toml and cxtool/schema.py differ: {sorted(mismatch)}")
    return "\n".join(
        _table(table, said["rows"][name], said[name]) for name, table in TABLES.items()
    )


def _table(table: Table, rows: str, said: dict[str, str]) -> str:
    if mismatch := said.keys() ^ set(table.names):
        raise SystemExit(f"docs/columns.toml [{table.name}] differs: {sorted(mismatch)}")
    lines = [
        f"### {table.name}",
        "",
        rows,
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
    ]
    for field in table.fields:
        kind = TYPES[field.type] + (", required" if field.required else "")
        lines.append(f"| `{field.name}` | {kind} | {said[field.name]} |")
    return "\n".join([*lines, ""])


def _settings() -> str:
    said = tomllib.loads(_read(DOCS / "settings.toml"))
    types = types_by_key()
    if mismatch := said.keys() ^ types.keys():
        raise SystemExit(f"docs/settings.toml and cxtool/config.py differ: {sorted(mismatch)}")
    lines = [
        "| setting | default | in the environment | what it does |",
        "| --- | --- | --- | --- |",
    ]
    for key, kind in types.items():
        value: object = Settings()
        for name in key.split("."):
            value = getattr(value, name)
        default = f"`{to_toml(value)}`" if value is not None else "not set"
        place = f"`{variable(key)}`" if _fits_environment(kind) else "–"
        lines.append(f"| `{key}` | {default} | {place} | {said[key]} |")
    return "\n".join(lines)


def _fits_environment(kind: object) -> bool:
    try:
        from_text("name=1", kind)
    except ValueError:
        return False
    return True


def _page(path: Path, generated: Callable[[], str] | None) -> str:
    """A page written by hand, with what is generated in it and the output of its commands."""
    page = _read(path)
    if generated:
        before, start, rest = page.partition("<!-- generated -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if not (start and end):
            raise SystemExit(f"{path} has no place for its generated part")
        page = f"{before}{start}\n{generated().strip()}\n\n{end}{after}"
    page, problems = replayed(page)
    if problems:
        raise SystemExit("\n".join([f"{path.name}:", *problems]))
    return page


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
