"""An export of files, opened: its tables ready to be limited to a request.

``open_export`` finds the files and gives them meaning; ``Limited.tables`` makes what metrics read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass  # abstract, which no Struct can be
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.exports.limited import PEOPLE, Limited
from cxtool.exports.mangled import mangled_notes
from cxtool.exports.opening import Opening, opened
from cxtool.exports.passed import Passed
from cxtool.exports.passed import notes as passed_notes
from cxtool.exports.proof import common
from cxtool.exports.readings import Readings
from cxtool.exports.scan import Days
from cxtool.exports.survey import Survey
from cxtool.exports.text import TextOptions
from cxtool.stopping import scratch_folder
from cxtool.tables import Frame

CASES = "interactions"
TOGETHER_CASES = 25_000_000


@dataclass
class Export(Readings, Limited):
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

    def settled(self) -> frozenset[str]:
        """Columns of interactions that are proven to need no fallback, see ``canonical``."""
        proof = common(part.proof for part in self.mapped[CASES])
        return proof.settled if proof else frozenset()

    def reads(self, table: str) -> bool:
        """Whether the export has the table."""
        return table in self.mapped

    def frame(self, table: str, days: Days | None) -> Frame:
        """The usable rows of a table."""
        rows = self.rows(table, days)
        raws = [part.raw for part in self.mapped[table]]
        if any(raw.text is not None and not raw.is_held for raw in raws):
            # Queries that leave out different rows may share it: parsing costs more than they do.
            rows = rows.cache()
        return nw.from_native(rows)

    def collect(self, frames: Mapping[str, Frame]) -> dict[str, pl.DataFrame]:
        """Run several lazy frames together on the streaming engine; shared scans are read once.

        Of a large export one after the other: a shared scan keeps all that one of its readers has
        not come to yet. Raises CxtoolError for Parquet that turns out to be damaged where nothing
        was read before.
        """
        native = [frame.to_native() for frame in frames.values()]
        cases_n = max(
            (found.rows_read for (name, _), found in self._surveys.items() if name == CASES),
            default=0,
        )
        with damage_told():
            if cases_n <= TOGETHER_CASES:
                collected = pl.collect_all(native, engine="streaming")
            else:
                collected = [rows.collect(engine="streaming") for rows in native]
        return dict(zip(frames, collected, strict=True))

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


@contextlib.contextmanager
def damage_told() -> Iterator[None]:
    """Raise CxtoolError for Parquet that turns out to be damaged where nothing was read before."""
    try:
        yield
    except pl.exceptions.ComputeError as error:
        if not str(error).startswith("parquet"):
            raise
        raise CxtoolError("a Parquet file of the export is damaged") from error


@contextlib.contextmanager
def refusals_told(arguments: Sequence[str]) -> Iterator[None]:
    """Raise CxtoolError for what the storage of an address among the arguments refuses."""
    address = next((argument for argument in arguments if "://" in argument), None)
    if address is None:
        yield
        return
    from cxtool.exports.remote import told

    with told(address):
        yield


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
    chosen = None
    if profile:
        from cxtool.exports.profiles import load

        chosen = load(profile, folder=folder)
    with scratch_folder() as scratch, refusals_told(arguments):
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
