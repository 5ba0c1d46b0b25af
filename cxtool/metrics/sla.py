"""The SLA report: compliance and its change, breakdowns, breaches, and response times.

What a verdict is stands in ``sla_rule``, how verdicts become compliance in ``sla_compliance``.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.config import Settings
from cxtool.metrics.dimensions import find_dimensions
from cxtool.metrics.quantiles import quantiles
from cxtool.metrics.sla_breaches import breaches_frame, breaches_section
from cxtool.metrics.sla_compliance import breakdown_section, sla_counts, summary_section
from cxtool.metrics.sla_rule import rule_notes, with_sla
from cxtool.metrics.trend import in_either, within
from cxtool.report import Column, Report, Section
from cxtool.tables import Frame, Tables
from cxtool.units import Unit

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "max": 1.0}
DISTRIBUTION_COLUMNS = (
    *(
        Column(
            key=f"first_response_{name}_s",
            label={"p50": "Median", "max": "Worst"}.get(name, name),
            unit=Unit.SECONDS,
            better="lower",
            drop=1,
        )
        for name in QUANTILES
    ),
    Column(key="responses_n", label="Responses", unit=Unit.COUNT, drop=2),
)


def report(
    tables: Tables,
    settings: Settings,
    *,
    by: Sequence[tuple[str, ...]] = (),
    breaches: bool = False,
) -> Report:
    """SLA compliance of the period against the compared one.

    Sections: ``summary``; one ``by_DIM`` for each of ``by`` (several names are crossed); where
    asked ``breaches``; ``distribution``. The main one is what was asked for in particular:
    breaches, else the first breakdown, else the summary. Raises ``UsageError`` for an unknown
    dimension, and for a business clock without opening hours. Source: L17, S1-S6.
    """
    request = tables.request
    breakdowns = [find_dimensions(names, tables.cases) for names in dict.fromkeys(by)]
    judged = with_sla(tables.cases.filter(in_either(request)), settings, request)
    current = judged.filter(within(request.period))
    frames = {
        "summary": sla_counts(judged, (), request),
        "responses": _count_by(current, "first_response_ms"),
        "agents": _count_by(current, "agent_id"),
    }
    frames |= {f"by {n}": sla_counts(judged, dims, request) for n, dims in enumerate(breakdowns)}
    if breaches:
        frames["breaches"] = breaches_frame(current)
    small = tables.collect(frames)

    agents_n = small["agents"]["agent_id"].drop_nulls().len()
    summary = summary_section(small["summary"], agents_n, request)
    by_sections = [
        breakdown_section(small[f"by {n}"], dims, request) for n, dims in enumerate(breakdowns)
    ]
    breach_sections = (
        [
            breaches_section(
                small["breaches"],
                time_zone=request.time_zone,
                business=settings.sla.clock == "business",
            )
        ]
        if breaches
        else []
    )
    asked_for = [*breach_sections, *by_sections, summary]
    return Report.on(
        request,
        report="sla",
        title="SLA compliance",
        source=tables.source,
        sections=(
            summary,
            *by_sections,
            *breach_sections,
            distribution_section(small["responses"]),
        ),
        main=asked_for[0].id,
        notes=(*tables.notes, *rule_notes(settings)),
    )


def distribution_section(responses: pl.DataFrame) -> Section:
    """Median, p90, p95 and worst first response, from counts per ``first_response_ms``.

    Quantiles are linear between two responses; null where there is none. Wall time, whatever the
    clock of the SLA. Source: S6.
    """
    at = {f"first_response_{name}_s": share for name, share in QUANTILES.items()}
    figures = quantiles(responses, value="first_response_ms", count="cases_n", at=at, scale=0.001)
    answered = responses.filter(pl.col("first_response_ms").is_not_null())
    return Section(
        id="distribution",
        title="First response time",
        columns=DISTRIBUTION_COLUMNS,
        rows=figures.with_columns(pl.lit(answered["cases_n"].sum()).alias("responses_n")),
    )


def _count_by(cases: Frame, key: str) -> Frame:
    return cases.group_by(key).agg(nw.len().cast(nw.Int64).alias("cases_n"))
