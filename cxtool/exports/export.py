"""An export, opened: its tables mapped and surveyed, ready to be limited to a request.

``open_export`` finds the files and gives them meaning; ``Export.tables`` makes what metrics read.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.errors import CxtoolError, nearest
from cxtool.exports import canonical, filters
from cxtool.exports.mapped import MappedTable, map_table
from cxtool.exports.profiles import (
    Feed,
    Profile,
    bind,
    canonical_feed,
    load,
    recognise,
)
from cxtool.exports.raw import RawTable, read
from cxtool.exports.sources import SourceFile, find
from cxtool.exports.survey import Days, Survey, set_aside, span_of, survey, usable
from cxtool.exports.text import TextOptions
from cxtool.period import Request, day_number
from cxtool.report import Source
from cxtool.schema import TABLES
from cxtool.tables import Frame, Tables

PEOPLE = ("contacts", "companies")


@dataclass
class Export:
    """The mapped tables of an export. Surveys are made when first asked for."""

    mapped: dict[str, list[MappedTable]]
    profile: str | None
    settings: Settings
    time_zone: str
    scratch: Path
    ignored: tuple[str, ...] = ()
    _surveys: dict[tuple[str, Days | None], Survey] = field(default_factory=dict)

    def survey(self, table: str, days: Days | None = None) -> Survey:
        """The counts of a table, for these days or for all."""
        asked = days if TABLES[table].name in ("interactions", "tickets") else None
        key = (table, asked)
        if key not in self._surveys:
            self._surveys[key] = self._survey(table, asked)
        return self._surveys[key]

    def _survey(self, table: str, days: Days | None) -> Survey:
        try:
            found = survey(self.mapped[table], time_zone=self.time_zone, days=days)
        except pl.exceptions.PolarsError:
            self._repair(table)
            found = survey(self.mapped[table], time_zone=self.time_zone, days=days)
        rules = self.mapped[table][0].rules
        if any(rules[code].name == "unreadable_value" for code in found.by_rule):
            # The sample did not show every way of writing: look at all of them before judging.
            self.mapped[table] = [part.general() for part in self.mapped[table]]
            found = survey(self.mapped[table], time_zone=self.time_zone, days=days)
        return found

    def _repair(self, table: str) -> None:
        """Rewrite the text files of a table that the fast scan cannot read."""
        repaired = []
        for part in self.mapped[table]:
            try:
                part.scan().select(pl.all().is_null().sum()).collect(engine="streaming")
            except pl.exceptions.PolarsError:
                part = part.over(part.raw.repaired(self.scratch))
            repaired.append(part)
        self.mapped[table] = repaired

    def span(self) -> tuple[int, int] | None:
        """First and last local day number of the interactions; None where there is none."""
        parts = self.mapped.get("interactions")
        if not parts:
            return None
        if all(part.raw.text is None for part in parts):
            return span_of(parts, self.time_zone)
        return self.survey("interactions").span

    def rows(self, table: str, days: Days | None = None) -> pl.LazyFrame:
        """The usable rows of a table."""
        found = self.survey(table, days)
        parts = self.mapped[table]
        asked = days if table in ("interactions", "tickets") else None
        return usable(parts, found, time_zone=self.time_zone, days=asked)

    def set_aside(self, table: str, days: Days | None = None) -> pl.DataFrame:
        """Every row of a table that was set aside, and why."""
        found = self.survey(table, days)
        asked = days if table in ("interactions", "tickets") else None
        return set_aside(self.mapped[table], found, time_zone=self.time_zone, days=asked)

    def given(self, table: str) -> frozenset[str]:
        """The canonical columns of a table that some file has."""
        return frozenset().union(*(part.given for part in self.mapped[table]))

    def files(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Names of the files that feed these tables."""
        names = [name for table in tables for part in self.mapped[table] for name in part.raw.files]
        return tuple(dict.fromkeys(names))

    def source(self, tables: Sequence[str], days: Days | None) -> Source:
        """What was read for these tables."""
        surveys = [self.survey(table, days) for table in tables]
        return Source(
            files=self.files(tables),
            profile=self.profile,
            rows_read=sum(found.rows_read for found in surveys),
            rows_set_aside=sum(found.set_aside_n for found in surveys),
        )

    def tables(
        self,
        request: Request,
        *,
        uses: Sequence[str],
        people: bool,
        where: Sequence[str] = (),
    ) -> Tables:
        """The canonical frames of the request. ``uses`` are the tables that the report needs."""
        wanted = [*uses, *(PEOPLE if people else ())]
        names = [table for table in wanted if table in self.mapped]
        if "interactions" not in names:
            raise CxtoolError(
                "the export has no interactions table",
                hint="one row per case, with case_id, started_at and channel",
            )
        days = days_of(request)
        frames = {name: self.rows(name, days) for name in names}
        cases = canonical.cases(frames, self.settings, time_zone=self.time_zone, people=people)
        others = {name: self._other(frames, name) for name in names if name != "interactions"}
        conditions = [filters.parse_where(text) for text in where]
        filtered, notes = self._filtered({"interactions": cases, **others}, conditions)
        return Tables(
            cases=_narwhals(filtered.pop("interactions")),
            reference_cases=_narwhals(cases),
            others={name: _narwhals(frame) for name, frame in filtered.items()},
            given={name: self.given(name) for name in names},
            request=request,
            source=self.source(names, days),
            collect=collect,
            notes=(*self._notes(names, days, request), *notes),
        )

    def _other(self, frames: Mapping[str, pl.LazyFrame], name: str) -> pl.LazyFrame:
        if name == "tickets":
            return canonical.tickets(frames, time_zone=self.time_zone)
        return canonical.other(frames, name)

    def _filtered(
        self, frames: dict[str, pl.LazyFrame], conditions: Sequence[filters.Condition]
    ) -> tuple[dict[str, pl.LazyFrame], list[str]]:
        """Cases and tickets under the conditions; a note for tickets that lack the column."""
        notes = []
        schemas = {name: frames[name].collect_schema() for name in frames if name in _FILTERED}
        for condition in conditions:
            having = [
                name
                for name, schema in schemas.items()
                if filters.known(condition, schema, TABLES[name])
            ]
            if not having:
                raise filters.unknown_column(condition, self.column_names())
            for name, schema in schemas.items():
                if name in having:
                    kept = filters.predicate(
                        condition, schema, table=name, time_zone=self.time_zone
                    )
                    frames[name] = frames[name].filter(kept)
                else:
                    notes.append(f"--where '{condition.text}' does not apply to {name}.")
        return frames, notes

    def column_names(self) -> list[str]:
        """The columns of interactions that can be named: canonical ones, then the export's own."""
        return [*TABLES["interactions"].names, *self.extras()]

    def extras(self) -> list[str]:
        """The interactions' columns that are not canonical."""
        parts = self.mapped.get("interactions", [])
        return list(dict.fromkeys(name for part in parts for name in part.extras))

    def _notes(self, names: Sequence[str], days: Days | None, request: Request) -> list[str]:
        notes = []
        aside = sum(self.survey(name, days).set_aside_n for name in names)
        repeated = sum(self.survey(name, days).repeated_n for name in names)
        unknown = self.survey("interactions", days).unknown_direction_n
        if aside:
            notes.append(f"{aside:,} rows were set aside; 'cxtool check' lists them.")
        if repeated:
            notes.append(f"{repeated:,} exactly repeated rows were counted once.")
        if "direction" not in self.given("interactions"):
            notes.append("The export has no direction: every case counts as inbound.")
        elif unknown:
            notes.append(f"{unknown:,} cases of unknown direction count as inbound.")
        span = self.span()
        if (
            span
            and request.previous
            and day_number(request.previous.start) < span[0] < day_number(request.previous.end)
        ):
            notes.append("The export begins inside the compared period: trends are partial.")
        return notes


