"""A chosen table as the columns of a profile, each with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from cxtool.exports import infer_words
from cxtool.exports.infer_choose import Choice, Pick
from cxtool.exports.infer_look import File, text
from cxtool.exports.infer_times import DateOrder, times
from cxtool.exports.infer_values import Reading, UnfitError, cells, null_values, some
from cxtool.exports.infer_zeros import answered_by, only_when, zero_is_null
from cxtool.schema import Type

LANGUAGES = {"en": "English", "th": "Thai", "uk": "Ukrainian", "zh": "Chinese", "pl": "Polish"}
# A canonical column that may stand on the column of another one, and what its comment says.
STAND_INS = {
    "handle_s": ("talk_s", "No column has the whole duration: the talk stands for it."),
    "first_response_s": ("wait_s", "No column has the first response: the wait stands for it."),
}
CHANNELS = ("voice", "chat", "email", "ticket")
FILE_NAME_WEIGHT = 2


class Line(Struct, frozen=True):
    """One canonical column of the draft: its keys, and its comments."""

    name: str
    keys: dict[str, Any]
    comments: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The file's columns behind it."""
        return tuple(self.keys.get("from", ())) or tuple(self.keys.get("parts", ()))


class Draft(Struct):
    """The columns of a table, and the file's columns that it does not use, with the reasons."""

    choice: Choice
    lines: dict[str, Line] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """Required columns without a source."""
        return [name for name in self.choice.table.required if name not in self.lines]

    def add(self, name: str, reading: Reading) -> None:
        """More keys and evidence for a column."""
        line = self.lines[name]
        comments = (*line.comments, *reading.evidence)
        self.lines[name] = replace(line, keys=line.keys | reading.keys, comments=comments)

    @property
    def sources(self) -> dict[str, str]:
        """Canonical column -> the one column of the file that it is read from."""
        return {n: line.sources[0] for n, line in self.lines.items() if len(line.sources) == 1}


def draft(file: File, choice: Choice, *, order: DateOrder | None) -> Draft:
    """The columns of the chosen table. Raises like ``times``."""
    found = Draft(choice, unused=dict(choice.unused))
    readings: dict[str, Reading] = {}
    for name, pick in choice.picks.items():
        try:
            readings[name] = _reading(file, choice, pick, order)
        except UnfitError as reason:
            found.unused |= dict.fromkeys(pick.columns, f"could be {name}, but {reason}")
            continue
        key = "from" if len(pick.columns) == 1 else "parts"
        comments = (_header(file, pick), *_others(pick), *readings[name].evidence)
        keys = {key: list(pick.columns), **readings[name].keys}
        found.lines[name] = Line(name, keys, comments)
    if choice.table.name == "interactions":
        _stand_ins(found)
        _zeros(file, found, readings)
        if "channel" not in found.lines:
            found.lines["channel"] = _channel(file, found)
    found.lines = {n: found.lines[n] for n in choice.table.names if n in found.lines}
    return found


def _reading(file: File, choice: Choice, pick: Pick, order: DateOrder | None) -> Reading:
    kind = choice.table.field(pick.name).type
    columns = [file.columns[name] for name in pick.columns]
    if kind is Type.DATETIME:
        if len(columns) == 1 and columns[0].dtype.is_temporal():
            return Reading(evidence=["Times by their type."])
        written = times(file, pick.columns, order)
        if written is None:
            raise UnfitError("most of its values are no times")
        keys: dict[str, Any] = {"formats": list(written.formats)} if written.formats else {}
        if written.time_zone:
            keys["time_zone"] = written.time_zone
        reading = Reading(keys, [f"All values were looked at: {'; '.join(written.evidence)}."])
    else:
        reading = cells(file, columns[0], table=choice.table, name=pick.name)
        if pick.name == choice.table.key:
            reading.evidence.append(_uniqueness(file, pick.columns[0]))
    if len(columns) == 1 and not columns[0].dtype.is_temporal():
        nulls = null_values(file, pick.columns[0])
        if nulls:
            reading.keys["null_values"] = nulls
            reading.evidence.append(f"Taken for empty: {some(nulls)}.")
    return reading


def _uniqueness(file: File, column: str) -> str:
    value = text(column).drop_nulls()
    found = file.query(all=value.len(), different=value.n_unique())
    if found["all"] == found["different"] == file.rows_n:
        return f"Every one of the {file.rows_n:,} rows has its own."
    empty = file.rows_n - found["all"]
    return f"{found['all'] - found['different']:,} values repeat and {empty:,} rows have none."


def _header(file: File, pick: Pick) -> str:
    """The header's words and the first values."""
    examples = " | ".join(
        f"'{name}': {', '.join(file.columns[name].examples)}" for name in pick.columns
    )
    if pick.match.language == "values":
        return f"By its values alone, which are all known. {examples}."
    language = LANGUAGES.get(pick.match.language)
    said = f'"{pick.match.phrase}"' + (f" ({language})" if language else "")
    return f"Header says {said}. {examples}."


def _others(pick: Pick) -> list[str]:
    return [f"'{other}' would also do; its header fits less well." for other in pick.others]


def _stand_ins(found: Draft) -> None:
    lines = found.lines
    for name, (other, said) in STAND_INS.items():
        if name in lines or other not in lines:
            continue
        if name == "handle_s" and ("ended_at" in lines or {"hold_s", "acw_s"} & lines.keys()):
            continue
        lines[name] = Line(name, dict(lines[other].keys), (said,))


def _zeros(file: File, found: Draft, readings: Mapping[str, Reading]) -> None:
    sources = found.sources
    conditions: dict[str, Reading] = {}
    if "answered" in found.lines:
        answered = answered_by(file, sources["answered"], readings["answered"])
        conditions = only_when(file, answered, sources)
    else:
        if "first_response_s" in found.lines and "wait_s" in found.lines:
            said = "A case that nobody answered must have none: no column was found that tells."
            found.add("first_response_s", Reading(evidence=[said]))
        conditions = zero_is_null(file, sources)
    for name, reading in conditions.items():
        found.add(name, reading)


def _channel(file: File, found: Draft) -> Line:
    """A constant, by the words of the file's name and headers."""
    persons = {"contact", "contact_id", "agent", "agent_id"}
    aside = {
        column for name in persons & found.lines.keys() for column in found.lines[name].sources
    }
    told: dict[str, dict[str, None]] = {channel: {} for channel in CHANNELS}
    weights = dict.fromkeys(CHANNELS, 0)
    for channel, word in infer_words.told_by(file.stem, of="channels"):
        told[channel][f'the file\'s name has "{word}"'] = None
        weights[channel] += FILE_NAME_WEIGHT
    for name in file.columns:
        is_person = any(
            infer_words.match(name, table="contacts", column=column)
            for column in ("phone", "email")
        )
        if name not in aside and not is_person:
            for channel in dict(infer_words.told_by(name, of="channels")):
                told[channel][f"header '{name}'"] = None
                weights[channel] += 1
    best = max(CHANNELS, key=weights.__getitem__)
    if not weights[best]:
        said = "No column or word tells the channel: set it, for example to voice or chat."
        return Line("channel", {"value": "unknown"}, (said,))
    return Line("channel", {"value": best}, (f"One channel for all rows: {some(told[best])}.",))
