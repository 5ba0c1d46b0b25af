"""Pictures: what they show, that a page may hold them, and that they are the same everywhere."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import altair
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from cxtool.render.chart_colours import FALLBACKS, HEAT_STEPS, LIGHT_WORDS_FROM, SERIES, paint
from cxtool.render.chart_data import LARGEST, MOST_SERIES, read
from cxtool.render.chart_places import Place, labels, places
from cxtool.render.chart_scale import scale
from cxtool.render.chart_specs import spec
from cxtool.render.chart_svg import ELEMENTS, VALUES, UnsafePictureError, clean
from cxtool.render.chart_words import shortened, width_of
from cxtool.render.charts import sparkline_svg, svg
from cxtool.report import Chart, ChartKind, Column, Section
from cxtool.units import Unit

KINDS: tuple[ChartKind, ...] = ("lines", "columns", "bars", "heatmap")
NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} ${7*7} \\u0022 ' \" `",
    "\u202egnp.exe",
    "ליאור כהן",
    "สมชาย ใจดี",
    "王小明",
    "Łukasz Wiśniewski-Żółć",
    "javascript:alert(1)",
    "]]>&amp;<!-- x",
)
MONDAY = date(2026, 6, 1)


def section(rows: list[tuple[Any, ...]], *columns: Column) -> Section:
    frame = pl.DataFrame(rows, schema=[c.key for c in columns], orient="row", strict=False)
    return Section(id="rows", title="Rows", columns=columns, rows=frame)


def column(key: str, unit: Unit = Unit.TEXT, **more: Any) -> Column:
    return Column(key=key, label=key.capitalize(), unit=unit, **more)


DAY, AGENT = column("day", Unit.DATE), column("agent")
SLA = column("sla", Unit.PERCENT)
CASES = column("cases", Unit.COUNT)


def by_day(*shares: float | None) -> Section:
    rows = [(MONDAY + timedelta(days=n), share) for n, share in enumerate(shares)]
    return section(rows, DAY, SLA)


def by_agent(names: tuple[str, ...], days: int = 3) -> Section:
    rows = [
        (MONDAY + timedelta(days=day), name, 10 * (number + 1) + day)
        for day in range(days)
        for number, name in enumerate(names)
    ]
    return section(rows, DAY, AGENT, CASES)


LINE = Chart(kind="lines", title="SLA by day", x="day", y="sla")


def chart_of(kind: ChartKind) -> Chart:
    if kind == "heatmap":
        return Chart(kind=kind, title="Cases", x="day", y="agent", value="cases")
    return Chart(kind=kind, title="Cases", x="day", y="cases", series="agent")


def drawn(chart: Chart, of: Section, **options: Any) -> ET.Element:
    return ET.fromstring(svg(chart, of, time_zone="UTC", ident="c1", **options))


def tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def told(picture: ET.Element) -> list[str]:
    """What its marks say when pointed at."""
    return [e.text or "" for e in picture.iter() if tag(e) == "title"][1:]


def written(picture: ET.Element) -> list[str]:
    return [e.text or "" for e in picture.iter() if tag(e) == "text"]


def painted(picture: ET.Element, name: str) -> list[ET.Element]:
    return [e for e in picture.iter() if paint(name) in (e.get("fill"), e.get("stroke"))]


def assert_harmless(picture: ET.Element) -> None:
    assert tag(picture) == "svg"
    assert Counter(e.get("id") for e in picture.iter() if e.get("id")) == {
        "c1-title": 1,
        "c1-desc": 1,
    }
    for element in list(picture.iter())[1:]:
        assert tag(element) in ELEMENTS | {"title", "desc"}
        for name, value in element.attrib.items():
            assert name == "id" or re.fullmatch(VALUES[name], value)


@pytest.fixture(scope="session")
def validator() -> Draft7Validator:
    home = Path(altair.__file__).parent / "vegalite" / "v6" / "schema" / "vega-lite-schema.json"
    return Draft7Validator(json.loads(home.read_text(encoding="utf-8")))


BOUNDED = section(
    [(MONDAY, 80.0, 70.0, 75.0, 85.0), (date(2026, 6, 2), None, 71.0, None, None)],
    DAY,
    SLA,
    column("before", Unit.PERCENT),
    column("low", Unit.PERCENT),
    column("high", Unit.PERCENT),
)
BOUNDED_LINE = Chart(
    kind="lines", title="SLA", x="day", y="sla", before="before", low="low", high="high"
)


@pytest.mark.parametrize(
    ("chart", "of"),
    [
        *((chart_of(kind), by_agent(NAMES[:n])) for kind in KINDS for n in (1, 4, 10)),
        (BOUNDED_LINE, BOUNDED),
        (LINE, by_day(None, 80.0)),
    ],
)
def test_specifications_hold_to_the_schema_and_pictures_to_the_lists(
    validator: Draft7Validator, chart: Chart, of: Section
) -> None:
    found = spec(chart, of, time_zone="UTC")
    assert found is not None
    assert [error.message for error in validator.iter_errors(found)] == []
    assert "url" not in json.dumps(found).replace(found["$schema"], "")
    assert_harmless(drawn(chart, of))


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    rows=st.lists(
        st.tuples(
            st.one_of(st.none(), st.dates(date(2026, 5, 25), date(2026, 7, 5))),
            st.one_of(st.none(), st.sampled_from(NAMES), st.text(max_size=30)),
            st.one_of(st.none(), st.floats(), st.integers(-(10**15), 10**15)),
        ),
        max_size=12,
    ),
)
def test_any_rows_give_a_harmless_picture_or_none(
    kind: ChartKind, rows: list[tuple[date | None, str | None, float | None]]
) -> None:
    of = section(
        [(day, None if name is None else name.encode("utf-8", "ignore").decode(), value)
         for day, name, value in rows],
        DAY,
        AGENT,
        CASES,
    )  # fmt: skip
    of = Section(
        id=of.id,
        title=of.title,
        columns=of.columns,
        rows=of.rows.cast({"day": pl.Date, "agent": pl.String, "cases": pl.Float64}),
    )
    picture = svg(chart_of(kind), of, time_zone="UTC", ident="c1")
    if picture:
        assert_harmless(ET.fromstring(picture))
    else:
        assert kind == "bars" or not any(_can_be_drawn(*row) for row in set(rows))


def _can_be_drawn(day: date | None, _: str | None, value: float | None) -> bool:
    return day is not None and value is not None and abs(value) <= LARGEST


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_draw_gives_no_picture(kind: ChartKind) -> None:
    empty = [(None, None, None), (MONDAY, "Anna", None), (MONDAY, "Bob", float("nan"))]
    for rows in (empty, empty[:1]):
        of = section(rows, DAY, AGENT, CASES)
        assert svg(chart_of(kind), of, time_zone="UTC", ident="c1") == ""


def test_names_are_shown_as_text_and_turn_nothing_round() -> None:
    text = svg(chart_of("bars"), by_agent(NAMES[:4]), time_zone="UTC", ident="c1")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "\\u202egnp.exe" in text


def test_ids_begin_as_asked_and_only_as_plain_names() -> None:
    text = svg(LINE, by_day(80.0, 90.0), time_zone="UTC", ident="sla-days-chart1")
    assert re.findall(r' id="([^"]+)"', text) == ["sla-days-chart1-title", "sla-days-chart1-desc"]
    assert 'role="img" aria-labelledby="sla-days-chart1-title sla-days-chart1-desc"' in text
    with pytest.raises(ValueError, match="cannot begin an id"):
        svg(LINE, by_day(80.0), time_zone="UTC", ident='x" onload="')


@pytest.mark.parametrize(
    "part",
    [
        "<script/>",
        "<style/>",
        "<foreignObject/>",
        "<image/>",
        "<a/>",
        "<defs/>",
        '<g style="fill:red"/>',
        '<path onclick="x" d="M0,0"/>',
        '<path href="#x" d="M0,0"/>',
        '<path fill="url(#x)" d="M0,0"/>',
        '<path fill="red" d="M0,0"/>',
        '<path fill="var(--cx-text, url(//x))" d="M0,0"/>',
        '<g clip-path="url(#x)"/>',
        '<g id="x"/>',
    ],
)
def test_what_is_not_known_to_be_harmless_is_refused(part: str) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g>{part}</g></svg>'
    with pytest.raises(UnsafePictureError):
        clean(drawing, title="t", description="d", ident="c1", kind="lines")


def test_the_same_rows_give_the_same_bytes_in_any_zone_of_the_machine() -> None:
    hours = section(
        [(datetime(2026, 3, 28, 23, tzinfo=UTC) + timedelta(hours=n), n) for n in range(30)],
        column("at", Unit.DATETIME),
        CASES,
    )
    chart = Chart(kind="lines", title="Cases", x="at", y="cases")
    found = set()
    before = os.environ.get("TZ")
    try:
        for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
            os.environ["TZ"] = zone
            time.tzset()
            found.add(svg(chart, hours, time_zone="Europe/Warsaw", ident="c1"))
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()
    assert len(found) == 1
    picture = ET.fromstring(found.pop())
    assert {"Mar 29", "12:00", "Mar 30"} <= set(written(picture))
    # 02:00 of that night is left out by the clocks, and no gap in the line.
    assert [text.split(":")[0] for text in told(picture)[:3]] == [
        "Mar 29 00",
        "Mar 29 01",
        "Mar 29 03",
    ]
    (line,) = [e for e in painted(picture, "series-1") if e.get("fill") is None]
    assert line.get("d", "").count("M") == 1


def test_an_hour_that_clocks_double_stays_two() -> None:
    doubled = [datetime(2026, 10, 25, hour, tzinfo=UTC) for hour in range(3)]
    zoned = pl.Series(doubled).dt.convert_time_zone("Europe/Warsaw").to_list()
    assert [place.text for place in places(zoned, Unit.DATETIME).values()] == [
        "Oct 25 02:00",
        "Oct 25 02:00",
        "Oct 25 03:00",
    ]


def test_lines_break_where_nothing_is_known_and_lone_values_are_dots() -> None:
    picture = drawn(LINE, by_day(80.0, 82.0, None, 90.0, None, 70.0, 71.0))
    lines = [e for e in painted(picture, "series-1") if e.get("fill") is None]
    assert sum((line.get("d") or "").count("L") for line in lines) == 2
    dots = [e for e in painted(picture, "series-1") if e.get("fill")]
    assert len(dots) == 2  # Jun 4 alone, and the end
    assert told(picture)[2] == "Jun 4: 90.0 %"


def test_a_day_that_the_rows_leave_out_is_a_gap() -> None:
    of = by_day(80.0, 82.0, None, 90.0, 91.0)
    with_null, without = drawn(LINE, of), drawn(
        LINE, section([r for r in of.rows.rows() if r[1] is not None], DAY, SLA)
    )  # fmt: skip
    assert ET.tostring(with_null) == ET.tostring(without)


def test_what_was_before_and_how_sure_it_is_stand_with_a_single_line() -> None:
    picture = drawn(BOUNDED_LINE, BOUNDED)
    (before,) = [e for e in painted(picture, "before") if e.get("stroke-dasharray") and e.get("d")]
    assert before.get("stroke-dasharray") == "4,4"
    assert told(picture) == ["Jun 1: 80.0 % (75.0 % to 85.0 %), before 70.0 %"]
    assert {"Sla", "Before", "Interval"} <= set(written(picture))


def test_counts_stand_beside_the_figures_that_they_belong_to() -> None:
    of = section([(MONDAY, 81.25, 32)], DAY, SLA, column("sla_n", Unit.COUNT, role="n", of="sla"))
    assert told(drawn(LINE, of)) == ["Jun 1: 81.3 %, n 32"]


def test_several_lines_differ_by_dash_and_carry_their_names() -> None:
    names = ("Anna", "Bob", "Carla", "Dmitri")
    picture = drawn(chart_of("lines"), by_agent(names))
    assert set(names) <= set(written(picture))
    dashes = {
        e.get("stroke-dasharray")
        for name in SERIES[:4]
        for e in painted(picture, name)
        if tag(e) == "path" and e.get("fill") is None
    }
    assert len(dashes) == 4


@pytest.mark.parametrize("agents", [7, 12, 40])
def test_of_many_lines_six_are_named_and_the_rest_stays_behind(agents: int) -> None:
    names = tuple(f"Agent {n}" for n in range(agents))
    picture = drawn(chart_of("lines"), by_agent(names))
    assert [text for text in written(picture) if text in names] == list(names[-MOST_SERIES:])
    behind = min(agents - MOST_SERIES, 24)
    assert f"{behind} others, not named" in written(picture)


def test_of_many_parts_of_a_stack_the_smaller_are_added_up_and_nothing_is_lost() -> None:
    of = by_agent(tuple(f"Agent {n}" for n in range(9)), days=1)
    data = read(chart_of("columns"), of, time_zone="UTC", stacked=True)
    assert [series.name for series in data.series] == [
        *(f"Agent {n}" for n in range(4, 9)),
        "4 others",
    ]
    assert sum(data.figures) == of.rows["cases"].sum()


def test_words_with_a_tone_keep_its_colour() -> None:
    of = section(
        [("Anna", "very_positive", 3), ("Anna", "very_negative", 1)],
        AGENT,
        column("band", Unit.BAND),
        CASES,
    )
    chart = Chart(kind="bars", title="Bands", x="agent", y="cases", series="band")
    picture = drawn(chart, of)
    assert painted(picture, "band-very-positive")
    assert painted(picture, "band-very-negative")
    assert not painted(picture, "series-1")
    assert {"very positive", "very negative", "4"} <= set(written(picture))


def test_bars_keep_the_order_of_the_rows_and_say_what_is_missing_or_left_out() -> None:
    rows = [(f"Company {n}", None if n == 1 else float(100 - n)) for n in range(45)]
    of = section(rows, column("company"), column("load", Unit.SECONDS))
    picture = drawn(Chart(kind="bars", title="Load", x="company", y="load"), of)
    said = written(picture)
    assert said[:2] == ["Company 0", "Company 1"]
    assert {"1m 40s", "–", "5 more in the table"} <= set(said)


def test_long_names_are_shortened_and_told_in_full() -> None:
    name = "Demonstration and Recalibration Holdings of Greater Wielkopolska"
    of = section([(name, 3)], column("company"), CASES)
    picture = drawn(Chart(kind="bars", title="Cases", x="company", y="cases"), of)
    assert written(picture)[0].endswith("…")
    assert name in told(picture)


def test_a_heat_map_leaves_the_unknown_empty_and_steps_from_zero_to_most() -> None:
    rows = [(hour, "Monday", None if hour == 0 else hour) for hour in range(24)]
    of = section(rows, column("hour", Unit.COUNT), column("weekday"), CASES)
    chart = Chart(kind="heatmap", title="Cases", x="hour", y="weekday", value="cases")
    picture = drawn(chart, of)
    assert len(told(picture)) == 23
    assert told(picture)[0] == "Monday, 1: 1"
    assert [e for e in picture.iter() if e.get("stroke") == paint("grid")]
    assert {"Cases 0", "23", "Hour"} <= set(written(picture))
    used = {name for name in FALLBACKS if name.startswith("heat-") and painted(picture, name)}
    assert len(used) == HEAT_STEPS


@pytest.mark.parametrize("kind", ["columns", "bars"])
def test_lengths_begin_at_zero(kind: ChartKind) -> None:
    found = spec(
        Chart(kind=kind, title="SLA", x="day", y="sla"), by_day(96.0, 97.0), time_zone="UTC"
    )
    assert found is not None
    axis = "x" if kind == "bars" else "y"
    (domain,) = [
        layer["encoding"][axis]["scale"]["domain"]
        for layer in found["layer"]
        if layer["mark"]["type"] == "bar"
    ]
    assert domain[0] == 0


def test_an_axis_that_begins_later_says_so() -> None:
    assert "Sla (axis from 70 % to 100 %)" in written(drawn(LINE, by_day(71.0, 98.0)))
    assert "Sla" in written(drawn(LINE, by_day(10.0, 98.0)))


@pytest.mark.parametrize(
    ("values", "unit", "words"),
    [
        ([0, 100], Unit.PERCENT, ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
        ([99.2, 99.9], Unit.PERCENT, ["88 %", "90 %", "92 %", "94 %", "96 %", "98 %", "100 %"]),
        ([0, 1], Unit.COUNT, ["0", "1"]),
        ([0, 0], Unit.SECONDS, ["0", "1s"]),
        ([0, 1_200], Unit.SECONDS, ["0", "5m", "10m", "15m", "20m"]),
        ([0, 30_000], Unit.SECONDS, ["0", "2h", "4h", "6h", "8h", "10h"]),
        ([-4, 10], Unit.POINTS, ["−5 pp", "0", "5 pp", "10 pp"]),
        ([0, 1_200_000], Unit.COUNT, ["0", "500,000", "1,000,000", "1,500,000"]),
        ([], Unit.NUMBER, ["0", "1"]),
    ],
)
def test_axes_are_round_in_their_unit(values: list[float], unit: Unit, words: list[str]) -> None:
    assert [text for _, text in scale(values, unit, from_zero=False).ticks] == words


@given(
    values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5),
    unit=st.sampled_from([Unit.COUNT, Unit.PERCENT, Unit.SECONDS, Unit.NUMBER]),
    from_zero=st.booleans(),
)
def test_an_axis_holds_its_values_in_few_steps(
    values: list[float], unit: Unit, from_zero: bool
) -> None:
    axis = scale(values, unit, from_zero=from_zero)
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low - slack <= min(values)
    assert max(values) <= axis.high + slack
    assert 2 <= len(axis.ticks) <= 9
    assert not (from_zero and axis.zoomed)


@pytest.mark.parametrize("days", [1, 2, 7, 8, 14, 31, 92, 400])
def test_labels_of_days_stand_clear_of_each_other(days: int) -> None:
    course = tuple(places([MONDAY + timedelta(days=n) for n in range(days)], Unit.DATE).values())
    pixels = [n * 400 / days for n in range(days)]
    found = labels(course, pixels, 400 / days)
    assert found[0].text.startswith("Jun 1")
    assert len(found) > 1 or days == 1
    for label, after in pairwise(found):
        assert label.x + width_of(label.text) / 2 < after.x - width_of(after.text) / 2


def test_a_regular_course_has_a_place_for_every_day_and_others_stay_as_they_are() -> None:
    weekly = [MONDAY, MONDAY + timedelta(days=21), MONDAY + timedelta(days=7)]
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    assert len(places(weekly, Unit.DATE)) == 4
    assert len(places(months, Unit.DATE)) == 3
    assert [place.value for place in places([9, 10, 8], Unit.COUNT).values()] == [8, 9, 10]


def test_names_with_little_room_are_left_out_rather_than_cut_to_nothing() -> None:
    course = [Place(f"{n}–{n + 1} min", float(n), f"{n}–{n + 1} min") for n in range(12)]
    found = labels(course, [n * 35.0 for n in range(12)], 35)
    assert 1 < len(found) < 12
    assert not any("…" in label.text for label in found)


@given(text=st.text(max_size=40), room=st.floats(20, 300))
def test_shortened_words_fit(text: str, room: float) -> None:
    short = shortened(text, room)
    assert width_of(short) <= room or len(short) <= 2
    assert short == text or short.endswith("…")


def test_description_says_what_the_eye_would_see() -> None:
    picture = drawn(LINE, by_day(80.0, 92.5, 71.0))
    (description,) = [e.text for e in picture.iter() if tag(e) == "desc"]
    assert description == (
        "Sla by Day, Jun 1 to Jun 3. Highest 92.5 % (Jun 2), lowest 71.0 % (Jun 3)."
    )


def test_a_sparkline_has_gaps_and_marks_its_end() -> None:
    picture = ET.fromstring(sparkline_svg([1, 2, None, 3, float("nan"), 2, 4]))
    assert picture.get("viewBox") == "0 0 100 24"
    assert [tag(e) for e in picture] == ["polyline", "polyline", "circle", "circle"]
    assert picture[-1].get("cx") == "97.0"
    assert picture[-1].get("cy") == "3.0"
    assert picture.get("aria-hidden") == "true"


@pytest.mark.parametrize("values", [[], [None], [float("nan"), "x"]])
def test_a_sparkline_of_nothing_is_nothing(values: list[object]) -> None:
    assert sparkline_svg(values) == ""


def test_a_sparkline_says_what_it_shows() -> None:
    picture = ET.fromstring(sparkline_svg([5, 5], label='"><script>'))
    assert picture.get("aria-label") == '"><script>'
    assert picture.get("role") == "img"
    assert picture[-1].get("cy") == "12.0"


def contrast(colour: str, other: str) -> float:
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def style_schemes() -> Iterator[dict[str, str]]:
    """The colours of pictures alone, and as the page sets them for light and dark."""
    yield FALLBACKS
    style = Path(__file__).parents[2] / "templates" / "style.css"
    blocks = re.findall(r"\{([^{}]*--cx-heat-6[^{}]*)\}", style.read_text(encoding="utf-8"))
    for block in blocks:
        yield dict(re.findall(r"--cx-([a-z0-9-]+):\s*(#[0-9a-f]{6})", block))


@pytest.mark.parametrize("scheme", [*style_schemes()])
def test_every_scheme_has_all_colours_and_they_stand_out(scheme: dict[str, str]) -> None:
    assert FALLBACKS.keys() <= scheme.keys()
    for name in SERIES:
        assert contrast(scheme[name], scheme["surface"]) >= 3
    for name in ("text", "quiet"):
        assert contrast(scheme[name], scheme["surface"]) >= 4.5


@pytest.mark.parametrize("scheme", [*style_schemes()])
def test_words_can_be_read_on_every_step_of_heat(scheme: dict[str, str]) -> None:
    for step in range(HEAT_STEPS):
        words = "surface" if step >= LIGHT_WORDS_FROM else "text"
        assert contrast(scheme[f"heat-{step}"], scheme[words]) >= 4.5


def test_a_fan_opens_where_what_was_ends(validator: Draft7Validator) -> None:
    """K9: offered as a whole line, then the expected line in its band, from zero."""
    days = [MONDAY + timedelta(days=n) for n in range(5)]
    rows = [
        *((day, 50 + n, None, None, None) for n, day in enumerate(days[:3])),
        *((day, None, 52.5, 40, 66) for day in days[3:]),
    ]
    expected = column("expected", Unit.NUMBER)
    ends = (column("low", Unit.COUNT), column("high", Unit.COUNT))
    of = section(rows, DAY, column("offered", Unit.COUNT), expected, *ends)
    fan = Chart(
        kind="fan", title="Fan", x="day", y="expected", before="offered", low="low", high="high"
    )
    made = spec(fan, of, time_zone="UTC")
    validator.validate(made)
    picture = drawn(fan, of)
    assert_harmless(picture)
    assert {"Expected", "Offered", "Interval", "0"} <= set(written(picture))
    assert told(picture)[:2] == ["Jun 1: Offered 50", "Jun 2: Offered 51"]
    assert told(picture)[-1] == "Jun 5: 52.5 (40 to 66)"
    assert not [e for e in painted(picture, "quiet") if e.get("stroke-dasharray")]
