"""Business time: how many milliseconds of opening hours lie between two instants.

Per calendar (the centre's, or a queue's own) a small frame holds for each local day the
milliseconds opened before it and the day's spans as instants. Business time up to an instant x is
then F(x) = opened before its day + the parts of the day's spans before x, and the time between two
instants is F(end) - F(start): a join and a few sums, the same on every engine. Spans are turned
into instants day by day, so days on which the clocks change have their true length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cxtool.config import HoursSettings
from cxtool.errors import UsageError
from cxtool.period import day_number

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import polars as pl

    from cxtool.tables import Frame

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CENTRE = ""
MIDNIGHT = 24 * 60

Spans = tuple[tuple[int, int], ...]  # minutes since local midnight, half-open, in order


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours of one calendar: spans of Monday to Sunday, and the days that are closed."""

    week: tuple[Spans, ...]
    holidays: frozenset[date]

    def spans(self, day: date) -> Spans:
        return () if day in self.holidays else self.week[day.weekday()]


def calendars(hours: HoursSettings) -> dict[str, Calendar]:
    """The centre's calendar under ``CENTRE``, and each queue's own under its name.

    A queue without spans keeps the centre's; its holidays are added to the centre's. Raises
    ``UsageError`` for hours that cannot be read, and where a calendar never opens.

    >>> found = calendars(HoursSettings(spans={"mon": ["09:00-12:00", "13:00-17:00"]}))
    >>> found[CENTRE].spans(date(2026, 5, 18))
    ((540, 720), (780, 1020))
    """
    holidays = _holidays(hours.holidays)
    found = {CENTRE: Calendar(_week(hours.spans, "hours"), holidays)}
    for queue, own in hours.queues.items():
        spans = _week(own.spans or hours.spans, f"hours.queues.{queue}")
        found[queue] = Calendar(spans, holidays | _holidays(own.holidays))
    return found


