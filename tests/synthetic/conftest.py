"""Two small samples that the tests of this folder read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cxtool.synthetic.generate import write_sample
from tests.synthetic.samples import LONG, SMALL, Read, reader


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "small"
    write_sample(SMALL, folder)
    return folder


@pytest.fixture(scope="session")
def small(small_folder: Path) -> Read:
    return reader(small_folder)


@pytest.fixture(scope="session")
def long_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "long"
    write_sample(LONG, folder)
    return folder


@pytest.fixture(scope="session")
def long(long_folder: Path) -> Read:
    return reader(long_folder)


@pytest.fixture(scope="session")
def truth(long_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((long_folder / "truth.json").read_text())
    return found
