"""What goes wrong on Spark is told in one line, with the exit code of its kind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import SparkSession

from tests.cli_helper import Result
from tests.spark.cluster import HOST, Cluster, free_port, until
from tests.spark.conftest import Place

LOCAL = "local[2]"
FINE = {
    "case_id": ["1", "2"],
    "started_at": ["2026-05-01T10:00:00Z", "2026-05-01T11:00:00Z"],
    "channel": ["voice", "chat"],
}
ROWS = pl.DataFrame(FINE).with_columns(
    pl.col("started_at").str.to_datetime(time_zone="UTC", time_unit="us")
)
BROKEN = {
    "lacking": (ROWS.drop("channel"), "interactions lacks column channel"),
    "typed": (
        ROWS.with_columns(handle_s=pl.lit("2m")),
        "column handle_s of interactions is string, not seconds",
    ),
    "unknown": (
        ROWS.with_columns(channel=pl.Series(["voice", None])),
        "1 rows of interactions have no channel",
    ),
}


def refused(made: Result) -> tuple[int, str]:
    """Exit code and message of a report that cannot be made."""
    assert not made.out
    assert made.err.startswith("cxtool: error: ")
    assert len(made.err.splitlines()) == 1, made.err
    assert "Traceback" not in made.err
    return made.code, made.err


@pytest.mark.parametrize(
    "url", ["http://host:80", "spark://host", "sc://", "sc://host", "local[some]", "local2", "HOST"]
)
def test_no_spark_url(url: str, place: Place) -> None:
    code, message = refused(place.spark_alone(url, "sla", "ds"))
    assert code == 2
    assert f"'{url}': not a Spark URL" in message
    assert "spark://host:7077" in message


def test_nobody_is_there(place: Place, cluster: Cluster) -> None:
    """Told within seconds, where Spark itself would try for minutes."""
    began = time.monotonic()
    for kind in ("spark", "sc"):
        url = f"{kind}://{HOST}:{free_port()}"
        code, message = refused(place.spark_alone(url, "sla", "ds"))
        assert code == 1
        assert f"no Spark at {url}: Connection refused" in message
    code, message = refused(place.spark(f"sc://{HOST}:{cluster.web_port}", "sla", "ds"))
    assert code == 1
    assert "no Connect server answered in 10 s" in message
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("name", BROKEN)
def test_no_dataset_that_convert_would_make(name: str, place: Place, cluster: Cluster) -> None:
    rows, problem = BROKEN[name]
    (place.folder / name).mkdir()
    rows.write_parquet(place.folder / name / "interactions.parquet")
    code, message = refused(place.spark(LOCAL, "sla", name))
    assert code == 1
    assert f"{name}: {problem}" in message
    assert "cxtool convert" in message


def test_no_dataset_at_all(place: Place, cluster: Cluster) -> None:
    """The kinds of session say the same."""
    (place.folder / "empty").mkdir()
    for url in (LOCAL, cluster.connect_url):
        for name in ("empty", "nowhere"):
            code, message = refused(place.spark(url, "sla", name))
            assert code == 1
            assert f"{name}: no dataset with interactions" in message


def test_arguments_that_spark_does_not_take(place: Place) -> None:
    for options, problem, exit_code in (
        (("ds", "ds"), "on Spark an export is one dataset", 2),
        (("-",), "on Spark an export is one dataset", 2),
        (("ds", "--delimiter", ";"), "--delimiter is for other systems' files", 2),
        (("ds", "--profile", "zendesk"), "--profile is for other systems' files", 2),
    ):
        code, message = refused(place.spark(LOCAL, "sla", *options))
        assert code == exit_code
        assert problem in message
        assert "cxtool convert" in message


def test_a_driver_of_this_process_is_used_and_left(place: Place, cluster: Cluster) -> None:
    """As that of a notebook; none is begun beside it."""
    place.driver.at(LOCAL)
    before = SparkSession.active().sparkContext.applicationId
    refused(place.on_this_driver(LOCAL, "sla", "nowhere"))
    code, message = refused(place.on_this_driver(cluster.url, "sla", "ds"))
    assert code == 2
    assert f"--spark-url '{cluster.url}': this process works with {LOCAL}" in message
    left = SparkSession.active()
    assert left.sparkContext.applicationId == before
    assert left.range(3).count() == 3


def test_conditions_and_dimensions_that_do_not_fit(place: Place, cluster: Cluster) -> None:
    for options, problem in (
        (("--where", "channle=voice"), "did you mean 'channel'?"),
        (("--where", "handle_s>long"), "--where 'handle_s>long': "),
        (("--by", "agnet"), "agnet"),
    ):
        code, message = refused(place.spark(LOCAL, "sla", "ds", *options))
        assert code == 2
        assert problem in message


def test_an_interrupted_report_leaves_nothing_running(large: Place, cluster: Cluster) -> None:
    large.driver.stop()
    command = [sys.executable, "-m", "cxtool", "kpi", "large", "-p", "all", "-o", "kpi.json"]
    run = subprocess.Popen(
        [*command, "--engine", "spark", "--spark-url", cluster.url],
        cwd=large.folder,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: _own(cluster) and _is_busy(cluster.folder), cluster)
    time.sleep(2)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert (run.returncode, out, err) == (130, b"", b"")
    assert not (large.folder / "kpi.json").exists()
    until(lambda: not _own(cluster), cluster)


def test_a_driver_leaves_ctrl_c_to_the_process(place: Place) -> None:
    place.driver.at(LOCAL)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _own(cluster: Cluster) -> list[str]:
    """Applications of cxtool that the master knows to be active."""
    return [app["id"] for app in cluster.state()["activeapps"] if app["name"] == "cxtool"]


def _is_busy(folder: Path) -> bool:
    """Whether the newest application has begun a task."""
    logs = sorted(folder.glob("work-*/app-*/*/stderr"), key=lambda path: path.stat().st_mtime)
    return "Running task" in logs[-1].read_text("utf-8") if logs else False
