"""What contacts tell of cases, for a report that has no use for companies."""

from __future__ import annotations

from dataclasses import replace

import narwhals.stable.v2 as nw
import polars as pl

from cxtool.exports import native
from cxtool.tables import Frame, Tables

# What a case lacks, and the column of contacts that tells it.
TOLD = {"contact": "name", "contact_labels": "labels"}


def with_contacts(tables: Tables, *, told: pl.DataFrame | None = None) -> Tables:
    """Cases that were read without people, with ``contact`` and ``contact_labels`` filled in.

    The values are the same as where people are read with the cases; companies are not joined.
    ``told``: what ``told_by_contacts`` gave. Where contacts know nothing that a case does not say
    itself, as in exports whose cases carry names and labels, a join of all columns is spared.
    """
    cases = tables.cases
    lacking = TOLD if "contacts" in tables.others else {}
    if told is not None:
        lacking = {name: column for name, column in lacking.items() if told[name].item()}
    if lacking:
        contacts = tables.others["contacts"].select(
            "contact_id", *(nw.col(column).alias(f"__{name}") for name, column in lacking.items())
        )
        cases = native.left_join(cases, contacts, on="contact_id").with_columns(
            *(nw.coalesce(name, f"__{name}") for name in lacking)
        )
        cases = cases.drop(*(f"__{name}" for name in lacking))
    return replace(tables, cases=cases.with_columns(contact=nw.coalesce("contact", "contact_id")))


def told_by_contacts(tables: Tables) -> dict[str, Frame]:
    """``told``, one row: of how many cases contacts tell each of ``TOLD`` that the case does not.

    Nothing where the export has no contacts.
    """
    if "contacts" not in tables.others:
        return {}
    asking = tables.cases.select(
        "contact_id", **{name: nw.col(name).is_null() for name in TOLD}
    ).filter(nw.any_horizontal(*TOLD, ignore_nulls=True))
    knowing = tables.others["contacts"].select(
        "contact_id", **{f"__{name}": ~nw.col(column).is_null() for name, column in TOLD.items()}
    )
    met = asking.join(knowing, on="contact_id", how="inner")
    both = ((nw.col(name) & nw.col(f"__{name}")).sum().alias(name) for name in TOLD)
    return {"told": met.select(*both)}
