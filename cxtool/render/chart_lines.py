"""Lines over days, intervals or figures: gaps where nothing is known, a dot where one value stands
alone, names at the ends, an interval as a band.

What was before and how sure a figure is are drawn where there is one line: of several they could
not be told apart. A fan is such a line of what is expected, after the whole line of what was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cxtool.render.chart_colours import BEFORE_DASH, DASHES, SERIES, paint
from cxtool.render.chart_data import Data, Point, Series
from cxtool.render.chart_frame import EDGE, Frame, told
from cxtool.render.chart_marks import (
    KEY,
    PALE,
    Key,
    Layer,
    Words,
    dashed,
    field,
    layer,
    picture,
    sample,
    written,
)
from cxtool.render.chart_scale import Scale, scale
from cxtool.render.chart_words import SIZE, safe, shortened, width_of
from cxtool.report import Chart, Section

MOST_TOLD = 200  # points that say their figure when pointed at
WIDEST_NAME = 0.26  # of the width
TO_NAME = 10 + KEY + 6  # pixels from the end of a line to its name
APART = SIZE + 2  # pixels between two names at the ends


def lines(chart: Chart, section: Section, data: Data, *, width: int, description: str) -> Layer:
    """The specification of lines."""
    named = len(data.series) > 1
    names = [shortened(series.name, width * WIDEST_NAME) for series in data.series]
    frame = Frame(
        chart=chart,
        section=section,
        data=data,
        axis=scale(
            data.figures if named else data.drawn,
            section.column(chart.y).unit,
            from_zero=chart.kind == "fan",
        ),
        keys=_keys(chart, section, data),
        width=width,
        right=max(map(width_of, names)) + TO_NAME if named else EDGE,
    )
    room, axis = frame.room, frame.axis
    first, last = data.places[0].at, data.places[-1].at
    if first == last:
        first, last = first - 1, last + 1
    pixels = [(place.at - first) / (last - first) * room.width for place in data.places]
    on_axes = {
        "x": field("x", domain=[first, last], nice=False, zero=False),
        "y": field("y", domain=[axis.low, axis.high], nice=False, zero=False),
    }
    marks = _behind(data, on_axes) if named else _of_one_line(chart, section, data, on_axes)
    for number, series in enumerate(data.series):
        marks += _line(data, series, number, on_axes)
    if named:
        marks += _named(data.series, names, _ends(data.series, axis, room.height), room.width)
    marks += _pointed_at(chart, section, data, on_axes)
    return picture(room, frame.around(marks, pixels=pixels), description=description)


def _keys(chart: Chart, section: Section, data: Data) -> tuple[Key, ...]:
    if len(data.series) > 1:
        behind = f"{len(data.behind):,} others, not named"
        return (Key(text=behind, fill=paint("before")),) if data.behind else ()
    points = data.series[0].points
    keys = [Key(text=safe(section.column(chart.y).label), fill=paint(SERIES[0]))]
    if any(point.before is not None for point in points):
        keys.append(_before(chart, section))
    if any(_is_bounded(point) for point in points):
        keys.append(Key(text="Interval", fill=paint(SERIES[0]), sample="band"))
    return tuple(keys) if len(keys) > 1 else ()


def _before(chart: Chart, section: Section) -> Key:
    """How the line of what was is drawn, and what it is called."""
    if chart.kind == "fan" and chart.before is not None:
        return Key(text=safe(section.column(chart.before).label), fill=paint("quiet"))
    return Key(text="Before", fill=paint("before"), dash=BEFORE_DASH)


def _of_one_line(
    chart: Chart, section: Section, data: Data, on_axes: dict[str, Any]
) -> list[Layer]:
    """The band around a single line, and what it was before."""
    points = data.series[0].points
    band = [
        {"x": data.places[point.place].at, "y": point.low, "y2": point.high, "run": number}
        for number, run in enumerate(_runs(points, _is_bounded))
        for point in run
    ]
    before = _course(data, points, lambda point: point.before)
    layers = []
    if band:
        mark = {"type": "area", "fill": paint(SERIES[0]), "fillOpacity": PALE}
        layers.append(layer(band, mark, **on_axes, y2={"field": "y2"}, detail=_run_field()))
    if alone := _alone(band):
        mark = {"type": "rule", "stroke": paint(SERIES[0]), "strokeOpacity": PALE, "strokeWidth": 6}
        layers.append(layer(alone, mark, **on_axes, y2={"field": "y2"}))
    if before:
        key = _before(chart, section)
        mark = _stroke(key.fill, 1.5, key.dash)
        layers.append(layer(before, mark, **on_axes, detail=_run_field()))
    return layers


def _is_bounded(point: Point) -> bool:
    return point.low is not None and point.high is not None


def _behind(data: Data, on_axes: dict[str, Any]) -> list[Layer]:
    rows = [
        {**row, "run": f"{number}.{row['run']}"}
        for number, series in enumerate(data.behind)
        for row in _course(data, series.points, lambda point: point.y)
    ]
    mark = {**_stroke(paint("before"), 1, ()), "strokeOpacity": 0.5}
    return [layer(rows, mark, **on_axes, detail=_run_field())] if rows else []


def _line(data: Data, series: Series, number: int, on_axes: dict[str, Any]) -> list[Layer]:
    colour = paint(SERIES[number])
    rows = _course(data, series.points, lambda point: point.y)
    # The end of a line, and every point that no line reaches.
    dots = [*(row for row in _alone(rows) if row is not rows[-1]), *rows[-1:]]
    line = layer(rows, _stroke(colour, 2, DASHES[number]), **on_axes, detail=_run_field())
    dot = layer(dots, {"type": "circle", "size": 36, "fill": colour, "opacity": 1}, **on_axes)
    return [line, dot] if rows else []


def _pointed_at(chart: Chart, section: Section, data: Data, on_axes: dict[str, Any]) -> list[Layer]:
    """Unseen squares that say the figures of points, where they are not too many."""
    rows = [
        {
            "x": data.places[point.place].at,
            "y": point.before if point.y is None else point.y,
            "full": told(series, point, data, section, chart),
        }
        for series in data.series
        for point in series.points
        if point.y is not None or (chart.kind == "fan" and point.before is not None)
    ]
    mark = {"type": "square", "size": 144, "fill": paint("before"), "opacity": 1, "fillOpacity": 0}
    return [layer(rows, mark, **on_axes)] if 0 < len(rows) <= MOST_TOLD else []


def _course(
    data: Data, points: Sequence[Point], figure: Callable[[Point], float | None]
) -> list[dict[str, Any]]:
    return [
        {"x": data.places[point.place].at, "y": figure(point), "run": number}
        for number, run in enumerate(_runs(points, lambda p: figure(p) is not None))
        for point in run
    ]


def _alone(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that are the only one of their run."""
    lengths = Counter(row["run"] for row in rows)
    return [row for row in rows if lengths[row["run"]] == 1]


