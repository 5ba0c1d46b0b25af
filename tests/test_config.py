"""Settings: what wins, where the file is found, what is refused, and ``cxtool config``.

Serves S2 and S3 (thresholds), S5 (opening hours and holidays), C9 (a fixed time per ticket).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from cxtool.commands.config import command
from cxtool.config import Loaded, Settings, load_settings, types_by_key
from cxtool.errors import CxtoolError, UsageError
from cxtool.period import FORMS_HINT
from cxtool.setting_types import from_text, parse_spans, to_toml
from cxtool.settings_sources import NOT_SETTINGS, variable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's configuration folder of the test's own, and no CXTOOL_* from outside."""
    import os

    for name in os.environ:
        if name.startswith("CXTOOL_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: folder / "cxtool")
    return folder


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    folder = tmp_path / "centre"
    folder.mkdir()
    return folder


def load(
    cwd: Path,
    *,
    toml: str | None = None,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
    options: Mapping[str, object] | None = None,
) -> Loaded:
    if toml is not None:
        (cwd / "cxtool.toml").write_text(toml, encoding="utf-8")
    return load_settings(
        config_file=config_file, options=options or {}, environ=environ or {}, cwd=cwd
    )


def refused(cwd: Path, **given: object) -> list[str]:
    """The lines of the message with which settings are refused."""
    with pytest.raises(UsageError) as caught:
        load(cwd, **given)  # type: ignore[arg-type]
    return caught.value.message.splitlines()


def test_defaults_hold_where_nothing_is_set(centre: Path) -> None:
    loaded = load(centre)
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.file is None


@pytest.mark.parametrize(
    ("given", "value", "origin"),
    [
        ("", "UTC", "default"),
        ("file", "Europe/Rome", "cxtool.toml"),
        ("environment", "Europe/Oslo", "CXTOOL_TZ"),
        ("option", "Europe/Riga", "option"),
        ("file environment", "Europe/Oslo", "CXTOOL_TZ"),
        ("file option", "Europe/Riga", "option"),
        ("environment option", "Europe/Riga", "option"),
        ("file environment option", "Europe/Riga", "option"),
    ],
)
def test_option_before_environment_before_file_before_default(
    centre: Path, given: str, value: str, origin: str
) -> None:
    loaded = load(
        centre,
        toml='tz = "Europe/Rome"' if "file" in given else None,
        environ={"CXTOOL_TZ": "Europe/Oslo"} if "environment" in given else {},
        options={"tz": "Europe/Riga" if "option" in given else None},
    )
    assert (loaded.settings.tz, loaded.origins["tz"]) == (value, origin)


def test_every_section_is_read_from_the_file(centre: Path) -> None:
    """S2, S3, S5, C9: thresholds, hours and times in all their written forms."""
    settings = load(
        centre,
        toml="""
            period = "last-month"
            compare = "previous-year"
            color = "never"
            sla.threshold = "10m"
            sla.clock = "business"
            sla.channels = { chat = 60, "my mail" = "1d" }
            channels.voice = []
            resolution.resolved = ["resolved", "answered"]
            csat.scale = [1, 10]
            behavior.languages = ["en"]
            cel.ticket_time = "1h5m"
            [hours]
            time_zone = "Europe/Kyiv"
            holidays = [2026-12-25, "2026-12-26"]
            spans.mon = ["09:00-12:00", "13:00-24:00"]
            queues.billing = { spans.tue = ["08:00-10:00"], holidays = [2026-05-01] }
        """,
    ).settings
    assert settings.period == "last-month"
    assert settings.sla.threshold == 600
    assert settings.sla.channels == {"chat": 60, "my mail": 86_400}
    assert settings.channels.voice == []
    assert settings.csat.scale == (1, 10)
    assert settings.cel.ticket_time == 3_900
    assert settings.hours.time_zone == "Europe/Kyiv"
    assert settings.hours.holidays == ["2026-12-25", "2026-12-26"]
    assert settings.hours.spans == {"mon": ["09:00-12:00", "13:00-24:00"]}
    assert settings.hours.queues["billing"].spans == {"tue": ["08:00-10:00"]}
    assert settings.hours.queues["billing"].holidays == ["2026-05-01"]


def test_the_environment_sets_every_shape_of_value(centre: Path) -> None:
    loaded = load(
        centre,
        environ={
            "CXTOOL_SLA_THRESHOLD": "0:10:00",
            "CXTOOL_SLA_QUEUES": "billing=5m, front desk = 20",
            "CXTOOL_CSAT_SCALE": "1,10",
            "CXTOOL_CHANNELS_VOICE": "voice, phone",
            "CXTOOL_HOURS_HOLIDAYS": "2026-12-25,2026-12-26",
            "CXTOOL_CEL_TICKET_TIME": "90",
            "CXTOOL_PERIOD": "",
            "CXTOOL_DEBUG": "1",
            "_CXTOOL_COMPLETE": "bash_source",
            "PATH": "/bin",
        },
    )
    assert loaded.settings.sla.threshold == 600
    assert loaded.settings.sla.queues == {"billing": 300, "front desk": 20}
    assert loaded.settings.csat.scale == (1, 10)
    assert loaded.settings.channels.voice == ["voice", "phone"]
    assert loaded.settings.hours.holidays == ["2026-12-25", "2026-12-26"]
    assert loaded.settings.cel.ticket_time == 90
    assert loaded.origins["cel.ticket_time"] == "CXTOOL_CEL_TICKET_TIME"
    assert loaded.origins["period"] == "default"


def test_options_come_by_dotted_key_as_text_or_as_values(centre: Path) -> None:
    given = {"sla.threshold": "20s", "sla.labels": {"vip": 5}, "csat.scale": (1, 7)}
    loaded = load(centre, options=given)
    assert loaded.settings.sla.threshold == 20
    assert loaded.settings.sla.labels == {"vip": 5}
    assert loaded.settings.csat.scale == (1, 7)
    assert loaded.origins["sla.labels"] == "option"


def test_a_refused_option_is_named_and_its_forms_too(centre: Path) -> None:
    assert refused(centre, options={"period": "soon", "tz": "x", "compare": "previus"}) == [
        f"--period: 'soon' is not a period; {FORMS_HINT}",
        "--tz: 'x' is not a time zone; write a name of the time zone database, such as UTC or "
        "Europe/Warsaw",
        "--compare: cannot compare with 'previus'; did you mean 'previous'?",
    ]


def test_a_map_is_replaced_as_a_whole(centre: Path) -> None:
    toml = "sla.channels = { chat = 60, email = 3600 }"
    loaded = load(centre, toml=toml, environ={"CXTOOL_SLA_CHANNELS": "chat=30"})
    assert loaded.settings.sla.channels == {"chat": 30}


def test_every_setting_has_a_variable_of_its_own() -> None:
    names = [variable(key) for key in types_by_key()]
    assert len({*names, *NOT_SETTINGS}) == len(names) + len(NOT_SETTINGS)


def test_the_file_is_found_upwards_then_in_the_users_folder(centre: Path, home: Path) -> None:
    below = centre / "a" / "b"
    below.mkdir(parents=True)
    (home / "cxtool").mkdir(parents=True)
    users = home / "cxtool" / "cxtool.toml"
    users.write_text('tz = "Europe/Paris"')
    assert load(below).settings.tz == "Europe/Paris"
    assert load(below).looked_for[:3] == (
        below / "cxtool.toml",
        below.parent / "cxtool.toml",
        centre / "cxtool.toml",
    )
    assert load(below).looked_for[-1] == users

    (centre / "cxtool.toml").write_text('tz = "Europe/Rome"')
    assert load(below).origins["tz"] == str(centre / "cxtool.toml")
    assert load(below).looked_for[-1] == centre / "cxtool.toml"

    (below / "cxtool.toml").mkdir()  # a folder of that name is no configuration
    assert load(below).settings.tz == "Europe/Rome"


def test_a_named_file_is_the_only_one(centre: Path) -> None:
    (centre / "cxtool.toml").write_text('tz = "Europe/Rome"')
    (centre / "night.toml").write_text('format = "json"')
    (centre / "day.toml").write_text('format = "csv"')
    by_variable = {"CXTOOL_CONFIG": "day.toml"}
    assert load(centre, environ=by_variable).settings.format == "csv"
    loaded = load(centre, config_file=Path("night.toml"), environ=by_variable)
    assert (loaded.settings.format, loaded.settings.tz) == ("json", "UTC")
    assert loaded.looked_for == (centre / "night.toml",)


def test_a_named_file_has_to_be_there(centre: Path) -> None:
    assert refused(centre, config_file=Path("nigth.toml")) == [
        "there is no configuration file 'nigth.toml'"
    ]
    assert refused(centre, environ={"CXTOOL_CONFIG": "nigth.toml"}) == [
        "there is no configuration file 'nigth.toml' (CXTOOL_CONFIG)"
    ]
    with pytest.raises(CxtoolError, match=r"^cannot read \.: "):
        load(centre, config_file=Path())


@pytest.mark.parametrize(
    ("toml", "key", "value"),
    [
        ('export = "data/may"', "export", "../data/may"),
        ('export = "-"', "export", "-"),
        ('export = "/data"', "export", "/data"),
        ('export = "~/data"', "export", "/home/someone/data"),
        ('profile = "own.toml"', "profile", "../own.toml"),
        ('profile = "cxone"', "profile", "cxone"),
        ('cost.prices = "ours.toml"', "cost.prices", "../ours.toml"),
    ],
)
def test_paths_in_a_file_start_at_its_folder(
    centre: Path, monkeypatch: pytest.MonkeyPatch, toml: str, key: str, value: str
) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    (centre / "cxtool.toml").write_text(toml)
    below = centre / "below"
    below.mkdir()
    assert load(below).value(key) == value


def test_paths_in_the_environment_start_where_the_user_is(centre: Path) -> None:
    assert load(centre, environ={"CXTOOL_EXPORT": "data"}).settings.export == "data"


DURATION = 'expected a duration above zero such as 600, "10m" or "1h5m", but got '
TEXTS = 'expected a list of texts such as ["a", "b"], but got '
DATES = "expected a list of dates such as [2026-12-25, 2026-12-26], but got "
AMOUNT = "expected an amount of money above zero such as 18.5, but got "
SCALE = "expected two numbers, the lower first, such as [1, 5], but got "


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("treshold = 5", "unknown key 'treshold'; did you mean 'sla.threshold'?"),
        ("sla.treshold = 5", "unknown key 'sla.treshold'; did you mean 'sla.threshold'?"),
        ("zzz = 5", "unknown key 'zzz'"),
        ("sla = 3", "sla: expected a table [sla], but got 3"),
        ("sla.threshold = true", f"sla.threshold: {DURATION}true"),
        ("cost.wage = 0", f"cost.wage: {AMOUNT}0"),
        ("sla.threshold = 0", f"sla.threshold: {DURATION}0"),
        ("sla.threshold = -1.5", f"sla.threshold: {DURATION}-1.5"),
        ("sla.threshold = nan", f"sla.threshold: {DURATION}nan"),
        ("sla.threshold = inf", f"sla.threshold: {DURATION}inf"),
        ('sla.threshold = "10x"', f'sla.threshold: {DURATION}"10x"'),
        ("sla.channels = 5", "sla.channels: expected a table, but got 5"),
        ("sla.channels.chat = []", f"sla.channels.chat: {DURATION}[]"),
        (
            'sla.clock = "buisness"',
            'sla.clock: expected one of "wall", "business", but got "buisness"; '
            "did you mean 'business'?",
        ),
        ("color = 1", 'color: expected one of "auto", "always", "never", but got 1'),
        ("format = 1", "format: expected a text, but got 1"),
        ('profile = " "', 'profile: expected a text, but got " "'),
        ('tz = "Berlin"', "tz: 'Berlin' is not a time zone; did you mean 'Europe/Berlin'?"),
        (
            'hours.time_zone = "Berlin"',
            "hours.time_zone: 'Berlin' is not a time zone; did you mean 'Europe/Berlin'?",
        ),
        (
            'period = "last-mont"',
            "period: 'last-mont' is not a period; did you mean 'last-month'?",
        ),
        (
            'compare = "previus"',
            "compare: cannot compare with 'previus'; did you mean 'previous'?",
        ),
        ("cel.ticket_time = {}", f"cel.ticket_time: {DURATION}{{}}"),
        ("csat.scale = [5, 1]", f"csat.scale: {SCALE}[5, 1]"),
        ("csat.scale = [1, 3, 5]", f"csat.scale: {SCALE}[1, 3, 5]"),
        ('csat.scale = ["1", "5"]', f'csat.scale: {SCALE}["1", "5"]'),
        ("csat.scale = 5", f"csat.scale: {SCALE}5"),
        ('channels.voice = "voice"', f'channels.voice: {TEXTS}"voice"'),
        ('behavior.negative = ["a", 1]', f'behavior.negative: {TEXTS}["a", 1]'),
        ('hours.holidays = ["2026-02-30"]', f'hours.holidays: {DATES}["2026-02-30"]'),
        (
            "hours.holidays = [2026-12-25T10:00:00]",
            f"hours.holidays: {DATES}[2026-12-25T10:00:00]",
        ),
        (
            'hours.spans.monday = ["09:00-17:00"]',
            "hours.spans: unknown weekday 'monday'; did you mean 'mon'?",
        ),
        (
            'hours.spans.day1 = ["09:00-17:00"]',
            "hours.spans: unknown weekday 'day1'; write mon, tue, wed, thu, fri, sat, sun",
        ),
        ('hours.spans.mon = "9-17"', f'hours.spans.mon: {TEXTS}"9-17"'),
        (
            'hours.spans.mon = ["9-17"]',
            'hours.spans.mon: "9-17" is not a span of hours; write it as 09:00-17:00',
        ),
        (
            'hours.queues.billing.spans.sun = ["22:00-06:00"]',
            'hours.queues.billing.spans.sun: "22:00-06:00" does not end after it starts; '
            "hours over midnight belong to two days, up to 24:00 and from 00:00",
        ),
        (
            "hours.queues.billing.span = {}",
            "unknown key 'hours.queues.billing.span'; did you mean 'hours.queues.billing.spans'?",
        ),
        ("hours.queues.billing = 1", "hours.queues.billing: expected a table, but got 1"),
    ],
)
def test_what_a_file_must_not_say(centre: Path, toml: str, problem: str) -> None:
    assert refused(centre, toml=toml) == [f"cxtool.toml: {problem}"]


