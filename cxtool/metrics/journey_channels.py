"""How contacts move: threads, the channels that they begin in, and the changes within them.

What decides: a thread is of a period when a case of it starts there, and is seen with the cases of
that period alone. A change is of the period in which the later of its two cases starts.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.metrics.journey_figures import (
    Figures,
    count,
    counts,
    has_before,
    mean,
    plain,
    rate,
    section,
    side_by_side,
)
from cxtool.metrics.journey_threads import THREAD_KEYS, changes
from cxtool.metrics.returns import KEY
from cxtool.metrics.stats import ratio, rounded
from cxtool.metrics.trend import CURRENT
from cxtool.period import Request
from cxtool.report import Chart, Column, Section
from cxtool.tables import Frame
from cxtool.units import Unit

THREADS = Column(key="threads_n", label="Threads", unit=Unit.COUNT, drop=1)
CASES = Column(key="cases_n", label="Cases", unit=Unit.COUNT, drop=1)
PER_THREAD = Column(key="cases_per_thread", label="Cases a thread", unit=Unit.NUMBER, drop=1)


def thread_counts(cases: Frame) -> Frame:
    """Partial of ``journeys``: threads per channel that they began in, and what became of them.

    ``channel`` is null for a thread that began before the period. ``several_n`` have more than one
    case there, ``crossed_n`` change their channel.
    """
    begins = nw.when(~nw.col("continues")).then(nw.col("channel"))
    changed = nw.when(changes("channel")).then(1).otherwise(0)
    threads = (
        cases.filter(~nw.col(KEY).is_null())
        .select(*THREAD_KEYS, CURRENT, begins.alias("begun_in"), changed.alias("changes_n"))
        .group_by(*THREAD_KEYS, CURRENT)
        .agg(
            nw.len().cast(nw.Int64).alias("size"),
            nw.col("changes_n").sum().cast(nw.Int64),
            nw.col("begun_in").max().alias("channel"),
        )
    )
    sized = threads.with_columns((nw.col("size") * nw.col("size")).alias("squared"))
    flagged = sized.with_columns(
        nw.lit(1).cast(nw.Int64).alias("threads_n"),
        nw.when(nw.col("size") > 1).then(1).otherwise(0).alias("several_n"),
        nw.when(nw.col("changes_n") > 0).then(1).otherwise(0).alias("crossed_n"),
    )
    return flagged.group_by("channel", CURRENT).agg(
        *(nw.col(name).sum().cast(nw.Int64) for name in ("threads_n", "several_n", "crossed_n")),
        nw.col("size").sum().cast(nw.Int64).alias("cases_n"),
        nw.col("squared").sum().cast(nw.Float64).alias("squares"),
    )


def change_counts(cases: Frame, name: str) -> Frame:
    """Partial of ``journeys``: changes of ``name`` (channel, queue) by ``from`` and ``to``.

    ``threads_n`` have such a change, ``changes_n`` times in all; ``gap_ms`` is their whole length.
    """
    steps = cases.filter(changes(name)).select(
        *THREAD_KEYS,
        CURRENT,
        "gap_ms",
        nw.col(f"previous_{name}").alias("from"),
        nw.col(name).alias("to"),
    )
    threads = steps.group_by(*THREAD_KEYS, CURRENT, "from", "to").agg(
        nw.len().cast(nw.Int64).alias("changes_n"), nw.col("gap_ms").sum().cast(nw.Int64)
    )
    return threads.group_by("from", "to", CURRENT).agg(
        nw.len().cast(nw.Int64).alias("threads_n"),
        nw.col("changes_n").sum().cast(nw.Int64),
        nw.col("gap_ms").sum().cast(nw.Int64),
    )


def channel_counts(cases: Frame) -> Frame:
    """Partial of ``journeys``: cases per channel, and those that come over from another one."""
    everything = ~nw.col("channel").is_null()
    return counts(cases, ["channel"], {"cases_n": everything, "arrived_n": changes("channel")})


def thread_figures(request: Request, *, data_before: bool, known: bool) -> Figures:
    """Threads, cases a thread and the cross-channel share, over ``thread_counts``.

    ``known``: the export names contacts; else there is no telling how many threads there are.
    """
    threads = count(THREADS, of="threads_n", request=request, data_before=data_before)
    return (
        threads.where(pl.lit(known))
        + mean(
            "cases_per_thread",
            PER_THREAD,
            n="threads_n",
            total="cases_n",
            squares="squares",
            request=request,
        )
        + rate(
            "several",
            "More than one case",
            hits="several_n",
            n="threads_n",
            request=request,
            drop=3,
        )
        + rate("cross_channel", "Cross-channel", hits="crossed_n", n="threads_n", request=request)
    )


def channels_section(threads: pl.DataFrame, channels: pl.DataFrame, request: Request) -> Section:
    """One row per channel: its cases, the threads that began there, and those that moved on."""
    side = side_by_side(channels, ["channel"]).rows
    begun = side_by_side(threads.drop_nulls("channel"), ["channel"]).rows.drop(
        "cases_n", "cases_n_previous"
    )
    joined = side.join(begun, on="channel", how="left").with_columns(
        pl.col("^(threads|several|crossed)_n.*$").fill_null(0)
    )
    data_before = has_before(channels)
    figures = (
        count(CASES, of="cases_n", request=request, data_before=data_before)
        + count(
            Column(key="threads_n", label="Threads begun", unit=Unit.COUNT, drop=1),
            of="threads_n",
            request=request,
            data_before=data_before,
        )
        + plain(
            Column(key="left_n", label="Moved on", unit=Unit.COUNT, drop=3),
            pl.col("crossed_n"),
        )
        + plain(
            Column(key="arrived_n", label="Came over", unit=Unit.COUNT, drop=2),
            pl.col("arrived_n"),
        )
        + rate("moved_on", "Moved on", hits="crossed_n", n="threads_n", request=request)
    )
    return section(
        "channels",
        "Channels of journeys",
        joined.sort("cases_n", "channel", descending=[True, False]),
        Column(key="channel", label="Channel", drop=0),
        figures=figures,
        charts=(
            Chart(
                kind="bars",
                title="Share of threads that moved on to another channel, by first channel",
                x="channel",
                y="moved_on_pct",
            ),
        ),
    )


def changes_section(
    partial: pl.DataFrame, threads: pl.DataFrame, name: str, request: Request
) -> Section:
    """One row per change ``from`` -> ``to``, the most frequent first, as a share of all threads."""
    of = threads.group_by(CURRENT).agg(pl.col("threads_n").sum())
    sizes = {is_current: int(size) for is_current, size in of.iter_rows()}
    rows = (
        side_by_side(partial, ["from", "to"])
        .rows.with_columns(
            share_n=pl.lit(sizes.get(True, 0)), share_n_previous=pl.lit(sizes.get(False, 0))
        )
        .sort("threads_n", "from", "to", descending=[True, False, False])
    )
    figures = (
        count(THREADS, of="threads_n", request=request, data_before=has_before(threads))
        + rate("share", "Share", hits="threads_n", n="share_n", request=request)
        + plain(
            Column(key="changes_n", label="Changes", unit=Unit.COUNT, drop=3), pl.col("changes_n")
        )
        + plain(
            Column(key="gap_s", label="Mean time between", unit=Unit.SECONDS, drop=2),
            rounded(ratio(pl.col("gap_ms"), pl.col("changes_n")) / 1000),
        )
    )
    is_channel = name == "channel"
    title = f"Changes of {name} within threads"
    return section(
        "changes" if is_channel else f"{name}_changes",
        title,
        rows,
        *(Column(key=end, label=end.capitalize(), drop=0) for end in ("from", "to")),
        figures=figures,
        charts=(Chart(kind="heatmap", title=title, x="to", y="from", value="threads_n"),),
        folded=not is_channel,
    )
