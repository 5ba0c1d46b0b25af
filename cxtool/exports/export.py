"""An export, opened: its tables ready to be limited to a request.

``open_export`` finds the files and gives them meaning; ``Export.tables`` makes what metrics read.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.exports import canonical, filters
from cxtool.exports.grammar import Condition, parse_where
from cxtool.exports.mangled import mangled_notes
from cxtool.exports.opening import Opening, opened
from cxtool.exports.passed import Passed
from cxtool.exports.passed import notes as passed_notes
from cxtool.exports.profiles import load
from cxtool.exports.readings import Readings
from cxtool.exports.scan import Days
from cxtool.exports.survey import Survey
from cxtool.exports.text import TextOptions
from cxtool.period import Request, day_number
from cxtool.report import Source
from cxtool.schema import TABLES
from cxtool.tables import Frame, Tables

PEOPLE = ("contacts", "companies")
FILTERED = ("interactions", "tickets")  # the tables that --where applies to


@dataclass
class Export(Readings):
    """The tables of an export under settings, and what metrics read of them."""

    _: KW_ONLY
    settings: Settings
    profile: str | None = None
    ignored: tuple[str, ...] = ()  # files that feed no table
    passed: tuple[tuple[str, Passed], ...] = ()  # with the name of the file

    def span(self) -> tuple[int, int] | None:
        """First and last local day with data: of interactions, of tickets where they are alone."""
        if "interactions" in self.mapped or "tickets" not in self.mapped:
            return super().span()
        return self._counted("tickets", None).span

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
        days_around: int = 0,
    ) -> Tables:
        """The canonical frames of the request. ``uses`` are the tables that the report needs.

        ``days_around``: so many days before and after each period are in ``around_cases``.
        """
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
        conditions = [parse_where(text) for text in where]
        filtered, notes = self._filtered({"interactions": cases, **others}, conditions)
        return Tables(
            cases=_narwhals(filtered.pop("interactions")),
            reference_cases=_narwhals(cases),
            around_cases=self._around(days, days_around) if days_around else _narwhals(cases),
            others={name: _narwhals(frame) for name, frame in filtered.items()},
            given={name: self.given(name) for name in names},
            request=request,
            source=self.source(names, days),
            collect=collect,
            notes=(*self._notes(names, days, request), *notes),
        )

    def _around(self, days: Days | None, days_around: int) -> Frame:
        """The cases of the days and of so many on either side."""
        rows = {"interactions": self.rows("interactions", days and days.widened(days_around))}
        cases = canonical.cases(rows, self.settings, time_zone=self.time_zone, people=False)
        return _narwhals(cases)

    def _other(self, frames: Mapping[str, pl.LazyFrame], name: str) -> pl.LazyFrame:
        if name == "tickets":
            return canonical.tickets(frames, time_zone=self.time_zone)
        return canonical.other(frames, name)

    def _filtered(
        self, frames: dict[str, pl.LazyFrame], conditions: Sequence[Condition]
    ) -> tuple[dict[str, pl.LazyFrame], list[str]]:
        """Cases and tickets under the conditions; a note for tickets that lack the column."""
        notes = []
        schemas = {name: frames[name].collect_schema() for name in frames if name in FILTERED}
        for condition in conditions:
            having = [
                name
                for name, schema in schemas.items()
                if filters.known(condition, schema, TABLES[name])
            ]
            if not having:
                names = [*TABLES["interactions"].names, *self.extras("interactions")]
                raise filters.unknown_column(condition, names)
            for name, schema in schemas.items():
                if name in having:
                    kept = filters.predicate(
                        condition, schema, table=name, time_zone=self.time_zone
                    )
                    frames[name] = frames[name].filter(kept)
                else:
                    notes.append(f"--where '{condition.text}' does not apply to {name}.")
        return frames, notes

    def _notes(self, names: Sequence[str], days: Days | None, request: Request) -> list[str]:
        """What a reader must know of how the rows of a request were read."""
        notes = []
        surveys = [self.survey(name, days) for name in names]
        if aside := sum(found.set_aside_n for found in surveys):
            notes.append(f"{aside:,} rows were set aside; 'cxtool check' lists them.")
        if repeated := sum(found.repeated_n for found in surveys):
            notes.append(f"Exactly repeated rows, counted once: {repeated:,}.")
        notes += self.reading_notes(dict(zip(names, surveys, strict=True)))
        unknown = self.survey("interactions", days).unknown_direction_n
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

    def reading_notes(self, surveys: Mapping[str, Survey], *, thorough: bool = False) -> list[str]:
        """What became of values on the way in. ``thorough`` looks at all rows of large tables."""
        notes = [note for _, note in passed_notes(self.passed)]
        for name, found in surveys.items():
            notes += mangled_notes(self.mapped[name], found, thorough=thorough)
        notes += self._left_out_notes(list(surveys))
        notes += self._profile_notes(list(surveys))
        return notes + clock_notes(list(surveys.values()), self.time_zone)

    def _left_out_notes(self, names: Sequence[str]) -> list[str]:
        """Columns that cannot be shown beside cxtool's own of the same name."""
        left_out = {
            (part.raw.files[0], column)
            for name in names
            for part in self.mapped[name]
            for column in part.left_out
        }
        return [
            f"{file}: column {column} is not read: it has the name of one of cxtool's own columns,"
            " which is not taken from it."
            for file, column in sorted(left_out)
        ]

    def _profile_notes(self, names: Sequence[str]) -> list[str]:
        """What a profile makes of rows and of handle time."""
        notes = [
            f"{count:,} rows of {name} do not count, as the profile says."
            for name in names
            if (count := sum(part.not_counted_n for part in self.mapped[name]))
        ]
        parts = self.mapped["interactions"] if "interactions" in names else []
        kinds = {part.feed.handle_time for part in parts if "handle_s" in part.given}
        if "work" in kinds:
            some = "" if kinds == {"work"} else " of some cases"
            notes.append(f"Handle time{some} is active work alone, not the whole case.")
        return notes


