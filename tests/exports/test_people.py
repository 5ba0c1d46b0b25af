"""L2, L3: who the contact is, from the case or from contacts, joined only where it tells more."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cxtool.exports.people import told_by_contacts, with_contacts
from cxtool.tables import Tables
from tests.metrics.frames import case, make_tables

CONTACTS = [
    {"contact_id": "p1", "name": "Ada", "labels": ["VIP"]},
    {"contact_id": "p2", "name": None, "labels": None},
]
CASES: list[tuple[dict[str, Any], str | None, list[str] | None]] = [
    ({"contact_id": "p1"}, "Ada", ["VIP"]),
    ({"contact_id": "p1", "contact": "A. Novak"}, "A. Novak", ["VIP"]),
    ({"contact_id": "p1", "contact_labels": ["new"]}, "Ada", ["new"]),
    ({"contact_id": "p2"}, "p2", None),
    ({"contact_id": "p9"}, "p9", None),
    ({"contact": "Bo"}, "Bo", None),
    ({}, None, None),
]


def told_of(tables: Tables) -> pl.DataFrame:
    return tables.collect(told_by_contacts(tables))["told"]


def test_names_and_labels() -> None:
    rows = [case(str(place), **columns) for place, (columns, _, _) in enumerate(CASES)]
    tables = make_tables(rows, others={"contacts": CONTACTS})
    assert told_of(tables).rows(named=True) == [{"contact": 2, "contact_labels": 2}]
    for told in (None, told_of(tables)):
        cases = with_contacts(tables, told=told).cases
        shown = cases.select("case_id", "contact", "contact_labels")
        assert tables.collect({"cases": shown})["cases"].rows() == [
            (str(place), name, labels) for place, (_, name, labels) in enumerate(CASES)
        ]


@pytest.mark.parametrize(
    ("columns", "joined"),
    [
        ({"contact_id": "p1"}, True),
        ({"contact_id": "p1", "contact": "A. Novak"}, True),
        ({"contact_id": "p1", "contact": "A. Novak", "contact_labels": ["new"]}, False),
        ({"contact_id": "p2"}, False),
        ({"contact_id": "p9"}, False),
        ({"contact": "Bo"}, False),
    ],
)
def test_nothing_is_joined_that_tells_nothing(columns: dict[str, Any], joined: bool) -> None:
    tables = make_tables([case(**columns)], others={"contacts": CONTACTS})
    plan = with_contacts(tables, told=told_of(tables)).cases.to_native().explain()
    assert ("JOIN" in plan) is joined


def test_an_export_without_contacts() -> None:
    bare = make_tables([case(contact_id="p1")])
    assert told_by_contacts(bare) == {}
    tables = with_contacts(bare)
    assert tables.collect({"cases": tables.cases})["cases"]["contact"].to_list() == ["p1"]
