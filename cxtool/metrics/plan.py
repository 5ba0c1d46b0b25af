"""A report in two steps: the lazy frames whose few rows it needs, and what it makes of these.

Frames of one report are collected together. Those of several are not: they have little to read in
common, and would all be in memory at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
from msgspec import Struct

from cxtool.report import Report
from cxtool.tables import Frame, Tables

Small = Mapping[str, pl.DataFrame]


class Plan(Struct, frozen=True, kw_only=True):
    """What a report has to know of the rows, by name, and the report made of that."""

    frames: Mapping[str, Frame]
    finish: Callable[[Small], Report]


def carried_out(plan: Plan, tables: Tables) -> Report:
    """The report that was planned."""
    return plan.finish(tables.collect(plan.frames))
