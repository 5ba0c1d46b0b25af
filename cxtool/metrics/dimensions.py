"""What figures can be broken down by: the named dimensions, and any text column of the cases.

A dimension groups by a raw value that every engine computes alike (day numbers, not dates); what
people see of it (``2026-05-18``, ``2026-W21``, ``Mon``) is made of the few collected rows. A list
(labels, tags, skills) is taken apart: a case with two labels counts under both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.errors import UsageError, nearest
from cxtool.report import Column
from cxtool.tables import Frame
from cxtool.units import Unit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _unchanged(raw: pl.Expr) -> pl.Expr:
    return raw


class Dimension(Struct, frozen=True, kw_only=True):
    """One dimension. ``key`` names its column in reports; ``source`` is the column it reads.

    ``by_position``: its values never recur, so a compared period is matched by position (its
    third day with the third day). ``in_time``: rows go in time order, not by size.
    """

    key: str
    label: str
    source: str
    group: nw.Expr
    show: Callable[[pl.Expr], pl.Expr] = _unchanged
    unit: Unit = Unit.TEXT
    is_list: bool = False
    in_time: bool = False
    by_position: bool = False

    @property
    def column(self) -> Column:
        return Column(key=self.key, label=self.label, unit=self.unit, drop=0)


def _week(raw: pl.Expr) -> pl.Expr:
    # Weeks are counted from the Monday before 1970-01-01, a Thursday.
    return (raw * 7 - 3).cast(pl.Int32).cast(pl.Date).dt.strftime("%G-W%V")


def _weekday(raw: pl.Expr) -> pl.Expr:
    return raw.replace_strict(dict(enumerate(WEEKDAYS)), return_dtype=pl.String)


def _in_time(
    key: str,
    source: str,
    group: nw.Expr,
    show: Callable[[pl.Expr], pl.Expr],
    *,
    unit: Unit = Unit.TEXT,
    by_position: bool = False,
) -> Dimension:
    return Dimension(
        key=key,
        label=key.capitalize(),
        source=source,
        group=group,
        show=show,
        unit=unit,
        in_time=True,
        by_position=by_position,
    )


_DAY = nw.col("started_d").cast(nw.Int64)
_TEXTS = ("channel", "queue", "agent", "team", "company", "disposition", "direction")

DIMENSIONS: Mapping[str, Dimension] = {
    dimension.key: dimension
    for dimension in (
        *(Dimension(key=k, label=k.capitalize(), source=k, group=nw.col(k)) for k in _TEXTS),
        Dimension(
            key="label",
            label="Label",
            source="contact_labels",
            group=nw.col("contact_labels"),
            is_list=True,
        ),
        _in_time(
            "day",
            "started_d",
            _DAY,
            lambda raw: raw.cast(pl.Int32).cast(pl.Date),
            unit=Unit.DATE,
            by_position=True,
        ),
        _in_time("week", "started_d", (_DAY + 3) // 7, _week, by_position=True),
        _in_time("weekday", "started_d", (_DAY + 3) % 7, _weekday),
        _in_time(
            "hour",
            "started_t",
            nw.col("started_t").cast(nw.Int64) // 3600,
            _unchanged,
            unit=Unit.NUMBER,
        ),
    )
}


def find_dimensions(names: Sequence[str], cases: Frame) -> tuple[Dimension, ...]:
    """The dimensions of these names: one of ``DIMENSIONS``, or a text or list column of cases.

    Raises ``UsageError`` for an unknown name, a column of another kind, or a name given twice.
    Source: S2.
    """
    if len(set(names)) < len(names):
        raise UsageError(f"a dimension is crossed with itself: {','.join(names)}")
    schema = cases.collect_schema()
    return tuple(DIMENSIONS.get(name) or _of_column(name, schema) for name in names)


def exploded(cases: Frame, dimensions: Sequence[Dimension]) -> Frame:
    """``cases`` with each dimension's raw value as a column of its key, lists taken apart.

    A label that a case has twice counts once; a case without any is kept with null.
    """
    for dimension in dimensions:
        group = dimension.group.list.unique() if dimension.is_list else dimension.group
        cases = cases.with_columns(group.alias(dimension.key))
        if dimension.is_list:
            cases = cases.explode(dimension.key)
    return cases


def in_order(rows: pl.DataFrame, dimensions: Sequence[Dimension], *, size: str) -> pl.DataFrame:
    """Rows sorted, then shown: in time order where time is a dimension, else the largest first."""
    keys = [dimension.key for dimension in dimensions]
    if any(dimension.in_time for dimension in dimensions):
        ordered = rows.sort(keys, nulls_last=True)
    else:
        ordered = rows.sort(size, *keys, descending=[True, *(False for _ in keys)], nulls_last=True)
    return ordered.with_columns(d.show(pl.col(d.key)).alias(d.key) for d in dimensions)


def _of_column(name: str, schema: Mapping[str, object]) -> Dimension:
    kind = schema.get(name)
    if isinstance(kind, nw.List) or kind == nw.String:
        return Dimension(
            key=name,
            label=name.replace("_", " ").capitalize(),
            source=name,
            group=nw.col(name),
            is_list=isinstance(kind, nw.List),
        )
    texts = [column for column, dtype in schema.items() if dtype == nw.String]
    guess = nearest(name, [*DIMENSIONS, *texts])
    raise UsageError(
        f"cannot break down by '{name}'" + (f"; did you mean '{guess}'?" if guess else ""),
        hint="dimensions: " + ", ".join(DIMENSIONS) + ", or any text column of the export",
    )
