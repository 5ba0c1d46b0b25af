"""The report on performance: headline metrics beside the industry's, and what they are made of.

What is counted of a case stands in ``handling``, who came back in ``fcr``, how counts become
figures in ``kpi_figures``. Source: K1-K5.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics import fcr, kpi_sections
from cxtool.metrics.dimensions import find_dimensions
from cxtool.metrics.handling import AHT_MS, case_counts, with_handle_parts
from cxtool.metrics.kpi_notes import fcr_notes, figure_notes
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.trend import in_either, within
from cxtool.report import Report
from cxtool.tables import Frame, Tables


def report(tables: Tables, settings: Settings, *, by: Sequence[tuple[str, ...]] = ()) -> Report:
    """Contact-centre metrics of the period against the compared one.

    Sections: ``summary``, one row a metric; one ``by_DIM`` for each of ``by`` (several names are
    crossed); ``handling``, ``percentiles``, ``service_level``. The main one is the first
    breakdown, else the summary. Raises ``UsageError`` for an unknown dimension. Source: K1-K5.
    """
    return carried_out(plan(tables, settings, by=by), tables)


def plan(tables: Tables, settings: Settings, *, by: Sequence[tuple[str, ...]] = ()) -> Plan:
    """What ``report`` reads and makes."""
    request = tables.request
    groups = {"": (), **{",".join(n): find_dimensions(n, tables.cases) for n in by}}
    cases = tables.cases.filter(in_either(request))
    repeats = fcr.Repeats(
        tables=tables, settings=settings, by={f"fcr {name}": d for name, d in groups.items()}
    )
    frames = {f"cases {n}": case_counts(cases, d, settings, request) for n, d in groups.items()}
    frames |= {f"times {n}": f for n, f in histograms(cases, within(request.period)).items()}

    def finish(small: Small) -> Report:
        came_back = repeats.counts(small)
        totals = small["cases "]
        breakdowns = [
            kpi_sections.breakdown_section(
                small[f"cases {name}"], came_back[f"fcr {name}"], dimensions, settings, request
            )
            for name, dimensions in groups.items()
            if dimensions
        ]
        sections = (
            kpi_sections.summary_section(totals, came_back["fcr "], settings, request),
            *breakdowns,
            kpi_sections.handling_section(totals, request),
            kpi_sections.percentiles_section(
                {n: small[f"times {n}"] for n in kpi_sections.MEASURES}
            ),
            kpi_sections.service_level_section(totals, settings, request),
        )
        return Report.on(
            request,
            report="kpi",
            title="Performance",
            source=tables.source,
            sections=sections,
            main=(breakdowns or sections)[0].id,
            notes=(
                *tables.notes,
                *figure_notes(totals),
                *fcr_notes(came_back["fcr "], tables, settings),
            ),
        )

    return Plan(frames=frames | repeats.frames, finish=finish)


def histograms(cases: Frame, among: nw.Expr) -> dict[str, Frame]:
    """Partials: how often each time of ``MEASURES`` occurs, in milliseconds (``value_ms``).

    ``among``: of which cases.
    """
    handled, inbound = nw.col("answered"), nw.col("direction") == "inbound"
    counts = {
        "wait": inbound,
        "first_response": inbound & handled,
        **dict.fromkeys(("talk", "hold", "acw"), handled),
    }
    # Each among its own cases: what they have in common is found by the engine.
    values = {
        "handle": with_handle_parts(cases.filter(among & handled)).select(value_ms=AHT_MS),
        **{
            name: cases.filter(among & which & ~nw.col(f"{name}_ms").is_null()).select(
                value_ms=f"{name}_ms"
            )
            for name, which in counts.items()
        },
    }
    return {
        name: rows.group_by("value_ms").agg(nw.len().cast(nw.Int64).alias("cases_n"))
        for name, rows in values.items()
    }
