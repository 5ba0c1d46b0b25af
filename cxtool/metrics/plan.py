"""A report in two steps, so that several can share one reading of the rows.

First the lazy frames whose few rows it needs, then what it makes of them once they are collected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from cxtool.report import Report
from cxtool.tables import Frame, Tables

Small = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a report has to know of the rows, by name, and the report made of that."""

    frames: Mapping[str, Frame]
    finish: Callable[[Small], Report]


def carried_out(plan: Plan, tables: Tables) -> Report:
    """The report that was planned."""
    return plan.finish(tables.collect(plan.frames))


def together(plans: Mapping[str, Plan], tables: Tables) -> dict[str, Report]:
    """The reports of these names; what several read of a table is read once."""
    frames = {
        (name, key): frame for name, plan in plans.items() for key, frame in plan.frames.items()
    }
    small = tables.collect({f"{name}.{key}": frame for (name, key), frame in frames.items()})
    return {
        name: plan.finish({key: small[f"{name}.{key}"] for key in plan.frames})
        for name, plan in plans.items()
    }
