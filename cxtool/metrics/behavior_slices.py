"""Collecting the behaviour report's partials in slices of days, so that memory has a bound.

Points of an interaction are summed per case, and as many cases as there are would be held at once.
Partials are counts and sums, so those of a few days each, collected one after the other, add up
to the whole. Cut points must be known before any of them, and come from the same rows: Polars
reads and joins the rows once and keeps them in short form for both; only what is too much to keep
is read a second time.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.metrics.behavior_calibration import reference
from cxtool.metrics.behavior_index import Cuts, indexed, score_counts
from cxtool.metrics.behavior_rows import (
    as_text,
    case_scores,
    judged_cases,
    judged_counts,
    numbered,
    reason_counts,
    short_cases,
    short_scores,
)
from cxtool.metrics.behavior_totals import DAY_KEYS, daily_sums, index_sums, interaction_sums
from cxtool.metrics.trend import about, in_either
from cxtool.schema import BEHAVIORS
from cxtool.tables import Frame, Tables

READ = ("interactions", "behaviors")
SLICE_ROWS = 40_000_000  # of all tables: some 2 GB while they are read and joined
SLICES_OF = 3  # parts that many rows are cut into, where they are cut
KEPT_ROWS = 40_000_000  # some 1 GB in short form
DAY = "started_d"


class Partials(Struct, frozen=True, kw_only=True):
    """What the report is made of; a key of both sums may come once from each slice.

    ``index_sums`` and ``sums`` as in ``behavior_totals``, ``reasons`` of ``reason_counts``.
    """

    cuts: tuple[Cuts, ...]
    index_sums: pl.DataFrame
    sums: pl.DataFrame
    reasons: pl.DataFrame


class Slice(Struct, frozen=True, kw_only=True):
    """The rows of some days: ``judged_counts``, and scores that wait for their index.

    ``cases``: what short scores do not say of their cases themselves. ``kept_n``: how many rows
    are in memory.
    """

    judged: pl.DataFrame
    scores: Frame
    cases: Frame | None = None
    kept_n: int = 0


def collect_partials(
    tables: Tables, settings: Settings, cuts: Sequence[Cuts] | None = None
) -> Partials:
    """The partials of all days; without ``cuts`` scores rank within the compared periods."""
    slices = _slices(tables)
    kept: dict[int, Slice] = {}
    if cuts is None:
        counts = None
        # Under --where those that scores are ranked against are other rows than those shown.
        if _is_short(tables) and tables.cases is tables.reference_cases:
            kept, counts = _first_reading(tables, settings, slices)
        cuts = reference(tables, settings, counts=counts)
    parts = []
    for done, limited in enumerate(slices):
        tables.advance(done, len(slices))
        read = kept.pop(done) if done in kept else _read(limited, settings)
        parts.append(_counted(tables, read, cuts))
    whole = {name: pl.concat([part[name] for part in parts]) for name in parts[0]}
    return Partials(
        cuts=tuple(cuts),
        index_sums=whole["index_sums"],
        sums=whole["sums"],
        reasons=reason_counts(whole["judged"], whole["sums"]),
    )


def _is_short(tables: Tables) -> bool:
    return tables.cases.implementation.is_polars()


def _read(tables: Tables, settings: Settings) -> Slice:
    cases = judged_cases(tables, settings, days=in_either(tables.request))
    if not _is_short(tables):
        judged = tables.collect({"judged": judged_counts(cases)})["judged"]
        return Slice(judged=judged, scores=case_scores(cases, tables))
    read = tables.collect({"cases": short_cases(cases)})["cases"]
    judged = tables.collect({"judged": judged_counts(nw.from_native(read.lazy()))})["judged"]
    allowed = numbered(read)
    del read  # as large as all that is kept
    scores = tables.collect({"scores": short_scores(allowed, tables)})["scores"]
    return Slice(
        judged=as_text(judged),
        scores=nw.from_native(scores.lazy()),
        cases=nw.from_native(allowed.lazy().drop("case_id").rename({"number": "case_id"})),
        kept_n=scores.height + allowed.height,
    )


def _first_reading(
    tables: Tables, settings: Settings, slices: Sequence[Tables]
) -> tuple[dict[int, Slice], pl.DataFrame]:
    """As many slices as can be kept, by number, and the ``score_counts`` of all of them."""
    kept: dict[int, Slice] = {}
    counts = []
    for number, limited in enumerate(slices):
        tables.advance(number, len(slices))
        read = _read(limited, settings)
        counts.append(tables.collect({"counts": score_counts(read.scores)})["counts"])
        if read.kept_n + sum(part.kept_n for part in kept.values()) <= KEPT_ROWS:
            kept[number] = read
    added = as_text(pl.concat(counts)).group_by("behavior", "score").agg(pl.sum("rows_n"))
    return kept, added


def _counted(tables: Tables, read: Slice, cuts: Sequence[Cuts]) -> dict[str, pl.DataFrame]:
    rows = indexed(read.scores, cuts)
    if read.cases is None:
        interactions = interaction_sums(rows, *DAY_KEYS)
    else:
        # Both partials need the index of each row: it is found once.
        rows = nw.from_native(tables.collect({"rows": rows.drop("score")})["rows"].lazy())
        interactions = interaction_sums(rows).join(
            read.cases.select("case_id", *DAY_KEYS), on="case_id", how="inner"
        )
    found = tables.collect({"index_sums": index_sums(rows), "sums": daily_sums(interactions)})
    return {"judged": read.judged, **{name: as_text(part) for name, part in found.items()}}


def _slices(tables: Tables) -> list[Tables]:
    """The tables with the cases of a run of days each; together those of all days.

    A run has about ``SLICE_ROWS`` rows, or is a single day.
    """
    read_n = sum(n for name, n in tables.rows_n.items() if name in READ)
    if read_n <= SLICE_ROWS:
        return [tables]
    cases = (
        tables.cases.filter(in_either(tables.request))
        .group_by(DAY)
        .agg(cases_n=nw.len().cast(nw.Int64()))
    )
    counts = tables.collect({"days": cases})["days"].sort(DAY)
    cases_n = int(counts["cases_n"].sum())
    # Scores have no day: all of the export are read, though most may be of other days.
    rows_n = min(read_n, cases_n * (1 + len(BEHAVIORS)))
    if rows_n <= SLICE_ROWS:
        return [tables]
    # Beside what is kept there is room for less, and what lies beyond a slice is hardly read.
    slices_n = -(-rows_n * SLICES_OF // SLICE_ROWS)
    slice_cases = -(-cases_n // slices_n)
    ends = pl.col("cases_n").cum_sum()
    runs = counts.group_by(slice=(ends - 1) // slice_cases).agg(
        pl.col(DAY).min().alias("first"), pl.col(DAY).max().alias("last")
    )
    return [
        replace(tables, cases=_of_days(tables.cases, first, last))
        for _, first, last in runs.sort("slice").iter_rows()
    ]


def _of_days(cases: Frame, first: int, last: int) -> Frame:
    return about(cases, first, last + 1).filter((nw.col(DAY) >= first) & (nw.col(DAY) <= last))
