"""The frame of upright pictures: margins, level lines with values, places with their names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from cxtool.render.chart_data import Data, Point, Series
from cxtool.render.chart_marks import (
    ROW,
    Align,
    Key,
    Layer,
    Room,
    Words,
    grid_lines,
    legend,
    legend_rows,
    written,
)
from cxtool.render.chart_places import Label, labels
from cxtool.render.chart_scale import Scale
from cxtool.render.chart_words import day, safe, shortened, width_of, words
from cxtool.report import Chart, Section
from cxtool.units import Unit

LOW, HIGH, SHARE = 170, 240, 0.3  # its height without margins: pixels, and of its width
EDGE = 26  # pixels at the right, for half of the last place's name


class Frame(Struct, frozen=True, kw_only=True):
    """What stands around the marks of a picture, and the room that is left for them.

    ``right`` is the margin at the right.
    """

    chart: Chart
    section: Section
    data: Data
    axis: Scale
    keys: tuple[Key, ...]
    width: int
    right: float

    @property
    def room(self) -> Room:
        """The room that is left of the width when words have theirs."""
        left = max(width_of(text) for _, text in self.axis.ticks) + 12
        return Room(
            width=round(self.width - left - self.right),
            height=round(min(max(self.width * SHARE, LOW), HIGH)),
            left=round(left),
            right=round(self.right),
            top=len(legend_rows(self.keys, self.width)) * ROW + ROW + 6,
            bottom=ROW + 6 + (ROW - 2 if self.x_title else 0),
        )

    @property
    def y_title(self) -> str:
        """What stands upright, and where the axis begins if not at zero."""
        label = safe(self.section.column(self.chart.y).label)
        ends = f" (axis from {self.axis.ticks[0][1]} to {self.axis.ticks[-1][1]})"
        return label + ends if self.axis.zoomed else label

    @property
    def x_title(self) -> str:
        """What stands along: days and times say so themselves, but for the day of a single one."""
        column = self.section.column(self.chart.x)
        if column.unit not in (Unit.DATE, Unit.DATETIME):
            return safe(column.label)
        moments = (place.value for place in self.data.places)
        days = {moment.date() for moment in moments if isinstance(moment, datetime)}
        return day(min(days)) if len(days) == 1 else ""

    def around(self, marks: Sequence[Layer], *, pixels: Sequence[float]) -> list[Layer]:
        """The marks with all that stands around them; ``pixels`` is where each place stands."""
        room, axis = self.room, self.axis
        heights = [round(room.height * (1 - axis.share(value)), 1) for value, _ in axis.ticks]
        behind, base_line = grid_lines(
            heights, room, base=round(room.height * (1 - axis.share(0)), 1)
        )
        said = [
            _quiet(shortened(self.y_title, room.left + room.width), -room.left, -ROW + 4),
            *(
                _quiet(text, -8, y, align="right")
                for y, (_, text) in zip(heights, axis.ticks, strict=True)
            ),
            *(
                _quiet(
                    label.text,
                    _inside(label, room),
                    room.height + ROW - 6,
                    align="center",
                    full=label.full,
                )
                for label in labels(self.data.places, pixels, room.width / len(pixels))
            ),
        ]
        if self.x_title:
            title = shortened(self.x_title, room.width)
            said.append(_quiet(title, room.width / 2, room.height + ROW * 2 - 4, align="center"))
        return [*behind, *marks, *base_line, *written(said), *legend(self.keys, room)]


def told(series: Series, point: Point, data: Data, section: Section, chart: Chart) -> str:
    """What a mark says when pointed at: its place, its figure, and all that goes with it."""
    unit = section.column(chart.y).unit
    parts = [f"{series.name}, " if chart.series else "", data.places[point.place].text, ": "]
    if chart.kind == "fan" and point.y is None and chart.before is not None:
        was = section.column(chart.before)
        return "".join([*parts, f"{safe(was.label)} {words(point.before, was.unit)}"])
    parts.append(words(point.y, unit))
    if point.low is not None and point.high is not None:
        parts.append(f" ({words(point.low, unit)} to {words(point.high, unit)})")
    if point.before is not None:
        parts.append(f", before {words(point.before, unit)}")
    if point.n is not None:
        parts.append(f", n {words(point.n, Unit.COUNT)}")
    return "".join(parts)


def _inside(label: Label, room: Room) -> float:
    """Where the middle of a label stands, so that it ends within the picture."""
    half = width_of(label.text) / 2
    return min(max(label.x, half - room.left), room.width + room.right - half)


def _quiet(text: str, x: float, y: float, *, align: Align = "left", full: str = "") -> Words:
    return Words(text=text, x=x, y=y, align=align, colour="quiet", full=full)
