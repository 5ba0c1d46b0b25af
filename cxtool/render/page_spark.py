"""The course of a figure as a small picture, with its extremes in words."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cxtool.render.charts import sparkline_svg
from cxtool.units import Unit, show


def spark(values: Sequence[float | None] | None, unit: Unit) -> Markup | None:
    """A sparkline that tells its extremes to those who cannot see it; None without two values."""
    known = [value for value in values or () if value is not None]
    if values is None or len(known) < 2:
        return None
    low, high, last = (show(value, unit) for value in (min(known), max(known), known[-1]))
    return Markup(sparkline_svg(values, label=f"from {low} to {high}, last {last}"))
