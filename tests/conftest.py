"""What holds for every test: no settings of whoever runs them, and one day that is today.

``--update-golden`` accepts what the reports say now as their golden files.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

import pytest

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


# Modules and tests stay to the end: nothing among them is garbage, however often it is looked at.
gc.disable()


# What reads the reports on the demo, of which a process makes each but once.
TOGETHER = {"browser", "cli", "test_definitions.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share reports follow each other, so that one process has most of them."""
    items.sort(key=lambda item: TOGETHER.isdisjoint(item.path.parts))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew; read the difference before committing it",
    )


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_the_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CXTOOL_")]:
            patch.delenv(name)
        yield


class _Clock(datetime):
    """A clock that stands still, some days after the newest case of the demo export."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return NOW.astimezone(tz)


@pytest.fixture(autouse=True, scope="session")
def _one_day_is_today() -> Iterator[None]:
    """Without ``--as-of`` a report depends on the day on which it is made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cxtool.commands.run.datetime", _Clock)
        yield
