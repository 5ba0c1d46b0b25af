"""Which fields a table of limited width shows, and how wide each is.

Least important first: the field with the largest ``drop``, and of equal ones the rightmost, goes
until the rest fits with every cell whole; what accompanies a figure goes with it. Where one wide
field took others with it before it went itself, those that fit come back, most important first.
Fields with ``drop`` 0 always stay: where even they do not fit, the widest are narrowed and their
cells fold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from cxtool.render.layout import Field

GAP = 2
NARROWEST = 6


class Fit(Struct, frozen=True):
    """The fields shown, their widths, and the keys of the figures left out, as they stood."""

    fields: tuple[Field, ...]
    widths: tuple[int, ...]
    left_out: tuple[str, ...]


def fit(fields: Sequence[Field], *, width: int | None, measure: Callable[[str], int]) -> Fit:
    """Choose fields for ``width`` cells (None: all of them at their natural widths)."""
    cells = {f.key: max(map(measure, f.texts), default=0) for f in fields}
    words = {f.key: max([cells[f.key], *map(measure, f.label.split())]) for f in fields}
    labels = {f.key: max(cells[f.key], measure(f.label)) for f in fields}
    kept = list(fields) if width is None else _chosen(fields, words, width)
    shown = {field.key for field in kept}
    left_out = tuple(
        f.key for f in fields if f.key not in shown and (f.of is None or f.of in shown)
    )
    if width is None or _total(labels, kept) <= width:
        widths = [labels[field.key] for field in kept]
    else:
        widths = _shared(
            [words[f.key] for f in kept], [labels[f.key] for f in kept], width - _gaps(kept)
        )
    return Fit(tuple(kept), tuple(widths), left_out)


def _chosen(fields: Sequence[Field], widths: dict[str, int], width: int) -> list[Field]:
    kept: list[Field] = list(fields)
    gone: list[Field] = []
    while _total(widths, kept) > width:
        droppable = [(field.drop, place) for place, field in enumerate(kept) if field.drop > 0]
        if not droppable:
            return kept
        victim = kept[max(droppable)[1]]
        leaving = [field for field in kept if field is victim or field.of == victim.key]
        kept = [field for field in kept if field not in leaving]
        gone = [victim, *(field for field in leaving if field is not victim), *gone]
    for field in gone:
        absent = {other.key for other in fields if other not in kept}
        more = [other for other in fields if other in kept or other is field]
        if field.of not in absent and _total(widths, more) <= width:
            kept = more
    return kept


def _total(widths: dict[str, int], fields: Sequence[Field]) -> int:
    return sum(widths[field.key] for field in fields) + _gaps(fields)


def _gaps(fields: Sequence[Field]) -> int:
    return GAP * max(len(fields) - 1, 0)


def _shared(least: list[int], wished: list[int], room: int) -> list[int]:
    """Widths that use the room: spare cells go to headings from the left, a lack is taken from
    the widest."""
    widths = list(least)
    spare = room - sum(widths)
    for place, wish in enumerate(wished):
        more = max(min(wish - widths[place], spare), 0)
        widths[place] += more
        spare -= more
    while spare < 0 and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
        spare += 1
    return widths
