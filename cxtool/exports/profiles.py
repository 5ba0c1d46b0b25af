"""Mapping profiles: how another system's export becomes the canonical tables. A profile is data.

A profile is a TOML file. Built-in ones lie in ``cxtool/exports/profiles``; a user's own has the
same form and is named by its path. ``docs/profiles.md`` documents every key.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from msgspec import ValidationError, convert

from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.exports.profile_checks import problem_of, unfitting
from cxtool.exports.profile_form import Profile


def load(name: str, *, folder: Path) -> Profile:
    """A built-in profile by name, or a profile file by path.

    Raises UsageError for an unknown name, CxtoolError for a file that is not a valid profile.
    """
    return parse(text_of(name, folder=folder), name=name)


def text_of(name: str, *, folder: Path) -> str:
    """The TOML of a profile, as it stands. Raises like ``load``."""
    if name.endswith(".toml") or "/" in name:
        path = folder / name
        if not path.is_file():
            raise UsageError(f"profile {name}: no such file")
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise CxtoolError(f"profile {name}: not UTF-8 text") from None
    names = builtin_names()
    if name not in names:
        guess = nearest(name, names)
        raise UsageError(
            f"unknown profile '{name}'" + (f"; did you mean '{guess}'?" if guess else ""),
            hint="built-in profiles: " + ", ".join(names) + "; or a path to a .toml file",
        )
    return _builtin(name)


def builtin_names() -> list[str]:
    """Names of the built-in profiles."""
    folder = resources.files("cxtool.exports") / "profiles"
    return sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml"))


def _builtin(name: str) -> str:
    path = resources.files("cxtool.exports") / "profiles" / f"{name}.toml"
    return path.read_text(encoding="utf-8")


def parse(text: str, *, name: str) -> Profile:
    """A profile from TOML text, checked. Raises CxtoolError naming the key that is wrong."""
    import tomllib

    try:
        profile = convert(tomllib.loads(text), Profile)
    except tomllib.TOMLDecodeError as error:
        raise CxtoolError(f"profile {name}: not TOML: {error}") from error
    except ValidationError as error:
        problem = unfitting(str(error))
        raise CxtoolError(f"profile {name}: {problem}", hint="see docs/profiles.md") from error
    wrong = problem_of(profile)
    if wrong is not None:
        raise CxtoolError(f"profile {name}: {wrong}", hint="see docs/profiles.md")
    return profile


@cache
def builtin_profiles() -> tuple[Profile, ...]:
    """All built-in profiles: asked for only where a file explains itself in no other way."""
    return tuple(parse(_builtin(name), name=name) for name in builtin_names())
