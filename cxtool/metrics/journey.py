"""The journey report: contacts across channels, queues and self-service, and what repeats cost.

What a thread is stands in ``journey_threads``, when a contact has come back in ``returns``. Both
look at all cases around the period, whatever ``--where`` leaves out, and count slice after slice of
contacts. Source: K6-K8.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import polars as pl

from cxtool.config import Settings
from cxtool.metrics import journey_channels as channels
from cxtool.metrics import journey_reasons as reasons
from cxtool.metrics import journey_routing as routing
from cxtool.metrics import journey_service as service
from cxtool.metrics.contact_slices import Sliced
from cxtool.metrics.handling import AHT_MS, with_handle_parts
from cxtool.metrics.journey_figures import Figures, count, has_before, side_by_side
from cxtool.metrics.journey_threads import (
    SUBJECT,
    cases_around,
    cases_asked_for,
    linked,
    longest_window,
)
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.returns import KEY, days_around, own_column
from cxtool.metrics.trend import CURRENT
from cxtool.report import Report, Section
from cxtool.tables import Frame, Tables
from cxtool.units import duration

USES = ("interactions", "context")
CASES, AROUND, VIEWS = "journey cases", "journey around", "journey views"


def days_needed(settings: Settings) -> int:
    """The days around each period in which threads go on and contacts come back."""
    return days_around(longest_window(settings))


def report(tables: Tables, settings: Settings) -> Report:
    """How contacts moved in the period, against the compared one.

    Sections: ``summary``, ``channels``, ``changes``, ``queues``, ``queue_changes``, ``skills``,
    ``transfers``, ``self_service``, ``articles``, ``reasons``. What the export lacks is null or
    has no rows, and is told in notes. Internal cases are left out. Source: K6-K8.
    """
    return carried_out(plan(tables, settings), tables)


def plan(tables: Tables, settings: Settings) -> Plan:
    """What ``report`` reads and makes."""
    request = tables.request
    cases = cases_asked_for(tables)
    reason = reasons.reason_column(tables)
    by_contact = sliced(tables, settings, cases, reason)
    frames = {
        "queues": routing.group_counts(cases, "queue", settings, request),
        "skills": routing.group_counts(cases, "skills", settings, request),
        "transfers": routing.transfer_counts(cases, settings, request),
    }

    def has(column: str) -> bool:
        return tables.has("interactions", column)

    def finish(planned: Small) -> Report:
        small = {**planned, **by_contact.counts(planned)}
        return Report.on(
            request,
            report="journey",
            title="Journeys",
            source=tables.source,
            sections=(
                summary_section(small, tables),
                channels.channels_section(small["threads"], small["channels"], request),
                channels.changes_section(small["changes"], small["threads"], "channel", request),
                routing.group_section(small["queues"], "queue", request, known=has("queue")),
                channels.changes_section(
                    small["queue changes"], small["threads"], "queue", request
                ),
                routing.group_section(small["skills"], "skills", request, known=has("skills")),
                routing.transfers_section(small["transfers"], request, known=has("transfers")),
                service.self_service_section(small["entries"], request),
                service.articles_section(small.get("articles"), request),
                reasons.reasons_section(small["reasons"], reason, request),
            ),
            main="summary",
            notes=(*tables.notes, *notes(small, tables, settings)),
        )

    return Plan(frames=frames | by_contact.frames, finish=finish)


def sliced(tables: Tables, settings: Settings, cases: Frame, reason: str | None) -> Sliced:
    """The partials for which all cases of a contact must be seen together."""
    told = {name for name in (reason, own_column(tables, settings)) if name is not None}
    few = {KEY, "topic", "case_id", "started_ms", "direction", "channel", "queue", *told}
    columns = sorted(few | {"is_helped", CURRENT, AHT_MS})
    rows = {
        CASES: with_handle_parts(cases).select(*columns),
        AROUND: cases_around(tables),
    }
    if "context" in tables.others:
        rows[VIEWS] = service.all_views(tables.others["context"])

    def count(rows: Mapping[str, Frame]) -> dict[str, Frame]:
        contacts = linked(rows[CASES], rows[AROUND], tables, settings)
        frames = {
            "threads": channels.thread_counts(contacts),
            "channels": channels.channel_counts(contacts),
            "changes": channels.change_counts(contacts, "channel"),
            "queue changes": channels.change_counts(contacts, "queue"),
            "entries": service.entry_counts(contacts, settings.journey),
            "reasons": reasons.reason_counts(contacts, reason),
        }
        if VIEWS in rows:
            frames["articles"] = service.article_counts(contacts, rows[VIEWS])
            frames["deflection"] = service.deflection_counts(contacts, rows[VIEWS])
        return frames

    return Sliced(
        tables=tables, rows=rows, count=count, short=(KEY, "topic", SUBJECT, "action", "item")
    )


def summary_section(small: Small, tables: Tables) -> Section:
    """The period as a whole, in one row also where there are no cases."""
    request = tables.request
    data_before = has_before(small["channels"])
    cases = count(channels.CASES, of="cases_n", request=request, data_before=data_before)
    parts: list[tuple[pl.DataFrame, Figures]] = [
        (small["channels"], cases),
        (
            small["threads"],
            channels.thread_figures(
                request, data_before=data_before, known=_names_contacts(tables)
            ),
        ),
        (small["queues"], routing.transfer_rate(request)),
        (
            small["entries"],
            service.kept_rate("containment", "Containment", request)
            + service.unassisted_rate(request),
        ),
        (
            small.get("deflection", service.NOTHING),
            service.kept_rate("deflection", "Deflection", request),
        ),
        (small["reasons"], reasons.repeat_figures(small["reasons"], request)),
    ]
    rows = [side_by_side(partial, []).rows.select(part.values) for partial, part in parts]
    return Section(
        id="summary",
        title="Journeys",
        columns=tuple(column for _, part in parts for column in part.columns),
        rows=pl.concat(rows, how="horizontal"),
    )


def notes(small: Small, tables: Tables, settings: Settings) -> tuple[str, ...]:
    """The windows that hold, cases that are in no thread, and cases that are not judged yet."""
    inbound = small["reasons"].filter(CURRENT).select(pl.col("cases_n", "known_n").sum())
    cases_n, known_n = inbound.row(0)
    window = duration(settings.journey.window)
    said = [
        f"A thread: cases of one contact on one topic (else ticket), each at most {window} after"
        " the one before."
    ]
    if not _names_contacts(tables):
        said.append("The export names no contact: there are no threads, returns or repeats.")
    elif cases_n > known_n:
        said.append(
            f"Inbound cases of unknown contacts, which are in no thread: {cases_n - known_n:,}."
        )
    return (*said, *_young_notes(small, tables, settings))


def _names_contacts(tables: Tables) -> bool:
    return any(tables.has("interactions", name) for name in ("contact_id", "contact"))


def _young_notes(small: Small, tables: Tables, settings: Settings) -> tuple[str, ...]:
    """From when on nobody can tell yet whether a contact comes back."""
    seen = [small[name] for name in ("entries", "deflection") if name in small]
    current = [partial.filter(CURRENT).select("cases_n", "judged_n").sum() for partial in seen]
    young = any(cases_n > judged_n for cases_n, judged_n in pl.concat(current).iter_rows())
    judged_before = tables.request.as_of - timedelta(days=days_around(settings.fcr.window))
    if not young or tables.request.period.end <= judged_before:
        return ()
    return (
        "Containment and deflection judge a case once the contact has had"
        f" {duration(settings.fcr.window)} to come back: cases from {judged_before} on are not"
        " judged yet.",
    )
