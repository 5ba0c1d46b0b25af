"""Business time: how many milliseconds of opening hours lie between two instants.

Per calendar (the centre's, or a queue's own) a small frame holds for each local day the
milliseconds opened before it and the day's spans as instants. Business time up to an instant x is
then F(x) = opened before its day + the parts of the day's spans before x, and the time between two
instants is F(end) - F(start): a join and a few sums, the same on every engine. Spans are turned
into instants day by day, so days on which the clocks change have their true length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from cxtool.config import HoursSettings
from cxtool.errors import UsageError
from cxtool.joining import beside
from cxtool.period import day_number
from cxtool.setting_types import WEEKDAYS, parse_spans

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import polars as pl

    from cxtool.tables import Frame

CENTRE = ""
DAY_S = 24 * 3600
ADDED = ("business_ms", "business_waited_ms")

Spans = tuple[tuple[int, int], ...]  # seconds since local midnight, half-open, in order


class Calendar(Struct, frozen=True):
    """Opening hours of one calendar: spans of Monday to Sunday, and the days that are closed."""

    week: tuple[Spans, ...]
    holidays: frozenset[date]

    def spans(self, day: date) -> Spans:
        return () if day in self.holidays else self.week[day.weekday()]


def calendars(hours: HoursSettings) -> dict[str, Calendar]:
    """The centre's calendar under ``CENTRE``, and each queue's own under its name.

    A queue without spans keeps the centre's; its holidays are added to the centre's. Raises
    ``UsageError`` where a calendar never opens.

    >>> found = calendars(HoursSettings(spans={"mon": ["09:00-12:00", "13:00-17:00"]}))
    >>> found[CENTRE].spans(date(2026, 5, 18))
    ((32400, 43200), (46800, 61200))
    """
    holidays = _days(hours.holidays)
    found = {CENTRE: Calendar(_week(hours.spans, "hours"), holidays)}
    for queue, own in hours.queues.items():
        spans = _week(own.spans or hours.spans, f"hours.queues.{queue}")
        found[queue] = Calendar(spans, holidays | _days(own.holidays))
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
    names = cases.collect_schema().names()
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
    ).select(*(name for name in names if name not in ADDED), *ADDED)


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


def _instant(day: date, second: int, zone: ZoneInfo) -> int:
    days, second = divmod(second, DAY_S)
    local = datetime.combine(day + timedelta(days=days), time.min, tzinfo=zone)
    # Wall-clock arithmetic: the second of the day by the clock, however long the day is.
    return int((local + timedelta(seconds=second)).timestamp()) * 1000


def _week(spans: Mapping[str, list[str]], where: str) -> tuple[Spans, ...]:
    week = tuple(parse_spans(spans.get(day, [])) for day in WEEKDAYS)
    if not any(week):
        raise UsageError(
            f"[{where}] has no opening hours, so no business time ever passes",
            hint='write them as: [hours.spans], then mon = ["09:00-17:00"] and so on',
        )
    return week


def _days(texts: Sequence[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
