"""What contacts tell of cases, for a report that has no use for companies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import narwhals.stable.v2 as nw

from cxtool.exports import native
from cxtool.tables import Frame, Tables

# What a case lacks, and the column of contacts that tells it.
TOLD = {"contact": "name", "contact_labels": "labels"}


def with_contacts(tables: Tables, *, ask_first: bool) -> Tables:
    """Cases that were read without people, with ``contact`` and ``contact_labels`` filled in.

    The values are the same as where people are read with the cases; companies are not joined.
    ``ask_first``: look whether contacts know anything that a case does not say itself. Where they
    do not, as in exports whose cases carry names and labels, a join of all columns is spared.
    """
    cases = tables.cases
    lacking: Collection[str] = TOLD if "contacts" in tables.others else ()
    if lacking and ask_first:
        (row,) = tables.collect({"told": _told(cases, tables)})["told"].rows(named=True)
        lacking = [name for name in lacking if row[name]]
    if lacking:
        contacts = tables.others["contacts"].select(
            "contact_id", *(nw.col(TOLD[name]).alias(f"__{name}") for name in lacking)
        )
        cases = native.left_join(cases, contacts, on="contact_id").with_columns(
            *(nw.coalesce(name, f"__{name}") for name in lacking)
        )
        cases = cases.drop(*(f"__{name}" for name in lacking))
    return replace(tables, cases=cases.with_columns(contact=nw.coalesce("contact", "contact_id")))


def _told(cases: Frame, tables: Tables) -> Frame:
    """One row: how many cases contacts can tell each column of."""
    lacks = {name: nw.col(name).is_null() for name in TOLD}
    knows = {name: ~nw.col(told).is_null() for name, told in TOLD.items()}
    asking = cases.select("contact_id", **lacks).filter(nw.any_horizontal(*TOLD, ignore_nulls=True))
    knowing = tables.others["contacts"].select(
        "contact_id", **{f"__{name}": known for name, known in knows.items()}
    )
    met = asking.join(knowing, on="contact_id", how="inner")
    return met.select(*((nw.col(name) & nw.col(f"__{name}")).sum().alias(name) for name in TOLD))