def days_of(request: Request) -> Days | None:
    """The days that a request needs, of the period and of the compared one; None for all days."""
    if request.period.kind == "all":
        return None
    periods = [period for period in (request.period, request.previous) if period]
    ranges = [(day_number(period.start), day_number(period.end)) for period in periods]
    return Days(ranges=tuple(ranges), time_zone=request.time_zone)


_FILTERED = ("interactions", "tickets")


def _narwhals(frame: pl.LazyFrame) -> Frame:
    return nw.from_native(frame)


def collect(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
    """Run several lazy frames together on the streaming engine; shared scans are read once."""
    native = [frame.to_native() for frame in frames.values()]
    return dict(zip(frames, pl.collect_all(native, engine="streaming"), strict=True))


@contextlib.contextmanager
def open_export(
    arguments: Sequence[str],
    *,
    settings: Settings,
    folder: Path,
    time_zone: str,
    profile: str | None,
    text: TextOptions,
    uses: Sequence[str],
) -> Iterator[Export]:
    """Open the export that the arguments name, with the tables in ``uses`` (and people).

    Raises CxtoolError for files that cannot be read or lack required columns (all named at once).
    """
    chosen = load(profile, folder=folder) if profile else None
    with tempfile.TemporaryDirectory(prefix="cxtool-") as temporary:
        scratch = Path(temporary)
        wanted = {*uses, *PEOPLE}
        files = find(arguments, folder=folder)
        files = [file for file in files if chosen or file.table is None or file.table in wanted]
        mapped: dict[str, list[MappedTable]] = {}
        ignored: list[str] = []
        names = set()
        for raw in read(files, text, scratch=scratch):
            feeds, used = _feeds(raw, chosen)
            names.update({used.name} if used else set())
            if not feeds:
                ignored.extend(raw.files)
            for feed in feeds:
                if feed.table in wanted:
                    number = sum(len(parts) for parts in mapped.values())
                    part = map_table(
                        raw, feed, number=number, settings=settings, time_zone=time_zone
                    )
                    mapped.setdefault(feed.table, []).append(part)
        if not mapped:
            raise _nothing_fits(files, chosen)
        yield Export(
            mapped=mapped,
            profile=", ".join(sorted(names)) or None,
            settings=settings,
            time_zone=time_zone,
            scratch=scratch,
            ignored=tuple(ignored),
        )


def _feeds(raw: RawTable, chosen: Profile | None) -> tuple[list[Feed], Profile | None]:
    """The tables that a file feeds: by the chosen profile, its own names, or a known system's."""
    if chosen is not None:
        return bind(chosen, file=raw.files[0], columns=raw.columns), chosen
    feed = canonical_feed(raw.table or "interactions", raw.columns)
    table = TABLES[feed.table]
    missing = [name for name in table.required if name not in feed.columns]
    if not missing:
        return [feed], None
    recognised = recognise(raw.columns)
    if recognised is not None:
        return bind(recognised, file=raw.files[0], columns=raw.columns), recognised
    guesses = {name: nearest(name, raw.columns) for name in missing}
    near = [f"'{guess}' looks like {name}" for name, guess in guesses.items() if guess]
    raise CxtoolError(
        f"{raw.files[0]}: table '{table.name}' lacks required columns: {', '.join(missing)}",
        hint=("; ".join(near) + "; " if near else "")
        + "the file has "
        + ", ".join(raw.columns[:12])
        + (" ..." if len(raw.columns) > 12 else "")
        + "; name a mapping with --profile",
    )


def _nothing_fits(files: Sequence[SourceFile], chosen: Profile | None) -> CxtoolError:
    shown = ", ".join(file.name for file in files[:5]) or "none"
    if chosen is not None:
        return CxtoolError(f"profile '{chosen.name}' fits none of the files: {shown}")
    return CxtoolError(f"no table that this command needs was found in: {shown}")
