"""The interaction log of the period in pandas, written as Parquet."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.pandas_tables import Read, verdict

COLUMNS = (
    *("case_id", "contact", "contact_labels", "channel", "queue", "agent", "direction"),
    *("started_at", "handle_s", "first_response_s", "recording", "disposition", "tags"),
    *("notes", "sentiment", "csat", "sla"),
)


def write(read: Read, path: Path, *, split: bool) -> None:
    """Write the log to a Parquet file, in order of start and id."""
    cases = read("interactions")
    cases = cases[cases["is_current"]].merge(read("contacts"), on="contact_id", how="left")
    cases["contact"] = cases["contact"].fillna(cases["name"]).fillna(cases["contact_id"])
    cases["contact_labels"] = cases["contact_labels"].fillna(cases["labels"])
    cases["agent"] = cases["agent"].fillna(cases["agent_id"])
    cases["recording"] = cases["recording"].where(cases["channel"] == "voice")
    cases["sla"] = verdict(cases)
    if split:
        for name in ("contact_labels", "tags"):
            cases[name] = cases[name].str.split(";")
    log = cases.sort_values(["started_at", "case_id"])[list(COLUMNS)]
    log.to_parquet(path, index=False)
