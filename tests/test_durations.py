"""Written durations, as thresholds (S2) and other settings and options take them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxtool.units import duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("600", 600.0),
        ("600s", 600.0),
        ("0", 0.0),
        ("12.5", 12.5),
        (".5", 0.5),
        ("10m", 600.0),
        ("1.5h", 5_400.0),
        ("1h5m", 3_900.0),
        ("1h5s", 3_605.0),
        ("1d", 86_400.0),
        ("1d2h3m4s5ms", 93_784.005),
        ("250ms", 0.25),
        ("2m250ms", 120.25),
        ("4m 10s", 250.0),
        (" 10M ", 600.0),
        ("0:10:00", 600.0),
        ("10:00", 600.0),
        ("90:00", 5_400.0),
        ("100:00:00", 360_000.0),
        ("00:04:10", 250.0),
        ("0:00:01.5", 1.5),
    ],
)
def test_written_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1x", "-5", "-1m", "+5", "nan", "inf", "1e3", "m", "1m1h", "1m1m", "5min"),
        *("1,5", "0:60", "1:60:00", "1:2:3:4", "99:5", ":30", "10:", "٣", "9" * 400),
    ],
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write it as 600, 90s, 10m") as caught:
        parse_duration(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(repr(text))


@given(whole_s=st.integers(0, 100 * 86_400))
def test_clock_and_unit_forms_agree(whole_s: int) -> None:
    minutes, seconds = divmod(whole_s, 60)
    hours, rest = divmod(minutes, 60)
    assert parse_duration(f"{hours}:{rest:02d}:{seconds:02d}") == whole_s
    assert parse_duration(f"{minutes}:{seconds:02d}") == whole_s
    assert parse_duration(f"{hours}h{rest}m{seconds}s") == whole_s


@given(whole_s=st.integers(0, 3_599))
def test_what_is_shown_reads_back(whole_s: int) -> None:
    assert parse_duration(duration(whole_s)) == whole_s
