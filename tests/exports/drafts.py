"""What the tests of drafted profiles share: a file of literal text, drafted and read again."""

from __future__ import annotations

import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

from cxtool.exports.infer import infer_file
from cxtool.exports.text import TextOptions
from tests.cli_helper import Result, call


def written(folder: Path, text: str, *, name: str = "calls.csv") -> str:
    """The name of a file of dedented text."""
    (folder / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return name


def drafted(folder: Path, text: str, *, name: str = "calls.csv", **options: Any) -> str:
    """The draft for a file of dedented text."""
    file = written(folder, text, name=name)
    return infer_file(file, folder=folder, options=TextOptions(), **options)


def table(draft: str) -> dict[str, Any]:
    """The one table of a draft."""
    (found,) = tomllib.loads(draft)["tables"]
    assert isinstance(found, dict)
    return found


def columns(draft: str) -> dict[str, Any]:
    """The columns of a draft's one table."""
    found: dict[str, Any] = table(draft)["columns"]
    return found


def comments(draft: str) -> str:
    """The comments of a draft as one line."""
    lines = [line.removeprefix("# ") for line in draft.splitlines() if line.startswith("# ")]
    return " ".join(lines)


def log(folder: Path, file: str, *, keys: str) -> list[dict[str, Any]]:
    """The interaction log of a file under the profile that is drafted from it, unedited."""
    done(call("profile", "infer", file, "-o", "my.toml", cwd=folder))
    found = done(call("log", file, "--profile", "my.toml", "-c", keys, "-f", "json", cwd=folder))
    assert found.report["source"]["rows_set_aside"] == 0
    return found.rows("log")


def done(result: Result) -> Result:
    """The result of a command that has to succeed."""
    assert result.code == 0, result.err
    return result
