"""Golden files: what each report says in each format, byte for byte.

``pytest --update-golden`` accepts what is written now; the difference is then read like code. The
terminal's files hold colours as escape sequences: look at them with ``cat``. Parquet is kept as
its types and rows.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tests.cli.exports import DEMO, ROOT, export
from tests.cli.made import Made, make, on_demo
from tests.cli_helper import call

GOLDEN = Path(__file__).parents[1] / "golden"
SUFFIXES = {
    "table": "table.txt",
    "terminal": "terminal.txt",
    "json": "json",
    "ndjson": "ndjson",
    "csv": "csv",
    "markdown": "md",
    "parquet": "parquet.txt",
}
SOUTH = ("--where", "team = Hotline South")
REPORTS = {
    "log": ("log", DEMO, "-p", "2026-05-26", "--limit", "12"),
    "log-columns": (
        "log",
        DEMO,
        *("--tz", "Asia/Kathmandu", "--where", "channel = voice", "--where", "handle_s > 20m"),
        *("-c", "case_id,started_at,agent,topic,skills,handle_s,sla", "--sort", "-handle_s"),
    ),
    "sla": ("sla", DEMO, "--by", "channel", "--by", "label", "--by", "weekday"),
    "sla-crossed": ("sla", DEMO, "-p", "3d", "--by", "team,day", "--where", "channel = voice"),
    "sla-breaches": ("sla", DEMO, "--breaches", "--limit", "10"),
    "sla-year": ("sla", DEMO, "--compare", "previous-year", "--where", "channel = chat"),
    "behavior": ("behavior", DEMO, "-p", "7d", *SOUTH),
    "behavior-agent": ("behavior", DEMO, "-p", "7d", "--agent", "Wit Zaremba"),
    "behavior-interactions": (
        "behavior",
        DEMO,
        *("-p", "3d", "--interactions", "--section", "interactions", *SOUTH),
    ),
    "behavior-icons": ("behavior", DEMO, "--icons", "--section", "agents"),
    "behavior-calibration": (
        "behavior",
        DEMO,
        *("-p", "7d", "--calibration", "cuts.json", "--section", "team"),
    ),
    "behavior-phrases": (
        "behavior",
        DEMO,
        *("-p", "2d", "--from-transcripts", "--evidence", "1", "--section", "evidence"),
    ),
    "cel": ("cel", DEMO, "--limit", "8"),
    "cel-month": ("cel", DEMO, "-p", "2026-05", "--limit", "5", "--section", "companies"),
    "cel-company": ("cel", DEMO, "--company", "O000002"),
    "kpi": ("kpi", DEMO, "-p", "2026-05"),
    "kpi-by": ("kpi", DEMO, "-p", "2d", "--by", "day", "--section", "by_day"),
    "agents": (
        "agents",
        DEMO,
        "-p",
        "2026-05",
        "--where",
        "team = Technical Support",
        "--by",
        "team",
    ),
    "journey": ("journey", DEMO, "-p", "2026-05", "--section", "summary"),
    "journey-changes": ("journey", DEMO, "--section", "changes", "--limit", "6"),
    "forecast": ("forecast", DEMO, "--interval", "1h", "--horizon", "3d"),
    "speech": ("speech", DEMO, "-p", "2026-05", "--section", "churn_risk", "--limit", "6"),
    "speech-summary": ("speech", DEMO, "-p", "2026-05", "--section", "summary"),
    "speech-search": ("speech", DEMO, "-p", "2026-05", "--search", "/refund|charged/"),
    "explain": ("explain", "aht_s", DEMO, "-p", "2026-05", "--rows", "--limit", "6"),
    "explain-parts": ("explain", "p90_s", DEMO, "-p", "2026-05"),
    "cost": ("cost", DEMO, "-p", "2026-05"),
    "staffing": (
        "staffing",
        DEMO,
        *("-p", "2026-05-25", "--interval", "1h", "--where", "queue = billing", "--wage", "20"),
    ),
    "customer": ("customer", "copeland, ULRIC", DEMO, "--related", "company"),
    "customer-company": ("customer", "O000014", DEMO, "--section", "timeline", "--limit", "12"),
    "check": ("check", "interactions.csv"),
    "report": ("report", DEMO, "-p", "1d", "--only", "volume,quality"),
    "odd": ("sla", "interactions.csv", "--by", "agent", "--breaches"),
}
# A view for people makes no difference to data, and long reports need not show every format again.
FOR_ALL = ("table", "json", "csv")
FORMATS_OF = {
    "agents": FOR_ALL,
    "behavior-agent": FOR_ALL,
    "cost": FOR_ALL,
    "customer": ("table", "terminal", "json"),
    "forecast": FOR_ALL,
    "kpi-by": FOR_ALL,
    "speech-summary": FOR_ALL,
    "staffing": FOR_ALL,
    "behavior-icons": ("table", "terminal", "markdown"),
    "behavior-phrases": ("table", "terminal", "ndjson"),
}
CASES = [(name, fmt) for name in REPORTS for fmt in FORMATS_OF.get(name, SUFFIXES)]

BROKEN = """
    case_id,started_at,channel,direction,agent,handle_s,first_response_s,sentiment,csat,notes
    c1,2026-05-01T10:00:00Z,voice,inbound,=1+1,60,5,positive,5,[red]plain[/x] | <b>
    c2,2026-05-01T11:00:00Z,chat,sideways,,60,,neutral,,
    c3,soon,chat,inbound,Bo,60,5,neutral,5,
    c4,2026-05-01T12:00:00Z,chat,inbound,Bo,-1,5,neutral,5,
    c5,2026-05-01T12:00:00Z,chat,inbound,Bo,60,5,sad,5,
    c6,2026-05-01T12:00:00Z,chat,inbound,Bo,60,5,neutral,11,
    ,2026-05-01T12:00:00Z,chat,inbound,Bo,60,5,neutral,5,
    c1,2026-05-01T13:00:00Z,chat,inbound,Bo,60,5,neutral,5,
    c2,2026-05-01T11:00:00Z,chat,sideways,,60,,neutral,,
    c8,2026-05-01T14:00:00Z,email,outbound,สมหญิง,,,,,"two
    lines"
