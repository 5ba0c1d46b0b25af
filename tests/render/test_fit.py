"""What a narrow terminal leaves out, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.render.fit import GAP, fit
from cxtool.render.layout import Field


def made(key: str, width: int, drop: int, *, of: str | None = None, label: str = "") -> Field:
    return Field(key=key, label=label, texts=["x" * width], tones=[""], drop=drop, of=of)


def shown(fields: list[Field], width: int | None) -> list[str]:
    return [field.key for field in fit(fields, width=width, measure=len).fields]


FIELDS = [made("id", 5, 0), made("a", 5, 2), made("b", 5, 2), made("c", 5, 1), made("d", 5, 3)]


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (None, ["id", "a", "b", "c", "d"]),
        (33, ["id", "a", "b", "c", "d"]),
        (32, ["id", "a", "b", "c"]),
        (25, ["id", "a", "c"]),
        (18, ["id", "c"]),
        (11, ["id"]),
        (1, ["id"]),
    ],
)
def test_largest_drop_goes_first_then_the_rightmost(width: int | None, kept: list[str]) -> None:
    assert shown(FIELDS, width) == kept


def test_what_accompanies_a_figure_goes_with_it() -> None:
    fields = [made("id", 5, 0), made("x", 9, 4), made("x_change", 5, 1, of="x")]
    fitted = fit(fields, width=15, measure=len)
    assert [field.key for field in fitted.fields] == ["id"]
    assert fitted.left_out == ("x",)


def test_a_wide_field_does_not_take_others_with_it() -> None:
    fields = [made("id", 5, 0), made("text", 90, 1), made("a", 5, 2), made("b", 5, 3)]
    assert shown(fields, 80) == ["id", "a", "b"]
    assert shown(fields, 14) == ["id", "a"]


def test_headings_break_between_words_before_a_field_is_left_out() -> None:
    fields = [made("id", 5, 0), made("a", 5, 1, label="first response")]
    fitted = fit(fields, width=15, measure=len)
    assert fitted.widths == (5, 8)
    assert fitted.left_out == ()
    assert fit(fields, width=30, measure=len).widths == (5, 14)


def test_fields_that_always_stay_are_narrowed() -> None:
    fields = [made("id", 5, 0), made("a", 50, 0), made("b", 20, 0)]
    assert fit(fields, width=39, measure=len).widths == (5, 15, 15)


@settings(max_examples=60)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), min_size=1, max_size=8),
    width=st.integers(1, 120),
)
def test_the_rest_fits_and_nothing_that_would_fit_is_left_out(
    sizes: list[tuple[int, int]], width: int
) -> None:
    fields = [made(str(place), *size) for place, size in enumerate(sizes)]
    fitted = fit(fields, width=width, measure=len)
    kept = {field.key for field in fitted.fields}
    assert {field.key for field in fields if field.drop == 0} <= kept
    assert set(fitted.left_out) == {field.key for field in fields} - kept
    taken = sum(len(field.texts[0]) for field in fitted.fields) + GAP * (len(kept) - 1)
    if any(field.drop for field in fitted.fields):
        assert taken <= width
    if kept:
        spare = width - taken - GAP
        assert all(len(field.texts[0]) > spare for field in fields if field.key not in kept)
