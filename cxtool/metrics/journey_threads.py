"""Which cases of a contact make one thread, whatever their channels.

What decides: cases of one contact and one subject follow each other in a thread while each starts
within the window of the one before. The subject is the topic, else the ticket. A case without
either takes that of the contact's next case that has one, else of the last before it: a bot seldom
knows what an agent later writes down. Internal cases, and those of unknown contacts, are in no
thread. Only what came before is looked at, so nothing waits for a window to end, and both compared
periods are measured alike.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.returns import KEY, RETURNED, with_contact, with_returns
from cxtool.metrics.trend import in_either, period_flag
from cxtool.tables import Frame, Tables

SUBJECT, THREAD = "thread_subject", "thread_ms"
THREAD_KEYS = (KEY, SUBJECT, THREAD)
IN_ORDER = ("started_ms", "case_id")
CARRIED = ("channel", "queue")  # of the case before, as ``previous_channel`` and so on
NONE = ""  # no text, where a null would let an older one through
ARRIVAL = (KEY, "topic", "started_ms")
LINKS = (SUBJECT, THREAD, "continues", "gap_ms", *(f"previous_{name}" for name in CARRIED))

_IS_SOURCE, _BEFORE = "__is_source", "__before_ms"


def longest_window(settings: Settings) -> float:
    """The seconds around a period that must be read."""
    return max(settings.fcr.window, settings.journey.window)


def journeys(tables: Tables, settings: Settings) -> Frame:
    """The cases of both periods, without internal ones, with thread, return and help.

    Adds ``LINKS`` (null for an unknown contact), ``returned`` (see ``returns``), ``is_helped`` (an
    agent took part), ``is_current``.
    """
    return linked(cases_asked_for(tables), cases_around(tables), tables, settings)


def cases_asked_for(tables: Tables) -> Frame:
    """The cases of both periods, without internal ones; what ``journeys`` adds but for links."""
    cases = tables.cases.filter(in_either(tables.request), nw.col("direction") != "internal")
    return with_contact(cases).with_columns(
        _helped(tables).alias("is_helped"), period_flag(tables.request)
    )


def cases_around(tables: Tables) -> Frame:
    """What threads are made of and contacts come back with: known contacts' cases around.

    Without internal ones, but whatever ``--where`` leaves out.
    """
    cases = with_contact(tables.around_cases).filter(
        ~nw.col(KEY).is_null(), nw.col("direction") != "internal"
    )
    own_subject = nw.coalesce("topic", "ticket_id").alias(SUBJECT)
    is_inbound = (nw.col("direction") == "inbound").alias("is_inbound")
    return cases.select(KEY, "topic", own_subject, is_inbound, *IN_ORDER, *CARRIED)


def linked(cases: Frame, around: Frame, tables: Tables, settings: Settings) -> Frame:
    """``cases_asked_for`` and ``cases_around`` (or slices by contact) as ``journeys``."""
    coming = around.filter(nw.col("is_inbound")).select(*ARRIVAL)
    judged = with_returns(cases, coming, tables, settings)
    links = with_threads(around, window_s=settings.journey.window)
    joined = judged.join(links.select("case_id", *LINKS), on="case_id", how="left")
    known = ~nw.col("continues").is_null()
    return joined.with_columns(
        nw.col(RETURNED).alias("returned"), nw.when(known).then(nw.col(KEY)).alias(KEY)
    )


def with_threads(cases: Frame, *, window_s: float) -> Frame:
    """``cases_around`` with the thread of each case and the case before it in the thread.

    ``thread_ms`` is when the thread began; with contact and subject it names the thread.
    ``continues``: whether a case of it came before; only then ``gap_ms`` (how long ago) and what
    is ``previous_`` tell of the thread. Cases that start together come in the order of their ids.
    Source: K6.
    """
    window_ms = round(window_s * 1000)
    next_known, last_known = (
        nw.col(SUBJECT).fill_null(strategy=strategy).over(KEY, order_by=IN_ORDER)
        for strategy in ("backward", "forward")
    )
    subject = nw.coalesce(next_known, last_known)
    known = cases.with_columns(subject.alias(SUBJECT))
    # Each row twice: what asks stands before what it is, so that the last one known is the case
    # before. Filling is many times cheaper than shifting where groups are small.
    asks = known.with_columns(nw.lit(0).alias(_IS_SOURCE))
    tells = known.select(
        *(KEY, SUBJECT, *IN_ORDER),
        nw.lit(1).alias(_IS_SOURCE),
        nw.col("started_ms").alias(_BEFORE),
        *(nw.col(name).fill_null(NONE).alias(f"previous_{name}") for name in CARRIED),
    )
    last = {name: _last(name) for name in (_BEFORE, *(f"previous_{name}" for name in CARRIED))}
    linked = nw.concat([asks, tells], how="diagonal").with_columns(**last)
    is_asking = nw.col(_IS_SOURCE) == 0
    gap = nw.col("started_ms") - nw.col(_BEFORE)
    continues = (gap <= window_ms).fill_null(False)
    begun = nw.when(is_asking & ~continues).then(nw.col("started_ms"))
    threads = linked.with_columns(begun.alias(THREAD)).with_columns(_last(THREAD).alias(THREAD))
    previous = {f"previous_{name}": _unless_none(f"previous_{name}") for name in CARRIED}
    return (
        threads.filter(is_asking)
        .with_columns(gap.alias("gap_ms"), continues.alias("continues"), **previous)
        .drop(_IS_SOURCE, _BEFORE)
    )


def _last(name: str) -> nw.Expr:
    return (
        nw.col(name)
        .fill_null(strategy="forward")
        .over(KEY, SUBJECT, order_by=(*IN_ORDER, _IS_SOURCE))
    )


def _unless_none(name: str) -> nw.Expr:
    return nw.when(nw.col(name) != NONE).then(nw.col(name))


def changes(name: str) -> nw.Expr:
    """Whether a case goes on in a thread with another channel or queue than before; never null."""
    return nw.col("continues").fill_null(False) & (
        nw.col(name) != nw.col(f"previous_{name}")
    ).fill_null(False)


def _helped(tables: Tables) -> nw.Expr:
    """An agent took part. What is answered by a machine may call itself answered."""
    named = ~nw.col("agent_id").is_null() | ~nw.col("first_response_ms").is_null()
    tells = tables.has("interactions", "agent_id") or tables.has("interactions", "agent")
    return named if tells else named | nw.col("answered")
