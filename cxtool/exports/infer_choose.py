"""Which table an unknown file feeds, and which of its columns stands for which canonical one.

Headers propose, values object: a column is taken where its header says so and its values can be
what it says. Of several columns for one place the one with the better header is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cxtool.exports import infer_words
from cxtool.exports.infer_look import Column, File
from cxtool.exports.infer_words import Match, known_value
from cxtool.schema import TABLES, Table, Type

DERIVED = {"channel"}  # required, but a constant can stand for it
ROLES = {"started_at": "start", "created_at": "start", "ended_at": "end", "resolved_at": "end"}
BY_VALUES = ("direction", "sentiment")  # the words in their cells are proof enough
VALUES_MATCH = Match(0.4, "", "values")
FULL_DATE_AND_TIME = 1.05  # above a column that has the date alone
NAMED_AFTER = 3.0  # a file's name that tells the table
REQUIRED_WEIGHT = 2.0
MISSING = -5.0
HALF = 0.5  # of the values must be times; what is not is set aside row by row
NEARLY_AS_MANY = 0.7  # of the columns, for another table to be worth naming
VAGUE = 0.7  # a header that fits no better needs values that are all known
REPEATS = "its values repeat"
LEAST_DIFFERENT = 0.9  # of the sampled values of an id
CONVERTIBLE = {
    Type.SECONDS: ("number", "clock", "worded", "iso_duration"),
    Type.INT: ("number",),
    Type.FLOAT: ("number",),
}


class Pick(Struct, frozen=True):
    """The column (or date and time column) that stands for a canonical one."""

    name: str
    columns: tuple[str, ...]
    match: Match
    others: tuple[str, ...] = ()  # columns that would also do, but fit less well


class Choice(Struct, frozen=True):
    """A table with its columns. ``unused`` are the other columns, each with the reason."""

    table: Table
    picks: dict[str, Pick]
    unused: dict[str, str]
    score: float = 0.0
    repeating: tuple[str, ...] = ()  # ids that are not of rows: they repeat

    @property
    def missing(self) -> list[str]:
        """Required columns without a source."""
        return [n for n in self.table.required if n not in self.picks and n not in DERIVED]


def choose(file: File, *, table: str | None = None) -> tuple[Choice, list[str]]:
    """The best table for the file, and other tables whose required columns it has as well."""
    names = [table] if table else list(TABLES)
    choices = [_choice(file, TABLES[name]) for name in names]
    best = max(choices, key=lambda choice: choice.score)
    if best.missing and table is None and not _told(file):
        return choices[names.index("interactions")], []
    others = [
        choice.table.name
        for choice in choices
        if choice is not best
        and not choice.missing
        and len(choice.picks) >= NEARLY_AS_MANY * len(best.picks)
    ]
    return best, others


def _choice(file: File, table: Table) -> Choice:
    proposals = sorted(_proposals(file, table), key=lambda found: -found[0].match.score)
    fitting = [pick for pick, objection in proposals if not objection]
    picks = _picks(table, fitting)
    used = {column for pick in picks.values() for column in pick.columns}
    reasons = {
        column: f"could be {pick.name}, but {objection}"
        for pick, objection in reversed(proposals)
        for column in pick.columns
        if objection
    }
    others: dict[str, list[str]] = {}
    for pick in fitting:
        if used.isdisjoint(pick.columns):
            others.setdefault(pick.name, []).append(" + ".join(pick.columns))
            better = " + ".join(f"'{column}'" for column in picks[pick.name].columns)
            for column in pick.columns:
                reasons.setdefault(column, f"could be {pick.name}; {better} fits better")
    picks = {
        name: replace(picks[name], others=tuple(others.get(name, ())))
        for name in table.names
        if name in picks
    }
    unused = {
        name: reasons.get(name, _reason(column))
        for name, column in file.columns.items()
        if name not in used
    }
    repeating = tuple(pick.columns[0] for pick, objection in proposals if objection == REPEATS)
    found = Choice(table, picks, unused, repeating=repeating)
    return replace(found, score=_score(file, found))


def _picks(table: Table, fitting: Sequence[Pick]) -> dict[str, Pick]:
    """The best pick for each canonical column; no column of the file is picked twice."""
    picks: dict[str, Pick] = {}
    used: set[str] = set()
    for pick in fitting:
        if pick.name not in picks and used.isdisjoint(pick.columns):
            picks[pick.name] = pick
            used.update(pick.columns)
    for pick in fitting:
        # What is required may share a column: the ticket of a help desk is its case.
        if pick.name in table.required:
            picks.setdefault(pick.name, pick)
    return picks


def _score(file: File, choice: Choice) -> float:
    required = choice.table.required
    score = sum(
        pick.match.score * (REQUIRED_WEIGHT if name in required else 1.0)
        for name, pick in choice.picks.items()
    )
    named = choice.table.name in _told(file)
    return score + NAMED_AFTER * named + MISSING * len(choice.missing)


def _told(file: File) -> set[str]:
    """The tables that the file's name tells of."""
    told = {table for table, _ in infer_words.told_by(file.stem, of="tables")}
    return told | ({file.raw.table} if file.raw.table else set())


