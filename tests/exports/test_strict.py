"""Numbers read strictly by the scan are those that text would have given."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.exports import opening, readings
from cxtool.exports.strict import strictly
from tests.cli_helper import call

HEADER = "case_id,started_at,channel,handle_s,csat,transfers,answered"
ROW = "2026-05-01T10:00:00Z,voice"


def calls(folder: Path, rows: list[str]) -> Path:
    lines = [HEADER, *(f"{number},{ROW},{row}" for number, row in enumerate(rows))]
    (folder / "calls.csv").write_text("\n".join(lines) + "\n")
    return folder


def both(folder: Path) -> list[str]:
    """The log and the check of a file, read strictly and held where that can be, and as text."""
    seen = []
    for read, held_bytes in ((strictly, readings.HELD_BYTES), (lambda part: part, -1)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(opening, "strictly", read)
            patch.setattr(readings, "HELD_BYTES", held_bytes)
            for words in (("log", "calls.csv", "-p", "all"), ("check", "calls.csv")):
                made = call(*words, "-f", "json", cwd=folder)
                seen.append(made.out.decode() + made.err)
    return seen


NUMBERS = st.one_of(
    st.integers(-5, 10**6).map(str),
    st.decimals(0, 10**4, places=3).map(str),
    st.sampled_from(["", " 7", "7 ", "+7", "007", ".5", "5.", "1e3", "1e400", "NaN", "inf", "-0"]),
    st.sampled_from(["0:01:30", "90s", '"1,5"', "abc", "1_000"]),
)
PLAIN = st.tuples(NUMBERS, st.sampled_from(["5", "4.5", "", "9"]), NUMBERS)


@settings(max_examples=5, deadline=None)
@given(rows=st.lists(PLAIN, max_size=6))
def test_a_late_value_of_any_kind_is_read_as_from_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    early = ["60,5,0,true"] * 1000
    late = [f"{handle},{csat},{transfers},true" for handle, csat, transfers in rows]
    folder = calls(tmp_path_factory.mktemp("strict"), early + late)
    log, check, log_of_text, check_of_text = both(folder)
    assert log == log_of_text
    assert check == check_of_text


def test_texts_beside_numbers_are_read_as_from_text(tmp_path: Path) -> None:
    odd = ["q", " q ", '""', "\u3000", "' '", "'=1", '"a, b"', "7.24E+11", "7E11", "", '" "']
    texts = [*odd, *(f" {text}\xa0" for text in odd)]
    rows = [f"{text},{ROW},{text},{text},60" for text in ("a", *texts)]
    header = "case_id,started_at,channel,agent_id,remark,handle_s"
    (tmp_path / "calls.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    log, check, log_of_text, check_of_text = both(tmp_path)
    assert (log, check) == (log_of_text, check_of_text)
    # Without rows to set aside or repeated keys the numbers stay read strictly.
    rows = [f"{number},{ROW},{text},{text},60" for number, text in enumerate(texts)]
    (tmp_path / "calls.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    log, check, log_of_text, check_of_text = both(tmp_path)
    assert (log, check) == (log_of_text, check_of_text)
    assert '"remark"' in check


@pytest.mark.parametrize("answered", ["yes", "TRUE", "", "1", " true", "maybe"])
def test_yes_and_no(tmp_path: Path, answered: str) -> None:
    folder = calls(tmp_path, ["60,5,0,true"] * 1000 + [f"60,5,0,{answered}"])
    log, check, log_of_text, check_of_text = both(folder)
    assert (log, check) == (log_of_text, check_of_text)
