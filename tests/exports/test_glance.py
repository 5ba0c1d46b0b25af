"""What is seen of a CSV file at a glance is never too good: a regular file reads as it stands."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.exports import glance as glances
from cxtool.exports import glance_blocks
from cxtool.exports.glance import Glance, first_records, glance
from cxtool.exports.text import TextFile

HEADER = ("a", "b", "c")


def file_of(folder: Path, body: bytes) -> TextFile:
    path = folder / "glance.csv"
    path.write_bytes(b"a,b,c\n" + body)
    return TextFile(path=path, name=path.name, format="csv", header=HEADER, body_line=2)


@pytest.mark.parametrize(
    ("body", "regular", "single_lines"),
    [
        (b"1,2,3\n4,5,\n", True, True),
        (b"1,2,3\r\n4,5,6\r\n", True, True),
        (b"1,2,3\n4,5,6", True, True),
        (b'"1",",",""\n4,"a ""b"", c",6\n', True, True),
        (b'1,"two\nlines",3\n4,5,6\n', True, False),
        (b'1,2,"3\n\n"\n4,5,6', True, False),
        (b"", True, True),
        (b"1,2,3\n4,5\n", False, True),
        (b"1,2,3\n4,5,6,7\n", False, True),
        (b"1,2,3\n4,5\n6,7,8,9\n", False, True),
        (b"1,2,3\n\n4,5,6\n", False, True),
        (b'1,2",3\n4,5,6\n', False, True),
        (b'1,"2"x,3\n4,5,6\n', False, True),
        (b'1,2,"3\n4,5,6\n', False, True),
        (b'a,b,c"\nd,e,f"\n', False, True),
        (b"1,2,3\n,,\n4,5,6\n", False, True),
        (b'"1","2","3"\r\n"","",""\r\n', False, True),
        (b",a,\n,,b\n", True, True),
    ],
)
def test_a_glance(tmp_path: Path, body: bytes, regular: bool, single_lines: bool) -> None:
    seen = glance(file_of(tmp_path, body))
    assert seen.regular is regular
    assert not regular or seen.single_lines is single_lines


def test_a_record_of_256_cells_too_many_is_seen(tmp_path: Path) -> None:
    assert not glance(file_of(tmp_path, b"1,2,3\n" + b"," * 258 + b"\n")).regular
    assert glance(file_of(tmp_path, b'1,"' + b"," * 300 + b'",3\n')).regular


@pytest.mark.parametrize("small", [1 << 21, -1])
@pytest.mark.parametrize(("body", "guarded"), [(b"'=1,2,3\n", True), (b"'n Abend,2,3'\n", False)])
def test_apostrophes_before_formulas_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, guarded: bool, small: int
) -> None:
    monkeypatch.setattr(glances, "SMALL_BYTES", small)
    file = file_of(tmp_path, body)
    seen = glance(file)
    assert (seen.regular, seen.guarded) == (True, guarded)
    assert seen.end == file.path.stat().st_size


@pytest.mark.parametrize("small", [1 << 21, -1])
@pytest.mark.parametrize(
    ("body", "shortened"),
    [(b"1,7.2E+11,3\n", True), (b"1,2,7e+5\n", True), (b"+1E,2,e 3\n", False)],
)
def test_exponents_of_numbers_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, shortened: bool, small: int
) -> None:
    monkeypatch.setattr(glances, "SMALL_BYTES", small)
    assert glance(file_of(tmp_path, body)).shortened is shortened


def test_one_column_is_never_trusted(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("a\n1\n\n2\n")
    assert not glance(TextFile(path=path, name="one.csv", format="csv", header=("a",))).regular


def looked_at(folder: Path, body: bytes, monkeypatch: pytest.MonkeyPatch) -> Glance:
    """What is seen of a file that is looked at by blocks."""
    monkeypatch.setattr(glances, "SMALL_BYTES", -1)
    return glance(file_of(folder, body))


@pytest.mark.parametrize(
    ("body", "is_trimmed"),
    [
        ("1,a b,3\r\nZoë,世界,Ωμ\n", True),
        ('1,"a, b",3\n"x ""y"" z","""q"" ,",4\n', True),
        ("1, a,3\n", False),
        ("1,a ,3\n", False),
        (" 1,a,3\n", False),
        ("1,a,3 \r\n4,5,6\n", False),
        ("1,a,3\n 4,5,6\n", False),
        ("1,a\tb,3\n", False),
        ("1,a\r,3\n", False),
        ('1,"\na",3\n', False),
        ('1,"a ",3\n', False),
        ('1," ""a""",3\n', False),
        ("1,\xa0a,3\n", False),
        ("1,a\u3000,3\n", False),
        ("1,a\u2009b,3\n", False),
    ],
)
def test_cells_with_nothing_to_trim_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, is_trimmed: bool
) -> None:
    seen = looked_at(tmp_path, body.encode(), monkeypatch)
    assert seen.regular
    assert seen.is_trimmed is is_trimmed


@pytest.mark.parametrize(
    ("body", "is_utf8"),
    [("1,Zoë,3\n".encode(), True), ("1,Zoë,3\n".encode("cp1252"), False), (b"1,2,\xe3\n", False)],
)
def test_bytes_that_are_no_utf8_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, is_utf8: bool
) -> None:
    assert looked_at(tmp_path, body, monkeypatch).is_utf8 is is_utf8


CELLS = st.text(alphabet='a,"\n\r', max_size=6).map(str.encode)


@settings(max_examples=80, deadline=None)
@given(parts=st.lists(CELLS, max_size=12), workers=st.sampled_from([1, 2, 4]))
def test_a_regular_file_is_what_a_strict_reader_sees(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], workers: int
) -> None:
    """Whatever the bytes, and however the file is parted, a pattern and blocks see the same."""
    body = b",".join(parts)
    file = file_of(tmp_path_factory.mktemp("glance"), body)
    whole = glance(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(glances, "SMALL_BYTES", -1)
        patch.setattr(glance_blocks, "WORKERS", workers)
        patch.setattr(glance_blocks.os, "cpu_count", lambda: workers)
        patch.setattr(glance_blocks, "BLOCK_BYTES", 3)
        parted = glance(file)
    assert parted.regular == whole.regular
    assert parted.single_lines == whole.single_lines or not whole.regular
    if whole.regular and b"\r" not in body.replace(b"\r\n", b""):
        rows = list(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))
        assert [len(row) for row in rows] == [3] * len(rows)
        assert whole.single_lines == (len(body.splitlines()) == len(rows))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(*[st.text(alphabet='a,"\n ', max_size=5)] * 3).filter(
            lambda row: "a" in "".join(row)
        ),
        min_size=1,
    )
)
def test_what_a_writer_wrote_is_regular(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    file = file_of(tmp_path_factory.mktemp("glance"), out.getvalue().encode())
    lines = out.getvalue().count("\n")
    seen = glance(file)
    assert seen.regular
    assert seen.single_lines == (lines == len(rows))
    assert seen.end == file.path.stat().st_size
    text = first_records(file, len(out.getvalue()) // 2).decode()
    first = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert first == [list(row) for row in rows[: len(first)]]
