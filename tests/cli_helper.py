"""The command line called in this process: its input, output and messages as a shell sees them.

The user's own settings never reach a test: ``CXTOOL_*`` variables and configuration folders are
taken away for the call.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cxtool import cli


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode("utf-8")

    @property
    def report(self) -> dict[str, Any]:
        """Standard output as one JSON report."""
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed

    def rows(self, section: str) -> list[dict[str, Any]]:
        """The rows of a section of the JSON report."""
        found = {part["id"]: part["rows"] for part in self.report["sections"]}
        rows: list[dict[str, Any]] = found[section]
        return rows


def call(
    *arguments: str,
    cwd: Path,
    stdin: bytes | None = None,
    environ: Mapping[str, str] | None = None,
) -> Result:
    """Run ``cxtool`` with these arguments in a folder; ``stdin`` is piped in, else nothing is."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryFile() as piped:
        patch.chdir(cwd)
        for name in [name for name in os.environ if name.startswith("CXTOOL_")]:
            patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "HOME", "APPDATA"):
            patch.setenv(name, str(cwd / ".no-settings"))
        for name, value in (environ or {}).items():
            patch.setenv(name, value)
        piped.write(stdin or b"")
        piped.seek(0)
        out, err = io.BytesIO(), io.StringIO()
        patch.setattr(sys, "stdin", io.TextIOWrapper(piped, encoding="utf-8"))
        patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8"))
        patch.setattr(sys, "stderr", err)
        code = cli.run(list(arguments))
        sys.stdout.flush()
        return Result(code=code, out=out.getvalue(), err=err.getvalue())


def failure(*arguments: str, cwd: Path, stdin: bytes | None = None) -> tuple[int, str]:
    """Exit code and message of a command that fails: one line, no traceback, nothing on output."""
    result = call(*arguments, cwd=cwd, stdin=stdin)
    lines = result.err.splitlines()
    assert len(lines) == 1, result.err
    assert lines[0].startswith("cxtool: error: "), result.err
    assert not result.out
    for trace in ("Traceback", "Error:", "polars", "0x"):
        assert trace not in lines[0], result.err
    return result.code, lines[0].removeprefix("cxtool: error: ")
