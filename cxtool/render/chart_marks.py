"""The parts that pictures are put together from, as Vega-Lite layers.

Figures stand on scales of Vega-Lite; words, keys and rules of the frame stand at pixels worked out
here, so that nothing depends on the fonts of a machine. Names from the data are only ever data:
they are in no field name, no expression and no scale. What a mark says when pointed at is its
``description``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from cxtool.render.chart_colours import paint
from cxtool.render.chart_words import SIZE, shortened, width_of

Layer = dict[str, Any]
Align = Literal["left", "center", "right"]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROW = 20  # pixels of a line of words
PALE = 0.18  # how much of its colour a band has
KEY, BLOCK = 18, 10  # pixels of a key's sample


class Room(Struct, frozen=True, kw_only=True):
    """The picture's width and height without its margins; pixels count from its upper left."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


class Words(Struct, frozen=True, kw_only=True):
    """Words at a pixel; ``full`` is told when pointed at."""

    text: str
    x: float
    y: float
    align: Align = "left"
    colour: str = "text"
    full: str = ""


class Key(Struct, frozen=True, kw_only=True):
    """One entry of a legend."""

    text: str
    fill: str
    sample: Literal["line", "block", "band"] = "line"
    dash: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Pixels of its sample."""
        return BLOCK if self.sample == "block" else KEY


def picture(room: Room, layers: Sequence[Layer], *, description: str) -> Layer:
    """A whole specification."""
    margins = {side: getattr(room, side) for side in ("left", "right", "top", "bottom")}
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": room.width,
        "height": room.height,
        "padding": margins,
        "autosize": {"type": "none"},
        "background": "transparent",
        "view": {"stroke": None},
        "layer": list(layers),
    }


def field(name: str, kind: str = "quantitative", **scale: Any) -> dict[str, Any]:
    """An encoding of a field on a scale of its own limits, without an axis."""
    return {"field": name, "type": kind, "axis": None, "scale": scale}


def at(name: str) -> dict[str, Any]:
    """An encoding of a pixel that stands in the data."""
    return {"value": {"expr": f"datum.{name}"}}


def in_colours() -> dict[str, Any]:
    """An encoding of a paint that stands in the data."""
    return {"field": "fill", "type": "nominal", "scale": None, "legend": None}


def layer(values: Sequence[dict[str, Any]], mark: dict[str, Any], **encoding: Any) -> Layer:
    """One layer over its own data; marks that describe nothing are silent."""
    described = any(row.get("full") for row in values)
    return {
        "data": {"values": list(values)},
        "mark": mark if described else {**mark, "aria": False},
        "encoding": {
            **encoding,
            **({"description": {"field": "full"}} if described else {}),
        },
    }


def dashed(dash: tuple[int, ...]) -> dict[str, Any]:
    """The property of a line that is not whole; nothing for one that is."""
    return {"strokeDash": [*dash]} if dash else {}


def written(words: Sequence[Words]) -> list[Layer]:
    """The layers of words, one for each way in which they stand."""
    kinds = dict.fromkeys((word.align, word.colour, bool(word.full)) for word in words)
    return [
        layer(
            [
                {"px": word.x, "py": word.y, "text": word.text, "full": word.full}
                for word in words
                if (word.align, word.colour, bool(word.full)) == (align, colour, told)
            ],
            {"type": "text", "align": align, "fontSize": SIZE, "fill": paint(colour)},
            x=at("px"),
            y=at("py"),
            text={"field": "text"},
        )
        for align, colour, told in kinds
    ]


def grid_lines(
    heights: Sequence[float], room: Room, *, base: float
) -> tuple[list[Layer], list[Layer]]:
    """Level lines at these pixels, and the one at ``base`` (zero), which is stronger."""
    quiet, strong = (
        [
            layer(
                [{"py": height} for height in heights if (height == base) == is_base],
                {"type": "rule", "stroke": paint(colour), "strokeWidth": 1},
                x={"value": 0},
                x2={"value": room.width},
                y=at("py"),
            )
        ]
        for is_base, colour in ((False, "grid"), (True, "quiet"))
    )
    return quiet, strong if base in heights else []


def legend_rows(keys: Sequence[Key], width: float) -> list[list[tuple[Key, str, float]]]:
    """The keys in rows of that width: each with the words there is room for, and its pixel."""
    rows: list[list[tuple[Key, str, float]]] = []
    x = width
    for key in keys:
        text = shortened(key.text, width / 2 - KEY)
        needed = key.width + 6 + width_of(text) + 14
        if x + needed > width + 14:
            rows.append([])
            x = 0.0
        rows[-1].append((key, text, x))
        x += needed
    return rows


def legend(keys: Sequence[Key], room: Room) -> list[Layer]:
    """The keys above the picture, from its left edge."""
    width = room.left + room.width + room.right
    layers, words = [], []
    for number, row in enumerate(legend_rows(keys, width)):
        y = number * ROW + ROW / 2 - room.top
        for key, text, start in row:
            x = start - room.left
            layers.append(sample(key, x, y))
            full = key.text * (key.text != text)
            words.append(Words(text=text, x=x + key.width + 6, y=y, full=full))
    return [*layers, *written(words)]


def sample(key: Key, x: float, y: float) -> Layer:
    """A key's line, block or band, from that pixel."""
    box = {"px": x, "px2": x + key.width, "py": y - 5, "py2": y + 5}
    across = {"x": at("px"), "x2": at("px2")}
    if key.sample == "line":
        mark = {"type": "rule", "stroke": key.fill, "strokeWidth": 2, **dashed(key.dash)}
        return layer([{**box, "py": y}], mark, **across, y=at("py"))
    mark = {"type": "rect", "fill": key.fill, "fillOpacity": PALE if key.sample == "band" else 1}
    return layer([box], mark, **across, y=at("py"), y2=at("py2"))
