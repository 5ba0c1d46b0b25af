"""What stands behind the figures of performance and of agents: the flags of ``handling``.

Each figure names its counts in ``kpi_figures``; the flag of a count says which cases it has, and
``OUT`` why others are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.metrics import fcr, kpi_figures
from cxtool.metrics.dimensions import Dimension
from cxtool.metrics.explained_account import RATING, TIME, Account
from cxtool.metrics.explained_cases import NOT_INBOUND, SECOND, Explained
from cxtool.metrics.handling import case_flags, timings, with_handle_parts
from cxtool.metrics.kpi_figures import Figure
from cxtool.metrics.service_level import variants
from cxtool.metrics.trend import within
from cxtool.report import Column, Report
from cxtool.schema import DIRECTIONS
from cxtool.tables import Frame, Tables

CASE = Dimension(key="case_id", label="Case", source="case_id", group=nw.col("case_id"))
NOT_ANSWERED = {"not answered by an agent": ~nw.col("answered")}
_SHORT = {"short abandon": nw.col("short_abandons_n") == 1}
_RESOLUTION = {"resolution not known": nw.col("resolved").is_null()}
_NO_AGENT = {"no agent": nw.col("agent_id").is_null()}
_VARIANT = {"not voice": ~nw.col("is_voice"), "abandoned, as the variant says": ~nw.col("answered")}

# Count or sum: why a case is not in it.
OUT: Mapping[str, Mapping[str, nw.Expr]] = {
    "rated_n": {"no rating": nw.col("csat").is_null()},
    "csat": {"no rating": nw.col("csat").is_null()},
    "handled_n": NOT_ANSWERED,
    "known_n": NOT_ANSWERED | _RESOLUTION,
    "resolved_n": NOT_ANSWERED | _RESOLUTION | {"not resolved": ~nw.col("resolved")},
    "routed_n": NOT_ANSWERED | {"transfers not known": nw.col("transfers").is_null()},
    "offered_n": NOT_INBOUND | _SHORT,
    "given_up_n": NOT_INBOUND | {"answered": nw.col("answered")} | _SHORT,
    "short_abandons_n": NOT_INBOUND
    | {
        "answered": nw.col("answered"),
        "abandoned later, or nobody knows when": ~nw.col("answered"),
    },
    "level_of_n": NOT_INBOUND | _VARIANT,
    "fcr_judged_n": NOT_ANSWERED
    | {
        "the time to come back is not over": nw.col(fcr.YOUNG) == 1,
        "contact or outcome not known": nw.col(fcr.UNKNOWN) == 1,
    },
    "aht": NOT_ANSWERED | {"no handle time": nw.col("answered")},
    "acw": NOT_ANSWERED | {"no after-call work told": nw.col("acw_ms").is_null()},
    "asa": NOT_INBOUND
    | NOT_ANSWERED
    | {"no first response": nw.col("first_response_ms").is_null()},
    **{
        f"{asked}_n": {name: nw.col("direction") == name for name in DIRECTIONS if name != asked}
        for asked in DIRECTIONS
    },
}


def _explained(figure: Figure, *, of_agents: bool) -> Explained:
    def account(tables: Tables, settings: Settings, report: Report) -> Account:
        named = nw.col("agent_id")
        among = ~named.is_null() if of_agents else None
        rows = flagged_cases(tables, settings, with_fcr=figure is kpi_figures.FCR, among=among)
        n, hits, values = _counted(figure)
        return Account(
            kind=figure.kind,
            rows=rows,
            counts=n if among is None else n & among,
            hits=hits,
            out={**(_NO_AGENT if of_agents else {}), **OUT.get(figure.of[-1], {})},
            shown=values,
            numerator=next(iter(values), None),
            group=named if of_agents else None,
        )

    section, by = ("agents", "agent_id") if of_agents else ("summary", None)
    return Explained(section=section, account=account, by=by)


def flagged_cases(
    tables: Tables, settings: Settings, *, with_fcr: bool, among: nw.Expr | None = None
) -> Frame:
    """Cases of the period with each of ``handling.COUNTS``, and where asked those of ``fcr``, as
    0 or 1, and the service level of the settings as hits and n.
    """
    flags = case_flags(settings)
    cases = with_handle_parts(tables.cases.filter(within(tables.request.period))).with_columns(
        nw.when(flag).then(1).otherwise(0).alias(name) for name, flag in flags.items()
    )
    hits, n = variants(nw.col)[settings.service_level.variant]
    cases = cases.with_columns(
        hits.alias("level_hits_n"), n.alias("level_of_n"), nw.lit(1).alias("cases_known_n")
    )
    if not with_fcr:
        return cases
    verdicts = (fcr.HIT, fcr.JUDGEABLE, fcr.YOUNG, fcr.UNKNOWN)
    judged = fcr.fcr_cases(tables, settings, among=among, by={"": (CASE,)})
    joined = cases.join(judged.select("case_id", *verdicts), on="case_id", how="left")
    names = zip(fcr.COUNTS, verdicts, strict=True)
    return joined.with_columns(nw.col(flag).fill_null(0).alias(name) for name, flag in names)


def _counted(figure: Figure) -> tuple[nw.Expr, nw.Expr | None, dict[Column, nw.Expr]]:
    """Whether a case counts, whether it is a hit, and what it adds."""
    if figure.kind == "rate":
        hits, n = (nw.col(name) == 1 for name in figure.of)
        return n, hits, {}
    if figure.kind == "count":
        return nw.col(figure.of[0]) == 1, None, {}
    value = nw.col("csat") if figure.of == ("csat",) else timings()[figure.of[0]]
    column, scale = (RATING, 1.0) if figure.of == ("csat",) else (TIME, SECOND)
    return ~value.is_null(), None, {column: scale * value}


KPI: Mapping[str, Explained] = {
    figure.key: _explained(figure, of_agents=False) for figure in kpi_figures.SUMMARY
}
AGENTS: Mapping[str, Explained] = {
    figure.key: _explained(figure, of_agents=True) for figure in kpi_figures.AGENTS
}
