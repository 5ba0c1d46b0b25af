"""Text tables: for a terminal in colour and within its width, else whole and plain.

rich measures, folds and colours; the lines are set here, because its own tables cut cells at an
assumed width of 80 when there is no terminal, and choose by position what to narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import StringIO

import polars as pl
from msgspec.structs import replace
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.text import Text

from cxtool.render import RenderOptions, sections_of
from cxtool.render.fit import GAP, Fit, fit
from cxtool.render.head import SEPARATOR, head_facts, rows_left
from cxtool.render.layout import chance_note, has_icons, lay_out, numbered
from cxtool.render.safe import one_line
from cxtool.render.tones import BAND_ICONS, BAND_TONES, Tone
from cxtool.report import Report, Section
from cxtool.units import Unit, show

FEW_ROWS = 3  # of each kind, where a section shows a few

STYLES = {
    "title": "bold",
    "label": "bold",
    "rule": "dim",
    "best": "bold green",
    "good": "green",
    "middle": "yellow",
    "poor": "red",
    "worst": "bold red",
    "quiet": "dim",
}

Paint = Callable[[str, str], str]


def render(report: Report, options: RenderOptions) -> str:
    """The report as text; ``options.width`` limits its lines, ``options.max_rows`` its rows."""
    paint = _colored if options.color else _plain
    sections = sections_of(report, options)
    blocks = [_head(report, options, paint)] if options.header else []
    for section in sections:
        titled = options.header and section.title != report.title
        blocks.append(_section(section, report.time_zone, options, paint, titled=titled))
    chance = chance_note(sections)
    notes = (chance, *report.notes) if chance else report.notes
    blocks.append(_notes(notes, options.width, paint))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def measure(text: str) -> int:
    """How many terminal cells a text takes; letters of some scripts take two or none."""
    return len(text) if text.isascii() else cell_len(text)


def fold(text: str, width: int | None) -> list[str]:
    """The text in lines of at most ``width`` cells, between words where possible."""
    if width is None or measure(text) <= width:
        return [text]
    lines = Text(text).wrap(_folder(), width, overflow="fold")
    return [line.plain.rstrip() for line in lines]


def _head(report: Report, options: RenderOptions, paint: Paint) -> list[str]:
    lines = [paint(line, "title") for line in fold(one_line(report.title), options.width)]
    facts = _joined(head_facts(report), SEPARATOR, options.width)
    return [*lines, *(paint(line, "quiet") for line in facts)]


def _section(
    section: Section, time_zone: str, options: RenderOptions, paint: Paint, *, titled: bool
) -> list[str]:
    width, total = options.width, section.rows_n
    lines = []
    if titled:
        lines += [paint(line, "title") for line in fold(one_line(section.title), width)]
    is_brief = bool(options.max_rows and options.section is None and not options.verbose)
    if section.folded and is_brief:
        remark = f"{total:,} rows; --section {section.id} or -v to show them"
        return [*lines, *(paint(line, "quiet") for line in fold(remark, width))]
    few = _few(section.rows, section.few_by) if section.few_by and is_brief else section.rows
    shown = replace(section, rows=few.head(options.max_rows or total))
    fitted, meanings = _fitted(shown, time_zone, options)
    if total:
        lines += _table(fitted, header=options.header, paint=paint)
    else:
        lines.append(paint("no rows", "quiet"))
    remarks = []
    if few.height < section.rows.height:
        remark = f"{shown.rows.height:,} of {total:,} rows, the first of each kind"
        remarks.append(f"{remark}; --section {section.id} or -v for more")
    elif shown.rows.height < total:
        remarks.append(f"{rows_left(shown.rows.height, total)}; --limit N for more")
    if fitted.left_out and total:
        names = one_line(", ".join(fitted.left_out))
        way_out = "a wider terminal" if shown.rows.height == 1 else "--columns or a wider terminal"
        remarks.append(f"not shown at this width: {names} ({way_out})")
    for remark in remarks:
        lines += [paint(line, "quiet") for line in fold(remark, width)]
    lines += [paint(line, "quiet") for line in _joined(meanings, "  ", width)]
    if has_icons(section, options) and total:
        lines += _legend(width, paint)
    return lines + _notes(section.notes, width, paint)


def _few(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The first few rows of each value of these columns, in the order of all."""
    return rows.filter(pl.int_range(pl.len()).over(by) < FEW_ROWS)


