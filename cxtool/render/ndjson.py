"""NDJSON: the rows of one section, one JSON object a line, raw units."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from cxtool.render import RenderOptions, section_of
from cxtool.render.frames import plain
from cxtool.report import Report


def render(report: Report, options: RenderOptions) -> str:
    """Rows of ``options.section`` or the main section; null for unknown, times ISO 8601."""
    file = BytesIO()
    stream(report, options, file)
    return file.getvalue().decode()


def stream(report: Report, options: RenderOptions, file: IO[bytes]) -> None:
    """The same, written as the rows come."""
    for rows in section_of(report, options).parts():
        plain(rows, report.time_zone).write_ndjson(file)
