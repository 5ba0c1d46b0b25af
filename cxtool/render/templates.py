"""Where pages get their templates, and what a template may do.

A user's folder comes first and ours fills the gaps; ``cxtool/NAME`` is always ours, so that a
user's template can extend the one that it replaces. A user's templates run in a sandbox, and
whatever fails in them is told with its file and line.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

import cxtool
from cxtool.errors import CxtoolError, UsageError

OURS = "cxtool"


def environment(folder: Path | None = None) -> Environment:
    """Templates of ``folder`` (None: ours alone). Raises UsageError where there is no such folder.

    Everything is escaped, and an unknown name is an error.
    """
    if folder is None:
        return _ours()
    if not folder.is_dir():
        raise UsageError(
            f"--template: there is no folder {folder}",
            hint="a folder with a report.html, a style.css or other parts of the page",
        )
    ours = FileSystemLoader(home())
    loaders = [FileSystemLoader(folder), PrefixLoader({OURS: ours}), ours]
    return _environment(ImmutableSandboxedEnvironment, ChoiceLoader(loaders))


def home() -> Path:
    """Our own templates: beside the package in a checkout, inside it where it is installed."""
    package = Path(cxtool.__file__).parent
    shipped = package / "_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


def source(templates: Environment, name: str) -> str:
    """The text of a file among the templates, as it is; empty where there is none."""
    assert templates.loader is not None
    try:
        return templates.loader.get_source(templates, name)[0]
    except TemplateNotFound:
        return ""


@contextmanager
def told(folder: Path | None) -> Iterator[None]:
    """Tell any failure of a user's template as one CxtoolError; a failure of ours stays a bug."""
    try:
        yield
    except CxtoolError:
        raise
    except TemplateNotFound as problem:
        if folder is None:
            raise
        raise CxtoolError(f"{folder}: there is no template '{problem.message}'") from problem
    except Exception as problem:
        if folder is None:
            raise
        raise CxtoolError(f"{_place(problem, folder)}: {_said(problem)}") from problem


@cache
def _ours() -> Environment:
    """Our own templates, compiled once in a process."""
    return _environment(Environment, FileSystemLoader(home()))


def _environment(kind: type[Environment], loader: BaseLoader) -> Environment:
    return kind(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def _place(problem: Exception, folder: Path) -> str:
    """File and line of the innermost template that had a part in a failure."""
    if isinstance(problem, TemplateSyntaxError):
        return f"{problem.filename or problem.name or folder}, line {problem.lineno}"
    frames = traceback.extract_tb(problem.__traceback__)
    inside = [f for f in frames if Path(f.filename).suffix == ".html"]
    return f"{inside[-1].filename}, line {inside[-1].lineno}" if inside else str(folder)


def _said(problem: Exception) -> str:
    if isinstance(problem, RecursionError):
        return "the template calls itself without end"
    return str(problem).strip() or type(problem).__name__
