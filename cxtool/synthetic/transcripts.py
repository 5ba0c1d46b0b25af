"""One day's transcripts: for a share of the conversations, up to a limit, put together from
passages so that they fit the case's language, channel, queue, outcome and length."""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec import Struct

from cxtool.synthetic import centre
from cxtool.synthetic.cases import CaseDay
from cxtool.synthetic.dialogues import BAD, GOOD, passages
from cxtool.synthetic.flows import SPOKEN_OR_CHATTED, VOICE
from cxtool.synthetic.names import LANGUAGES
from cxtool.synthetic.plan import Floats, Ints, Plan, Stream

SHARE = 0.12  # of the conversations that could have one
LEAST_TALK_S = 30
MEDIA = ("voice", "written")
OUTCOMES = (GOOD, BAD)
ASSUMED_QUEUE = centre.QUEUES.index("care")


class Book(Struct, frozen=True, kw_only=True):
    """All passages in one row: where each begins, its turns, and which ones a key offers."""

    first: Ints
    turns_n: Ints
    speaker: tuple[str, ...]
    text: tuple[str, ...]
    length: Floats
    choices: dict[tuple[str, ...], tuple[int, int]]  # key -> first passage, how many


class TranscriptDay(Struct, frozen=True, kw_only=True):
    """One element a turn. ``line`` indexes the book; times are milliseconds into the talk."""

    case: Ints
    turn: Ints
    line: Ints
    product: Ints
    start_ms: Ints
    end_ms: Ints

    @property
    def cases_n(self) -> int:
        return int((self.turn == 1).sum())


@cache
def book() -> Book:
    """The passages of all languages, laid out once."""
    first: list[int] = []
    turns_n: list[int] = []
    turns: list[tuple[str, str]] = []
    choices = {}
    for key, variants in passages().items():
        choices[key] = (len(first), len(variants))
        for passage in variants:
            first.append(len(turns))
            turns_n.append(len(passage))
            turns.extend(passage)
    return Book(
        first=np.array(first, dtype=np.int64),
        turns_n=np.array(turns_n, dtype=np.int64),
        speaker=tuple(speaker for speaker, _ in turns),
        text=tuple(text for _, text in turns),
        length=np.array([len(text.encode()) + 10.0 for _, text in turns]),
        choices=choices,
    )


def _pick(keys: list[tuple[str, ...]], code: Ints, chances: Floats) -> Ints:
    """A passage of the key of each code."""
    offers = np.array([book().choices[key] for key in keys], dtype=np.int64)[code]
    picked: Ints = offers[:, 0] + (chances * offers[:, 1]).astype(np.int64)
    return picked


def make_transcripts(plan: Plan, day: int, cases: CaseDay) -> TranscriptDay:
    """The day's transcripts, at most ``plan.transcripts_n[day]`` cases."""
    rng = plan.rng(Stream.TRANSCRIPTS, day)
    able = cases.answered & SPOKEN_OR_CHATTED[cases.flow] & (cases.talk_s >= LEAST_TALK_S)
    able &= (cases.agent >= 0) & (cases.draws.contact >= 0)
    chosen = np.flatnonzero(able & (rng.random(cases.count) < SHARE))
    limit = int(plan.transcripts_n[day])
    if len(chosen) > limit:
        chosen = np.sort(rng.permutation(chosen)[:limit])

    language = plan.contacts.language[cases.draws.contact[chosen]]
    queue = np.where(cases.queue[chosen] >= 0, cases.queue[chosen], ASSUMED_QUEUE)
    medium = np.where(VOICE[cases.flow[chosen]], 0, 1)
    outcome = np.where(cases.mood[chosen] >= -0.5, 0, 1)
    chances = rng.random((5, len(chosen)))
    parts = (
        ("opening", MEDIA, medium),
        ("problem", centre.QUEUES, queue),
        ("question", None, 0 * queue),
        ("outcome", OUTCOMES, outcome),
        ("closing", OUTCOMES, outcome),
    )
    columns = []
    for (part, kinds, kind), chance in zip(parts, chances, strict=True):
        keys = [(part, tongue, *([word] if word else [])) for tongue in LANGUAGES
                for word in (kinds or [""])]  # fmt: skip
        columns.append(_pick(keys, language * len(kinds or [""]) + kind, chance))
    passage = np.stack(columns, axis=1)

    turns_n = book().turns_n[passage].ravel()
    line = np.repeat(book().first[passage].ravel(), turns_n) + _counts(turns_n)
    per_case = turns_n.reshape(passage.shape).sum(axis=1)
    case = np.repeat(chosen, per_case)
    start_ms, end_ms = _times(book().length[line], per_case, 1000 * cases.talk_s[chosen])
    return TranscriptDay(
        case=case,
        turn=1 + _counts(per_case),
        line=line,
        product=np.repeat(rng.integers(0, len(centre.PRODUCTS), len(chosen)), per_case),
        start_ms=start_ms,
        end_ms=end_ms,
    )


def _counts(lengths: Ints) -> Ints:
    """0, 1, 2, ... anew for each length.

    >>> _counts(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    begins = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(begins, lengths)


def _times(length: Floats, per_case: Ints, talk_ms: Ints) -> tuple[Ints, Ints]:
    """Start and end of each turn: the talk's time shared out by length of text."""
    said = np.concatenate(([0.0], np.cumsum(length)))
    last = np.cumsum(per_case)
    begin = np.repeat(said[last - per_case], per_case)
    whole = np.repeat(said[last], per_case) - begin
    scale = np.repeat(talk_ms, per_case) / np.maximum(whole, 1.0)
    start_ms = np.floor((said[:-1] - begin) * scale).astype(np.int64)
    end_ms = np.floor((said[1:] - begin) * scale).astype(np.int64)
    return start_ms // 100 * 100, end_ms // 100 * 100
