"""Frozen cut points: behaviour scores ranked against one fixed reference, in a file of their own.

Without a calibration, scores are ranked within the two compared periods. With one, every report is
ranked against the same rows, so that totals of different months can be put side by side.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec
import narwhals.stable.v2 as nw
import polars as pl
from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import CxtoolError
from cxtool.metrics.behavior_eligibility import eligible, scored_rows
from cxtool.metrics.behavior_given import are_indices, as_given, refuse_indices
from cxtool.metrics.behavior_index import Cuts, cut_points, score_counts
from cxtool.metrics.trend import in_either, within
from cxtool.tables import Frame, Tables

SCHEMA: Final = "cxtool.calibration/1"
HINT = "make one with: cxtool behavior calibrate -o FILE"


class CutPoints(Struct, frozen=True, kw_only=True):
    """The cut points of every behaviour, and the local days ``[start, end)`` they come from."""

    schema: Literal["cxtool.calibration/1"]
    start: date
    end: date
    time_zone: str
    behaviors: tuple[Cuts, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(cuts.behavior for cuts in self.behaviors)

    def to_json(self) -> str:
        """The calibration file's text; the same cut points give the same text."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"


def reference_rows(tables: Tables, settings: Settings, *, days: nw.Expr) -> Frame:
    """Scored rows of all eligible interactions on those days, whatever ``--where`` keeps."""
    cases = eligible(tables.reference_cases.filter(days), tables, settings)
    return scored_rows(tables).join(cases.select("case_id"), on="case_id", how="inner")


def reference(
    tables: Tables, settings: Settings, *, counts: pl.DataFrame | None = None
) -> tuple[Cuts, ...]:
    """Cut points from both compared periods together, so that a change of all can show (B3).

    Scores that are indices already are taken as they are. ``counts``: the ``score_counts`` of the
    reference, where they are known already.
    """
    if counts is None:
        counts = _compared_counts(tables, settings)
    if are_indices(tables):
        return as_given(counts)
    return cut_points(counts, negative=settings.behavior.negative)


def ranked(tables: Tables, settings: Settings) -> tuple[Cuts, ...]:
    """Cut points from both compared periods together, of scores that are no indices for certain."""
    counts = _compared_counts(tables, settings)
    return cut_points(counts, negative=settings.behavior.negative)


def calibrate(tables: Tables, settings: Settings) -> CutPoints:
    """Cut points from the period alone, to be frozen.

    Raises CxtoolError where no interaction is scored, or scores are indices already.
    """
    refuse_indices(tables)
    request = tables.request
    rows = reference_rows(tables, settings, days=within(request.period))
    cuts = cut_points(_counts(tables, rows), negative=settings.behavior.negative)
    if not cuts:
        raise CxtoolError(
            f"no scored interaction in {request.period.label} to calibrate with",
            hint="choose another --period",
        )
    return CutPoints(
        schema=SCHEMA,
        start=request.period.start,
        end=request.period.end,
        time_zone=request.time_zone,
        behaviors=cuts,
    )


def parse_calibration(text: str | bytes, *, name: str) -> CutPoints:
    """Cut points from a calibration file's text; anything else is an error that names the file."""
    try:
        found = msgspec.json.decode(text, type=CutPoints)
    except msgspec.DecodeError as error:
        raise CxtoolError(f"{name} is not a {SCHEMA} file: {error}", hint=HINT) from error
    if len(set(found.names)) != len(found.names):
        raise CxtoolError(f"{name} has a behaviour twice", hint=HINT)
    return found


def read_calibration(path: Path) -> CutPoints:
    """Cut points from a file that ``calibrate`` made."""
    try:
        text = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise CxtoolError(f"cannot read calibration {path}: {reason}", hint=HINT) from error
    return parse_calibration(text, name=str(path))


def _compared_counts(tables: Tables, settings: Settings) -> pl.DataFrame:
    return _counts(tables, reference_rows(tables, settings, days=in_either(tables.request)))


def _counts(tables: Tables, rows: Frame) -> pl.DataFrame:
    return tables.collect({"score_counts": score_counts(rows)})["score_counts"]
