"""The frame of upright pictures: margins, level lines with values, places with their names."""

from __future__ import annotations

from collections.abc import Sequence

from cxtool.render.chart_data import Data, Point, Series
from cxtool.render.chart_marks import (
    ROW,
    Key,
    Layer,
    Room,
    Words,
    grid_lines,
    legend,
    legend_rows,
    written,
)
from cxtool.render.chart_places import labels
from cxtool.render.chart_scale import Scale
from cxtool.render.chart_words import SIZE, safe, shortened, width_of, words
from cxtool.report import Chart, Section
from cxtool.units import Unit

HEIGHT = 170  # pixels of the picture without its margins
EDGE = 26  # pixels at the right, for half of the last place's name
FEW = 14  # places whose names are shortened rather than left out


def room_for(
    chart: Chart, section: Section, axis: Scale, keys: Sequence[Key], *, width: int, right: float
) -> Room:
    """The room that is left of the width when words have theirs."""
    left = max(width_of(text) for _, text in axis.ticks) + 10
    return Room(
        width=round(width - left - right),
        height=HEIGHT,
        left=round(left),
        right=round(right),
        top=len(legend_rows(keys, width)) * ROW + ROW + 6,
        bottom=ROW + 6 + (ROW - 2 if _x_title(chart, section) else 0),
    )


def framed(
    room: Room,
    chart: Chart,
    section: Section,
    *,
    axis: Scale,
    keys: Sequence[Key],
    data: Data,
    pixels: Sequence[float],
) -> list[Layer]:
    """Everything but the marks; ``pixels`` is where each place stands."""
    heights = [round(room.height * (1 - axis.share(value)), 1) for value, _ in axis.ticks]
    base = round(room.height * (1 - axis.share(0)), 1)
    title = safe(section.column(chart.y).label)
    if axis.zoomed:
        title += f" (axis from {axis.ticks[0][1]} to {axis.ticks[-1][1]})"
    told = [
        Words(text=text, x=-8, y=y, align="right", colour="quiet")
        for y, (_, text) in zip(heights, axis.ticks, strict=True)
    ]
    told.append(
        Words(
            text=shortened(title, room.left + room.width),
            x=-room.left,
            y=-ROW + 4,
            colour="quiet",
        )
    )
    told += _place_names(room, data, pixels)
    if title := _x_title(chart, section):
        told.append(
            Words(
                text=shortened(title, room.width),
                x=room.width / 2,
                y=room.height + ROW * 2 - 4,
                align="center",
                colour="quiet",
            )
        )
    return [*grid_lines(heights, room, base=base), *written(told), *legend(keys, room)]


def told(series: Series, point: Point, data: Data, section: Section, chart: Chart) -> str:
    """What a mark says when pointed at: its place, its figure, and all that goes with it."""
    unit = section.column(chart.y).unit
    parts = [f"{series.name}, " if chart.series else "", data.places[point.place].text, ": "]
    parts.append(words(point.y, unit))
    if point.low is not None and point.high is not None:
        parts.append(f" ({words(point.low, unit)} to {words(point.high, unit)})")
    if point.before is not None:
        parts.append(f", before {words(point.before, unit)}")
    if point.n is not None:
        parts.append(f", n {words(point.n, Unit.COUNT)}")
    return "".join(parts)


def _place_names(room: Room, data: Data, pixels: Sequence[float]) -> list[Words]:
    y = room.height + ROW - 6
    apart = room.width / len(pixels)
    names = [place.text for place in data.places]
    ordered = all(isinstance(place.value, (int, float)) for place in data.places)
    dated = hasattr(data.places[0].value, "isoformat")
    if not ordered and not dated and len(names) <= FEW:
        short = [shortened(name, max(apart, 2 * SIZE) - 6) for name in names]
        return [
            Words(text=text, x=x, y=y, align="center", colour="quiet", full=name * (name != text))
            for x, text, name in zip(pixels, short, names, strict=True)
        ]
    return [
        Words(text=text, x=x, y=y, align="center", colour="quiet")
        for x, text in labels(data.places, pixels, size=SIZE)
    ]


def _x_title(chart: Chart, section: Section) -> str:
    column = section.column(chart.x)
    return "" if column.unit in (Unit.DATE, Unit.DATETIME) else safe(column.label)