def opening_days(
    hours: HoursSettings, *, time_zone: str, first: date, last: date, as_of_ms: int
) -> pl.DataFrame:
    """One row per calendar and local day of ``first`` to ``last``, both included.

    Columns: ``business_calendar``, ``cal_d`` (day number), ``opened_ms`` (opened from ``first`` to
    the start of the day), ``open_as_of_ms`` (the same up to the as-of moment), and for each span
    k of a day ``from_k``, ``to_k`` in epoch milliseconds (0 to 0: no such span).
    """
    import polars as pl

    found = calendars(hours)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    zone = ZoneInfo(hours.time_zone or time_zone)
    width = max(len(spans) for calendar in found.values() for spans in calendar.week)
    rows = []
    for name, calendar in found.items():
        opened = [_instants(day, calendar.spans(day), zone) for day in days]
        as_of = sum(_before(as_of_ms, spans) for spans in opened)
        before = 0
        for day, spans in zip(days, opened, strict=True):
            edges = [edge for span in spans for edge in span]
            padded = edges + [0] * (2 * width - len(edges))
            rows.append((name, day_number(day), before, as_of, *padded))
            before += sum(end - start for start, end in spans)
    edge_names = [f"{side}_{k}" for k in range(width) for side in ("from", "to")]
    names = ["business_calendar", "cal_d", "opened_ms", "open_as_of_ms", *edge_names]
    schema = dict.fromkeys(names, pl.Int64()) | {
        "business_calendar": pl.String(),
        "cal_d": pl.Int32(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def with_business_ms(cases: Frame, opened: pl.DataFrame) -> Frame:
    """Add ``business_ms`` (start to first response) and ``business_waited_ms`` (start to as-of).

    ``opened`` is from ``opening_days``. ``business_ms`` is null without a first response; a
    response after the last day of ``opened`` counts as given on that day. Needs ``queue``,
    ``started_ms``, ``first_response_ms``, ``started_cal_d`` and ``responded_cal_d``.
    """
    import narwhals.stable.v2 as nw

    queues = [
        name for name in opened["business_calendar"].unique().sort().to_list() if name != CENTRE
    ]
    last = int(opened.select("cal_d").max().item())
    edges = [name for name in opened.columns if name.startswith(("from_", "to_"))]
    joined = cases.with_columns(
        nw.when(nw.col("queue").is_in(queues))
        .then(nw.col("queue"))
        .otherwise(nw.lit(CENTRE))
        .alias("business_calendar"),
        nw.when(nw.col("responded_cal_d") > last)
        .then(nw.lit(last))
        .otherwise(nw.col("responded_cal_d"))
        .cast(nw.Int32)
        .alias("responded_cal_d"),
        (nw.col("started_ms") + nw.col("first_response_ms")).alias("responded_ms"),
    )
    for moment in ("started", "responded"):
        days = opened.rename({n: f"{moment}_{n}" for n in (*edges, "opened_ms", "cal_d")})
        if moment == "responded":
            days = days.drop("open_as_of_ms")
        joined = joined.join(
            beside(cases, days), on=["business_calendar", f"{moment}_cal_d"], how="left"
        ).with_columns(_up_to(moment, spans_n=len(edges) // 2).alias(f"{moment}_open_ms"))
    return joined.with_columns(
        (nw.col("responded_open_ms") - nw.col("started_open_ms")).alias("business_ms"),
        (nw.col("open_as_of_ms") - nw.col("started_open_ms")).alias("business_waited_ms"),
    ).select(*cases.collect_schema().names(), "business_ms", "business_waited_ms")


def beside(frame: Frame, small: pl.DataFrame) -> Frame:
    """A small Polars frame as a lazy frame of the engine that holds ``frame``, to join with."""
    import narwhals.stable.v2 as nw

    if frame.implementation.is_spark_like():
        session = frame.to_native().sparkSession
        spark: Frame = nw.from_native(session.createDataFrame(small.to_arrow()))
        return spark
    return nw.from_native(small.lazy())


def _up_to(moment: str, *, spans_n: int) -> nw.Expr:
    """F of an instant: opened before its day, and the parts of its day's spans before it."""
    import narwhals.stable.v2 as nw

    instant = nw.col(f"{moment}_ms")
    total = nw.col(f"{moment}_opened_ms")
    for k in range(spans_n):
        start, end = nw.col(f"{moment}_from_{k}"), nw.col(f"{moment}_to_{k}")
        inside = nw.when(instant >= end).then(end - start).otherwise(instant - start)
        total = total + nw.when(instant <= start).then(nw.lit(0)).otherwise(inside)
    return total


def _before(instant_ms: int, spans: list[tuple[int, int]]) -> int:
    return sum(min(max(instant_ms - start, 0), end - start) for start, end in spans)


def _instants(day: date, spans: Spans, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Spans as instants. An edge that the clocks skip moves forward, a doubled one is the first."""
    edges = [(_instant(day, start, zone), _instant(day, end, zone)) for start, end in spans]
    return [(start, max(start, end)) for start, end in edges]


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    if minute == MIDNIGHT:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return int(local.timestamp()) * 1000


def _week(spans: dict[str, list[str]], where: str) -> tuple[Spans, ...]:
    unknown = sorted(set(spans) - set(WEEKDAYS))
    if unknown:
        raise UsageError(
            f"[{where}] names an unknown weekday '{unknown[0]}'",
            hint="weekdays: " + ", ".join(WEEKDAYS),
        )
    week = tuple(_spans(spans.get(day, []), f"{where}: {day}") for day in WEEKDAYS)
    if not any(week):
        raise UsageError(
            f"[{where}] has no opening hours, so no business time ever passes",
            hint='write for example: [hours.spans] mon = ["09:00-17:00"]',
        )
    return week


def _spans(texts: list[str], where: str) -> Spans:
    spans = tuple(sorted(_span(text, where) for text in texts))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise UsageError(f"[{where}] has spans that overlap: {', '.join(texts)}")
    return spans


def _span(text: str, where: str) -> tuple[int, int]:
    try:
        start, end = (_minute(part) for part in text.split("-"))
    except ValueError:
        start = end = 0
    if start >= end:
        raise UsageError(
            f"[{where}] '{text}' is not a span of opening hours",
            hint="write HH:MM-HH:MM within one day, 24:00 at the latest",
        )
    return start, end


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    minute = int(hours) * 60 + int(minutes)
    if not (0 <= int(minutes) < 60 and 0 <= minute <= MIDNIGHT):
        raise ValueError(text)
    return minute


def _holidays(days: list[str]) -> frozenset[date]:
    found = set()
    for day in days:
        try:
            found.add(date.fromisoformat(day))
        except ValueError:
            raise UsageError(
                f"[hours] '{day}' is not a holiday's date", hint="write YYYY-MM-DD"
            ) from None
    return frozenset(found)
