"""Which interactions are scored, and under which reason the others are left out: B11."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cxtool.config import BehaviorSettings, Settings
from cxtool.metrics import behavior
from cxtool.tables import Tables
from tests.metrics.frames import Row, case, make_tables

GOOD: dict[str, Any] = {
    "channel": "voice",
    "direction": "inbound",
    "agent_id": "a1",
    "agent": "Ana",
    "handle_s": 60,
    "recording": "r.mp3",
    "language": "en",
    "transfers": 0,
    "first_agent": "Ana",
    "closed_by": "a1",
}
ENGLISH = Settings(behavior=BehaviorSettings(languages=["EN"]))
BOTH = ("agent", "customer")


def tables_of(
    cases: list[Row], *, speakers: dict[str, tuple[str, ...]] | None = None, scored: bool = True
) -> Tables:
    """These cases, all scored unless said otherwise; ``speakers`` have a transcript."""
    scores = [{"case_id": row["case_id"], "behavior": "own", "score": 1.0} for row in cases]
    others: dict[str, list[Row]] = {"behaviors": scores if scored else []}
    if speakers is not None:
        others["transcripts"] = [
            {"case_id": case_id, "turn": turn, "speaker": speaker, "text": "…"}
            for case_id, spoken in speakers.items()
            for turn, speaker in enumerate(spoken)
        ]
    return make_tables(cases, others=others)


def left_out(tables: Tables, settings: Settings = ENGLISH) -> dict[str, int]:
    """Reasons with a count above zero."""
    rows = behavior.report(tables, settings).section("left_out").rows
    return {reason: n for reason, _, n in rows.iter_rows() if n}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"direction": "internal"}, "internal"),
        ({"transfers": 1}, "several_agents"),
        ({"first_agent": "Bo"}, "several_agents"),
        ({"closed_by": "b1"}, "several_agents"),
        ({"recording": None}, "not_recorded"),
        ({"handle_s": 4}, "too_short"),
        ({"agent": None, "agent_id": None}, "no_agent"),
        ({"language": "cy"}, "language_without_model"),
    ],
)
def test_each_reason_leaves_an_interaction_out(changed: dict[str, Any], reason: str) -> None:
    """B11: each reason alone, beside an interaction that is scored."""
    tables = tables_of([case("good", **GOOD), case("odd", **{**GOOD, **changed})])
    assert left_out(tables) == {reason: 1}
    notes = behavior.report(tables, ENGLISH).section("left_out").notes
    assert notes[0] == "1 of 2 interactions are scored."


@pytest.mark.parametrize(
    ("spoken", "reason"),
    [
        (("system", "bot"), "no_dialogue"),
        (("agent", "agent"), "one_sided"),
        (("bot", "customer"), "one_sided"),
    ],
)
def test_dialogues_are_judged_by_their_transcript(spoken: tuple[str, ...], reason: str) -> None:
    """B11: no dialogue and only one side; a case without a transcript is not held to it."""
    cases = [case(name, **GOOD) for name in ("good", "odd", "untold")]
    assert left_out(tables_of(cases, speakers={"good": BOTH, "odd": spoken})) == {reason: 1}


def test_scores_are_needed() -> None:
    """B11: an interaction without behaviour scores is left out as not scored."""
    assert left_out(tables_of([case("1", **GOOD)], scored=False)) == {"not_scored": 1}


@pytest.mark.parametrize(
    "harmless",
    [
        {"handle_s": 4.001},
        {"handle_s": None},
        {"channel": "chat", "recording": None},
        {"language": None},
        {"language": "En"},
        {"transfers": None, "first_agent": None, "closed_by": None},
        {"first_agent": "a1", "closed_by": "Ana"},
    ],
)
def test_unknown_and_harmless_values_are_not_held_against_an_interaction(
    harmless: dict[str, Any],
) -> None:
    """B11: just above the limit, unknown, or not asked of the channel: scored."""
    assert left_out(tables_of([case("1", **{**GOOD, **harmless})])) == {}


def test_the_first_reason_counts() -> None:
    """B11: taking away reasons one by one uncovers the next in the stated order."""
    row: dict[str, Any] = {
        **GOOD,
        "direction": "internal",
        "transfers": 2,
        "recording": None,
        "handle_s": 1,
        "agent_id": None,
        "agent": None,
        "language": "cy",
    }
    speakers: tuple[str, ...] = ("bot",)
    cures: tuple[dict[str, Any] | tuple[str, ...], ...] = (
        {},
        {"direction": "inbound"},
        {"transfers": 0},
        {"recording": "r.mp3"},
        {"handle_s": 60},
        ("agent",),
        BOTH,
        {"agent_id": "a1", "agent": "Ana"},
    )
    found = []
    for cure in cures:
        if isinstance(cure, tuple):
            speakers = cure
        else:
            row |= cure
        found += left_out(tables_of([case("1", **row)], speakers={"1": speakers}))
    assert found == [
        "internal",
        "several_agents",
        "not_recorded",
        "too_short",
        "no_dialogue",
        "one_sided",
        "no_agent",
        "language_without_model",
    ]


def test_reasons_without_their_column_are_named_not_applied() -> None:
    """B11: a reason applies only where the export shows it; the rest is told."""
    tables = make_tables(
        [case("1", channel="voice")],
        others={"behaviors": [{"case_id": "1", "behavior": "own", "score": 1.0}]},
    )
    section = behavior.report(tables, ENGLISH).section("left_out")
    assert section.rows["reason"].to_list() == ["not_scored"]
    assert section.rows["interactions_n"].to_list() == [0]
    for column in ("direction", "transfers", "recording", "transcripts.speaker", "language"):
        assert column in section.notes[1]


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "direction": st.sampled_from(["inbound", "internal", None]),
                "transfers": st.sampled_from([0, 1, None]),
                "recording": st.sampled_from(["r", None]),
                "handle_s": st.sampled_from([4, 5, None]),
                "agent_id": st.sampled_from(["a1", None]),
                "language": st.sampled_from(["en", "cy", None]),
            }
        ),
        min_size=1,
        max_size=12,
    ),
    scored_n=st.integers(0, 12),
)
@hypothesis_settings(max_examples=15, deadline=None)
def test_scored_and_left_out_are_all(rows: list[dict[str, Any]], scored_n: int) -> None:
    """B11: nothing is counted twice and nothing is lost."""
    cases = [case(str(i), channel="voice", **row) for i, row in enumerate(rows)]
    scores = [{"case_id": str(i), "behavior": "own", "score": 1.0} for i in range(scored_n)]
    tables = make_tables(cases, others={"behaviors": scores})
    report = behavior.report(tables, ENGLISH)
    scored = report.section("team").rows["interactions_n"].item()
    assert scored + report.section("left_out").rows["interactions_n"].sum() == len(rows)
