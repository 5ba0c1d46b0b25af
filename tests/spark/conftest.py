"""A cluster for all tests of this folder, datasets, and runs of cxtool on them.

A driver with executors of its own takes longer to start than a report takes: the one at a URL is
kept until another URL is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from cxtool import cli
from cxtool.exports.spark_session import session
from tests.cli_helper import Result, call
from tests.spark.cluster import Cluster, running

DEMO = Path(cli.__file__).parents[1] / "sample_data" / "demo"
ZONE = ("--tz", "Europe/Warsaw")  # not the zone of the dataset's days
CASES = 250_000
COPIES = 7
INTERRUPTED = 130


@dataclass
class Driver:
    """The driver in this process: a session that runs of cxtool find and leave."""

    url: str = ""
    _open: ExitStack = field(default_factory=ExitStack)

    def at(self, url: str) -> None:
        """Have a driver at the URL, the one that is there or a new one."""
        if url != self.url:
            self.stop()
            self._open.enter_context(session(url))
            self.url = url

    def stop(self) -> None:
        """End the application, if there is one."""
        self._open.close()
        self.url = ""


@contextmanager
def quiet() -> Iterator[None]:
    """Let the libraries below leave sockets and threads to the collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@dataclass(frozen=True)
class Place:
    """A folder with datasets, and runs of cxtool in it."""

    folder: Path
    driver: Driver

    def polars(self, *arguments: str) -> Result:
        return self._run(*arguments)

    def spark(self, url: str, *arguments: str) -> Result:
        """A report on the kept driver; through Connect, on that of the server."""
        if not url.startswith("sc://"):
            with quiet():
                self.driver.at(url)
        return self.on_this_driver(url, *arguments)

    def spark_alone(self, url: str, *arguments: str) -> Result:
        """A report on a driver of its own, as on a command line."""
        with quiet():
            self.driver.stop()
        return self.on_this_driver(url, *arguments)

    def on_this_driver(self, url: str, *arguments: str) -> Result:
        """A report in this process as it is."""
        with quiet():
            return self._run(*arguments, "--engine", "spark", "--spark-url", url)

    def _run(self, *arguments: str) -> Result:
        result = call(*arguments, cwd=self.folder)
        if result.code == INTERRUPTED:
            pytest.exit("interrupted", INTERRUPTED)  # which cxtool had taken for its own
        return result


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as cluster, pytest.MonkeyPatch.context() as on:
        for name, value in cluster.environ.items():
            on.setenv(name, value)
        yield cluster


@pytest.fixture(scope="session")
def place(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The demo as a dataset ``ds`` with an own column; the driver ends before the cluster."""
    place = Place(tmp_path_factory.mktemp("data"), Driver())
    made = call("convert", str(DEMO), "-o", "ds", "-q", cwd=place.folder)
    assert made.code == 0, made.err
    yield place
    with quiet():
        place.driver.stop()


@pytest.fixture(scope="session")
def large(place: Place) -> Place:
    """Many cases in ``large``, uncompressed, in row groups of some tasks."""
    made = call(
        *("sample", "-o", "one", "--interactions", f"{CASES}", "--only", "interactions", "-q"),
        cwd=place.folder,
    )
    assert made.code == 0, made.err
    table = place.folder / "large" / "interactions"
    table.mkdir(parents=True)
    once = pl.read_parquet(place.folder / "one" / "interactions" / "*.parquet")
    for number in range(COPIES):
        copy = once.with_columns(pl.format("{}-{}", pl.lit(number), "case_id").alias("case_id"))
        pq.write_table(
            copy.to_arrow(compat_level=pl.CompatLevel.oldest()),
            table / f"{number:02}.parquet",
            compression="none",
            use_dictionary=False,
        )
    return place
