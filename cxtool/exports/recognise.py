"""Which built-in profile a file is written for, told by its columns, or by its first line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cxtool.exports.binding import fits, named_like, tells
from cxtool.exports.profile_form import Profile, TableMap
from cxtool.exports.profiles import builtin_profiles


def recognise(file: str, columns: Sequence[str]) -> Profile | None:
    """The built-in profile of which the most telling headers are among these columns.

    None where no profile, or more than one, fits best.
    """
    scores = [
        (_score(mapping, file, columns), profile)
        for profile in builtin_profiles()
        for mapping in profile.tables
    ]
    best = max((score for score, _ in scores), default=0)
    found = {profile.name: profile for score, profile in scores if score == best}
    return next(iter(found.values())) if best and len(found) == 1 else None


def recognise_line(file: str, line: str) -> Profile | None:
    """The one built-in profile of files without a header that such a file and line fit."""
    found = [
        profile
        for profile in builtin_profiles()
        if profile.dialect is not None
        and profile.dialect.first_line is not None
        and re.search(profile.dialect.first_line, line)
        and any(named_like(file, mapping.files) for mapping in profile.tables)
    ]
    return found[0] if len(found) == 1 else None


def _score(mapping: TableMap, file: str, columns: Sequence[str]) -> int:
    return (tells(mapping, columns) or 0) if fits(mapping, file=file, columns=columns) else 0
