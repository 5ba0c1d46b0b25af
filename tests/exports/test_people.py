"""L2, L3: who the contact is, from the case or from contacts, joined only where it tells more."""

from __future__ import annotations

from typing import Any

import pytest

from cxtool.exports.people import with_contacts
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


@pytest.mark.parametrize("ask_first", [False, True])
def test_names_and_labels(ask_first: bool) -> None:
    rows = [case(str(place), **columns) for place, (columns, _, _) in enumerate(CASES)]
    tables = with_contacts(make_tables(rows, others={"contacts": CONTACTS}), ask_first=ask_first)
    shown = tables.cases.select("case_id", "contact", "contact_labels")
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
    plan = with_contacts(tables, ask_first=True).cases.to_native().explain()
    assert ("JOIN" in plan) is joined


def test_an_export_without_contacts() -> None:
    tables = with_contacts(make_tables([case(contact_id="p1")]), ask_first=True)
    assert tables.collect({"cases": tables.cases})["cases"]["contact"].to_list() == ["p1"]
