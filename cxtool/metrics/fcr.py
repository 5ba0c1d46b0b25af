"""First-contact resolution: handled cases after which the same contact did not come back.

What it decides: when a contact comes back stands in ``returns``. A case whose window is not over at
as-of is young, one without a contact unknown; neither is judged, both are counted. Where the export
has a column that says resolved on first contact, that column alone decides, and a case of which it
says nothing is unknown: two ways of judging do not mix in one rate. Source: K2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.metrics.contact_slices import Sliced
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.handling import placed
from cxtool.metrics.plan import Small
from cxtool.metrics.returns import (
    KEY,
    RETURNED,
    arrivals,
    as_told,
    days_around,
    own_column,
    returns,
    with_contact,
)
from cxtool.metrics.returns_sorted import ARRIVES, with_returned
from cxtool.metrics.trend import CURRENT, in_either
from cxtool.tables import Frame, Tables

COUNTS = ("fcr_hits_n", "fcr_judged_n", "fcr_young_n", "fcr_unknown_n")
HIT, JUDGEABLE, YOUNG, UNKNOWN = (f"__{name}" for name in COUNTS)
VISITS, IS_CASE = "fcr visits", "__is_case"
SLICES = 4  # so many slices of ``contact_slices`` at once, as sorting takes little memory

By = Mapping[str, Sequence[Dimension]]


class Repeats(Struct, frozen=True, kw_only=True):
    """The partials of FCR by name: planned with others, then counted.

    ``among`` limits the cases that are judged, not those that a contact comes back with.
    """

    tables: Tables
    settings: Settings
    by: By
    among: nw.Expr | None = None

    @property
    def frames(self) -> dict[str, Frame]:
        """What to collect together with other frames."""
        return self._told() if self._is_told else self._sliced().frames

    def counts(self, small: Small) -> dict[str, pl.DataFrame]:
        """The counts by name; a group may have several rows, which add up."""
        return {n: small[n] for n in self.by} if self._is_told else self._sliced().counts(small)

    @property
    def _is_told(self) -> bool:
        return own_column(self.tables, self.settings) is not None

    def _told(self) -> dict[str, Frame]:
        judged = fcr_cases(self.tables, self.settings, among=self.among, by=self.by)
        return self._by_group(judged)

    def _sliced(self) -> Sliced:
        rows = {VISITS: visits(self.tables, among=self.among, by=self.by)}
        return Sliced(
            tables=self.tables, rows=rows, count=self._count, short=("topic",), larger=SLICES
        )

    def _count(self, rows: Mapping[str, Frame]) -> dict[str, Frame]:
        return self._by_group(judged_visits(rows[VISITS], self.tables, self.settings))

    def _by_group(self, judged: Frame) -> dict[str, Frame]:
        return {name: fcr_counts(judged, group, self.tables) for name, group in self.by.items()}


def days_needed(settings: Settings) -> int:
    """The days around a period in which who comes back is looked for."""
    return days_around(settings.fcr.window)


def fcr_cases(
    tables: Tables, settings: Settings, *, among: nw.Expr | None = None, by: By | None = None
) -> Frame:
    """Handled cases of the compared periods with the verdict of each as one of four flags.

    ``among`` limits the cases. ``by``: groups of dimensions whose columns the rows keep.
    """
    told = own_column(tables, settings)
    if told is None:
        cases = handled_cases(tables, among=among, by=by)
        return judged_cases(cases, arrivals(tables.around_cases), tables, settings)
    returned = as_told(told).alias(RETURNED)
    cases = _handled(tables, among).with_columns(returned)
    return _flagged(cases, unknown=nw.col(RETURNED).is_null())


def handled_cases(tables: Tables, *, among: nw.Expr | None = None, by: By | None = None) -> Frame:
    """Handled cases of the compared periods, with what it takes to judge and group them."""
    return with_contact(_handled(tables, among)).select(KEY, *_columns(by))


def visits(tables: Tables, *, among: nw.Expr | None = None, by: By | None = None) -> Frame:
    """``handled_cases`` (``IS_CASE``) and what a contact can come back with (``ARRIVES``).

    A case that is both is one row, unless ``--where`` leaves out cases that one comes back with.
    """
    if tables.cases is tables.reference_cases:
        is_known, is_inbound = ~nw.col(KEY).is_null(), nw.col("direction") == "inbound"
        seen = with_contact(tables.cases.filter(in_either(tables.request))).select(
            KEY,
            *_columns(by),
            _is_handled(among).alias(IS_CASE),
            (is_known & is_inbound).alias(ARRIVES),
        )
        seen = seen.filter(nw.col(IS_CASE) | nw.col(ARRIVES))
        around = tables.around_cases.filter(~in_either(tables.request))
    else:
        cases = handled_cases(tables, among=among, by=by)
        seen = cases.with_columns(nw.lit(True).alias(IS_CASE), nw.lit(False).alias(ARRIVES))
        around = tables.around_cases
    coming = arrivals(around).with_columns(
        nw.lit(False).alias(IS_CASE), nw.lit(True).alias(ARRIVES)
    )
    return nw.concat([seen, coming], how="diagonal")


def judged_visits(visits: Frame, tables: Tables, settings: Settings) -> Frame:
    """The cases among ``visits`` with the four flags; Polars collects visits, to sort them."""
    if not visits.implementation.is_polars():
        cases = visits.filter(nw.col(IS_CASE))
        return judged_cases(cases, visits.filter(nw.col(ARRIVES)), tables, settings)
    rows: pl.LazyFrame = visits.to_native()
    judged = with_returned(
        rows.collect(), window_s=settings.fcr.window, as_of_ms=tables.request.as_of_ms
    )
    cases = nw.from_native(judged.lazy()).filter(nw.col(IS_CASE))
    return _flagged(cases, unknown=nw.col(KEY).is_null())


def judged_cases(cases: Frame, arrivals: Frame, tables: Tables, settings: Settings) -> Frame:
    """``handled_cases`` with the four flags, as those make them who come back."""
    judged = returns(
        cases,
        arrivals.select(KEY, "topic", "started_ms"),
        window_s=settings.fcr.window,
        as_of_ms=tables.request.as_of_ms,
    )
    return _flagged(judged, unknown=nw.col(KEY).is_null())


def fcr_counts(judged: Frame, dimensions: Sequence[Dimension], tables: Tables) -> Frame:
    """Partial: ``COUNTS`` per group and compared period."""
    keys = [dimension.key for dimension in dimensions]
    rows = placed(judged, dimensions, tables.request)
    return rows.group_by(*keys, CURRENT).agg(
        nw.col(f"__{name}").sum().cast(nw.Int64).alias(name) for name in COUNTS
    )


def _columns(by: By | None) -> list[str]:
    sources = {dimension.source for group in (by or {}).values() for dimension in group}
    return sorted({"started_ms", "started_d", "topic", *sources})


def _handled(tables: Tables, among: nw.Expr | None) -> Frame:
    return tables.cases.filter(in_either(tables.request)).filter(_is_handled(among))


def _is_handled(among: nw.Expr | None) -> nw.Expr:
    handled = nw.col("answered")
    return handled if among is None else handled & among


def _flagged(cases: Frame, *, unknown: nw.Expr) -> Frame:
    returned = nw.col(RETURNED)
    known = ~returned.is_null()
    flags = {
        HIT: known & ~returned.fill_null(True),
        JUDGEABLE: known,
        YOUNG: ~known & ~unknown,
        UNKNOWN: unknown,
    }
    return cases.with_columns(
        nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()
    )
