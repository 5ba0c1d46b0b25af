"""Runs the days of a synthetic export: make, count, write, forget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from cxtool.errors import UsageError, nearest
from cxtool.exports.proving import prove
from cxtool.schema import TABLES
from cxtool.synthetic import frames
from cxtool.synthetic.behaviors import make_behaviors
from cxtool.synthetic.cases import make_cases
from cxtool.synthetic.context import make_context, make_notes
from cxtool.synthetic.lexicon import Lexicon
from cxtool.synthetic.plan import Order, Plan
from cxtool.synthetic.states import make_states
from cxtool.synthetic.tickets import make_tickets
from cxtool.synthetic.transcripts import make_transcripts
from cxtool.synthetic.truth import Truth
from cxtool.synthetic.writer import TRUTH_FILE, ExportWriter, Format, TableWriter, whole_folder

Progress = Callable[[int, int], None]
ALL_TABLES = tuple(TABLES)


def write_sample(
    order: Order,
    target: Path,
    *,
    fmt: Format = "parquet",
    tables: tuple[str, ...] = ALL_TABLES,
    force: bool = False,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write a synthetic export and its ``truth.json`` to a folder; return the rows of each table.

    The same order gives the same rows, whatever tables are wanted; with the same versions of
    numpy and polars, the same bytes. ``progress`` is told days done and days in all. At any time
    one day's rows and at most one waiting part of each table are in memory. Raises UsageError for
    an unknown table and for a target that must not be replaced, CxtoolError where writing fails.
    """
    check_tables(tables)
    plan = Plan(order)
    lexicon = Lexicon(plan)
    truth = Truth(lexicon, behaviors="behaviors" in tables)
    transcript_cases_n = 0
    with whole_folder(target, force=force) as folder:
        with ExportWriter(folder, tables, fmt) as export:
            _write_people(lexicon, export.tables)
            for day in range(order.days):
                transcript_cases_n += _write_day(lexicon, day, export.tables, truth)
                if progress is not None:
                    progress(day + 1, order.days)
        result = truth.result(
            rows=export.rows_n,
            transcript_cases_n=transcript_cases_n,
            more={"format": fmt, "tables": list(tables)},
        )
        prove(folder, sorted(folder.rglob("*.parquet")))
        text = msgspec.json.format(msgspec.json.encode(result), indent=2)
        (folder / TRUTH_FILE).write_bytes(text + b"\n")
    return export.rows_n


def check_tables(tables: tuple[str, ...]) -> None:
    """Refuse names that are no tables."""
    for table in tables:
        if table not in TABLES:
            guess = nearest(table, list(TABLES))
            raise UsageError(
                f"no table '{table}'" + (f"; did you mean '{guess}'?" if guess else ""),
                hint="tables: " + ", ".join(TABLES),
            )


def _write_people(lexicon: Lexicon, writers: dict[str, TableWriter]) -> None:
    if "contacts" in writers:
        writers["contacts"].add(frames.contacts_frame(lexicon), part="all")
    if "companies" in writers:
        writers["companies"].add(frames.companies_frame(lexicon), part="all")


def _write_day(lexicon: Lexicon, day: int, writers: dict[str, TableWriter], truth: Truth) -> int:
    """Make, count and write one day; return how many of its cases have a transcript."""
    plan = lexicon.plan
    part = plan.date_of(day).isoformat()
    cases = make_cases(plan, day)
    tickets = make_tickets(plan, day, cases)
    truth.add(cases, tickets)
    transcript_cases_n = 0
    if "interactions" in writers:
        writers["interactions"].add(frames.interactions_frame(lexicon, cases), part=part)
    if "tickets" in writers:
        writers["tickets"].add(frames.tickets_frame(lexicon, tickets), part=part)
    if "behaviors" in writers:
        scores = make_behaviors(plan, day, cases)
        if truth.behaviors is not None:
            truth.behaviors.add(day, scores)
        writers["behaviors"].add(frames.behaviors_frame(lexicon, cases, scores), part=part)
    if "transcripts" in writers:
        transcripts = make_transcripts(plan, day, cases)
        transcript_cases_n = transcripts.cases_n
        turns = frames.transcripts_frame(lexicon, cases, transcripts)
        writers["transcripts"].add(turns, part=part)
    if "agent_states" in writers:
        states = make_states(plan, day, cases)
        writers["agent_states"].add(frames.states_frame(lexicon, states), part=part)
    if "context" in writers:
        context = make_context(plan, day, cases)
        writers["context"].add(frames.context_frame(lexicon, cases, context), part=part)
    if "notes" in writers:
        notes = make_notes(plan, day, cases, tickets)
        writers["notes"].add(frames.notes_frame(lexicon, tickets, notes), part=part)
    return transcript_cases_n