def test_all_problems_are_told_at_once(centre: Path) -> None:
    assert refused(
        centre,
        toml='color = "blue"\nperiods = "7d"',
        environ={"CXTOOL_TZ": "Berlin"},
        options={"sla.threshold": "soon"},
    ) == [
        'cxtool.toml: color: expected one of "auto", "always", "never", but got "blue"',
        "cxtool.toml: unknown key 'periods'; did you mean 'period'?",
        "CXTOOL_TZ: 'Berlin' is not a time zone; did you mean 'Europe/Berlin'?",
        f"option 'sla.threshold': {DURATION}\"soon\"",
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            *("CXTOOL_SLA_TRESHOLD", "5"),
            "unknown environment variable CXTOOL_SLA_TRESHOLD; did you mean CXTOOL_SLA_THRESHOLD?",
        ),
        (
            *("CXTOOL_CONFG", "x.toml"),
            "unknown environment variable CXTOOL_CONFG; did you mean CXTOOL_CONFIG?",
        ),
        ("CXTOOL_SLA_THRESHOLD", "0", f'CXTOOL_SLA_THRESHOLD: {DURATION}"0"'),
        ("CXTOOL_CSAT_SCALE", "low,high", f'CXTOOL_CSAT_SCALE: {SCALE}["low", "high"]'),
        ("CXTOOL_HOURS_HOLIDAYS", "May 1", f'CXTOOL_HOURS_HOLIDAYS: {DATES}["May 1"]'),
        (
            *("CXTOOL_SLA_QUEUES", "5m"),
            'CXTOOL_SLA_QUEUES: expected name=value,name=value, but got "5m"',
        ),
        (
            *("CXTOOL_HOURS_SPANS", "mon=09:00-17:00"),
            "CXTOOL_HOURS_SPANS: can only be set in a configuration file",
        ),
    ],
)
def test_what_a_variable_must_not_say(centre: Path, name: str, text: str, problem: str) -> None:
    assert refused(centre, environ={name: text}) == [problem]


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (b"tz = ", "cxtool.toml, line 1, column 6: "),
        (b'tz = "UTC"\r\nsla = [\r\n', "cxtool.toml, line 3, column 1: "),
        (b'tz = "UTC"\ncolor = auto\n', "cxtool.toml, line 2, column 9: "),
        (b'tz = "UTC"\ntz = "UTC"\n', "cxtool.toml, line 2, column "),
        (b'tz = "Z\xfcrich"', "cxtool.toml is not UTF-8 text, from byte 8"),
    ],
)
def test_a_file_that_is_not_toml(centre: Path, content: bytes, start: str) -> None:
    (centre / "cxtool.toml").write_bytes(content)
    [line] = refused(centre)
    assert line.startswith(start)


