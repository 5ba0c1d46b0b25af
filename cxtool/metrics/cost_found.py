"""What the sections of the cost report are made of, and how their rows and columns are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from msgspec import Struct

from cxtool.metrics.cost_plans import HIGH, LIKELY, LOW, Inputs, Line, Plan, inputs_of, lines, total
from cxtool.metrics.cost_prices import PriceList, Tier
from cxtool.metrics.cost_volumes import Volumes
from cxtool.metrics.stats import rounded
from cxtool.period import Request
from cxtool.report import Better, Column
from cxtool.units import Unit

ENDS = (LOW, LIKELY, HIGH)


class Found(Struct, frozen=True, kw_only=True):
    """What the sections are made of. ``before`` is None where the compared period has no data.

    ``now`` and ``earlier`` are the totals of the counts of both periods.
    """

    request: Request
    prices: PriceList
    tier: Tier
    wage: float | None
    volumes: Volumes
    before: Volumes | None
    now: Mapping[str, int]
    earlier: Mapping[str, int]

    def inputs(self, end: int = LIKELY, *, tier: Tier | None = None) -> Inputs:
        """The inputs of the period at one end of the ranges."""
        return inputs_of(self.volumes, self.prices, tier or self.tier, wage=self.wage, end=end)

    @property
    def inputs_before(self) -> Inputs | None:
        """The likely inputs of the compared period, at today's prices."""
        if self.before is None:
            return None
        return inputs_of(self.before, self.prices, self.tier, wage=self.wage)

    def known_lines(self, plan: Plan) -> tuple[Line, ...] | None:
        """The likely lines of a plan; None where its total is unknown."""
        return None if total(plan, self.inputs()) is None else lines(plan, self.inputs())

    @property
    def compared(self) -> bool:
        return self.request.previous is not None


def frame_of(rows: Sequence[tuple[Any, ...]], columns: Sequence[Column]) -> pl.DataFrame:
    """Rows as a frame of the columns' types, figures rounded."""
    types = {Unit.TEXT: pl.String, Unit.BOOL: pl.Boolean}
    schema = {column.key: types.get(column.unit, pl.Float64) for column in columns}
    cells: Iterator[tuple[Any, ...]] = (
        tuple(float(cell) if type(cell) is int else cell for cell in row) for row in rows
    )
    frame = pl.DataFrame(list(cells), schema=schema, orient="row")
    return frame.with_columns(rounded(pl.col(pl.Float64)))


def money(key: str, label: str, *, better: Better | None = None, drop: int) -> Column:
    """A column of amounts in the currency of the price list."""
    return Column(key=key, label=label, unit=Unit.MONEY, better=better, drop=drop)
