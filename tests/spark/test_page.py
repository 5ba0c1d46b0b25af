"""The commands that docs/spark.md shows, at the cluster's own addresses: reports as on Polars."""

from __future__ import annotations

import shlex

import pytest

from cxtool.config import Settings
from tests.spark.cluster import Cluster
from tests.spark.conftest import DEMO, Place

PAGE = (DEMO.parents[1] / "docs" / "spark.md").read_text(encoding="utf-8")
COMMANDS = [line for line in PAGE.splitlines() if line.startswith("cxtool ") and "--engine" in line]


def test_commands_are_shown() -> None:
    """One of each kind of session."""
    kinds = [line.rpartition("--spark-url ")[2].partition("://")[0] for line in COMMANDS]
    assert kinds == ["cxtool sla dataset --engine spark", "spark", "sc"]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_the_page_shows(line: str, place: Place, cluster: Cluster) -> None:
    command, _, url = line.replace(" dataset ", " ds ").partition(" --spark-url ")
    url = url.replace("spark://master:7077", cluster.url)
    url = url.replace("sc://gateway:15002", cluster.connect_url)
    arguments = shlex.split(command)[1:-2]  # without --engine spark
    made = place.spark(url or Settings().spark_url, *arguments)
    assert (made.code, made.err, made.out) == (0, "", place.polars(*arguments).out)
    assert made.out
