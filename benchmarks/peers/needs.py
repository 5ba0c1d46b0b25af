"""Which columns each report reads, of which tables: what pandas loads, and what a scan must."""

from __future__ import annotations

from collections.abc import Mapping

Needs = Mapping[str, tuple[str, ...]]

NEEDS: Mapping[str, Needs] = {
    "log": {
        "interactions": (
            *("case_id", "contact", "contact_labels", "channel", "queue", "agent"),
            *("direction", "started_at", "handle_s", "first_response_s", "recording"),
            *("disposition", "tags", "notes", "sentiment", "csat", "contact_id"),
            *("agent_id",),
        ),
        "contacts": ("contact_id", "name", "labels"),
    },
    "sla": {
        "interactions": ("agent", "direction", "started_at", "first_response_s"),
    },
    "behavior": {
        "interactions": (
            *("case_id", "started_at", "channel", "direction", "team", "agent_id"),
            *("agent", "first_agent", "closed_by", "transfers", "recording"),
            *("handle_s",),
        ),
        "behaviors": ("case_id", "behavior", "score"),
        "transcripts": ("case_id", "speaker"),
    },
    "cel": {
        "interactions": (
            *("channel", "direction", "started_at", "contact_id", "company_id"),
            *("answered", "talk_s", "handle_s"),
        ),
        "contacts": ("contact_id", "company_id"),
        "companies": ("company_id", "name"),
        "tickets": ("created_at", "resolved_at", "contact_id", "company_id"),
    },
    "kpi": {
        "interactions": (
            *("started_at", "channel", "direction", "topic", "contact_id", "handle_s"),
            *("talk_s", "hold_s", "acw_s", "wait_s", "first_response_s", "answered"),
            *("transfers", "resolved", "disposition", "csat"),
        ),
    },
    "report": {
        "interactions": (
            *("case_id", "started_at", "channel", "queue", "agent", "direction"),
            *("first_response_s", "ended_at", "status"),
        ),
        "contacts": ("contact_id",),
        "companies": ("company_id",),
        "tickets": ("ticket_id",),
        "behaviors": ("case_id",),
        "transcripts": ("case_id",),
    },
}


def columns(reports: tuple[str, ...]) -> dict[str, list[str]]:
    """The columns of each table that one of the reports reads."""
    found: dict[str, dict[str, None]] = {}
    for report in reports:
        for table, names in NEEDS[report].items():
            found.setdefault(table, {}).update(dict.fromkeys(names))
    return {table: list(names) for table, names in found.items()}
