"""What holds for every export: order and splitting never matter, and parts add up."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.exports import Row, done, export, only, report, section, to_csv

few = settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)

CASES = st.lists(
    st.fixed_dictionaries(
        {
            "started_at": st.integers(0, 14 * 24 - 1).map(
                lambda hour: f"2026-05-{4 + hour // 24:02}T{hour % 24:02}:30:00Z"
            ),
            "channel": st.sampled_from(["voice", "chat", "email"]),
            "direction": st.sampled_from(["inbound", "outbound", "internal", None]),
            "agent": st.sampled_from(["Ann", "Bo", "Chi", None]),
            "company_id": st.sampled_from(["o1", "o2", None]),
            "first_response_s": st.one_of(st.none(), st.integers(0, 1300)),
            "talk_s": st.one_of(st.none(), st.integers(0, 900)),
            "score": st.sampled_from([0.1, 0.2, 0.5, 0.7, 0.9]),
        }
    ),
    min_size=1,
    max_size=60,
)
REPORTS = (
    ("log", "-p", "all"),
    ("sla", "-p", "2026-05-11..2026-05-17", "--by", "agent", "--by", "agent,day", "--breaches"),
    ("behavior", "-p", "2026-05-11..2026-05-17", "--interactions"),
    ("cel", "-p", "2026-05-11..2026-05-17"),
)


def tables_of(drawn: Sequence[Row]) -> dict[str, list[Row]]:
    """The drawn rows as cases, with their score in a table of its own."""
    numbered = [{"case_id": f"c{number:03}", **row} for number, row in enumerate(drawn)]
    scores: list[Row] = [
        {"case_id": row["case_id"], "behavior": "build_rapport", "score": row["score"]}
        for row in numbered
    ]
    cases: list[Row] = [
        {key: value for key, value in row.items() if key != "score"} for row in numbered
    ]
    return {"interactions": cases, "behaviors": scores}


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def figures(export_folder: Path) -> list[object]:
    """All sections and notes of all reports."""
    found = [report(*command, cwd=export_folder) for command in REPORTS]
    return [(one["sections"], one["notes"], one["period"], one["as_of"]) for one in found]


@few
@given(
    drawn=CASES,
    seed=st.integers(0, 10_000),
    cuts=st.lists(st.integers(0, 60), min_size=1, max_size=3),
)
def test_the_order_of_rows_and_their_files_never_matter(
    drawn: list[Row], seed: int, cuts: list[int]
) -> None:
    """L, S, B, C: a folder of shuffled parts gives the figures of the one file, in their order."""
    tables = tables_of(drawn)
    with folder() as one, folder() as other:
        export(one, **tables)
        for name, rows in tables.items():
            shuffled = random.Random(seed).sample(rows, len(rows))
            header = to_csv(shuffled).splitlines(keepends=True)
            bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
            (other / name).mkdir()
            for number, start in enumerate(bounds[:-1]):
                part = header[0] + "".join(header[1:][start : bounds[number + 1]])
                (other / name / f"part-{number}.csv").write_text(part, encoding="utf-8")
        assert figures(one) == figures(other)


@few
@given(drawn=CASES)
def test_parts_add_up_to_the_whole(drawn: list[Row]) -> None:
    """S2: the counts of a breakdown by a column of one value add up to those of the summary."""
    counts = ("cases_n", "met_n", "not_met_n", "pending_n", "na_n", "sla_n")
    with folder() as where:
        export(where, **tables_of(drawn))
        dimensions = ("channel", "agent", "day", "hour", "weekday", "agent,day")
        by = [word for name in dimensions for word in ("--by", name)]
        found = report("sla", ".", "-p", "all", *by, cwd=where)
        whole = only(section(found, "summary"))
        assert whole["cases_n"] == len(drawn)
        assert whole["cases_n"] == sum(whole[key] for key in counts[1:5])
        assert whole["sla_n"] == whole["met_n"] + whole["not_met_n"]
        for name in dimensions:
            rows = section(found, "by_" + name.replace(",", "_"))
            assert {key: sum(row[key] for row in rows) for key in counts} == {
                key: whole[key] for key in counts
            }


@few
@given(drawn=CASES)
def test_shares_add_up_to_100_percent(drawn: list[Row]) -> None:
    """C6: of the contacts there are; without any, no share is known."""
    with folder() as where:
        export(where, **tables_of(drawn))
        arguments = ("cel", ".", "-p", "all", "-f", "json")
        found = done(*arguments, cwd=where).report
        rows = [row for row in section(found, "shares") if row["channel"] != "ticket"]
        contacts_n = sum(row["contacts_n"] for row in rows)
        if contacts_n:
            assert sum(row["share_pct"] for row in rows) == pytest.approx(100, abs=1e-5)
        else:
            assert {row["share_pct"] for row in rows} == {None}
        cels = [row["cel"] for row in section(found, "companies")]
        assert all(0 <= cel <= 100 for cel in cels)
        assert not cels or max(cels) in (0, 100)


@few
@given(drawn=CASES)
def test_equal_scores_get_equal_indices(drawn: list[Row]) -> None:
    """B3: whatever the ties, one score has one index, and a higher one never a lower index."""
    order = {0: 0, 4: 1, None: 2, 6: 3, 10: 4}
    tables = tables_of(drawn)
    with folder() as where:
        export(where, **tables)
        found = report("behavior", ".", "-p", "all", "--interactions", cwd=where)
    index_of = {
        row["case_id"]: row["build_rapport_index"] for row in section(found, "interactions")
    }
    by_score: dict[float, set[int | None]] = {}
    for row in tables["behaviors"]:
        if row["case_id"] in index_of:
            by_score.setdefault(float(str(row["score"])), set()).add(index_of[str(row["case_id"])])
    assert all(len(found) == 1 for found in by_score.values()), by_score
    ranks = [order[index] for score in sorted(by_score) for index in by_score[score]]
    assert ranks == sorted(ranks)
