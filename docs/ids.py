"""Which id of the specification is served by which command, and which tests name it.

``ids.toml`` says what an id asks for. A command or option that is not there makes it "not yet".
"""

from __future__ import annotations

import ast
import re
import tomllib
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

from cxtool import cli

DOCS = Path(__file__).parent
TESTS = DOCS.parent / "tests"

ID = r"[LSBCAK][1-9][0-9]?"
NAMED = re.compile(rf"(?<![\w.-])({ID})(?:\s?(?:-|–|to)\s?({ID}))?(?![\w-])")


def coverage_page() -> str:
    """Each id with its command and the tests that name it."""
    tests = naming_tests(TESTS)
    lines = ["# What is covered", ""]
    lines += ["Every id of the specification, the command that serves it, and the tests naming it."]
    for group in groups():
        lines += ["", f"## {group['title']}", ""]
        lines += ["| id | what | command | tests |", "| --- | --- | --- | --- |"]
        for name, what in group["ids"].items():
            shown = ", ".join(
                f"`cxtool {command}`" + ("" if exists(command) else ", not yet")
                for command in commands_of(name, group)
            )
            lines.append(f"| {name} | {what} | {shown} | {_links(tests.get(name, []))} |")
    return "\n".join(lines) + "\n"


def groups() -> list[dict[str, Any]]:
    """The groups of ids, as in ``ids.toml``."""
    return list(tomllib.loads((DOCS / "ids.toml").read_text(encoding="utf-8")).values())


def commands_of(name: str, group: dict[str, Any]) -> tuple[str, ...]:
    """The commands that serve an id, each with the option that it needs."""
    named: str | list[str] = group.get("commands", {}).get(name, group["command"])
    return (named,) if isinstance(named, str) else tuple(named)


def exists(command: str) -> bool:
    """Whether cxtool has that command and its options.

    >>> exists("sla --by"), exists("sla --no-such-option"), exists("no-such-command")
    (True, False, False)
    """
    words = command.split()
    name = " ".join(takewhile(lambda word: not word.startswith("-"), words))
    found = cli.Commands().get_command(click.Context(cli.cli), name)
    known = {option for param in found.params for option in param.opts} if found else set()
    return found is not None and known.issuperset(words[len(name.split()) :])


def naming_tests(folder: Path) -> dict[str, list[tuple[Path, str]]]:
    """The tests, as file and name, of each id that names or docstrings of tests hold."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in sorted(ids_of(node.name, ast.get_docstring(node) or "")):
                    found.setdefault(name, []).append((path, node.name))
    return found


def ids_of(name: str, docstring: str) -> set[str]:
    """The ids that a test serves.

    In a docstring whole words in capitals, ``S1-S6`` standing for all six; in a name ``test_s4_``
    at its start or ``_S4_`` anywhere.

    >>> sorted(ids_of("test_s4_s5_worst_of_a1", "C3: as in B9-B11, not in XL1, A2b or v1.C2."))
    ['B10', 'B11', 'B9', 'C3', 'S4', 'S5']
    """
    words = name.removeprefix("test_").split("_")
    leading = takewhile(lambda word: re.fullmatch(ID.lower(), word), words)
    found = {word.upper() for word in leading} | {w for w in words if re.fullmatch(ID, w)}
    for first, last in NAMED.findall(docstring):
        numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
        found |= {f"{first[0]}{number}" for number in numbers}
    return found


def _links(tests: list[tuple[Path, str]]) -> str:
    files: dict[Path, list[str]] = {}
    for path, name in tests:
        files.setdefault(path, []).append(name)
    return "<br>".join(
        f"[{path.relative_to(TESTS).as_posix()}](../{path.relative_to(DOCS.parent).as_posix()})"
        + "".join(f"<br>`::{name}`" for name in names)
        for path, names in files.items()
    )
