"""The commands that docs/spark.md shows run as they stand there, at the cluster's own addresses."""

from __future__ import annotations

import shlex

import pytest

from tests.cli_helper import call
from tests.spark.cluster import Cluster
from tests.spark.conftest import DEMO, Place

PAGE = (DEMO.parents[1] / "docs" / "spark.md").read_text(encoding="utf-8")
COMMANDS = [line for line in PAGE.splitlines() if line.startswith("cxtool ") and "--engine" in line]


def test_commands_are_shown() -> None:
    assert len(COMMANDS) >= 3


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_the_page_shows(line: str, place: Place, cluster: Cluster) -> None:
    line = line.replace("spark://master:7077", cluster.url)
    line = line.replace("sc://gateway:15002", cluster.connect_url)
    made = call(*shlex.split(line.replace(" dataset ", " ds "))[1:], cwd=place.folder)
    assert (made.code, made.err) == (0, "")
    assert made.out
