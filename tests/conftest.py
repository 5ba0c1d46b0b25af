"""What holds for every test: the settings of whoever runs them do not exist."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CXTOOL_")]:
        monkeypatch.delenv(name)
