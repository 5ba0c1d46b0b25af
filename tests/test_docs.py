"""What the documentation and the help say is true: commands run, output is real, links lead on."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import click
import polars as pl
import pytest

from cxtool import cli
from cxtool.config import Settings, load_settings
from cxtool.render import FORMATS
from docs import console
from docs.build import documents
from docs.console import FENCE, Done, Stream, run, typed, workplace
from tests.cli.exports import part_of_demo
from tests.cli.made import reports_made_once

ROOT = Path(cli.__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROFILES = ROOT / "docs" / "profiles.md"  # its TOML is of profiles, not of settings
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

ONE_PART = (r"^cxtool report (?!.*--only)", "cxtool report --only sla ")
# What an example shows takes no longer on a smaller centre, or with one part of a report.
STAND_INS = (
    (r"1000000", "50"),
    (r"--days 90", "--days 3"),
    (r"^cxtool convert export/", "cxtool convert calls.csv"),  # pages convert all tables
    (r"^cxtool sample (?!.*--interactions)", "cxtool sample --interactions 50 --days 3 "),
    ONE_PART,
)
# Of a file that examples guess a profile of: what others ask of it, and no more to tell apart.
CALL_COLUMNS = ["case_id", "started_at", "channel", "direction", "agent", "handle_s"]


def blocks(page: str, kind: str) -> list[str]:
    return [body for found, _, body in FENCE.findall(page) if found == kind]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One case in four of the demo."""
    return part_of_demo(tmp_path_factory.mktemp("few") / "export", one_in=4)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last days of the demo: a dataset has a file for each table and day."""
    return part_of_demo(tmp_path_factory.mktemp("week") / "export", since="2026-05-29")


@contextmanager
def exporting(part: Path, folder: Path) -> Iterator[None]:
    """Another export is the one in the folder."""
    export, whole = folder / "export", folder / "whole"
    export.rename(whole)
    shutil.copytree(part, export)
    yield
    shutil.rmtree(export)
    whole.rename(export)


@pytest.fixture
def _without_output_few_cases_do(few: Path, week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown of a command without its output is that it works: also on a part of the demo.

    Where the output of such a command were shown too, it would not be that of the page.
    A report has one part of its own; as the pages say it, it runs in the lines for cron.
    """
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    silent = {line for body in blocks(text, "sh") for line in body.splitlines()}

    def typed_on_a_part(line: str, folder: Path) -> Done | None:
        if line not in silent:
            return typed(line, folder)
        line = re.sub(*ONE_PART, line)
        with exporting(week if " convert " in line else few, folder):
            return typed(line, folder)

    monkeypatch.setattr(console, "typed", typed_on_a_part)


@pytest.mark.usefixtures("_without_output_few_cases_do")
@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_generated_parts_and_shown_output_are_up_to_date(path: Path) -> None:
    """Every command shown ends as the page says, and prints what the page shows."""
    made = documents()[path]()
    assert path.read_text(encoding="utf-8") == made, "run make docs"


def test_pages_are_the_same_on_any_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("NO_COLOR", "1")
    for name in ("commands.md", "pictures/sla.svg"):
        path = ROOT / "docs" / name
        assert documents()[path]() == path.read_text(encoding="utf-8")