def _fitted(
    section: Section, time_zone: str, options: RenderOptions
) -> tuple[Fit, tuple[str, ...]]:
    """The fields that fit, and what numbered headings mean.

    Intervals are given up before a field is, and words above icons are before that.
    """
    for intervals in (True, False):
        fields = lay_out(section, time_zone=time_zone, options=options, intervals=intervals)
        fitted = fit(fields, width=options.width, measure=measure)
        if not fitted.left_out:
            return fitted, ()
        if options.verbose:
            break
    if not any(field.icons for field in fields):
        return fitted, ()
    fitted = fit(numbered(fields), width=options.width, measure=measure)
    words = {field.key: field.label for field in fields}
    return fitted, tuple(f"{f.label} {words[f.key]}" for f in fitted.fields if f.icons)


def _table(fitted: Fit, *, header: bool, paint: Paint) -> Iterator[str]:
    fields, widths = fitted.fields, fitted.widths
    if header and any(field.label for field in fields):
        labels = [fold(field.label, width) for field, width in zip(fields, widths, strict=True)]
        height = max(map(len, labels))
        # Labels of fewer lines stand at the bottom, on the rule.
        labels = [[""] * (height - len(label)) + label for label in labels]
        for line in zip(*labels, strict=True):
            yield _line(line, ["label"] * len(line), fitted, paint)
        rules = [
            "─" * width if field.label else "" for field, width in zip(fields, widths, strict=True)
        ]
        yield _line(rules, ["rule"] * len(rules), fitted, paint)
    for texts, tones in zip(
        zip(*(field.texts for field in fields), strict=True),
        zip(*(field.tones for field in fields), strict=True),
        strict=True,
    ):
        yield from _row(texts, tones, fitted, paint)


def _row(texts: Sequence[str], tones: Sequence[Tone], fitted: Fit, paint: Paint) -> Iterator[str]:
    if all(measure(text) <= width for text, width in zip(texts, fitted.widths, strict=True)):
        yield _line(texts, tones, fitted, paint)
        return
    folded = [fold(text, width) for text, width in zip(texts, fitted.widths, strict=True)]
    for place in range(max(map(len, folded))):
        line = [cell[place] if place < len(cell) else "" for cell in folded]
        yield _line(line, tones, fitted, paint)


def _line(texts: Sequence[str], styles: Sequence[str], fitted: Fit, paint: Paint) -> str:
    parts, owed = [], 0
    for text, style, width, field in zip(texts, styles, fitted.widths, fitted.fields, strict=True):
        space = max(width - measure(text), 0)
        before, after = (space, 0) if field.right else (0, space)
        if text:
            parts.append(" " * (owed + before) + paint(text, style))
            owed = after + GAP
        else:
            owed += space + GAP
    # A sparkline may end in days without data.
    return "".join(parts).rstrip()


def _legend(width: int | None, paint: Paint) -> list[str]:
    entries = [f"{icon} {show(band, Unit.BAND)}" for band, icon in BAND_ICONS.items()]
    lines = _joined(entries, "  ", width)
    for entry, band in zip(entries, BAND_ICONS, strict=True):
        lines = [line.replace(entry, paint(entry, BAND_TONES[band])) for line in lines]
    return lines


def _notes(notes: Sequence[str], width: int | None, paint: Paint) -> list[str]:
    lines = []
    for note in notes:
        first, *rest = fold(one_line(note), None if width is None else max(width - 2, 1))
        lines += [paint(f"• {first}", "quiet"), *(paint(f"  {line}", "quiet") for line in rest)]
    return lines


def _joined(parts: Sequence[str], separator: str, width: int | None) -> list[str]:
    """The parts in lines of at most ``width`` cells, broken between parts where possible."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{separator}{part}" if lines else part
        if width is None or measure(longer) <= width:
            lines[-1:] = [longer]
        else:
            lines += fold(part, width)
    return lines


def _plain(text: str, style: str) -> str:
    return text


def _colored(text: str, style: str) -> str:
    return _style(style).render(text, color_system=ColorSystem.STANDARD) if style else text


@lru_cache
def _style(name: str) -> Style:
    return Style.parse(STYLES[name])


@lru_cache
def _folder() -> Console:
    return Console(file=StringIO())
