"""What a chart draws, read from its section: places along x, and series of points at them.

At most six series are told apart. Of more, those that stand for most (by their counts, else by
their figures) keep a colour: in stacks the others are added up into one, so that the height stays
the whole; lines of the others stay in the background, as far as they can still be seen.
Figures that are missing, not finite or beyond drawing are no points.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from msgspec import Struct

from cxtool.render.chart_places import Place, places, spot
from cxtool.render.chart_words import words
from cxtool.render.frames import plain
from cxtool.report import Chart, Section
from cxtool.units import Unit

MOST_SERIES = 6
MOST_BEHIND = 24
LARGEST = 1e15


class Point(Struct, frozen=True, kw_only=True):
    """One figure at a place, with what bounds it, what it was, and what it is of."""

    place: int
    y: float | None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    n: float | None = None

    @property
    def drawn(self) -> tuple[float, ...]:
        """Every figure that is drawn of it."""
        return tuple(v for v in (self.y, self.low, self.high, self.before) if v is not None)


class Series(Struct, frozen=True):
    """The points of one name, in the order of their places; ``value`` is the name as it came.

    ``summed``: it stands for all those that are not told apart.
    """

    name: str
    value: Any
    points: tuple[Point, ...]
    summed: bool = False


class Data(Struct, frozen=True):
    """Places, the series that have colours, and those behind them."""

    places: tuple[Place, ...]
    series: tuple[Series, ...]
    behind: tuple[Series, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """The points of all series."""
        return tuple(point for series in (*self.series, *self.behind) for point in series.points)

    @property
    def figures(self) -> tuple[float, ...]:
        """Every figure, without what goes with it."""
        return tuple(point.y for point in self.points if point.y is not None)

    @property
    def drawn(self) -> tuple[float, ...]:
        """Every figure, bound and figure before."""
        return tuple(value for point in self.points for value in point.drawn)


class Grid(Struct, frozen=True):
    """Places across and down, and the values where they meet."""

    across: tuple[Place, ...]
    down: tuple[Place, ...]
    values: dict[tuple[int, int], float]


def read(chart: Chart, section: Section, *, time_zone: str, stacked: bool) -> Data:
    """The points of a chart, one for each row; ``stacked`` series that are too many are added up.

    Of several rows at one place in one series the last one with a figure holds.
    """
    columns = _columns(chart, section, time_zone)
    nothing: list[Any] = [None] * section.rows.height
    x = places(columns[chart.x], section.column(chart.x).unit)
    number = {key: place for place, key in enumerate(x)}
    unit = section.column(chart.series).unit if chart.series else Unit.TEXT
    found: dict[Hashable, tuple[Any, dict[int, Point]]] = {}
    beside = (None, None, None) if stacked else (chart.low, chart.high, chart.before)
    roles = (chart.y, *beside, _counts(chart.y, section))
    figures = (map(_number, columns[key]) if key else iter(nothing) for key in roles)
    names = columns[chart.series] if chart.series else nothing
    for at, name, *row in zip(columns[chart.x], names, *figures, strict=True):
        y, low, high, before, n = row
        _, points = found.setdefault(spot(name), (name, {}))
        place = number.get(spot(at))
        if place is not None and (y is not None or place not in points):
            points[place] = Point(place=place, y=y, low=low, high=high, before=before, n=n)
    every = [
        Series(words(name, unit), name, tuple(points[place] for place in sorted(points)))
        for name, points in found.values()
    ]
    seen = [series for series in every if any(point.drawn for point in series.points)]
    return _told_apart(tuple(x.values()), seen, stacked=stacked)


def read_grid(chart: Chart, section: Section, *, time_zone: str) -> Grid:
    """The cells of a heat map: ``value`` where ``x`` and ``y`` meet."""
    columns = _columns(chart, section, time_zone)
    across = places(columns[chart.x], section.column(chart.x).unit)
    down = places(columns[chart.y], section.column(chart.y).unit)
    across_at = {key: place for place, key in enumerate(across)}
    down_at = {key: place for place, key in enumerate(down)}
    values = {}
    figures = columns[chart.value] if chart.value else [None] * section.rows.height
    for x, y, value in zip(columns[chart.x], columns[chart.y], figures, strict=True):
        figure = _number(value)
        if figure is not None and spot(x) in across_at and spot(y) in down_at:
            values[across_at[spot(x)], down_at[spot(y)]] = figure
    return Grid(tuple(across.values()), tuple(down.values()), values)


def _columns(chart: Chart, section: Section, time_zone: str) -> dict[str, list[Any]]:
    counts = _counts(chart.y, section)
    keys = list(dict.fromkeys([*chart.keys, *([counts] if counts else [])]))
    return plain(section.rows.select(keys), time_zone).to_dict(as_series=False)


def _counts(key: str, section: Section) -> str | None:
    return next((c.key for c in section.columns if c.of == key and c.role == "n"), None)


def _number(value: Any) -> float | None:
    usable = isinstance(value, (int, float)) and abs(value) <= LARGEST
    return float(value) if usable else None


def _told_apart(x: tuple[Place, ...], every: list[Series], *, stacked: bool) -> Data:
    if len(every) <= MOST_SERIES:
        return Data(x, tuple(every))
    most = MOST_SERIES - 1 if stacked else MOST_SERIES
    largest = sorted(every, key=_size, reverse=True)
    first = {id(series) for series in largest[:most]}
    kept = tuple(series for series in every if id(series) in first)
    rest = largest[most:]
    if not stacked:
        return Data(x, kept, tuple(rest[:MOST_BEHIND]))
    sums: dict[int, float] = {}
    for point in (point for series in rest for point in series.points if point.y is not None):
        sums[point.place] = sums.get(point.place, 0.0) + (point.y or 0.0)
    points = tuple(Point(place=place, y=sums[place]) for place in sorted(sums))
    return Data(x, (*kept, Series(f"{len(rest):,} others", None, points, summed=True)))


def _size(series: Series) -> float:
    counted = [point.n for point in series.points if point.n is not None]
    return sum(counted) if counted else sum(abs(p.y) for p in series.points if p.y is not None)
