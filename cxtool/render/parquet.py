"""Parquet: the rows of one section, typed, lists as lists, with what they are as file metadata."""

from __future__ import annotations

from io import BytesIO

from cxtool.render import RenderOptions, section_of
from cxtool.render.frames import plain
from cxtool.render.json import column_objects, encoded, period_object
from cxtool.report import SCHEMA, Report


def render(report: Report, options: RenderOptions) -> bytes:
    """Rows of ``options.section`` or the main section.

    The file's metadata holds, as text or JSON under ``cxtool.*``: schema, report, section, columns,
    period, previous, time_zone and as_of.
    """
    section = section_of(report, options)
    facts = {
        "schema": SCHEMA,
        "report": report.report,
        "section": section.id,
        "columns": encoded(column_objects(section)),
        "period": encoded(period_object(report.period)),
        "previous": encoded(report.previous and period_object(report.previous)),
        "time_zone": report.time_zone,
        "as_of": report.as_of.isoformat(),
    }
    file = BytesIO()
    plain(section.rows, report.time_zone).write_parquet(
        file, metadata={f"cxtool.{name}": fact for name, fact in facts.items()}
    )
    return file.getvalue()
