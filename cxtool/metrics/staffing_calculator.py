"""The plan of one interval by its numbers alone: calls, handle time, target. No export is read."""

from __future__ import annotations

import polars as pl
from msgspec.structs import replace

from cxtool.config import Settings
from cxtool.errors import UsageError
from cxtool.metrics.staffing_need import needed, one_more_or_less
from cxtool.metrics.staffing_notes import model_notes
from cxtool.metrics.staffing_sections import CHANGE, calculated_columns, section_of
from cxtool.metrics.staffing_terms import terms_of
from cxtool.period import Request
from cxtool.report import Report, Source


def report(
    request: Request, settings: Settings, *, calls: float, aht_s: float, interval_s: int
) -> Report:
    """Agents for so many calls of an interval, and what one less or more gives.

    Sections ``staffing`` and ``one_more_or_less``. ``request`` only dates it. Source: K9.
    """
    if not calls:
        raise UsageError("no calls need no agents", hint="--calls 100")
    terms = terms_of(settings, interval_s=interval_s)
    rows = pl.DataFrame({"calls": [float(calls)], "aht_s": [float(aht_s)]})
    staffed = needed(rows, terms)
    changed = one_more_or_less(staffed, terms).with_columns(
        hourly_cost=pl.col("cost") / terms.hours
    )
    staffing, change = calculated_columns(terms)
    return Report.on(
        replace(request, previous=None),
        report="staffing",
        title="Staffing",
        source=Source(files=(), profile=None, rows_read=0, rows_set_aside=0),
        sections=(
            section_of(
                "staffing",
                "Agents of an interval",
                staffed.with_columns(offered_n=pl.col("calls")),
                staffing,
                dimensions=(),
            ),
            section_of(
                "one_more_or_less",
                "One agent less or more",
                changed,
                change,
                dimensions=(),
                order=(CHANGE.key,),
            ),
        ),
        main="staffing",
        notes=("No export was read: the period says nothing here.", *model_notes(terms)),
        compared=False,
    )
