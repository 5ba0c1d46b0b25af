"""The six reports on Spark are those on Polars, byte by byte. Source: S1-S4, K1-K5, L, B, C.

Each runs on one kind of session, for a report asks the same of both; ``kpi`` through Connect is in
``test_page``.
"""

from __future__ import annotations

import pytest

from tests.spark.cluster import Cluster
from tests.spark.conftest import ZONE, Place

WEEK = ("-p", "2026-05-11..2026-05-17")
BUSINESS = """
tz = "Europe/Warsaw"
[sla]
clock = "business"
threshold = "20m"
labels = {"at risk" = "5m"}
queues = {orders = "30m"}
[hours]
holidays = ["2026-05-14"]
[hours.spans]
mon = ["08:00-12:00", "13:00-17:00"]
tue = ["08:00-17:00"]
wed = ["08:00-17:00"]
thu = ["08:00-17:00"]
fri = ["08:00-15:30"]
"""
REPORTS = {
    "log": ("log", "-p", "2026-05", "--where", "handle_s>5m", "--where", "contact_labels!=at risk"),
    "first of the log": ("log", "--where", "tags=", "--limit", "30"),
    "sla": ("sla", *WEEK, "--by", "agent,day", "--by", "label", "--breaches", "--limit", "9"),
    "sla in business time": ("sla", *WEEK, "--by", "queue", "--breaches", "--config", "hours.toml"),
    "kpi": ("kpi", *WEEK, "--by", "channel", "--compare", "previous-year"),
    "agents": ("agents", *WEEK, "--by", "team"),
    "cel": ("cel", "-p", "2026-05", "--where", "direction=inbound"),
    "behavior": ("behavior", "-p", "30d", "--interactions"),
    "behavior of one agent": ("behavior", "-p", "14d", "--calibration", "cut.toml", "--agent"),
}
STANDALONE = ("log", "sla", "kpi", "cel", "behavior")
CONNECT = tuple(name for name in REPORTS if name not in STANDALONE)


@pytest.fixture(scope="module")
def reports(place: Place) -> dict[str, tuple[tuple[str, ...], bytes]]:
    """The arguments of each report, and the report on Polars."""
    (place.folder / "hours.toml").write_text(BUSINESS, encoding="utf-8")
    made = place.polars("behavior", "calibrate", "ds", "-p", "60d", *ZONE, "-o", "cut.toml")
    assert made.code == 0, made.err
    agent = place.polars("agents", "ds", "-f", "json").rows("agents")[0]["agent"]
    done = {}
    for name, arguments in REPORTS.items():
        last = (agent,) if arguments[-1] == "--agent" else ()
        given = (*arguments, *last, "ds", *ZONE, "-f", "json")
        result = place.polars(*given)
        assert result.code == 0, result.err
        assert any(section["rows"] for section in result.report["sections"])
        done[name] = given, result.out
    return done


@pytest.mark.parametrize("name", STANDALONE)
def test_on_a_standalone_cluster(
    name: str,
    place: Place,
    cluster: Cluster,
    reports: dict[str, tuple[tuple[str, ...], bytes]],
) -> None:
    arguments, expected = reports[name]
    made = place.spark(cluster.url, *arguments)
    assert (made.code, made.err, made.out) == (0, "", expected)


@pytest.mark.parametrize("name", CONNECT)
def test_through_connect(
    name: str,
    place: Place,
    cluster: Cluster,
    reports: dict[str, tuple[tuple[str, ...], bytes]],
) -> None:
    arguments, expected = reports[name]
    made = place.spark(cluster.connect_url, *arguments)
    assert (made.code, made.err, made.out) == (0, "", expected)


def test_more_rows_than_the_driver_takes(large: Place, cluster: Cluster) -> None:
    """A log gives all its rows, which only then go through the driver."""
    made = large.spark(cluster.url, "log", "one", "-p", "30d", "-f", "csv")
    assert (made.code, made.out) == (1, b"")
    assert len(made.err.splitlines()) == 1
    assert "spark.driver.maxResultSize" in made.err
    assert "-p and --where leave fewer rows" in made.err