def _proposals(file: File, table: Table) -> Iterator[tuple[Pick, str]]:
    """Every pick that a header proposes, with the objection of its values, if any."""
    for name in table.names:
        if name in ROLES and (pair := _pair(file, name)) is not None:
            yield pair, ""
        for column in file.columns.values():
            match = infer_words.match(column.name, table=table.name, column=name)
            if match is not None:
                yield Pick(name, (column.name,), match), _objection(table, name, column, match)
            elif name in BY_VALUES and _all_known(column, name) and len(column.values) > 1:
                yield Pick(name, (column.name,), VALUES_MATCH), ""


def _pair(file: File, name: str) -> Pick | None:
    """A date column and a column with the time of day, by their headers."""
    best: dict[str, tuple[Match, str]] = {}
    for kind, way in (("date", "dated"), ("time", "time_of_day")):
        for column in file.columns.values():
            match = infer_words.part(column.name, of=ROLES[name], kind=kind)
            fits = column.written_as(way) and not (kind == "date" and _has_clock(column))
            if match and fits and (kind not in best or match.score > best[kind][0].score):
                best[kind] = (match, column.name)
    if len(best) < 2:
        return None
    phrase = " + ".join(match.phrase for match, _ in best.values())
    columns = tuple(column for _, column in best.values())
    return Pick(name, columns, Match(FULL_DATE_AND_TIME, phrase, ""))


def _has_clock(column: Column) -> bool:
    return any(":" in value for value in column.values)


def _objection(table: Table, name: str, column: Column, match: Match) -> str:
    """Why the values of a column cannot be what its header says; nothing where they can."""
    if not column.values:
        return "it is always empty"
    kind = table.field(name).type
    if name == table.key and _repeats(column):
        return REPEATS
    if kind is Type.DATETIME:
        if column.written_as("time_of_day"):
            return "its values are times of day without a date"
        return "" if _may_be_time(column) else "its values are no times"
    if kind is Type.BOOL:
        # Yes and no under a vague header could answer any question.
        vague = match.score < VAGUE and not infer_words.is_of_unanswered(column.name)
        told = [known_value(value, column=name) for value in column.values]
        fits = all(told) if vague else _all_known(column, name)
        return "" if fits else "its values are no yes and no"
    if name == "csat" and _all_known(column, name):
        return ""
    if kind in CONVERTIBLE and not column.dtype.is_temporal():
        return "" if column.written_as(*CONVERTIBLE[kind]) else f"its values are no {_PLURAL[kind]}"
    if name in ("status", "disposition") and _all_known(column, "answered"):
        return "its values tell whether somebody answered"
    if name in BY_VALUES or (name == "status" and table.name == "interactions"):
        strict = name == "sentiment" or match.score < VAGUE
        known = _all_known(column, name) if strict else _some_known(column, name)
        return "" if known else f"its values are no words for {name}"
    return ""


_PLURAL = {Type.SECONDS: "durations", Type.INT: "numbers", Type.FLOAT: "numbers"}


def _repeats(column: Column) -> bool:
    return column.sample.n_unique() < LEAST_DIFFERENT * len(column.sample)


def _may_be_time(column: Column) -> bool:
    if column.dtype.is_temporal():
        return True
    is_epoch = all(value.isdigit() and len(value) in (9, 10, 12, 13) for value in column.values)
    return is_epoch or column.shares["dated"] > HALF


def _all_known(column: Column, name: str) -> bool:
    return bool(column.values) and all(_known(value, name) for value in column.values)


def _some_known(column: Column, name: str) -> bool:
    return any(_known(value, name) for value in column.values)


def _known(value: str, name: str) -> bool:
    if name in ("answered", "resolved") and known_value(value, column="boolean"):
        return True
    return known_value(value, column=name) is not None


def _reason(column: Column) -> str:
    if not column.values:
        return "it is always empty"
    return "its header says nothing that a canonical column holds"
