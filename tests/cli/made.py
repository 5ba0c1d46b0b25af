"""A command run once, whose report is then written in as many formats as a test wants.

Of commands that differ in the view of a report alone, one makes it, and all show it in their view.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec.structs import replace

from cxtool import output
from cxtool.commands import run as course
from cxtool.commands.opening import settings_of
from cxtool.commands.params import Shared
from cxtool.config import Settings
from cxtool.render import RenderOptions, SentimentStyle
from cxtool.report import Report
from cxtool.tables import Tables
from tests.cli.exports import ROOT
from tests.cli_helper import Result, call

# Options that choose of a report, or how it is written, once it is made; not the columns, which
# say what ``log`` reads.
VIEW = {
    *("section", "sort", "limit", "fail_under", "fail_over", "format", "output", "icons"),
    *("no_header", "null", "raw", "color", "no_pager", "template", "verbose", "quiet"),
}


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


@contextmanager
def reports_made_once(made: dict[tuple[str, ...], Report]) -> Iterator[None]:
    """Commands in a folder that differ in the view alone are shown one report, kept in ``made``."""
    really = course.run

    def run_once(
        options: Shared,
        needs: course.Needs,
        make: course.Make,
        *,
        sentiment: SentimentStyle = "percent",
    ) -> None:
        context = click.get_current_context()
        asked = {name: value for name, value in context.params.items() if name not in VIEW}
        key = (str(Path.cwd()), context.command_path, repr(sorted(asked.items())))

        def keep(tables: Tables, settings: Settings) -> Report:
            # Another view may want rows that this one does not ask for.
            made[key] = make(replace(tables, first_n=None), settings)
            return made[key]

        if key in made:
            course.finish(made[key], options, settings_of(options), sentiment=sentiment)
        else:
            really(options, needs, keep, sentiment=sentiment)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "run", run_once)
        yield


_OF_DEMO: dict[tuple[str, ...], Report] = {}


@cache
def on_demo(*arguments: str) -> Made:
    """The same from the project's folder, where the demo export lies: once for all tests."""
    with reports_made_once(_OF_DEMO):
        return make(*arguments, cwd=ROOT)


def call_on_demo(*arguments: str) -> Result:
    """The whole command on the demo export, unless another view of its report was asked before."""
    with reports_made_once(_OF_DEMO):
        return call(*arguments, cwd=ROOT)
