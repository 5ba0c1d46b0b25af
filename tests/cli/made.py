"""A command run once, whose report is then written in as many formats as a test wants."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cxtool import output
from cxtool.render import RenderOptions
from cxtool.report import Report
from tests.cli.exports import ROOT
from tests.cli_helper import call


@dataclass(frozen=True)
class Made:
    """What a command was about to write: the report in view, and how."""

    report: Report
    options: RenderOptions
    others: dict[str, Any]
    code: int

    def output(self, fmt: str, **changes: Any) -> bytes:
        """What standard output gets in a format; ``changes`` are other ``RenderOptions``."""
        with pytest.MonkeyPatch.context() as patch:
            stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
            patch.setattr(sys, "stdout", stdout)
            options = replace(self.options, **changes)
            output.write(self.report, **self.others | {"fmt": fmt, "options": options})
            stdout.flush()
            written: bytes = stdout.buffer.getvalue()  # type: ignore[attr-defined]
        return written


def make(*arguments: str, cwd: Path) -> Made:
    """Run a command up to the point where it writes."""
    caught: list[tuple[Report, dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "write", lambda report, **others: caught.append((report, others)))
        result = call(*arguments, cwd=cwd)
    assert caught, result.err
    ((report, others),) = caught
    return Made(report, others.pop("options"), others, result.code)


@cache
def on_demo(*arguments: str) -> Made:
    """The same from the project's folder, where the demo export lies: once for all tests."""
    return make(*arguments, cwd=ROOT)
