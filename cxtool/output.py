"""Where a report goes: standard output, a pager, or a file that is written whole or not at all.

The only place that asks whether there is a terminal. On one, a table is cut to its width and to 50
rows; everywhere else everything is given, without colour unless it is asked for.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Literal

from msgspec.structs import replace

from cxtool.errors import CxtoolError, UsageError
from cxtool.render import (
    FORMATS,
    RenderOptions,
    format_of_suffix,
    known_format,
    render,
    stream,
)
from cxtool.render.safe import inert
from cxtool.report import Report
from cxtool.stopping import held, unfinished

ColorChoice = Literal["auto", "always", "never"]

TERMINAL_ROWS = 50
DEFAULT_FORMAT = "table"
COLORED_FORMATS = frozenset({"table"})
PAGES = frozenset({"html"})  # text that nobody reads on a terminal


def write(
    report: Report,
    *,
    fmt: str | None = None,
    default: str = DEFAULT_FORMAT,
    out: str | None = None,
    options: RenderOptions | None = None,
    color: ColorChoice = "auto",
    pager: bool = True,
    limited: bool = False,
) -> Path | None:
    """Write the report to ``out`` (None or ``-``: standard output) in a format; the file, if any.

    The format is ``fmt``, else what the suffix of ``out`` means, else ``default``. ``{date}`` in
    ``out`` becomes the as-of day. ``limited``: the user has set a limit, so a terminal table is
    not cut to 50 rows. Raises UsageError for an unknown format or suffix, for templates of what is
    no page, and for binary data or a page on a terminal, CxtoolError where the file cannot be
    written, BrokenPipeError where the reader of standard output has gone (see ``abandon_stdout``).
    """
    options = options or RenderOptions()
    target = None if out in (None, "-") else Path(str(out).replace("{date}", str(report.as_of)))
    name = fmt or _format_of(target, default)
    binary = known_format(name).binary
    if options.template is not None and name not in PAGES:
        raise UsageError(f"--template is for pages, not for {name}", hint="-f html")
    if target is not None:
        options = replace(options, color=color == "always", width=None)
        if known_format(name).streams:
            fill_file(target, partial(stream, report, fmt=name, options=options))
        else:
            write_file(target, _as_bytes(render(report, fmt=name, options=options)))
    elif not is_terminal(sys.stdout):
        options = replace(options, color=wants_color(sys.stdout, color), width=None)
        _write_stdout(_as_bytes(render(report, fmt=name, options=options)))
    elif binary or name in PAGES:
        what = "not text" if binary else "for a browser"
        raise UsageError(
            f"{name} is {what} and is not written to a terminal",
            hint=f"-o FILE{known_format(name).suffixes[0]}, or a pipe",
        )
    else:
        size = shutil.get_terminal_size()
        options = replace(
            options,
            color=wants_color(sys.stdout, color),
            width=size.columns,
            max_rows=None if limited else TERMINAL_ROWS,
        )
        text = str(render(report, fmt=name, options=options))
        _write_terminal(
            text if name in COLORED_FORMATS else inert(text),
            color=options.color,
            paged=pager and text.count("\n") >= size.lines,
        )
    return target


def streams(out: str | None, *, fmt: str | None, default: str = DEFAULT_FORMAT) -> bool:
    """Whether ``write`` takes rows as they come, with the same arguments.

    To a file in a format that is written row by row. Raises UsageError as ``write`` does.
    """
    if out in (None, "-"):
        return False
    return known_format(fmt or _format_of(Path(str(out)), default)).streams


def rows_shown(out: str | None, *, fmt: str | None, default: str = DEFAULT_FORMAT) -> int | None:
    """How many rows of a section ``write`` shows at most, with the same arguments; None: all.

    Raises UsageError as ``write`` does.
    """
    target = None if out in (None, "-") else Path(str(out))
    name = fmt or _format_of(target, default)
    if name == DEFAULT_FORMAT and target is None and is_terminal(sys.stdout):
        return TERMINAL_ROWS
    return known_format(name).rows_n


def is_terminal(stream: IO[str]) -> bool:
    """Whether a stream ends at a person."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def wants_color(stream: IO[str], choice: ColorChoice = "auto") -> bool:
    """Whether to colour: ``--color`` over NO_COLOR over FORCE_COLOR over the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step with this, as ``fill_file`` does."""
    fill_file(path, lambda file: file.write(data))


def fill_file(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Replace a file in one step by what is written to it; on any failure the old one is left.

    A link's target is replaced, not the link. An old file's permissions are kept, a new one gets
    the ordinary ones (umask). A device or pipe is written to. Raises CxtoolError.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise CxtoolError(f"cannot write {path}: it is a folder")
        if not target.parent.is_dir():
            raise CxtoolError(
                f"cannot write {path}: there is no folder {target.parent}", hint="make it first"
            )
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                fill(file)
        else:
            _replace(target, fill)
    except OSError as problem:
        raise CxtoolError(f"cannot write {path}: {problem.strerror or problem}") from problem


def abandon_stdout() -> None:
    """After a BrokenPipeError: let nothing more be written, so that the exit is quiet."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _format_of(target: Path | None, default: str) -> str:
    if target is None or not target.suffix:
        return default
    name = format_of_suffix(target.suffix)
    if name is None and target.exists() and not target.is_file():
        return default
    if name is None:
        suffixes = ", ".join(suffix for form in FORMATS.values() for suffix in form.suffixes)
        raise UsageError(
            f"no format belongs to the suffix '{target.suffix}' of {target}",
            hint=f"name one with --format, or use one of {suffixes}",
        )
    return name


def _as_bytes(content: str | bytes) -> bytes:
    # File names that are not valid Unicode hold lone surrogates; they must not stop a report.
    return content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")


def _replace(target: Path, fill: Callable[[IO[bytes]], object]) -> None:
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
    with unfinished(temporary):
        # Opened by hand, because tempfile's mode of 0600 would lock out a web server.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with open(descriptor, "wb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _write_stdout(data: bytes) -> None:
    """Bytes as they are: the console's own encoding and line ends would change the data."""
    sys.stdout.flush()
    left = memoryview(data)
    while left:  # an unbuffered stream may take less than it is given
        left = left[sys.stdout.buffer.write(left) :]
    sys.stdout.buffer.flush()


def _write_terminal(text: str, *, color: bool, paged: bool) -> None:
    if paged:
        import click

        # Colours pass, a page that fits is only printed, and it stays after leaving.
        os.environ.setdefault("LESS", "FRX")
        with held():
            click.echo_via_pager(text.removesuffix("\n"), color=color)
    else:
        _write_stdout(text.encode(sys.stdout.encoding or "utf-8", "replace"))
