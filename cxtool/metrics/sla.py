"""The SLA report: compliance and its change, breakdowns, breaches, and response times.

What a verdict is stands in ``sla_rule``, how verdicts become compliance in ``sla_compliance``, and
what is told of the time to the first response in ``sla_responses``.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics.dimensions import find_dimensions
from cxtool.metrics.plan import Plan, Small, carried_out
from cxtool.metrics.sla_breaches import (
    breaches_frame,
    breaches_section,
    count_breaches,
    first_breaches,
)
from cxtool.metrics.sla_compliance import (
    breakdown_section,
    days_section,
    finest,
    rolled_up,
    sla_counts,
    summary_section,
)
from cxtool.metrics.sla_responses import (
    counts_of_waits,
    distribution_section,
    histogram_section,
    trended_distribution,
    wait_counts,
)
from cxtool.metrics.sla_rule import rule_notes, with_sla
from cxtool.metrics.trend import in_either, of_period
from cxtool.period import Request
from cxtool.report import Report, Section
from cxtool.tables import Frame, Tables


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
    return carried_out(plan(tables, settings, by=by, breaches=breaches), tables)


def plan(
    tables: Tables,
    settings: Settings,
    *,
    by: Sequence[tuple[str, ...]] = (),
    breaches: bool = False,
    course: bool = False,
) -> Plan:
    """What ``report`` reads and makes.

    ``course``: also the sections ``days`` and ``first_response``, and the trend of the median
    response, which the overview of everything shows.
    """
    request = tables.request
    breakdowns = [find_dimensions(names, tables.cases) for names in dict.fromkeys(by)]
    judged = with_sla(tables.cases.filter(in_either(request)), settings, request)
    current = of_period(judged, request.period)
    groups = [*breakdowns, *([] if course else [()])]
    counted = finest(groups)
    frames = {f"counts {n}": sla_counts(judged, groups[n], request) for n in set(counted)}
    frames["agents"] = _count_by(current, "agent_id")
    if course:
        frames["waits"] = wait_counts(judged, request)
    else:
        frames["responses"] = _count_by(current, "first_response_ms")
    if breaches:
        missed = breaches_frame(current)
        frames["breaches"] = first_breaches(missed, tables.first_n)
        if tables.first_n is not None:
            frames["breaches counted"] = count_breaches(missed)

    def finish(small: Small) -> Report:
        agents_n = small["agents"]["agent_id"].drop_nulls().len()
        counts = [
            rolled_up(small[f"counts {n}"], dims, request)
            for n, dims in zip(counted, groups, strict=True)
        ]
        total = counts_of_waits(small["waits"]) if course else counts[-1]
        summary = summary_section(total, agents_n, request)
        by_sections = [
            breakdown_section(partial, dims, request)
            for partial, dims in zip(counts, breakdowns, strict=False)
        ]
        breach_sections = [_breaches(small, settings, request)] if breaches else []
        asked_for = [*breach_sections, *by_sections, summary]
        sections = (
            (
                summary,
                days_section(total, request),
                *by_sections,
                histogram_section(small["waits"], settings),
                trended_distribution(small["waits"], request),
                *breach_sections,
            )
            if course
            else (
                summary,
                *by_sections,
                *breach_sections,
                distribution_section(small["responses"]),
            )
        )
        return Report.on(
            request,
            report="sla",
            title="SLA compliance",
            source=tables.source,
            sections=sections,
            main=asked_for[0].id,
            notes=(*tables.notes, *rule_notes(settings)),
        )

    return Plan(frames=frames, finish=finish)


def _breaches(small: Small, settings: Settings, request: Request) -> Section:
    cases = small["breaches"]
    if "breaches counted" in small:
        counts = small["breaches counted"]
    else:  # all are at hand
        counts = count_breaches(nw.from_native(cases.lazy())).to_native().collect()
    return breaches_section(
        cases,
        counts,
        time_zone=request.time_zone,
        business=settings.sla.clock == "business",
    )


def _count_by(cases: Frame, key: str) -> Frame:
    return cases.group_by(key).agg(nw.len().cast(nw.Int64).alias("cases_n"))
