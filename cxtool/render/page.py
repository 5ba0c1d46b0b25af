"""What a page shows: its head, its sections as tiles, charts and tables, and what explains them.

Templates get this and nothing else, so they know no report, frame or figure, only words. A section
of one row becomes tiles where it is made of figures; any other is a table.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from markupsafe import Markup
from msgspec import Struct

from cxtool import __version__
from cxtool.definitions import Card, cards_of
from cxtool.render import RenderOptions, sections_of
from cxtool.render.charts import svg
from cxtool.render.layout import chance_note, lay_out
from cxtool.render.page_head import Fact, head_facts, quality_facts
from cxtool.render.page_mark import mark_of
from cxtool.render.page_table import Table, table_of, upright_table
from cxtool.render.page_tiles import Tiles, is_tiled, tiles_of
from cxtool.render.safe import one_line
from cxtool.render.tones import BAND_ICONS
from cxtool.report import Report, Section
from cxtool.units import Unit, show

LANGUAGE = "en"
CHART_WIDTH = 880  # pixels, about what a page has on a screen


class Figure(Struct, frozen=True, kw_only=True):
    """A chart, drawn, and what it shows in words."""

    caption: str
    svg: Markup


class Band(Struct, frozen=True, kw_only=True):
    """An entry of the legend of bands."""

    name: str
    icon: str
    words: str


class Block(Struct, frozen=True, kw_only=True):
    """One section as a page shows it; ``tiles`` or ``table`` is None."""

    anchor: str
    title: str
    rows_n: int
    figures: tuple[Figure, ...]
    tiles: Tiles | None
    table: Table | None
    bands: tuple[Band, ...]
    folded: bool
    notes: tuple[str, ...]


class Page(Struct, frozen=True, kw_only=True):
    """Everything that the templates show."""

    language: str
    version: str
    title: str
    facts: tuple[Fact, ...]
    quality: tuple[Fact, ...]
    set_aside_n: int
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]
    cards: tuple[Card, ...]
    command: str | None
    mark: str


def page_of(report: Report, options: RenderOptions) -> Page:
    """The page of a report, or of only ``options.section`` of it."""
    sections = sections_of(report, options)
    anchors = anchors_of(section.id for section in sections)
    chance = chance_note(sections)
    return Page(
        language=LANGUAGE,
        version=__version__,
        title=one_line(options.title or report.title),
        facts=head_facts(report, options.generated_at) if options.header else (),
        quality=quality_facts(report.source),
        set_aside_n=report.source.rows_set_aside,
        blocks=tuple(
            _block(section, anchor, report, options)
            for section, anchor in zip(sections, anchors, strict=True)
        ),
        notes=tuple(map(one_line, (chance, *report.notes) if chance else report.notes)),
        cards=cards_of(_shown_keys(sections), report.report, [section.id for section in sections]),
        command=None if options.command is None else one_line(options.command),
        mark=mark_of(report),
    )


def anchors_of(ids: Iterable[str]) -> tuple[str, ...]:
    """A fragment for each section id; what a fragment cannot hold becomes a dash.

    >>> anchors_of(["summary", "by_Größe", "by_Grö e"])
    ('summary', 'by_Gr-e', 'by_Gr-e-2')
    """
    taken: dict[str, None] = {}
    for section_id in ids:
        plain = anchor = re.sub(r"[^A-Za-z0-9_-]+", "-", section_id)
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{plain}-{number}"
        taken[anchor] = None
    return tuple(taken)


def _block(section: Section, anchor: str, report: Report, options: RenderOptions) -> Block:
    tiled = is_tiled(section)
    # A list of files stays a list where it has one row; what leads nowhere is set upright.
    leads = any(column.unit is Unit.LINK for column in section.columns)
    table: Table | None = None
    if section.rows.height == 1 and not tiled and not leads:
        upright = lay_out(section, time_zone=report.time_zone, options=options)
        table = upright_table(upright, caption=section.title)
    elif not tiled:
        table = table_of(section, report.time_zone, options, more=_more(section, options))
    return Block(
        anchor=anchor,
        title=one_line(section.title),
        rows_n=section.rows_n,
        figures=_figures(section, anchor, report.time_zone),
        tiles=tiles_of(section, report.time_zone, options) if tiled else None,
        table=table,
        bands=_bands() if any(c.unit in (Unit.BAND, Unit.INDEX) for c in section.columns) else (),
        folded=section.folded,
        notes=tuple(map(one_line, section.notes)),
    )


def _figures(section: Section, anchor: str, time_zone: str) -> tuple[Figure, ...]:
    drawn = (
        (
            chart.title,
            svg(
                chart,
                section,
                time_zone=time_zone,
                ident=f"{anchor}-{number}",
                width=CHART_WIDTH,
            ),
        )
        for number, chart in enumerate(section.charts, start=1)
    )
    return tuple(Figure(caption=one_line(title), svg=Markup(text)) for title, text in drawn if text)


def _bands() -> tuple[Band, ...]:
    return tuple(
        Band(name=name, icon=icon, words=show(name, Unit.BAND)) for name, icon in BAND_ICONS.items()
    )


def _more(section: Section, options: RenderOptions) -> str | None:
    """The command that gives every row of a section."""
    if options.command is None:
        return None
    wanted = ["--section", section.id, "-f", "csv", "-o", f"{section.id}.csv"]
    return one_line(f"{options.command} {shlex.join(wanted)}")


def _shown_keys(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield from (column.key for column in section.columns if column.role == "value")