def test_pictures_hold_no_address() -> None:
    for path in sorted((ROOT / "docs" / "pictures").glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\w+://[^\"'\s]+", text) == ["http://www.w3.org/2000/svg"], path.name
        assert not re.search(r"@import|@font-face|url\(|<image|<script", text), path.name


def test_pictures_are_in_colour() -> None:
    shown = (ROOT / "docs/pictures/behavior.svg").read_text(encoding="utf-8")
    for color in ("red", "green", "yellow"):
        assert re.search(rf'<text class="[^"]*\b{color}\b', shown)


def examples(text: str) -> list[str]:
    """The commands of a help text, without the words that stand far behind some of them."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if re.match(r"([A-Z_]+=\S+ )?cxtool ", line)]
    return [re.split(r"\s{3,}", line)[0] for line in found]


def help_texts() -> dict[str, str]:
    context = click.Context(cli.cli)
    texts = {"cxtool": cli.cli.help or ""}
    for name in cli.COMMANDS:
        command = cli.cli.get_command(context, name)
        texts[name] = (command.help if command else None) or ""
    return texts


def replayed_lines() -> set[str]:
    """The commands of the pages, which are run from there, word by word."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = [*blocks(text, "sh"), *blocks(text, "console")]
    return {line.removeprefix("$ ") for body in shown for line in body.splitlines()}


@pytest.mark.parametrize("name", help_texts())
def test_examples_of_help_run(name: str, few: Path, week: Path) -> None:
    lines = examples(help_texts()[name])
    assert lines
    needed = ("calibrate", "convert", "infer", "prices")  # what other examples go on with
    elsewhere = {line for line in replayed_lines() if not set(needed) & set(line.split())}
    with workplace() as folder, exporting(few, folder), reports_made_once({}):
        cases = pl.read_csv(week / "interactions.csv", columns=CALL_COLUMNS, infer_schema=False)
        cases.write_csv(folder / "calls.csv")
        (folder / "night").mkdir()
        (folder / "night" / "cxtool.toml").write_text('tz = "Asia/Bangkok"\n', encoding="utf-8")
        for line in lines:
            if line in elsewhere:
                continue
            for said, meant in STAND_INS:
                line = re.sub(said, meant, line)
            done = typed(line, folder)
            assert done is not None, line
            assert done.code == 0 or (done.code == 3 and "--fail-" in line), (line, done.shown)


def test_each_program_shown_is_known() -> None:
    """Commands that are not run here are checked by another test."""
    lines = [
        line
        for page in PAGES
        for body in blocks(page.read_text("utf-8"), "sh")
        for line in body.splitlines()
    ]
    elsewhere = (r"make [a-z]+", r"python3 -m venv .*", r"\.venv/bin/.*", r".*_CXTOOL_COMPLETE.*")
    for line in lines:
        assert line.startswith("cxtool ") or any(re.fullmatch(p, line) for p in elsewhere), line


def test_make_targets_shown_exist() -> None:
    for target in re.findall(r"^make ([a-z]+)$", "\n".join(blocks(README, "sh")), re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def recipe(target: str) -> str:
    """The lines of a Makefile target, with its variables written out."""
    _, _, rest = MAKEFILE.partition(f"\n{target}:")
    lines = takewhile(lambda line: line.startswith("\t"), rest.splitlines()[1:])
    return "\n".join(lines).replace("$(BIN)", "$(VENV)/bin").replace("$(VENV)", ".venv")


@pytest.mark.parametrize("target", ["demo", "test"])
def test_without_make_the_same_is_done(target: str) -> None:
    shown = blocks(README, "sh")
    place = shown.index(f"make {target}\n")
    install, command = shown[place + 1].splitlines()
    assert command in recipe(target)
    create, pip = install.split(" && ")
    assert create == "python3 -m venv .venv"
    found = re.fullmatch(r"\.venv/bin/pip install -c (\S+) -e '?\.(?:\[(\w+)\])?'?", pip)
    assert found, pip
    assert f"--constraint {found[1]}" in MAKEFILE
    assert (ROOT / found[1]).is_file()
    assert found[2] is None or found[2] in PROJECT["project"]["optional-dependencies"]


def test_the_python_named_is_the_one_required() -> None:
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert f"Python {least} or newer" in README


@pytest.mark.parametrize("path", [p for p in PAGES if p != PROFILES], ids=lambda path: path.name)
def test_settings_shown_load(path: Path, tmp_path: Path) -> None:
    for body in blocks(path.read_text(encoding="utf-8"), "toml"):
        file = tmp_path / "cxtool.toml"
        file.write_text(body, encoding="utf-8")
        load_settings(config_file=file, options={}, environ={}, cwd=tmp_path)


def test_the_full_example_has_every_section() -> None:
    (body,) = blocks(README, "toml")
    sections = {name for name, value in vars_of(Settings()) if hasattr(value, "__struct_fields__")}
    assert {name for name, value in tomllib.loads(body).items() if isinstance(value, dict)} == (
        sections
    )


def vars_of(settings: Settings) -> list[tuple[str, object]]:
    return [(name, getattr(settings, name)) for name in settings.__struct_fields__]


def test_cron_lines_run_after_the_day_is_over(few: Path) -> None:
    """The refresh at 03:30 of the day after; a gate without data of that day is missed."""
    lines = "".join(blocks(README, "crontab")).splitlines()
    assert lines
    with workplace() as folder, exporting(few, folder):
        (folder / "out").mkdir()
        for line in lines:
            minute, hour, *every_day, command = line.split(maxsplit=5)
            assert (minute, hour, every_day) == ("30", "3", ["*", "*", "*"])
            assert "--as-of today" in command
            done = typed(command.removeprefix("cd /srv/cx && .venv/bin/"), folder)
            assert done is not None
            assert done.code == (3 if "--fail-" in command else 0), done.shown
        written = len(lines) + any("--index" in line for line in lines)
        assert len(list((folder / "out").iterdir())) == written


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_each_shell(shell: str, tmp_path: Path) -> None:
    (line,) = re.findall(rf".*_CXTOOL_COMPLETE={shell}_source cxtool.*", README)
    assert "#" in line
    stream = Stream()
    environ = {"_CXTOOL_COMPLETE": f"{shell}_source", "PATH": "/usr/bin:/bin"}
    with pytest.raises(SystemExit):
        run([], tmp_path, environ, stream)
    assert "_cxtool_completion" in stream.kept.getvalue().decode()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        if anchor:
            headings = HEADING.findall(target.read_text(encoding="utf-8"))
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, link


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(ROOT / link).resolve() for link in LINK.findall(README) if "://" not in link}
    assert set(PAGES) - {ROOT / "README.md"} <= linked


def test_no_command_is_left_out_of_the_readme() -> None:
    for name in cli.COMMANDS:
        assert f"cxtool {name}" in README, name


def test_the_formats_named_are_those_there_are() -> None:
    named = re.search(r"The suffix chooses the format: ([^A-Z]+)\.\s", README)
    assert named
    assert re.findall(r"`(\.\w+)`", named[1]) == [form.suffixes[0] for form in FORMATS.values()]


def test_a_page_that_says_too_much_is_caught() -> None:
    """A wrong exit code or output in a page does not pass."""
    from docs.console import replayed

    page = "```console\n$ cxtool nothing\nall is well\n```\n"
    made, problems = replayed(page)
    assert made != page
    assert problems
    page = "```console\n$ cxtool --version\nnot this\n...\n$ echo $?\n1\n```\n"
    assert replayed(page) == (
        f"```console\n$ cxtool --version\ncxtool {version()}\n...\n$ echo $?\n0\n```\n",
        [],
    )


def version() -> str:
    return sys.modules["cxtool"].__version__
