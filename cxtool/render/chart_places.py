"""The places along an axis: in which order they stand, how far apart, and which are labelled.

Days, times and numbers stand in their own order and at their own distance; anything else stands as
the rows come. A day or interval that the rows leave out of a regular course has its place too, so
that a gap in the data is a gap in the picture. Days and times are named in the report's own zone
here, since a drawing library would take the zone of the machine.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from msgspec import Struct

from cxtool.render.chart_words import clock, day, shortened, width_of, words
from cxtool.units import Unit

MOST_PLACES = 2_000  # as many as a regular course is filled up to
GAP = 10  # pixels between two labels
LEAST_NAME = 58  # pixels in which the beginning of a name still says something
DAYS_WITHOUT_YEAR = 300
DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
TIME_STEPS_S = (900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200)


class Place(Struct, frozen=True):
    """One place: its value, where it stands (in days, seconds or by count), and its words."""

    value: Any
    at: float
    text: str


class Label(Struct, frozen=True):
    """Words at a pixel of an axis; ``full`` where they are but the beginning."""

    x: float
    text: str
    full: str = ""


def spot(value: Any) -> Hashable:
    """What tells a value's place from others: two times an hour apart stay two when clocks go back.

    >>> spot("chat"), spot(["a", "b"])
    ('chat', "['a', 'b']")
    """
    if isinstance(value, datetime):
        return value.timestamp()
    return value if isinstance(value, Hashable) else str(value)


def places(values: Iterable[Any], unit: Unit) -> dict[Hashable, Place]:
    """Every place that the values name, in order, by its ``spot``.

    >>> [p.text for p in places([date(2026, 6, 3), date(2026, 6, 1)], Unit.DATE).values()]
    ['Jun 1', 'Jun 3']
    >>> [place.text for place in places(["voice", "chat", "voice"], Unit.TEXT).values()]
    ['voice', 'chat']
    """
    named = {spot(value): value for value in values}
    known = [value for value in named.values() if value is not None]
    if not known or not all(isinstance(value, (date, int, float)) for value in known):
        return {
            key: Place(value, float(number), words(value, unit))
            for number, (key, value) in enumerate(named.items())
        }
    if not isinstance(known[0], date):
        return {value: Place(value, float(value), words(value, unit)) for value in sorted(known)}
    course = _filled(known)
    several = len({when.year for when in course}) > 1
    return {
        spot(when): Place(
            when, _moment(when), words(when, unit) + (f" {when.year}" if several else "")
        )
        for when in course
    }


def labels(course: Sequence[Place], pixels: Sequence[float], apart: float) -> list[Label]:
    """Which places are labelled, and how.

    All, if their words fit; of names that are too long a beginning, where that still says
    something; else as many as stand clear of each other, evenly chosen.
    """
    texts = [place.text for place in course]
    named = not any(isinstance(place.value, (date, int, float)) for place in course)
    if named and (apart >= LEAST_NAME or all(width_of(text) <= apart - 4 for text in texts)):
        short = [shortened(text, apart - 4) for text in texts]
        return [
            Label(x, text, name * (name != text))
            for x, text, name in zip(pixels, short, texts, strict=True)
        ]
    for chosen in _choices(course):
        found = [Label(pixels[number], text) for number, text in chosen]
        if _fits(found):
            return found
    return [Label(pixels[0], texts[0])]


def _filled(known: list[Any]) -> list[Any]:
    zone = known[0].tzinfo if isinstance(known[0], datetime) else None
    # Clocks that jump would bend a course of local times.
    course = sorted(when.astimezone(UTC) if zone else when for when in known)
    filled = _without_gaps(course)
    return [when.astimezone(zone) for when in filled] if zone else filled


def _without_gaps(course: list[Any]) -> list[Any]:
    steps = [after - before for before, after in pairwise(course)]
    if not steps:
        return course
    step = min(steps)
    n = (course[-1] - course[0]) // step + 1
    if n > MOST_PLACES or any(other % step != timedelta() for other in steps):
        return course
    return [course[0] + number * step for number in range(n)]


def _moment(when: date) -> float:
    return when.timestamp() if isinstance(when, datetime) else float(when.toordinal())


def _choices(course: Sequence[Place]) -> Iterable[list[tuple[int, str]]]:
    first = course[0].value
    if isinstance(first, datetime):
        yield from _time_choices(course)
    dated = type(first) is date
    # Over a year or so, a day's name needs its year.
    bare = dated and course[-1].at - course[0].at <= DAYS_WITHOUT_YEAR
    short = [day(place.value) if bare else place.text for place in course]
    daily = dated and len(course) > 1 and course[1].at - course[0].at == 1
    for step in DAY_STEPS if daily else range(1, len(course)):
        yield [(number, short[number]) for number in range(0, len(course), step)]


def _time_choices(course: Sequence[Place]) -> Iterable[list[tuple[int, str]]]:
    one_day = len({place.value.date() for place in course}) == 1
    for step_s in TIME_STEPS_S:
        chosen = [
            (number, clock(place.value) if one_day or _second(place) else day(place.value))
            for number, place in enumerate(course)
            if _second(place) % step_s == 0
        ]
        if len(chosen) > 1:
            yield chosen
    midnights = [number for number, place in enumerate(course) if _second(place) == 0]
    for step in DAY_STEPS if len(midnights) > 1 else ():
        yield [(number, day(course[number].value)) for number in midnights[::step]]


def _second(place: Place) -> int:
    when: datetime = place.value
    return when.hour * 3_600 + when.minute * 60 + when.second


def _fits(chosen: Sequence[Label]) -> bool:
    return all(
        label.x + width_of(label.text) / 2 + GAP <= after.x - width_of(after.text) / 2
        for label, after in pairwise(chosen)
    )
