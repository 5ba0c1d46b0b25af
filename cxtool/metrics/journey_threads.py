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
from cxtool.metrics.returns import CONTACT, RETURNED, arrivals, with_contact, with_returns
from cxtool.metrics.trend import in_either, period_flag
from cxtool.tables import Frame, Tables

KEY, SUBJECT, THREAD = "thread_contact", "thread_subject", "thread_ms"
THREAD_KEYS = (KEY, SUBJECT, THREAD)
IN_ORDER = ("started_ms", "case_id")
NO_SUBJECT = ""
CARRIED = ("channel", "queue")  # of the case before, as ``previous_channel`` and so on
LINKS = (*THREAD_KEYS, "continues", "gap_ms", *(f"previous_{name}" for name in CARRIED))


def longest_window(settings: Settings) -> float:
    """The seconds around a period that must be read."""
    return max(settings.fcr.window, settings.journey.window)


def journeys(tables: Tables, settings: Settings) -> Frame:
    """The cases of both periods, without internal ones, with thread, return and help.

    Adds ``with_threads``'s ``LINKS`` (null for an unknown contact), ``returned`` (see
    ``returns``), ``is_helped`` (an agent took part), ``is_current``.
    """
    links = with_threads(tables.around_cases, window_s=settings.journey.window)
    cases = tables.cases.filter(in_either(tables.request), nw.col("direction") != "internal")
    judged = with_returns(with_contact(cases), arrivals(tables), tables, settings)
    joined = judged.join(links.select("case_id", *LINKS), on="case_id", how="left")
    return joined.with_columns(
        nw.col(RETURNED).alias("returned"),
        _helped(tables).alias("is_helped"),
        period_flag(tables.request),
    )


def with_threads(cases: Frame, *, window_s: float) -> Frame:
    """Cases of known contacts with the thread of each and the case before it in the thread.

    ``thread_ms`` is when the thread began; with contact and subject it names the thread.
    ``continues``: whether a case of it came before; only then ``gap_ms`` (how long ago) and what
    is ``previous_`` tell of the thread. Cases that start together come in the order of their ids.
    Source: K6.
    """
    window_ms = round(window_s * 1000)
    own_subject = nw.coalesce("topic", "ticket_id").alias(SUBJECT)
    known = cases.with_columns(CONTACT.alias(KEY), own_subject).filter(
        ~nw.col(KEY).is_null(), nw.col("direction") != "internal"
    )
    for strategy in ("backward", "forward"):
        known = known.with_columns(
            nw.col(SUBJECT).fill_null(strategy=strategy).over(KEY, order_by=IN_ORDER)
        )
    # One division by contact serves all windows: subject after subject, each in order.
    in_threads = (SUBJECT, *IN_ORDER)

    def before(name: str) -> nw.Expr:
        return nw.col(name).shift(1).over(KEY, order_by=in_threads)

    linked = known.with_columns(nw.col(SUBJECT).fill_null(NO_SUBJECT)).with_columns(
        (nw.col("started_ms") - before("started_ms")).alias("gap_ms"),
        before(SUBJECT).alias(f"previous_{SUBJECT}"),
        *(before(name).alias(f"previous_{name}") for name in CARRIED),
    )
    is_same = nw.col(f"previous_{SUBJECT}") == nw.col(SUBJECT)
    continues = (is_same & (nw.col("gap_ms") <= window_ms)).fill_null(False).alias("continues")
    begun = nw.when(~nw.col("continues")).then(nw.col("started_ms")).alias(THREAD)
    return (
        linked.with_columns(continues)
        .with_columns(begun)
        .with_columns(nw.col(THREAD).fill_null(strategy="forward").over(KEY, order_by=in_threads))
    )


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
