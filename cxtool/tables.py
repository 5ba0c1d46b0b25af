"""What a metric gets to work on: canonical lazy frames, and the request they were limited to.

``exports`` makes it, metrics read it, neither knows the other. Every canonical column is in every
frame (a column that the export lacks is all null); ``given`` says which ones the export has.

``cases`` (one row per interaction that passed the row rules and the ``--where`` filters):

- text columns as in ``cxtool.schema``; ``direction`` filled (unknown counts as ``inbound``);
  ``agent`` falls back to ``agent_id`` and the reverse; ``contact``, ``contact_labels``,
  ``company_id`` and ``company`` fall back to the ``contacts`` and ``companies`` tables;
- ``started_at``: UTC instant (microseconds); ``started_ms``, ``ended_ms``: epoch milliseconds
  (Int64); ``started_d``: local day number since 1970-01-01 (Int32); ``started_t``: local second of
  day (Int32);
- ``handle_ms, first_response_ms, talk_ms, hold_ms, acw_ms, wait_ms``: whole milliseconds (Int64);
  ``handle_ms`` falls back to end minus start, ``wait_ms`` to ``first_response_ms``;
- ``answered`` (Boolean, never null) and ``resolved`` (Boolean or null) with their fallbacks;
- ``is_voice``, ``is_chat`` (Boolean), by the settings;
- ``transfers`` Int64, ``csat`` Float64, lists as lists of text;
- where the SLA clock is ``business``: ``started_cal_d`` and ``responded_cal_d``, local day numbers
  in the zone of the opening hours.

``tickets`` likewise: ``created_at, created_ms, created_d, resolved_ms``, with ``company_id`` and
``company`` through the contact. Other tables: their canonical columns, with ``x_ms`` for a time
``x_at`` (``at_ms``) or a duration ``x_s``.

``cases`` and ``tickets`` hold the days of both compared periods. Tables without a day of their own
(``behaviors``, ``transcripts``, ...) are not limited: join them to ``cases``. ``reference_cases``
is ``cases`` without the ``--where`` filters, for what is ranked against everyone. ``around_cases``
are those of the days around the periods as well, as many as the report asked for, without what
only ``contacts`` and ``companies`` tell; ``reference_cases`` where it asked for none.

A report may ask for cases without what ``contacts`` and ``companies`` tell, and leave rows out or
add them up before it completes them: ``contact_companies`` gives rows that have ``contact_id``,
``company_id`` and ``company`` the company of their contact, ``company_names`` then gives an id its
name. Both leave rows as they are where cases are complete already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
from msgspec import Struct, field

from cxtool.period import Request
from cxtool.report import Source

if TYPE_CHECKING:
    import polars as pl

Frame = nw.LazyFrame[Any]
Complete = Callable[[Frame], Frame]
Collect = Callable[[Mapping[str, Frame]], dict[str, "pl.DataFrame"]]
Advance = Callable[[int, int], None]


def told_to_nobody(done: int, total: int) -> None:
    """How far work has come, where nobody waits for it."""


def complete_already(rows: Frame) -> Frame:
    """The rows as they are."""
    return rows


class Tables(Struct, frozen=True, kw_only=True):
    """The canonical frames of one export, limited to one request."""

    cases: Frame
    reference_cases: Frame
    around_cases: Frame
    others: Mapping[str, Frame]  # only the tables that the export has
    given: Mapping[str, frozenset[str]]  # table -> canonical columns present in the export
    request: Request
    source: Source
    collect: Collect  # runs several lazy frames together, sharing their scans
    contact_companies: Complete = complete_already
    company_names: Complete = complete_already
    rows_n: Mapping[str, int] = field(default_factory=dict)  # rows read, by table
    notes: tuple[str, ...] = ()
    first_n: int | None = None  # of a list of cases no more rows are asked for; None: all of them
    advance: Advance = told_to_nobody  # what collects in parts tells how many of them are done

    def has(self, table: str, *columns: str) -> bool:
        """Whether the export has that table, with all these columns."""
        return table in self.given and set(columns) <= self.given[table]
