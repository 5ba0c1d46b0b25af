"""Values as exports write them: durations, lists, truths, numbers."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from cxtool.exports.convert import Hints, look, parse
from cxtool.exports.profile_form import ColumnMap
from cxtool.exports.times import ISO_FORMATS
from cxtool.exports.typed import from_typed, typed_value
from cxtool.schema import Type


def read(text: str, kind: Type, **source: Any) -> Any:
    """One text by what a sample of it shows, which must agree with trying what others need."""
    values = pl.Series("value", [text])
    mapping = ColumnMap(source=["value"], **source)
    hints = look(values, kind, mapping)
    every = hints.also(Hints(formats=ISO_FORMATS, plain_numbers=False, json_lists=True))
    shown, general = (
        values.to_frame()
        .select(parse(pl.col("value"), kind, mapping, way, time_zone="UTC"))
        .to_series()
        .to_list()[0]
        for way in (hints, every)
    )
    assert shown == general
    return shown


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("250", 250_000),
        ("0", 0),
        ("12.345", 12_345),
        ("0.0004", 0),
        ("00:04:10", 250_000),
        ("4:10", 250_000),
        ("100:00", 6_000_000),
        ("00.04.10", 250_000),
        ("0:00:01.5", 1_500),
        ("0:00:01,5", 1_500),
        ("4m10s", 250_000),
        ("4m 10s", 250_000),
        ("4 min 10 s", 250_000),
        ("1h5m", 3_900_000),
        ("1d", 86_400_000),
        ("1.5s", 1_500),
        ("250ms", 250),
        ("1s 250ms", 1_250),
        ("12,5", 12_500),
        ("-3", -3_000),
        ("12,500", None),
        ("soon", None),
        ("inf", None),
        ("1e300", None),
        ("4:10:", None),
        ("m", None),
        ("1m1h", None),
    ],
)
def test_durations(text: str, milliseconds: int | None) -> None:
    assert read(text, Type.SECONDS) == milliseconds


@pytest.mark.parametrize(
    ("unit", "milliseconds"), [("ms", 2), ("s", 1_500), ("min", 90_000), ("h", 5_400_000)]
)
def test_plain_numbers_have_the_unit_of_the_profile(unit: str, milliseconds: int) -> None:
    assert read("1.5", Type.SECONDS, unit=unit) == milliseconds
    assert read("0:01:30", Type.SECONDS, unit=unit) == 90_000


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("vip", ["vip"]),
        ("vip;new", ["vip", "new"]),
        (" vip ; new; ;", ["vip", "new"]),
        ('["vip", "a;b"]', ["vip", "a;b"]),
        ('["a", null, 1, true]', ["a", "1", "true"]),
        ("[]", []),
        (r'["a\"b", "caf\u00e9"]', ['a"b', "café"]),
        ("[vip]", ["[vip]"]),
        ('["a", 01]', ['["a", 01]']),
        (r'["\x"]', [r'["\x"]']),
        (r'["\ud800"]', [r'["\ud800"]']),
        ('["a"', ['["a"']),
    ],
)
def test_lists(text: str, items: list[str]) -> None:
    assert read(text, Type.LIST) == items


def test_lists_may_have_another_separator() -> None:
    assert read("vip, new;old", Type.LIST, separator=",") == ["vip", "new;old"]


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "yes", "Y", "t"])
def test_true(text: str) -> None:
    assert read(text, Type.BOOL) is True


@pytest.mark.parametrize("text", ["false", "0", "No", "n", "F"])
def test_false(text: str) -> None:
    assert read(text, Type.BOOL) is False


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2", Type.BOOL, None),
        ("3", Type.INT, 3),
        ("3.0", Type.INT, 3),
        ("3.5", Type.INT, None),
        ("4.5", Type.FLOAT, 4.5),
        ("4,5", Type.FLOAT, 4.5),
        ("nan", Type.FLOAT, None),
        ("x", Type.FLOAT, None),
    ],
)
def test_truths_and_numbers(text: str, kind: Type, value: Any) -> None:
    assert read(text, kind) == value


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (7, Type.STR, "7"),
        (7.0, Type.STR, "7"),
        (7.5, Type.STR, "7.5"),
        (Decimal("7.50"), Type.STR, "7.50"),
        (True, Type.STR, "true"),
        (date(2026, 5, 1), Type.STR, "2026-05-01"),
        (90, Type.SECONDS, 90_000),
        (1.5, Type.SECONDS, 1_500),
        (timedelta(milliseconds=1_500), Type.SECONDS, 1_500),
        (time(0, 4, 10), Type.SECONDS, 250_000),
        (1, Type.BOOL, True),
        (0.0, Type.BOOL, False),
        (2, Type.BOOL, None),
        (3.0, Type.INT, 3),
        (3.5, Type.INT, None),
        (Decimal("4.5"), Type.FLOAT, 4.5),
        (float("nan"), Type.FLOAT, None),
        (float("inf"), Type.FLOAT, None),
        (["a", None], Type.LIST, ["a"]),
        ([1, 2], Type.LIST, ["1", "2"]),
    ],
)
def test_typed_values(value: Any, kind: Type, expected: Any) -> None:
    rows = pl.DataFrame({"value": [value]})
    dtype = rows.schema["value"]
    read = from_typed(
        typed_value("value", dtype), dtype, kind, ColumnMap(source=["value"]), time_zone="UTC"
    )
    assert read is not None
    assert rows.select(read).to_series().to_list() == [expected]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([1], Type.STR),
        ({"a": 1}, Type.STR),
        (b"x", Type.STR),
        (5, Type.DATETIME),
        (5, Type.LIST),
        ([{"a": 1}], Type.LIST),
        (date(2026, 5, 1), Type.SECONDS),
    ],
)
def test_types_with_nothing_in_common(value: Any, kind: Type) -> None:
    dtype = pl.DataFrame({"value": [value]}).schema["value"]
    source = ColumnMap(source=["value"])
    assert from_typed(pl.col("value"), dtype, kind, source, time_zone="UTC") is None
