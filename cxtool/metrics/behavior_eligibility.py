"""Which interactions a behaviour report scores, and why the others are left out (B11).

Each interaction has at most one reason: the first of ``REASONS`` that applies to it. A reason
applies only where the export has a column that shows it; unknown values are never held against an
interaction. Scored and left out together are all interactions.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw
from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import NotInExportError
from cxtool.joining import left_join
from cxtool.metrics.choose import choose
from cxtool.tables import Frame, Tables

SHORTEST_MS = 4_000  # an interaction of four seconds or less is not scored; source: B11
NOT_SCORED = "not_scored"


class Reason(Struct, frozen=True):
    """Why an interaction is left out; ``shown_by``: any of these columns is enough to judge it."""

    key: str
    label: str
    table: str
    shown_by: tuple[str, ...]


REASONS = (
    Reason("internal", "internal interaction", "interactions", ("direction",)),
    Reason(
        "several_agents",
        "several agents took part",
        "interactions",
        ("transfers", "first_agent", "closed_by"),
    ),
    Reason("not_recorded", "voice without a recording", "interactions", ("recording",)),
    Reason("too_short", "lasted 4 s or less", "interactions", ("handle_s", "ended_at")),
    Reason("no_dialogue", "neither agent nor customer speaks", "transcripts", ("speaker",)),
    Reason("one_sided", "only one side speaks", "transcripts", ("speaker",)),
    Reason("no_agent", "no agent took part", "interactions", ("agent_id", "agent")),
    Reason("language_without_model", "language without a model", "interactions", ("language",)),
    Reason(NOT_SCORED, "no behaviour scores", "behaviors", ("score",)),
)


def scored_rows(tables: Tables) -> Frame:
    """Rows of the ``behaviors`` table that have a score; its absence is an error."""
    if "behaviors" not in tables.others:
        raise NotInExportError(
            "the export has no 'behaviors' table, so there are no behaviour scores to report",
            hint="add behaviors.csv with the columns case_id, behavior, score; of transcripts,"
            " 'cxtool behavior --from-transcripts' counts phrases",
        )
    rows = tables.others["behaviors"].select("case_id", "behavior", "score")
    return rows.filter(~nw.col("behavior").is_null(), ~nw.col("score").is_null())


def judged(cases: Frame, tables: Tables, settings: Settings) -> Frame:
    """``cases`` with ``reason``, null for those that may be scored (scores are not looked at)."""
    judgeable = [reason.key for reason in REASONS if can_judge(reason, tables, settings)]
    if "one_sided" in judgeable:
        cases = left_join(cases, _silent(tables.others["transcripts"]), on="case_id")
    applies = _applies(settings)
    branches = [(applies[key], nw.lit(key)) for key in judgeable if key in applies]
    return cases.with_columns(reason=choose(branches, nw.lit(None, nw.String())))


def eligible(cases: Frame, tables: Tables, settings: Settings) -> Frame:
    """The cases that may be scored."""
    return judged(cases, tables, settings).filter(nw.col("reason").is_null())


def verdicts(tables: Tables, settings: Settings, *, days: nw.Expr) -> Frame:
    """``cases`` of those days with their final ``reason``, null for those that are scored."""
    cases = judged(tables.cases.filter(days), tables, settings)
    scored = scored_rows(tables).group_by("case_id").agg(scores_n=nw.len())
    missing = nw.col("reason").is_null() & nw.col("scores_n").is_null()
    return cases.join(scored, on="case_id", how="left").with_columns(
        reason=nw.when(missing).then(nw.lit(NOT_SCORED)).otherwise(nw.col("reason"))
    )


def not_judged_note(tables: Tables, settings: Settings) -> str | None:
    """Which reasons could not be looked at, and what the export would need for them."""
    missing = {
        f"{reason.label} ({_needs(reason)})"
        for reason in REASONS
        if not can_judge(reason, tables, settings)
        and (reason.key != "language_without_model" or settings.behavior.languages)
    }
    return "Not looked at, for want of columns: " + "; ".join(sorted(missing)) if missing else None


def _needs(reason: Reason) -> str:
    columns = " or ".join(reason.shown_by)
    return columns if reason.table == "interactions" else f"{reason.table}.{columns}"


def can_judge(reason: Reason, tables: Tables, settings: Settings) -> bool:
    if reason.key == "language_without_model" and not settings.behavior.languages:
        return False
    return any(tables.has(reason.table, column) for column in reason.shown_by)


def _silent(turns: Frame) -> Frame:
    """The cases of which a side never speaks: few, so that joining them takes little."""

    def spoken(speaker: str) -> nw.Expr:
        return (nw.col("speaker") == speaker).cast(nw.Int64()).sum().cast(nw.Int64())

    sides = turns.group_by("case_id").agg(
        agent_turns_n=spoken("agent"), customer_turns_n=spoken("customer")
    )
    return sides.filter((nw.col("agent_turns_n") == 0) | (nw.col("customer_turns_n") == 0))


def _applies(settings: Settings) -> dict[str, nw.Expr]:
    """The condition of each reason, in the order of ``REASONS``."""
    agent_silent = nw.col("agent_turns_n") == 0
    customer_silent = nw.col("customer_turns_n") == 0
    languages = [language.lower() for language in settings.behavior.languages]
    return {
        "internal": nw.col("direction") == "internal",
        "several_agents": (nw.col("transfers") > 0)
        | _someone_else("first_agent")
        | _someone_else("closed_by"),
        "not_recorded": nw.col("is_voice") & nw.col("recording").is_null(),
        "too_short": nw.col("handle_ms") <= SHORTEST_MS,
        "no_dialogue": agent_silent & customer_silent,
        "one_sided": agent_silent | customer_silent,
        "no_agent": nw.col("agent_id").is_null(),
        "language_without_model": ~nw.col("language").str.to_lowercase().is_in(languages),
    }


def _someone_else(column: str) -> nw.Expr:
    # The export may write the other person as an id or as a name.
    person = nw.col(column)
    return (person != nw.col("agent_id")) & (person != nw.col("agent"))
