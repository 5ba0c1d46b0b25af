"""The interaction log of the period in Polars, written as Parquet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.peers.export import Export
from benchmarks.peers.polars_tables import LISTS, cases, scan, verdict

COLUMNS = (
    *("case_id", "contact", "contact_labels", "channel", "queue", "agent", "direction"),
    *("started_at", "handle_s", "first_response_s", "recording", "disposition", "tags"),
    *("notes", "sentiment", "csat", "sla"),
)


def write(export: Export, path: Path) -> None:
    """Write the log to a Parquet file, in order of start and id."""
    current = cases(export).filter("is_current").with_columns(sla=verdict())
    contacts = scan(export, "contacts").select("contact_id", "name", "labels")
    named = current.join(contacts, on="contact_id", how="left").with_columns(
        contact=pl.coalesce("contact", "name", "contact_id"),
        contact_labels=pl.coalesce("contact_labels", "labels"),
        agent=pl.coalesce("agent", "agent_id"),
        recording=pl.when(pl.col("channel") == "voice").then("recording"),
    )
    if export.is_csv:
        named = named.with_columns(pl.col(LISTS).str.split(";"))
    named.select(COLUMNS).sort("started_at", "case_id").sink_parquet(path)
