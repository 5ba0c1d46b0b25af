"""JSON, schema ``cxtool.report/1``: the whole report in raw units, one row a line.

Rows are encoded by polars and set into the document as text: 100,000 of them take a fraction of a
second. Keys and their order are a contract; a new key may be added, none renamed or removed
without a new schema number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from cxtool.period import Period
from cxtool.render import RenderOptions, sections_of
from cxtool.render.frames import plain
from cxtool.report import SCHEMA, Report, Section

INDENT = "  "
Pieces = tuple[str, ...]  # of one text


def render(report: Report, options: RenderOptions) -> str:
    """The report, or only ``options.section`` of it; null for unknown, never NaN."""
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
    }
    sections = [_section(section, report.time_zone) for section in sections_of(report, options)]
    members = {
        **{key: (text,) for key, text in document.items()},
        "sections": _array(sections, depth=1),
        "notes": _array(_encoded(report.notes), depth=1),
    }
    # Of large reports every copy of the text would be felt: it is put together once.
    return "".join((*_object(members, depth=0), "\n"))


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


def _section(section: Section, time_zone: str) -> Pieces:
    members = {
        "id": (encoded(section.id),),
        "title": (encoded(section.title),),
        "columns": _array(_encoded(column_objects(section)), depth=3),
        "rows": _array(_rows(section.rows, time_zone, depth=4), depth=3),
        "notes": _array(_encoded(section.notes), depth=3),
    }
    return tuple(_object(members, depth=2))


def _rows(rows: pl.DataFrame, time_zone: str, *, depth: int) -> list[Pieces]:
    """All rows as one item, or none. A line end is never part of a cell: it is escaped there."""
    lines = plain(rows, time_zone).write_ndjson().removesuffix("\n")
    return [(lines.replace("\n", "," + _line(depth)),)] if lines else []


def _encoded(values: Iterable[object]) -> list[Pieces]:
    return [(encoded(value),) for value in values]


def _object(members: Mapping[str, Pieces], *, depth: int) -> Iterator[str]:
    return _block([(f'"{key}": ', *value) for key, value in members.items()], "{}", depth)


def _array(items: Sequence[Pieces], *, depth: int) -> Pieces:
    return tuple(_block(items, "[]", depth))


def _block(items: Sequence[Pieces], brackets: str, depth: int) -> Iterator[str]:
    """Encoded items between brackets, one a line, one step further in than ``depth``."""
    yield brackets[0]
    for number, item in enumerate(items):
        yield ("," if number else "") + _line(depth + 1)
        yield from item
    if items:
        yield _line(depth)
    yield brackets[1]


def _line(depth: int) -> str:
    """The start of a line of that depth."""
    return "\n" + INDENT * depth
