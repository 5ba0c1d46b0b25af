"""``--engine spark`` without Spark: what is said before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_helper import failure


def test_spark_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxtool.commands.opening.find_spec", lambda name: None)
    code, message = failure("kpi", "dataset", "--engine", "spark", cwd=tmp_path)
    assert code == 1
    assert message == "pyspark is not installed (pip install 'cxtool[spark]')"


@pytest.mark.parametrize(
    "option",
    [
        ("--profile", "zendesk"),
        ("--delimiter", ";"),
        ("--encoding", "cp1250"),
        ("--skip-lines", "2"),
        ("--date-order", "day-first"),
    ],
)
def test_options_of_text_files(option: tuple[str, str], tmp_path: Path) -> None:
    code, message = failure("log", "dataset", *option, "--engine", "spark", cwd=tmp_path)
    assert code == 2
    assert message.startswith(f"{option[0]} is for other systems' files")
    assert "cxtool convert" in message
