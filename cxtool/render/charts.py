"""Pictures for a page: charts as static SVG, drawn by vl-convert from Vega-Lite, and sparklines.

Both are safe to stand in a page under a strict policy (see ``chart_svg``), need no script and have
the same bytes for the same data. The first chart takes half a second, another some 50 ms, and
a sparkline takes next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from math import isfinite

from cxtool.render.chart_colours import paint
from cxtool.render.chart_specs import WIDTH, spec
from cxtool.render.chart_svg import clean
from cxtool.render.chart_words import safe
from cxtool.report import Chart, Section

SPARK_WIDTH, SPARK_HEIGHT = 100, 24
_INSET = 3  # pixels, so that the last point's dot is whole


def svg(chart: Chart, section: Section, *, time_zone: str, ident: str, width: int = WIDTH) -> str:
    """The chart as an ``<svg>`` string; "" where there is nothing to draw.

    ``ident`` makes its ids unique on a page: letters, digits, ``-`` and ``_``. ``width`` is that of
    its drawing, in which text is 12 pixels high; it is shown as wide as the page makes it.
    """
    drawn = spec(chart, section, time_zone=time_zone, width=width)
    if drawn is None:
        return ""
    return clean(
        _vega(drawn),
        title=safe(chart.title),
        description=drawn["description"],
        ident=ident,
        kind=chart.kind,
    )


def sparkline_svg(values: Sequence[object], *, label: str | None = None) -> str:
    """A small line of figures as an ``<svg>`` string, its last one marked; "" without any figure.

    What is missing or no number is a gap. ``label`` says what it shows to those who cannot see it;
    without one it is decoration.

    >>> sparkline_svg([None, 1, 2, None, 3]).count("<polyline")
    1
    >>> sparkline_svg([None, None])
    ''
    """
    known = [
        (place, float(value))
        for place, value in enumerate(values)
        if isinstance(value, (int, float)) and isfinite(value)
    ]
    if not known:
        return ""
    points = _spark_points(known, len(values))
    runs = [
        [points[number] for number, _ in run]
        for _, run in groupby(enumerate(known), key=lambda item: item[1][0] - item[0])
    ]
    lines = "".join(
        f'<polyline points="{" ".join(run)}" fill="none" stroke="{paint("series-1")}" '
        'stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/>'
        for run in runs
        if len(run) > 1
    )
    lone = [run[0] for run in runs[:-1] if len(run) == 1]
    dots = "".join(_dot(point, 1) for point in lone) + _dot(points[-1], 2.2)
    said = f'role="img" aria-label="{escape(safe(label))}"' if label else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cx-spark" '
        f'viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" {said}>{lines}{dots}</svg>'
    )


def _vega(drawn: dict[str, object]) -> str:
    import vl_convert  # 30 ms, and only pages need it

    # No base address is allowed: nothing is ever fetched.
    return str(vl_convert.vegalite_to_svg(drawn, allowed_base_urls=[]))


def _spark_points(known: Sequence[tuple[int, float]], n: int) -> list[str]:
    low, high = min(value for _, value in known), max(value for _, value in known)
    across = (SPARK_WIDTH - 2 * _INSET) / max(n - 1, 1)
    tall = SPARK_HEIGHT - 2 * _INSET
    return [
        f"{_INSET + place * across:.1f},"
        f"{SPARK_HEIGHT / 2 if low == high else _INSET + tall * (high - value) / (high - low):.1f}"
        for place, value in known
    ]


def _dot(point: str, radius: float) -> str:
    x, _, y = point.partition(",")
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{paint("series-1")}"/>'
