"""Runs the commands that a page shows, and puts their real output below them.

In a ``console`` block a line after ``$`` is a command, what follows is its output; a last line
``...`` stands for the rest. A command ends with exit code 0, or with the one that ``$ echo $?``
shows after it. Lines of a ``sh`` block are commands without output. A ``csv NAME`` block is written
to that file for the commands after it; a ``python`` block is run. Other programs and pipes are not.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from cxtool import cli

DEMO = Path(__file__).parent.parent / "sample_data" / "demo"
FENCE = re.compile(r"^```(\w*) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
REST = "..."
EXIT_CODE = "echo $?"


@dataclass(frozen=True)
class Done:
    """What a command wrote, to output and messages alike, and its exit code."""

    shown: str
    code: int


class Stream(io.TextIOWrapper):
    """Standard output and error in one, kept in memory; a terminal if it is said to be one."""

    def __init__(self, *, terminal: bool = False) -> None:
        self.kept = io.BytesIO()
        self.terminal = terminal
        super().__init__(self.kept, encoding="utf-8", newline="\n", write_through=True)

    def isatty(self) -> bool:
        return self.terminal


def run(arguments: list[str], folder: Path, environ: Mapping[str, str], stream: Stream) -> Done:
    """Run cxtool in a folder, with these variables alone and nobody's own settings."""
    own = {"HOME": str(folder / ".home"), "XDG_CONFIG_HOME": str(folder / ".home")}
    with (
        mock.patch.dict(os.environ, {**own, **environ}, clear=True),
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO())),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        code = cli.run(arguments)
    return Done(stream.kept.getvalue().decode(), code)


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder as pages take it for granted: the demo as ``export`` and ``sample_data/demo``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(DEMO, folder / "export")
        shutil.copytree(DEMO, folder / "sample_data" / "demo")
        yield folder


def typed(line: str, folder: Path) -> Done | None:
    """Run a line as a shell would, with variables before and ``> FILE`` behind; None: not run."""
    words = shlex.split(line, comments=True)
    environ: dict[str, str] = {}
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        name, _, value = words.pop(0).partition("=")
        environ[name] = value
    if words[:1] != ["cxtool"] or "|" in words:
        return None
    target = folder / words.pop() if words[-2:-1] == [">"] else None
    arguments = words[1:-1] if target else words[1:]
    done = run(arguments, folder, environ, Stream())
    if target:
        target.write_text(done.shown, encoding="utf-8")
        return Done("", done.code)
    return done


def replayed(page: str) -> tuple[str, list[str]]:
    """The page with the real output of its commands, and what did not end as the page says."""
    parts, problems, place = [], [], 0
    with workplace() as folder:
        for block in FENCE.finditer(page):
            kind, name, body = block.groups()
            parts.append(page[place : block.start(3)])
            place = block.end(3)
            if kind == "csv" and name:
                (folder / name).write_text(body, encoding="utf-8")
            elif kind == "sh":
                problems += [p for line in body.splitlines() for p in _tried(line, folder)]
            elif kind == "python":
                problems += _executed(body, folder)
            elif kind == "console":
                body = "".join(_replayed(body, folder, problems))
            parts.append(body)
    return "".join([*parts, page[place:]]), problems


def _tried(line: str, folder: Path) -> list[str]:
    done = typed(line, folder)
    return [] if done is None or done.code == 0 else [f"{line}: {done.shown}"]


def _executed(program: str, folder: Path) -> list[str]:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [done.stderr]


def _replayed(body: str, folder: Path, problems: list[str]) -> Iterator[str]:
    commands = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    last = Done("", 0)
    for number, text in enumerate(commands):
        line, _, output = text.partition("\n")
        if line == EXIT_CODE:
            yield f"$ {line}\n{last.code}\n"
            continue
        last = typed(line, folder) or Done(output, 0)
        follows = "".join(commands[number + 1 : number + 2])
        if last.code != 0 and not follows.startswith(EXIT_CODE):
            problems.append(f"{line}: exit code {last.code}: {last.shown}")
        yield f"$ {line}\n{_elided(last.shown, output)}"


def _elided(real: str, shown: str) -> str:
    lines = shown.splitlines()
    if lines[-1:] != [REST]:
        return real
    kept = real.splitlines(keepends=True)[: len(lines) - 1]
    return "".join([*kept, f"{REST}\n"])
