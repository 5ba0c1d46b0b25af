"""A cluster for all tests of this folder, a dataset, and what reports on it are on Polars."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from cxtool import cli
from tests.cli_helper import Result, call
from tests.spark.cluster import Cluster, running

DEMO = Path(cli.__file__).parents[1] / "sample_data" / "demo"
ZONE = ("--tz", "Europe/Warsaw")  # not the zone of the dataset's days
CASES = 250_000
COPIES = 7


@dataclass(frozen=True)
class Place:
    """A folder with datasets, and runs of cxtool in it."""

    folder: Path

    def polars(self, *arguments: str) -> Result:
        return self._run(*arguments)

    def spark(self, url: str, *arguments: str) -> Result:
        with warnings.catch_warnings():
            # The libraries below leave sockets and threads to the collector.
            warnings.simplefilter("ignore", ResourceWarning)
            return self._run(*arguments, "--engine", "spark", "--spark-url", url)

    def _run(self, *arguments: str) -> Result:
        return call(*arguments, cwd=self.folder)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as cluster, pytest.MonkeyPatch.context() as on:
        for name, value in cluster.environ.items():
            on.setenv(name, value)
        yield cluster


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The demo as a dataset ``ds``, with a column of its own."""
    place = Place(tmp_path_factory.mktemp("data"))
    made = call("convert", str(DEMO), "-o", "ds", "-q", cwd=place.folder)
    assert made.code == 0, made.err
    return place


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
