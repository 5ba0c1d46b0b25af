"""The Vega-Lite specification that shows a chart of a section, and the sentence that describes it.

Everything a specification holds is decided from the data alone: the width is given; height,
margins, ticks and words follow, in pixels. A chart with nothing to draw has no specification.
"""

from __future__ import annotations

from typing import Any

from cxtool.render.chart_bars import bars, columns
from cxtool.render.chart_data import Data, Grid, read, read_grid
from cxtool.render.chart_heat import heat_map
from cxtool.render.chart_lines import lines
from cxtool.render.chart_words import safe, words
from cxtool.report import Chart, Section

WIDTH = 480  # pixels; its text of 12 can be read at three quarters and at twice that size
OVERLAID = ("lines", "fan")
KINDS = {"lines": lines, "fan": lines, "columns": columns, "bars": bars}


def spec(
    chart: Chart, section: Section, *, time_zone: str, width: int = WIDTH
) -> dict[str, Any] | None:
    """The specification of a chart, as a dict; None where there is nothing to draw."""
    if chart.kind == "heatmap":
        grid = read_grid(chart, section, time_zone=time_zone)
        if not grid.values:
            return None
        said = _describe_grid(chart, section, grid)
        return heat_map(chart, section, grid, width=width, description=said)
    data = read(chart, section, time_zone=time_zone, stacked=chart.kind not in OVERLAID)
    if not data.places or not data.drawn:
        return None
    said = _describe(chart, section, data)
    return KINDS[chart.kind](chart, section, data, width=width, description=said)


def _describe(chart: Chart, section: Section, data: Data) -> str:
    y, x = section.column(chart.y), section.column(chart.x)
    found = [
        (point.y, f"{series.name}, " * (chart.series is not None) + data.places[point.place].text)
        for series in (*data.series, *data.behind)
        for point in series.points
        if point.y is not None
    ]
    first, last = data.places[0].text, data.places[-1].text
    sentences = [f"{safe(y.label)} by {safe(x.label)}, {first} to {last}."]
    if found:
        (high, high_at), (low, low_at) = (pick(found, key=lambda f: f[0]) for pick in (max, min))
        sentences.append(
            f"Highest {words(high, y.unit)} ({high_at}), lowest {words(low, y.unit)} ({low_at})."
        )
    return " ".join(sentences)


def _describe_grid(chart: Chart, section: Section, grid: Grid) -> str:
    value = section.column(chart.value or chart.y)
    (across, down), most = max(grid.values.items(), key=lambda cell: cell[1])
    where = f"{grid.down[down].text}, {grid.across[across].text}"
    labels = [safe(section.column(key).label) for key in (chart.x, chart.y)]
    return (
        f"{safe(value.label)} by {labels[1]} and {labels[0]}. "
        f"Highest {words(most, value.unit)} ({where})."
    )
