"""What stands behind the figures of threads: each with its cases, and the changes within them.

A thread counts with the cases of the period alone, as in ``journey_channels``.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.explained_account import SECOND, Measure, Rows, Told, of_column
from cxtool.metrics.journey_threads import SUBJECT, THREAD_KEYS, changes, journeys
from cxtool.metrics.returns import KEY
from cxtool.metrics.trend import CURRENT
from cxtool.report import Column, Report
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

SIZE = Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=1)
STEPS = Column(key="changes_n", label="Changes", unit=Unit.COUNT, drop=1)
GAP = Column(key="time_s", label="Time between", unit=Unit.SECONDS, drop=1)
COLUMNS = (
    Column(key="contact", label="Contact", drop=0),
    Column(key="subject", label="Topic or ticket", drop=1),
    Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
    Column(key="channel", label="Channel", drop=2),
)


def threads(tables: Tables, settings: Settings, home: Report) -> Frame:
    """One row a thread of the period: its size, its changes of channel, and where it began.

    ``channel`` is null for a thread that began before the period.
    """
    return _of_cases(tables, settings).group_by(*THREAD_KEYS).agg(
        nw.col("contact").max(),
        nw.col("subject").max(),
        nw.col("started_at").min(),
        nw.col("begun_in").max().alias("channel"),
        nw.len().cast(nw.Int64).alias(SIZE.key),
        nw.col("changed").sum().cast(nw.Int64).alias(STEPS.key),
    )  # fmt: skip


def steps(name: str) -> Rows:
    """One row for each thread and change ``from`` -> ``to`` of that column in it."""

    def rows(tables: Tables, settings: Settings, home: Report) -> Frame:
        stepped = _of_cases(tables, settings).filter(changes(name))
        ends = {"from": nw.col(f"previous_{name}"), "to": nw.col(name)}
        parted = stepped.with_columns(end.alias(f"step_{key}") for key, end in ends.items())
        return parted.group_by(*THREAD_KEYS, "step_from", "step_to").agg(
            nw.col("contact").max(),
            nw.col("subject").max(),
            nw.col("started_at").min(),
            nw.col("channel").min(),
            nw.len().cast(nw.Int64).alias(STEPS.key),
            nw.col("gap_ms").sum().cast(nw.Int64),
        )

    return rows


def _of_cases(tables: Tables, settings: Settings) -> Frame:
    known = journeys(tables, settings).filter(nw.col(CURRENT), ~nw.col(KEY).is_null())
    return known.with_columns(
        nw.col(KEY).alias("contact"),
        nw.col(SUBJECT).alias("subject"),
        nw.when(~nw.col("continues")).then(nw.col("channel")).alias("begun_in"),
        nw.when(changes("channel")).then(1).otherwise(0).alias("changed"),
    )


_ANY = ~nw.col(KEY).is_null()
_SIZES = {SIZE: nw.col(SIZE.key), STEPS: nw.col(STEPS.key)}
_BEGUN = {"began before the period": nw.col("channel").is_null()}
_MOVED = nw.col(STEPS.key) > 0


def _rate(hits: nw.Expr, out: Mapping[str, nw.Expr], counts: nw.Expr = _ANY) -> Measure:
    return Measure(kind="rate", counts=counts, hits=hits, out=out, shown=_SIZES)


def _changes(section: str, name: str) -> Told:
    times = {STEPS: nw.col(STEPS.key), GAP: SECOND * nw.col("gap_ms")}
    return Told(
        section=section,
        figures={
            "threads_n": Measure(kind="count", counts=_ANY, shown=times),
            "share_pct": Measure(kind="rate", counts=_ANY, shown=times, whole="beside"),
            "changes_n": Measure(kind="sum", counts=_ANY, shown=times, numerator=STEPS),
            "gap_s": Measure(
                kind="mean", counts=_ANY, shown=times, numerator=GAP, denominator=STEPS
            ),
        },
        rows=steps(name),
        by=(of_column("from", "step_from"), of_column("to", "step_to")),
        columns=COLUMNS,
    )


_HAS_BEGUN = ~nw.col("channel").is_null()
THREADS = (
    Told(
        section="summary",
        figures={
            "threads_n": Measure(kind="count", counts=_ANY, shown=_SIZES),
            "cases_per_thread": Measure(kind="mean", counts=_ANY, shown=_SIZES, numerator=SIZE),
            "several_pct": _rate(nw.col(SIZE.key) > 1, {}),
            "cross_channel_pct": _rate(_MOVED, {}),
        },
        rows=threads,
        columns=COLUMNS,
    ),
    Told(
        section="channels",
        figures={
            "threads_n": Measure(kind="count", counts=_HAS_BEGUN, out=_BEGUN, shown=_SIZES),
            "left_n": Measure(
                kind="count",
                counts=_HAS_BEGUN & _MOVED,
                out={**_BEGUN, "did not move on": ~_MOVED},
                shown=_SIZES,
            ),
            "moved_on_pct": _rate(_MOVED, _BEGUN, _HAS_BEGUN),
        },
        rows=threads,
        by=(of_column("channel"),),
        columns=COLUMNS,
    ),
    _changes("changes", "channel"),
    _changes("queue_changes", "queue"),
)
