"""Where settings come from: one configuration file, ``CXTOOL_*`` variables, options.

Each source gives its values by dotted key, with their origin, and adds what is wrong to a list, so
that the user is told everything at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.setting_types import from_text, read_value, to_toml, unknown

FILE_NAME = "cxtool.toml"
FILE_VARIABLE = "CXTOOL_CONFIG"
PREFIX = "CXTOOL_"
NOT_SETTINGS = (FILE_VARIABLE, "CXTOOL_DEBUG")
OPTION = "option"

Types = Mapping[str, object]  # dotted key -> annotation
Given = dict[str, tuple[object, str]]  # dotted key -> value, origin


def variable(key: str) -> str:
    """The environment variable that sets a dotted key.

    >>> variable("sla.threshold")
    'CXTOOL_SLA_THRESHOLD'
    """
    return PREFIX + key.upper().replace(".", "_")


def find_file(
    named: Path | None, environ: Mapping[str, str], cwd: Path
) -> tuple[tuple[Path, ...], Path | None]:
    """The files looked for, in order, and the first that is there.

    A file that ``--config`` or ``CXTOOL_CONFIG`` names has to be there (UsageError), and is then
    the only one. Else ``cxtool.toml`` is looked for in ``cwd`` and the folders above it, then in
    the user's configuration folder.
    """
    by_variable = environ.get(FILE_VARIABLE)
    if named is not None or by_variable:
        path = cwd / (named or Path(by_variable or ""))
        if not path.exists():
            raise UsageError(
                f"there is no configuration file '{named or by_variable}'"
                + ("" if named else f" ({FILE_VARIABLE})")
            )
        return (path,), path
    looked_for = []
    for path in _usual_places(cwd):
        looked_for.append(path)
        if os.path.isfile(path):
            return tuple(looked_for), path
    return tuple(looked_for), None


def given_in_file(path: Path, *, cwd: Path, types: Types, problems: list[str]) -> Given:
    """The settings of a TOML file; its relative paths become relative to ``cwd``.

    Raises CxtoolError for a file that cannot be read, UsageError for one that is not TOML.
    """
    import tomllib

    shown = show_path(path, cwd)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CxtoolError(f"cannot read {shown}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text, from byte {error.start + 1}") from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_syntax_problem(shown, text, str(error))) from None
    found: list[str] = []
    given: Given = {}
    for key, raw in _leaves(tree, types, found):
        value = read_value(raw, types[key], key, found)
        given[key] = (_from_folder(key, value, path.parent, cwd), shown)
    problems.extend(f"{shown}: {problem}" for problem in found)
    return given


def given_in_environment(environ: Mapping[str, str], types: Types, problems: list[str]) -> Given:
    """The settings of ``CXTOOL_*`` variables; an empty one sets nothing."""
    keys = {variable(key): key for key in types}
    given: Given = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS or not environ[name].strip():
            continue
        if name not in keys:
            guess = nearest(name, [*keys, *NOT_SETTINGS])
            problems.append(
                f"unknown environment variable {name}"
                + (f"; did you mean {guess}?" if guess else "")
            )
            continue
        value = _read_text(environ[name].strip(), types[keys[name]], name, problems)
        given[keys[name]] = (value, name)
    return given


def given_in_options(options: Mapping[str, object], types: Types, problems: list[str]) -> Given:
    """The settings of options, by dotted key; None: not given."""
    given: Given = {}
    for key, raw in options.items():
        if raw is None:
            continue
        where = f"{OPTION} '{key}'" if "." in key else f"--{key}"
        if isinstance(raw, str):
            value = _read_text(raw, types[key], where, problems)
        else:
            value = read_value(raw, types[key], where, problems)
        given[key] = (value, OPTION)
    return given


def show_path(path: Path, cwd: Path) -> str:
    """The path as people see it: relative where it lies below the current folder."""
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _usual_places(cwd: Path) -> Iterator[Path]:
    from platformdirs import user_config_path

    for folder in (cwd, *cwd.parents):
        yield folder / FILE_NAME
    yield user_config_path("cxtool", appauthor=False) / FILE_NAME


def _leaves(
    tree: dict[str, object], types: Types, problems: list[str], prefix: str = ""
) -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        key = prefix + name
        if key in types:
            yield key, value
        elif not any(known.startswith(f"{key}.") for known in types):
            problems.append(unknown(key, list(types)))
        elif isinstance(value, dict):
            yield from _leaves(value, types, problems, f"{key}.")
        else:
            problems.append(f"{key}: expected a table [{key}], but got {to_toml(value)}")


def _read_text(text: str, kind: object, where: str, problems: list[str]) -> object:
    try:
        return read_value(from_text(text, kind), kind, where, problems)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None


def _from_folder(key: str, value: object, folder: Path, cwd: Path) -> object:
    if key == "lexicons.files" and isinstance(value, list):
        return [_relative(str(file), folder, cwd) for file in value]
    is_path = key in ("export", "cost.prices") or (
        key == "profile" and str(value).endswith(".toml")
    )
    if not is_path or not isinstance(value, str) or value == "-" or "://" in value:
        return value
    return _relative(value, folder, cwd)


def _relative(value: str, folder: Path, cwd: Path) -> str:
    path = os.path.expanduser(value)
    if os.path.isabs(path):
        return path
    try:
        return os.path.relpath(folder / path, cwd)
    except ValueError:  # another drive
        return str(folder / path)


def _syntax_problem(shown: str, text: str, message: str) -> str:
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    if not found:
        return f"{shown} is not TOML: {message}"
    lines = text.split("\n")
    line, column = found[2] or len(lines), found[3] or len(lines[-1]) + 1
    return f"{shown}, line {line}, column {column}: {found[1]}"
