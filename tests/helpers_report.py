"""A literal report that has one of everything, with cells chosen to break a careless renderer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from cxtool.period import Period
from cxtool.report import Column, Report, Role, Section, Source
from cxtool.units import Unit

NASTY = (
    "<script>alert(1)</script>",
    "[red]not red[/x]",
    "=1+1",
    "\x1b[31mescape\x1b[0m",
    "two\nlines\tand | a pipe",
    "สวัสดีครับ 客戶服務",
    "\u202eright to left",
    None,
)


def trended(column: Column) -> tuple[Column, ...]:
    """The column and its trend, as metrics declare it."""
    points = Unit.POINTS if column.unit is Unit.PERCENT else column.unit
    parts: tuple[tuple[Role, Unit, int], ...] = (
        ("previous", column.unit, 3),
        ("change", points, 1),
        ("change_pct", Unit.PERCENT, 4),
        ("signal", Unit.SIGNAL, 2),
    )
    return (
        column,
        *(
            Column(
                key=f"{column.key}_{role}",
                label=f"{column.label} {role}",
                unit=unit,
                better=column.better,
                role=role,
                of=column.key,
                drop=column.drop + more,
            )
            for role, unit, more in parts
        ),
    )


def summary() -> Section:
    """One row: set upright in tables. S1: compliance and its change."""
    return Section(
        id="summary",
        title="Compliance",
        columns=(
            Column(key="cases_n", label="Cases", unit=Unit.COUNT, role="n", of="sla_pct", drop=1),
            Column(key="met_n", label="Met", unit=Unit.COUNT, drop=2),
            *trended(
                Column(key="sla_pct", label="SLA", unit=Unit.PERCENT, better="higher", drop=0)
            ),
            Column(key="sla_pct_low", label="SLA low", unit=Unit.PERCENT, role="low", of="sla_pct"),
            Column(
                key="sla_pct_high", label="SLA high", unit=Unit.PERCENT, role="high", of="sla_pct"
            ),
            *trended(Column(key="aht_s", label="Handle time", unit=Unit.SECONDS, better="lower")),
        ),
        rows=pl.DataFrame(
            {
                "cases_n": [1000],
                "met_n": [813],
                "sla_pct": [81.3],
                "sla_pct_previous": [79.2],
                "sla_pct_change": [2.1],
                "sla_pct_change_pct": [2.651515],
                "sla_pct_signal": ["up"],
                "sla_pct_low": [78.1],
                "sla_pct_high": [84.2],
                "aht_s": [372.5],
                "aht_s_previous": [380.0],
                "aht_s_change": [-7.5],
                "aht_s_change_pct": [-1.973684],
                "aht_s_signal": ["flat"],
            }
        ),
        notes=("Internal cases are n/a.",),
    )


def by_channel() -> Section:
    """A table with a trend in every state. S2: broken down by channel."""
    return Section(
        id="by_channel",
        title="By channel",
        columns=(
            Column(key="channel", label="Channel", drop=0),
            Column(key="cases_n", label="Cases", unit=Unit.COUNT, role="n", of="sla_pct", drop=1),
            *trended(
                Column(key="sla_pct", label="SLA", unit=Unit.PERCENT, better="higher", drop=0)
            ),
            Column(key="sla_pct_low", label="SLA low", unit=Unit.PERCENT, role="low", of="sla_pct"),
            Column(
                key="sla_pct_high", label="SLA high", unit=Unit.PERCENT, role="high", of="sla_pct"
            ),
            Column(key="level", label="Level", unit=Unit.LEVEL, drop=2),
            Column(key="daily", label="Day by day", unit=Unit.SERIES, drop=3),
        ),
        rows=pl.DataFrame(
            {
                "channel": ["voice", "chat", "email", "sms", "ticket"],
                "cases_n": [700, 200, 95, 5, 0],
                "sla_pct": [90.0, 62.25, 50.0, 100.0, float("nan")],
                "sla_pct_previous": [85.0, 70.0, 50.5, None, 40.0],
                "sla_pct_change": [5.0, -7.75, -0.5, None, None],
                "sla_pct_change_pct": [5.882353, -11.071429, -0.990099, None, None],
                "sla_pct_signal": ["up", "down", "flat", "new", None],
                "sla_pct_low": [87.6, 55.4, 40.1, 56.6, None],
                "sla_pct_high": [92.0, 68.7, 59.9, 100.0, None],
                "level": ["low", "medium", "high", "critical", None],
                "daily": [[1.0, 2.0, None, 4.0], [4.0, 3.0, 2.0, 1.0], [1.0, 1.0], [], None],
            }
        ),
    )


def log() -> Section:
    """Rows of every type with nasty cells. L1-L17: the interaction log."""
    count = len(NASTY)
    return Section(
        id="log",
        title="Interactions",
        columns=(
            Column(key="case_id", label="Case ID", drop=0),
            Column(key="contact", label="Contact", drop=1),
            Column(key="started_at", label="Started", unit=Unit.DATETIME, drop=1),
            Column(key="day", label="Day", unit=Unit.DATE, drop=6),
            Column(key="handle_s", label="Handle time", unit=Unit.SECONDS, drop=3),
            Column(key="score", label="Score", unit=Unit.NUMBER, drop=6),
            Column(key="tags", label="Tags", unit=Unit.LIST, drop=5),
            Column(key="sentiment", label="Sentiment", unit=Unit.SENTIMENT, drop=4),
            Column(key="sla", label="SLA", unit=Unit.SLA, drop=2),
            Column(key="answered", label="Answered", unit=Unit.BOOL, drop=5),
        ),
        rows=pl.DataFrame(
            {
                "case_id": [f"C{number}" for number in range(1, count + 1)],
                "contact": NASTY,
                "started_at": [datetime(2026, 5, 1, 20, 30, tzinfo=UTC)] * (count - 1) + [None],
                "day": [date(2026, 5, 2)] * (count - 1) + [None],
                "handle_s": [0.0, 7.5, 250.0, 3725.0, 59.96, 200_000.0, None, 1.0],
                "score": [-1.5, 0.0, float("nan"), float("inf"), 1234.5, None, 3.0, 4.0],
                "tags": [["vip", "late"], ["a;b", "c"], ["=x"], [], None, ["[q]"], ["é"], ["z"]],
                "sentiment": ["positive", "neutral", "negative", None, None, None, None, None],
                "sla": ["met", "not_met", "pending", "n/a", "met", "met", "met", None],
                "answered": [True, False, None, True, True, True, True, True],
            },
            schema_overrides={"started_at": pl.Datetime("us", "UTC")},
        ),
        notes=("A note with a [bracket] and a\nbreak.",),
    )


def agents() -> Section:
    """Behaviour totals with their bands. B5, B6, B10."""
    behaviors = ("active_listening", "build_rapport", "overall")
    bands = ("very_positive", "moderately_positive", "neutral", "moderately_negative", None)
    columns = [Column(key="agent", label="Agent", drop=0)]
    rows: dict[str, object] = {"agent": ["Ann", "Bo", "Chi", "Dee", "Eve"]}
    for behavior in behaviors:
        key = f"{behavior}_pct"
        label = behavior.replace("_", " ").capitalize()
        columns += [
            Column(key=key, label=label, unit=Unit.PERCENT, better="higher", drop=1),
            Column(key=f"{behavior}_n", label="n", unit=Unit.COUNT, role="n", of=key, drop=5),
            Column(key=f"{behavior}_band", label="Band", unit=Unit.BAND, of=key, drop=1),
        ]
        rows |= {key: [95.0, 72.5, 44.0, 12.0, None], f"{behavior}_n": [20, 30, 25, 8, 0]}
        rows |= {f"{behavior}_band": list(bands)}
    return Section(id="agents", title="Agents", columns=tuple(columns), rows=pl.DataFrame(rows))


def metrics() -> Section:
    """A row per metric, each in its own unit. K1-K5."""
    return Section(
        id="metrics",
        title="Headline metrics",
        columns=(
            Column(key="metric", label="Metric", drop=0),
            Column(key="value", label="Value", unit=Unit.NUMBER, drop=0),
            Column(key="unit", label="Unit", drop=0),
            Column(key="n", label="n", unit=Unit.COUNT, role="n", of="value", drop=2),
            Column(key="change", label="Change", unit=Unit.NUMBER, role="change", of="value"),
            Column(key="signal", label="Signal", unit=Unit.SIGNAL, role="signal", of="value"),
        ),
        rows=pl.DataFrame(
            {
                "metric": ["fcr_pct", "aht_s", "cases_n", "csat_pct"],
                "value": [71.0, 364.0, 1234.0, None],
                "unit": ["pct", "s", "count", "pct"],
                "n": [900, 1234, 1234, 0],
                "change": [1.5, -10.0, 34.0, None],
                "signal": ["flat", "down", "up", None],
            }
        ),
    )


def empty() -> Section:
    return Section(
        id="empty",
        title="Breaches",
        columns=(Column(key="case_id", label="Case ID", drop=0),),
        rows=pl.DataFrame({"case_id": []}, schema={"case_id": pl.String}),
    )


def sample(*sections: Section, main: str | None = None) -> Report:
    """A report of these sections, or of one of everything."""
    chosen = sections or (summary(), by_channel(), log(), agents(), metrics(), empty())
    return Report(
        report="sample",
        title="SLA compliance",
        period=Period(date(2026, 5, 1), date(2026, 5, 8), "last 7 days"),
        previous=Period(date(2026, 4, 24), date(2026, 5, 1), "previous"),
        time_zone="Asia/Bangkok",
        as_of=date(2026, 5, 8),
        source=Source(
            files=("export/interactions.csv",), profile=None, rows_read=1234, rows_set_aside=5
        ),
        sections=chosen,
        main=main or chosen[0].id,
        notes=("Times are local.",),
    )
