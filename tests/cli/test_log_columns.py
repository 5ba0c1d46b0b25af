"""The seventeen columns of the interaction log, from an export to the report, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli_helper import call

CASE = {
    "case_id": "A-1",
    "contact_id": "p1",
    "channel": "Voice",
    "queue": "billing",
    "agent": "Zofia Zaremba",
    "direction": "Inbound",
    "started_at": "2026-05-01T10:00:00+02:00",
    "handle_s": "245",
    "first_response_s": "601",
    "recording": "rec/A-1.ogg",
    "disposition": "callback_scheduled",
    "tags": "refund;urgent",
    "notes": 'said "later"',
    "sentiment": "Negative",
    "csat": "2",
}


@pytest.fixture(scope="module")
def row(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("export")
    cells = ['"' + value.replace('"', '""') + '"' for value in CASE.values()]
    (folder / "interactions.csv").write_text(
        ",".join(CASE) + "\n" + ",".join(cells) + "\n", encoding="utf-8"
    )
    (folder / "contacts.csv").write_text(
        "contact_id,name,labels\np1,Iga Żurawik,VIP;new\n", encoding="utf-8"
    )
    (shown,) = call("log", ".", "-f", "json", cwd=folder).rows("log")
    return shown


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("case_id", "A-1"),
        ("contact", "Iga Żurawik"),
        ("contact_labels", ["VIP", "new"]),
        ("channel", "voice"),
        ("queue", "billing"),
        ("agent", "Zofia Zaremba"),
        ("direction", "inbound"),
        ("started_at", "2026-05-01T08:00:00+00:00"),
        ("handle_s", 245.0),
        ("first_response_s", 601.0),
        ("recording", "rec/A-1.ogg"),
        ("disposition", "callback_scheduled"),
        ("tags", ["refund", "urgent"]),
        ("notes", 'said "later"'),
        ("sentiment", "negative"),
        ("csat", 2.0),
        ("sla", "not_met"),
    ],
)
def test_a_column_tells_what_the_export_tells(
    row: dict[str, Any], column: str, value: object
) -> None:
    """L1 case, L2 contact, L3 label, L4 channel, L5 queue, L6 agent, L7 direction, L8 start,
    L9 handle time, L10 first response, L11 recording, L12 disposition, L13 tags, L14 notes,
    L15 sentiment, L16 CSAT, L17 SLA."""
    assert row[column] == value


def test_the_columns_are_these_in_this_order(row: dict[str, Any]) -> None:
    """L1 to L17, as the interface names them."""
    keys = (
        "case_id contact contact_labels channel queue agent direction started_at handle_s"
        " first_response_s recording disposition tags notes sentiment csat sla"
    )
    assert " ".join(row) == keys


def test_a_recording_belongs_to_voice_alone(tmp_path: Path) -> None:
    """L11: a chat shows none, even where the export names a file."""
    (tmp_path / "calls.csv").write_text(
        "case_id,started_at,channel,recording\n1,2026-05-01,chat,a.ogg\n2,2026-05-01,voice,b.ogg\n",
        encoding="utf-8",
    )
    rows = call("log", "calls.csv", "-f", "json", cwd=tmp_path).rows("log")
    assert [row["recording"] for row in rows] == [None, "b.ogg"]
