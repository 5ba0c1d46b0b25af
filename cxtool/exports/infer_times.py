"""How the times of a column are written, from all of its values.

Where days and months could change places the order is taken only from proof: a number over 12. It
is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from msgspec import Struct

from cxtool.errors import CxtoolError, UsageError
from cxtool.exports.infer_look import File, shown
from cxtool.exports.infer_shapes import Shape, reduced, shape_of
from cxtool.exports.layout import ROW

DateOrder = Literal["day-first", "month-first", "year-first"]

EPOCH_S = (631_152_000.0, 4_102_444_800.0)  # 1990 to 2100
WHOLE = r"^\d+(?:\.0+)?$"
BUDDHIST = 2400  # years of the Thai calendar are 543 ahead
MANY_SHAPES = 200
DIRECTIVES: dict[DateOrder, tuple[str, str, str]] = {
    "day-first": ("%d", "%m", "%Y"),
    "month-first": ("%m", "%d", "%Y"),
    "year-first": ("%Y", "%m", "%d"),
}


class Times(Struct, frozen=True, kw_only=True):
    """How a column's times are written. No formats: as ISO 8601 has them."""

    formats: tuple[str, ...]
    evidence: tuple[str, ...]
    has_clock: bool = True
    time_zone: str | None = None


class Written(Struct, frozen=True):
    """The values of one shape: how many, one of them, and the extremes of their numbers."""

    shape: Shape | None
    facts: Mapping[str, Any]

    @property
    def rows_n(self) -> int:
        return int(self.facts["rows_n"])


def times(file: File, columns: Sequence[str], order: DateOrder | None) -> Times | None:
    """The formats of one column, or of a date and a time column read together.

    None where most values are no times. Raises UsageError where several orders of day and month
    fit, or where the ``order`` that the user names does not; CxtoolError where no order fits, or
    for years of another calendar.
    """
    if len(columns) == 1 and (since_1970 := _epoch(file, columns[0])) is not None:
        return since_1970
    written = _written(file, columns)
    known = [values for values in written if values.shape is not None]
    if sum(v.rows_n for v in known) * 2 <= sum(v.rows_n for v in written):
        return None
    proofs: dict[str, None] = {}
    patterns: dict[str, None] = {}
    directives: dict[str, tuple[str, str, str]] = {}
    for values in known:
        shape = values.shape
        assert shape is not None
        if shape.date not in directives:
            pool = [v for v in known if v.shape is not None and v.shape.date == shape.date]
            directives[shape.date], proof = _order(file, columns, shape, pool, order)
            proofs[proof] = None
        patterns[shape.pattern(directives[shape.date])] = None
    shapes = [values.shape for values in known if values.shape is not None]
    has_clock = any(shape.has_clock for shape in shapes)
    evidence = list(proofs)
    if not has_clock:
        evidence.append("no time of day: every row starts at midnight")
    others = [values for values in written if values.shape is None]
    if others:
        unread = sum(values.rows_n for values in others)
        evidence.append(f"{unread:,} rows have no such time: '{shown(others[0].facts['example'])}'")
    return Times(
        formats=() if all(shape.is_iso for shape in shapes) else tuple(patterns),
        evidence=tuple(evidence),
        has_clock=has_clock,
        time_zone="UTC" if all(shape.is_utc for shape in shapes) else None,
    )


def _epoch(file: File, column: str) -> Times | None:
    """Seconds or milliseconds since 1970, by the size of all values."""
    value = file.texts([column])
    number = value.cast(pl.Float64, strict=False)
    found = file.query(
        is_whole=value.str.contains(WHOLE).all(), low=number.min(), high=number.max()
    )
    low, high = found["low"], found["high"]
    if not found["is_whole"] or low is None:
        return None
    for form, factor, unit in (("epoch", 1, "seconds"), ("epoch_ms", 1000, "milliseconds")):
        if EPOCH_S[0] * factor <= low and high < EPOCH_S[1] * factor:
            said = f"{unit} since 1970 by their size, {low:.0f} to {high:.0f}"
            return Times(formats=(form,), evidence=(said,))
    return None


def _written(file: File, columns: Sequence[str]) -> list[Written]:
    """The shapes of all values, most frequent first."""
    value = file.texts(columns)
    numbers = value.str.extract_groups(r"^(\d+)\D+(\d+)\D+(\d+)").struct
    parts = {f"n{key}": numbers.field(key).cast(pl.Int64, strict=False) for key in "123"}
    found = (
        file.raw.frame.select(ROW, value.alias("text"), shape=reduced(value), **parts)
        .filter(pl.col("text").is_not_null())
        .group_by("shape")
        .agg(
            pl.len().alias("rows_n"),
            pl.col("text").min().alias("example"),
            pl.col("n1", "n2", "n3").max().name.prefix("most_"),
            pl.col("n1", "n2", "n3").min().name.prefix("least_"),
            pl.col("n1", "n3").n_unique().name.prefix("different_"),
            *[
                pl.col(ROW).filter(pl.col(n) > limit).min().alias(f"{n}_over_{limit}")
                for n, limit in (("n1", 12), ("n2", 12), ("n1", 31), ("n3", 31))
            ],
        )
        .sort("rows_n", "shape", descending=[True, False])
        .head(MANY_SHAPES)
        .collect(engine="streaming")
    )
    return [Written(shape_of(row["shape"]), row) for row in found.iter_rows(named=True)]


