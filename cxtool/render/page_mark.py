"""What a page says of itself for programs: one ``meta`` element, so that nobody reads its tables.

The headline figures of past pages come from there (``cxtool report --index``). A page's file may
come from anywhere, so whatever is read is checked.
"""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser

from msgspec import Struct

from cxtool.report import Report
from cxtool.units import Unit

NAME = "cxtool:report"
SCHEMA = "cxtool.page/1"
LARGEST = 2.0**53  # the largest whole number that every reader of JSON knows exactly
LONGEST_WORD = 100
SIGNALS = ("up", "down", "flat", "new")

Value = float | str | None


class Mark(Struct, frozen=True, kw_only=True):
    """A page's report, its days ``[start, end)``, and the figures of its row of headlines."""

    report: str
    as_of: date
    start: date
    end: date
    figures: dict[str, Value]


def mark_of(report: Report) -> str:
    """The mark of a report's page, as JSON; figures where the main section is of one row."""
    section = report.section(report.main)
    keys = [column.key for column in section.columns if column.unit is not Unit.SERIES]
    row = section.rows.row(0, named=True) if section.rows.height == 1 else {}
    said = {
        "schema": SCHEMA,
        "report": report.report,
        "as_of": report.as_of.isoformat(),
        "start": report.period.start.isoformat(),
        "end": report.period.end.isoformat(),
        "figures": {key: row[key] for key in keys if _is_value(row.get(key))},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def read_mark(page: str) -> Mark | None:
    """The mark of a page, of which its beginning is enough; None where there is none.

    >>> read_mark("<p>Nothing</p>") is None
    True
    """
    parser = _Metas()
    parser.feed(page)
    for text in parser.found:
        try:
            said = json.loads(text)
            if said["schema"] != SCHEMA:
                continue
            start, end = (date.fromisoformat(said[name]) for name in ("start", "end"))
            if end <= start:
                continue
            return Mark(
                report=str(said["report"]),
                as_of=date.fromisoformat(said["as_of"]),
                start=start,
                end=end,
                figures={str(k): v for k, v in said["figures"].items() if _is_value(v)},
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return None


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_WORD
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= LARGEST


class _Metas(HTMLParser):
    """Collects the contents of the page's ``meta`` elements of our name."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "meta" and said.get("name") == NAME and said.get("content"):
            self.found.append(str(said["content"]))
