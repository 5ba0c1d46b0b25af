"""What a reader must know of the figures: how they were judged, and which cases they leave out."""

from __future__ import annotations

import polars as pl

from cxtool.config import Settings
from cxtool.metrics.returns import own_column
from cxtool.metrics.trend import CURRENT
from cxtool.tables import Tables
from cxtool.units import duration


def fcr_notes(repeats: pl.DataFrame, tables: Tables, settings: Settings) -> tuple[str, ...]:
    """How first-contact resolution was judged, and how many cases of the period it leaves out."""
    window = duration(settings.fcr.window)
    counts = repeats.filter(pl.col(CURRENT)).sum().row(0, named=True)
    young, unknown = (counts[name] or 0 for name in ("fcr_young_n", "fcr_unknown_n"))
    told = own_column(tables, settings)
    if told is not None:
        notes = [f"FCR: as the export's column {told} says."]
        return (*notes, f"FCR: {unknown:,} handled cases do not say it.") if unknown else (*notes,)
    notes = [f"FCR: the same contact, and topic where known, does not come back within {window}."]
    if young:
        notes.append(
            f"FCR: {young:,} handled cases are younger than {window} at as-of and not judged yet."
        )
    if unknown:
        notes.append(f"FCR: {unknown:,} handled cases of no known contact are not judged.")
    return tuple(notes)


def figure_notes(totals: pl.DataFrame) -> tuple[str, ...]:
    """Handled cases of the period that a figure cannot tell anything of."""
    now = totals.filter(pl.col(CURRENT)).sum().row(0, named=True)
    handled = now["handled_n"] or 0
    missing = {
        "outcome, left out of resolution": handled - (now["known_n"] or 0),
        "handle time, left out of AHT": handled - (now["aht_count"] or 0),
        "after-call work, left out of ACW": handled - (now["acw_count"] or 0),
    }
    return tuple(
        f"{count:,} of {handled:,} handled cases have no known {what}."
        for what, count in missing.items()
        if 0 < count < handled
    )
