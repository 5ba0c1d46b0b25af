"""Cells of unknown files: units of durations, zeros of what did not happen, maps, separators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.exports.drafts import columns, comments, drafted


def column(folder: Path, header: str, *values: str, name: str) -> tuple[dict[str, Any], str]:
    """What the draft makes of one column, and all that it says."""
    lines = [f'{n},2026-05-01 10:00,"{value}"' for n, value in enumerate(values, start=1)]
    draft = drafted(folder, "\n".join([f'Call ID,Started,"{header}"', *lines]))
    return columns(draft).get(name, {}), comments(draft)


@pytest.mark.parametrize(
    ("header", "values", "unit"),
    [
        ("Talk time", ("30", "45"), None),
        ("Talk time (sec)", ("30", "45"), None),
        ("talk_time_ms", ("30000", "45"), "ms"),
        ("Talk time (minutes)", ("3.5", "1"), "min"),
        ("Talk time in hours", ("0.5", "0.1"), "h"),
        ("Talk time", ("250000", "312000", "0"), "ms"),
        ("Talk time", ("0:04:10", "3:20"), None),
        ("Talk time", ("4m10s", "20s"), None),
        ("Talk time", ("PT4M10S", "PT20S"), None),
        ("通話時間(毫秒)", ("30000", "45"), "ms"),
        ("Час розмови, хв", ("3", "4"), "min"),
        ("ระยะเวลาสนทนา (นาที)", ("3", "4"), "min"),
    ],
)
def test_units_of_durations(
    tmp_path: Path, header: str, values: tuple[str, ...], unit: str | None
) -> None:
    """L9, L10: by the header, else by the size of the numbers."""
    found, _ = column(tmp_path, header, *values, name="talk_s")
    assert found["from"] == [header]
    assert found.get("unit") == unit


@pytest.mark.parametrize(
    ("header", "values", "mapped"),
    [
        ("Direction", ("inbound", "Outbound"), None),
        ("Direction", ("Incoming", "Outgoing"), {"Incoming": "inbound", "Outgoing": "outbound"}),
        ("Type", ("In", "Out"), {"In": "inbound", "Out": "outbound"}),
        (
            "Kierunek",
            ("przychodzące", "wewnętrzne"),
            {"przychodzące": "inbound", "wewnętrzne": "internal"},
        ),
    ],
)
def test_directions(
    tmp_path: Path, header: str, values: tuple[str, ...], mapped: dict[str, str] | None
) -> None:
    """L8: known words only, and no map where the values are canonical."""
    found, _ = column(tmp_path, header, *values, name="direction")
    assert found["from"] == [header]
    assert found.get("map") == mapped


@pytest.mark.parametrize(
    ("header", "values", "mapped"),
    [
        ("Answered", ("Yes", "no"), None),
        ("Answered", ("tak", "nie"), {"tak": "true", "nie": "false"}),
        ("Abandoned", ("Y", "N"), {"Y": "false", "N": "true"}),
        ("Call status", ("Answered", "Missed"), {"Answered": "true", "Missed": "false"}),
        ("Outcome", ("Answered", "No answer"), {"Answered": "true", "No answer": "false"}),
    ],
)
def test_who_was_answered(
    tmp_path: Path, header: str, values: tuple[str, ...], mapped: dict[str, str] | None
) -> None:
    found, _ = column(tmp_path, header, *values, name="answered")
    assert found["from"] == [header]
    assert found.get("map") == mapped


def test_yes_under_a_vague_header_is_not_taken(tmp_path: Path) -> None:
    found, said = column(tmp_path, "Result", "yes", "no", name="answered")
    assert not found
    assert "'Result'" in said


def test_sentiments_must_all_be_known(tmp_path: Path) -> None:
    """L16: one unknown word would set its rows aside."""
    found, _ = column(tmp_path, "Sentiment", "Pos", "Neg", "neutral", name="sentiment")
    assert found["map"] == {"Neg": "negative", "Pos": "positive"}
    found, said = column(tmp_path, "Sentiment", "Pos", "purple", name="sentiment")
    assert not found
    assert "'Sentiment' (Pos, purple): could be sentiment, but its values" in said


def test_ratings_in_words_and_off_the_scale(tmp_path: Path) -> None:
    found, _ = column(tmp_path, "CSAT", "good", "bad", name="csat")
    assert found["map"] == {"bad": "1", "good": "5"}
    _, said = column(tmp_path, "CSAT", "10", "7", name="csat")
    assert "Ratings are from 7 to 10: set the scale" in said
    found, said = column(tmp_path, "CSAT", "0", "5", "3", name="csat")
    assert found["zero_is_null"] is True
    assert "1 rows have 0, off a scale whose other values are 3 to 5" in said


def test_words_for_nothing(tmp_path: Path) -> None:
    found, said = column(tmp_path, "Talk time", "30", "n/a", "-", name="talk_s")
    assert found["null_values"] == ["-", "n/a"]
    assert "Taken for empty: -, n/a." in said


def test_lists_and_their_separator(tmp_path: Path) -> None:
    found, _ = column(tmp_path, "Tags", "vip, new", "late", name="tags")
    assert found["separator"] == ","
    found, _ = column(tmp_path, "Tags", "vip;a, b", "late", name="tags")
    assert "separator" not in found


ZEROS = """
    Call ID,Started,Speed of answer,Talk time,{third}
    1,2026-05-01 10:00,12,300,{yes}
    2,2026-05-01 11:00,0,45,{yes}
    3,2026-05-01 12:00,0,0,{no}
    """


def test_zeros_of_calls_that_nobody_answered(tmp_path: Path) -> None:
    """S1: a call answered at once stays answered; one that nobody answered has no response."""
    draft = drafted(tmp_path, ZEROS.format(third="Answered", yes="Y", no="N"))
    found = columns(draft)
    assert found["first_response_s"]["only_when"] == {"Answered": ["Y"]}
    assert found["talk_s"]["only_when"] == {"Answered": ["Y"]}
    assert not any("zero_is_null" in keys for keys in found.values())


def test_zeros_without_a_column_that_tells_need_proof(tmp_path: Path) -> None:
    proved = ZEROS.replace("2,2026-05-01 11:00,0", "2,2026-05-01 11:00,5")
    draft = drafted(tmp_path, proved.format(third="X", yes="a", no="b"))
    assert columns(draft)["talk_s"]["zero_is_null"] is True
    assert "all 1 rows with 0 in 'Talk time' have 0 or nothing in 'Speed of answer'" in comments(
        draft
    )
    disproved = proved.replace("12:00,0,0", "12:00,9,0")
    draft = drafted(tmp_path, disproved.format(third="X", yes="a", no="b"))
    assert not any("zero_is_null" in keys for keys in columns(draft).values())


def test_a_wait_that_stands_for_the_response(tmp_path: Path) -> None:
    """L7: an abandoned call has waited, but nobody responded to it."""
    draft = drafted(
        tmp_path,
        """
        Call ID,Started,Wait time,Answered
        1,2026-05-01 10:00,12,Y
        2,2026-05-01 11:00,90,N
        """,
    )
    found = columns(draft)
    assert found["wait_s"] == {"from": ["Wait time"]}
    assert found["first_response_s"]["only_when"] == {"Answered": ["Y"]}
    assert "1 have a wait that no agent ended" in comments(draft)
