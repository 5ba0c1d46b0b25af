"""Excel: a sheet per section with real numbers, dates and durations, after one about the report.

Sheets are named by the ids of their sections. Text is written as text, whatever it looks like. Rows
are written out as they are made, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from importlib import import_module
from io import BytesIO
from itertools import chain
from typing import Any

from cxtool.errors import CxtoolError
from cxtool.render import RenderOptions, sections_of
from cxtool.render.head import days_text, head_facts, period_text
from cxtool.render.safe import one_line
from cxtool.render.sheet import Cell, Style, sheet_columns, sheet_names
from cxtool.render.tones import Tone
from cxtool.report import Report, Section
from cxtool.stopping import scratch_folder

FRONT = "Report"
MOST_ROWS = 1_048_576  # of a sheet, its heading among them
FILLS: dict[Tone, str] = {
    "best": "#A9DDB7",
    "good": "#DDF2E1",
    "middle": "#FFF1C9",
    "poor": "#FADCCF",
    "worst": "#F2A99D",
}
LONGEST_TEXT = 32_767  # of a cell, in UTF-16 units
QUIET = "#6B6B6B"
FRONT_WIDTHS = (24, 60, 12, 90)


def render(report: Report, options: RenderOptions) -> bytes:
    """The report as a workbook, or the one sheet of ``options.section`` without the front.

    Unknown is an empty cell, or ``options.null``. Raises CxtoolError where a section has more rows
    than a sheet holds, and where the package for writing is not installed.
    """
    library = _library()
    sections = sections_of(report, options)
    for section in sections:
        if section.rows.height >= MOST_ROWS:
            raise CxtoolError(
                f"section '{section.id}' has {section.rows.height:,} rows, and a sheet holds"
                f" {MOST_ROWS - 1:,}",
                hint="--format csv or parquet gives them all, --limit the first of them",
            )
    file = BytesIO()
    with scratch_folder() as scratch:
        settings = {"constant_memory": True, "tmpdir": str(scratch)}
        with library.Workbook(file, settings) as book:
            _Writer(book, report, options).write(sections)
    return file.getvalue()


def _library() -> Any:
    try:
        return import_module("xlsxwriter")
    except ImportError:
        raise CxtoolError(
            "writing xlsx needs the package xlsxwriter", hint="pip install 'cxtool[xlsx]'"
        ) from None


class _Writer:
    """One workbook while it is written, with the formats that its cells share."""

    def __init__(self, book: Any, report: Report, options: RenderOptions) -> None:
        self.book = book
        self.report = report
        self.options = options
        self.styles: dict[Style, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        )
        self.label = book.add_format({"bold": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})

    def write(self, sections: tuple[Section, ...]) -> None:
        names = sheet_names([section.id for section in sections], taken=[FRONT])
        front = self.book.add_worksheet(FRONT) if self.options.section is None else None
        notes = [
            (*section.notes, *self._section(self.book.add_worksheet(name), section))
            for section, name in zip(sections, names, strict=True)
        ]
        if front is not None:
            self._front(front, list(zip(sections, names, notes, strict=True)))
        self.book.set_properties(
            {
                "title": one_line(self.report.title),
                "subject": "; ".join(head_facts(self.report)),
                "comments": _lines([*self.report.notes, *chain.from_iterable(notes)]),
                # Not the clock's time: the same report is the same file.
                "created": datetime.combine(self.report.as_of, time()),
            }
        )

    def _front(self, sheet: Any, sections: list[tuple[Section, str, tuple[str, ...]]]) -> None:
        for number, width in enumerate(FRONT_WIDTHS):
            sheet.set_column(number, number, width)
        self._text(sheet, 0, 0, one_line(self.report.title), self.title)
        row = 2
        for label, fact in _facts(self.report):
            self._text(sheet, row, 0, label, self.label)
            self._text(sheet, row, 1, one_line(fact), self.text)
            row += 1
        row += 1
        for number, label in enumerate(("Sheet", "Section", "Rows", "Notes")):
            self._text(sheet, row, number, label, self.heading)
        for section, name, notes in sections:
            row += 1
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
            self._text(sheet, row, 1, one_line(section.title), self.text)
            sheet.write_number(row, 2, section.rows.height, self._format(Style("#,##0")))
            self._text(sheet, row, 3, _lines(notes), self.text)

    def _section(self, sheet: Any, section: Section) -> tuple[str, ...]:
        """Write a section's sheet; what is to be said of it is given back."""
        columns = sheet_columns(section, time_zone=self.report.time_zone)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            self._text(sheet, 0, number, column.label, self.heading)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, section.rows.height, max(len(columns) - 1, 0))
        cells = zip(*(column.cells for column in columns), strict=True)
        styles = zip(*(column.styles for column in columns), strict=True)
        cut_n = 0
        for row, (values, shown) in enumerate(zip(cells, styles, strict=True), start=1):
            for number, (value, style) in enumerate(zip(values, shown, strict=True)):
                cut_n += self._cell(sheet, row, number, value, style)
        return (f"{cut_n:,} texts are longer than a cell holds; they end with '…'.",) * (cut_n > 0)

    def _cell(self, sheet: Any, row: int, column: int, value: Cell, style: Style) -> bool:
        """Write a cell; whether its text had to be cut."""
        match value:
            case None:
                if self.options.null is not None:
                    self._text(sheet, row, column, self.options.null)
            case bool():
                sheet.write_boolean(row, column, value)
            case str():
                return self._text(sheet, row, column, value, self._format(style))
            case _:
                sheet.write_number(row, column, value, self._format(style))
        return False

    def _text(self, sheet: Any, row: int, column: int, text: str, form: Any = None) -> bool:
        """Write a text as text, and none as nothing; whether it had to be cut."""
        if not text:
            return False
        fitting = _cut(text)
        # The library takes what stands in these tags for markup of its own, unless a blank follows.
        is_markup = fitting.startswith("<r>") and fitting.endswith("</r>")
        sheet.write_string(row, column, f"{fitting} " if is_markup else fitting, form)
        return fitting != text

    def _format(self, style: Style) -> Any:
        if style not in self.styles:
            settings: dict[str, object] = {"quote_prefix": style.quoted}
            if style.number_format:
                settings["num_format"] = style.number_format
            if style.tone in FILLS:
                settings["bg_color"] = FILLS[style.tone]
            if style.tone == "quiet":
                settings["font_color"] = QUIET
            self.styles[style] = self.book.add_format(settings) if any(settings.values()) else None
        return self.styles[style]


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    source = report.source
    yield "Period", period_text(report.period)
    yield "Compared with", days_text(report.previous) if report.previous else "nothing"
    yield "Time zone", report.time_zone
    yield "As of", str(report.as_of)
    yield "Files", ", ".join(source.files) or "none"
    if source.profile:
        yield "Profile", source.profile
    yield "Rows read", f"{source.rows_read:,}"
    yield "Rows set aside", f"{source.rows_set_aside:,}"
    for place, note in enumerate((*report.notes, *_chance(report))):
        yield "" if place else "Notes", note


def _chance(report: Report) -> Iterator[str]:
    signals = (
        section.rows.get_column(column.key)
        for section in report.sections
        for column in section.columns
        if column.role == "signal"
    )
    if any((signal == "flat").any() for signal in signals):
        yield "A trend 'flat' is a change that chance may explain (at 95 %)."


def _lines(notes: Iterable[str]) -> str:
    return "\n".join(map(one_line, notes))


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT // 2:
        return text
    stored = text.encode("utf-16-le", "replace")
    if len(stored) <= 2 * LONGEST_TEXT:
        return text
    return stored[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
