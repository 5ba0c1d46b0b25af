"""A heat map: seven steps of one colour from nothing to most, empty where nothing is known.

The steps are equal parts of the way from 0 (or the least, where it is below) to the largest value.
Cells that are wide enough carry their value, so that colour is not all there is.
"""

from __future__ import annotations

from typing import Any

from cxtool.render.chart_colours import HEAT_STEPS, LIGHT_WORDS_FROM, paint
from cxtool.render.chart_data import Grid
from cxtool.render.chart_marks import (
    ROW,
    Layer,
    Room,
    Words,
    at,
    in_colours,
    layer,
    picture,
    written,
)
from cxtool.render.chart_places import labels
from cxtool.render.chart_words import safe, shortened, width_of, words
from cxtool.report import Chart, Section

CELL = 22  # pixels from one row to the next
WIDEST_CELL = 90
WIDEST_NAME = 0.28  # of the width
SWATCH = 16


def heat_map(chart: Chart, section: Section, grid: Grid, *, width: int, description: str) -> Layer:
    """The specification of a heat map."""
    unit = section.column(chart.value or chart.y).unit
    low = min(0.0, *grid.values.values())
    high = max(grid.values.values())
    names = [place.text for place in grid.down]
    short = [shortened(name, width * WIDEST_NAME) for name in names]
    left = round(max(map(width_of, short)) + 12)
    apart = min(WIDEST_CELL, (width - left - 4) / len(grid.across))
    room = Room(
        width=round(apart * len(grid.across), 1),
        height=CELL * len(grid.down),
        left=left,
        right=round(width - left - apart * len(grid.across), 1),
        top=ROW,
        bottom=ROW * 2 + 4,
    )
    texts = {cell: words(value, unit) for cell, value in grid.values.items()}
    steps = {cell: _step(value, low, high) for cell, value in grid.values.items()}
    cells = [
        {
            **_box(across * apart, down * CELL, apart, CELL),
            "fill": paint(f"heat-{steps[across, down]}"),
            "full": f"{grid.down[down].text}, {grid.across[across].text}: {texts[across, down]}",
        }
        for across, down in sorted(grid.values)
    ]
    said = [
        Words(text=text, x=-8, y=(row + 0.5) * CELL, align="right", full=name * (name != text))
        for row, (name, text) in enumerate(zip(names, short, strict=True))
    ]
    pixels = [(number + 0.5) * apart for number in range(len(grid.across))]
    said += [
        Words(
            text=label.text,
            x=label.x,
            y=-ROW / 2 + 2,
            align="center",
            colour="quiet",
            full=label.full,
        )
        for label in labels(grid.across, pixels, apart)
    ]
    if max(map(width_of, texts.values())) + 6 <= apart:
        said += [
            Words(
                text=text,
                x=(across + 0.5) * apart,
                y=(down + 0.5) * CELL,
                align="center",
                colour="surface" if steps[across, down] >= LIGHT_WORDS_FROM else "text",
            )
            for (across, down), text in texts.items()
        ]
    blanks = [
        _box(across * apart, down * CELL, apart, CELL)
        for across in range(len(grid.across))
        for down in range(len(grid.down))
        if (across, down) not in grid.values
    ]
    legend = _legend(chart, section, room, (words(low, unit), words(high, unit)))
    return picture(
        room, [*_blank(blanks), _cells(cells), *written(said), *legend], description=description
    )


def _step(value: float, low: float, high: float) -> int:
    share = (value - low) / (high - low) if high > low else 0.0
    return min(int(share * HEAT_STEPS), HEAT_STEPS - 1)


def _box(x: float, y: float, width: float, height: float) -> dict[str, Any]:
    return {
        "px": round(x + 1, 1),
        "px2": round(x + width - 1, 1),
        "py": round(y + 1, 1),
        "py2": round(y + height - 1, 1),
    }


def _cells(boxes: list[dict[str, Any]]) -> Layer:
    return layer(
        boxes,
        {"type": "rect"},
        x=at("px"),
        x2=at("px2"),
        y=at("py"),
        y2=at("py2"),
        fill=in_colours(),
    )


def _blank(boxes: list[dict[str, Any]]) -> list[Layer]:
    mark = {
        "type": "rect",
        "fill": "none",
        "stroke": paint("grid"),
        "strokeWidth": 1,
    }
    encoding = {"x": at("px"), "x2": at("px2"), "y": at("py"), "y2": at("py2")}
    return [layer(boxes, mark, **encoding)] if boxes else []


def _legend(chart: Chart, section: Section, room: Room, ends: tuple[str, str]) -> list[Layer]:
    """What stands across, at the left; the steps with the values of their ends, at the right."""
    y = room.height + ROW
    low, high = ends
    label = safe(section.column(chart.value or chart.y).label)
    right = room.width
    ramp = right - width_of(high) - 8 - SWATCH * HEAT_STEPS
    boxes = [
        {**_box(ramp + step * SWATCH, y - 6, SWATCH, 12), "fill": paint(f"heat-{step}")}
        for step in range(HEAT_STEPS)
    ]
    said = [
        Words(text=high, x=right, y=y, align="right", colour="quiet"),
        Words(text=f"{label} {low}", x=ramp - 8, y=y, align="right", colour="quiet"),
        Words(text=safe(section.column(chart.x).label), x=0, y=y, colour="quiet"),
    ]
    return [_cells(boxes), *written(said)]
