"""Times as exports write them, and what clock changes do to local ones."""

from __future__ import annotations

import polars as pl
import pytest

from cxtool.exports.times import (
    DOUBLED,
    ISO_FORMATS,
    SKIPPED,
    clock_change,
    formats_of,
    local_day,
    parse_local,
    parse_times,
)

BERLIN = "Europe/Berlin"


def read(text: str, *, time_zone: str = BERLIN) -> str | None:
    parsed = pl.select(parse_times(pl.lit(text), ISO_FORMATS, time_zone)).item()
    return None if parsed is None else parsed.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T08:30:00Z",
        "2026-05-01 08:30:00Z",
        "2026-05-01T08:30:00.000Z",
        "2026-05-01T10:30:00+02:00",
        "2026-05-01T10:30:00+0200",
        "2026-05-01 10:30:00+02",
        "2026-05-01 10:30:00.0+02",
        "2026-05-01T10:30+02:00",
        "2026-05-01 08:30Z",
        "2026-05-01T10:30:00",
        "2026-05-01 10:30:00.000000",
        "2026-05-01T10:30",
        "2026-05-01 10:30",
    ],
)
def test_one_instant_in_many_writings(text: str) -> None:
    assert read(text) == "2026-05-01T08:30:00+00:00"


def test_a_date_is_its_midnight_and_fractions_are_kept() -> None:
    assert read("2026-05-01") == "2026-04-30T22:00:00+00:00"
    assert read("2026-05-01T00:00:00.25Z") == "2026-05-01T00:00:00.250000+00:00"


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "1"]
)
def test_what_is_no_time_is_null(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("local", "instant", "kind"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59:00+00:00", None),
        ("2026-03-29T02:00", "2026-03-29T01:00:00+00:00", SKIPPED),
        ("2026-03-29T02:59", "2026-03-29T01:59:00+00:00", SKIPPED),
        ("2026-03-29T03:00", "2026-03-29T01:00:00+00:00", None),
        ("2026-10-25T01:59", "2026-10-24T23:59:00+00:00", None),
        ("2026-10-25T02:00", "2026-10-25T00:00:00+00:00", DOUBLED),
        ("2026-10-25T02:59", "2026-10-25T00:59:00+00:00", DOUBLED),
        ("2026-10-25T03:00", "2026-10-25T02:00:00+00:00", None),
    ],
)
def test_clock_changes(local: str, instant: str, kind: int | None) -> None:
    """A skipped time is moved forward, a doubled one is the earlier."""
    assert read(local) == instant
    naive = parse_local(pl.lit(local), ISO_FORMATS)
    assert naive is not None
    assert pl.select(clock_change(naive, BERLIN)).item() == kind


def test_half_an_hour_is_skipped_on_lord_howe() -> None:
    assert read("2026-10-04T02:10", time_zone="Australia/Lord_Howe") == "2026-10-03T15:40:00+00:00"


def test_a_midnight_that_is_skipped_stays_on_its_day() -> None:
    zone = "America/Santiago"  # the clocks go from 24:00 to 1:00
    at = parse_times(pl.lit("2026-09-06"), ISO_FORMATS, zone)
    local = pl.select(local_day(at, zone).cast(pl.Date)).item()
    assert local.isoformat() == "2026-09-06"


def test_formats_are_those_that_the_texts_need() -> None:
    texts = pl.Series(["2026-05-01T10:00:00.5Z", "2026-05-01", "soon", "2026-05-01T10:00+02:00"])
    assert formats_of(texts, ISO_FORMATS) == ("%+", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d")