def test_a_byte_order_mark_does_no_harm(centre: Path) -> None:
    (centre / "cxtool.toml").write_bytes(b'\xef\xbb\xbftz = "Europe/Rome"')
    assert load(centre).settings.tz == "Europe/Rome"


def test_a_business_clock_needs_opening_hours(centre: Path) -> None:
    """S5: without hours no business time would ever pass."""
    assert refused(
        centre, environ={"CXTOOL_SLA_CLOCK": "business"}, toml="hours.spans.mon = []"
    ) == ['sla.clock is "business" (CXTOOL_SLA_CLOCK), but hours.spans has no opening hours']


def test_opening_hours_as_seconds_of_the_day() -> None:
    """S5: several spans a day, up to midnight."""
    assert parse_spans([]) == ()
    assert parse_spans(["9:00-12:30", "12:30 - 17:00"]) == ((32_400, 45_000), (45_000, 61_200))
    assert parse_spans(["00:00-24:00"]) == ((0, 86_400),)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["09:00-13:00", "12:59-17:00"], "starts before the span ahead of it ends"),
        (["13:00-17:00", "09:00-12:00"], "starts before the span ahead of it ends"),
        (["09:00-09:00"], "does not end after it starts"),
        (["17:00-09:00"], "does not end after it starts"),
        (["24:00-24:00"], "is not a span of hours"),
        (["09:00-24:01"], "is not a span of hours"),
        (["09:60-10:00"], "is not a span of hours"),
        (["09:00"], "is not a span of hours"),
        ([""], "is not a span of hours"),
    ],
)
def test_hours_that_cannot_be(texts: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_spans(texts)


values: st.SearchStrategy[object] = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.booleans(),
        st.integers(-(2**40), 2**40),
        st.floats(allow_nan=False),
    ),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("aB é-_.", min_size=1), inner),
    max_leaves=6,
)


