"""NDJSON: the rows of one section, one JSON object a line, raw units."""

from __future__ import annotations

from cxtool.render import RenderOptions, section_of
from cxtool.render.frames import plain
from cxtool.report import Report


def render(report: Report, options: RenderOptions) -> str:
    """Rows of ``options.section`` or the main section; null for unknown, times ISO 8601."""
    return plain(section_of(report, options).rows, report.time_zone).write_ndjson()
