"""Which tables a file feeds: by the chosen profile, by its own column names, by a known system."""

from __future__ import annotations

from collections.abc import Sequence

from cxtool.errors import CxtoolError, nearest
from cxtool.exports.profiles import Feed, Profile, bind, canonical_feed, recognise
from cxtool.exports.raw import RawTable
from cxtool.schema import TABLES

SHOWN_COLUMNS = 12
SHOWN_LETTERS = 40


def feeds_of(raw: RawTable, chosen: Profile | None) -> tuple[list[Feed], Profile | None]:
    """The tables that a file feeds, and the profile that says so, if any.

    No table: the chosen profile does not fit the file. Raises CxtoolError for a file that lacks
    required columns, all of them at once.
    """
    if chosen is not None:
        return _bound(raw, chosen), chosen
    feed = canonical_feed(raw.table or "interactions", raw.columns)
    missing = [name for name in TABLES[feed.table].required if name not in feed.columns]
    if not missing:
        return [feed], None
    recognised = recognise(raw.columns)
    if recognised is not None:
        return _bound(raw, recognised), recognised
    raise _lacking(raw, feed.table, missing)


def nothing_fits(files: Sequence[str], chosen: Profile | None) -> CxtoolError:
    """The error for an export of which no file feeds a table that is needed."""
    shown = ", ".join(files[:5]) + (" ..." if len(files) > 5 else "")
    if chosen is not None:
        return CxtoolError(
            f"profile '{chosen.name}' fits none of the files: {shown}",
            hint="their names and columns do not match its 'files' and 'headers'",
        )
    return CxtoolError(f"the export has no table that this command needs: {shown}")


def _bound(raw: RawTable, profile: Profile) -> list[Feed]:
    feeds = bind(profile, file=raw.files[0], columns=raw.columns)
    for feed in feeds:
        lost = [name for name in TABLES[feed.table].required if name not in feed.columns]
        if lost:
            raise CxtoolError(
                f"{raw.files[0]}: profile '{profile.name}' finds no column for {', '.join(lost)}"
                f" of table '{feed.table}'",
                hint=_columns(raw.columns),
            )
    return feeds


def _lacking(raw: RawTable, table: str, missing: Sequence[str]) -> CxtoolError:
    lowered = {name.lower(): name for name in raw.columns}
    guesses = {name: nearest(name, list(lowered)) for name in missing}
    near = [f"'{lowered[guess]}' looks like {name}" for name, guess in guesses.items() if guess]
    return CxtoolError(
        f"{raw.files[0]}: table '{table}' lacks required columns: {', '.join(missing)}",
        hint="; ".join([*near, _columns(raw.columns), "name a mapping with --profile"]),
    )


def _columns(columns: Sequence[str]) -> str:
    shown = [
        name if len(name) <= SHOWN_LETTERS else name[:SHOWN_LETTERS] + "…"
        for name in columns[:SHOWN_COLUMNS]
    ]
    return "the file has " + ", ".join(shown) + (" ..." if len(columns) > SHOWN_COLUMNS else "")