"""
SETTINGS = """
tz = "Europe/Warsaw"
[sla]
threshold = "5m"
clock = "business"
[sla.channels]
email = "1d"
[hours]
holidays = ["2026-05-01"]
[hours.spans]
mon = ["09:00-12:00", "13:00-17:00"]
[behavior]
languages = ["en", "pl"]
[cel]
ticket_time = "45m"
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("golden"), interactions=BROKEN)


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("cuts") / "cuts.json"
    result = call("behavior", "calibrate", DEMO, "-p", "2026-04", "-o", str(path), cwd=ROOT)
    assert result.code == 0, result.err
    return str(path)


@cache
def made(name: str, broken: Path, cuts: str) -> Made:
    command = [cuts if word == "cuts.json" else word for word in REPORTS[name]]
    if "interactions.csv" in command:
        return make(*command, "--no-pager", cwd=broken)
    return on_demo(*command, "--no-pager")


@pytest.mark.parametrize(("name", "fmt"), CASES, ids=[f"{name}-{fmt}" for name, fmt in CASES])
def test_report(
    name: str,
    fmt: str,
    broken: Path,
    cuts: str,
    monkeypatch: pytest.MonkeyPatch,
    golden: Golden,
) -> None:
    """L1-L17, S1-S6, B1-B11, C1-C11, K1-K9, K11: what people and programs get."""
    one = made(name, broken, cuts)
    assert one.code == (1 if name == "check" else 0)
    if fmt == "terminal":
        on_a_terminal(monkeypatch)
    written = one.output("table" if fmt == "terminal" else fmt)
    text = parquet_text(written) if fmt == "parquet" else written.decode()
    golden(f"{name}.{SUFFIXES[fmt]}", text)


def test_frozen_cut_points(cuts: str, golden: Golden) -> None:
    """B3: the calibration file."""
    golden("calibration.json", Path(cuts).read_text(encoding="utf-8"))


@pytest.mark.parametrize("fmt", ["table", "json"])
def test_config(fmt: str, tmp_path: Path, golden: Golden) -> None:
    """S3, S5: every setting with its value and origin."""
    (tmp_path / "cxtool.toml").write_text(SETTINGS, encoding="utf-8")
    environ = {"CXTOOL_SLA_QUEUES": "billing=60,sales=2m"}
    result = call("config", "-f", fmt, cwd=tmp_path, environ=environ)
    assert result.code == 0, result.err
    golden(f"config.{SUFFIXES[fmt]}", result.text)


def test_no_golden_file_is_left_over_or_large() -> None:
    """A report that is no longer made leaves no file behind; files are small enough to be read."""
    made = {f"{name}.{SUFFIXES[fmt]}" for name, fmt in CASES}
    made |= {"calibration.json", "config.table.txt", "config.json", ".gitattributes"}
    sizes = {file.name: file.stat().st_size for file in GOLDEN.iterdir()}
    assert set(sizes) == made
    assert max(sizes.values()) < 40_000
    assert sum(sizes.values()) < 800_000


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output becomes a terminal of 80 columns that knows colours."""
    monkeypatch.setattr("cxtool.output.is_terminal", lambda stream: True)
    for name, value in (("COLUMNS", "80"), ("LINES", "50"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def parquet_text(data: bytes) -> str:
    """Types and rows of a Parquet file; lists as JSON would have them."""
    rows = pl.read_parquet(io.BytesIO(data))
    types = "".join(f"{name}: {dtype}\n" for name, dtype in rows.schema.items())
    return f"{types}\n{rows.write_ndjson()}"


class Golden:
    """Compares texts with files, or writes them where that is asked for."""

    def __init__(self, *, update: bool) -> None:
        self.update = update

    def __call__(self, name: str, text: str) -> None:
        path = GOLDEN / name
        if self.update:
            path.write_bytes(text.encode())
        assert path.exists(), f"no golden file {name}; pytest --update-golden makes it"
        assert text == path.read_bytes().decode()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(update=bool(request.config.getoption("--update-golden")))
