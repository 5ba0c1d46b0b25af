"""What contacts tell of cases, for a report that has no use for companies."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl
from msgspec.structs import replace

from cxtool.exports.canonical import TOLD, with_contact_words
from cxtool.tables import Frame, Tables


def with_contacts(tables: Tables, *, told: pl.DataFrame | None = None) -> Tables:
    """Cases that were read without people, with ``contact`` and ``contact_labels`` filled in.

    The values are the same as where people are read with the cases; companies are not joined.
    ``told``: what ``told_by_contacts`` gave. Where contacts know nothing that a case does not say
    itself, as in exports whose cases carry names and labels, a join of all columns is spared.
    """
    lacking = TOLD
    if told is not None:
        lacking = {name: column for name, column in TOLD.items() if told[name].item()}
    cases = with_contact_words(tables.cases, tables.others, lacking=lacking)
    return replace(tables, cases=cases)


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