def clock_notes(surveys: Sequence[Survey], time_zone: str) -> list[str]:
    """What was made of local times that a clock change of the zone skips or doubles."""
    notes = []
    if skipped := sum(found.skipped_n for found in surveys):
        notes.append(
            f"{skipped:,} rows have a time that the clock change in {time_zone} skips: it is read"
            " as one later by what is skipped."
        )
    if doubled := sum(found.doubled_n for found in surveys):
        notes.append(
            f"{doubled:,} rows have a time that the clock change in {time_zone} doubles: it is read"
            " as the earlier."
        )
    return notes


def days_of(request: Request) -> Days | None:
    """The days that a request needs, of the period and of the compared one; None for all days."""
    if request.period.kind == "all":
        return None
    periods = [period for period in (request.period, request.previous) if period]
    ranges = [(day_number(period.start), day_number(period.end)) for period in periods]
    return Days(ranges=tuple(ranges), time_zone=request.time_zone)


def collect(frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
    """Run several lazy frames together on the streaming engine; shared scans are read once.

    Raises CxtoolError for Parquet that turns out to be damaged where nothing was read before.
    """
    native = [frame.to_native() for frame in frames.values()]
    with damage_told():
        collected = pl.collect_all(native, engine="streaming")
    return dict(zip(frames, collected, strict=True))


@contextlib.contextmanager
def damage_told() -> Iterator[None]:
    """Raise CxtoolError for Parquet that turns out to be damaged where nothing was read before."""
    try:
        yield
    except pl.exceptions.ComputeError as error:
        if not str(error).startswith("parquet"):
            raise
        raise CxtoolError("a Parquet file of the export is damaged") from error


def _narwhals(frame: pl.LazyFrame) -> Frame:
    return nw.from_native(frame)


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
        made = opened(
            arguments,
            chosen,
            Opening(
                settings=settings,
                folder=folder,
                time_zone=time_zone,
                text=text,
                tables=frozenset({*uses, *PEOPLE}),
                scratch=scratch,
            ),
        )
        yield Export(
            mapped=made.mapped,
            time_zone=time_zone,
            scratch=scratch,
            settings=settings,
            profile=", ".join(sorted(made.profiles)) or None,
            ignored=tuple(made.ignored),
            passed=tuple(made.passed),
        )
