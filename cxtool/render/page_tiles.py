"""A section of one row as tiles: figures with a trend large, the rest of them small."""

from __future__ import annotations

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from cxtool.render import RenderOptions
from cxtool.render.layout import Field, fields_of
from cxtool.render.page_spark import spark
from cxtool.render.page_words import Trend, trend_of
from cxtool.render.tones import BAND_ICONS
from cxtool.report import Role, Section
from cxtool.units import MISSING, NUMERIC, Unit, show

# (key of a figure, "n", "change", ...) -> what accompanies it
Beside = dict[tuple[str | None, Role], Field]


class Tile(Struct, frozen=True, kw_only=True):
    """One figure; ``key`` and ``value`` say it raw, empty where it is unknown."""

    key: str
    label: str
    figure: str
    value: str
    n: str
    interval: str
    before: str
    trend: Trend | None
    spark: Markup | None
    band: str
    band_icon: str
    band_words: str

    @property
    def telling(self) -> bool:
        """Whether there is a trend or a course to show."""
        return self.trend is not None or self.spark is not None


class Tiles(Struct, frozen=True, kw_only=True):
    """The tiles of a section, the large ones first, and what is not a figure, in words."""

    large: tuple[Tile, ...]
    small: tuple[Tile, ...]
    words: tuple[tuple[str, str], ...]


def is_tiled(section: Section) -> bool:
    """Whether a section is one row of figures, with at most one word among them, and no link."""
    values = [column.unit for column in section.columns if column.of is None]
    words = [unit for unit in values if unit not in NUMERIC]
    return (
        section.rows.height == 1
        and len(words) <= min(1, len(values) - 1)
        and Unit.LINK not in words
    )


def tiles_of(section: Section, time_zone: str, options: RenderOptions) -> Tiles:
    """The tiles of a section of one row."""
    options = replace(options, verbose=True)
    fields = fields_of(section, time_zone=time_zone, options=options)
    keys = {field.key for field in fields}
    beside: Beside = {(f.of, f.role): f for f in fields if f.of in keys}
    figures = [f for f in fields if f.unit in NUMERIC and (f.of, f.role) not in beside]
    tiles = tuple(_tile(field, beside) for field in figures)
    large = tuple(tile for tile in tiles if tile.telling)
    # A few small ones would be lost beneath a wall of large ones.
    if len(tiles) < 2 * len(large):
        large = tiles
    return Tiles(
        large=large,
        small=tuple(tile for tile in tiles if tile not in large),
        words=tuple(
            (field.label, field.texts[0])
            for field in fields
            if field.role == "value" and field.unit not in NUMERIC
        ),
    )


def _tile(field: Field, beside: Beside) -> Tile:
    parts = field.parts
    assert parts is not None
    change, course = beside.get((field.key, "change")), beside.get((field.key, "series"))
    band = parts.words[0]
    value = parts.values[0]
    return Tile(
        key=field.key,
        label=field.label,
        figure=parts.figures[0],
        value="" if value is None else repr(value),
        n=_text(beside.get((field.key, "n"))),
        interval=parts.details[0],
        before=_text(beside.get((field.key, "previous"))),
        trend=trend_of(change) if change else None,
        spark=spark(course.parts.values[0], field.unit) if course and course.parts else None,
        band=band or "",
        band_icon=BAND_ICONS.get(band, ""),
        band_words=show(band, Unit.BAND) if band else "",
    )


def _text(field: Field | None) -> str:
    """The text of what accompanies a figure, empty where there is none."""
    return "" if field is None or field.texts[0] == MISSING else field.texts[0]