def _runs(points: Sequence[Point], known: Callable[[Point], bool]) -> Iterator[list[Point]]:
    """The points at places that follow each other without a gap."""
    run: list[Point] = []
    for point in points:
        if run and (not known(point) or point.place != run[-1].place + 1):
            yield run
            run = []
        if known(point):
            run.append(point)
    if run:
        yield run


def _named(
    every: Sequence[Series], names: Sequence[str], heights: Sequence[float], end: float
) -> list[Layer]:
    """A sample of each line and its name, beside its end."""
    keys = [
        Key(text=series.name, fill=paint(SERIES[number]), dash=DASHES[number])
        for number, series in enumerate(every)
    ]
    samples = [sample(key, end + 10, y) for key, y in zip(keys, heights, strict=True)]
    said = [
        Words(text=text, x=end + TO_NAME, y=y, full=key.text * (key.text != text))
        for key, text, y in zip(keys, names, heights, strict=True)
    ]
    return [*samples, *written(said)]


def _ends(every: Sequence[Series], axis: Scale, height: float) -> list[float]:
    """Where the names stand: at the ends of their lines, moved apart where these meet."""
    wanted = []
    for number, series in enumerate(every):
        last = next((point.y for point in reversed(series.points) if point.y is not None), axis.low)
        wanted.append((height * (1 - axis.share(last)), number))
    wanted.sort()
    placed: list[float] = []
    for y, _ in wanted:
        placed.append(max(y, placed[-1] + APART) if placed else y)
    ceiling = height
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - APART
    by_number = {number: y for (_, number), y in zip(wanted, placed, strict=True)}
    return [by_number[number] for number in range(len(by_number))]


def _stroke(colour: str, width: float, dash: tuple[int, ...]) -> dict[str, Any]:
    return {
        "type": "line",
        "stroke": colour,
        "strokeWidth": width,
        "strokeJoin": "round",
        **dashed(dash),
    }


def _run_field() -> dict[str, Any]:
    return {"field": "run", "type": "nominal"}
