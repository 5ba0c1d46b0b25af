"""JSON, schema ``cxtool.report/1``: the whole report in raw units, one row a line.

Rows are encoded by polars and set into the document as text: 100,000 of them take a fraction of a
second. Keys and their order are a contract; a new key may be added, none renamed or removed
without a new schema number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from cxtool.period import Period
from cxtool.render import RenderOptions, sections_of
from cxtool.render.frames import plain
from cxtool.report import SCHEMA, Report, Section

INDENT = "  "


def render(report: Report, options: RenderOptions) -> str:
    """The report, or only ``options.section`` of it; null for unknown, never NaN."""
    sections = (_section(section, report.time_zone) for section in sections_of(report, options))
    document = {
        "schema": encoded(SCHEMA),
        "report": encoded(report.report),
        "title": encoded(report.title),
        "period": encoded(period_object(report.period)),
        "previous": encoded(report.previous and period_object(report.previous)),
        "time_zone": encoded(report.time_zone),
        "as_of": encoded(report.as_of.isoformat()),
        "source": encoded(
            {
                "files": list(report.source.files),
                "profile": report.source.profile,
                "rows_read": report.source.rows_read,
                "rows_set_aside": report.source.rows_set_aside,
            }
        ),
        "sections": _array(sections, depth=1),
        "notes": _array(map(encoded, report.notes), depth=1),
    }
    return _object(document, depth=0) + "\n"


def encoded(value: object) -> str:
    """The value as JSON on one line, letters of all scripts as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def period_object(period: Period) -> dict[str, str]:
    """A period for other programs: ``end`` is the first day after it."""
    return {
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "label": period.label,
    }


def column_objects(section: Section) -> list[dict[str, str | None]]:
    """What each column of a section is: key, label, unit, and which direction is better."""
    return [
        {"key": c.key, "label": c.label, "unit": c.unit.value, "better": c.better}
        for c in section.columns
    ]


def _section(section: Section, time_zone: str) -> str:
    # Not splitlines: it would also split at U+2028 and its like inside a cell.
    lines = plain(section.rows, time_zone).write_ndjson().removesuffix("\n")
    members = {
        "id": encoded(section.id),
        "title": encoded(section.title),
        "columns": _array(map(encoded, column_objects(section)), depth=3),
        "rows": _array(lines.split("\n") if lines else (), depth=3),
        "notes": _array(map(encoded, section.notes), depth=3),
    }
    return _object(members, depth=2)


def _object(members: Mapping[str, str], *, depth: int) -> str:
    return _block((f'"{key}": {value}' for key, value in members.items()), "{}", depth)


def _array(items: Iterable[str], *, depth: int) -> str:
    return _block(items, "[]", depth)


def _block(items: Iterable[str], brackets: str, depth: int) -> str:
    """Already encoded items between brackets, one a line, one step further in than ``depth``."""
    outer = "\n" + INDENT * depth
    inner = f",{outer}{INDENT}".join(items)
    return f"{brackets[0]}{outer}{INDENT}{inner}{outer}{brackets[1]}" if inner else brackets
