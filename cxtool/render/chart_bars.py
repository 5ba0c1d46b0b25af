"""Columns along an ordered axis, and lying bars by name; both stacked by series, both from zero.

A bar carries its value at its end and so needs no axis. Words that have a tone of their own (bands,
levels, met or not) keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from cxtool.render.chart_colours import SERIES, paint, word_paint
from cxtool.render.chart_data import Data, Point, Series
from cxtool.render.chart_frame import EDGE, Frame, told
from cxtool.render.chart_marks import (
    ROW,
    Key,
    Layer,
    Room,
    Words,
    field,
    in_colours,
    layer,
    legend,
    legend_rows,
    picture,
    written,
)
from cxtool.render.chart_scale import scale
from cxtool.render.chart_words import shortened, width_of, words
from cxtool.report import Chart, Section
from cxtool.units import Unit

BETWEEN = 0.25  # of a column's place, left free
WIDEST = 44
BAR = 24  # pixels from one bar to the next
MOST_BARS = 40
WIDEST_NAME = 0.34  # of the width


def columns(chart: Chart, section: Section, data: Data, *, width: int, description: str) -> Layer:
    """The specification of upright columns."""
    parts = list(_parts(chart, section, data))
    frame = Frame(
        chart=chart,
        section=section,
        data=data,
        axis=scale(
            [end for part in parts for end in (part["y"], part["y2"])],
            section.column(chart.y).unit,
            from_zero=True,
        ),
        keys=_keys(chart, section, data),
        width=width,
        right=EDGE,
    )
    room, axis = frame.room, frame.axis
    apart = room.width / len(data.places)
    pixels = [(number + 0.5) * apart for number in range(len(data.places))]
    mark = {"type": "bar", "width": min(WIDEST, round(apart * (1 - BETWEEN), 1)), **_edges(data)}
    if len(data.series) == 1 and apart > 8:
        mark["cornerRadiusEnd"] = 2
    marks = layer(
        parts,
        mark,
        x=_band("x", len(data.places)),
        y={**field("y", domain=[axis.low, axis.high], nice=False), "stack": None},
        y2={"field": "y2"},
        fill=in_colours(),
    )
    return picture(room, frame.around([marks], pixels=pixels), description=description)


def bars(chart: Chart, section: Section, data: Data, *, width: int, description: str) -> Layer:
    """The specification of lying bars, in the order of the rows."""
    shown = min(len(data.places), MOST_BARS)
    more = len(data.places) - shown
    data = _first(data, shown)
    parts = list(_parts(chart, section, data))
    edges = [0.0, *(end for part in parts for end in (part["y"], part["y2"]))]
    low, high = min(edges), max(edges)
    keys = _keys(chart, section, data)
    names = [place.text for place in data.places]
    short = [shortened(name, width * WIDEST_NAME) for name in names]
    sums = _sums(data, section.column(chart.y).unit)
    left = max(map(width_of, short)) + 12
    right = max(map(width_of, sums.values())) + 12
    room = Room(
        width=round(width - left - right),
        height=shown * BAR,
        left=round(left),
        right=round(right),
        top=len(legend_rows(keys, width)) * ROW + 6,
        bottom=ROW + 6 if more else 6,
    )
    high = high if high > low else low + 1
    marks = layer(
        parts,
        {"type": "bar", "height": BAR - 8, **_edges(data)},
        x={**field("y", domain=[low, high], nice=False), "stack": None},
        x2={"field": "y2"},
        y=_band("x", shown),
        fill=in_colours(),
    )
    said = [
        Words(text=text, x=-8, y=_middle(number), align="right", full=name * (name != text))
        for number, (name, text) in enumerate(zip(names, short, strict=True))
    ]
    ends = {part["x"]: max(part["y"], part["y2"], 0.0) for part in parts}
    for number, text in sums.items():
        x = (ends.get(number, 0.0) - low) / (high - low) * room.width
        said.append(Words(text=text, x=x + 6, y=_middle(number), colour="quiet"))
    if more:
        text = f"{more:,} more in the table"
        said.append(Words(text=text, x=0, y=room.height + ROW / 2, colour="quiet"))
    return picture(room, [marks, *written(said), *legend(keys, room)], description=description)


def _first(data: Data, places_n: int) -> Data:
    """The data of the first places: each of the others would be put into words for nothing."""
    series = tuple(
        replace(one, points=tuple(point for point in one.points if point.place < places_n))
        for one in data.series
    )
    return replace(data, places=data.places[:places_n], series=series)


def _parts(chart: Chart, section: Section, data: Data) -> Iterator[dict[str, Any]]:
    """Each series' part of each place's bar: from where to where, its paint and what it says."""
    tops: dict[tuple[int, bool], float] = {}
    for number, series in enumerate(data.series):
        for point in series.points:
            if point.y is None:
                continue
            base = tops.get((point.place, point.y < 0), 0.0)
            tops[point.place, point.y < 0] = base + point.y
            yield {
                "x": point.place,
                "y": base,
                "y2": base + point.y,
                "fill": _paint(chart, section, data, number, point),
                "full": told(series, point, data, section, chart),
            }


def _paint(chart: Chart, section: Section, data: Data, number: int, point: Point) -> str:
    if chart.series is None:
        unit = section.column(chart.x).unit
        return word_paint(data.places[point.place].value, unit) or paint(SERIES[0])
    return _series_paint(chart, section, data.series[number], number)


def _series_paint(chart: Chart, section: Section, series: Series, number: int) -> str:
    if series.summed:
        return paint("before")
    unit = section.column(chart.series).unit if chart.series else Unit.TEXT
    return word_paint(series.value, unit) or paint(SERIES[number])


def _keys(chart: Chart, section: Section, data: Data) -> tuple[Key, ...]:
    return tuple(
        Key(
            text=series.name,
            fill=_series_paint(chart, section, series, number),
            sample="block",
        )
        for number, series in enumerate(data.series)
        if chart.series is not None
    )


def _edges(data: Data) -> dict[str, Any]:
    """A thin line of the page's own colour between the parts of a stack."""
    stacked = len(data.series) > 1
    return {"stroke": paint("surface"), "strokeWidth": 0.75} if stacked else {}


def _sums(data: Data, unit: Unit) -> dict[int, str]:
    """The figure at the end of each bar; a bar without one says so."""
    sums: dict[int, float | None] = dict.fromkeys(range(len(data.places)))
    for point in (point for series in data.series for point in series.points):
        if point.y is not None:
            sums[point.place] = (sums[point.place] or 0.0) + point.y
    return {number: words(value, unit) for number, value in sums.items()}


def _band(name: str, n: int) -> dict[str, Any]:
    return field(
        name, "ordinal", domain=[*range(n)], paddingInner=BETWEEN, paddingOuter=BETWEEN / 2
    )


def _middle(number: int) -> float:
    return (number + 0.5) * BAR