def _order(
    file: File,
    columns: Sequence[str],
    shape: Shape,
    pool: Sequence[Written],
    order: DateOrder | None,
) -> tuple[tuple[str, str, str], str]:
    """The directives of the three parts of a date, and what proves them."""
    found = shape.found
    if found["compact"]:
        return ("", "", ""), "year, month and day without separators"
    label = f"{file.name}: column {' + '.join(repr(name) for name in columns)}"
    example = shown(str(pool[0].facts["example"]))
    if found["a"] == "Q":
        raise _foreign_calendar(label, example, "the Minguo calendar (1911 years behind)")
    year = "%Y" if "Y" in (found["a"], found["c"]) else "%y"
    if "B" in (found["a"], found["b"]):
        if found["a"] == "B":
            return ("%b", "%d", year), "months by name"
        first, last = ("%Y", "%d") if found["a"] == "Y" else ("%d", year)
        return (first, "%b", last), "months by name"
    position = "n1" if found["a"] == "Y" else "n3"
    if year == "%Y" and min(v.facts[f"least_{position}"] for v in pool) >= BUDDHIST:
        raise _foreign_calendar(label, example, "the Buddhist calendar (543 years ahead)")
    if found["a"] == "Y":
        if (row := _first(pool, "n2_over_12")) is not None:
            raise CxtoolError(f"{label}: {_quoted(file, columns, row)}, which has no such month")
        return DIRECTIVES["year-first"], "year first" + (" (ISO 8601)" if shape.is_iso else "")
    chosen, proof = _proved(file, columns, label, pool, order, short_year=year == "%y")
    return _with_year(DIRECTIVES[chosen], year), proof


def _proved(
    file: File,
    columns: Sequence[str],
    label: str,
    pool: Sequence[Written],
    order: DateOrder | None,
    *,
    short_year: bool,
) -> tuple[DateOrder, str]:
    """The one order that fits every value, and the value that proves it."""
    fitting = _fitting(pool, short_year=short_year)
    rows = [_first(pool, key) for key in ("n1_over_31", "n1_over_12", "n2_over_12", "n3_over_31")]
    proofs = [_quoted(file, columns, row) for row in rows if row is not None]
    if len(fitting) == 1 and order in (None, fitting[0]):
        said = fitting[0].replace("-", " ")
        return fitting[0], f"{said}: {proofs[0]}" if proofs else f"{said}: years are few, days many"
    if order is not None and (order in fitting or not fitting):
        return order, f"{order.replace('-', ' ')}, as --date-order says"
    if order is not None:
        raise UsageError(f"--date-order {order} does not fit {label}: {proofs[0]}")
    if not fitting:
        raise CxtoolError(
            f"{label}: no order of day and month fits every date: " + ", but ".join(proofs[:2]),
            hint="read the most of them with --date-order day-first|month-first",
        )
    raise UsageError(
        f"{label}: {' and '.join(fitting)} fit every date alike, such as"
        f" '{shown(str(pool[0].facts['example']))}'",
        hint=f"say which with --date-order {'|'.join(fitting)}",
    )


def _fitting(pool: Sequence[Written], *, short_year: bool) -> list[DateOrder]:
    """The orders under which every value is a date."""
    most = {n: max(values.facts[f"most_{n}"] for values in pool) for n in ("n1", "n2", "n3")}
    different = {n: max(values.facts[f"different_{n}"] for values in pool) for n in ("n1", "n3")}
    year_last = not short_year or most["n3"] > 31 or different["n3"] <= different["n1"]
    year_first = short_year and (most["n1"] > 31 or different["n1"] <= different["n3"])
    fits: dict[DateOrder, bool] = {
        "day-first": year_last and most["n1"] <= 31 and most["n2"] <= 12,
        "month-first": year_last and most["n1"] <= 12 and most["n2"] <= 31,
        "year-first": year_first and most["n2"] <= 12 and most["n3"] <= 31,
    }
    return [name for name, fit in fits.items() if fit]


def _first(pool: Sequence[Written], key: str) -> int | None:
    return min((v.facts[key] for v in pool if v.facts[key] is not None), default=None)


def _quoted(file: File, columns: Sequence[str], row: int) -> str:
    """The value of a record, with its line."""
    value = file.raw.frame.filter(pl.col(ROW) == row).select(file.texts(columns)).collect().item()
    return f"line {file.line(row):,} has '{shown(value)}'"


def _with_year(directives: tuple[str, str, str], year: str) -> tuple[str, str, str]:
    first, second, third = (year if part == "%Y" else part for part in directives)
    return first, second, third


def _foreign_calendar(label: str, example: str, calendar: str) -> CxtoolError:
    return CxtoolError(
        f"{label}: '{example}' is a date of {calendar}, which cannot be read",
        hint="export the dates with years of the common era",
    )
