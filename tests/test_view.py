"""--columns, --sort and --limit: L (the log) and every other report use the same ones."""

from __future__ import annotations

import polars as pl
import pytest

from cxtool.errors import UsageError
from cxtool.render import RenderOptions, render
from cxtool.report import Column, Report, Section
from cxtool.units import Unit
from cxtool.view import view
from tests.helpers_report import by_channel, log, sample, summary


def cases() -> Report:
    rows = {
        "case_id": ["C1", "C2", "C3", "C4", "C5"],
        "handle_s": [60.0, None, 5.0, float("nan"), 60.0],
        "level": ["low", "critical", None, "high", "medium"],
        "tags": [["b"], ["a", "z"], None, [], ["a"]],
    }
    units = (Unit.TEXT, Unit.SECONDS, Unit.LEVEL, Unit.LIST)
    columns = tuple(
        Column(key=key, label=key, unit=unit) for key, unit in zip(rows, units, strict=True)
    )
    return sample(Section(id="cases", title="Cases", columns=columns, rows=pl.DataFrame(rows)))


def ids(report: Report) -> str:
    return "".join(case[1] for case in report.section("cases").rows["case_id"])


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("handle_s", "31524"),
        ("-handle_s", "15324"),
        ("handle_s:desc", "15324"),
        ("handle_s:asc", "31524"),
        ("-handle_s,-case_id", "51342"),
        (" handle_s , -case_id ", "35142"),
        ("-level", "24513"),
        ("level", "15423"),
        ("tags", "45213"),
        ("case_id", "12345"),
    ],
)
def test_sorting_puts_no_data_last_and_keeps_the_order_of_equals(sort: str, order: str) -> None:
    assert ids(view(cases(), sort=sort)) == order


def test_columns_are_chosen_in_the_order_asked_for() -> None:
    report = view(sample(by_channel()), columns="sla_pct, channel")
    assert report.section("by_channel").rows.columns == ["sla_pct", "channel"]


def test_a_column_can_be_sorted_by_without_being_shown() -> None:
    report = view(cases(), sort="handle_s", columns="case_id", limit=2)
    assert report.section("cases").rows.to_dict(as_series=False) == {"case_id": ["C3", "C1"]}


def test_columns_asked_for_show_alone_and_at_any_width() -> None:
    report = view(sample(by_channel()), columns="channel,sla_pct,sla_pct_previous,sla_pct_low")
    written = str(render(report, fmt="table", options=RenderOptions(width=20)))
    assert "85.0" in written
    assert "87.6" in written
    assert "not shown" not in written


def test_only_the_chosen_section_changes() -> None:
    report = view(sample(summary(), by_channel()), section="by_channel", limit=1)
    assert report.section("summary").rows.equals(summary().rows)
    assert report.section("by_channel").rows.height == 1


def test_a_limit_that_cuts_says_of_how_many() -> None:
    limited = view(sample(log()), limit=3).section("log")
    assert limited.rows.height == 3
    assert limited.notes[0] == "First 3 of 8 rows."
    assert view(sample(log()), limit=8).section("log").notes == log().notes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": "sla_pc"}, "no column 'sla_pc'; did you mean 'sla_pct'"),
        ({"sort": "-chanel"}, "no column 'chanel'; did you mean 'channel'"),
        ({"sort": "channel:down"}, "no direction 'down'"),
        ({"sort": "-channel:desc"}, "two directions"),
        ({"columns": "channel,,sla_pct"}, "--columns: an empty name"),
        ({"sort": ""}, "--sort: an empty name"),
        ({"columns": "channel,channel"}, "names 'channel' twice"),
        ({"limit": -1}, "--limit must not be negative"),
        ({"section": "by_chanel"}, "did you mean 'by_channel'"),
    ],
)
def test_wrong_options_are_usage_problems(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        view(sample(by_channel()), **options)  # type: ignore[arg-type]
