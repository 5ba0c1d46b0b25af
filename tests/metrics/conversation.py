"""Transcripts of tests from a few lines: who spoke, when, and what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SPEAKERS = {"A": "agent", "C": "customer", "B": "bot", "S": "system"}


def said(case_id: str, *lines: str) -> list[dict[str, Any]]:
    """Turns of a conversation from ``A: words`` or, with seconds, ``A 1.5-3: words``.

    >>> said("1", "A 0-2.5: Hello")[0]["end_s"]
    2.5
    """
    return list(_turns(case_id, lines))


def _turns(case_id: str, lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        head, _, text = line.partition(": ")
        letter, _, times = head.partition(" ")
        turn: dict[str, Any] = {"case_id": case_id, "turn": number, "text": text}
        if times:
            start, _, end = times.partition("-")
            turn |= {"start_s": float(start), "end_s": float(end)}
        yield turn | {"speaker": SPEAKERS[letter]}
