"""A mapping profile drafted for an unknown file, with the evidence for every guess.

The draft is TOML in the form of ``profiles``, to be read, corrected and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.exports.feeds import headless
from cxtool.exports.infer_choose import Choice, choose
from cxtool.exports.infer_draft import Draft, Line, draft
from cxtool.exports.infer_look import File, look, text
from cxtool.exports.infer_times import DateOrder
from cxtool.exports.infer_words import normal
from cxtool.exports.passed import notes
from cxtool.exports.raw import RawTable
from cxtool.exports.raw_files import read
from cxtool.exports.sheets import unpacked
from cxtool.exports.sources import find
from cxtool.exports.text import TextOptions
from cxtool.schema import TABLES
from cxtool.setting_types import to_toml
from cxtool.stopping import scratch_folder

WIDTH = 98


def infer_file(
    argument: str,
    *,
    folder: Path,
    options: TextOptions,
    table: str | None = None,
    date_order: DateOrder | None = None,
) -> str:
    """The TOML of a profile that reads one file of any name. Raises like ``infer``."""
    if table is not None and table not in TABLES:
        guess = nearest(table, list(TABLES))
        raise UsageError(
            f"unknown table '{table}'" + (f"; did you mean '{guess}'?" if guess else ""),
            hint="tables: " + ", ".join(TABLES),
        )
    with scratch_folder() as scratch:
        found = unpacked(
            find([argument], folder=folder, any_name=True),
            skip_rows=options.skip_lines,
            scratch=scratch,
        )
        if len(found) > 1:
            names = ", ".join(file.name for file in found[:5])
            raise UsageError(f"{argument}: holds {len(found)} files; name one of them: {names}")
        raws = read(found, options, scratch=scratch)
        if len(raws) > 1:
            raise UsageError(f"{argument}: holds {len(raws)} tables; write each to a file")
        return infer(raws[0], table=table, date_order=date_order, dialect=_dialect(options))


def _dialect(options: TextOptions) -> dict[str, object]:
    """What the user had to say of the file's writing, for the profile to say it from now on."""
    said = {
        "delimiter": options.delimiter,
        "encoding": options.encoding,
        "skip_lines": options.skip_lines,
    }
    return {key: value for key, value in said.items() if value}


def infer(
    raw: RawTable,
    *,
    table: str | None = None,
    date_order: DateOrder | None = None,
    dialect: Mapping[str, object] | None = None,
) -> str:
    """The TOML of a profile that reads this file.

    ``table`` names what the file feeds, else its columns decide; ``dialect`` is what the user said
    of the file's writing. Raises CxtoolError where a required column is nowhere to be found,
    UsageError where the order of day and month is not proved by any value.
    """
    if raw.text is not None and raw.text.is_headless:
        raise headless(raw)
    file = look(raw)
    if not file.rows_n:
        raise CxtoolError(f"{file.name}: no records to look at")
    choice, others = choose(file, table=table)
    if choice.missing:
        raise _lacking(file, choice, choice.missing)
    found = draft(file, choice, order=date_order)
    if found.missing:
        raise _lacking(file, choice, found.missing)
    passed = raw.text.passed if raw.text is not None else ()
    told = [note for _, note in notes((file.name, one) for one in passed)]
    return "\n".join(_lines(file, found, others, dialect or {}, told)) + "\n"


def _lines(
    file: File,
    found: Draft,
    others: list[str],
    dialect: Mapping[str, object],
    told: list[str],
) -> Iterator[str]:
    table = found.choice.table
    name = normal(file.stem).replace(" ", "-") or "draft"
    yield from _comment(
        f"Drafted from {file.name}: {file.rows_n:,} rows, {len(file.columns)} columns. Each comment"
        " gives the reason for a guess; correct what is wrong, then try it with 'cxtool profile"
        " test'. Times without offset are read in the report's time zone (--tz), or in that of a"
        ' key time_zone = "Area/City" beside them.'
    )
    for note in told:
        yield from _comment(note)
    yield from (f"name = {to_toml(name)}", f"title = {to_toml(file.name)}")
    yield 'source = "Drafted from the headers and values of one file"'
    if dialect:
        yield from ("", "[dialect]", *(f"{key} = {to_toml(dialect[key])}" for key in dialect))
    yield from ("", "[[tables]]")
    for other in others:
        yield from _comment(f"The columns would do for table '{other}' too: --table {other}.")
    yield f"table = {to_toml(table.name)}"
    telling = [column for n in table.required for column in found.lines[n].sources]
    yield f"headers = {to_toml(list(dict.fromkeys(telling)))}"
    yield from ("", "[tables.columns]")
    for line in found.lines.values():
        yield from _column(line)
    if found.unused:
        yield ""
        yield from _comment("Not used:")
        for column, reason in found.unused.items():
            examples = ", ".join(file.columns[column].examples) if column in file.columns else ""
            yield from _comment(
                f"'{column}'" + (f" ({examples})" if examples else "") + f": {reason}."
            )


def _column(line: Line) -> Iterator[str]:
    for comment in line.comments:
        yield from _comment(comment)
    yield f"{line.name} = {to_toml(_ordered(line.keys))}"


def _ordered(keys: Mapping[str, Any]) -> dict[str, Any]:
    order = ("from", "parts", "value", "formats", "time_zone", "unit", "separator", "map")
    first = {key: keys[key] for key in order if key in keys}
    return first | {key: value for key, value in keys.items() if key not in first}


def _comment(said: str) -> Iterator[str]:
    """A comment in lines that fit a page."""
    plain = "".join(letter if letter.isprintable() else " " for letter in said)
    lines = wrap(plain, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    yield from (f"# {line}" for line in lines)


def _lacking(file: File, choice: Choice, missing: list[str]) -> CxtoolError:
    """The error for a file without a required column, with what could stand for an id."""
    key = choice.table.key
    what = (
        f"{file.name}: no column was found for {', '.join(missing)} of table '{choice.table.name}'"
    )
    if key in missing and choice.repeating:
        return CxtoolError(
            f"{what}: the values of '{choice.repeating[0]}' repeat",
            hint="a file with one row per event needs 'events' in its profile (docs/profiles.md)",
        )
    if key in missing:
        unique = [f"'{name}'" for name, column in file.columns.items() if _is_unique(file, name)]
        told = ", ".join(unique) if unique else "none"
        return CxtoolError(what, hint=f"columns with a different value in every row: {told}")
    shown = ", ".join(file.columns)
    return CxtoolError(what, hint=f"the file has {shown}")


def _is_unique(file: File, name: str) -> bool:
    """Whether every row of the file has a value of its own; not a time or a number."""
    column = file.columns[name]
    if not column.seems_unique or column.dtype.is_float() or column.written_as("dated"):
        return False
    return bool(file.query(different=text(name).n_unique())["different"] == file.rows_n)
