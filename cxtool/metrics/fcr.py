"""First-contact resolution: handled cases after which the same contact did not come back.

What it decides: to come back is an inbound case of the same contact that starts later, within the
window (7 days, inclusive) of the start, and has the same topic where both topics are known. A case
whose window is not over at as-of is young, one without a contact unknown; neither is judged, both
are counted. Where the export has a column that says it (``resolved_on_first_contact``), that column
alone decides, and a case where it is empty is unknown. Source: K2.

A window over all contacts holds every case at once, so large exports are judged in slices of
contacts, one after the other; the counts of the slices add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.errors import UsageError, nearest
from cxtool.metrics import returns
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.handling import placed
from cxtool.metrics.plan import Small
from cxtool.metrics.trend import CURRENT, in_either
from cxtool.tables import Frame, Tables

COUNTS = ("fcr_hits_n", "fcr_judged_n", "fcr_young_n", "fcr_unknown_n")
OWN_COLUMNS = (
    "resolved_on_first_contact",
    "first_contact_resolution",
    "first_contact_resolved",
    "fcr",
)
YES = ("true", "yes", "y", "t", "1", "1.0")
NO = ("false", "no", "n", "f", "0", "0.0")
SLICE_CASES = 2_000_000

NEVER = 2**62  # a start later than any
JUDGED, ARRIVAL, CONTACT = "__is_judged", "__arrival_ms", "__contact"
NEXT, NEXT_UNKNOWN, NEXT_SAME = "__next_ms", "__next_unknown_ms", "__next_same_ms"
HIT, JUDGEABLE, YOUNG, UNKNOWN = (f"__{name}" for name in COUNTS)

By = Mapping[str, Sequence[Dimension]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """The partials of FCR by name: planned with others, or collected in slices.

    ``among`` limits the cases that are judged, not those that a contact comes back with.
    """

    tables: Tables
    settings: Settings
    by: By
    among: nw.Expr | None = None

    @property
    def frames(self) -> dict[str, Frame]:
        """What to collect together with other frames; nothing where slices are needed."""
        return {} if self._is_large else self._counts(None)

    def counts(self, small: Small) -> dict[str, pl.DataFrame]:
        """The counts by name, of the collected frames or slice by slice."""
        if not self._is_large:
            return {name: small[name] for name in self.by}
        slices = [self.tables.collect(self._counts(part)) for part in contact_slices(self.tables)]
        return {name: pl.concat([one[name] for one in slices]) for name in self.by}

    @property
    def _is_large(self) -> bool:
        is_window = own_column(self.tables, self.settings) is None
        return is_window and self.tables.source.rows_read > SLICE_CASES

    def _counts(self, part: nw.Expr | None) -> dict[str, Frame]:
        judged = fcr_cases(self.tables, self.settings, among=self.among, part=part, by=self.by)
        return {
            name: fcr_counts(judged, dimensions, self.tables)
            for name, dimensions in self.by.items()
        }


def days_needed(settings: Settings) -> int:
    """The days around a period in which who comes back is looked for."""
    return returns.days_around(settings.fcr.window)


def own_column(tables: Tables, settings: Settings) -> str | None:
    """The export's column that says resolved on first contact; None where it has none.

    Raises ``UsageError`` where the settings name one that is not there.
    """
    names = tables.cases.collect_schema().names()
    asked = settings.fcr.column
    if asked is None:
        return next((name for name in names if _plain(name) in OWN_COLUMNS), None)
    if asked in names:
        return asked
    guess = nearest(asked, names)
    raise UsageError(
        f"fcr.column: the export has no column '{asked}'"
        + (f"; did you mean '{guess}'?" if guess else "")
    )


def fcr_cases(
    tables: Tables,
    settings: Settings,
    *,
    among: nw.Expr | None = None,
    part: nw.Expr | None = None,
    by: By | None = None,
) -> Frame:
    """Handled cases of the compared periods with the verdict of each as one of four flags.

    ``among`` limits the cases, ``part`` contacts to a slice (an expression on ``__contact``).
    ``by``: groups of dimensions whose columns the rows keep.
    """
    dimensions = [dimension for group in (by or {}).values() for dimension in group]
    handled = in_either(tables.request) & nw.col("answered")
    cases = tables.cases.filter(handled if among is None else handled & among)
    told = own_column(tables, settings)
    if told is not None:
        return _as_told(cases, told)
    sources = {dimension.source for dimension in dimensions}
    columns = sorted({"started_ms", "started_d", "started_t", "topic", *sources})
    contact = returns.CONTACT.alias(CONTACT)
    later = tables.around_cases.filter(nw.col("direction") == "inbound")
    judged = cases.select(*columns, contact, nw.lit(1).alias(JUDGED))
    arrivals = later.select(*columns, contact, nw.lit(0).alias(JUDGED))
    rows = nw.concat([judged, arrivals.filter(~nw.col(CONTACT).is_null())], how="vertical")
    return _by_window(rows if part is None else rows.filter(part), settings, tables)


def fcr_counts(judged: Frame, dimensions: Sequence[Dimension], tables: Tables) -> Frame:
    """Partial: ``COUNTS`` per group and compared period."""
    keys = [dimension.key for dimension in dimensions]
    rows = placed(judged, dimensions, tables.request)
    return rows.group_by(*keys, CURRENT).agg(
        nw.col(f"__{name}").sum().cast(nw.Int64).alias(name) for name in COUNTS
    )


def contact_slices(tables: Tables) -> list[nw.Expr]:
    """Conditions on ``__contact`` that divide the cases into parts of about ``SLICE_CASES``.

    Contacts are told apart by the ends of their ids, which differ most; those without any come in
    the first slice.
    """
    named = tables.around_cases.select(returns.CONTACT.alias(CONTACT))
    counted = named.select(_ends().alias("ends")).group_by("ends")
    counts = tables.collect({"ends": counted.agg(cases_n=nw.len().cast(nw.Int64()))})["ends"]
    placed_in = (pl.col("cases_n").cum_sum() - 1) // SLICE_CASES
    groups = (
        counts.drop_nulls("ends").sort("ends").with_columns(placed_in.alias("slice"))
        .group_by("slice", maintain_order=True)
        .agg(pl.col("ends").min().alias("first"), pl.col("ends").max().alias("last"))
    )  # fmt: skip
    slices = [(_ends() >= first) & (_ends() <= last) for _, first, last in groups.iter_rows()]
    nobody = nw.col(CONTACT).is_null()
    return [nobody, *slices]


def _ends() -> nw.Expr:
    contact = nw.col(CONTACT)
    return nw.concat_str([contact.str.tail(2), contact.str.head(1)])


def _by_window(rows: Frame, settings: Settings, tables: Tables) -> Frame:
    start, topic = nw.col("started_ms"), nw.col("topic")
    arrives = nw.col(JUDGED) == 0
    looked_ahead = rows.with_columns(
        nw.when(arrives).then(start).otherwise(NEVER).alias(ARRIVAL),
        nw.when(arrives & topic.is_null()).then(start).otherwise(NEVER).alias(NEXT_UNKNOWN),
    ).with_columns(
        _from_here(ARRIVAL, CONTACT).alias(NEXT),
        _from_here(NEXT_UNKNOWN, CONTACT).alias(NEXT_UNKNOWN),
        _from_here(ARRIVAL, CONTACT, "topic").alias(NEXT_SAME),
    )
    window_ms = round(settings.fcr.window * 1000)
    within = [nw.col(name) - start <= window_ms for name in (NEXT, NEXT_UNKNOWN, NEXT_SAME)]
    back = nw.when(topic.is_null()).then(within[0]).otherwise(within[1] | within[2])
    unknown = nw.col(CONTACT).is_null()
    young = ~unknown & (start + window_ms > tables.request.as_of_ms)
    judgeable = ~unknown & ~young
    return _flagged(
        looked_ahead.filter(nw.col(JUDGED) == 1),
        {HIT: judgeable & ~back, JUDGEABLE: judgeable, YOUNG: young, UNKNOWN: unknown},
    )


def _from_here(arrival: str, *keys: str) -> nw.Expr:
    # At one moment arrivals stand before judged cases, so that what follows is strictly later.
    return nw.col(arrival).cum_min(reverse=True).over(*keys, order_by=["started_ms", JUDGED])


def _as_told(cases: Frame, column: str) -> Frame:
    said = nw.col(column).cast(nw.String).str.to_lowercase()
    yes, no = said.is_in(YES), said.is_in(NO)
    known = nw.when(yes | no).then(nw.lit(1)).otherwise(nw.lit(0)) == 1
    none = nw.lit(0) == 1
    return _flagged(cases, {HIT: yes, JUDGEABLE: known, YOUNG: none, UNKNOWN: ~known})


def _flagged(cases: Frame, flags: Mapping[str, nw.Expr]) -> Frame:
    return cases.with_columns(
        nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()
    )


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())
