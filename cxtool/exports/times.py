"""Written and local times as instants, and instants as local times.

A local time that a clock change skips is moved forward, one that it doubles is taken as the
earlier; ``clock_change`` finds both, so that they can be counted.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

ISO_FORMATS = (
    # Fixed ones are read many times faster than those that allow fractions or any offset.
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%+",  # with an offset or Z, with T or a space
    "%Y-%m-%dT%H:%M:%S%.f%#z",  # with an offset of hours alone
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)
CLOCKS = ("", " %H:%M", " %H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p")
DATES = {"day-first": "%d{0}%m{0}", "month-first": "%m{0}%d{0}"}
OFFSETS = ("%+", "%z", "%:z", "%#z", "%SZ")
EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1000}  # format -> microseconds
# Beyond these, other zones and other programs have no such date.
EARLIEST, LATEST = datetime(1, 1, 3), datetime(9999, 12, 29)
THREE_HOURS = pl.duration(hours=3)
SKIPPED, DOUBLED = 1, 2


def formats_in_order(order: str) -> tuple[str, ...]:
    """ISO formats, and dates with the day or the month first: dots, slashes or hyphens.

    Years of two digits go first: ``%Y`` would take 26 for the year 26.

    >>> "%d.%m.%Y %H:%M" in formats_in_order("day-first")
    True
    """

    def formats(year: str) -> list[str]:
        dates = [DATES[order].format(sign) + year for sign in "./-"]
        return [date + clock for date in dates for clock in CLOCKS]

    return (*formats("%y"), *ISO_FORMATS, *formats("%Y"))


def local_day(at: pl.Expr, time_zone: str) -> pl.Expr:
    """The local day number of an instant."""
    return local_time(at, time_zone).dt.date().cast(pl.Int32)


def local_time(at: pl.Expr, time_zone: str) -> pl.Expr:
    """An instant as the naive local time of a zone."""
    if time_zone != "UTC":
        at = at.dt.convert_time_zone(time_zone)
    return at.dt.replace_time_zone(None)


def to_instant(local: pl.Expr, time_zone: str) -> pl.Expr:
    """A local time as a UTC instant. Doubled hours: the earlier; skipped ones: moved forward."""
    if time_zone == "UTC":
        return local.dt.replace_time_zone("UTC")
    exact = _in_zone(local, time_zone)
    # A time that the clock change skips exists under the offset that held three hours before.
    before = _in_zone(local - THREE_HOURS, time_zone)
    return pl.coalesce(exact, before + THREE_HOURS).dt.convert_time_zone("UTC")


def clock_change(local: pl.Expr, time_zone: str) -> pl.Expr:
    """``SKIPPED`` or ``DOUBLED`` where a clock change of the zone does that to a local time."""
    unique = local.dt.replace_time_zone(time_zone, ambiguous="null", non_existent="null")
    exists = _in_zone(local, time_zone)
    kind = pl.when(exists.is_null()).then(pl.lit(SKIPPED, pl.Int8)).otherwise(DOUBLED)
    return pl.when(local.is_not_null() & unique.is_null()).then(kind)


def parse_times(text: pl.Expr, formats: tuple[str, ...], time_zone: str) -> pl.Expr:
    """Text as UTC instants by the first format that fits; null where none does."""
    parsed = [_instants(text, form) for form in formats if _has_offset(form)]
    local = parse_local(text, formats)
    if local is not None:
        parsed.append(to_instant(local, time_zone))
    if not parsed:
        return pl.lit(None, pl.Datetime("us", "UTC"))
    return within_calendar(pl.coalesce(parsed))


def formats_of(texts: pl.Series, formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats that these texts need, each for what none before it fits."""
    needed = []
    left = texts
    for form in formats:
        if left.is_empty():
            break
        fits = left.to_frame("text").select(_instants(pl.col("text"), form)).to_series()
        fits = fits.is_not_null()
        if fits.any():
            needed.append(form)
            left = left.filter(~fits)
    return tuple(needed)


def within_calendar(at: pl.Expr) -> pl.Expr:
    """The instant, null outside the years 1 to 9999."""
    first, last = (pl.lit(bound).cast(pl.Datetime("us", "UTC")) for bound in (EARLIEST, LATEST))
    return pl.when(at.is_between(first, last)).then(at)


def parse_local(text: pl.Expr, formats: tuple[str, ...]) -> pl.Expr | None:
    """Text as naive local times by the formats without an offset; None where there are none."""
    parsed = [
        text.str.to_datetime(_pattern(form), time_unit="us", strict=False)
        for form in formats
        if not _has_offset(form)
    ]
    return pl.coalesce(parsed) if parsed else None


def _instants(text: pl.Expr, form: str) -> pl.Expr:
    """Text as instants by one format, local times as if they were UTC."""
    if form not in EPOCHS:
        return text.str.to_datetime(_pattern(form), time_unit="us", time_zone="UTC", strict=False)
    number = text.cast(pl.Float64, strict=False)
    microseconds = (number * EPOCHS[form]).round().cast(pl.Int64, strict=False)
    return microseconds.cast(pl.Datetime("us", "UTC"))


def _pattern(form: str) -> str:
    """The format in the words of the engine, to which ``%f`` is a number of nanoseconds."""
    return form.replace(".%f", "%.f")


def _has_offset(form: str) -> bool:
    return form in EPOCHS or any(offset in form for offset in OFFSETS)


def _in_zone(local: pl.Expr, time_zone: str) -> pl.Expr:
    return local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
