"""The house stays as it was drawn: who may import whom, and where heavy libraries may appear."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import cxtool
from cxtool.cli import COMMANDS

ROOT = Path(cxtool.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# Imports run down only: a room may import rooms of a lower floor, and itself.
FLOORS = (
    ("errors", "__init__"),
    ("units", "schema", "calendar_units", "messages", "time_zones", "allowance", "stopping"),
    ("period",),
    ("setting_types", "report", "definitions", "lexicon"),
    ("settings_sources", "tables", "joining"),
    ("config", "render"),
    ("calendar",),
    ("exports", "metrics", "view", "gates"),
    ("synthetic",),
    ("output",),
    ("progress", "dataset", "index_page"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# Libraries that only some rooms may know.
ONLY_IN = {
    "click": {"cli", "commands", "output"},
    "rich": {"render", "progress"},
    "jinja2": {"render"},
    "narwhals": {"metrics", "tables", "joining", "calendar", "exports"},
    "pyarrow": {"exports"},
    "pyspark": {"exports"},
    "scipy": {"metrics"},
    "fastexcel": {"exports"},
    "xlsxwriter": {"render"},
}
HEAVY = ("polars", "narwhals", "pyarrow", "rich", "scipy", "numpy", "jinja2", "msgspec")


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


@cache
def imported() -> list[tuple[Path, str]]:
    """Files with every module they import, also in functions; imports for types alone are out."""
    return [(path, name) for path in MODULES for name in imports(path)]


def imports(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in MODULES} == set(FLOOR)


def test_imports_run_down_only() -> None:
    wrong = []
    for path, name in imported():
        package, _, inner = name.partition(".")
        room, other = room_of(path), inner.split(".")[0]
        if package == "cxtool" and inner and other != room and FLOOR[other] >= FLOOR[room]:
            wrong.append(f"{path.relative_to(ROOT)} must not import {name}")
    assert wrong == []


def test_libraries_stay_in_their_rooms() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} must not import {name}"
        for path, name in imported()
        if room_of(path) not in ONLY_IN.get(name.split(".")[0], FLOOR)
    ]
    assert wrong == []


def test_one_place_asks_for_a_terminal() -> None:
    asking = [path.name for path in MODULES if "isatty" in path.read_text(encoding="utf-8")]
    assert asking == ["output.py"]


def test_no_module_reads_the_clock_below_the_commands() -> None:
    for path in MODULES:
        if room_of(path) != "commands":
            text = path.read_text(encoding="utf-8")
            for call in ("datetime.now(", "date.today(", "time.time("):
                assert call not in text, f"{path} reads the clock"


@pytest.mark.parametrize("arguments", ["--help", "sla --help", "explain --help", "--version"])
def test_help_and_version_import_nothing_heavy(arguments: str) -> None:
    code = (
        "import sys; from cxtool.cli import run\n"
        f"run({arguments.split()!r})\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_completion_imports_nothing_heavy() -> None:
    code = (
        "import os, sys\n"
        "os.environ.update(_CXTOOL_COMPLETE='bash_complete', COMP_WORDS='cxtool sla --b',"
        " COMP_CWORD='2')\n"
        "from cxtool.cli import cli\n"
        "try:\n    cli.main(prog_name='cxtool')\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--breaches" in done.stdout
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists_and_starts_its_help_with_examples(name: str) -> None:
    import importlib

    command = importlib.import_module(f"cxtool.commands.{COMMANDS[name][0]}").command
    assert command.help
    assert "Example" in command.help
    assert f"cxtool {name}" in command.help


def test_every_command_module_is_listed() -> None:
    modules = {path.stem for path in (ROOT / "commands").glob("*.py")}
    listed = {module for module, _ in COMMANDS.values()}
    assert modules - listed == {"__init__", "opening", "params", "run"}
