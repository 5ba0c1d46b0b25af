"""Who spoke how long, who was silent, who cut in and who answered how fast: K10."""

from __future__ import annotations

from typing import Any

import pytest

from cxtool.lexicon import load_lexicons
from cxtool.metrics.speech_timing import conversations
from cxtool.metrics.speech_turns import in_time, turns_of
from tests.metrics.conversation import said
from tests.metrics.frames import case, make_tables

# One bank call, from the recording's clock: HarperValleyBank, Apache-2.0, call 0002f70f7386445b.
BANK_CALL = (
    "A 3.814-6.484: hello this is harper valley national bank",
    "A 6.984-8.124: my name is elizabeth",
    "A 8.614-9.844: how can i help you today",
    "C 12.984-13.314: hi",
    "C 13.814-15.254: my name is patricia brown",
    "C 17.514-18.474: i lost my debit card",
    "C 19.284-20.094: can you send me a new one",
    "A 23.684-25.514: which card would you like to replace",
    "C 27.914-28.424: my",
    "C 29.214-29.904: debit card",
    "A 31.714-32.854: can you repeat that please",
    "C 34.184-34.484: yes",
    "C 35.014-36.184: my debit card",
    "A 38.284-40.684: is there anything else i can help you with today",
    "C 42.584-44.414: no that was going to be it",
    "A 45.784-47.644: thank you for calling have a great day",
    "C 48.914-49.334: bye",
    "C 50.284-50.704: [noise]",
)


def timed(*lines: str, **columns: Any) -> dict[str, Any]:
    """What is known of one conversation."""
    return known([case("1", **columns)], said("1", *lines), assigned="wait_s" in columns)


def known(cases: list[Any], turns: list[Any], *, assigned: bool = False) -> dict[str, Any]:
    tables = make_tables(cases, others={"transcripts": turns})
    ordered = in_time(turns_of(tables), load_lexicons(), language="auto")
    (row,) = conversations(ordered, assigned=assigned).collect().to_dicts()
    return row


def picked(row: dict[str, Any], *keys: str) -> list[Any]:
    return [row[key] for key in keys]


def test_a_bank_call() -> None:
    """K10: turns, talk time and words of each side, silence and longest pause; noise is no turn."""
    row = timed(*BANK_CALL)
    keys = ("turns", "talk_ms", "words")
    assert picked(row, *(f"agent_{key}" for key in keys)) == [7, 12_270, 47]
    assert picked(row, *(f"customer_{key}" for key in keys)) == [10, 8_460, 33]
    assert picked(row, "silence_ms", "longest_silence_ms") == [25_740, 3_590]
    assert picked(row, "long_silences", "long_silence_ms") == [2, 3_590 + 3_140]
    assert picked(row, "agent_interruptions", "customer_interruptions") == [0, 0]


@pytest.mark.parametrize(
    ("second", "cut_in"),
    [
        ("C 4-12: no wait", 1),
        ("C 9.5-12: at the last half second", 1),
        ("C 9.6-12: only just before the end", 0),
        ("C 4-6: uh-huh", 0),
        ("C 4-10: to the very end", 0),
        ("C 4-12: [noise]", 0),
        ("C 10-12: after it", 0),
    ],
)
def test_who_begins_before_the_end_and_goes_on_cuts_in(second: str, cut_in: int) -> None:
    """K10: overlap of half a second or more, and the floor taken."""
    row = timed("A 0-10: a long explanation", second)
    assert picked(row, "customer_interruptions", "agent_interruptions") == [cut_in, 0]


def test_silence_is_where_nobody_is_heard() -> None:
    """K10: an overlap hides no gap, and a long turn covers the ones inside it."""
    row = timed("A 0-10: on and on", "C 2-3: yes", "B 12-13: beep", "A 17-18: bye")
    assert picked(row, "silence_ms", "longest_silence_ms", "span_ms") == [6_000, 4_000, 18_000]


def test_responses() -> None:
    """K10: from the end of the other side's last turn; not after a bot, not after oneself."""
    row = timed(
        "B 0-1: welcome",
        "C 2-4: hello",
        "B 4-5: one moment",
        "A 9-10: hi",
        "A 11-12: how can I help",
        "C 15-16: it broke",
        "A 15.5-18: oh",
    )
    assert picked(row, "agent_response_ms", "agent_responses_n") == [0, 1]
    assert picked(row, "customer_response_ms", "customer_longest_response_ms") == [3_000, 3_000]


def test_a_chat_has_moments_only() -> None:
    """K10: responses and greeting from ``at``; talk time and silence are unknown."""
    lines = [("S", 10), ("A", 20), ("C", 25), ("C", 30), ("A", 37), ("C", 38)]
    turns = [
        said("1", f"{letter}: words")[0] | {"turn": n, "at": f"2026-05-18T10:00:{second}"}
        for n, (letter, second) in enumerate(lines)
    ]
    row = known([case("1", wait_s=17.5)], turns, assigned=True)
    assert picked(row, "greeting_ms", "agent_response_ms", "customer_response_ms") == [
        2_500,
        7_000,
        5_000 + 1_000,
    ]
    assert row["agent_longest_response_ms"] == 7_000
    unknown = ("agent_talk_ms", "silence_ms", "customer_interruptions", "span_ms")
    assert picked(row, *unknown) == [None] * 4


@pytest.mark.parametrize(
    "lines",
    [
        ("A: hello", "C: hi"),
        ("A 0-2: hello", "C: hi"),
        ("A 0-2: hello", "C 5-4: ends before it starts"),
    ],
)
def test_without_all_times_they_are_unknown(lines: tuple[str, ...]) -> None:
    """K10: null, never 0."""
    row = timed(*lines)
    assert picked(row, "agent_talk_ms", "silence_ms", "agent_interruptions") == [None] * 3
    assert picked(row, "agent_turns", "customer_words") == [1, row["customer_words"]]


def test_what_happens_in_which_order_is_told_by_times() -> None:
    """K10: the export's order of turns gives way to their times."""
    row = timed("C 5-6: hi", "A 0-2: hello")
    assert picked(row, "customer_response_ms", "agent_responses_n") == [3_000, 0]
