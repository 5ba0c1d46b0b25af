"""What a finding is, and which kinds there are, in the order in which they are told."""

from __future__ import annotations

from msgspec import Struct

KINDS = (
    "repeated_row",
    "overlapping_calls",
    "overlapping_states",
    "parts_over_whole",
    "clock_skew",
    "orphan_key",
    "unknown_value",
    "day_without_data",
    "empty_column",
    "new_column",
)


class Place(Struct, frozen=True):
    """A row of an export: the number of its raw table, and its own there."""

    raw: int
    row: int


class Finding(Struct, frozen=True, kw_only=True):
    """What is odd about ``rows_n`` rows (or days) of a table, and where the first of them is.

    ``value`` is the first one's where ``place`` does not tell; ``median_s`` the median difference
    of two durations, null where none are compared.
    """

    table: str
    kind: str
    column: str | None
    what: str
    rows_n: int
    place: Place | None = None
    value: str | None = None
    median_s: float | None = None
