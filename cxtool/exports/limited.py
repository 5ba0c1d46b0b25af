"""What an export gives to a report: its tables, limited to the days and cases of a request.

The same for every engine; what holds the rows says how they are read and what was found on the way.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.exports import canonical, filters
from cxtool.exports.grammar import Condition, parse_where
from cxtool.exports.scan import Days
from cxtool.exports.survey import Survey
from cxtool.period import Request, day_number
from cxtool.report import Source
from cxtool.schema import TABLES
from cxtool.tables import Frame, Tables

PEOPLE = ("contacts", "companies")
FILTERED = ("interactions", "tickets")  # the tables that --where applies to


class Limited(ABC):
    """An opened export as reports use it."""

    settings: Settings
    time_zone: str
    profile: str | None

    @abstractmethod
    def reads(self, table: str) -> bool:
        """Whether the export has the table."""

    @abstractmethod
    def span(self) -> tuple[int, int] | None:
        """First and last local day with data; None where there is none."""

    @abstractmethod
    def survey(self, table: str, days: Days | None = None) -> Survey:
        """The counts of a table, for these days (where it has days) or for all."""

    @abstractmethod
    def frame(self, table: str, days: Days | None) -> Frame:
        """The usable rows of a table."""

    @abstractmethod
    def given(self, table: str) -> frozenset[str]:
        """The canonical columns that the export has of a table."""

    def settled(self) -> frozenset[str]:
        """Columns of interactions that are known to need no fallback, see ``canonical``."""
        return frozenset()

    @abstractmethod
    def extras(self, table: str) -> list[str]:
        """A table's columns that are not canonical."""

    @abstractmethod
    def files(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Names of the files that feed these tables."""

    @abstractmethod
    def reading_notes(
        self, surveys: Mapping[str, Survey], *, thorough: bool = False
    ) -> Sequence[str]:
        """What became of values on the way in. ``thorough`` looks at all rows of large tables."""

    @abstractmethod
    def set_aside(self, table: str, days: Days | None = None) -> pl.DataFrame:
        """Every row of a table that was set aside, and why."""

    @abstractmethod
    def collect(self, frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
        """Run several lazy frames together."""

    def surveys(self, tables: Sequence[str], days: Days | None) -> list[Survey]:
        """The counts of several tables."""
        return [self.survey(table, days) for table in tables]

    def source(self, tables: Sequence[str], days: Days | None) -> Source:
        """What was read for these tables."""
        surveys = self.surveys(tables, days)
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
        wanted = dict.fromkeys([*uses, *(PEOPLE if people else ())])
        names = [table for table in wanted if self.reads(table)]
        if "interactions" not in names:
            raise CxtoolError(
                "the export has no interactions table",
                hint="one row per case, with case_id, started_at and channel",
            )
        days = days_of(request)
        frames = {name: self.frame(name, days) for name in names}
        cases = self._cases(frames, people=people)
        others = {name: self._other(frames, name) for name in names if name != "interactions"}
        conditions = [parse_where(text) for text in where]
        not_joined = {} if people else frames
        filtered, notes = self._filtered({"interactions": cases, **others}, conditions)
        return Tables(
            cases=filtered.pop("interactions"),
            reference_cases=cases,
            around_cases=self._around(days, days_around) if days_around else cases,
            others=filtered,
            given={name: self.given(name) for name in names},
            request=request,
            source=self.source(names, days),
            collect=self.collect,
            contact_companies=partial(canonical.with_contact_companies, frames=not_joined),
            company_names=partial(canonical.with_company_names, frames=not_joined),
            rows_n={name: self.survey(name, days).rows_read for name in names},
            notes=(*self._notes(names, days, request), *notes),
        )

    def _around(self, days: Days | None, days_around: int) -> Frame:
        """The cases of the days and of so many on either side."""
        rows = {"interactions": self.frame("interactions", days and days.widened(days_around))}
        return self._cases(rows, people=False)

    def _cases(self, frames: Mapping[str, Frame], *, people: bool) -> Frame:
        return canonical.cases(
            frames,
            self.settings,
            time_zone=self.time_zone,
            people=people,
            settled=self.settled(),
        )

    def _other(self, frames: Mapping[str, Frame], name: str) -> Frame:
        if name == "tickets":
            return canonical.tickets(frames, time_zone=self.time_zone)
        return canonical.other(frames, name)

    def _filtered(
        self, frames: dict[str, Frame], conditions: Sequence[Condition]
    ) -> tuple[dict[str, Frame], list[str]]:
        """Cases and tickets under the conditions; a note for tickets that lack the column."""
        notes = []
        filtered = [name for name in frames if name in FILTERED]
        for condition in conditions:
            having = [name for name in filtered if filters.known(condition, frames[name], name)]
            if not having:
                names = [*TABLES["interactions"].names, *self.extras("interactions")]
                raise filters.unknown_column(condition, names)
            for name in filtered:
                if name in having:
                    frames[name] = filters.kept(
                        condition, frames[name], table=name, time_zone=self.time_zone
                    )
                else:
                    notes.append(f"--where '{condition.text}' does not apply to {name}.")
        return frames, notes

    def _notes(self, names: Sequence[str], days: Days | None, request: Request) -> list[str]:
        """What a reader must know of how the rows of a request were read."""
        notes = []
        surveys = self.surveys(names, days)
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


def days_of(request: Request) -> Days | None:
    """The days that a request needs, of the period and of the compared one; None for all days."""
    if request.period.kind == "all":
        return None
    periods = [period for period in (request.period, request.previous) if period]
    ranges = [(day_number(period.start), day_number(period.end)) for period in periods]
    return Days(ranges=tuple(ranges), time_zone=request.time_zone)
