"""What holds for every test: the settings of whoever runs them do not exist.

``--update-golden`` accepts what the reports say now as their golden files.
"""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew; read the difference before committing it",
    )


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CXTOOL_")]:
        monkeypatch.delenv(name)