@given(value=values)
def test_values_are_written_as_toml(value: object) -> None:
    assert tomllib.loads(f"x = {to_toml(value)}")["x"] == value


@given(names=st.lists(st.text("abc d", min_size=1).map(str.strip).filter(bool)))
def test_a_list_in_text_reads_back(names: list[str]) -> None:
    assert from_text(",".join(names), list[str]) == names


def run(centre: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.chdir(centre)
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_config_shows_values_with_their_origin(
    centre: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (centre / "cxtool.toml").write_text('tz = "Europe/Rome"\nsla.channels = { chat = "1m" }')
    monkeypatch.setenv("CXTOOL_CSAT_SCALE", "1,10")
    shown = run(centre, monkeypatch).stdout.splitlines()
    assert [line.split() for line in shown[:6]] == [
        ["SETTING", "VALUE", "FROM"],
        ["export", "–", "default"],
        ["profile", "–", "default"],
        ["period", "–", "default"],
        ["compare", '"previous"', "default"],
        ["tz", '"Europe/Rome"', "cxtool.toml"],
    ]
    assert {line.index("default") for line in shown[1:5]} == {shown[0].index("FROM")}
    assert any(line.split() == ["csat.scale", "[1,", "10]", "CXTOOL_CSAT_SCALE"] for line in shown)
    assert any("{ chat = 60 }" in line for line in shown)
    assert shown[-2:] == ["Configuration files looked for:", "  cxtool.toml  (read)"]

    (centre / "cxtool.toml").unlink()
    shown = run(centre, monkeypatch).stdout.splitlines()
    assert "  cxtool.toml  (not there)" in shown
    assert shown[-1] == f"  {home / 'cxtool' / 'cxtool.toml'}  (not there)"


@pytest.mark.parametrize("arguments", [["--json"], ["-f", "json"], ["--format", "json"]])
def test_config_as_json(
    centre: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    (centre / "night.toml").write_text('sla.threshold = "5m"')
    result = run(centre, monkeypatch, "--config", "night.toml", *arguments)
    rows = json.loads(result.stdout)
    assert [row["key"] for row in rows] == list(types_by_key())
    by_key = {row["key"]: row for row in rows}
    assert by_key["sla.threshold"] == {
        "key": "sla.threshold",
        "value": 300.0,
        "origin": "night.toml",
    }
    assert by_key["export"] == {"key": "export", "value": None, "origin": "default"}


def test_settings_cost_no_heavy_import() -> None:
    heavy = {"polars", "narwhals", "pyarrow", "rich", "scipy", "jinja2", "tomllib", "platformdirs"}
    code = "import sys, cxtool.config, cxtool.commands.config; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "cxtool.config" in loaded
    assert not heavy & loaded
