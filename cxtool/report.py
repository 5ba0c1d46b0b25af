"""The result of a command: a frozen Report of Sections, checked when made, ignorant of renderers.

Every output format is made from one Report, so all of them show the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from cxtool.errors import UsageError, nearest
from cxtool.units import Unit

if TYPE_CHECKING:
    import polars as pl

    from cxtool.period import Period, Request

SCHEMA = "cxtool.report/1"

Role = Literal["value", "n", "low", "high", "previous", "change", "change_pct", "signal", "series"]
Better = Literal["higher", "lower"]
ChartKind = Literal["lines", "fan", "columns", "bars", "heatmap"]


class Column(Struct, frozen=True, kw_only=True):
    """One column of a section.

    ``of`` names the value column that an accompanying column (count, interval, trend) belongs to.
    ``drop`` orders what a narrow terminal leaves out: 0 stays always, larger numbers go first.
    """

    key: str
    label: str
    unit: Unit = Unit.TEXT
    better: Better | None = None
    role: Role = "value"
    of: str | None = None
    drop: int = 5


class Chart(Struct, frozen=True, kw_only=True):
    """A picture of a section's rows: which column stands where. How it is drawn is a renderer's.

    ``lines``: ``y`` over ``x`` (days, intervals), a line for each value of ``series``; ``before``
    is the same of the compared period, ``low`` and ``high`` bound an interval. ``fan``: one line of
    what is expected, with its interval, after the line of what was (``before``). ``columns``:
    upright, along an ordered ``x``. ``bars``: lying, one for each ``x``; both are stacked by
    ``series``. ``heatmap``: ``x`` across, ``y`` down, coloured by ``value``. ``title`` says what it
    shows, also to those who cannot see it.
    """

    kind: ChartKind
    title: str
    x: str
    y: str
    value: str | None = None
    series: str | None = None
    before: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that it is drawn from."""
        roles = (self.x, self.y, self.value, self.series, self.before, self.low, self.high)
        return tuple(key for key in roles if key is not None)


class Section(Struct, frozen=True, kw_only=True):
    """A titled table: columns that describe the rows frame, one to one and in order.

    ``folded``: long and for a closer look, so a terminal only names it unless it is asked for.
    ``few_by``: a terminal shows only the first few rows of each value of these columns, likewise.
    ``pieces``: rows too many to hold come after ``rows``, a frame at a time, and can be taken once.
    They are for formats that write rows as they come (``cxtool.render``), and nothing else asks for
    them: what needs all rows is given them in ``rows``. ``all_n``: ``rows`` are the first of so
    many, because no more of them is asked for.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: pl.DataFrame
    pieces: Iterator[pl.DataFrame] | None = None
    all_n: int | None = None
    notes: tuple[str, ...] = ()
    folded: bool = False
    few_by: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if keys != self.rows.columns:
            raise ValueError(f"section {self.id}: columns {keys} but rows {self.rows.columns}")
        for column in self.columns:
            if column.of is not None and column.of not in keys:
                raise ValueError(f"section {self.id}: {column.key} belongs to absent {column.of}")
        for key in self.few_by:
            if key not in keys:
                raise ValueError(f"section {self.id}: a few by absent {key}")
        for key in (key for chart in self.charts for key in chart.keys):
            if key not in keys:
                raise ValueError(f"section {self.id}: a chart of absent {key}")

    @property
    def rows_n(self) -> int:
        """How many rows there are, whether or not they are at hand."""
        return self.rows.height if self.all_n is None else self.all_n

    def parts(self) -> Iterator[pl.DataFrame]:
        """All rows: those at hand, then those that come in pieces."""
        yield self.rows
        yield from self.pieces or ()

    def with_rows(self, change: Callable[[pl.DataFrame], pl.DataFrame], **changes: Any) -> Section:
        """The same section with a change made to its rows, also to those that are to come.

        ``changes`` are other fields that go with it.
        """
        pieces = None if self.pieces is None else map(change, self.pieces)
        return replace(self, rows=change(self.rows), pieces=pieces, **changes)

    def column(self, key: str) -> Column:
        """The column of that key; an unknown key is a usage problem that names the nearest one."""
        for column in self.columns:
            if column.key == key:
                return column
        keys = [column.key for column in self.columns]
        guess = nearest(key, keys)
        raise UsageError(
            f"section '{self.id}' has no column '{key}'"
            + (f"; did you mean '{guess}'?" if guess else ""),
            hint="columns: " + ", ".join(keys),
        )

    def selected(self, keys: Sequence[str]) -> Section:
        """The same section with only these columns, in this order."""
        columns = tuple(self.column(key) for key in keys)
        kept = tuple(c if c.of is None or c.of in keys else replace(c, of=None) for c in columns)
        charts = tuple(chart for chart in self.charts if set(chart.keys) <= set(keys))
        few_by = self.few_by if set(self.few_by) <= set(keys) else ()
        return self.with_rows(
            lambda rows: rows.select(keys), columns=kept, charts=charts, few_by=few_by
        )


class Source(Struct, frozen=True, kw_only=True):
    """Where the figures come from."""

    files: tuple[str, ...]
    profile: str | None
    rows_read: int
    rows_set_aside: int


class Report(Struct, frozen=True, kw_only=True):
    """Everything a command has to say. ``main`` is the section that one-table formats give."""

    report: str
    title: str
    period: Period
    previous: Period | None
    time_zone: str
    as_of: date
    source: Source
    sections: tuple[Section, ...]
    main: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ids = [section.id for section in self.sections]
        if len(set(ids)) != len(ids):
            raise ValueError(f"report {self.report}: section ids repeat: {ids}")
        if self.main not in ids:
            raise ValueError(f"report {self.report}: main section '{self.main}' is not in {ids}")

    @classmethod
    def on(
        cls,
        request: Request,
        *,
        report: str,
        title: str,
        source: Source,
        sections: Sequence[Section],
        main: str,
        notes: Sequence[str] = (),
        compared: bool = True,
    ) -> Report:
        """The report on a request; ``compared`` is False for one that compares nothing."""
        return cls(
            report=report,
            title=title,
            period=request.period,
            previous=request.previous if compared else None,
            time_zone=request.time_zone,
            as_of=request.as_of,
            source=source,
            sections=tuple(sections),
            main=main,
            notes=tuple(notes),
        )

    def section(self, section_id: str) -> Section:
        """The section of that id; an unknown id is a usage problem that names the nearest one."""
        for section in self.sections:
            if section.id == section_id:
                return section
        ids = [section.id for section in self.sections]
        guess = nearest(section_id, ids)
        raise UsageError(
            f"report '{self.report}' has no section '{section_id}'"
            + (f"; did you mean '{guess}'?" if guess else ""),
            hint="sections: " + ", ".join(ids),
        )

    def with_section(self, section: Section) -> Report:
        """The same report with the section of that id replaced."""
        sections = tuple(section if s.id == section.id else s for s in self.sections)
        return replace(self, sections=sections)
