"""What every peer is told: where the tables lie, and which days are meant.

The sample has 60 days. The period is the second half, compared with the first, so that every row
counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

DAYS_N = 30
END = date(2026, 6, 1)
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
START = AS_OF - timedelta(days=DAYS_N)
WINDOW = timedelta(days=7)
SLA_S, WITHIN_S, SHORT_S, TOO_SHORT_S = 600, 20, 5, 4
# Ends of the runs in which the report counts waits.
STEPS_S = (10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800)
BREACHES_N = 1_000
VARIANTS = {
    "abandons-hurt": ("within_n", "answered_n + abandoned_n"),
    "abandons-help": ("within_n + left_early_n", "answered_n + abandoned_n"),
    "abandons-ignored": ("within_n", "answered_n"),
    "early-abandons-out": ("within_n", "answered_n + abandoned_n - left_early_n"),
    "short-abandons-help": ("within_n + short_n", "answered_n + abandoned_n"),
    "short-abandons-out": ("within_n", "answered_n + abandoned_n - short_n"),
}
# Metrics of the summary: what is divided by what.
METRICS = {
    "csat_pct": ("100 * top_n", "rated_n"),
    "csat_mean": ("csat_sum", "rated_n"),
    "csat_response_pct": ("100 * rated_handled_n", "handled_n"),
    "fcr_pct": ("100 * stayed_away_n", "judged_n"),
    "aht_s": ("aht_sum", "aht_n"),
    "acw_s": ("acw_sum", "acw_n"),
    "asa_s": ("asa_sum", "asa_n"),
    "abandonment_pct": ("100 * given_up_n", "offered_n"),
    "service_level_pct": ("100 * within_n", "answered_n + abandoned_n"),
    "resolution_pct": ("100 * resolved_n", "known_n"),
    "resolved_of_all_pct": ("100 * resolved_all_n", "cases_n"),
    "transfer_pct": ("100 * transferred_n", "routed_n"),
}
COUNTS = {
    "cases_n": "cases_n",
    "handled_n": "handled_n",
    "inbound_n": "inbound_n",
    "outbound_n": "outbound_n",
    "internal_n": "internal_n",
    "abandoned_n": "given_up_n",
    "short_abandons_n": "short_abandons_n",
    "resolved_n": "resolved_n",
}
TABLES = ("interactions", "contacts", "companies", "tickets", "behaviors", "transcripts")


@dataclass(frozen=True, slots=True)
class Export:
    """A folder made by ``cxtool sample``, of Parquet or of CSV."""

    folder: Path
    keeps: bool = False  # whether tables are to be read once, for many figures

    @property
    def is_csv(self) -> bool:
        return (self.folder / "companies.csv").exists()

    def path(self, table: str) -> str:
        """The file of a table, or a pattern for its parts."""
        suffix = "csv" if self.is_csv else "parquet"
        parts = self.folder / table
        return str(parts / f"*.{suffix}" if parts.is_dir() else parts.with_suffix(f".{suffix}"))


def written(sections: Mapping[str, str], path: Path) -> None:
    """Write sections as one JSON; the rows of each are JSON already, with days as ISO dates."""
    told = ",\n".join(f'"{name}": {rows}' for name, rows in sections.items())
    path.write_text(f"{{{told}}}", encoding="utf-8")
