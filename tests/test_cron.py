"""What stands in docs/cron is true: its commands run, its files say what a system reads."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from cxtool import cli
from tests.cli.exports import DEMO, ROOT

CRON = ROOT / "docs" / "cron"
PLACE = "/srv/cx"
PROGRAM = f"{PLACE}/.venv/bin/cxtool"
OPTIONS = "report export/ --as-of today -q --index -o out/cx-{date}.html --fail-under sla_pct=80"


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(CRON / name, encoding="utf-8")
    return parser


def crontab_command() -> str:
    (line,) = (CRON / "crontab").read_text(encoding="utf-8").splitlines()
    *time, command = line.split(maxsplit=5)
    assert time == ["30", "3", "*", "*", "*"]
    assert not re.search(r"(?<!\\)%", command), "cron ends a line at %"
    return command


def container() -> dict[str, str]:
    text = (CRON / "Containerfile").read_text(encoding="utf-8")
    return dict(line.split(" ", 1) for line in text.splitlines())


def commands() -> dict[str, list[str]]:
    """The arguments of cxtool in each file."""
    words = {
        "crontab": shlex.split(crontab_command().partition("cxtool ")[2]),
        "service": shlex.split(unit("cxtool.service")["Service"]["ExecStart"])[1:],
        "container": json.loads(container()["CMD"]),
    }
    assert json.loads(container()["ENTRYPOINT"]) == ["cxtool"]
    return words


def test_all_say_the_same_command() -> None:
    assert set(map(shlex.join, commands().values())) == {shlex.join(OPTIONS.split())}
    page = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
    assert (CRON / "crontab").read_text(encoding="utf-8") in page


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder as the files take it for granted, with the program that runs these tests."""
    for folder in ("export", "out"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / DEMO / "interactions.csv", tmp_path / "export")
    program = tmp_path / ".venv" / "bin" / "cxtool"
    program.parent.mkdir(parents=True)
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cxtool.cli import main; main()"
    program.write_text(f"#!{sys.executable}\n{start}\n", encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="cron is not there")
@pytest.mark.parametrize(("gate", "code"), [("80", 3), ("60", 0)])
def test_the_crontab_line_runs_as_cron_would_run_it(place: Path, gate: str, code: int) -> None:
    """By sh, with next to no environment: silent, or one line where the gate is missed."""
    command = crontab_command().replace(PLACE, str(place)).replace("=80", f"={gate}")
    dated = command.replace("--as-of today", "--as-of 2026-06-01")
    assert dated != command
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(place), "SHELL": "/bin/sh"}
    done = subprocess.run(
        ["/bin/sh", "-c", dated],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = "cxtool: error: sla_pct = 60.625 is under 80\n" if code else ""
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)
    out = sorted(path.name for path in (place / "out").iterdir())
    assert out == ["cx-2026-06-01.html", "index.html"]
    assert "cx-2026-06-01.html" in (place / "out" / "index.html").read_text(encoding="utf-8")


def test_the_service_is_limited_to_its_folder() -> None:
    service = unit("cxtool.service")["Service"]
    assert service["ExecStart"].split()[0] == PROGRAM
    assert service["WorkingDirectory"] == PLACE
    assert service["ReadWritePaths"] == f"{PLACE}/out"
    assert (service["PrivateNetwork"], service["ProtectSystem"]) == ("yes", "strict")
    assert unit("cxtool.timer")["Timer"]["OnCalendar"] == "*-*-* 03:30:00"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not there")
def test_systemd_takes_the_units(place: Path) -> None:
    for name in ("cxtool.service", "cxtool.timer"):
        text = (CRON / name).read_text(encoding="utf-8").replace(PLACE, str(place))
        text = text.replace("User=cxtool", "DynamicUser=yes")
        (place / name).write_text(text, encoding="utf-8")
    units = [str(place / name) for name in ("cxtool.service", "cxtool.timer")]
    command = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_is_made_of_what_there_is() -> None:
    """Every file that it copies, the constraints, and what the package is built from."""
    lines = (CRON / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert all((ROOT / name).exists() for name in copied)
    assert {"pyproject.toml", "constraints.txt", "cxtool", "templates"} <= set(copied)
    assert container()["WORKDIR"] == PLACE
    assert container()["USER"] not in ("root", "0")


@pytest.mark.parametrize("name", ["crontab", "service", "container"])
def test_the_options_are_those_of_the_command(name: str) -> None:
    command = cli.cli.get_command(cli.click.Context(cli.cli), "report")
    assert command is not None
    known = {option for param in command.params for option in param.opts}
    assert {word for word in commands()[name] if word.startswith("-")} <= known
