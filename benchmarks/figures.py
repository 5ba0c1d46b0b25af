"""Whether a peer's figures are cxtool's: the same rows, and every figure of the peer the same.

cxtool tells more than its peers are asked for (changes, intervals, signals, bands, notes); the
figures and courses that both tell must agree within rounding.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Sections = Mapping[str, Sequence[Row]]

RELATIVE, ABSOLUTE = 1e-6, 2e-6  # cxtool rounds to six decimals
MOST_TOLD = 5
# What tells the rows of a section apart; sections of one row have none.
KEYS: Mapping[str, tuple[str, ...]] = {
    "by_agent": ("agent",),
    "by_day": ("day",),
    "agents": ("agent_id",),
    "agents_behaviors": ("agent_id", "behavior"),
    "teams": ("team",),
    "teams_behaviors": ("team", "behavior"),
    "team_behaviors": ("behavior",),
    "trend": ("agent_id", "date"),
    "left_out": ("reason",),
    "shares": ("channel",),
    "companies": ("company_id",),
    "summary": (),
    "kpi_summary": ("metric",),
    "handling": ("part",),
    "percentiles": ("measure",),
    "service_level": ("variant",),
    "sla_days": ("date",),
    "first_response": ("up_to_s", "sla"),
    "breaches": ("case_id",),
    "volume_days": ("date",),
    "channels": ("channel",),
    "heat": ("weekday", "hour"),
    "cel_days": ("date",),
    "tables": ("table",),
}
# Sections of which a peer makes the first rows alone.
FIRST_ROWS = ("breaches",)
# Sections in which cxtool also lists what does not occur.
COUNTED = {"left_out": "interactions_n", "heat": "cases_n", "first_response": "responses_n"}
PARTS = {"Talk": "talk", "Hold": "hold", "After-call work": "after", "Whole cases": "unsplit"}


@dataclass(frozen=True, slots=True)
class Compared:
    """How many figures were compared, and what does not agree."""

    figures_n: int
    problems: tuple[str, ...]


def compared(told: Sections, peer: Sections, *, report: str) -> Compared:
    """Compare every figure that the peer has with cxtool's."""
    problems: list[str] = []
    figures_n = 0
    for name, rows in peer.items():
        keys = KEYS["kpi_summary"] if (report, name) == ("kpi", "summary") else KEYS.get(name, ())
        ours = _by_key(told[name][: len(rows)] if name in FIRST_ROWS else told[name], keys)
        theirs = _by_key(rows, keys)
        problems += [
            f"{name} {key}: only {'here' if key in ours else 'with the peer'}"
            for key in sorted(ours.keys() ^ theirs.keys())
        ]
        for key in ours.keys() & theirs.keys():
            for figure, value in theirs[key].items():
                if _has_no_trend(figure, ours[key]):
                    continue
                figures_n += 1
                if not _agree(ours[key].get(figure), value):
                    problems.append(
                        f"{name} {key} {figure}: {ours[key].get(figure)}, with the peer {value}"
                    )
    return Compared(figures_n, tuple(problems[:MOST_TOLD]))


def _has_no_trend(figure: str, row: Row) -> bool:
    """Whether it is the earlier value of what is unknown now, beside which cxtool tells none."""
    now, _, role = figure.rpartition("_")
    return role == "previous" and row.get(now or "value") is None


def told_figures(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The sections of a report that cxtool wrote as JSON, with behaviours in rows of their own."""
    report = json.loads(path.read_text(encoding="utf-8"))
    sections = {section["id"]: section["rows"] for section in report["sections"]}
    for name in ("agents", "teams", "team"):
        if name in sections:
            sections[f"{name}_behaviors"] = list(_behaviors(sections[name]))
    for name, count in COUNTED.items():
        if name in sections:
            sections[name] = [row for row in sections[name] if row[count]]
    if "handling" in sections:
        sections["handling"] = [
            {**row, "part": next(v for k, v in PARTS.items() if row["part"].startswith(k))}
            for row in sections["handling"]
        ]
    return sections


def _behaviors(rows: Iterable[Row]) -> Iterable[dict[str, Any]]:
    for row in rows:
        for key, percent in row.items():
            behavior = key.removesuffix("_pct")
            if key.endswith("_pct") and not key.startswith("overall") and percent is not None:
                of = {name: row[name] for name in ("agent_id", "team") if name in row}
                yield {**of, "behavior": behavior, "pct": percent, "n": row[f"{behavior}_n"]}


def _by_key(rows: Sequence[Row], keys: Sequence[str]) -> dict[tuple[str, ...], Row]:
    found = {tuple(_text(row[key]) for key in keys): row for row in rows}
    if len(found) < len(rows):
        raise ValueError(f"rows that {', '.join(keys) or 'nothing'} does not tell apart")
    return found


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "None" if math.isnan(value) else f"{value:g}"
    return str(value).removesuffix("T00:00:00")


def _agree(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_agree, ours, theirs))
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        close = math.isclose(ours, theirs, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        return close or (math.isnan(theirs) and math.isnan(ours))
    return _text(ours) == _text(theirs)
