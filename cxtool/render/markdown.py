"""Markdown: the report as GitHub tables, with the same words as the terminal table, uncut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cxtool.render import RenderOptions, sections_of
from cxtool.render.head import SEPARATOR, head_facts
from cxtool.render.layout import Field, chance_note, has_icons, lay_out
from cxtool.render.safe import one_line
from cxtool.render.tones import BAND_ICONS
from cxtool.report import Report, Section
from cxtool.units import Unit, show

_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(report: Report, options: RenderOptions) -> str:
    """The report, or only ``options.section`` of it, as Markdown."""
    return "\n".join(_lines(report, options)) + "\n"


def escaped(text: str) -> str:
    """The text as Markdown that shows exactly it.

    >>> escaped("a|b <i> *c*")
    'a\\\\|b &lt;i&gt; \\\\*c\\\\*'
    """
    return _SPECIAL.sub(r"\\\g<0>", one_line(text).translate(_HTML))


def _lines(report: Report, options: RenderOptions) -> Iterator[str]:
    if options.header:
        yield f"# {escaped(report.title)}"
        yield ""
        yield escaped(SEPARATOR.join(head_facts(report)))
        yield ""
    sections = sections_of(report, options)
    for place, section in enumerate(sections):
        if place:
            yield ""
        yield from _section(section, report.time_zone, options)
    chance = chance_note(sections)
    yield from _notes((chance, *report.notes) if chance else report.notes)


def _section(section: Section, time_zone: str, options: RenderOptions) -> Iterator[str]:
    yield f"## {escaped(section.title)}"
    yield ""
    if section.rows.is_empty():
        yield "no rows"
    else:
        yield from _table(lay_out(section, time_zone=time_zone, options=options))
        if has_icons(section, options):
            yield ""
            yield SEPARATOR.join(f"{i} {show(band, Unit.BAND)}" for band, i in BAND_ICONS.items())
    yield from _notes(section.notes)


def _table(fields: tuple[Field, ...]) -> Iterator[str]:
    yield _row(field.label for field in fields)
    yield "| " + " | ".join("---:" if field.right else ":---" for field in fields) + " |"
    for texts in zip(*(field.texts for field in fields), strict=True):
        yield _row(texts)


def _row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(map(escaped, texts)) + " |"


def _notes(notes: Iterable[str]) -> Iterator[str]:
    for place, note in enumerate(notes):
        if not place:
            yield ""
        yield f"- {escaped(note)}"
