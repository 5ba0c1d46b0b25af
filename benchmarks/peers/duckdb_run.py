"""Running a DuckDB peer: the export's tables as views, its script, the tables that it made.

``report`` runs the scripts of all parts, each in a schema of its own. CSV, which each of them would
parse again, is then loaded once.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from benchmarks.peers.export import STEPS_S, TABLES, Export, written

SECTIONS = {
    "sla": ("summary", "by_agent", "by_day", "distribution"),
    "behavior": (
        *("agents", "teams", "team", "agents_behaviors", "teams_behaviors", "team_behaviors"),
        *("trend", "left_out"),
    ),
    "cel": ("summary", "shares", "companies"),
    "kpi": ("summary", "handling", "percentiles", "service_level"),
    "report": (
        *("headline", "sla_days", "distribution", "first_response", "breaches"),
        *("volume_summary", "volume_days", "channels", "heat", "cel_days", "tables"),
    ),
}
PARTS = ("sla", "behavior", "cel", "kpi", "report")
ALONE = ("by_agent", "by_day")  # sections that the report does not have
LISTS = {"interactions": ("tags", "contact_labels"), "contacts": ("labels",)}  # text in CSV
# What no part of the report reads.
UNREAD = {
    "interactions": "notes, tags, skills, campaign, contact_labels, language",
    "tickets": "subject, description, product",
    "transcripts": "text, start_s, end_s",
}


def run(report: str, export: Export, output: Path) -> None:
    """Write the figures of a report as JSON; the log as Parquet."""
    with duckdb.connect() as connection:
        threads = os.environ.get("POLARS_MAX_THREADS")
        if threads:
            connection.execute(f"SET threads = {int(threads)}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute((Path(__file__).with_name("duckdb_shared.sql")).read_text())
        for table in TABLES:
            connection.execute(_source(export, table, load=report == "report"))
        if report == "log":
            copy = f"COPY log TO '{output}' (FORMAT parquet)"
            connection.execute(_script("log") + copy)
            return
        parts = PARTS if report == "report" else (report,)
        sections = {}
        for part in parts:
            connection.execute(f"CREATE SCHEMA {part}_part; SET search_path = '{part}_part,main'")
            connection.execute(_script(part))
            for section in SECTIONS[part]:
                if len(parts) == 1:
                    sections[section] = _rows(connection, section)
                elif section not in ALONE:
                    # The report comes last: where it tells more of a section, that is the one kept.
                    name = f"{part}_{section}" if section == "summary" else section
                    sections[name] = _rows(connection, section)
        written(sections, output)


def _source(export: Export, table: str, *, load: bool) -> str:
    """A view of a table's files; a table, where CSV is read more than once."""
    if not export.is_csv:
        return f"CREATE VIEW {table} AS FROM read_parquet('{export.path(table)}')"
    reading = f"read_csv('{export.path(table)}')"
    if load:
        unread = f"EXCLUDE ({UNREAD[table]})" if table in UNREAD else ""
        return f"CREATE TABLE {table} AS SELECT * {unread} FROM {reading}"
    lists = ", ".join(f"string_split({name}, ';') AS {name}" for name in LISTS.get(table, ()))
    replaced = f"REPLACE ({lists})" if lists else ""
    return f"CREATE VIEW {table} AS SELECT * {replaced} FROM {reading}"


def _script(name: str) -> str:
    script = Path(__file__).with_name(f"duckdb_{name}.sql").read_text(encoding="utf-8")
    return script.replace("$steps", str(list(STEPS_S)))


def _rows(connection: duckdb.DuckDBPyConnection, section: str) -> str:
    """The rows of a section as JSON, which DuckDB writes faster than Python."""
    found = connection.execute(f"SELECT to_json(list(s)) FROM {section} AS s").fetchone()
    return found[0] if found and found[0] else "[]"
